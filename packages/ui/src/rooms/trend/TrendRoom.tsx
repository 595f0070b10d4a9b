import { ReportScreen } from "@/report/ReportScreen.tsx";
import { LinesExample } from "@/report/examples.tsx";
import type { ReportRoomParts } from "@/report/room.ts";
import { breakdownName } from "@/question/words.ts";
import { TrendPicture, trendSentence } from "./TrendAnswer.tsx";
import { TrendBuilder, TrendScope } from "./TrendBuilder.tsx";
import { seriesName } from "./trend.ts";
import { trendRows } from "./trendRows.ts";
import { TrendTable } from "./TrendTable.tsx";

export const trendRoom: ReportRoomParts<"trend"> = {
  kind: "trend",
  title: "room.trend",
  answers: "trend.answers",
  next: "trend.next",
  start: (names) => ({ kind: "trend", series: [{ select: { event: names[0]?.name ?? null }, measure: "total" }], range: { last: 30, unit: "day" }, interval: "day" }),
  ready: (question) => question.series.length > 0,
  name: (question, speech) => {
    const series = speech.format.list(question.series.map((_, index) => seriesName(question, index, speech)));
    const split = question.breakdown ?? [];
    return split.length === 0 ? series : speech.t("report.nameBy", { name: series, by: speech.format.list(split.map((one) => breakdownName(one, speech))) });
  },
  sentence: trendSentence,
  rows: trendRows,
  Builder: TrendBuilder,
  Scope: TrendScope,
  Picture: TrendPicture,
  Table: TrendTable,
  Example: LinesExample,
};

export function TrendRoom() {
  return <ReportScreen room={trendRoom} />;
}
