// The recordings that are watched one after the other: a list of recordings, or the recorded attempts at a task, each at its moment.
import { useMemo } from "react";
import { attemptsQuestion, readListed, readScope } from "@/rooms/task/search.ts";
import { momentOfAttempt, useAttempts, useTask } from "@/rooms/task/useAttempts.ts";
import { momentOf } from "./moment.ts";
import type { RecordingsQuestion } from "./question.ts";
import { useRecordings } from "./useRecordings.ts";

export interface PlaylistRow {
  session: string;
  watched: boolean;
  /** The second at which it opens. */
  t: number | undefined;
}

export interface Playlist {
  rows: PlaylistRow[];
  count: number | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/** Where a list of attempts stands in an address. */
export interface OfTask {
  task?: string;
  q?: unknown;
  v?: unknown;
}

export function usePlaylist(question: RecordingsQuestion | null, { task, q, v }: OfTask): Playlist {
  const recordings = useRecordings(task === undefined ? question : null);
  const kept = useTask(task);
  const attempts = useAttempts(kept.data ? attemptsQuestion(kept.data.definition, readScope(q), readListed(v)) : null);
  return useMemo(() => {
    if (task === undefined) {
      const { hasNextPage, isFetchingNextPage, fetchNextPage, count } = recordings;
      return { rows: recordings.recordings.map((row) => ({ session: row.session, watched: row.watched, t: momentOf(row) })), count, hasNextPage, isFetchingNextPage, fetchNextPage };
    }
    const { hasNextPage, isFetchingNextPage, fetchNextPage } = attempts;
    // A recording that holds several attempts is watched once, from the first of the list.
    const seen = new Set<string>();
    const rows = attempts.attempts.flatMap((attempt) => {
      const session = attempt.recording?.session;
      if (session === undefined || seen.has(session)) return [];
      seen.add(session);
      return [{ session, watched: false, t: momentOfAttempt(attempt) }];
    });
    return { rows, count: hasNextPage ? undefined : rows.length, hasNextPage, isFetchingNextPage, fetchNextPage };
  }, [task, recordings, attempts]);
}
