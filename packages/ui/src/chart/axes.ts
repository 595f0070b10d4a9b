// What all pictures with axes share: the grid, quiet axes, the tooltip's look, incomplete intervals as dashes.
import type { Formatter } from "@/format/format.ts";
import type { ChartColors } from "./colors.ts";

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One line of a tooltip: a dot, a name, a number. Names come from people's data, so they are escaped here. */
export function tipLine(color: string, name: string, value: string, note = ""): string {
  const dot = `<span style="display:inline-block;width:8px;height:8px;border-radius:2px;background:${color};margin-right:8px"></span>`;
  const after = note === "" ? "" : `<span style="opacity:.7;margin-left:8px">${escaped(note)}</span>`;
  return `<div style="display:flex;align-items:center;gap:0;line-height:20px">${dot}<span style="flex:1;max-width:260px;overflow:hidden;text-overflow:ellipsis;margin-right:16px">${escaped(name)}</span><b style="font-weight:600">${escaped(value)}</b>${after}</div>`;
}

export function tipTitle(text: string): string {
  return `<div style="opacity:.75;font-size:12px;margin-bottom:4px">${escaped(text)}</div>`;
}

export function tipFoot(text: string): string {
  return `<div style="opacity:.75;font-size:11px;margin-top:6px;max-width:300px;white-space:normal">${escaped(text)}</div>`;
}

export function tooltip(colors: ChartColors) {
  return {
    backgroundColor: colors.surface,
    borderColor: colors.line,
    borderWidth: 1,
    padding: [8, 12],
    textStyle: { color: colors.ink, fontSize: 12, fontFamily: FONT },
    extraCssText: "box-shadow:0 8px 24px rgb(16 24 40 / 14%);border-radius:6px;max-width:min(440px,90vw);white-space:normal;font-variant-numeric:tabular-nums",
    confine: true,
    transitionDuration: 0,
  };
}

export const FONT = '"Inter Variable", system-ui, sans-serif';

export function categoryAxis(colors: ChartColors, names: string[]) {
  return {
    type: "category" as const,
    data: names,
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { show: false },
    axisLabel: { color: colors.quiet, fontSize: 11, fontFamily: FONT, hideOverlap: true, margin: 10 },
  };
}

const LINES = 4;

/** Decimals that tell the lines of an axis of shares apart: none up to some ten per cent, more as they get smaller. */
export function shareDecimals(highest: number): number {
  return highest > 0 ? Math.min(4, Math.max(0, -Math.floor(Math.log10((100 * highest) / LINES)))) : 0;
}

/** `highest` is the highest share where shares are drawn; none for counts. */
export function valueAxis(colors: ChartColors, format: Formatter, highest?: number) {
  return {
    type: "value" as const,
    splitNumber: LINES,
    interval: undefined as number | undefined,
    axisLabel: { color: colors.quiet, fontSize: 11, fontFamily: FONT, formatter: (value: number) => (highest === undefined ? format.compact(value) : format.percent(value, value === 0 ? 0 : shareDecimals(highest))) },
    splitLine: { lineStyle: { color: colors.line } },
    min: undefined as number | undefined,
    max: undefined as number | undefined,
  };
}

/** Where intervals that are not over begin, as an index into the times; their number when all are over. */
export function firstIncomplete(times: string[], incompleteFrom: string | null | undefined): number {
  if (incompleteFrom === null || incompleteFrom === undefined) return times.length;
  const from = new Date(incompleteFrom).getTime();
  const found = times.findIndex((time, index) => {
    const next = times[index + 1];
    return next === undefined ? new Date(time).getTime() >= from || from > new Date(time).getTime() : new Date(next).getTime() > from;
  });
  return found === -1 ? times.length : found;
}
