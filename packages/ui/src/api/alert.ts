// The shapes of alerts, of what explains a move, and of annotations.
import type { About, MetricFormat } from "./board.ts";
import type { components } from "./schema.d.ts";

type Schema = components["schemas"];

export type AlertCondition =
  | { kind: "above" | "below"; value: number }
  | { kind: "rises" | "falls"; by: number; unit: "share" | "amount"; against: "before" | "last_week" }
  | { kind: "unusual"; sensitivity: "low" | "medium" | "high"; way?: "up" | "down" | null };

export interface AlertDefinition {
  metric: string;
  when: AlertCondition;
  least: number;
  again: boolean;
  over: boolean;
  hours?: { days: number[]; from: string; to: string } | null;
  mail: string[];
  webhook?: { url: string; format: "json" | "slack" } | null;
  language?: "en" | "fr" | null;
  off: boolean;
}
export type AlertNow = Schema["AlertNow"];
export type Alert = About & { definition: AlertDefinition; state: AlertNow };
export interface NewAlert {
  name: string;
  definition: AlertDefinition;
  version?: number;
}

export interface AlertPoint {
  start: string;
  value: number | null;
  n: number | null;
  over: boolean;
  reference: number | null;
  low: number | null;
  high: number | null;
  fires: boolean;
  unjudged: "not_over" | "no_value" | "too_few" | "no_past" | null;
}
export interface AlertPreview {
  unit: "hour" | "day" | "week" | "month" | "quarter" | "year";
  points: AlertPoint[];
  fires: number;
}

export interface WhySegment {
  property: string;
  of: "event" | "person";
  value: string | number | boolean | null;
  before: number | null;
  now: number | null;
  contribution: number;
  excess: number;
  z: number;
}
export interface Why {
  against: "before" | "last_week" | "usual";
  compared: string[];
  before: number | null;
  now: number | null;
  segments: WhySegment[];
  /** Of a bound: it moved away from it. */
  other_way: boolean;
  looked_at: { property: string; of: string }[];
}

export interface Told {
  metric: string;
  name: string;
  format: MetricFormat;
  currency: string | null;
  unit: AlertPreview["unit"];
  start: string | null;
  value: number | null;
  n: number | null;
  reference: number | null;
  low: number | null;
  high: number | null;
  when: AlertCondition;
  why: Why | null;
  held_until: string | null;
}
export interface AlertEvent {
  id: string;
  kind: "fired" | "over" | "test";
  at: string;
  told: Told;
}
export interface AlertDelivery {
  id: string;
  kind: "mail" | "webhook";
  to: string;
  status: "waiting" | "sent" | "failed";
  attempts: number;
  last_error: string | null;
  created_at: string;
  next_at: string | null;
  ended_at: string | null;
}
export interface AlertHistory {
  secret: string | null;
  events: AlertEvent[];
  deliveries: AlertDelivery[];
}

export type Annotation = Schema["Annotation"];
