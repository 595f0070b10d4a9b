// What the server answers, under the names the screens use. The envelopes come from `schema.d.ts`, generated from
// `contract/openapi.json`; the answers of questions are written here as the screens read them, and held to it by `contract.test.ts`.
import type { Definition } from "@/question/definition.ts";
import type { Selector } from "@/question/question.ts";
import type { components } from "./schema.d.ts";
import type { AttemptsAnswer, TaskAnswer } from "./task.ts";

type Schema = components["schemas"];

export type Status = Schema["Status"];
export type Account = Schema["Account"];
export type Project = Schema["Project"];
export type Me = Schema["Me"];
export type ApiKey = Schema["ApiKey"];
export type KeyScope = "read" | "write" | "admin";
/** What somebody may do in a project; each one may also do what the ones before it may. */
export type Role = "viewer" | "editor" | "admin";
export type Member = Schema["Member"];
export type AccountRow = Schema["AccountRow"];
export type SentMail = Schema["SentMail"];
export type InvitationLink = Schema["InvitationLink"];
export type Invitation = Schema["InvitationBody"];
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
export type PageMapping = Schema["PageMapping"];
export type NewPageMapping = Schema["NewPageMappingBody"];
export type PageRule = Schema["PageMappingRule"];
export type PageMappingToCheck = Schema["PageMappingToCheck"];
export type PageMappingToComplete = Schema["PageMappingToComplete"];
export type PageMappingCheck = Schema["PageMappingCheck"];
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
  from_previous_low?: number | null;
  from_previous_high?: number | null;
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
  /** Of those who came here, how many reached the goal in their session, and how many met friction; where the question asks for it. */
  conversions?: number;
  with_friction?: number;
}
/** A node over whole sessions. */
export interface JourneyNodeSeen {
  node: string;
  views: number;
  sessions: number;
  entries: number;
  exits: number;
  bounces: number;
  exit_rate: number | null;
  exit_rate_interval: [number, number] | null;
  session_exit_rate: number | null;
  session_exit_rate_interval: [number, number] | null;
  conversions?: number;
  with_friction?: number;
}
export interface JourneyLoops {
  pairs: { node: string; through: string; count: number; sessions: number }[];
  /** Sessions with one way there and back at least once, twice, … */
  at_least: number[];
}
export interface JourneyAnswer {
  paths: { nodes: string[]; count: number; exits: number; mean_seconds?: (number | null)[]; conversions?: number; with_friction?: number }[];
  tree: JourneyNode;
  distinct_paths: number;
  nodes?: JourneyNodeSeen[];
  loops?: JourneyLoops;
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
export interface FrictionLine {
  page_views: number;
  people: number;
  sessions: number;
  points: number;
  points_per_active_minute: number | null;
  mean: number | null;
  p99: number | null;
  high: number;
  share_high: number | null;
  share_high_interval: Interval | null;
  tiers: Record<FrictionTier, number>;
  session_mean: number | null;
  sessions_high: number;
  share_sessions_high: number | null;
  share_sessions_high_interval: Interval | null;
  session_tiers: Record<FrictionTier, number>;
}
export type FrictionTier = "none" | "low" | "medium" | "high";
interface Reached {
  sessions: number;
  reached: number;
  rate: number | null;
  interval: Interval | null;
}
export interface FrictionAnswer extends FrictionLine {
  weights_version: number | null;
  distribution: { page_views: number[]; sessions: number[] };
  intervals: (FrictionLine & { start: string; factors: Record<string, number> })[];
  factors: { factor: string; points: number; share: number | null; times: number; page_views: number; sessions: number; people: number }[];
  pages: (FrictionLine & { page: string | null; share: number | null; factors: Record<string, number> })[];
  pages_in_all: number;
  elements: { page: string | null; selector: string; points: number; share: number | null; times: number; page_views: number; sessions: number; people: number; factors: Record<string, number> }[];
  elements_in_all: number;
  releases: { release: string; first_seen: string; page_views: number }[];
  conversion?: { with: Reached; without: Reached; difference: number | null; interval: Interval | null; p_value: number | null; lost: number | null; enough: boolean };
  groups?: (FrictionLine & { breakdown: SegmentValue[] })[];
}
export interface ZoneSums {
  y: number | null;
  height: number | null;
  exposed_page_views: number;
  exposure_rate: number | null;
  exposure_ms: number | null;
  clicks: number;
  clicked_page_views: number;
  click_rate: number | null;
  click_rate_interval: Interval | null;
  click_rate_of_sessions: number | null;
  click_share: number | null;
  recurrence: number | null;
  attractiveness: number | null;
  attractiveness_interval: Interval | null;
  hovered_page_views: number;
  hover_rate: number | null;
  hover_ms: number | null;
  hesitation_ms: number | null;
  before_first_click_ms: number | null;
  rage_page_views: number;
  rage_rate: number | null;
  dead_page_views: number;
  dead_rate: number | null;
  clicked_sessions: number;
  clicked_people: number;
  converted_people?: number;
  conversion_per_click?: number | null;
  conversion_per_click_interval?: Interval | null;
  enough: boolean;
  enough_clicks: boolean;
}
/** Column, row and how many. */
export type GridCell = [number, number, number];
export interface HeatmapAnswer {
  page_views: number;
  sessions: number;
  people: number;
  measured: number;
  clicks: number;
  enough: boolean;
  view_width: number | null;
  doc_width: number | null;
  doc_height: number | null;
  fold_px: number | null;
  fold: number | null;
  reach: { depth: number; page_views: number; share: number | null }[];
  attention_ms: (number | null)[];
  elements: (ZoneSums & { selector: string })[];
  elements_in_all: number;
  zones: (ZoneSums & { name: string })[];
  points: { columns: number; rows: number; cells_of_element: number; clicks: GridCell[]; rage: GridCell[]; dead: GridCell[]; moves_ms: GridCell[]; in_elements: [number, number, number, number][] };
}
export type VitalName = "lcp" | "inp" | "cls" | "fcp" | "ttfb";
export interface VitalValues {
  n: number;
  p75: number | null;
  median: number | null;
  good: number;
  needs_work: number;
  poor: number;
}
export type VitalLine = Record<VitalName, VitalValues>;
export type VitalAnswer = VitalLine & {
  page_views: number;
  thresholds: Record<VitalName, [number, number]>;
  intervals: (VitalLine & { start: string })[];
  pages: (VitalLine & { page: string | null })[];
  pages_in_all: number;
  elements: (VitalValues & { vital: VitalName; page: string | null; selector: string })[];
  groups?: (VitalLine & { breakdown: SegmentValue[] })[];
};
interface FaultSums {
  times: number;
  sessions: number;
  people: number;
  first_seen: string;
  last_seen: string;
  intervals: number[];
  pages: { page: string | null; times: number }[];
  releases: { release: string | null; first_seen: string; times: number }[];
}
export interface ErrorAnswer {
  totals: Record<"errors" | "requests", { times: number; sessions: number; people: number; different: number }>;
  intervals: { start: string; errors: number; requests: number }[];
  errors: (FaultSums & { fingerprint: string | null; message: string | null; kind: string | null; file: string | null })[];
  requests: (FaultSums & { method: string | null; url: string | null; status: number | null })[];
}
export interface FrictionWeight {
  points: number;
  cap: number;
}
/** What each factor of friction is worth in the project. */
export interface FrictionWeights {
  version: number | null;
  weights: Record<string, FrictionWeight>;
  defaults: Record<string, FrictionWeight>;
  history: { version: number; created_by: string; created_at: string }[];
}
export interface AnswerOf {
  task: TaskAnswer;
  attempts: AttemptsAnswer;
  friction: FrictionAnswer;
  heatmap: HeatmapAnswer;
  vital: VitalAnswer;
  error: ErrorAnswer;
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
  /** How often these people count in a number that counts somebody more than once. */
  counted?: number;
  /** For the page after. */
  next: string | null;
  people: { id: string; times?: string[]; properties?: Record<string, unknown> }[];
}
export interface TimelineAnswer {
  events: TimelineEvent[];
  next: string | null;
}
