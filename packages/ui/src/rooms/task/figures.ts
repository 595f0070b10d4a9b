// Small sums of a scorecard: what a bar, a spark and a difference are drawn of.
import type { TaskAnswer, TaskCardName, TaskClass, TaskInterval, TaskLine } from "@/api/task.ts";

/** The piece of the bar without friction, and the one with it. */
export interface BarPart {
  class: TaskClass;
  friction: boolean;
  count: number;
}

export function barParts(line: TaskLine): BarPart[] {
  return line.classes.flatMap((one) => [
    { class: one.class, friction: false, count: one.count - one.friction },
    { class: one.class, friction: true, count: one.friction },
  ]);
}

/** What a card shows of an interval; null where nothing could be counted. */
export function trendOf(card: TaskCardName, intervals: readonly TaskInterval[]): (number | null)[] {
  return intervals.map((one) => {
    if (card === "lost") return one.lost;
    const [count, of] =
      card === "promoters" ? [one.promoters, one.nps_answers] : card === "csat_low" ? [one.csat_low, one.csat_answers] : [one[card], one.attempts];
    return of === 0 ? null : count / of;
  });
}

/** Lines through what is there, in a box of this size; what is missing is a gap, and a lone point is a dash. The zero line is the bottom. */
export function sparkLines(values: readonly (number | null)[], width: number, height: number): string[] {
  const most = Math.max(...values.map((value) => value ?? 0), Number.MIN_VALUE);
  const lines: string[][] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const point = `${sparkX(i, values.length, width).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`;
    const last = lines.at(-1);
    if (last && values[i - 1] !== null && i > 0) last.push(point);
    else lines.push([point]);
  });
  return lines.map((points) => {
    if (points.length > 1) return points.join(" ");
    const [left, top] = (points[0] ?? "0,0").split(",").map(Number);
    return `${Math.max(0, (left ?? 0) - 1)},${top} ${(left ?? 0) + 1},${top}`;
  });
}

/** What came while attempts were counted: a release, or the day since which something is fixed. */
export interface Came {
  /** The interval in which it came. */
  at: number;
  time: string;
  release: string | null;
  isFix: boolean;
}

/** A release that fewer attempts saw may have been there before. */
const SEEN = 0.05;
const MOST_CAME = 4;

/** The first release was there already; one that a fix is named after is marked once, on the day of the release. */
export function cameIn({ intervals, releases, fixes, attempts }: Pick<TaskAnswer, "intervals" | "releases" | "fixes" | "attempts">): Came[] {
  const starts = intervals.map(({ start }) => Date.parse(start));
  const at = (time: string): number => starts.findLastIndex((start) => start <= Date.parse(time));
  const came: Came[] = releases.slice(1).flatMap(({ release, first_seen, attempts: n }) => (release === null || n < attempts * SEEN ? [] : [{ at: at(first_seen), time: first_seen, release, isFix: false }]));
  for (const { state, fixed_at, release } of fixes) {
    if (state !== "fixed" || fixed_at === null) continue;
    const same = came.find((one) => (release === null ? one.release === null && one.time === fixed_at : one.release === release));
    if (same) same.isFix = true;
    else came.push({ at: at(fixed_at), time: fixed_at, release, isFix: true });
  }
  return came
    .filter((one) => one.at > 0)
    .toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))
    .slice(-MOST_CAME);
}

/** Where a value of a spark lies from left to right. */
export const sparkX = (i: number, n: number, width: number): number => (n < 2 ? width / 2 : (i / (n - 1)) * width);

/** The share of a card in the range before, where it is known. */
export function beforeOf(card: TaskCardName, compared: TaskAnswer["compared"]): number | null {
  if (!compared || compared.attempts === 0) return null;
  const share = (name: TaskClass): number | null => compared.classes.find((one) => one.class === name)?.share ?? null;
  switch (card) {
    case "as_planned":
      return share("as_planned");
    case "not_finished":
      return share("failed");
    case "slow":
    case "friction":
    case "off_path":
      return compared[card].share;
    default:
      return null;
  }
}

export const classOf = (line: TaskLine, name: TaskClass) => line.classes.find((one) => one.class === name);

/** From this score on an attempt had friction (px.md 6.2). */
export const FRICTION = 30;
/** With fewer nothing is made of a figure (px.md 6.2). */
export const FEW = 30;
