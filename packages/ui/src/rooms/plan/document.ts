// The plan as people change it: what is written out, and what is left out because it says nothing.
import type { Plan, PlanLevel, PlanState, PlannedEvent, PlannedProperty } from "@/api/plan.ts";

export const EMPTY: Plan = { plan: 1, events: {} };

/** What people work on: the draft, else the plan in force. */
export function workingCopy(state: PlanState | undefined): Plan {
  return state?.draft?.document ?? state?.published?.document ?? EMPTY;
}

export function eventsOf(plan: Plan): Record<string, PlannedEvent> {
  return plan.events ?? {};
}

/** Without empty texts, lists and maps, and without what holds anyway. */
export function tidied<T extends object>(thing: T): T {
  const kept = Object.entries(thing).filter(([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0) && !isEmptyMap(value));
  return Object.fromEntries(kept) as T;
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** Another definition of an event, or none. */
export function withEvent(plan: Plan, name: string, event: PlannedEvent | undefined): Plan {
  const others = Object.entries(eventsOf(plan)).filter(([other]) => other !== name);
  return { ...plan, events: Object.fromEntries(event === undefined ? others : [...others, [name, event]]) };
}

/** The rules of a property in short, as a person reads them off; with what the shared property says. */
export function resolved(plan: Plan, property: PlannedProperty): PlannedProperty {
  const met = new Set<string>();
  let whole = property;
  while (whole.same_as !== undefined && !met.has(whole.same_as)) {
    met.add(whole.same_as);
    const shared: PlannedProperty = (plan.properties ?? {})[whole.same_as] ?? {};
    const { same_as: _, ...own } = whole;
    whole = { ...shared, ...own };
  }
  return whole;
}

/** `free, pro, 3` as values of a type; a text that is no number stays a text. */
export function valuesOf(text: string, type: string | undefined): (string | number | boolean)[] {
  const words = text.split(/[\n,]/).map((word) => word.trim()).filter((word) => word !== "");
  return words.map((word) => {
    if ((type === "number" || type === "integer") && Number.isFinite(Number(word))) return Number(word);
    if (type === "boolean" && (word === "true" || word === "false")) return word === "true";
    return word;
  });
}

export function numberOf(text: string): number | undefined {
  const number = Number(text.replace(",", "."));
  return text.trim() === "" || !Number.isFinite(number) ? undefined : number;
}

/** What becomes of an event that breaks one of its own rules. */
export function levelOf(plan: Plan, event: PlannedEvent): PlanLevel {
  return event.on_violation ?? plan.on_violation ?? "accept";
}
