// The average of a triangle, with its weighting stated: each person born counts once.
import type { RetentionCohort, SegmentValue } from "@/api/types.ts";

export interface Curve {
  breakdown: SegmentValue[];
  /** Share returned per period, over the cells that are over; null where none is. */
  shares: (number | null)[];
  /** People born behind each share. */
  born: number[];
  size: number;
}

/** Pools the complete cells of some cohorts: the sum of those returned over the sum of those born. */
export function pooled(cohorts: RetentionCohort[], breakdown: SegmentValue[]): Curve {
  const periods = Math.max(0, ...cohorts.map((cohort) => cohort.returned.length));
  const shares: (number | null)[] = [];
  const born: number[] = [];
  for (let period = 0; period < periods; period += 1) {
    const over = cohorts.filter((cohort) => cohort.complete[period]);
    const size = over.reduce((sum, cohort) => sum + cohort.size, 0);
    born.push(size);
    shares.push(size === 0 ? null : over.reduce((sum, cohort) => sum + (cohort.returned[period] ?? 0), 0) / size);
  }
  return { breakdown, shares, born, size: cohorts.reduce((sum, cohort) => sum + cohort.size, 0) };
}
