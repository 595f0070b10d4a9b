// The way of a recording to the server, in pieces that are numbered: (session, document, sequence) is a piece's name, so that sending it again changes nothing. See
// docs/decisions/recording-wire.md.
import { guarded, now, toJson, win } from "../browser.ts";
import type { Store } from "../store.ts";
import type { RecordedEvent } from "./scrub.ts";

export interface PieceName {
  session: string;
  document: string;
  tab: string;
  device: string;
}

export interface Upload {
  add(events: RecordedEvent[], bytes: number): void;
  /** The page goes: what is left is sent so that it outlives the page, or kept for the next one in this tab. */
  leave(): void;
  stop(): void;
}

interface Piece extends PieceName {
  seq: number;
  body: string;
}

export interface UploadOptions {
  url: string;
  key: string;
  profile: Record<string, unknown>;
  name: () => PieceName | undefined;
  tab: Store;
  /** The server takes no recordings: nothing more is to be recorded. */
  onRefused(status: number): void;
}

const FLUSH_MS = 2000;
/** About 50 KB once compressed. */
const PIECE_BYTES = 400_000;
const LEAVING_BYTES = 60_000;
const PARKED = "recording.";
const PARKED_BYTES = 1_000_000;
/** What waits for a server that is away. Beyond it, recording ends: a recording with holes tells lies. */
const MAX_WAITING_BYTES = 5_000_000;
const RETRY_FIRST_MS = 5000;
const RETRY_LAST_MS = 300_000;

export function openUpload({ url, key, profile, name, tab, onRefused }: UploadOptions): Upload {
  let gathered: RecordedEvent[] = [];
  let bytes = 0;
  let seq = 0;
  let lastSession = "";
  let waiting: Piece[] = [];
  let isSending = false;
  let nFailures = 0;
  let timer: number | undefined;
  let isOver = false;

  function gather(): void {
    const of = gathered.length ? name() : undefined;
    if (!of) return;
    // A new session is a new recording, numbered from its beginning.
    if (of.session !== lastSession) seq = 0;
    lastSession = of.session;
    const first = gathered[0] as RecordedEvent;
    const last = gathered[gathered.length - 1] as RecordedEvent;
    const body = toJson({ v: 1, ...of, seq, t0: first.timestamp, t1: last.timestamp, sent_at: now(), profile, events: gathered });
    waiting.push({ ...of, seq, body });
    seq += 1;
    gathered = [];
    bytes = 0;
  }

  function schedule(delayMs = FLUSH_MS): void {
    if (timer !== undefined || isOver) return;
    timer = win.setTimeout(
      guarded(() => {
        timer = undefined;
        gather();
        send();
      }),
      delayMs,
    );
  }

  function send(): void {
    const piece = waiting[0];
    if (!piece || isSending || isOver) return;
    isSending = true;
    post(piece, false).then(
      (status) => {
        isSending = false;
        if (status === 429 || status >= 500) return again();
        if (status >= 400 && status !== 409) {
          close();
          return onRefused(status);
        }
        nFailures = 0;
        waiting = waiting.filter((other) => other !== piece);
        if (waiting.length) send();
      },
      () => {
        isSending = false;
        again();
      },
    );
  }

  function again(): void {
    if (waiting.reduce((sum, piece) => sum + piece.body.length, 0) > MAX_WAITING_BYTES) {
      close();
      return onRefused(503);
    }
    const span = Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** nFailures);
    nFailures += 1;
    schedule(1000 + Math.random() * span);
  }

  function close(): void {
    isOver = true;
    win.clearTimeout(timer);
    waiting = [];
    gathered = [];
  }

  async function post({ session, document, seq: n, body }: Piece, isLeaving: boolean): Promise<number> {
    // Compressing takes its time, which a page that goes does not have.
    const packed = isLeaving ? undefined : await gzip(body);
    const query = new URLSearchParams({ key, session, document, seq: String(n), format: packed ? "gzip" : "json" });
    // A text, for the browser: anything else would ask the server for leave first.
    const options: RequestInit = { method: "POST", body: new Blob([packed ?? body], { type: "text/plain" }), keepalive: isLeaving, credentials: "omit", referrerPolicy: "no-referrer" };
    return (await win.fetch(`${url}?${query.toString()}`, options)).status;
  }

  /** What an earlier page of this tab could not send. */
  function adopt(): void {
    for (const place of tab.names().filter((one) => one.startsWith(PARKED))) {
      const piece = guarded(() => JSON.parse(tab.read(place) ?? "null") as Piece | null)();
      tab.remove(place);
      if (typeof piece?.body === "string") waiting.push(piece);
    }
    if (waiting.length) schedule();
  }

  adopt();
  return {
    add(events, size) {
      if (isOver) return;
      gathered.push(...events);
      bytes += size;
      if (bytes > PIECE_BYTES) gather();
      schedule();
    },
    leave() {
      gather();
      let room = LEAVING_BYTES;
      for (const piece of waiting) {
        if (piece.body.length < room) {
          room -= piece.body.length;
          post(piece, true).catch(() => undefined);
        }
        if (piece.body.length < PARKED_BYTES) tab.write(`${PARKED}${piece.document}.${piece.seq}`, toJson(piece));
      }
      // Those that the page may still see answered, because it was only hidden, go on as before: twice the same piece is one.
    },
    stop: close,
  };
}

async function gzip(text: string): Promise<ArrayBuffer | undefined> {
  if (!win.CompressionStream) return undefined;
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}
