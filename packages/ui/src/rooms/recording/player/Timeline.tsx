// The recording in time: where something was done, and one lane for each kind of thing that happened. One click goes there.
import { useEffect, useMemo, useRef, useState, type PointerEvent } from "react";
import type { Manifest, RecordingNote } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { isError, type Entry } from "../manifest.ts";
import type { Stage } from "../replay/stage.ts";
import { clockOf, markerDetail, markerTitle } from "../words.ts";
import { BEFORE_MS } from "./usePlayerKeys.ts";
import styles from "./Timeline.module.css";

interface TimelineProps {
  stage: Stage | null;
  manifest: Manifest;
  entries: Entry[];
  notes: RecordingNote[];
  go: (t: number) => void;
}

interface Mark {
  t: number;
  n: number;
  title: string;
}

/** Marks closer together than this share of the whole are one. */
const TOGETHER = 1 / 160;

export function Timeline({ stage, manifest, entries, notes, go }: TimelineProps) {
  const speech = useSpeech();
  const { t } = speech;
  const trackRef = useRef<HTMLDivElement>(null);
  const headRef = useRef<HTMLDivElement>(null);
  const playedRef = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<{ share: number } | null>(null);
  const duration = stage?.duration ?? Math.max(1, ...manifest.documents.map(({ end }) => end));

  // Every frame, and without React: only two elements move.
  useEffect(() => {
    if (!stage) return;
    let second = -1;
    const move = () => {
      const now = Math.floor(stage.state.t / 1000);
      if (now !== second) {
        second = now;
        trackRef.current?.setAttribute("aria-valuenow", String(now));
        trackRef.current?.setAttribute("aria-valuetext", clockOf(stage.state.t));
      }
      const share = stage.duration === 0 ? 0 : stage.state.t / stage.duration;
      if (headRef.current) headRef.current.style.left = `${share * 100}%`;
      if (playedRef.current) playedRef.current.style.width = `${share * 100}%`;
    };
    move();
    return stage.subscribe(move);
  }, [stage]);

  const lanes = useMemo(() => {
    const titled = (entry: Entry) => {
      if (entry.kind === "page") return entry.page ?? "";
      const marker = { ...entry, kind: entry.kind };
      return [markerTitle(marker, speech), markerDetail(marker, speech)].filter(Boolean).join(" · ");
    };
    const of = (fits: (entry: Entry) => boolean) => together(entries.filter(fits).map((entry) => ({ t: entry.t, n: 1, title: titled(entry) })), duration);
    return {
      clicks: entries.filter(({ kind }) => kind === "click").map((entry) => entry.t),
      friction: of(({ kind }) => kind === "signal"),
      errors: of(isError),
      answers: of(({ kind }) => kind === "survey"),
      events: of(({ kind }) => kind === "event"),
    };
  }, [entries, duration, speech]);
  const pages = useMemo(() => entries.filter(({ kind }) => kind === "page"), [entries]);

  const shareAt = (event: PointerEvent) => {
    const box = trackRef.current?.getBoundingClientRect();
    return box && box.width > 0 ? Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) : 0;
  };
  const percent = (at: number) => `${(at / duration) * 100}%`;
  return (
    <div className={styles.timeline}>
      <div className={styles.row}>
        <span className={styles.label}>{t("player.lane.activity")}</span>
        <div
          ref={trackRef}
          className={styles.scrub}
          role="slider"
          tabIndex={0}
          aria-label={t("player.position")}
          aria-valuemin={0}
          aria-valuemax={Math.round(duration / 1000)}
          aria-valuenow={0}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            go(shareAt(event) * duration);
          }}
          onPointerMove={(event) => {
            setHover({ share: shareAt(event) });
            if (event.buttons === 1) void stage?.seek(shareAt(event) * duration);
            else stage?.prepare(shareAt(event) * duration);
          }}
          onPointerLeave={() => setHover(null)}
        >
          {manifest.activity.map(([from, to]) => (
            <span key={from} className={styles.active} style={{ left: percent(from), width: percent(Math.max(to - from, duration / 400)) }} />
          ))}
          <div ref={playedRef} className={styles.played} />
          {hover && (
            <span className={styles.hover} style={{ left: `${hover.share * 100}%` }}>
              {clockOf(hover.share * duration)}
            </span>
          )}
        </div>
      </div>
      <div className={styles.lanes}>
        <div className={styles.head} aria-hidden>
          <div ref={headRef} />
        </div>
        <Lane label="player.lane.pages">
          {pages.map((page, index) => {
            const to = pages[index + 1]?.t ?? duration;
            return (
              <button key={`${page.t} ${index}`} type="button" className={styles.page} style={{ left: percent(page.t), width: percent(to - page.t) }} title={`${clockOf(page.t)} · ${page.page ?? ""}`} onClick={() => go(page.t)}>
                <span>{page.page}</span>
              </button>
            );
          })}
        </Lane>
        <Lane label="player.lane.clicks">
          <svg className={styles.ticks} viewBox={`0 0 ${duration} 10`} preserveAspectRatio="none" aria-hidden>
            <path d={lanes.clicks.map((at) => `M${at} 1V9`).join("")} vectorEffect="non-scaling-stroke" />
          </svg>
        </Lane>
        <Marks label="player.lane.friction" look="friction" marks={lanes.friction} percent={percent} go={go} />
        <Marks label="player.lane.errors" look="error" marks={lanes.errors} percent={percent} go={go} />
        {lanes.events.length > 0 && <Marks label="player.lane.events" look="event" marks={lanes.events} percent={percent} go={go} />}
        {lanes.answers.length > 0 && <Marks label="player.lane.answers" look="answer" marks={lanes.answers} percent={percent} go={go} />}
        {notes.length > 0 && (
          <Lane label="player.lane.notes">
            {notes.map((note) => (
              <button key={note.id} type="button" className={note.to_ms === null ? styles.note : styles.range} style={{ left: percent(note.from_ms), ...(note.to_ms === null ? {} : { width: percent(Math.max(note.to_ms - note.from_ms, duration / 200)) }) }} title={`${clockOf(note.from_ms)} · ${note.text}`} aria-label={note.text} onClick={() => go(note.from_ms)} />
            ))}
          </Lane>
        )}
      </div>
    </div>
  );
}

function Lane({ label, children }: { label: MessageKey; children: React.ReactNode }) {
  const { t } = useSpeech();
  return (
    <div className={styles.row}>
      <span className={styles.label}>{t(label)}</span>
      <div className={styles.lane}>{children}</div>
    </div>
  );
}

function Marks({ label, look, marks, percent, go }: { label: MessageKey; look: string; marks: Mark[]; percent: (t: number) => string; go: (t: number) => void }) {
  return (
    <Lane label={label}>
      {marks.map((mark) => (
        <button key={mark.t} type="button" className={styles.mark} data-look={look} style={{ left: percent(mark.t) }} title={`${clockOf(mark.t)} · ${mark.title}`} aria-label={`${clockOf(mark.t)} ${mark.title}`} onClick={() => go(Math.max(0, mark.t - BEFORE_MS))}>
          {mark.n > 1 && <span>{mark.n}</span>}
        </button>
      ))}
    </Lane>
  );
}

/** Marks that would lie upon each other become one, with their number. */
function together(marks: Mark[], duration: number): Mark[] {
  const groups: Mark[] = [];
  for (const mark of marks) {
    const last = groups.at(-1);
    if (last && mark.t - last.t < duration * TOGETHER) {
      last.n += 1;
      if (!last.title.includes(mark.title)) last.title = `${last.title}, ${mark.title}`;
    } else groups.push({ ...mark });
  }
  return groups;
}
