// The player: the recorded screen, what it consists of in time below, what happened at the right, whose it was at the left.
// Knows neither router nor server: whoever shows it brings the manifest, the pieces, and what may be done with the recording.
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Manifest, RecordingNote } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { Button } from "@/ui/Button.tsx";
import { Failure, Skeleton } from "@/ui/State.tsx";
import { entriesOf } from "../manifest.ts";
import type { Stage } from "../replay/stage.ts";
import { useStage } from "../replay/useStage.ts";
import { Controls } from "./Controls.tsx";
import { EventList } from "./EventList.tsx";
import { Plate } from "./Plate.tsx";
import { Problems } from "./Problems.tsx";
import { readPreferences, writePreferences } from "./preferences.ts";
import { Timeline } from "./Timeline.tsx";
import { usePlayerKeys } from "./usePlayerKeys.ts";
import styles from "./Player.module.css";

// Asked for at once, so that it arrives beside the manifest and not after it.
const loaded = import("../replay/StageView.tsx");
const StageView = lazy(() => loaded.then(({ StageView: view }) => ({ default: view })));

export interface PlayerProps {
  manifest: Manifest;
  fetchSegment: (n: number, signal: AbortSignal) => Promise<unknown>;
  /** Where it begins, in milliseconds. */
  startAt: number;
  title: ReactNode;
  actions?: ReactNode;
  notes?: RecordingNote[];
  /** The tab of notes, given the moment. */
  notesTab?: (stage: Stage) => ReactNode;
  /** Person and session, at the left. */
  about?: ReactNode;
  onStage?: (stage: Stage | null) => void;
  onPlayed?: () => void;
  onEnded?: () => void;
  /** A moment was gone to by hand. */
  onMoment?: (t: number) => void;
  onNext?: () => void;
  onPrevious?: () => void;
  onNote?: () => void;
  tab: string;
  onTab: (tab: string) => void;
  below?: ReactNode;
}

/** Long enough to say that somebody has watched it. */
const WATCHED_MS = 3000;

export function Player(props: PlayerProps) {
  const { manifest, startAt, title, actions, notes = [], about, below } = props;
  const speech = useSpeech();
  const { t } = speech;
  const rootRef = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage | null>(null);
  const [preferences] = useState(readPreferences);
  const [aboutOpen, setAboutOpen] = useState(preferences.aboutOpen);
  const entries = useMemo(() => entriesOf(manifest), [manifest]);
  const start = useRef(startAt);
  const given = useRef(props);
  given.current = props;

  const onStage = useCallback((next: Stage | null) => {
    setStage(next);
    given.current.onStage?.(next);
    if (!next) return;
    void next.seek(start.current);
    next.play();
  }, []);
  // A link to another moment of the same recording.
  useEffect(() => {
    // The address holds whole seconds: it may be the echo of a moment that was just gone to.
    if (Math.floor(start.current / 1000) === Math.floor(startAt / 1000)) return;
    start.current = startAt;
    void stage?.seek(startAt);
  }, [startAt, stage]);

  useEffect(() => {
    if (!stage) return;
    let played_ms = 0;
    let last = stage.state.t;
    let ended = false;
    return stage.subscribe(() => {
      const { state } = stage;
      if (state.playing && state.t > last && state.t - last < 500) played_ms += state.t - last;
      last = state.t;
      if (played_ms >= WATCHED_MS && played_ms < Infinity) {
        played_ms = Infinity;
        given.current.onPlayed?.();
      }
      if (state.ended && !ended) given.current.onEnded?.();
      ended = state.ended;
    });
  }, [stage]);

  const go = useCallback(
    (moment: number) => {
      start.current = moment;
      // The address follows once the moment is on screen, which is what one waits for.
      const tell = () => {
        if (rootRef.current) given.current.onMoment?.(moment);
      };
      if (stage) void stage.seek(moment).then(() => requestAnimationFrame(() => setTimeout(tell)));
      else tell();
    },
    [stage],
  );
  const toggleFullScreen = () => void (document.fullscreenElement ? document.exitFullscreen() : rootRef.current?.requestFullscreen());
  usePlayerKeys(stage, entries, { go, toggleFullScreen, onNext: props.onNext, onPrevious: props.onPrevious, onNote: props.onNote });

  const drawn = useStage(stage, (state) => state.drawn, false);
  const failed = useStage(stage, (state) => state.error !== null, false);
  const isEmpty = manifest.segments.length === 0;
  return (
    <div ref={rootRef} className={styles.player} data-about={(about !== undefined && aboutOpen) || undefined} data-testid="player" data-drawn={drawn || undefined}>
      <header className={styles.head}>
        <div className={styles.title}>{title}</div>
        <div className={styles.actions}>{actions}</div>
      </header>
      {about !== undefined && aboutOpen && (
        <aside className={styles.about} aria-label={t("player.about")}>
          {about}
        </aside>
      )}
      <div className={styles.middle}>
        <Problems manifest={manifest} stage={stage} />
        <div className={styles.stage}>
          <Suspense fallback={<Skeleton height={280} />}>
            {!isEmpty && <StageView manifest={manifest} fetchSegment={props.fetchSegment} onStage={onStage} label={t("player.screen")} speed={preferences.speed} skipsPauses={preferences.skipsPauses} readsOn onClick={() => stage?.toggle()} />}
          </Suspense>
          {isEmpty && <Failure what={t("player.empty.what")} mend={t("player.empty.mend")} />}
          {stage && <Plate stage={stage} manifest={manifest} />}
          {failed && stage && (
            <div className={styles.failure}>
              <Failure
                {...tellError(stage.state.error, speech)}
                action={
                  <Button size="small" onClick={() => void stage.seek(stage.state.t)}>
                    {t("action.askAgain")}
                  </Button>
                }
              />
            </div>
          )}
        </div>
        <Controls
          stage={stage}
          manifest={manifest}
          entries={entries}
          go={go}
          hasAbout={about !== undefined}
          aboutOpen={aboutOpen}
          onAbout={() => {
            writePreferences({ aboutOpen: !aboutOpen });
            setAboutOpen(!aboutOpen);
          }}
          onFullScreen={toggleFullScreen}
          onNext={props.onNext}
          onPrevious={props.onPrevious}
        />
        <Timeline stage={stage} manifest={manifest} entries={entries} notes={notes} go={go} />
        {below}
      </div>
      <EventList stage={stage} entries={entries} go={go} tab={props.tab} onTab={props.onTab} notesTab={props.notesTab} nNotes={notes.length} />
    </div>
  );
}
