// Reading a triangle: one curve per segment, the names of periods, what an amount is called.
import type { RetentionCohort, SegmentValue } from "@/api/types.ts";
import type { RetentionQuestion, Selector } from "@/question/question.ts";
import { propertyName, segmentName } from "@/question/words.ts";
import type { Speech } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { pooled, type Curve } from "./pooled.ts";

/** The amount that a question asks for beside the people: its property, and whether cells hold averages. */
export function amountOf(question: RetentionQuestion): { property: string; isAverage: boolean } | null {
  const { measure } = question;
  if (measure === undefined || measure === "people") return null;
  return "sum" in measure ? { property: measure.sum, isAverage: false } : { property: measure.average, isAverage: true };
}

/** "Sum of amount", or "Average of amount". */
export function amountName(question: RetentionQuestion, speech: Speech): string {
  const amount = amountOf(question);
  if (amount === null) return "";
  return speech.t(amount.isAverage ? "measure.average" : "measure.sum", { property: propertyName(amount.property, speech) });
}

export function segmentKey(breakdown: SegmentValue[], other?: number): string {
  return other === undefined ? JSON.stringify(breakdown) : "other";
}

export function cohortsBySegment(asked: Asked<"retention">): Map<string, RetentionCohort[]> {
  const groups = new Map<string, RetentionCohort[]>();
  for (const cohort of asked.answer.cohorts) {
    const key = segmentKey(cohort.breakdown, cohort.other);
    groups.set(key, [...(groups.get(key) ?? []), cohort]);
  }
  return groups;
}

/** One curve per segment, the overall one first, all others last. Shares are the server's, whose weighting the question chose. */
export function curvesOf(asked: Asked<"retention">): Curve[] {
  const { answer, question } = asked;
  const isAverage = amountOf(question)?.isAverage ?? false;
  const curves = [...cohortsBySegment(asked).values()].map((cohorts) => {
    const curve = pooled(cohorts, cohorts[0]?.breakdown ?? [], isAverage);
    const told = isOverall(curve) ? answer.average : answer.averages?.find((one) => segmentKey(one.breakdown) === segmentKey(curve.breakdown))?.average;
    return question.average === "weighted" && told ? { ...curve, shares: told } : curve;
  });
  const rank = (curve: Curve) => (isOverall(curve) ? 0 : curve.other === undefined ? 1 : 2);
  return curves.toSorted((a, b) => rank(a) - rank(b) || b.size - a.size);
}

/** Where everybody behind an average stands: all cohorts together, those born in them or those who returned in a period. */
export function averageCell(curve: Curve, period: number | null, names: string[], speech: Speech): [Record<string, unknown>, string] {
  const title = period === null ? speech.t("retention.panel.allBorn") : speech.t("retention.panel.allReturned", { period: names[period] ?? String(period) });
  const segment = curve.other !== undefined ? { other: true } : isOverall(curve) ? {} : { breakdown: curve.breakdown };
  return [{ ...(period === null ? {} : { period }), ...segment }, isOverall(curve) ? title : `${title} · ${segmentName(curve.breakdown, speech, curve.other)}`];
}

export function isOverall(curve: Curve): boolean {
  return curve.breakdown.length === 0 && curve.other === undefined;
}

const ENOUGH_BORN = 30;

/** The segment to name as the most loyal: among those with enough people to say so, and only where it beats the whole. */
export function mostLoyal(curves: Curve[], whole: Curve, period: number): Curve | undefined {
  const share = (curve: Curve) => curve.shares[period] ?? 0;
  const told = curves.filter((curve) => curve.breakdown.length > 0 && curve.other === undefined && (curve.born[period] ?? 0) >= ENOUGH_BORN);
  const best = told.toSorted((a, b) => share(b) - share(a))[0];
  return best && told.length > 1 && share(best) > share(whole) ? best : undefined;
}

/** Whether any event at all will do. */
export function isAnything(selector: Selector): boolean {
  return selector.event == null && !selector.any_of && !selector.where && !selector.label;
}

/** Units from the birth to the beginning of a period. */
export function periodStart(question: RetentionQuestion, period: number): number {
  return question.brackets ? question.brackets.slice(0, period).reduce((sum, size) => sum + size, 0) : period;
}

export function periodName(question: RetentionQuestion, period: number, { t }: Speech): string {
  const from = periodStart(question, period);
  const size = question.brackets?.[period] ?? 1;
  return size === 1 ? t(`retention.period.${question.unit}`, { n: from }) : t(`retention.periods.${question.unit}`, { from, to: from + size - 1 });
}

/** The period inside a sentence: "in week 4". */
export function periodPhrase(question: RetentionQuestion, period: number, speech: Speech): string {
  if ((question.brackets?.[period] ?? 1) > 1) return speech.t("retention.in.bracket", { name: periodName(question, period, speech).toLocaleLowerCase() });
  return speech.t(`retention.in.${question.unit}`, { n: periodStart(question, period) });
}

/** The period people ask about first: day 7, week 4, month 3, or the last one known. */
export function tellingPeriod(question: RetentionQuestion, curve: Curve): number | null {
  const wanted = question.brackets ? 1 : question.unit === "day" ? 7 : question.unit === "week" ? 4 : 3;
  for (let period = Math.min(wanted, curve.shares.length - 1); period > 0; period -= 1) if (curve.shares[period] !== null) return period;
  return null;
}
