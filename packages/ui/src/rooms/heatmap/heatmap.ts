// The layers of a heatmap and the metrics of its elements.
import type { HeatmapAnswer, ZoneSums } from "@/api/types.ts";
import type { Speech } from "@/report/room.ts";

export const LAYERS = ["clicks", "moves", "reach", "attention", "rage", "dead"] as const;
export type Layer = (typeof LAYERS)[number];

export const METRICS = ["click_rate", "click_share", "exposure_rate", "exposure_ms", "attractiveness", "recurrence", "hover_ms", "hesitation_ms", "before_first_click_ms", "rage_rate", "dead_rate", "conversion_per_click"] as const;
export type Metric = (typeof METRICS)[number];

export function metricText(metric: Metric, sums: ZoneSums, { format }: Speech): string {
  const value = sums[metric];
  if (value === null || value === undefined) return "–";
  if (metric === "recurrence") return format.number(Math.round(value * 100) / 100);
  if (metric.endsWith("_ms")) return format.duration(value / 1000);
  return format.percent(value);
}

/** Which people stand behind a figure. */
export function didOf(metric: Metric): string {
  if (metric.startsWith("exposure") || metric === "attractiveness") return "exposed";
  if (metric === "hover_ms") return "hovered";
  if (metric === "rage_rate") return "rage";
  if (metric === "dead_rate") return "dead";
  if (metric === "conversion_per_click") return "converted";
  return "clicked";
}

/** Too few page views, or too few clicks for what is about clicks. */
export function isUnsure(metric: Metric, sums: ZoneSums): boolean {
  return !sums.enough || ((metric === "recurrence" || metric === "hesitation_ms" || metric === "before_first_click_ms" || metric === "conversion_per_click") && !sums.enough_clicks);
}

export interface Named {
  /** Of elements the selector, of zones the name. */
  name: string;
  isZone: boolean;
  sums: ZoneSums;
}

export function ranked(answer: HeatmapAnswer, metric: Metric): Named[] {
  const zones = answer.zones.map((zone): Named => ({ name: zone.name, isZone: true, sums: zone }));
  const elements = answer.elements.map((element): Named => ({ name: element.selector, isZone: false, sums: element }));
  const value = (one: Named) => one.sums[metric] ?? -1;
  return [...zones.toSorted((a, b) => value(b) - value(a)), ...elements.toSorted((a, b) => value(b) - value(a))];
}

export function cellOf(named: Named, did: string): Record<string, unknown> {
  return named.isZone ? { zone: named.name, did } : { selector: named.name, did };
}
