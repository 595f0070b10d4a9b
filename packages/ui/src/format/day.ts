// Days as fields of forms want them.
import { knownZone } from "./format.ts";

/** The day that an instant lies on in a zone: 2026-11-30. */
export function dayIn(timezone: string, instant: number): string {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-US", { timeZone: knownZone(timezone), year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}
