// What is looked at of an answer: the paths of the segment that was chosen, those beside them, and what their nodes are called. The picture and the tables below share it.
import { useMemo } from "react";
import type { SegmentValue } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { segmentName } from "@/question/words.ts";
import type { View } from "@/report/room.ts";
import { useAsk, type Asked } from "@/report/useAsk.ts";
import { besideQuestion } from "./beside.ts";
import { fullName, namesIn, nodeNamer, pathsShown, siteOf, type Paths } from "./journey.ts";

export interface Shown {
  shown: Paths;
  breakdown: SegmentValue[];
  /** What they are compared with. */
  other: { paths: Paths; name: string } | null;
  /** The host that all pages share. */
  site: string | null;
  nodeName: (name: string) => string;
  /** With its host, for who points at it. */
  wholeName: (name: string) => string;
}

export function useShown(asked: Asked<"journey">, { segment, beside }: View): Shown {
  const speech = useSpeech();
  const { t } = speech;
  const { paths: shown, breakdown } = useMemo(() => pathsShown(asked, segment), [asked, segment]);
  const besideAsked = useMemo(() => besideQuestion(beside, asked), [beside, asked]);
  const second = useAsk<"journey">(besideAsked);
  const besideSegment = besideAsked === null && typeof beside === "string" ? asked.answer.groups?.find((group) => JSON.stringify(group.breakdown) === beside) : undefined;
  const name = typeof beside !== "string" ? "" : besideSegment ? segmentName(besideSegment.breakdown, speech) : beside === "previous" ? t("journey.beside.previous") : beside.replace(/^device:/, "");
  const paths = besideSegment ?? (besideAsked === null ? undefined : second.asked?.answer);
  const site = useMemo(() => siteOf(namesIn(shown, ...(paths ? [paths] : []))), [shown, paths]);
  const nodeName = useMemo(() => nodeNamer(site, speech), [site, speech]);
  const wholeName = useMemo(() => (node: string) => fullName(node, speech), [speech]);
  return { shown, breakdown, other: paths ? { paths, name } : null, site, nodeName, wholeName };
}
