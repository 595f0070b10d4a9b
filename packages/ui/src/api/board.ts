// The shapes of boards, metrics and trees of metrics.
import type { Filter, Question, Range } from "@/question/question.ts";
import type { components } from "./schema.d.ts";
import type { Answered } from "./types.ts";

type Schema = components["schemas"];

export type About = Schema["About"];
export type UsedIn = Schema["UsedIn"];
export type DefinitionVersion = Schema["Version"];

/** A metric as it stands: its number is that of the latest interval that is over. */
export interface MetricValue {
  unit: "hour" | "day" | "week" | "month" | "quarter" | "year";
  points: { start: string; value: number | null; n: number | null; over: boolean }[];
  value: number | null;
  at: string | null;
  before: number | null;
  change: number | null;
  reached: number | null;
  whole: number | null;
  explain: Schema["Explain"];
}
export type MetricFormat = Schema["MetricFormat"];
export interface MetricDefinition {
  description: string;
  owner: string;
  verified: boolean;
  /** Without a range: it is that of whoever looks. */
  question: Omit<Question, "range">;
  figure?: string | null;
  format: MetricFormat;
  currency?: string | null;
  better: "up" | "down";
  target?: { value: number; by?: string | null } | null;
}
export type Metric = About & { definition: MetricDefinition };
export type MetricInUse = Metric & { used_in: UsedIn[] };
export interface Metrics {
  metrics: Metric[];
  figures: { kind: string; figures: string[] }[];
}
export interface NewMetric {
  name: string;
  definition: MetricDefinition;
  version?: number;
}

export interface MetricNode {
  id: string;
  parent?: string | null;
  metric?: string | null;
  text?: string;
}
export interface MetricTreeDefinition {
  description: string;
  nodes: MetricNode[];
}
export type MetricTree = About & { definition: MetricTreeDefinition };
export interface MetricTreeValue {
  values: Record<string, MetricValue>;
  edges: Schema["MetricEdge"][];
}

export type Shows =
  | { kind: "report"; report: string }
  | { kind: "question"; question: Question; view: Record<string, unknown> }
  | { kind: "metric"; metric: string }
  | { kind: "task"; task: string }
  | { kind: "text"; text: string };
export interface BoardTile {
  id: string;
  width: number;
  height: number;
  title?: string;
  shows: Shows;
}
export interface BoardDefinition {
  description: string;
  range?: Range | null;
  filter?: Filter | null;
  tiles: BoardTile[];
}
export type Board = About & { definition: BoardDefinition; open_links: number };
export type BoardInList = About & { description: string; tiles: number };
export interface TileLook {
  range?: Range;
  filter?: Filter;
  language: string;
  fresh?: boolean;
}
/** A metric as far as its figure needs it; by a link no more of it is told. */
export interface MetricShown {
  name: string;
  definition: Pick<MetricDefinition, "format" | "currency" | "better" | "target">;
}
export interface TileAnswer {
  name: string;
  question?: Question;
  view?: Record<string, unknown>;
  answer?: Answered<unknown>;
  metric?: MetricShown;
  value?: MetricValue;
}

export type ShareLink = Schema["ShareLink"] & { state: "open" | "expired" | "revoked" };
export interface NewShareLink {
  name: string;
  expires_at: string | null;
  /** Of a change: what is left out leaves it, an empty one takes it off. */
  password?: string;
  embed: boolean;
  embed_from: string[];
  range_open: boolean;
}
export interface SharedBoardTile {
  id: string;
  width: number;
  height: number;
  title: string;
  kind: Shows["kind"];
  text?: string;
}
/** A board as a link shows it. */
export interface SharedBoard {
  name: string;
  description: string;
  range?: Range | null;
  tiles: SharedBoardTile[];
  timezone: string;
  week_start: "monday" | "sunday";
}
export interface OpenedLink {
  locked: boolean;
  expires_at: string | null;
  range_open: boolean;
  board?: SharedBoard;
}
