// Days of an interval, as the range of a question, and hours of a day.
import type { Interval } from "@/format/format.ts";
import type { Range } from "@/question/question.ts";

/** The days of an interval; the start tells its own zone's day. */
export function daysOf(start: string, unit: Interval): Range {
  const from = start.slice(0, 10);
  const last = new Date(`${from}T00:00:00Z`);
  if (unit === "week") last.setUTCDate(last.getUTCDate() + 6);
  if (unit === "month" || unit === "quarter" || unit === "year") {
    last.setUTCMonth(last.getUTCMonth() + { month: 1, quarter: 3, year: 12 }[unit]);
    last.setUTCDate(last.getUTCDate() - 1);
  }
  return { from, to: last.toISOString().slice(0, 10) };
}

/** A number as somebody typed it, in either language. */
export function typedNumber(text: string): number | null {
  const number = Number(text.trim().replace(/[\s\u202f\u00a0]/g, "").replace(",", "."));
  return text.trim() === "" || !Number.isFinite(number) ? null : number;
}

export function addresses(text: string): string[] {
  return text.split(/[\s,;]+/).filter((address) => address !== "");
}
