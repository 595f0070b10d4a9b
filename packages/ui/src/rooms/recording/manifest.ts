// A manifest as the player reads it: times from the start of the recording, everything in order, pages among the markers.
import type { Manifest, Marker } from "@/api/recording.ts";

/** Milliseconds as large as this are an instant, not a place in a recording. */
const INSTANT_MS = 1e11;

export function relative(manifest: Manifest): Manifest {
  const times = [...manifest.documents.map(({ start }) => start), ...manifest.segments.map(({ t0 }) => t0)];
  const zero = times.length === 0 ? Date.parse(manifest.recording.start) : Math.min(...times);
  if (!(zero > INSTANT_MS)) return ordered(manifest);
  const at = (t: number) => t - zero;
  return ordered({
    ...manifest,
    documents: manifest.documents.map((one) => ({ ...one, start: at(one.start), end: at(one.end) })),
    segments: manifest.segments.map((one) => ({ ...one, t0: at(one.t0), t1: at(one.t1) })),
    pages: manifest.pages.map((one) => ({ ...one, t: at(one.t) })),
    markers: manifest.markers.map((one) => ({ ...one, t: at(one.t) })),
    activity: manifest.activity.map(([from, to]) => [at(from), at(to)]),
  });
}

const KINDS = new Set<string>(["click", "signal", "error", "request", "console", "event", "input", "survey", "trigger"]);

function ordered(manifest: Manifest): Manifest {
  return {
    ...manifest,
    pages: manifest.pages.toSorted((a, b) => a.t - b.t),
    // Notes are asked for apart, since they change; and a newer server may tell of things this version has no words for.
    markers: manifest.markers.filter(({ kind }) => KINDS.has(kind)).toSorted((a, b) => a.t - b.t),
    activity: manifest.activity.toSorted((a, b) => a[0] - b[0]),
  };
}

export type Entry = Omit<Marker, "kind"> & { kind: Marker["kind"] | "page"; page?: string };

/** Everything that happened, in order: pages and markers in one list. A page that follows itself is there once. */
export function entriesOf({ pages, markers }: Manifest): Entry[] {
  const changes = pages.filter((one, index) => pages[index - 1]?.page !== one.page).map(({ t, page, document }): Entry => ({ t, kind: "page", page, document }));
  return [...changes, ...markers].toSorted((a, b) => a.t - b.t || (a.kind === "page" ? -1 : 0));
}

export function isFailed({ kind, status }: Entry): boolean {
  return kind === "request" && (status === undefined || status === 0 || status >= 400);
}

/** What went wrong: the lane of errors. */
export function isError(entry: Entry): boolean {
  return entry.kind === "error" || isFailed(entry) || (entry.kind === "console" && entry.level === "error");
}

/** The page on screen at a moment. */
export function pageAt({ pages }: Manifest, t: number): string | null {
  return pages.findLast((one) => one.t <= t)?.page ?? pages[0]?.page ?? null;
}
