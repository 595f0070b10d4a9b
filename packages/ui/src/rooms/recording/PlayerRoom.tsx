// One recording, from the list or the number that led to it: the player, its notes, its links, and the next of the list.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft, Eye, EyeOff, Share2, StickyNote, Trash2 } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check } from "@/ui/Field.tsx";
import { useDocumentTitle } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import { relative } from "./manifest.ts";
import { placeOf } from "./moment.ts";
import { About } from "./player/About.tsx";
import { NotesTab } from "./player/NotesTab.tsx";
import { Player } from "./player/Player.tsx";
import { readPreferences, writePreferences } from "./player/preferences.ts";
import { ShareDialog } from "./player/ShareDialog.tsx";
import type { Stage } from "./replay/stage.ts";
import { readRecordingsQuestion, type RecordingsQuestion } from "./question.ts";
import { RemoveRecording } from "./RemoveRecording.tsx";
import { usePlaylist, type OfTask, type PlaylistRow } from "./usePlaylist.ts";
import { useWatched } from "./useRecordings.ts";
import { usePersonName } from "@/report/peopleNames.ts";
import styles from "./PlayerRoom.module.css";

export interface PlayerSearch {
  /** Seconds from the start. */
  t?: number;
  /** An instant, where what leads here knows no more: it begins a little before. */
  instant?: string;
  /** The list it was opened from. */
  q?: unknown;
  /** The task whose attempts that list is of; `q` and `v` are then those of its address. */
  task?: string;
  v?: unknown;
}

/** How long one has to stay before the next begins. */
const NEXT_AFTER_MS = 4000;
export function PlayerRoom() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { session } = useParams({ from: "/signed-in/p/$project/recordings/$session" });
  const search = useSearch({ from: "/signed-in/p/$project/recordings/$session" }) as PlayerSearch;
  const query = useQuery({ queryKey: ["recording", project.id, session], queryFn: async ({ signal }) => relative(await api.recording(project.id, session, signal)), staleTime: 60_000, retry: false });
  const question = useMemo(() => readRecordingsQuestion(search.q), [search.q]);
  useDocumentTitle(t("player.title"));
  if (query.isPending) {
    return (
      <div className={styles.waiting} aria-busy>
        <SkeletonRows rows={12} />
      </div>
    );
  }
  if (query.error instanceof ApiError && query.error.status === 404) {
    return (
      <Empty
        title={t("player.missing.title")}
        text={t("player.missing.text")}
        action={
          <Link to="/p/$project/recordings" params={{ project: String(project.id) }} search={{ q: search.q }}>
            {t("player.toList")}
          </Link>
        }
      />
    );
  }
  if (query.error || !query.data) return <Failure {...tellError(query.error, speech)} />;
  // A stage belongs to one recording: another begins anew.
  return <Open key={session} session={session} manifest={query.data} question={question} startAt={search.t === undefined && search.instant ? placeOf(search.instant, query.data.recording.start) : (search.t ?? 0) * 1000} q={search.q} task={search.task} v={search.v} />;
}

interface OpenProps extends OfTask {
  session: string;
  manifest: ReturnType<typeof relative>;
  question: RecordingsQuestion | null;
  startAt: number;
}

function Open({ session, manifest, question, startAt, q, task, v }: OpenProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const params = { project: String(project.id) };
  const list = usePlaylist(question, { task, q, v });
  const watched = useWatched();
  const notes = useQuery({ queryKey: ["recordingNotes", project.id, session], queryFn: ({ signal }) => api.recordingNotes(project.id, session, signal), staleTime: 30_000, retry: false });
  const [isWatched, setIsWatched] = useState(manifest.recording.watched);
  const [preferences, setPreferences] = useState(readPreferences);
  const [tab, setTab] = useState("events");
  const [writing, setWriting] = useState(0);
  const [sharing, setSharing] = useState<number | null>(null);
  const [removing, setRemoving] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [stageNow, setStageNow] = useState<Stage | null>(null);

  const place = list.rows.findIndex((row) => row.session === session);
  const next = list.rows.slice(place + 1).find((row) => !preferences.unwatchedOnly || !row.watched);
  const previous = place > 0 ? list.rows.slice(0, place).findLast((row) => !preferences.unwatchedOnly || !row.watched) : undefined;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  // The list goes on: its next page is fetched before its last row is reached.
  useEffect(() => {
    if (place !== -1 && place >= list.rows.length - 3 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [place, list.rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  const open = useCallback(
    (row: PlaylistRow) => void navigate({ to: "/p/$project/recordings/$session", params: { project: String(project.id), session: row.session }, search: { q, t: row.t, task, v } }),
    [navigate, project.id, q, task, v],
  );
  useEffect(() => {
    if (!leaving || !next) return;
    const timer = setTimeout(() => open(next), NEXT_AFTER_MS);
    return () => clearTimeout(timer);
  }, [leaving, next, open]);

  const mark = (now: boolean) => {
    setIsWatched(now);
    watched.mutate({ session, watched: now });
  };
  const prefer = (change: Partial<typeof preferences>) => {
    writePreferences(change);
    setPreferences({ ...preferences, ...change });
  };
  const { recording } = manifest;
  const hasList = (question !== null || task !== undefined) && list.rows.length > 1;
  const isViewer = project.role === "viewer";
  return (
    <>
      <Player
        manifest={manifest}
        fetchSegment={(n, signal) => api.recordingSegment(project.id, session, n, signal)}
        startAt={startAt}
        tab={tab}
        onTab={setTab}
        title={
          <>
            {task === undefined ? (
              <Link to="/p/$project/recordings" params={params} search={{ q }} className={styles.back} aria-label={t("player.toList")} title={t("player.toList")}>
                <ArrowLeft aria-hidden />
              </Link>
            ) : (
              <Link to="/p/$project/tasks/$task" params={{ ...params, task }} search={{ tab: "attempts", q, v }} className={styles.back} aria-label={t("task.toAttempts")} title={t("task.toAttempts")}>
                <ArrowLeft aria-hidden />
              </Link>
            )}
            <h1 className={styles.name}>
              <Name person={recording.person} />
              <small>
                {format.moment(recording.start, project.timezone)} · {format.duration(recording.duration_seconds)}
                {hasList && place !== -1 && ` · ${t("player.place", { n: format.number(place + 1), total: format.number(list.count ?? list.rows.length) })}`}
              </small>
            </h1>
          </>
        }
        actions={
          <>
            {hasList && (
              <span className={styles.listChoices}>
                <Check label={t("player.playNext")} checked={preferences.playsNext} onChange={(playsNext) => prefer({ playsNext })} />
                <Check label={t("player.unwatchedOnly")} checked={preferences.unwatchedOnly} onChange={(unwatchedOnly) => prefer({ unwatchedOnly })} />
              </span>
            )}
            <Button size="small" icon={isWatched ? <Eye aria-hidden /> : <EyeOff aria-hidden />} aria-pressed={isWatched} onClick={() => mark(!isWatched)}>
              {isWatched ? t("player.watched") : t("player.unwatched")}
            </Button>
            {!isViewer && (
              <Button
                size="small"
                icon={<StickyNote aria-hidden />}
                onClick={() => {
                  setTab("notes");
                  setWriting((n) => n + 1);
                }}
              >
                {t("player.addNote")}
              </Button>
            )}
            <Button
              size="small"
              icon={<Share2 aria-hidden />}
              onClick={() => {
                stageNow?.pause();
                setSharing(stageNow?.state.t ?? 0);
              }}
            >
              {t("player.share")}
            </Button>
            {!isViewer && <IconButton label={t("recordings.remove.action")} icon={<Trash2 />} onClick={() => setRemoving(true)} />}
          </>
        }
        about={<About manifest={manifest} />}
        notes={notes.data?.notes}
        notesTab={(stage) => (
          <>
            {notes.error && <Failure {...tellError(notes.error, speech)} />}
            <NotesTab stage={stage} session={session} notes={notes.data?.notes ?? []} writing={writing} go={(moment) => void stage.seek(moment)} />
          </>
        )}
        onStage={setStageNow}
        onPlayed={() => {
          if (!isWatched) mark(true);
        }}
        onEnded={() => {
          if (preferences.playsNext && next) setLeaving(true);
        }}
        onMoment={(moment) => {
          setLeaving(false);
          void navigate({ to: ".", search: (before: PlayerSearch) => ({ ...before, t: Math.floor(moment / 1000) }), replace: true, resetScroll: false });
        }}
        onNext={next && (() => open(next))}
        onPrevious={previous && (() => open(previous))}
        onNote={
          isViewer
            ? undefined
            : () => {
                setTab("notes");
                setWriting((n) => n + 1);
              }
        }
        below={
          leaving && next ? (
            <div className={styles.leaving} role="status">
              {t("player.nextBegins")}
              <Button size="small" onClick={() => setLeaving(false)}>
                {t("action.cancel")}
              </Button>
              <Button size="small" look="primary" onClick={() => open(next)}>
                {t("player.next")}
              </Button>
            </div>
          ) : null
        }
      />
      {sharing !== null && <ShareDialog session={session} at_ms={sharing} onClose={() => setSharing(null)} />}
      {removing && <RemoveRecording session={session} onClose={() => setRemoving(false)} onRemoved={() => void navigate({ to: "/p/$project/recordings", params, search: { q } })} />}
    </>
  );
}

function Name({ person }: { person: string | null }) {
  const { t } = useSpeech();
  if (person === null) return <span>{t("recordings.nobody")}</span>;
  return <KnownName person={person} />;
}

function KnownName({ person }: { person: string }) {
  const project = useProject();
  const { named, rowRef } = usePersonName<HTMLSpanElement>(person);
  return (
    <span ref={rowRef}>
      <Link to="/p/$project/people/$person" params={{ project: String(project.id), person }}>
        {named?.name ?? named?.email ?? person}
      </Link>
    </span>
  );
}
