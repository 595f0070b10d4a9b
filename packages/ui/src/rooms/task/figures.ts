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
  const x = (i: number): number => (values.length < 2 ? width / 2 : (i / (values.length - 1)) * width);
  const lines: string[][] = [];
  values.forEach((value, i) => {
    if (value === null) return;
    const point = `${x(i).toFixed(1)},${(height - (value / most) * height).toFixed(1)}`;
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
