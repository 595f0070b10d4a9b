// A list of recordings, page by page; the room, the player and the panel ask it under the same key, so that going from one to the other asks nothing again.
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { api } from "@/api/client.ts";
import type { RecordingRow, RecordingsAnswer } from "@/api/recording.ts";
import { pruned } from "@/question/filterTree.ts";
import { useProject } from "@/shell/session.tsx";
import { ofPerson, type RecordingsQuestion } from "./question.ts";

const PAGE = 50;

export function useRecordings(question: RecordingsQuestion | null, limit = PAGE) {
  const project = useProject();
  const sent = question && sendable(question);
  const query = useInfiniteQuery({
    queryKey: ["recordings", project.id, sent, limit],
    enabled: sent !== null,
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => (await api.recordings(project.id, { ...sent, limit, ...(pageParam === null ? {} : { before: pageParam }) }, signal)).answer,
    getNextPageParam: (last: RecordingsAnswer) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  return { ...query, recordings: query.data?.pages.flatMap((page) => page.recordings) ?? [], count: query.data?.pages[0]?.count };
}

function sendable(question: RecordingsQuestion): RecordingsQuestion {
  const { filter, sequence, where, ...rest } = question;
  const narrowed = pruned(filter);
  return {
    ...rest,
    ...(narrowed ? { filter: narrowed } : {}),
    ...(sequence && sequence.length > 0 ? { sequence: sequence.map((one) => ({ ...one, where: pruned(one.where) })) } : {}),
    ...(where && where.length > 0 ? { where } : {}),
  };
}

const MOST_OF_PERSON = 500;

/** Which sessions of somebody were recorded; empty until it is known. */
export function useRecordedSessions(person: string): Set<string> {
  const { recordings } = useRecordings(ofPerson(person), MOST_OF_PERSON);
  return new Set(recordings.map(({ session }) => session));
}

/** Marks a recording as watched or not, in every list that shows it, at once. */
export function useWatched() {
  const project = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ session, watched }: { session: string; watched: boolean }) => api.markWatched(project.id, session, watched),
    onMutate: ({ session, watched }) => {
      client.setQueriesData<InfiniteData<RecordingsAnswer>>({ queryKey: ["recordings", project.id] }, (data) =>
        data && { ...data, pages: data.pages.map((page) => ({ ...page, recordings: page.recordings.map((row): RecordingRow => (row.session === session ? { ...row, watched } : row)) })) },
      );
    },
  });
}

/** Deletes a recording for good. */
export function useRemoveRecording(after: () => void) {
  const project = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (session: string) => api.removeRecording(project.id, session),
    onSuccess: async () => {
      after();
      await client.invalidateQueries({ queryKey: ["recordings", project.id] });
    },
  });
}
