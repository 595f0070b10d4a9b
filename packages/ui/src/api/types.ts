// What the server answers, as `contract/openapi.json` says it, under the names the screens use.
import type { Question, QuestionKind } from "@/question/question.ts";

export type Role = "admin" | "editor" | "viewer";

export interface Status {
  version: string;
  setup_required: boolean;
  demo: boolean;
}
export interface Account {
  id: number | string;
  email: string;
  name: string;
  language: "en" | "fr";
  role: Role;
}
export interface Project {
  id: number;
  name: string;
  timezone: string;
  week_start: "monday" | "sunday";
  session_timeout_minutes: number;
  write_key: string;
  events: number | null;
  created_at: string;
}
export interface Me {
  user: Account;
  projects: Project[];
}
export type KeyScope = "read" | "write" | "admin";
export interface ApiKey {
  id: number | string;
  name: string;
  scopes: KeyScope[];
  created_at: string;
  last_used_at: string | null;
}
export interface EventName {
  name: string;
  count: number;
  first_seen?: string | null;
  last_seen?: string | null;
}
export interface PropertyName {
  name: string;
  types: string[];
  count: number;
}
export interface PropertyValue {
  value: unknown;
  count: number;
}

export type Properties = Record<string, unknown>;

export interface TimelineEvent {
  event: string;
  time: string;
  distinct_id: string | null;
  device_id: string | null;
  user_id: string | null;
  session_id: string | null;
  insert_id: string | null;
  properties: Properties;
}
export interface LiveEvent extends TimelineEvent {
  cursor: string | number;
  received_at: string;
  person: string;
}
export interface LiveAnswer {
  cursor: string | number | null;
  events: LiveEvent[];
  events_per_minute: number;
  refused_per_minute: number;
}
export interface RefusedEvent {
  id: number | string;
  at: string;
  source: string;
  stage: string;
  code: string;
  field: string | null;
  message: string;
  index: number | null;
  raw: unknown;
  count?: number;
}
export interface RefusedAnswer {
  refused: RefusedEvent[];
  counts: { code: string; stage: string; count: number }[];
}
export interface ReplayAnswer {
  replayed: number;
  refused_again: number;
  results: { id: number | string; ok: boolean; message: string | null }[];
}
export interface Person {
  id: string;
  name: string | null;
  email: string | null;
  properties: Properties;
  first_seen: string | null;
  last_seen: string | null;
}
export interface PersonIdentity {
  id: string;
  kind: "user" | "device";
  linked_at: string | null;
  by: "event" | "operator";
  reason: string | null;
}
export interface PersonDetail {
  id: string;
  properties: Properties;
  identities: PersonIdentity[];
  first_seen: string | null;
  last_seen: string | null;
  events: number | null;
}
export interface LedgerEntry {
  at: string;
  action: string;
  by: string;
  from?: string | null;
  to?: string | null;
  identity?: string | null;
  reason?: string | null;
}
export interface Report {
  id: number | string;
  name: string;
  kind: QuestionKind;
  question: Question;
  view: Record<string, unknown> | null;
  created_by: string | null;
  updated_at: string;
}

export interface Explain {
  definition: string;
  events_read: number;
  people: number | null;
  duplicates_dropped: number;
  complete: boolean;
  incomplete_from: string | null;
  notes: string[];
  timezone: string;
  range: { from: string; to: string };
}
export interface Answered<A> {
  kind: string;
  answer: A;
  explain: Explain;
  elapsed_ms: number;
  complete: boolean;
}

export type SegmentValue = string | number | boolean | null;
export interface TrendSeries {
  label: string;
  breakdown: SegmentValue[];
  values: (number | null)[];
  total: number | null;
  other?: number;
  /** The same line over the period before, when the question compares. */
  previous?: (number | null)[];
  previous_total?: number | null;
}
export interface TrendAnswer {
  times: string[];
  series: TrendSeries[];
  previous?: { times: string[]; series: TrendSeries[] } | null;
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
}
export interface FunnelGroup {
  breakdown: SegmentValue[];
  steps: FunnelStep[];
  other?: number;
  significance?: { p_value: number; better: boolean; enough: boolean } | null;
  time_to_convert?: { mean_seconds: number | null; median_seconds: number | null; edges: number[]; bins: number[] };
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
}
export interface RetentionAnswer {
  cohorts: RetentionCohort[];
  average: (number | null)[];
}
export interface FrequencyAnswer {
  periods: { start: string; people: number[]; breakdown?: SegmentValue[] }[];
}
export interface LifecycleAnswer {
  intervals: { start: string; new: number; returning: number; resurrected: number; dormant: number }[];
}
export interface JourneyNode {
  node: string;
  count: number;
  exits: number;
  children: JourneyNode[];
  other?: number;
}
export interface JourneyAnswer {
  paths: { nodes: string[]; count: number; exits: number; mean_seconds?: (number | null)[] }[];
  tree: JourneyNode;
}
export interface AnswerOf {
  trend: TrendAnswer;
  funnel: FunnelAnswer;
  retention: RetentionAnswer;
  frequency: FrequencyAnswer;
  lifecycle: LifecycleAnswer;
  journey: JourneyAnswer;
}

/** The cell of an answer whose people are asked for. */
export type Cell = Record<string, unknown> & { breakdown?: SegmentValue[] };
export interface PeopleAnswer {
  count: number;
  people: { id: string; times: (string | null)[] | null }[];
}
export interface TimelineAnswer {
  events: TimelineEvent[];
  next: string | number | null;
}
