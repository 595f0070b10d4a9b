// What the tag remembers on the device. Nothing is written while `isAllowed` says no; where storage is full, forbidden or missing, memory stands in for it.
import { guarded, win } from "./browser.ts";

export interface Store {
  read(name: string): string | null;
  /** Whether it will still be there after the page. */
  write(name: string, value: string): boolean;
  remove(name: string): void;
  /** What is on the device. */
  names(): string[];
  /** Forgets everything, on the device too, whether or not writing is allowed. */
  wipe(): void;
}

export function openStore(area: "localStorage" | "sessionStorage", prefix: string, isAllowed: () => boolean): Store {
  const memory = new Map<string, string>();
  // Merely naming the storage throws where cookies are blocked.
  const storage = (): Storage | undefined => guarded(() => win[area])() ?? undefined;
  const allowed = (): Storage | undefined => (isAllowed() ? storage() : undefined);
  const namesIn = (of: Storage | undefined): string[] =>
    guarded(() => Object.keys(of ?? {}).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)))() ?? [];
  return {
    read: (name) => memory.get(name) ?? guarded(() => allowed()?.getItem(prefix + name) ?? null)() ?? null,
    write(name, value) {
      // Full or forbidden: memory has it.
      const isKept = guarded(() => {
        const kept = allowed();
        kept?.setItem(prefix + name, value);
        return !!kept;
      })() === true;
      if (isKept) memory.delete(name);
      else memory.set(name, value);
      return isKept;
    },
    remove(name) {
      memory.delete(name);
      guarded(() => allowed()?.removeItem(prefix + name))();
    },
    names: () => namesIn(allowed()),
    wipe() {
      memory.clear();
      for (const name of namesIn(storage())) guarded(() => storage()?.removeItem(prefix + name))();
    },
  };
}
