// The visit over which a heatmap is drawn: found, and fetched as far as it is needed, after the heatmap itself is on screen.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Manifest, RecordingRow } from "@/api/recording.ts";
import type { HeatmapQuestion } from "@/question/question.ts";
import type { Asked } from "@/report/useAsk.ts";
import { relative } from "@/rooms/recording/manifest.ts";
import type { RecordingCondition, RecordingsQuestion } from "@/rooms/recording/question.ts";
import { harmless } from "@/rooms/recording/replay/harmless.ts";
import { useIsByLink, useProject } from "@/shell/session.tsx";
import { isNearWidth, momentOf, screenAt, stayOn, widthApart, type Moment } from "./visit.ts";
import { stillOf, type Still } from "./still.ts";

/** Which visit is behind the marks: the newest that fits, one of the person's choice, or none. */
export type Choice = "newest" | "none" | { session: string };

export interface Backdrop {
  row: RecordingRow;
  still: Still;
  /** Milliseconds from the start of the recording. */
  at_ms: number;
  /** No visit of the answer itself was recorded: it is another of the same page. */
  isFromElsewhere: boolean;
}

export interface Candidates {
  rows: RecordingRow[];
  isFromElsewhere: boolean;
}

export type BackdropState =
  | { is: "off" }
  | { is: "looking" }
  /** Share of the pieces that are here. */
  | { is: "fetching"; share: number }
  | { is: "none"; wereTried: number }
  | { is: "failed"; error: unknown }
  | { is: "ready"; backdrop: Backdrop };

const LISTED = 12;
/** Each that is tried costs a piece or two; the newest fits nearly always. */
const MOST_TRIED = 4;
const ELSEWHERE_DAYS = 90;
const KEPT_MS = 300_000;
/** Typical widths that differ by less ask for the same picture. */
const WIDTHS_PX = 40;
const RECORDED_DEVICES = { desktop: "Desktop", tablet: "Tablet", mobile: "Mobile" } as const;

export function useBackdrop(asked: Asked<"heatmap"> | undefined, choice: Choice, moment: Moment): { state: BackdropState; candidates: Candidates | undefined } {
  const project = useProject();
  const [share, setShare] = useState<number | null>(null);
  // Recordings are for the team.
  const isByLink = useIsByLink();
  const isOn = !isByLink && asked !== undefined && choice !== "none" && asked.answer.page_views > 0;
  const question = asked && visitsOf(asked.question);
  const found = useQuery({
    queryKey: ["backdrop visits", project.id, question],
    enabled: isOn,
    staleTime: KEPT_MS,
    retry: false,
    queryFn: ({ signal }) => candidatesOf(project.id, asked?.question as HeatmapQuestion, signal),
  });
  const candidates = found.data;
  const rows = candidates && (typeof choice === "object" ? candidates.rows.filter(({ session }) => session === choice.session) : candidates.rows.slice(0, MOST_TRIED));
  const sessions = typeof choice === "object" ? [choice.session] : rows?.map(({ session }) => session);
  const typical = asked?.answer.view_width ?? null;
  const drawn = useQuery({
    queryKey: ["backdrop", project.id, asked?.question.page, sessions, moment, typical === null ? null : Math.round(typical / WIDTHS_PX)],
    enabled: isOn && candidates !== undefined && (sessions?.length ?? 0) > 0,
    staleTime: KEPT_MS,
    gcTime: KEPT_MS,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      setShare(0);
      return bestOf(project.id, sessions ?? [], asked?.question.page ?? "", typical, moment, candidates?.isFromElsewhere === true && typeof choice !== "object", signal, setShare);
    },
  });
  return { state: stateOf(), candidates };

  function stateOf(): BackdropState {
    if (!isOn) return { is: "off" };
    const error = found.error ?? drawn.error;
    if (error) return { is: "failed", error };
    if (candidates && (sessions?.length ?? 0) === 0) return { is: "none", wereTried: 0 };
    if (drawn.data && !drawn.isPlaceholderData) return { is: "ready", backdrop: drawn.data };
    if (drawn.data === null) return { is: "none", wereTried: sessions?.length ?? 0 };
    return share === null || !candidates ? { is: "looking" } : { is: "fetching", share };
  }
}

/** Without what does not change the page that was seen. */
function visitsOf({ page, device, range, filter }: HeatmapQuestion): HeatmapQuestion {
  return { kind: "heatmap", page, range, ...(device ? { device } : {}), ...(filter ? { filter } : {}) };
}

async function candidatesOf(project: number, question: HeatmapQuestion, signal: AbortSignal): Promise<Candidates> {
  const isOnPage: RecordingCondition[] = [
    { field: "page", op: "is", value: question.page },
    { field: "has_snapshot", op: "is", value: true },
  ];
  const ask = async (more: Partial<RecordingsQuestion>) => {
    const asked: RecordingsQuestion = { kind: "recordings", range: question.range, where: isOnPage, sort: "newest", limit: LISTED, ...more };
    return (await api.recordings(project, asked, signal)).answer.recordings;
  };
  const rows = await ask({ of: visitsOf(question), at: {} });
  if (rows.length > 0) return { rows, isFromElsewhere: false };
  const { device } = question;
  const where: RecordingCondition[] = [...isOnPage, ...(device ? [{ field: "device", op: "is", value: RECORDED_DEVICES[device] }] : [])];
  return { rows: await ask({ range: { last: ELSEWHERE_DAYS, unit: "day" }, where }), isFromElsewhere: true };
}

/** The first whose screen is about as wide as the typical one; where none is, the nearest. */
async function bestOf(project: number, sessions: string[], page: string, typical: number | null, moment: Moment, isFromElsewhere: boolean, signal: AbortSignal, tell: (share: number) => void): Promise<Backdrop | null> {
  let best: Backdrop | null = null;
  for (const session of sessions) {
    const manifest = relative(await api.recording(project, session, signal));
    const one = await rebuild(project, session, manifest, page, moment, signal, tell);
    if (!one) continue;
    const found = { ...one, isFromElsewhere };
    if (isNearWidth(found.still.width, typical)) return found;
    if (!best || widthApart(found.still.width, typical) < widthApart(best.still.width, typical)) best = found;
  }
  return best;
}

async function rebuild(project: number, session: string, manifest: Manifest, page: string, moment: Moment, signal: AbortSignal, tell: (share: number) => void): Promise<Omit<Backdrop, "isFromElsewhere"> | null> {
  const stay = stayOn(manifest, page, moment);
  const [first] = stay?.segments ?? [];
  if (!stay || !first) return null;
  let here = 0;
  const pieces = await Promise.all(
    stay.segments.map(async ({ n }) => {
      const piece = harmless(await api.recordingSegment(project, session, n, signal));
      here += 1;
      tell(here / stay.segments.length);
      return piece;
    }),
  );
  const zero = (pieces[0]?.firstAt ?? 0) - first.t0;
  const events = pieces.flatMap((piece) => piece.events).toSorted((a, b) => a.timestamp - b.timestamp);
  const at = momentOf(stay, events, zero, moment);
  const screen = screenAt(events, at);
  const still = screen && stillOf(events, at, screen);
  return still && { row: manifest.recording, still, at_ms: Math.max(0, at - zero) };
}

