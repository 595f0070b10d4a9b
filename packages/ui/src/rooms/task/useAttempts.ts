// A task, and the list of its attempts, page by page; the tab and the player ask it under the same key, so that going from one to the other asks nothing again.
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { Attempt, AttemptsAnswer, Task } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { pruned } from "@/question/filterTree.ts";
import type { AttemptsQuestion } from "@/question/question.ts";
import { BEFORE_MOMENT_MS } from "@/rooms/recording/moment.ts";
import { useProject } from "@/shell/session.tsx";
import { randomId } from "@/ui/browser.ts";
import { written } from "./definition.ts";
import { PAGE_OF_ATTEMPTS } from "./search.ts";

export function useAttempts(question: AttemptsQuestion | null) {
  const project = useProject();
  const { language } = useSpeech();
  const sent = question && { ...question, filter: pruned(question.filter) };
  const query = useInfiniteQuery({
    queryKey: ["attempts", project.id, sent],
    enabled: sent !== null,
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }): Promise<AttemptsAnswer> => {
      const asked = { ...(sent as AttemptsQuestion), language, ...(pageParam > 0 ? { skip: pageParam } : {}) };
      return (await api.ask<"attempts">(project.id, asked, randomId(), signal)).answer;
    },
    getNextPageParam: (last, pages) => (pages.length * PAGE_OF_ATTEMPTS < last.count ? pages.length * PAGE_OF_ATTEMPTS : undefined),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const first = query.data?.pages[0];
  return { ...query, attempts: query.data?.pages.flatMap((page) => page.attempts) ?? [], count: first?.count, people: first?.people };
}

/** The second at which the recording of an attempt opens: a little before it begins. */
export function momentOfAttempt({ recording }: Attempt): number {
  return Math.max(0, Math.round(((recording?.moment_ms ?? 0) - BEFORE_MOMENT_MS) / 1000));
}

export function useTask(id: string | undefined) {
  const project = useProject();
  return useQuery({
    queryKey: ["task", project.id, id],
    queryFn: async (): Promise<Task> => {
      const task = await api.task(project.id, id ?? "");
      return { ...task, definition: written(task.definition) };
    },
    enabled: id !== undefined,
    retry: false,
  });
}
