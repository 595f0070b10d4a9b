// The pieces of a recording as they are fetched: each once, made harmless, and the latest used kept.
import { harmless, type Harmless } from "./harmless.ts";

/** As many are kept. */
export const KEPT = 80;

export interface Segments {
  /** What is here already. */
  get: (n: number) => Harmless | undefined;
  load: (n: number) => Promise<Harmless>;
  stop: () => void;
}

export function openSegments(fetchSegment: (n: number, signal: AbortSignal) => Promise<unknown>): Segments {
  const here = new Map<number, Harmless>();
  const coming = new Map<number, Promise<Harmless>>();
  const stop = new AbortController();
  return {
    get(n) {
      const found = here.get(n);
      if (found) {
        here.delete(n);
        here.set(n, found);
      }
      return found;
    },
    load(n) {
      const found = here.get(n);
      if (found) return Promise.resolve(found);
      let sent = coming.get(n);
      if (!sent) {
        sent = fetchSegment(n, stop.signal)
          .then((raw) => {
            const clean = harmless(raw);
            here.set(n, clean);
            for (const oldest of here.keys()) {
              if (here.size <= KEPT) break;
              here.delete(oldest);
            }
            return clean;
          })
          .finally(() => coming.delete(n));
        coming.set(n, sent);
      }
      return sent;
    },
    stop: () => stop.abort(),
  };
}
