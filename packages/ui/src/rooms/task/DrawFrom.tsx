// A path drawn from what somebody really did: one picks a recording, its pages are the steps.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { RecordingRow } from "@/api/recording.ts";
import { personName } from "@/question/words.ts";
import { usePersonName } from "@/report/peopleNames.ts";
import { entriesOf, relative } from "@/rooms/recording/manifest.ts";
import { useRecordings } from "@/rooms/recording/useRecordings.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, Note, SkeletonRows } from "@/ui/State.tsx";
import { pathOf } from "./definition.ts";
import styles from "./task.module.css";

interface DrawFromProps {
  /** The recording that is chosen from the beginning. */
  session?: string;
  onClose: () => void;
  onDraw: (pages: string[]) => void;
}

const LATEST = { kind: "recordings", range: { last: 30, unit: "day" }, where: [{ field: "pages", op: "gte", value: 2 }], sort: "newest" } as const;
const SHOWN = 30;

export function DrawFrom({ session, onClose, onDraw }: DrawFromProps) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const [chosen, setChosen] = useState(session);
  const list = useRecordings(useMemo(() => ({ ...LATEST, where: [...LATEST.where] }), []), SHOWN);
  const recording = useQuery({ queryKey: ["recording", project.id, chosen], queryFn: async ({ signal }) => relative(await api.recording(project.id, chosen ?? "", signal)), enabled: chosen !== undefined, staleTime: 60_000, retry: false });
  const pages = useMemo(() => (recording.data ? entriesOf(recording.data).flatMap(({ page }) => (page === undefined ? [] : [pathOf(page)])).filter((page, i, all) => page !== all[i - 1]) : []), [recording.data]);
  // Which of its pages belong to the task: from the first one to the last one that is kept.
  const [kept, setKept] = useState<Set<number>>(new Set());
  useEffect(() => setKept(new Set(pages.keys())), [pages]);
  return (
    <Dialog
      wide
      title={t("task.draw")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" disabled={kept.size === 0} onClick={() => onDraw(pages.filter((_, i) => kept.has(i)))}>
            {t("task.drawn", { n: kept.size })}
          </Button>
        </>
      }
    >
      <p className={styles.muted}>{t("task.drawHint")}</p>
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.isPending && !list.error && <SkeletonRows rows={6} />}
      {list.count === 0 && <Note>{t("recordings.none.title")}</Note>}
      <div className={styles.draw}>
        <ul aria-label={t("room.recording")}>
          {list.recordings.map((row) => (
            <Visit key={row.session} row={row} isChosen={row.session === chosen} onChoose={() => setChosen(row.session)} />
          ))}
        </ul>
        <div>
          {recording.error && <Failure {...tellError(recording.error, speech)} />}
          {chosen !== undefined && recording.isPending && <SkeletonRows rows={5} />}
          <ol aria-label={t("task.pagesOfVisit")}>
            {pages.map((page, i) => (
              <li key={i}>
                <label>
                  <input
                    type="checkbox"
                    checked={kept.has(i)}
                    onChange={(event) => {
                      const next = new Set(kept);
                      if (event.target.checked) next.add(i);
                      else next.delete(i);
                      setKept(next);
                    }}
                  />
                  {page}
                </label>
              </li>
            ))}
          </ol>
        </div>
      </div>
    </Dialog>
  );
}

function Visit({ row, isChosen, onChoose }: { row: RecordingRow; isChosen: boolean; onChoose: () => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLLIElement>(row.person ?? "");
  return (
    <li ref={rowRef}>
      <button type="button" aria-pressed={isChosen} onClick={onChoose}>
        <b>{row.person === null ? t("recordings.nobody") : (named?.name ?? named?.email ?? personName(row.person, speech))}</b>
        <small>
          {format.moment(row.start, project.timezone)} · {format.duration(row.duration_seconds)} · {t("task.pagesCount", { n: row.pages })}
        </small>
      </button>
    </li>
  );
}
