// How a metric's numbers are written, and what they say.
import type { MetricDefinition, MetricShown, MetricValue } from "@/api/board.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import type { Speech } from "@/report/room.ts";

/** A number of this metric, as it is written. */
export function write(value: number | null | undefined, definition: Pick<MetricDefinition, "format" | "currency">, { format, locale }: Speech & { locale: string }): string {
  if (value === null || value === undefined) return "–";
  switch (definition.format) {
    case "percent":
      return format.percent(value);
    case "duration":
      return format.duration(value);
    case "currency":
      return money(value, definition.currency ?? "EUR", locale);
    default:
      return format.number(value);
  }
}

function money(value: number, currency: string, locale: string): string {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 2 }).format(value);
  } catch {
    return `${value} ${currency}`;
  }
}

/** Whether it went the way that is good; null where it did not move, or nothing is known. */
export function isGood(change: number | null, better: "up" | "down"): boolean | null {
  if (change === null || change === 0) return null;
  return change > 0 === (better === "up");
}

/** Up to when a line is over. */
export function overUntil(value: MetricValue): number {
  const open = value.points.findIndex((point) => !point.over);
  return open < 0 ? value.points.length : open;
}

/** What a coefficient is called. */
export function strength(r: number): "weak" | "moderate" | "strong" {
  const size = Math.abs(r);
  return size >= 0.6 ? "strong" : size >= 0.3 ? "moderate" : "weak";
}

const FIGURE_WORDS: Record<string, MessageKey> = {
  conversion: "metric.figure.conversion",
  converted: "metric.figure.converted",
  entered: "metric.figure.entered",
  quick_ratio: "metric.figure.quick_ratio",
  new: "metric.figure.new",
  returning: "metric.figure.returning",
  resurrected: "metric.figure.resurrected",
  dormant: "metric.figure.dormant",
  session_mean: "metric.figure.session_mean",
  share_sessions_high: "metric.figure.share_sessions_high",
  mean: "metric.figure.mean",
  share_high: "metric.figure.share_high",
  points_per_active_minute: "metric.figure.points_per_active_minute",
  lcp: "metric.figure.lcp",
  inp: "metric.figure.inp",
  cls: "metric.figure.cls",
  fcp: "metric.figure.fcp",
  ttfb: "metric.figure.ttfb",
  completed: "metric.figure.completed",
  as_planned: "metric.figure.as_planned",
  slow: "metric.figure.slow",
  not_finished: "metric.figure.not_finished",
  friction: "metric.figure.friction",
  off_path: "metric.figure.off_path",
  promoters: "metric.figure.promoters",
  csat_low: "metric.figure.csat_low",
  lost: "metric.figure.lost",
};

export function figureName(figure: string, { t }: Speech): string {
  const period = /^period_(\d+)$/.exec(figure);
  if (period) return t("metric.figure.period", { n: Number(period[1]) });
  const word = FIGURE_WORDS[figure];
  return word ? t(word) : figure;
}

/** How numbers of a figure are usually written. */
export function usualFormat(kind: string, figure: string | undefined): MetricDefinition["format"] {
  if (kind === "retention" || kind === "task") return figure === "lost" ? "number" : "percent";
  if (kind === "funnel") return figure === undefined || figure === "conversion" ? "percent" : "number";
  return figure?.startsWith("share_") ? "percent" : "number";
}

/** Numbers of which less is better. */
const LESS = ["dormant", "session_mean", "share_sessions_high", "mean", "share_high", "points_per_active_minute", "lcp", "inp", "cls", "fcp", "ttfb", "slow", "not_finished", "friction", "off_path", "csat_low", "lost"];

export function usualDirection(kind: string, figure: string | undefined): "up" | "down" {
  return (figure !== undefined && LESS.includes(figure)) || (figure === undefined && (kind === "friction" || kind === "vital")) ? "down" : "up";
}

/** The metric in one line, for who cannot see its line. */
export function said(metric: MetricShown, value: MetricValue, speech: Speech & { locale: string }, when: (start: string) => string): string {
  const written = (one: number | null | undefined): string => write(one, metric.definition, speech);
  if (value.value === null || !value.at) return speech.t("metric.nothingYet");
  return speech.t("metric.said", { name: metric.name, value: written(value.value), when: when(value.at), before: value.before === null ? "none" : written(value.before) });
}
