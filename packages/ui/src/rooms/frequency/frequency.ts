// Reading the answer of engagement: for each segment, how many were active in how many units of each period.
import type { SegmentValue } from "@/api/types.ts";
import type { Asked } from "@/report/useAsk.ts";

export interface Spread {
  breakdown: SegmentValue[];
  /** People by number of units (from 1), one list per period. */
  people: number[][];
}

export interface Spreads {
  starts: string[];
  /** Index of the last period that is over. */
  last: number;
  overall: Spread;
  segments: Spread[];
}

export function spreadsOf(asked: Asked<"frequency">): Spreads {
  const bySegment = new Map<string, Spread>();
  const starts: string[] = [];
  for (const { start, people, breakdown = [] } of asked.answer.periods) {
    const key = JSON.stringify(breakdown);
    const spread = bySegment.get(key) ?? { breakdown, people: [] };
    spread.people.push(people);
    bySegment.set(key, spread);
    if (breakdown.length === 0) starts.push(start);
  }
  const all = [...bySegment.values()];
  const overall = all.find((spread) => spread.breakdown.length === 0) ?? { breakdown: [], people: [] };
  const from = asked.explain.incomplete_from ? Date.parse(asked.explain.incomplete_from) : Number.POSITIVE_INFINITY;
  // A period that begins at the first incomplete instant, or later, is not over yet.
  let last = starts.length - 1;
  while (last > 0 && Date.parse(starts[last] ?? "") >= from) last -= 1;
  const segments = all.filter((spread) => spread.breakdown.length > 0).toSorted((a, b) => activeIn(asked, b.people[last]) - activeIn(asked, a.people[last]));
  return { starts, last, overall, segments };
}

/** Everybody who was active in a period at all. */
export function activeIn(asked: Asked<"frequency">, people: number[] | undefined): number {
  if (people === undefined) return 0;
  return asked.question.mode === "at_least" ? (people[0] ?? 0) : people.reduce((sum, count) => sum + count, 0);
}

/** Those who came in at least so many units. */
export function activeFrom(asked: Asked<"frequency">, people: number[] | undefined, units: number): number {
  if (people === undefined) return 0;
  return asked.question.mode === "at_least" ? (people[units - 1] ?? 0) : people.slice(units - 1).reduce((sum, count) => sum + count, 0);
}

/** On how many units somebody active came on average; null where nobody was. */
export function meanUnits(asked: Asked<"frequency">, people: number[] | undefined): number | null {
  const active = activeIn(asked, people);
  if (people === undefined || active === 0) return null;
  // With "at least", each unit counts everybody who reached it: their sum is the sum of units.
  const units = asked.question.mode === "at_least" ? people.reduce((sum, count) => sum + count, 0) : people.reduce((sum, count, index) => sum + count * (index + 1), 0);
  return units / active;
}
