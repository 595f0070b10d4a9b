// An attempt's pages and steps in one list, in order of time.
import type { Attempt } from "@/api/task.ts";

export interface TimelineEntry {
  seconds: number;
  /** The page that was seen; of a step that is an event there is none. */
  page?: string | null;
  /** The step that was done by it. */
  step: string | null;
  detour: boolean;
}

/** A step that is a page happens as the page does: they are one entry. */
const SAME_SECONDS = 0.0005;

export function timelineOf({ pages, steps }: Pick<Attempt, "pages" | "steps">): TimelineEntry[] {
  const left = [...steps];
  const entries: TimelineEntry[] = pages.map((page) => {
    const i = page.detour ? -1 : left.findIndex((step) => Math.abs(step.seconds - page.seconds) < SAME_SECONDS);
    const step = i === -1 ? null : (left.splice(i, 1)[0]?.id ?? null);
    return { seconds: page.seconds, page: page.page, step, detour: page.detour };
  });
  return [...entries, ...left.map(({ id, seconds }) => ({ seconds, step: id, detour: false }))].toSorted((a, b) => a.seconds - b.seconds);
}
