// The shapes of tracking plans: the document as it is written, and what arrives beside it.
import type { components } from "./schema.d.ts";

type Schema = components["schemas"];

export type Plan = Schema["TrackingPlan"];
export type PlannedEvent = Schema["PlannedEvent"];
export type PlannedProperty = Schema["PlannedProperty"];
export type PlanLevel = Schema["PlanLevel"];
export type PlanStatus = Schema["PlanStatus"];
export type PlanType = Schema["PlanType"];
export type PlanProblem = Schema["PlanProblem"];
export type PlanChange = Schema["PlanChange"];
export type PlanViolation = Schema["PlanViolation"];
export type ObservedEvent = Schema["ObservedEvent"];
export type QuarantinedEvent = Schema["QuarantinedEvent"];
export type DraftedPlan = Schema["DraftedPlan"];
export type BroughtPlan = Schema["BroughtPlan"];
export type PlanHealth = Schema["PlanHealth"];
export type EventHealth = Schema["EventHealth"];
export type HealthReason = Schema["HealthReason"];
export type PublishedPlan = Schema["PublishedPlan"];
export type PlanState = Schema["PlanState"];
export type PlanVersions = Schema["PlanVersions"];

/** What is adopted: an event with all of its properties, or one property. */
export interface SeenUnplanned {
  event: string;
  property?: string;
  type?: string;
}
