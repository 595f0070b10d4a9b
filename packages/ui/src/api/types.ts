// What the server answers, under the names the screens use. The envelopes come from `schema.d.ts`, generated from
// `contract/openapi.json`; the answers of questions follow from their kind and are written here.
import type { Definition } from "@/question/definition.ts";
import type { Selector } from "@/question/question.ts";
import type { components } from "./schema.d.ts";

type Schema = components["schemas"];

export type Status = Schema["Status"];
export type Account = Schema["Account"];
export type Project = Schema["Project"];
export type Me = Schema["Me"];
export type ApiKey = Schema["ApiKey"];
export type KeyScope = "read" | "write" | "admin";
export type EventName = Schema["EventName"];
export type PropertyName = Schema["PropertyName"];
export type PropertyValue = Schema["PropertyValue"];
/** The contract leaves these objects open; on screen they are looked up by name. */
type Open<T, K extends keyof T> = Omit<T, K> & { [P in K]: Record<string, unknown> };

export type LiveEvent = Open<Schema["ArrivedEvent"], "properties">;
export type LiveAnswer = Omit<Schema["Live"], "events"> & { events: LiveEvent[] };
export type RefusedEvent = Schema["RefusedRecord"];
export type RefusedAnswer = Schema["RefusedList"];
export type Person = Open<Schema["Person"], "properties">;
export type People = Omit<Schema["People"], "people"> & { people: Person[] };
export type PersonDetail = Open<Schema["PersonDetail"], "properties">;
export type PersonIdentity = Schema["PersonIdentity"];
export type LedgerEntry = Schema["LedgerEntry"];
export type Report = Open<Schema["Report"], "question" | "view">;
export interface NewReport {
  name: string;
  kind: string;
  question: object;
  view: Record<string, unknown>;
}
export type Cohort = Omit<Schema["Cohort"], "definition"> & { definition: Definition | null };
export interface NewCohort {
  name: string;
  description: string;
  definition: Definition;
  /** The people of now are kept as a list. */
  frozen?: boolean;
}
export type CustomEvent = Omit<Schema["CustomEvent"], "made_of"> & { made_of: Omit<Selector, "any_of"> & { any_of?: (string | Selector)[] } };
export interface NewCustomEvent {
  name: string;
  description: string;
  made_of: CustomEvent["made_of"];
}
export type CustomProperty = Schema["CustomProperty"];
export type NewCustomProperty = Schema["NewCustomPropertyBody"];
export type LookupTable = Schema["LookupTable"];
export type NewLookupTable = Schema["NewLookupTableBody"];
export type Explain = Schema["Explain"];

export interface Answered<A> extends Omit<Schema["Answer"], "answer"> {
  answer: A;
}

export interface TimelineEvent {
  event: string;
  time: string;
  distinct_id: string | null;
  device_id: string | null;
  user_id: string | null;
  session_id: string | null;
  insert_id: string;
  groups: Record<string, string[]>;
  properties: Record<string, unknown>;
}

export type SegmentValue = string | number | boolean | null;
export interface TrendSeries {
  label: string;
  breakdown: SegmentValue[];
  values: (number | null)[];
  total: number | null;
  /** On the segment of all others: how many values it holds. */
  other?: number;
  /** How many people (or sessions) have how much: bin i from edge i (included) to the next. */
  distribution?: { edges: number[]; bins: number[]; below: number; above: number; intervals: number[][] };
}
export interface TrendAnswer {
  times: string[];
  series: TrendSeries[];
  /** The same over the period before, when the question compares. */
  compare?: { times: string[]; series: TrendSeries[] };
}
export interface FunnelStep {
  label: string;
  count: number;
  conversion: number | null;
  from_previous: number | null;
  dropped: number;
  median_seconds: number | null;
  mean_seconds: number | null;
  conversion_low?: number | null;
  conversion_high?: number | null;
  /** Of the property that is added up. */
  sum?: number;
}
export interface FunnelGroup {
  breakdown: SegmentValue[];
  steps: FunnelStep[];
  other?: number;
  significance?: { p_value: number; better: boolean; enough: boolean } | null;
  time_to_convert?: { mean_seconds: number | null; median_seconds: number | null; p90_seconds?: number | null; edges: number[]; bins: number[] };
  between?: { attempts: number; mean: number | null; median: number | null; edges: number[]; bins: number[] };
  intervals?: { start: string; steps: number[] }[];
}
export interface FunnelAnswer {
  groups: FunnelGroup[];
  intervals?: { start: string; steps: number[] }[];
}
export interface RetentionCohort {
  start: string;
  breakdown: SegmentValue[];
  size: number;
  returned: number[];
  amounts?: (number | null)[];
  complete: boolean[];
  other?: number;
}
export interface RetentionAnswer {
  cohorts: RetentionCohort[];
  average: (number | null)[];
  /** One for each segment, where the question is split. */
  averages?: { breakdown: SegmentValue[]; average: (number | null)[]; size: number }[];
}
export interface FrequencyAnswer {
  periods: { start: string; people: number[]; breakdown?: SegmentValue[] }[];
  /** How many are usually away for 1, 2, … units from one time to the next. */
  gaps?: { breakdown: SegmentValue[]; count: number; median: number | null; p80: number | null; people: number[] }[];
}
export interface LifecycleAnswer {
  intervals: { start: string; new: number; returning: number; resurrected: number; dormant: number }[];
}
export interface JourneyNode {
  /** Null for the root and for the group of all others. */
  node: string | null;
  count: number;
  exits: number;
  children: JourneyNode[];
  other?: number;
}
export interface JourneyAnswer {
  paths: { nodes: string[]; count: number; exits: number; mean_seconds?: (number | null)[] }[];
  tree: JourneyNode;
  distinct_paths: number;
  /** The same for each segment, where the question is split. */
  groups?: (Omit<JourneyAnswer, "groups"> & { breakdown: SegmentValue[] })[];
}
export interface SessionsSums {
  count: number;
  people: number;
  /** Sessions of one event only. */
  bounces: number;
  mean_seconds: number | null;
  median_seconds: number | null;
}
export interface SessionsAnswer extends SessionsSums {
  list: { person: string; start: string; end: string; events: number; entry: string; exit: string }[];
  /** One for each segment, where the question is split. */
  groups?: (SessionsSums & { breakdown: SegmentValue[] })[];
}
export type Interval = [number, number];
export interface DriverCandidate {
  event?: string;
  times?: number;
  property?: string;
  of?: string;
  /** Which of the question's properties. */
  position?: number;
  value?: SegmentValue;
  people: number;
  reached: number;
  support: number | null;
  rate: number | null;
  rate_interval: Interval | null;
  rate_of_others: number | null;
  lift: number | null;
  recall: number | null;
  phi: number | null;
  p_value: number | null;
  q_value: number | null;
  enough: boolean;
}
export interface DriverAnswer {
  people: number;
  goal: { people: number; rate: number | null };
  found: number;
  tested: number;
  candidates: DriverCandidate[];
}
export interface ImpactGroup {
  people: number;
  /** Those who were there before and after. */
  compared: number;
  before: number | null;
  after: number | null;
}
export interface ImpactAnswer {
  adopters: ImpactGroup;
  non_adopters: ImpactGroup;
  earlier_adopters: number;
  days: { day: number; adopters: { people: number; rate: number | null }; non_adopters: { people: number; rate: number | null } }[];
  expected: number | null;
  difference: number | null;
  relative: number | null;
  effect: number | null;
  standard_error: number | null;
  interval: Interval | null;
  p_value: number | null;
  enough: boolean;
}
export interface FeatureUse {
  label: string;
  people: number;
  adoption: number | null;
  adoption_interval: Interval | null;
  uses: number | null;
  mean_uses: number | null;
  median_uses: number | null;
  mean_days: number | null;
  median_days: number | null;
  retention: { period: number; eligible: number; returned: number; rate: number | null; interval: Interval | null }[];
  power_users: { people: number; share: number | null };
  others: { people: number; share: number | null };
  difference: number | null;
  lift: number | null;
  p_value: number | null;
  q_value: number | null;
}
export interface FeatureAnswer {
  people: number;
  power_users: { people: number; days_at_least: number | null; enough: boolean };
  features: FeatureUse[];
}
export interface AnswerOf {
  driver: DriverAnswer;
  impact: ImpactAnswer;
  feature: FeatureAnswer;
  trend: TrendAnswer;
  funnel: FunnelAnswer;
  retention: RetentionAnswer;
  frequency: FrequencyAnswer;
  lifecycle: LifecycleAnswer;
  journey: JourneyAnswer;
  sessions: SessionsAnswer;
}

/** The cell of an answer whose people are asked for. */
export type Cell = Record<string, unknown> & { breakdown?: SegmentValue[] };
export interface PeopleAnswer {
  count: number;
  people: { id: string; times: (string | null)[] | null }[];
}
export interface TimelineAnswer {
  events: TimelineEvent[];
  next: string | null;
}
