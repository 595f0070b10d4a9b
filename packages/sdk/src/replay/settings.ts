// When and how much is recorded.
export interface RecordingOptions {
  /** Where recordings go. Default `/v1/recordings`, below the host of the tag. */
  url?: string;
  /** Share of sessions recorded from their first page on, 0 to 1. Default 0.1. Decided once per session, the same in every tab. */
  sample?: number;
  /** Pages that are recorded, as regular expressions on the page's name (`/orders/:id`). Default: none, so that nobody records by accident. */
  pages?: string[];
  /** Pages that never are, beside those of signing in, paying and accounts, which `recordPrivatePages` alone allows. */
  exceptPages?: string[];
  recordPrivatePages?: boolean;
  /** What begins a recording in a session that was not sampled: what happened before is in it, as far as the buffer goes. */
  triggers?: { events?: string[]; signals?: string[]; pages?: string[]; errors?: boolean };
  /** What is kept before a trigger, in seconds. Default 60. */
  bufferSeconds?: number;
  /** A recording shorter than this is not sent, in seconds. Default 0. */
  minimumSeconds?: number;
  /** A page with more elements is recorded without its contents: clicks, moves and scrolls only. Default 25000. */
  maxElements?: number;
  /** Console lines: their level, and texts as far as the masking level lets them be seen. Default false. */
  console?: boolean;
  /** Requests: method, address without its query, status, duration. Default true. */
  network?: boolean;
}

export type Recording = Required<Omit<RecordingOptions, "url">> & { url: string };

export const RECORDING: Omit<Recording, "url"> = {
  sample: 0.1,
  pages: [],
  exceptPages: [],
  recordPrivatePages: false,
  triggers: {},
  bufferSeconds: 60,
  minimumSeconds: 0,
  maxElements: 25_000,
  console: false,
  network: true,
};
