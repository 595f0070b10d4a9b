// The way to the server: gather, send, and keep until the server says that it has it. A record carries its insert id from the start, so that sending twice counts once.
//
// What must stay true: bounded (the oldest go first, and their number is told); nothing is written on the device unless the store allows it; when the page goes away what is
// left is sent in a form that outlives it, and kept for the next page too, since nobody is there to hear the answer.
import { guarded, later, listen, native, now, randomId, say, toJson, whenIdle, win } from "../browser.ts";
import type { Store } from "../store.ts";

export interface Item {
  record: Record<string, unknown>;
  /** Counting it twice would be wrong, and the server could not tell: never sent again where the outcome is not known. */
  isOnce?: boolean;
}

export interface Outbox {
  add(item: Item): void;
  flush(): void;
  /** The page is going away, or may be. */
  leave(): void;
  /** Forgets what waits. */
  clear(): void;
  /** Takes over what earlier pages could not send. */
  adopt(): void;
}

export interface OutboxSettings {
  url: string;
  key: string;
  gatherMs: number;
  store: Store;
}

const MAX_ITEMS = 1000;
const MAX_BATCH = 200;
/** Browsers let 64 KB in all outlive a page. */
const LEAVING_BYTES = 60_000;
const RETRY_FIRST_MS = 30_000;
const RETRY_LAST_MS = 600_000;
const PATIENCE_MS = 30_000;
const ONLINE_SPREAD_MS = 2000;
/** Of UTF-8, for the estimate of what outlives the page. Letters beyond ASCII are three. */
const MOST_BYTES_OF_A_CHARACTER = 1.2;
const QUEUE = "queue.";

export function openOutbox({ url, key, gatherMs, store }: OutboxSettings): Outbox {
  const own = QUEUE + randomId(8);
  const flights = new Set<Item[]>();
  let waiting: Item[] = [];
  let nDropped = 0;
  let nFailures = 0;
  let batchSize = MAX_BATCH;
  let notBefore = 0;
  let isRefused = false;
  let isKept = false;
  let cancelTimer: (() => void) | undefined;

  function schedule(delayMs = gatherMs): void {
    if (cancelTimer || isRefused) return;
    cancelTimer = later(Math.max(delayMs, notBefore - now()), () => {
      cancelTimer = undefined;
      send();
    });
  }

  function unschedule(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  function bound(): void {
    const excess = waiting.length - MAX_ITEMS;
    if (excess > 0) nDropped += waiting.splice(0, excess).length;
  }

  function keep(): void {
    const items = [...[...flights].flat().filter((item) => !item.isOnce), ...waiting];
    isKept = items.length > 0;
    if (!isKept) store.remove(own);
    // A full storage keeps the newer half rather than nothing.
    else if (!store.write(own, toJson(items))) store.write(own, toJson(items.slice(items.length / 2)));
  }

  function send(): void {
    if (flights.size || !waiting.length || isRefused) return;
    if (now() < notBefore) schedule();
    else if (win.navigator.onLine === false) keep();
    else fly(waiting.splice(0, batchSize), false);
  }

  function fly(items: Item[], isLeaving: boolean): void {
    flights.add(items);
    const records = items.map(({ record }) => record);
    const first = records[0]?.properties as Record<string, unknown> | undefined;
    if (nDropped && first) {
      first.$dropped_before = nDropped;
      nDropped = 0;
    }
    // When it is sent is written anew with each attempt: the server corrects the clock by it.
    const body = toJson({ key, sent_at: now(), events: records });
    post(url, body, isLeaving).then(
      (answer) => flights.delete(items) && settle(items, answer),
      () => flights.delete(items) && again(items.filter((item) => !item.isOnce), 0),
    );
  }

  function settle(items: Item[], { status, retryAfterS }: Answer): void {
    if (status === 429 || status >= 500 || status === 404 || status === 408) return again(items, retryAfterS);
    nFailures = 0;
    if (status === 413 && items.length > 1) {
      batchSize = Math.ceil(items.length / 2);
      waiting.unshift(...items);
    } else if (status === 401 || status === 403) {
      isRefused = true;
      waiting = [];
      say("unknownKey", key.slice(0, 6));
    } else if (status !== 200) say("records", status);
    if (isKept) keep();
    if (waiting.length) schedule(0);
  }

  function again(items: Item[], retryAfterS: number): void {
    waiting.unshift(...items);
    bound();
    const spanMs = Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** nFailures);
    nFailures += 1;
    // Anywhere in the span, so that the pages which a server lost all at once do not come back all at once.
    notBefore = now() + Math.max(retryAfterS * 1000, 1000 + Math.random() * spanMs);
    keep();
    schedule();
  }

  // Before the part that listens to the page's requests puts itself in between.
  native("fetch");
  listen(win, "online", () => {
    nFailures = 0;
    notBefore = now() + Math.random() * ONLINE_SPREAD_MS;
    unschedule();
    schedule(0);
  });

  return {
    add(item) {
      if (isRefused) return;
      waiting.push(item);
      bound();
      schedule();
    },
    flush() {
      unschedule();
      send();
    },
    leave() {
      if (isRefused) return;
      const batch: Item[] = [];
      for (let bytes = 100; waiting[0]; ) {
        bytes += toJson(waiting[0].record).length * MOST_BYTES_OF_A_CHARACTER;
        if (bytes > LEAVING_BYTES && batch.length) break;
        batch.push(waiting.shift() as Item);
      }
      if (batch.length) fly(batch, true);
      // Also what is in flight already: if the page goes before the answer, the next one sends it again.
      if (flights.size || waiting.length) keep();
    },
    clear() {
      unschedule();
      waiting = [];
      flights.clear();
      store.remove(own);
    },
    adopt() {
      whenIdle(2000, () => {
        const others = store.names().filter((name) => name.startsWith(QUEUE) && name !== own);
        const found = others.flatMap((name) => itemsOf(store.read(name)));
        if (!found.length) return;
        waiting.unshift(...found);
        bound();
        keep();
        others.forEach((name) => store.remove(name));
        schedule();
      });
    },
  };
}

interface Answer {
  status: number;
  retryAfterS: number;
}

/** A request that asks for no preflight and no cookie. Leaving, it outlives the page, as a beacon would, and where the page stays after all its answer is heard. */
async function post(url: string, body: string, isLeaving: boolean): Promise<Answer> {
  const options: RequestInit = { method: "POST", body, keepalive: isLeaving, credentials: "omit", referrerPolicy: "no-referrer", signal: win.AbortSignal.timeout?.(PATIENCE_MS) ?? null };
  const { status, headers } = await native("fetch").call(win, url, options);
  return { status, retryAfterS: Number(headers.get("retry-after")) || 0 };
}

function itemsOf(kept: string | null): Item[] {
  const items = guarded(() => JSON.parse(kept ?? "[]") as Item[])();
  return Array.isArray(items) ? items.filter((item) => typeof item?.record === "object" && item.record) : [];
}
