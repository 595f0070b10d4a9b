// What stands in the address of a task: the same address shows the same figures to whom it is sent.
import type { Cell } from "@/api/types.ts";
import type { AttemptSort, AttemptsQuestion, Breakdown, Filter, Range, TaskQuestion } from "@/question/question.ts";
import type { TaskDefinition } from "./definition.ts";

export const TASK_TABS = ["scorecard", "attempts", "edit"] as const;
export type TaskTab = (typeof TASK_TABS)[number];

/** What is looked at. */
export interface Scope {
  range: Range;
  filter?: Filter;
  device?: string;
  release?: string;
  /** The property that tells the release, where the project sends several. */
  releaseBy?: string;
  count?: "people";
  compare?: boolean;
  /** What stands side by side. */
  by?: Breakdown;
}

/** Which attempts are listed. */
export interface Listed {
  at?: Cell;
  sort?: AttemptSort;
  recorded?: boolean;
}

export interface TaskSearch {
  tab?: TaskTab;
  /** A [`Scope`]. Of a new task: `{pages}`, the path that it is drawn from. */
  q?: unknown;
  /** [`Listed`]. */
  v?: unknown;
  /** The number that is open, and its title. */
  at?: unknown;
  title?: string;
  /** The card that is unfolded. */
  card?: string;
  /** Of a new task: the recording from which it is drawn. */
  recording?: string;
}

/** Properties that tell the release, the tag's own first. */
export const RELEASES = ["$release", "$app_version_string", "app_version"] as const;

export const START: Scope = { range: { last: 30, unit: "day" } };
export const SORTS: AttemptSort[] = ["latest", "shortest", "longest", "exit_page", "score", "rage_clicks", "rare_page", "rating"];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** An address may have been written by hand: what cannot be read is left out. */
export function readScope(raw: unknown): Scope {
  if (!isObject(raw)) return START;
  return {
    range: isObject(raw.range) ? (raw.range as Range) : START.range,
    ...(isObject(raw.filter) ? { filter: raw.filter as Filter } : {}),
    ...(typeof raw.device === "string" ? { device: raw.device } : {}),
    ...(typeof raw.release === "string" ? { release: raw.release } : {}),
    ...(RELEASES.some((one) => one === raw.releaseBy) ? { releaseBy: raw.releaseBy as string } : {}),
    ...(raw.count === "people" ? { count: "people" } : {}),
    ...(raw.compare === true ? { compare: true } : {}),
    ...(isObject(raw.by) ? { by: raw.by as Breakdown } : {}),
  };
}

export function readListed(raw: unknown): Listed {
  if (!isObject(raw)) return {};
  const sort = SORTS.find((one) => one === raw.sort);
  return { ...(isObject(raw.at) ? { at: raw.at as Cell } : {}), ...(sort ? { sort } : {}), ...(raw.recorded === true ? { recorded: true } : {}) };
}

export function readPages(raw: unknown): string[] {
  const pages = isObject(raw) && Array.isArray(raw.pages) ? raw.pages : [];
  return pages.filter((page): page is string => typeof page === "string" && page !== "");
}

export function filterOf({ filter, device, release, releaseBy = RELEASES[0] }: Pick<Scope, "filter" | "device" | "release" | "releaseBy">): Filter | undefined {
  const parts: Filter[] = [
    ...(filter ? [filter] : []),
    ...(device === undefined ? [] : [{ property: "$device_type", op: "is" as const, value: device }]),
    ...(release === undefined ? [] : [{ property: releaseBy, op: "is" as const, value: release }]),
  ];
  return parts.length > 1 ? { all: parts } : parts[0];
}

const DAILY = 45;
const DAYS = { hour: 1 / 24, day: 1, week: 7, month: 30, quarter: 91, year: 365 };

/** Days as long as the trend can still be read day by day. */
function intervalOf(range: Range): "day" | "week" | "month" {
  const days = "last" in range ? range.last * DAYS[range.unit] : "to" in range ? (Date.parse(range.to) - Date.parse(range.from)) / 86_400_000 : "since" in range ? (Date.now() - Date.parse(range.since)) / 86_400_000 : DAYS[range.to_date];
  return days <= DAILY ? "day" : days <= DAILY * 7 ? "week" : "month";
}

export function scorecardQuestion(task: TaskDefinition, scope: Scope): TaskQuestion {
  const filter = filterOf(scope);
  return { kind: "task", task, range: scope.range, interval: intervalOf(scope.range), ...(filter ? { filter } : {}), ...(scope.count ? { count: scope.count } : {}), ...(scope.compare ? { compare: { previous: 1 } } : {}), ...(scope.by ? { breakdown: [scope.by] } : {}), ...releaseOf(scope) };
}

const releaseOf = ({ releaseBy }: Scope): { release?: string } => (releaseBy === undefined || releaseBy === RELEASES[0] ? {} : { release: releaseBy });

export const PAGE_OF_ATTEMPTS = 50;

export function attemptsQuestion(task: TaskDefinition, scope: Scope, listed: Listed): AttemptsQuestion {
  const filter = filterOf(scope);
  return {
    kind: "attempts",
    task,
    range: scope.range,
    interval: intervalOf(scope.range),
    ...(filter ? { filter } : {}),
    ...(scope.count ? { count: scope.count } : {}),
    ...(listed.at && Object.keys(listed.at).length > 0 ? { at: listed.at } : {}),
    ...(listed.sort ? { sort: listed.sort } : {}),
    ...(listed.recorded ? { recorded: true } : {}),
    ...releaseOf(scope),
    limit: PAGE_OF_ATTEMPTS,
  };
}
