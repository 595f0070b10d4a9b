// A recording as a line: who, when, how long and how much of it active, the pages, what went wrong.
import { Check, Monitor, Smartphone, StickyNote, Tablet } from "lucide-react";
import type { RecordingRow } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { usePersonName } from "@/report/peopleNames.ts";
import { useProject } from "@/shell/session.tsx";
import { clockOf, deviceName, nSignals, signalName } from "./words.ts";
import styles from "./Row.module.css";

interface RowProps {
  row: RecordingRow;
  chosen: boolean;
  onChoose: () => void;
  onOpen: () => void;
  /** Something particular was sought: its moment is told. */
  sought: boolean;
}

/** From this score on a session is called frustrated; from the lower one on, troubled (px.md 2.4). */
const HIGH_SCORE = 60;
const MIDDLE_SCORE = 30;

export function ListHead() {
  const { t } = useSpeech();
  return (
    <div className={styles.head} aria-hidden>
      <span />
      <span>{t("recordings.head.who")}</span>
      <span>{t("recordings.head.when")}</span>
      <span>{t("recordings.head.duration")}</span>
      <span>{t("recordings.head.pages")}</span>
      <span>{t("recordings.head.trouble")}</span>
      <span className={styles.number}>{t("recordings.head.score")}</span>
    </div>
  );
}

export function Row({ row, chosen, onChoose, onOpen, sought }: RowProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLLIElement>(row.person ?? "");
  const name = row.person === null ? t("recordings.nobody") : (named?.name ?? named?.email ?? row.person);
  return (
    <li ref={rowRef} className={styles.item}>
      <button
        type="button"
        data-row={row.session}
        className={styles.row}
        aria-current={chosen || undefined}
        data-watched={row.watched || undefined}
        onClick={onChoose}
        onDoubleClick={onOpen}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          onOpen();
        }}
      >
        <span className={styles.state} title={row.watched ? t("player.watched") : t("player.unwatched")}>
          {row.watched ? <Check aria-label={t("player.watched")} /> : <i aria-label={t("player.unwatched")} role="img" />}
        </span>
        <span className={styles.who}>
          <DeviceIcon device={row.device} label={deviceName(row.device, speech)} />
          <strong>{name}</strong>
          {row.notes > 0 && (
            <span className={styles.notes} title={t("recordings.notes", { n: row.notes })}>
              <StickyNote aria-hidden />
              {row.notes}
            </span>
          )}
        </span>
        <time dateTime={row.start} title={format.moment(row.start, project.timezone, true)}>
          {isGoingOn(row) ? <span className={styles.live}>{t("recordings.live")}</span> : format.ago(row.start, Date.now())}
        </time>
        <span className={styles.duration} title={t("recordings.activeOf", { active: format.duration(row.active_seconds), duration: format.duration(row.duration_seconds) })}>
          {clockOf(row.duration_seconds * 1000)}
          <i>
            <b style={{ width: `${row.duration_seconds > 0 ? Math.min(100, (row.active_seconds / row.duration_seconds) * 100) : 0}%` }} />
          </i>
        </span>
        <span className={styles.pages}>
          <b>{row.pages}</b>
          <span>{row.entry === row.exit || row.exit === null ? row.entry : `${row.entry ?? ""} → ${row.exit}`}</span>
        </span>
        <span className={styles.trouble}>
          {sought && row.moment_ms != null ? <em>{t("recordings.momentAt", { at: clockOf(row.moment_ms) })}</em> : <Trouble row={row} />}
        </span>
        <span className={styles.score} data-level={row.score === null ? undefined : row.score >= HIGH_SCORE ? "high" : row.score >= MIDDLE_SCORE ? "middle" : "low"}>
          {row.score === null ? "–" : format.number(row.score)}
        </span>
      </button>
    </li>
  );
}

/** Pieces come every few seconds while somebody does something. */
const GOING_ON_MS = 120_000;

function isGoingOn({ is_live, end }: RecordingRow): boolean {
  return is_live === true && Date.now() - Date.parse(end) < GOING_ON_MS;
}

/** The signal that happened most, by name; the others as a number. */
function Trouble({ row }: { row: RecordingRow }) {
  const speech = useSpeech();
  const { t } = speech;
  const found = Object.entries(row.signals)
    .filter(([, n]) => n > 0)
    .toSorted((a, b) => b[1] - a[1]);
  const shown = found.slice(0, 1);
  const others = nSignals(row) - shown.reduce((sum, [, n]) => sum + n, 0);
  return (
    <>
      {shown.map(([name, n]) => (
        <span key={name} className={styles.signal}>
          {signalName(name, speech)}
          {n > 1 && ` ×${n}`}
        </span>
      ))}
      {others > 0 && <span className={styles.others}>+{others}</span>}
      {row.errors > 0 && <span className={styles.error}>{t("recordings.nErrors", { n: row.errors })}</span>}
    </>
  );
}

export function DeviceIcon({ device, label }: { device: string | null; label: string }) {
  const Icon = /mobile|phone/i.test(device ?? "") ? Smartphone : /tablet/i.test(device ?? "") ? Tablet : Monitor;
  return <Icon aria-label={label} className={styles.device} />;
}
