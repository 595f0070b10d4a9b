import type { RecordingRow } from "@/api/recording.ts";

/** What was sought is shown from a little before it. */
export const BEFORE_MOMENT_MS = 3000;

/** The second at which a recording opens where something particular was sought. */
export function momentOf(row: RecordingRow): number | undefined {
  return row.moment_ms == null ? undefined : Math.max(0, Math.round((row.moment_ms - BEFORE_MOMENT_MS) / 1000));
}

/** Where an instant lies in a recording that begins at another, a little before it, in milliseconds. */
export function placeOf(instant: string, start: string): number {
  const place = Date.parse(instant) - Date.parse(start) - BEFORE_MOMENT_MS;
  return place > 0 ? place : 0;
}
