// What alerts watch for, and what they told, in sentences.
import type { AlertCondition, Told } from "@/api/alert.ts";
import type { MetricDefinition } from "@/api/board.ts";
import type { Speech } from "@/report/room.ts";
import { write } from "@/rooms/metric/figures.ts";

type Spoken = Speech & { locale: string };
type Written = Pick<MetricDefinition, "format" | "currency">;

/** `falls by 20% against the day before` */
export function conditionWords(when: AlertCondition, metric: Written, speech: Spoken): string {
  const { t } = speech;
  switch (when.kind) {
    case "above":
    case "below":
      return t(`alert.when.${when.kind}`, { value: metric.format === "percent" ? wholeShare(when.value, speech) : write(when.value, metric, speech) });
    case "rises":
    case "falls":
      return t(`alert.when.${when.kind}`, { by: movedBy(when, metric, speech), against: when.against });
    case "unusual":
      return t("alert.when.unusual", { sensitivity: when.sensitivity, way: when.way ?? "both" });
  }
}

function movedBy(when: { by: number; unit: "share" | "amount" }, metric: Written, speech: Spoken): string {
  return when.unit === "share" ? wholeShare(when.by, speech) : write(when.by, metric, speech);
}

/** `20%`, and `12.5%` where it has a half. */
function wholeShare(share: number, { format }: Speech): string {
  return format.percent(share, Number.isInteger(Math.round(share * 1000) / 10) ? 0 : 1);
}

/** `1,204, 38% less than the same day a week earlier (1,942)` */
export function toldWords(told: Told, kind: "fired" | "over" | "test", speech: Spoken): string {
  const { t, format } = speech;
  const written = (value: number | null): string => write(value, told, speech);
  if (kind === "over") return t("alert.told.over", { value: written(told.value) });
  if (kind === "test") return t("alert.told.test", { value: written(told.value) });
  const { when } = told;
  switch (when.kind) {
    case "above":
    case "below":
      return t(`alert.told.${when.kind}`, { value: written(told.value), bound: written(told.reference) });
    case "rises":
    case "falls": {
      const moved = Math.abs((told.value ?? 0) - (told.reference ?? 0));
      const by = when.unit === "share" && told.reference ? format.percent(moved / Math.abs(told.reference)) : written(moved);
      return t("alert.told.moved", { way: when.kind, value: written(told.value), by, against: when.against, reference: written(told.reference) });
    }
    case "unusual":
      return t("alert.told.unusual", { value: written(told.value), low: written(told.low), high: written(told.high) });
  }
}

/** 1 is Monday. */
export function weekday(day: number, locale: string): string {
  return new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(new Date(Date.UTC(2026, 5, day)));
}
