// What the address of the plan says.
export const PLAN_TABS = ["health", "violations", "quarantine", "versions"] as const;
export type PlanTab = (typeof PLAN_TABS)[number];

export interface PlanSearch {
  /** The events, unless it says otherwise. */
  tab?: PlanTab;
  /** The event that is open. */
  event?: string;
  find?: string;
}
