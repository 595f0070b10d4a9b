import type { TimelineEvent } from "@/api/types.ts";

/** Runs of events of one session: the same session id, or no gap longer than the project's time-out. Latest first. */
export function bySession(list: TimelineEvent[], timeout_minutes: number): TimelineEvent[][] {
  const sessions: TimelineEvent[][] = [];
  for (const event of list) {
    const run = sessions.at(-1);
    const later = run?.at(-1);
    const gap_ms = later ? Date.parse(later.time) - Date.parse(event.time) : 0;
    const same = later && (later.session_id !== null && event.session_id !== null ? later.session_id === event.session_id : gap_ms <= timeout_minutes * 60_000);
    if (run && same) run.push(event);
    else sessions.push([event]);
  }
  return sessions;
}
