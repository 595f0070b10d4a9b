// Reading a funnel's answer: its segments in order, what its steps are called, and where the people behind a number are.
import type { FunnelGroup } from "@/api/types.ts";
import { segmentName, selectorName } from "@/question/words.ts";
import type { Speech } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";

/** The overall line first, segments by size, "others" last. */
export function funnelGroups(asked: Asked<"funnel">): FunnelGroup[] {
  const rank = (group: FunnelGroup) => (group.other !== undefined ? -1 : group.breakdown.length === 0 ? Number.POSITIVE_INFINITY : (group.steps[0]?.count ?? 0));
  return asked.answer.groups.toSorted((a, b) => rank(b) - rank(a));
}

export function stepName(asked: Asked<"funnel">, index: number, speech: Speech): string {
  const step = asked.question.steps[index];
  return step ? selectorName(step, speech) : (asked.answer.groups[0]?.steps[index]?.label ?? String(index + 1));
}

/** The segments of a split funnel, or its only line. */
export function segments(asked: Asked<"funnel">): FunnelGroup[] {
  const groups = funnelGroups(asked);
  const split = groups.filter((group) => group.breakdown.length > 0 || group.other !== undefined);
  return split.length > 0 ? split : groups;
}

export function isOverall(group: FunnelGroup): boolean {
  return group.breakdown.length === 0 && group.other === undefined;
}

/** How many reached each step, by the interval of the first; those of the overall line stand beside the groups. */
export function intervalsOf(asked: Asked<"funnel">, group: FunnelGroup): { start: string; steps: number[] }[] {
  return group.intervals ?? (isOverall(group) ? (asked.answer.intervals ?? []) : []);
}

/** A step of a segment: who reached it, or left before it. */
export function cellOf(asked: Asked<"funnel">, group: FunnelGroup, index: number, dropped: boolean, speech: Speech): [Record<string, unknown>, string] {
  const step = index + 1;
  const name = stepName(asked, index, speech);
  const title = dropped ? speech.t("funnel.panel.dropped", { step, name }) : speech.t("funnel.panel.reached", { step, name });
  return [{ step, ...(dropped ? { dropped: true } : {}), ...segmentOf(group) }, titled(asked, group, title, speech)];
}

/** What is told in bins: the seconds from one step to another, or the figure of what came between two. */
export type Binned = "seconds" | "between";

export function binsOf(of: Binned, group: FunnelGroup): { edges: number[]; bins: number[] } | undefined {
  return of === "seconds" ? group.time_to_convert : group.between;
}

/** "1 min – 5 min"; a figure whose bins are whole numbers is named by them. */
export function binNames(of: Binned, edges: number[], { format }: Speech): string[] {
  const whole = edges.every((edge, index) => Number.isInteger(edge) && (index === 0 || edge === (edges[index - 1] as number) + 1));
  const shown = of === "seconds" ? format.duration : (edge: number) => format.number(Math.round(edge * 100) / 100);
  return edges.slice(0, -1).map((edge, index) => (of === "between" && whole ? format.number(edge) : `${shown(edge)} – ${shown(edges[index + 1] ?? edge)}`));
}

/** A bin of a segment. */
export function binCell(of: Binned, asked: Asked<"funnel">, group: FunnelGroup, edges: number[], index: number, speech: Speech): [Record<string, unknown>, string] {
  const bin = binNames(of, edges, speech)[index] ?? "";
  const title = speech.t(of === "seconds" ? "funnel.panel.converted" : "funnel.panel.between", { bin });
  return [{ [of]: edges.slice(index, index + 2), ...segmentOf(group) }, titled(asked, group, title, speech)];
}

function segmentOf(group: FunnelGroup): Record<string, unknown> {
  if (group.other !== undefined) return { other: true };
  return isOverall(group) ? {} : { breakdown: group.breakdown };
}

function titled(asked: Asked<"funnel">, group: FunnelGroup, title: string, speech: Speech): string {
  return isOverall(group) ? title : `${title} · ${segmentName(group.breakdown, speech, group.other, asked.question.breakdown)}`;
}
