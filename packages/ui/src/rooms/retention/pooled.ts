// The average of a triangle, with its weighting stated: each person born counts once.
import type { RetentionCohort, SegmentValue } from "@/api/types.ts";

export interface Curve {
  breakdown: SegmentValue[];
  /** On the segment of all others: how many values it holds. */
  other?: number;
  /** Share returned per period, over the cells that are over; null where none is. */
  shares: (number | null)[];
  /** People born behind each share. */
  born: number[];
  /** People returned behind each share. */
  returned: number[];
  /** What they brought in those periods, all together; empty where the question asks for no amount. */
  amounts: number[];
  size: number;
}

/** Pools the complete cells of some cohorts: the sum of those returned over the sum of those born. An amount that is an average per returned person is spread back over them. */
export function pooled(cohorts: RetentionCohort[], breakdown: SegmentValue[], amountIsAverage = false): Curve {
  const periods = Math.max(0, ...cohorts.map((cohort) => cohort.returned.length));
  const curve: Curve = { breakdown, other: cohorts[0]?.other, shares: [], born: [], returned: [], amounts: [], size: cohorts.reduce((sum, cohort) => sum + cohort.size, 0) };
  const hasAmounts = cohorts.some((cohort) => cohort.amounts !== undefined);
  for (let period = 0; period < periods; period += 1) {
    const over = cohorts.filter((cohort) => cohort.complete[period]);
    const sum = (valueOf: (cohort: RetentionCohort) => number) => over.reduce((total, cohort) => total + valueOf(cohort), 0);
    const born = sum((cohort) => cohort.size);
    const returned = sum((cohort) => cohort.returned[period] ?? 0);
    curve.born.push(born);
    curve.returned.push(returned);
    curve.shares.push(born === 0 ? null : returned / born);
    if (hasAmounts) curve.amounts.push(sum((cohort) => (cohort.amounts?.[period] ?? 0) * (amountIsAverage ? (cohort.returned[period] ?? 0) : 1)));
  }
  return curve;
}

/** The amount of each period per person: per person born where amounts are sums, per person who returned where they are averages. */
export function amountsPerPerson(curve: Curve, amountIsAverage: boolean): (number | null)[] {
  return curve.amounts.map((amount, period) => {
    const people = (amountIsAverage ? curve.returned : curve.born)[period] ?? 0;
    return people === 0 ? null : amount / people;
  });
}

/** What a person brought up to each period, the period included; ends where a period is not known. */
export function running(values: (number | null)[]): (number | null)[] {
  let sum: number | null = 0;
  return values.map((value) => {
    sum = sum === null || value === null ? null : sum + value;
    return sum;
  });
}
