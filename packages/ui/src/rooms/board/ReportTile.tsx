// A report on a board: the sentence that says its result, and its picture as it was saved.
import { useRef } from "react";
import type { TileAnswer } from "@/api/board.ts";
import type { Cell } from "@/api/types.ts";
import { PictureHeight, type PictureHandle } from "@/chart/Picture.tsx";
import { useSpeech } from "@/i18n/language.tsx";
import { isReportKind, useReportParts, type ReportKind } from "@/report/parts.ts";
import { plainText, startingUpper, type CellPart, type ReportRoomParts } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { Note, Skeleton } from "@/ui/State.tsx";
import styles from "./board.module.css";

interface ReportTileProps {
  data: TileAnswer;
  height: number;
  onOpen: (at: Cell, title: string, parts?: CellPart[]) => void;
}

export function ReportTile(props: ReportTileProps) {
  const { t } = useSpeech();
  const kind = props.data.answer?.kind;
  return kind && isReportKind(kind) ? <OfKind kind={kind} {...props} /> : <Note>{t("board.noPicture")}</Note>;
}

function OfKind<K extends ReportKind>({ kind, data, height, onOpen }: ReportTileProps & { kind: K }) {
  const speech = useSpeech();
  const project = useProject();
  const pictureRef = useRef<PictureHandle>(null);
  const parts: ReportRoomParts<K> | undefined = useReportParts(kind);
  if (!parts) return <Skeleton height={height} />;
  const asked = { ...data.answer, question: data.question } as Asked<K>;
  const sentence = startingUpper(parts.sentence(asked, { speech, project }));
  const nothing = (): void => undefined;
  return (
    <>
      <p className={styles.sentence}>{sentence}</p>
      <PictureHeight value={height}>
        <parts.Picture asked={asked} view={data.view ?? {}} onView={nothing} onOpen={onOpen} onAsk={nothing} pictureRef={pictureRef} label={plainText(sentence)} />
      </PictureHeight>
    </>
  );
}
