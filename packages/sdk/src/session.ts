// A session: 30 minutes without activity in any tab of the site end it, 24 hours do in any case. Midnight and campaigns do not.
import { now, randomId } from "./browser.ts";
import type { Store } from "./store.ts";

export interface Session {
  /** The session that goes on now; begins another where it ended. */
  id(): string;
  /** Somebody did something. */
  touch(): void;
  end(): void;
}

const LONGEST_MS = 86_400_000;
const WRITE_EVERY_MS = 5000;
const NAME = "session";

export function openSession(store: Store, idleMs: number, onNew: () => void): Session {
  // id, when it began, when somebody was last active.
  let session: [string, number, number] | undefined;
  let writtenAt = 0;

  function stored(): [string, number, number] | undefined {
    const [id = "", ...times] = (store.read(NAME) ?? "").split(" ");
    const [began, active] = times.map(Number);
    return began && active ? [id, began, active] : undefined;
  }

  function current(): [string, number, number] {
    const t = now();
    const kept = stored();
    // The tab in which somebody was active last knows best.
    if (kept && (!session || kept[0] !== session[0] || kept[2] > session[2])) session = kept;
    const isOver = session && (t - session[2] > idleMs || t - session[1] > LONGEST_MS || session[2] > t + 60_000);
    if (!session || isOver) {
      session = [randomId(), t, t];
      write();
      if (isOver) onNew();
    }
    return session;
  }

  function write(): void {
    if (!session) return;
    writtenAt = now();
    store.write(NAME, session.join(" "));
  }

  return {
    id: () => current()[0],
    touch() {
      const before = current();
      before[2] = now();
      if (now() - writtenAt >= WRITE_EVERY_MS) write();
    },
    end() {
      session = undefined;
      store.remove(NAME);
    },
  };
}
