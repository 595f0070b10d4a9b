// What levels, states, types and rules are called.
import type { PlanLevel, PlanProblem, PlanStatus, PlanType, PlanViolation } from "@/api/plan.ts";
import { isMessage, type MessageKey, type Messages } from "@/i18n/catalogue.ts";

export const LEVEL: Record<PlanLevel, MessageKey> = { accept: "plan.level.accept", warn: "plan.level.warn", quarantine: "plan.level.quarantine", reject: "plan.level.reject" };
export const STATUS: Record<PlanStatus, MessageKey> = { planned: "plan.status.planned", active: "plan.status.active", deprecated: "plan.status.deprecated", hidden: "plan.status.hidden", blocked: "plan.status.blocked" };
export const TYPE: Record<PlanType, MessageKey> = {
  string: "plan.type.string",
  number: "plan.type.number",
  integer: "plan.type.integer",
  boolean: "plan.type.boolean",
  time: "plan.type.time",
  list: "plan.type.list",
  object: "plan.type.object",
  any: "plan.type.any",
};

export const LEVELS = Object.keys(LEVEL) as PlanLevel[];
export const STATUSES = Object.keys(STATUS) as PlanStatus[];
export const TYPES = Object.keys(TYPE) as PlanType[];

/** What became of an event that broke a rule. */
const OUTCOME: Record<PlanLevel, MessageKey> = { accept: "plan.outcome.accept", warn: "plan.outcome.warn", quarantine: "plan.outcome.quarantine", reject: "plan.outcome.reject" };

export function outcomeWord({ level, rule, property }: PlanViolation, { t }: Messages): string {
  if (rule === "blocked") return property == null ? t("plan.outcome.dropped") : t("plan.outcome.takenOff");
  return level in OUTCOME ? t(OUTCOME[level as PlanLevel]) : level;
}

export const RULE: Record<string, MessageKey> = {
  unplanned_event: "plan.rule.unplanned_event",
  event_name: "plan.rule.event_name",
  unplanned_property: "plan.rule.unplanned_property",
  property_name: "plan.rule.property_name",
  required: "plan.rule.required",
  type: "plan.rule.type",
  values: "plan.rule.values",
  range: "plan.rule.range",
  pattern: "plan.rule.pattern",
  deprecated: "plan.rule.deprecated",
  old_name: "plan.rule.old_name",
  blocked: "plan.rule.blocked",
};

export function ruleWord(rule: string, { t }: Messages): string {
  const key = RULE[rule];
  return key === undefined ? rule.replaceAll("_", " ") : t(key);
}

/** What keeps an event in quarantine. */
export function codeWord(code: string, { t }: Messages): string {
  const key = `reason.${code}`;
  return isMessage(key) ? t(key) : code.replaceAll("_", " ");
}

/** The common advice in the reader's language; what is particular, in the server's. */
export function problemWord(problem: PlanProblem, { t }: Messages): string {
  if (problem.severity === "error") return problem.message;
  if (problem.field.endsWith(".description")) return t("plan.advice.description");
  if (problem.field.endsWith(".owner")) return t("plan.advice.owner");
  if (problem.field.endsWith(".objective")) return t("plan.advice.objective");
  return t("plan.advice.naming");
}
