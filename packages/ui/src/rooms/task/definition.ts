// A task's definition, as the contract has it (`TaskDefinition`), and small changes of it.
import type { Filter, Selector, Window } from "@/question/question.ts";

export const LINKS = ["ease", "effort", "exit", "off_path", "nps", "csat", "churn"] as const;
/** What a survey is for. */
export type SurveyLink = (typeof LINKS)[number];

/** A page that is seen, or an event. */
export type Rule = { page: string } | Selector;

export interface Step {
  id: string;
  label?: string;
  page?: string;
  select?: Selector;
  optional?: boolean;
  repeatable?: boolean;
}

export interface Slow {
  rule: "p75" | "target" | "slowest";
  times?: number;
  percent?: number;
}

export interface Fix {
  page?: string;
  selector?: string;
  signal?: string;
  label?: string;
  state: "to_do" | "fixed";
  at?: string;
  release?: string;
}

export interface TaskDefinition {
  start: Rule[];
  completion: Rule[];
  abandon?: Rule[];
  steps?: Step[];
  window?: Window;
  target_seconds?: number;
  slow?: Slow;
  detour_tolerance?: number;
  filter?: Filter;
  page_property?: string;
  surveys?: Partial<Record<SurveyLink, string>>;
  churned?: Selector;
  active_from?: string;
  fixes?: Fix[];
}

export const MOST_STEPS = 25;
export const PAGE_PROPERTY = "$page";

export const BLANK: TaskDefinition = { start: [], completion: [], steps: [] };

export const isPage = (rule: Rule): rule is { page: string } => "page" in rule;

/** An event may be written as its name alone. */
const selectorOf = (raw: Selector | string): Selector => (typeof raw === "string" ? { event: raw } : raw);
const ruleOf = (raw: Rule | string): Rule => (typeof raw === "string" ? { event: raw } : raw);

/** What programs may have written shorter, at its length. */
export function written(raw: unknown): TaskDefinition {
  const given = raw as TaskDefinition;
  return {
    ...given,
    start: (given.start ?? []).map(ruleOf),
    completion: (given.completion ?? []).map(ruleOf),
    ...(given.abandon ? { abandon: given.abandon.map(ruleOf) } : {}),
    steps: (given.steps ?? []).map((step) => (step.select === undefined ? step : { ...step, select: selectorOf(step.select) })),
    ...(given.churned ? { churned: selectorOf(given.churned) } : {}),
  };
}

/** An id that no step has yet. */
export function freshStep(steps: readonly Step[]): string {
  const taken = new Set(steps.map((step) => step.id));
  for (let n = 1; ; n += 1) if (!taken.has(`step${n}`)) return `step${n}`;
}

export function withStep(steps: readonly Step[], step: Omit<Step, "id">): Step[] {
  return [...steps, { id: freshStep(steps), ...step }];
}

/** One place up or down; at the end it stays. */
export function moved<T>(list: readonly T[], index: number, by: -1 | 1): T[] {
  const to = index + by;
  const next = [...list];
  const [one] = next.splice(index, 1);
  if (one === undefined || to < 0 || to > next.length) return [...list];
  next.splice(to, 0, one);
  return next;
}

/** A path that somebody took as a definition: the first page begins it, the last completes it, each page is a step where it was first seen; one seen again may be repeated. */
export function drawn(pages: readonly string[]): Pick<TaskDefinition, "start" | "completion" | "steps"> {
  const seen = pages.filter((page, i) => page !== pages[i - 1]);
  const once = [...new Set(seen)].slice(0, MOST_STEPS);
  const first = once[0];
  const last = seen.at(-1);
  return {
    start: first === undefined ? [] : [{ page: first }],
    completion: last === undefined || last === first ? [] : [{ page: last }],
    steps: once.reduce<Step[]>((steps, page) => withStep(steps, { page, ...(seen.indexOf(page) === seen.lastIndexOf(page) ? {} : { repeatable: true }) }), []),
  };
}

/** A page of a recording or of a journey as `$page` names it: its path, where an address is given. */
export function pathOf(page: string): string {
  const rest = /^https?:\/\/[^/]+(.*)$/.exec(page)?.[1];
  if (rest === undefined) return page;
  return rest.replace(/[?#].*$/, "") || "/";
}

/** Without what is left as it is by default, and without empty lists. */
export function trimmed(definition: TaskDefinition): TaskDefinition {
  const { abandon, surveys, detour_tolerance, page_property, window, slow, filter, fixes, active_from, target_seconds, churned, steps, ...rest } = definition;
  const linked = Object.fromEntries(Object.entries(surveys ?? {}).filter(([, id]) => id));
  return {
    ...rest,
    ...(steps && steps.length > 0 ? { steps: steps.map(({ label, ...step }) => ({ ...step, ...(label?.trim() ? { label: label.trim() } : {}) })) } : {}),
    ...(abandon && abandon.length > 0 ? { abandon } : {}),
    ...(window && window.unit !== "session" ? { window } : {}),
    ...(target_seconds ? { target_seconds } : {}),
    ...(slow && !(slow.rule === "p75" && (slow.times ?? 1.5) === 1.5) ? { slow } : {}),
    ...(detour_tolerance === undefined || detour_tolerance === 1 ? {} : { detour_tolerance }),
    ...(filter ? { filter } : {}),
    ...(page_property && page_property !== PAGE_PROPERTY ? { page_property } : {}),
    ...(Object.keys(linked).length > 0 ? { surveys: linked } : {}),
    ...(churned ? { churned } : {}),
    ...(active_from ? { active_from } : {}),
    ...(fixes && fixes.length > 0 ? { fixes } : {}),
  };
}

interface Place {
  page: string | null;
  selector: string | null;
  signal: string | null;
}

const isAt = (fix: Fix, place: Place): boolean => (fix.page ?? null) === place.page && (fix.selector ?? null) === place.selector && (fix.signal ?? null) === place.signal;

/** The fixes with what is said of one place; `null` takes it out, so that it is only found. */
export function withFix(fixes: readonly Fix[], place: Place, said: Omit<Fix, "page" | "selector" | "signal"> | null): Fix[] {
  const at = { ...(place.page === null ? {} : { page: place.page }), ...(place.selector === null ? {} : { selector: place.selector }), ...(place.signal === null ? {} : { signal: place.signal }) };
  const others = fixes.filter((fix) => !isAt(fix, place));
  if (said === null) return others;
  const before = fixes.find((fix) => isAt(fix, place));
  const label = said.label ?? before?.label;
  return [...others, { ...at, ...said, ...(label ? { label } : {}) }];
}

/** To which part of the editor an error belongs: `definition.steps[2].page` to `steps` and its third. */
export function partOf(field: string | null): { part: string; index: number | null } | null {
  const match = /^definition\.([a-z_]+)(?:\[(\d+)\])?/.exec(field ?? "");
  if (!match?.[1]) return null;
  return { part: match[1], index: match[2] === undefined ? null : Number(match[2]) };
}
