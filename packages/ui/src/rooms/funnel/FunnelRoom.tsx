import { ReportScreen } from "@/report/ReportScreen.tsx";
import { StepsExample } from "@/report/examples.tsx";
import type { ReportRoomParts } from "@/report/room.ts";
import { selectorName } from "@/question/words.ts";
import { FunnelPicture, funnelSentence } from "./FunnelAnswer.tsx";
import { FunnelBuilder, FunnelScope } from "./FunnelBuilder.tsx";
import { funnelRows } from "./funnelRows.ts";
import { FunnelTable } from "./FunnelTable.tsx";

export const funnelRoom: ReportRoomParts<"funnel"> = {
  kind: "funnel",
  title: "room.funnel",
  answers: "funnel.answers",
  next: "funnel.next",
  start: () => ({ kind: "funnel", steps: [], window: { n: 7, unit: "day" }, range: { last: 30, unit: "day" } }),
  ready: (question) => question.steps.length >= 2,
  name: ({ steps }, speech) => {
    const [first] = steps;
    const last = steps.at(-1);
    return first && last ? speech.t("funnel.name", { first: selectorName(first, speech), last: selectorName(last, speech) }) : speech.t("room.funnel");
  },
  sentence: funnelSentence,
  rows: funnelRows,
  Builder: FunnelBuilder,
  Scope: FunnelScope,
  Picture: FunnelPicture,
  Table: FunnelTable,
  Example: StepsExample,
};

export function FunnelRoom() {
  return <ReportScreen room={funnelRoom} />;
}
