// The recordings behind a number: each opens at the moment that made it count.
import { Link } from "@tanstack/react-router";
import { Play } from "lucide-react";
import type { Cell } from "@/api/types.ts";
import type { RecordingRow } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question, Range } from "@/question/question.ts";
import { usePersonName } from "@/report/peopleNames.ts";
import panel from "@/report/PeoplePanel.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { moveWithArrows } from "@/ui/arrowKeys.ts";
import { Button } from "@/ui/Button.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { momentOf } from "./moment.ts";
import type { RecordingsQuestion } from "./question.ts";
import { useRecordings } from "./useRecordings.ts";
import { clockOf, nSignals } from "./words.ts";
import styles from "./RecordingsTab.module.css";

export function behind(question: Question, cell: Cell): RecordingsQuestion {
  return { kind: "recordings", range: rangeOf(question, cell), of: question, at: cell, sort: "newest" };
}

/** Of the period compared with, that period; where it is not told in units, all that is kept of these people. */
function rangeOf(question: Question, cell: Cell): Range {
  if (cell.compared !== true || question.kind !== "trend") return question.range;
  const { range, compare } = question;
  if ("last" in range && compare && "previous" in compare) return { ...range, ago: (range.ago ?? 0) + range.last * compare.previous };
  return { last: 3, unit: "year" };
}

export function RecordingsTab({ question, cell }: { question: Question; cell: Cell }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const asked = behind(question, cell);
  const { recordings, count, error, isPending, hasNextPage, isFetchingNextPage, fetchNextPage } = useRecordings(asked);
  if (error) {
    return (
      <div className={panel.waiting}>
        <Failure {...tellError(error, speech)} />
      </div>
    );
  }
  if (isPending) {
    return (
      <div className={panel.waiting}>
        <SkeletonRows rows={8} />
      </div>
    );
  }
  return (
    <>
      <p className={panel.count}>
        <strong>{t("panel.recordings", { n: count ?? 0, shown: format.number(count ?? 0) })}</strong>
        {(count ?? 0) > 0 && (
          <Link to="/p/$project/recordings" params={{ project: String(project.id) }} search={{ q: asked }}>
            {t("panel.allRecordings")}
          </Link>
        )}
      </p>
      {count === 0 && <p className={panel.none}>{t("panel.noRecordings")}</p>}
      <ul className={panel.list} onKeyDown={moveWithArrows}>
        {recordings.map((row) => (
          <RecordingLine key={row.session} row={row} asked={asked} />
        ))}
      </ul>
      {hasNextPage && (
        <div className={panel.waiting}>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("action.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function RecordingLine({ row, asked }: { row: RecordingRow; asked: RecordingsQuestion }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLLIElement>(row.person ?? "");
  const signals = nSignals(row);
  return (
    <li ref={rowRef}>
      <Link to="/p/$project/recordings/$session" params={{ project: String(project.id), session: row.session }} search={{ q: asked, t: momentOf(row) }} data-row>
        <span className={panel.id}>
          <Play aria-hidden className={styles.play} />
          {row.person === null ? t("recordings.nobody") : (named?.name ?? named?.email ?? row.person)}
        </span>
        <span className={panel.when}>{format.moment(row.start, project.timezone)}</span>
        <span className={panel.below}>
          {[
            row.moment_ms == null ? null : t("recordings.momentAt", { at: clockOf(row.moment_ms) }),
            format.duration(row.duration_seconds),
            signals > 0 ? t("player.signals", { n: signals, shown: format.number(signals) }) : null,
            row.watched ? t("player.watched") : null,
          ]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </Link>
    </li>
  );
}
