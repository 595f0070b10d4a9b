// Two heatmaps of one page, element by element.
import type { HeatmapAnswer, Interval } from "@/api/types.ts";
import { isUnsure, ranked, type Metric, type Named } from "./heatmap.ts";
import type { HeatmapZone } from "@/question/question.ts";

export interface Difference {
  name: string;
  isZone: boolean;
  a: Named | null;
  b: Named | null;
  /** B less A, in the metric's own unit; null where one of them has no figure. */
  difference: number | null;
  /** Of shares, where both have an interval. */
  interval: Interval | null;
  /** Too little was seen of either, or the interval holds no difference too. */
  isUnsure: boolean;
}

const INTERVALS = { click_rate: "click_rate_interval", attractiveness: "attractiveness_interval", conversion_per_click: "conversion_per_click_interval" } as const;

/** Those that differ most first; what is on one of the two only comes after. */
export function differences(a: HeatmapAnswer, b: HeatmapAnswer, metric: Metric, zones: HeatmapZone[] = []): Difference[] {
  const [ofA, ofB] = [ranked(a, metric, zones), ranked(b, metric, zones)];
  const key = ({ isZone, name }: Named) => `${isZone} ${name}`;
  const inB = new Map(ofB.map((one) => [key(one), one]));
  const inA = new Set(ofA.map(key));
  const pairs = [...ofA.map((one): [Named | null, Named | null] => [one, inB.get(key(one)) ?? null]), ...ofB.filter((one) => !inA.has(key(one))).map((one): [Named | null, Named | null] => [null, one])];
  return pairs
    .map(([left, right]) => differenceOf(left, right, metric))
    .toSorted((x, y) => Number(y.isZone) - Number(x.isZone) || sizeOf(y) - sizeOf(x));
}

function sizeOf({ difference }: Difference): number {
  return difference === null ? -1 : Math.abs(difference);
}

function differenceOf(a: Named | null, b: Named | null, metric: Metric): Difference {
  const [of] = [a ?? b];
  const [valueA, valueB] = [a?.sums[metric] ?? null, b?.sums[metric] ?? null];
  const difference = valueA === null || valueB === null ? null : valueB - valueA;
  const name = INTERVALS[metric as keyof typeof INTERVALS];
  const interval = name && valueA !== null && valueB !== null ? intervalOf(valueA, a?.sums[name] ?? null, valueB, b?.sums[name] ?? null) : null;
  const isEither = (a !== null && isUnsure(metric, a.sums)) || (b !== null && isUnsure(metric, b.sums));
  return { name: of?.name ?? "", isZone: of?.isZone ?? false, a, b, difference, interval, isUnsure: isEither || (interval !== null && interval[0] <= 0 && interval[1] >= 0) };
}

/** Newcombe's interval of a difference between two shares, from Wilson's of each. */
export function intervalOf(a: number, ofA: Interval | null, b: number, ofB: Interval | null): Interval | null {
  if (!ofA || !ofB) return null;
  const difference = b - a;
  const low = difference - Math.hypot(b - ofB[0], ofA[1] - a);
  const high = difference + Math.hypot(ofB[1] - b, a - ofA[0]);
  return [low, high];
}
