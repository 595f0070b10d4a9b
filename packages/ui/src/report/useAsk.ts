// Asking a question: one request per question, the previous answer kept on screen until the next one is there, a cancel
// that stops the server too (the connection closes).
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import type { AnswerOf, Answered } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { pruned } from "@/question/filterTree.ts";
import type { Question, QuestionKind, QuestionOf, Selector } from "@/question/question.ts";
import { useIsByLink, useProject } from "@/shell/session.tsx";
import { randomId } from "@/ui/browser.ts";

export interface Asked<K extends QuestionKind> extends Answered<AnswerOf[K]> {
  /** The question this answers: while another is on its way, the screen still shows this one. */
  question: QuestionOf<K>;
}

export interface Asking<K extends QuestionKind> {
  asked: Asked<K> | undefined;
  error: unknown;
  /** A question is on its way. */
  busy: boolean;
  /** It takes longer than a second: a cancel is offered. */
  slow: boolean;
  /** How many events were read for it so far; null until the server said. */
  eventsRead: number | null;
  cancelled: boolean;
  cancel: () => void;
  again: () => void;
}

const SLOW_MS = 1000;
const PROGRESS_MS = 700;

export function useAsk<K extends QuestionKind>(question: QuestionOf<K> | null): Asking<K> {
  const project = useProject();
  const { language } = useSpeech();
  const client = useQueryClient();
  // Whoever came by a link is shown what it opens, and asks nothing else.
  const isByLink = useIsByLink();
  const sent = question === null || isByLink ? null : sendable(question);
  const queryKey = ["ask", project.id, language, sent];
  const underway = useRef<string | null>(null);
  const query = useQuery({
    queryKey,
    enabled: sent !== null,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: (failures, error) => failures < 1 && error instanceof ApiError && (error.status === 0 || error.status === 503),
    queryFn: async ({ signal }): Promise<Asked<K>> => {
      const asked = sent as QuestionOf<K>;
      const id = randomId();
      underway.current = id;
      const answered = await api.ask<K>(project.id, { ...asked, language } as Parameters<typeof api.ask<K>>[1], id, signal);
      return { ...answered, question: asked };
    },
  });
  const [slow, setSlow] = useState(false);
  const [cancelledKey, setCancelledKey] = useState<string | null>(null);
  const key = JSON.stringify(queryKey);
  useEffect(() => {
    setSlow(false);
    if (!query.isFetching) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, [query.isFetching, key]);
  const isSlow = slow && query.isFetching;
  const progress = useQuery({
    queryKey: ["progress", project.id, key],
    enabled: isSlow,
    queryFn: ({ signal }) => api.progress(project.id, underway.current ?? "", signal),
    refetchInterval: PROGRESS_MS,
    gcTime: 0,
    retry: false,
  });
  const current = query.isPlaceholderData || query.data !== undefined ? query.data : undefined;
  return {
    asked: query.isError && !query.isPlaceholderData ? undefined : current,
    error: query.error,
    busy: query.isFetching,
    slow: isSlow,
    eventsRead: isSlow && progress.data?.running ? progress.data.events_read : null,
    cancelled: cancelledKey === key && !query.isFetching,
    cancel: () => {
      setCancelledKey(key);
      void client.cancelQueries({ queryKey });
    },
    again: () => {
      setCancelledKey(null);
      void query.refetch();
    },
  };
}

/** Series are named by letter in formulas and in answers, so that a line can be traced to its question. */
export function seriesLetter(index: number): string {
  return String.fromCharCode(65 + index);
}

/** The question without the empty groups that are still being built. */
function sendable<K extends QuestionKind>(question: QuestionOf<K>): QuestionOf<K> {
  return withoutEmptyGroups(question) as QuestionOf<K>;
}

function withoutEmptyGroups(question: Question): Question {
  const select = (selector: Selector): Selector => (selector.where === undefined ? selector : { ...selector, where: pruned(selector.where) });
  const filter = pruned(question.filter);
  switch (question.kind) {
    case "trend":
      return { ...question, filter, attribution: question.attribution && { ...question.attribution, touch: question.attribution.touch && select(question.attribution.touch) }, series: question.series.map((series, index) => ({ ...series, label: seriesLetter(index), select: select(series.select) })) };
    case "funnel":
      return { ...question, filter, steps: question.steps.map(select) };
    case "retention":
      return { ...question, filter, birth: select(question.birth), return: select(question.return) };
    case "frequency":
    case "lifecycle":
      return { ...question, filter, select: select(question.select) };
    case "driver":
      return { ...question, filter, goal: select(question.goal), population: question.population && select(question.population) };
    case "impact":
      return { ...question, filter, launch: select(question.launch), metric: select(question.metric), population: question.population && select(question.population) };
    case "feature":
      return { ...question, filter, features: question.features?.map(select), population: question.population && select(question.population) };
    case "friction":
    case "heatmap":
      return { ...question, filter, goal: question.goal && select(question.goal) };
    case "vital":
    case "error":
    case "sessions":
    case "task":
    case "attempts":
      return { ...question, filter };
    case "journey":
      return { ...question, filter, select: pruned(question.select), goal: question.goal && select(question.goal) };
  }
}
