// The questions the builders write, exactly in the shapes of the query API. The schemas read what a URL or a saved
// report holds; a shape we do not draw (but the server knows) is kept as it is, never dropped.
import * as v from "valibot";
import type { TaskDefinition } from "@/rooms/task/definition.ts";

export type PropertyOwner = string; // event | person | session | group:<type>

export const OPERATORS = [
  "is", "is_not", "contains", "not_contains", "starts_with", "ends_with", "matches", "gt", "gte", "lt", "lte", "between",
  "set", "not_set", "before", "after", "in_last", "any_of_list", "all_of_list",
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface PropertyFilter {
  property: string;
  of?: PropertyOwner;
  op: Operator;
  value?: unknown;
  /** The person's value when the event happened, rather than the latest. */
  at?: "event";
  /** Of a list: one element passes (unless said otherwise), or every one. */
  items?: "any" | "all";
  /** What a column of a lookup table has for the property. */
  lookup?: Lookup;
}
export interface Lookup {
  table: string;
  column: string;
}
export const TIME_PARTS = ["hour_of_day", "day_of_week", "day_of_month", "month_of_year", "day", "week", "month", "quarter", "year"] as const;
export type TimePart = (typeof TIME_PARTS)[number];
/** When it happened. */
export interface TimeFilter {
  time: TimePart;
  op: Operator;
  value?: unknown;
}
export interface DidFilter {
  did: Selector;
  count?: { op: string; value: unknown };
  within?: Range;
}
export interface CohortFilter {
  cohort: string;
  in?: boolean;
}
export type Filter = { all: Filter[] } | { any: Filter[] } | { not: Filter } | PropertyFilter | TimeFilter | { event: string | string[] } | CohortFilter | DidFilter;

export interface Selector {
  event?: string | null;
  any_of?: string[];
  where?: Filter;
  first_time?: boolean;
  label?: string;
}

export type RangeUnit = "hour" | "day" | "week" | "month" | "quarter" | "year";
export type Range = { from: string; to: string } | { last: number; unit: RangeUnit; ago?: number } | { since: string } | { to_date: RangeUnit };
export type TrendInterval = "hour" | "day" | "week" | "month" | "quarter" | "year";

export type Breakdown =
  | { property: string; of?: PropertyOwner; trim?: "url"; at?: "event"; lookup?: Lookup; matching?: { op: Operator; value?: unknown; items?: "any" | "all" } }
  | { bucket: { property: string; of?: PropertyOwner; edges?: number[]; quantiles?: number; lookup?: Lookup } }
  | { time: TimePart }
  | { cohort: string | string[] };

export type WindowUnit = "second" | "minute" | "hour" | "day" | "week" | "month" | "session";
export interface Window {
  n: number;
  unit: WindowUnit;
}

export const PROPERTY_MEASURES = ["sum", "average", "median", "min", "max", "distinct"] as const;
export type PropertyMeasure = (typeof PROPERTY_MEASURES)[number];
export type Measure =
  | "total"
  | "unique"
  | "sessions"
  | { unique: "first" | "last" }
  | { per_session: "total" | "events" | "duration" | PerPersonMeasure; then?: PerPersonThen }
  | { active: number }
  | { [K in PropertyMeasure]: Record<K, string> }[PropertyMeasure]
  | { percentile: number; property: string }
  | { per_person: "total" | PerPersonMeasure; then?: PerPersonThen };
export type PerPersonMeasure = { [K in PropertyMeasure]: Record<K, string> }[PropertyMeasure] | { percentile: number; property: string };
/** How the numbers of all people become one. */
export type PerPersonThen = "sum" | "average" | "median" | "min" | "max" | "distribution" | { percentile: number } | { distribution: number[] };

/** "At least two times", as a question says it. */
export interface Count {
  op: string;
  value: number;
}

/** The fields that any kind of question may carry. */
export interface Common {
  filter?: Filter;
  breakdown?: Breakdown[];
  top?: number;
  /** Who is counted: `person` unless said otherwise, `device`, or `group:<type>`. */
  actor?: string;
  range: Range;
  timezone?: string;
  week_start?: "monday" | "sunday";
  session_timeout?: Window;
  /** What makes a session, if not silence. */
  session_by?: { property: string } | { start: Selector; end: Selector };
}

/** Events and a measure of them, or the size of a saved cohort over time. */
export interface TrendSeries {
  select: Selector;
  measure: Measure;
  label?: string;
  actor?: string;
  cohort?: string;
}

export interface TrendQuestion extends Common {
  kind: "trend";
  series: TrendSeries[];
  formulas?: string[];
  interval: TrendInterval;
  rolling?: number;
  cumulative?: boolean;
  compare?: { previous: number } | { back: number; unit: RangeUnit };
  /** Each conversion is given to the touches before it, instead of a breakdown. */
  attribution?: Attribution;
}

export interface Attribution {
  by: Breakdown;
  touch?: Selector;
  model?: AttributionModel;
  lookback?: Window;
  /** Which conversion of a person counts where people are counted. */
  conversion?: "last" | "first";
  half_life_days?: number;
}
export type AttributionModel = "first" | "last" | "linear" | "participation" | "time_decay" | "u" | "j" | "inverse_j" | { first: number; between: number; last: number };

export interface FunnelQuestion extends Common {
  kind: "funnel";
  steps: Selector[];
  order?: "ordered" | "any" | "strict";
  window: Window;
  count?: "person" | "total" | "session";
  reentry?: "best" | "first";
  hold?: string[];
  exclude?: { select: Selector; after: number; before: number }[];
  optional?: number[];
  attribute?: string;
  ties?: "any" | "later";
  interval?: TrendInterval;
  time_to_convert?: { from: number; to: number; edges?: number[] };
  sum?: string;
  between?: { select: Selector; from: number; to: number };
  control?: unknown[];
}

export interface RetentionQuestion extends Common {
  kind: "retention";
  birth: Selector;
  return: Selector;
  first_time?: boolean | "in_range";
  unit: "hour" | "day" | "week" | "month";
  periods: number;
  alignment?: "calendar" | "rolling";
  criterion?: "on" | "on_or_after" | "on_or_before" | "streak";
  brackets?: number[];
  measure?: RetentionMeasure;
  return_count?: Count;
  average?: "pooled" | "weighted";
}
export type RetentionMeasure = "people" | { sum: string } | { average: string };

export interface FrequencyQuestion extends Common {
  kind: "frequency";
  select: Selector;
  period: "day" | "week" | "month" | "quarter" | "range";
  unit: "hour" | "day" | "week" | "month";
  mode?: "exactly" | "at_least";
  count?: Count;
  unit_count?: number;
  gaps?: boolean;
}

export interface LifecycleQuestion extends Common {
  kind: "lifecycle";
  select: Selector;
  interval: TrendInterval;
}

export interface JourneyQuestion extends Common {
  kind: "journey";
  over?: "session" | "person";
  node?: "event" | "page" | PageGroupNode | NodeMap;
  select?: Filter;
  anchor?: JourneyAnchor;
  until?: { node: string };
  direction: "forward" | "reverse";
  depth: number;
  top: number;
  collapse_repeats?: boolean;
  hide?: string[];
  rename?: Rename[];
  window?: Window;
  /** What counts as success. */
  goal?: Selector;
  /** What else is told: friction, each node over whole sessions, and ways there and back. */
  friction?: boolean;
  nodes?: boolean;
  loops?: boolean;
}
/** By the group of a page: of the project’s own mapping, or of a named one. */
export type PageGroupNode = "page_group" | `page_group:${string}`;
/** Events shown by the value of a property; all others by their name. */
export type NodeMap = Record<string, string | { property: string; trim?: "url" }>;
export interface JourneyAnchor {
  select?: Selector;
  node?: string;
  occurrence?: "first" | "last" | "each" | "entry" | "exit";
}
export type Rename = { glob: string; to: string } | { regex: string; to: string };

export interface SessionsQuestion extends Common {
  kind: "sessions";
  /** How many of the latest are listed. */
  limit?: number;
}

export interface DriverQuestion extends Common {
  kind: "driver";
  goal: Selector;
  /** Who is looked at, from such an event on; anybody unless said. */
  population?: Selector;
  window?: Window;
  events?: string[];
  times?: number[];
  properties?: Breakdown[];
  fewest_people?: number;
  limit?: number;
}

export interface ImpactQuestion extends Common {
  kind: "impact";
  launch: Selector;
  metric: Selector;
  measure?: "total" | "unique" | { sum: string };
  days?: number;
  population?: Selector;
}

export interface FeatureQuestion extends Common {
  kind: "feature";
  features?: Selector[];
  population?: Selector;
  unit?: "day" | "week" | "month";
  periods?: number;
  power_share?: number;
  fewest_people?: number;
}

export interface FrictionQuestion extends Common {
  kind: "friction";
  interval: TrendInterval;
  goal?: Selector;
  /** The property that names a release. */
  release?: string;
  limit?: number;
}

export type DeviceWidth = "desktop" | "tablet" | "mobile";
export interface HeatmapZone {
  name: string;
  selector: string | string[];
}
export interface HeatmapQuestion extends Common {
  kind: "heatmap";
  page: string;
  device?: DeviceWidth;
  goal?: Selector;
  zones?: HeatmapZone[];
  limit?: number;
}

export interface VitalQuestion extends Common {
  kind: "vital";
  interval: TrendInterval;
  limit?: number;
}

export interface ErrorQuestion extends Common {
  kind: "error";
  interval: TrendInterval;
  release?: string;
  limit?: number;
}

/** The scorecard of a task. */
export interface TaskQuestion extends Common {
  kind: "task";
  task: TaskDefinition;
  /** The property that tells the release; left out, the tag's. */
  release?: string;
  count?: "attempts" | "people";
  interval?: TrendInterval;
  compare?: { previous: number };
  /** Properties by whose values the answer tells where it goes worse. */
  differences?: string[];
  limit?: number;
}

export type AttemptSort = "latest" | "shortest" | "longest" | "exit_page" | "score" | "rage_clicks" | "rare_page" | "rating";
/** Attempts at a task, in the order in which they are worth watching. */
export interface AttemptsQuestion extends Common {
  kind: "attempts";
  task: TaskDefinition;
  /** The property that tells the release; left out, the tag's. */
  release?: string;
  count?: "attempts" | "people";
  interval?: TrendInterval;
  /** Only those behind this figure of the scorecard. */
  at?: object;
  sort?: AttemptSort;
  recorded?: boolean;
  limit?: number;
  skip?: number;
}

export type Question = TaskQuestion | AttemptsQuestion | TrendQuestion | FunnelQuestion | RetentionQuestion | FrequencyQuestion | LifecycleQuestion | JourneyQuestion | SessionsQuestion | DriverQuestion | ImpactQuestion | FeatureQuestion | FrictionQuestion | HeatmapQuestion | VitalQuestion | ErrorQuestion;
export type QuestionKind = Question["kind"];
export type QuestionOf<K extends QuestionKind> = Extract<Question, { kind: K }>;

const filterSchema: v.GenericSchema<Filter> = v.lazy(() =>
  v.union([
    v.looseObject({ all: v.array(filterSchema) }),
    v.looseObject({ any: v.array(filterSchema) }),
    v.looseObject({ not: filterSchema }),
    v.looseObject({ property: v.string(), op: v.picklist(OPERATORS) }),
    v.looseObject({ time: v.picklist(TIME_PARTS), op: v.picklist(OPERATORS) }),
    v.looseObject({ did: selectorSchema }),
    v.looseObject({ cohort: v.string() }),
    v.looseObject({ event: v.union([v.string(), v.array(v.string())]) }),
  ]),
) as v.GenericSchema<Filter>;

const selectorSchema: v.GenericSchema<Selector> = v.looseObject({
  event: v.optional(v.nullable(v.string())),
  any_of: v.optional(v.array(v.string())),
  where: v.optional(filterSchema),
  first_time: v.optional(v.boolean()),
  label: v.optional(v.string()),
}) as unknown as v.GenericSchema<Selector>;

const units = v.picklist(["hour", "day", "week", "month", "quarter", "year"] as const);
const intervals = v.picklist(["hour", "day", "week", "month", "quarter", "year"] as const);
const rangeSchema = v.union([v.object({ from: v.string(), to: v.string() }), v.object({ last: v.number(), unit: units, ago: v.optional(v.number()) }), v.object({ since: v.string() }), v.object({ to_date: units })]);
const breakdownSchema = v.union([
  v.looseObject({ property: v.string() }),
  v.looseObject({ bucket: v.looseObject({ property: v.string(), edges: v.optional(v.array(v.number())), quantiles: v.optional(v.number()) }) }),
  v.looseObject({ time: v.picklist(TIME_PARTS) }),
  v.looseObject({ cohort: v.union([v.string(), v.array(v.string())]) }),
]);
const measureSchema = v.union([v.picklist(["total", "unique", "sessions"] as const), v.record(v.string(), v.unknown())]);
const windowSchema = v.object({ n: v.number(), unit: v.picklist(["second", "minute", "hour", "day", "week", "month", "session"] as const) });

const common = { range: rangeSchema, filter: v.optional(filterSchema), breakdown: v.optional(v.array(breakdownSchema)) };

const schemas = {
  trend: v.looseObject({
    kind: v.literal("trend"),
    ...common,
    series: v.pipe(v.array(v.pipe(v.looseObject({ select: v.optional(selectorSchema), measure: v.optional(measureSchema) }), v.transform((one) => ({ ...one, select: one.select ?? { event: null }, measure: one.measure ?? "total" })))), v.minLength(1)),
    formulas: v.optional(v.array(v.string())),
    interval: intervals,
  }),
  funnel: v.looseObject({ kind: v.literal("funnel"), ...common, steps: v.array(selectorSchema), window: windowSchema, interval: v.optional(intervals) }),
  retention: v.looseObject({
    kind: v.literal("retention"),
    ...common,
    birth: selectorSchema,
    return: selectorSchema,
    unit: v.picklist(["hour", "day", "week", "month"] as const),
    periods: v.number(),
  }),
  frequency: v.looseObject({
    kind: v.literal("frequency"),
    ...common,
    select: selectorSchema,
    period: v.picklist(["day", "week", "month", "quarter", "range"] as const),
    unit: v.picklist(["hour", "day", "week", "month"] as const),
  }),
  lifecycle: v.looseObject({ kind: v.literal("lifecycle"), ...common, select: selectorSchema, interval: intervals }),
  driver: v.looseObject({ kind: v.literal("driver"), ...common, goal: selectorSchema, population: v.optional(selectorSchema), properties: v.optional(v.array(breakdownSchema)) }),
  impact: v.looseObject({ kind: v.literal("impact"), ...common, launch: selectorSchema, metric: selectorSchema, population: v.optional(selectorSchema) }),
  feature: v.looseObject({ kind: v.literal("feature"), ...common, features: v.optional(v.array(selectorSchema)), population: v.optional(selectorSchema) }),
  friction: v.looseObject({ kind: v.literal("friction"), ...common, interval: intervals, goal: v.optional(selectorSchema) }),
  heatmap: v.looseObject({
    kind: v.literal("heatmap"),
    ...common,
    page: v.string(),
    device: v.optional(v.picklist(["desktop", "tablet", "mobile"] as const)),
    goal: v.optional(selectorSchema),
    zones: v.optional(v.array(v.object({ name: v.string(), selector: v.union([v.string(), v.array(v.string())]) }))),
  }),
  vital: v.looseObject({ kind: v.literal("vital"), ...common, interval: intervals }),
  error: v.looseObject({ kind: v.literal("error"), ...common, interval: intervals }),
  sessions: v.looseObject({ kind: v.literal("sessions"), ...common }),
  task: v.looseObject({ kind: v.literal("task"), ...common, task: v.looseObject({}) }),
  attempts: v.looseObject({ kind: v.literal("attempts"), ...common, task: v.looseObject({}) }),
  journey: v.looseObject({ kind: v.literal("journey"), ...common, direction: v.picklist(["forward", "reverse"] as const), depth: v.number(), top: v.number(), goal: v.optional(selectorSchema) }),
};

/** What was read, or the path of the first thing that is not of its shape. */
export type Read<K extends QuestionKind> = { question: QuestionOf<K> } | { problem: string };

export function readQuestion<K extends QuestionKind>(kind: K, raw: unknown): Read<K> {
  const result = v.safeParse(schemas[kind] as unknown as v.GenericSchema<QuestionOf<K>>, raw);
  if (result.success) return { question: result.output };
  return { problem: v.getDotPath(result.issues[0]) ?? "question" };
}

/** Groups and leaves of a filter, told apart by the key they carry. */
export function isGroup(filter: Filter): filter is { all: Filter[] } | { any: Filter[] } {
  return "all" in filter || "any" in filter;
}
export function isTimeFilter(filter: Filter): filter is TimeFilter {
  return "time" in filter && "op" in filter;
}
export function isPropertyFilter(filter: Filter): filter is PropertyFilter {
  return "property" in filter && "op" in filter;
}
export function membersOf(filter: { all: Filter[] } | { any: Filter[] }): Filter[] {
  return "all" in filter ? filter.all : filter.any;
}
