// A trend as the rows of a file: its lines, the same of the period compared with, and how many have how much.
import type { Telling } from "@/report/room.ts";
import { seriesLetter, type Asked } from "@/report/useAsk.ts";
import { trendLines, valueBefore, type TrendLine } from "./trend.ts";

export function trendRows(asked: Asked<"trend">, { speech }: Telling): string[][] {
  const { t } = speech;
  const { question, answer } = asked;
  const lines = trendLines(asked, speech);
  const nameOf = (line: TrendLine) => (line.series !== null && question.series.length > 1 ? `${seriesLetter(line.series)} ${line.name}` : line.name);
  // Within a day the hour and the minute tell intervals apart.
  const isFine = !["day", "week", "month", "quarter", "year"].includes(question.interval);
  const times = (those: string[]) => those.map((time) => (isFine ? time : time.slice(0, 10)));
  const rows = [[t("trend.column.line"), t("trend.column.total"), ...times(answer.times)], ...lines.map((line) => [nameOf(line), cell(line.total), ...line.values.map(cell)])];
  const { compare } = answer;
  if (compare) {
    rows.push([], [t("trend.previous"), t("trend.column.total"), ...times(compare.times)]);
    rows.push(...lines.map((line) => [nameOf(line), cell(line.previousTotal), ...compare.times.map((_, index) => cell(valueBefore(line, index)))]));
  }
  const spread = lines.flatMap((line) => (line.distribution ? line.distribution.bins.map((n, index) => [nameOf(line), cell(line.distribution?.edges[index]), cell(line.distribution?.edges[index + 1]), String(n)]) : []));
  if (spread.length > 0) rows.push([], [t("trend.column.line"), t("csv.from"), t("csv.to"), t("csv.number")], ...spread);
  return rows;
}

function cell(value: number | null | undefined): string {
  return value == null ? "" : String(value);
}
