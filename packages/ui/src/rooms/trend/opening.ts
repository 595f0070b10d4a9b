// Where the people behind a number of a trend are. A formula has none of its own: those of its series are opened.
import type { CellPart, Speech } from "@/report/room.ts";
import { seriesLetter, type Asked } from "@/report/useAsk.ts";
import { seriesName, type TrendLine } from "./trend.ts";

type Opening = [cell: Record<string, unknown>, title: string, parts?: CellPart[]];

/** A line in an interval, or in the whole range; of the period compared with, when `isPrevious`. */
export function cellOf(line: TrendLine, time: string | null, when: string, isPrevious = false): [Record<string, unknown>, string] {
  return [cellAt(line, line.series ?? 0, time, isPrevious), when === "" ? line.name : `${line.name} · ${when}`];
}

/** The same of any line: a formula offers the series that it is made of. */
export function openingOf(asked: Asked<"trend">, line: TrendLine, time: string | null, when: string, speech: Speech, isPrevious = false): Opening {
  if (line.series !== null) return cellOf(line, time, when, isPrevious);
  const parts = seriesIn(line.label)
    .filter((series) => series < asked.question.series.length)
    .map((series) => ({ at: cellAt(line, series, time, isPrevious), name: `${seriesLetter(series)} ${seriesName(asked.question, series, speech)}` }));
  const [, title] = cellOf(line, null, when);
  return [parts[0]?.at ?? {}, title, parts];
}

/** The positions of the series that a formula names, each once and in order. */
export function seriesIn(formula: string): number[] {
  return [...new Set([...formula.matchAll(/\b[A-Z]\b/g)].map(([letter]) => letter.charCodeAt(0) - 65))].toSorted((a, b) => a - b);
}

function cellAt(line: TrendLine, series: number, time: string | null, isPrevious: boolean): Record<string, unknown> {
  const segment = line.other !== undefined ? { other: true } : line.breakdown.length > 0 ? { breakdown: line.breakdown } : {};
  return { series, ...(time ? { time } : {}), ...(isPrevious ? { compared: true } : {}), ...segment };
}
