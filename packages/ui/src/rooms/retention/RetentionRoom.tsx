import { ReportScreen } from "@/report/ReportScreen.tsx";
import { TriangleExample } from "@/report/examples.tsx";
import type { ReportRoomParts } from "@/report/room.ts";
import { selectorName } from "@/question/words.ts";
import { RetentionPicture, retentionRows, retentionSentence } from "./RetentionAnswer.tsx";
import { RetentionBuilder, RetentionScope } from "./RetentionBuilder.tsx";
import { isAnything } from "./retention.ts";
import { RetentionTable } from "./RetentionTable.tsx";

export const retentionRoom: ReportRoomParts<"retention"> = {
  kind: "retention",
  title: "room.retention",
  answers: "retention.answers",
  next: "retention.next",
  start: () => ({ kind: "retention", birth: { event: null }, return: { event: null }, first_time: true, unit: "week", periods: 12, range: { last: 12, unit: "week" } }),
  ready: () => true,
  name: (question, speech) =>
    isAnything(question.birth) && isAnything(question.return)
      ? speech.t("retention.nameAny")
      : speech.t("retention.name", { birth: selectorName(question.birth, speech), comeback: selectorName(question.return, speech) }),
  sentence: retentionSentence,
  rows: retentionRows,
  Builder: RetentionBuilder,
  Scope: RetentionScope,
  Picture: RetentionPicture,
  Table: RetentionTable,
  Example: TriangleExample,
};

export function RetentionRoom() {
  return <ReportScreen room={retentionRoom} />;
}
