// A recording said in words: what a person did, where they struggled, what a filter asks for.
import type { Marker, RecordingRow } from "@/api/recording.ts";
import type { Formatter } from "@/format/format.ts";
import type { MessageKey, Messages } from "@/i18n/catalogue.ts";
import { eventName } from "@/question/words.ts";
import { DEVICES, fieldOf, SIGNALS } from "./fields.ts";
import type { RecordingCondition } from "./question.ts";

type Speech = Messages & { format: Formatter };

export function signalName(name: string, { t }: Messages): string {
  if (name === "hesitation") return t("signal.hesitation");
  return (SIGNALS as readonly string[]).includes(name) ? t(`signal.${name}` as MessageKey) : name.replaceAll("_", " ");
}

/** `3:07`, `1:02:45`: a place in a recording. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `187`, `3:07` or `1:02:45`, as a place in milliseconds. */
export function readClock(text: string): number | null {
  const parts = text.trim().split(":").map(Number);
  if (text.trim() === "" || parts.length > 3 || parts.some((part) => !Number.isFinite(part) || part < 0)) return null;
  return parts.reduce((sum, part) => sum * 60 + part, 0) * 1000;
}

export function deviceName(device: string | null, { t }: Messages): string {
  if (device === null) return t("recordings.device.unknown");
  const known = DEVICES.find((one) => one.toLowerCase() === device.toLowerCase());
  return known ? t(`recordings.device.${known}`) : device;
}

/** How many signals of friction a recording holds, all kinds together. */
export function nSignals({ signals }: RecordingRow): number {
  return Object.values(signals).reduce((sum, n) => sum + n, 0);
}

export function markerTitle(marker: Marker, speech: Speech): string {
  const { t } = speech;
  switch (marker.kind) {
    case "signal":
      return signalName(marker.name ?? "", speech);
    case "event":
      return eventName(marker.name ?? "", speech);
    case "error":
      return t("player.marker.error");
    case "request":
      return t("player.marker.request", { method: marker.method ?? "GET", status: marker.status ?? 0 });
    case "console":
      return t("player.marker.console", { level: marker.level ?? "log" });
    case "survey":
      return t("player.marker.survey");
    case "note":
      return t("player.marker.note");
    case "trigger":
      return t("player.marker.trigger");
    case "click":
      return t("player.marker.click");
    case "input":
      return t("player.marker.input");
  }
}

/** What the title leaves open: the element, the address, the text. */
export function markerDetail(marker: Marker, { format }: Speech): string {
  switch (marker.kind) {
    case "request":
      return [marker.url, marker.ms === undefined ? null : format.duration(marker.ms / 1000)].filter(Boolean).join(" · ");
    case "error":
      return marker.error ?? marker.text ?? marker.name ?? "";
    case "trigger":
      return marker.why ?? "";
    default:
      return marker.text ?? marker.selector ?? "";
  }
}

export function conditionWords(condition: RecordingCondition, speech: Speech): string {
  const { t, format } = speech;
  const field = fieldOf(condition);
  const label = field ? t(field.label) : condition.field;
  const one = (value: unknown): string => {
    if (field?.kind === "seconds" && typeof value === "number") return format.duration(value);
    if (field?.kind === "device") return deviceName(String(value), speech);
    return typeof value === "number" ? format.number(value) : String(value ?? "");
  };
  if (field?.kind === "yes") return condition.value === false ? t("recordings.where.no", { field: label }) : t("recordings.where.yes", { field: label });
  if (condition.op === "set") return t("recordings.where.set", { field: label });
  if (condition.op === "between" && Array.isArray(condition.value)) return t("recordings.where.between", { field: label, low: one(condition.value[0]), high: one(condition.value[1]) });
  const value = Array.isArray(condition.value) ? condition.value.map(one).join(` ${t("word.or")} `) : one(condition.value);
  return t("recordings.where.compared", { field: label, op: t(`op.${condition.op}` as MessageKey), value });
}
