// The one door to the page's globals. A page may have replaced any of them (Zone.js, Prototype, a test tool), may break them later, or may be rendered on a server where
// there is none: whatever the tag needs is taken here, the browser's own where it can be had.
type PageWindow = Window & typeof globalThis;

export const win = (typeof window === "undefined" ? undefined : window) as PageWindow;
export const doc = (typeof document === "undefined" ? undefined : document) as Document;

const timeNow = Date.now;
export const now = (): number => timeNow.call(Date);

/** Something to tell whoever develops the page. What it means stands in `words/part.ts`, which is loaded then. */
export type Word =
  | "key" | "host" | "twice" | "data-options" | "call" | "selector" | "track" | "identify" | "group"
  | "early" | "refused" | "unconsented" | "unprofiled" | "unknownKey" | "records" | "unloaded" | "recordingRefused" | "survey" | "noSurvey" | "noTest" | "fault";

let speaker: ((word: Word, detail: string) => void) | undefined;
let isTalkative = false;
export function sayWith(speak: (word: Word, detail: string) => void): void {
  speaker = speak;
}
export function talk(): void {
  isTalkative = true;
}

export function say(word: Word, detail: unknown = ""): void {
  speaker?.(word, String(detail));
}

/** Said only to those who asked to hear everything. */
export function hint(word: Word, detail: unknown = ""): void {
  if (isTalkative) say(word, detail);
}

/** The same function, except that it never throws: nothing of ours may stop the page. */
export function guarded<A extends unknown[], R>(work: (...values: A) => R): (...values: A) => R | undefined {
  return (...values) => {
    try {
      return work(...values);
    } catch (error) {
      try {
        hint("fault", error);
      } catch {
        // The page broke even that: there is nobody to tell.
      }
      return undefined;
    }
  };
}

function isNative(candidate: unknown): boolean {
  try {
    return typeof candidate === "function" && Function.prototype.toString.call(candidate).includes("[native code]");
  } catch {
    return false;
  }
}

let cleanWindow: PageWindow | null | undefined;
/** A window nobody has touched. Made only where the page has replaced something, and left in the page: its functions stop working once it is removed. */
function untouchedWindow(): PageWindow | null {
  if (cleanWindow === undefined) {
    cleanWindow = null;
    guarded(() => {
      const frame = doc.createElement("iframe");
      frame.hidden = true;
      doc.documentElement.appendChild(frame);
      cleanWindow = frame.contentWindow as PageWindow | null;
    })();
  }
  return cleanWindow;
}

const natives: Partial<PageWindow> = {};
/** A function or class of the browser, as it was before the page replaced it; from the first call on, the same one. */
export function native<Name extends "fetch" | "setTimeout" | "MutationObserver" | "IntersectionObserver" | "PerformanceObserver">(name: Name): PageWindow[Name] {
  const current = win[name];
  return (natives[name] ??= !current || isNative(current) ? current : (untouchedWindow()?.[name] ?? current));
}

type Add = typeof EventTarget.prototype.addEventListener;
let addListener: Add | undefined;

/** Listens passively, and first, so that a page that stops an event does not hide it; or last. Returns how to stop. */
export function listen<E extends Event>(target: EventTarget, types: string, work: (event: E) => void, capture = true): () => void {
  const own = win.EventTarget.prototype.addEventListener;
  addListener ??= isNative(own) ? own : (untouchedWindow()?.EventTarget.prototype.addEventListener ?? own);
  const handler = guarded(work) as EventListener;
  const options = { capture, passive: true };
  for (const type of types.split(" ")) addListener.call(target, type, handler, options);
  return () => {
    for (const type of types.split(" ")) target.removeEventListener(type, handler, options);
  };
}

/** Does it once, so much later. Returns how not to. */
export function later(delayMs: number, work: () => void): () => void {
  let isCancelled = false;
  native("setTimeout").call(win, () => isCancelled || guarded(work)(), delayMs);
  return () => {
    isCancelled = true;
  };
}

/** Does it when the page has nothing better to do, at the latest after `withinMs`. */
export function whenIdle(withinMs: number, work: () => void): void {
  if (win.requestIdleCallback) win.requestIdleCallback(guarded(work), { timeout: withinMs });
  else later(200, work);
}

const stringify = JSON.stringify;
/** JSON as it should be, also where an old library gave arrays or texts a `toJSON` of its own. */
export function toJson(value: unknown): string {
  const changed: [{ toJSON?: unknown }, unknown][] = [];
  for (const owner of [Array.prototype, String.prototype] as { toJSON?: unknown }[]) {
    if (owner.toJSON) {
      changed.push([owner, owner.toJSON]);
      owner.toJSON = 0;
    }
  }
  try {
    return stringify(value);
  } finally {
    for (const [owner, own] of changed) owner.toJSON = own;
  }
}

/** A random id. */
export function randomId(length = 22): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => (byte % 36).toString(36)).join("");
}

/** A short hash of a text (FNV-1a, 32 bits), the same everywhere. */
export function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
