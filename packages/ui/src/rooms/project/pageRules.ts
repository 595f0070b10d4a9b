// Rules of a page mapping while they are written.
import type { PageRule } from "@/api/types.ts";

export const OPERATORS = ["glob", "is", "under", "starts_with", "ends_with", "contains", "matches"] as const;
export type PageOperator = (typeof OPERATORS)[number];

export interface DraftRule extends PageRule {
  /** Stays with the rule wherever it is moved. */
  key: number;
}

/** The rules that can be tried, and where each rule stands among them. */
export function complete(rules: DraftRule[]): { rules: PageRule[]; places: number[] } {
  const found: PageRule[] = [];
  const places = rules.map(({ op, value, group }) => (value.trim() === "" || group.trim() === "" ? -1 : found.push({ op, value: value.trim(), group: group.trim() }) - 1));
  return { rules: found, places };
}

export function moved(rules: DraftRule[], at: number, by: -1 | 1): DraftRule[] {
  const [here, there] = [rules[at], rules[at + by]];
  if (!here || !there) return rules;
  return rules.map((rule, index) => (index === at ? there : index === at + by ? here : rule));
}

/** Puts a rule before the first one that takes more than it does, else at the end: the first rule that a page meets counts. */
export function fitting(rules: DraftRule[], rule: DraftRule): DraftRule[] {
  const isWider = (other: DraftRule) => other.op === "under" && other.value !== rule.value && rule.value.startsWith(`${other.value.replace(/\/$/, "")}/`);
  const at = rules.findIndex(isWider);
  return at === -1 ? [...rules, rule] : [...rules.slice(0, at), rule, ...rules.slice(at)];
}
