// Which page load is on screen when: a session has several, one after the other or in tabs side by side. The one that was opened
// or used last is shown. Knows nothing of playing.
import type { Manifest, RecordedSegment } from "@/api/recording.ts";

export interface Stretch {
  from: number;
  to: number;
  document: string;
}

export interface Track {
  duration: number;
  stretches: Stretch[];
  /** The segments of a document, in order of time. */
  segmentsOf: Map<string, RecordedSegment[]>;
}

export function trackOf(manifest: Manifest): Track {
  const segmentsOf = new Map<string, RecordedSegment[]>();
  for (const segment of manifest.segments.toSorted((a, b) => a.t0 - b.t0 || a.n - b.n)) segmentsOf.set(segment.document, [...(segmentsOf.get(segment.document) ?? []), segment]);
  const documents = manifest.documents.filter(({ document }) => segmentsOf.has(document)).toSorted((a, b) => a.start - b.start);
  const duration = Math.max(0, ...documents.map(({ end }) => end), ...manifest.segments.map(({ t1 }) => t1));
  const alive = new Map(documents.map((one) => [one.document, one]));
  const uses = [
    ...documents.map(({ start, document }) => ({ t: start, document })),
    ...manifest.markers.flatMap(({ t, kind, document }) => (document !== undefined && (kind === "click" || kind === "input") && alive.has(document) ? [{ t, document }] : [])),
  ].toSorted((a, b) => a.t - b.t);
  const stretches: Stretch[] = [];
  const show = (from: number, document: string) => {
    const last = stretches.at(-1);
    if (last?.document === document) return;
    if (last) last.to = from;
    if (last && last.from >= last.to) stretches.pop();
    stretches.push({ from, to: duration, document });
  };
  for (const [index, use] of uses.entries()) {
    show(use.t, use.document);
    // Where the shown page ends before the next thing happens, one that is still open comes back.
    const end = alive.get(use.document)?.end ?? duration;
    const until = uses[index + 1]?.t ?? duration;
    if (end >= until) continue;
    const open = documents.filter((one) => one.document !== use.document && one.start <= end && one.end > end).at(-1);
    if (open) show(end, open.document);
  }
  return { duration, stretches, segmentsOf };
}

export function stretchAt({ stretches }: Track, t: number): Stretch | undefined {
  return stretches.findLast(({ from }) => from <= t) ?? stretches[0];
}

/** The place, among the document's segments, of the one that is playing at `t`. */
export function placeAt(segments: RecordedSegment[], t: number): number {
  return Math.max(0, segments.findLastIndex(({ t0 }) => t0 <= t));
}

/** Where playing must begin so that the page at `place` is whole: the last snapshot before it. -1 where there is none. */
export function snapshotBefore(segments: RecordedSegment[], place: number): number {
  return segments.findLastIndex((segment, index) => index <= place && segment.has_snapshot);
}

/** The pause around `t` in which nothing was done, if it lasts at least `least_ms`. */
export function pauseAt(activity: [number, number][], t: number, duration: number, least_ms: number): { from: number; to: number } | null {
  let from = 0;
  for (const [start, end] of activity) {
    if (t < start) return start - from >= least_ms ? { from, to: start } : null;
    if (t < end) return null;
    from = end;
  }
  return duration - from >= least_ms ? { from, to: duration } : null;
}
