// What a cohort is made of: conditions about a person, as the contract writes them.
import type { Count, Filter, Operator, PropertyMeasure, Range, Selector, Window } from "./question.ts";
import { pruned } from "./filterTree.ts";

/** When something must have been done; not said is ever. */
export type Within = Range | { since: string };

export type DidMeasure = "total" | "days" | { [K in PropertyMeasure]: Record<K, string> }[PropertyMeasure] | { percentile: number; property: string };

export interface DidPart {
  did: Selector;
  measure?: DidMeasure;
  count?: Count;
  within?: Within;
}
export interface DidNotPart {
  did_not: Selector;
  within?: Within;
}
export interface SequencePart {
  sequence: Selector[];
  /** From the first step to the last at most. */
  window?: Window;
  within?: Within;
}
export interface PropertyPart {
  property: string;
  op: Operator;
  value?: unknown;
}
export type Definition =
  | { all: Definition[] }
  | { any: Definition[] }
  | { not: Definition }
  | DidPart
  | DidNotPart
  | SequencePart
  | PropertyPart
  | { cohort: string; in?: boolean }
  | { people: string[] }
  | { of: object; at: object };

export interface DefinitionGroup {
  join: "all" | "any";
  parts: Definition[];
}

/** Any definition as the group that the builder shows; a lone condition is a group of one. */
export function groupOf(definition: Definition): DefinitionGroup {
  if ("all" in definition) return { join: "all", parts: definition.all };
  if ("any" in definition) return { join: "any", parts: definition.any };
  return { join: "all", parts: [definition] };
}

export function fromGroup({ join, parts }: DefinitionGroup): Definition {
  return join === "all" ? { all: parts } : { any: parts };
}

/** The definition without what is still being filled in; null where nothing is left to ask. */
export function askable(definition: Definition): Definition | null {
  if ("all" in definition || "any" in definition) {
    const { join, parts } = groupOf(definition);
    const kept = parts.map(askable).filter((part) => part !== null);
    return kept.length === 0 ? null : fromGroup({ join, parts: kept });
  }
  if ("not" in definition) {
    const inner = askable(definition.not);
    return inner && { not: inner };
  }
  const selector = (select: Selector): Selector => ({ ...select, where: pruned(select.where as Filter | undefined) });
  if ("did" in definition) return { ...definition, did: selector(definition.did) };
  if ("did_not" in definition) return { ...definition, did_not: selector(definition.did_not) };
  if ("sequence" in definition) return definition.sequence.length === 0 ? null : { ...definition, sequence: definition.sequence.map(selector) };
  if ("people" in definition) return definition.people.length === 0 ? null : definition;
  return definition;
}

/** Ids as people paste them: one a line, or with commas or tabs between; quotes and repeats fall away. */
export function idsIn(text: string): string[] {
  const ids = text.split(/[\r\n,;\t]+/).map((id) => id.trim().replace(/^"(.*)"$/, "$1"));
  return [...new Set(ids.filter((id) => id !== ""))];
}
