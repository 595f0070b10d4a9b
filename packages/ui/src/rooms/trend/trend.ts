// Reading a trend's answer: which line belongs to which series and segment, what it is called, what to say of it.
import type { TrendSeries } from "@/api/types.ts";
import { firstIncomplete } from "@/chart/axes.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { SHOWN_SEGMENTS } from "@/question/BreakdownEditor.tsx";
import type { Measure, TrendQuestion } from "@/question/question.ts";
import { measureName, segmentName, selectorName } from "@/question/words.ts";
import type { Speech } from "@/report/room.ts";
import { seriesLetter, type Asked } from "@/report/useAsk.ts";

export interface TrendLine {
  id: string;
  /** The question's series; null for a formula, which has no people of its own: its series have. */
  series: number | null;
  /** The letter of a series, the text of a formula. */
  label: string;
  name: string;
  breakdown: TrendSeries["breakdown"];
  values: (number | null)[];
  total: number | null;
  previous?: (number | null)[];
  previousTotal?: number | null;
  other?: number;
  distribution?: TrendSeries["distribution"];
}

export function seriesName(question: TrendQuestion, index: number, speech: Speech): string {
  const series = question.series[index];
  if (!series) return seriesLetter(index);
  if (series.cohort !== undefined) return speech.t("trend.sizeOf", { cohort: series.cohort });
  const event = selectorName(series.select, speech);
  const same = question.series.filter((one) => selectorName(one.select, speech) === event).length > 1;
  const plain = series.measure === "total" && !same;
  return plain ? event : speech.t("trend.seriesName", { event, measure: lowered(measureName(series.measure, speech, question.actor)) });
}

function lowered(text: string): string {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}

/** All the others together are no value, also where one of the values is not set. */
function segmentId({ breakdown, other }: TrendSeries): string {
  return other === undefined ? JSON.stringify(breakdown) : "other";
}

/** Lines in the order of their totals within each series, "others" last. */
export function trendLines(asked: Asked<"trend">, speech: Speech): TrendLine[] {
  const { question, answer } = asked;
  const split = (question.breakdown?.length ?? 0) > 0 || question.attribution !== undefined;
  const several = question.series.length + (question.formulas?.length ?? 0) > 1;
  const before = answer.compare?.series;
  const lines = answer.series.map((series): TrendLine => {
    const position = question.series.findIndex((_, at) => seriesLetter(at) === series.label);
    const own = position === -1 ? series.label : seriesName(question, position, speech);
    const segment = segmentName(series.breakdown, speech, series.other, question.breakdown);
    const earlier = before?.find((one) => one.label === series.label && segmentId(one) === segmentId(series));
    return {
      id: `${series.label} ${segmentId(series)}`,
      series: position === -1 ? null : position,
      label: series.label,
      name: split ? (several ? `${own} · ${segment}` : segment) : own,
      breakdown: series.breakdown,
      // What lies ahead of us is not a zero.
      values: series.values.map((value, index) => (Date.parse(answer.times[index] ?? "") > Date.now() ? null : value)),
      total: series.total,
      previous: before === undefined ? undefined : (earlier?.values ?? []),
      previousTotal: before === undefined ? undefined : (earlier?.total ?? 0),
      other: series.other,
      distribution: series.distribution,
    };
  });
  if (!split) return lines;
  const rank = (line: TrendLine) => (line.breakdown.length === 0 && line.other === undefined ? Number.POSITIVE_INFINITY : line.other === undefined ? (line.total ?? 0) : -1);
  return lines.toSorted((a, b) => rank(b) - rank(a));
}

/** What is not drawn: chosen by hand, or else the overall line of a split answer, which would flatten its segments. */
export function hiddenLines(lines: TrendLine[], hidden: unknown): string[] {
  return Array.isArray(hidden) ? (hidden as string[]) : lines.filter((line) => isOverall(lines, line)).map((line) => line.id);
}

export function shownLines(lines: TrendLine[], hidden: unknown): TrendLine[] {
  const out = new Set(hiddenLines(lines, hidden));
  return lines.filter((line) => !out.has(line.id)).slice(0, SHOWN_SEGMENTS);
}

/** The line of everybody where there are segments beside it. */
export function isOverall(lines: TrendLine[], line: TrendLine): boolean {
  return line.breakdown.length === 0 && line.other === undefined && lines.some((one) => one.breakdown.length > 0);
}

export function colorOf(lines: TrendLine[], line: TrendLine): number | "overall" | null {
  if (line.other !== undefined) return null;
  if (isOverall(lines, line)) return "overall";
  return lines.filter((one) => !isOverall(lines, one)).indexOf(line);
}

/** The value of the period compared with: a segment that was not met then had none of it, a division by zero is a gap. */
export function valueBefore(line: TrendLine, index: number): number | null {
  const value = line.previous?.[index];
  return value === undefined ? 0 : value;
}

export function incompleteIndex(asked: Asked<"trend">): number {
  return firstIncomplete(asked.answer.times, asked.explain.incomplete_from);
}

/** The highest interval of a line that is over. */
export function peakOf(line: TrendLine, until: number): { index: number; value: number } | null {
  let best: { index: number; value: number } | null = null;
  line.values.slice(0, until).forEach((value, index) => {
    if (value !== null && value > 0 && (best === null || value > best.value)) best = { index, value };
  });
  return best;
}

export function sentenceKey(measure: Measure): MessageKey {
  if (measure === "total") return "trend.sentence.total";
  if (measure === "unique") return "trend.sentence.unique";
  if (measure === "sessions") return "trend.sentence.sessions";
  return "trend.sentence.value";
}

/** What a formula names first that is no series of the question: a letter further on, or a word. */
export function unknownLetter(formula: string, series: number): string | null {
  const last = seriesLetter(series - 1);
  return formula.match(/[a-z]+/gi)?.find((word) => word.length > 1 || word.toUpperCase() > last) ?? null;
}
