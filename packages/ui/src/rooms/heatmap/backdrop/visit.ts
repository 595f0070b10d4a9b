// Which visit a page is shown as, and which moment of it. Knows nothing of fetching or drawing. Must stay true: what is chosen can be rebuilt from a snapshot that
// was taken before the moment, so that no part of the page is missing.
import type { Manifest, RecordedSegment } from "@/api/recording.ts";
import { EVENT, SOURCE, type ReplayEvent } from "@/rooms/recording/replay/events.ts";
import { placeAt, snapshotBefore, trackOf } from "@/rooms/recording/replay/track.ts";

/** When somebody was on the page, in milliseconds from the start of the recording, and the pieces that are needed to see it. */
export interface Stay {
  document: string;
  from: number;
  to: number;
  /** From one with a whole page on, in order. */
  segments: RecordedSegment[];
}

/** How a page may be looked at: once it had settled, or as it was just before it was left. */
export type Moment = "settled" | "left";

/** A page is given this long to settle; what it does later is what people did with it. */
const SETTLES_WITHIN_MS = 12_000;
const EARLIEST_MS = 600;
const QUIET_MS = 1200;
const BEFORE_LEAVING_MS = 40;
/** Widths this near to each other give the same layout, mostly. */
const NEAR_WIDTH = 0.12;

/** The longest stay on the page that can be rebuilt; null where there is none. */
export function stayOn(manifest: Manifest, page: string, moment: Moment): Stay | null {
  const { segmentsOf } = trackOf(manifest);
  let best: Stay | null = null;
  for (const { document, end, is_interaction_only } of manifest.documents) {
    const segments = segmentsOf.get(document);
    if (is_interaction_only || !segments) continue;
    const pages = manifest.pages.filter((one) => one.document === document);
    for (const [index, one] of pages.entries()) {
      if (one.page !== page) continue;
      const to = pages.slice(index + 1).find((next) => next.page !== page)?.t ?? Math.max(end, segments.at(-1)?.t1 ?? end);
      const stay = rebuiltFrom(segments, document, one.t, to, moment);
      if (stay && (!best || stay.to - stay.from > best.to - best.from)) best = stay;
    }
  }
  return best;
}

function rebuiltFrom(segments: RecordedSegment[], document: string, entered: number, to: number, moment: Moment): Stay | null {
  let first = snapshotBefore(segments, placeAt(segments, entered));
  // Where the beginning is missing, the page is seen from its next snapshot on.
  if (first < 0) first = segments.findIndex(({ has_snapshot, t0 }) => has_snapshot && t0 < to);
  const whole = segments[first];
  if (!whole) return null;
  const from = Math.max(entered, whole.t0);
  const until = moment === "left" ? to : Math.min(to, from + SETTLES_WITHIN_MS);
  if (moment === "left") first = Math.max(first, snapshotBefore(segments, placeAt(segments, until)));
  return { document, from, to, segments: segments.slice(first, placeAt(segments, until) + 1) };
}

/** The moment at which the page is looked at, by the recorded clock. `zero` is what that clock showed at the start of the recording. */
export function momentOf(stay: Stay, events: ReplayEvent[], zero: number, moment: Moment): number {
  const last = zero + stay.to - BEFORE_LEAVING_MS;
  const drawn = events.find(({ type }) => type === EVENT.whole)?.timestamp ?? 0;
  const from = Math.max(zero + stay.from, drawn) + EARLIEST_MS;
  if (moment === "left" || from >= last) return Math.max(drawn, last);
  const until = Math.min(last, from + SETTLES_WITHIN_MS);
  let at = from;
  for (const event of events) {
    if (event.timestamp <= at || !isBuilding(event)) continue;
    if (event.timestamp > until || event.timestamp - at >= QUIET_MS) break;
    at = event.timestamp + 1;
  }
  return Math.min(at, until);
}

/** Whether a change adds to the page, or takes from it: a clock that ticks in it does not. */
function isBuilding({ type, data }: ReplayEvent): boolean {
  if (type === EVENT.whole) return true;
  if (type !== EVENT.change || data.source !== SOURCE.mutation) return false;
  return (data.adds as unknown[]).length > 0 || (data.removes as unknown[]).length > 0;
}

/** Width and height of the screen at a moment. */
export function screenAt(events: ReplayEvent[], at: number): { width: number; height: number } | null {
  let screen: { width: number; height: number } | null = null;
  for (const { type, timestamp, data } of events) {
    if (timestamp > at && screen) break;
    if (type === EVENT.meta || (type === EVENT.change && data.source === SOURCE.resize)) screen = { width: Number(data.width), height: Number(data.height) };
  }
  return screen;
}

/** How far a screen is from the typical one, as a share of it; 0 where none is typical. */
export function widthApart(width: number, typical: number | null): number {
  return typical === null || typical <= 0 ? 0 : Math.abs(width - typical) / typical;
}

export function isNearWidth(width: number, typical: number | null): boolean {
  return widthApart(width, typical) <= NEAR_WIDTH;
}
