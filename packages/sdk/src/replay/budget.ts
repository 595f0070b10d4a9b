// What a recording may cost: a page that never stops changing is recorded up to a budget, and taken whole again once it has calmed down.
import type { RecordedEvent } from "./scrub.ts";

interface Bucket {
  tokens: number;
  t: number;
}

const ATTRIBUTES_BURST = 100;
const ATTRIBUTES_PER_S = 10;
const BYTES_BURST = 1_000_000;
const BYTES_PER_S = 25_000;
const WHOLE_EVERY_MS = 300_000;
const MAX_NODES = 5000;

export interface Budget {
  /** The event as far as it is within the budget; null when it is not. */
  spend(event: RecordedEvent, bytes: number): RecordedEvent | null;
  /** Whether changes were left out, and the page may be taken whole again. */
  wantsWhole(t: number): boolean;
  /** It was. */
  whole(t: number): void;
}

export function openBudget(): Budget {
  const all: Bucket = { tokens: BYTES_BURST, t: 0 };
  const nodes = new Map<number, Bucket>();
  let isDirty = false;
  let wholeAt = -Infinity;

  function take(bucket: Bucket, t: number, cost: number, burst: number, perSecond: number): boolean {
    bucket.tokens = Math.min(burst, bucket.tokens + ((t - bucket.t) / 1000) * perSecond);
    bucket.t = t;
    if (bucket.tokens < cost) return false;
    bucket.tokens -= cost;
    return true;
  }

  return {
    spend(event, bytes) {
      if (event.type !== 3 || event.data.source !== 0) return event;
      const t = event.timestamp;
      // Once something is missing, what builds on it is of no use.
      if (isDirty || !take(all, t, bytes, BYTES_BURST, BYTES_PER_S)) {
        isDirty = true;
        return null;
      }
      const attributes = event.data.attributes as { id: number }[] | undefined;
      if (!attributes?.length) return event;
      if (nodes.size > MAX_NODES) nodes.clear();
      const kept = attributes.filter(({ id }) => {
        const bucket = nodes.get(id) ?? { tokens: ATTRIBUTES_BURST, t };
        nodes.set(id, bucket);
        return take(bucket, t, 1, ATTRIBUTES_BURST, ATTRIBUTES_PER_S);
      });
      return { ...event, data: { ...event.data, attributes: kept } };
    },
    wantsWhole: (t) => isDirty && t - wholeAt >= WHOLE_EVERY_MS && take(all, t, 0, BYTES_BURST, BYTES_PER_S) && all.tokens > BYTES_BURST / 4,
    whole(t) {
      isDirty = false;
      wholeAt = t;
    },
  };
}
