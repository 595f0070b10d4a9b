// Whether an event is one that a rule means: the same tests on its properties as the engine's (`crates/behavior/src/filter.rs`, `page_group.rs`).
import { pathForm } from "../page/url.ts";
import type { Condition, GroupRule, Rule, Told, WalkedTask } from "./walked.ts";

type Groups = WalkedTask["groups"];

export const meets = (rules: Rule[] | undefined, event: Told, groups: Groups): boolean =>
  !!rules?.some(({ events, where }) => (!events?.length || events.includes(event.name)) && passes(where, event, groups));

export function passes(condition: Condition | undefined, event: Told, groups: Groups): boolean {
  if (!condition) return true;
  if ("all" in condition) return condition.all.every((one) => passes(one, event, groups));
  if ("any" in condition) return condition.any.some((one) => passes(one, event, groups));
  if ("not" in condition) return !passes(condition.not, event, groups);
  if ("event" in condition) return condition.event.includes(event.name);
  return holds(condition.op, condition.value, valueOf(condition.property, event, groups));
}

/** What an event has for a property; the group of its page is worked out. */
export function valueOf(property: string, { properties }: Told, groups: Groups): unknown {
  const rules = groups?.[property];
  if (!rules) return properties[property];
  const address = properties.$current_url || properties.$page;
  return address ? groupOf(rules, String(address)) : null;
}

/** Lists pass when one element does; negations hold where nothing is set. */
function holds(op: string, value: unknown, found: unknown): boolean {
  if (op === "is_not" || op === "not_contains") return !holds(op === "is_not" ? "is" : "contains", value, found);
  if (op === "not_set") return found == null;
  if (found == null) return false;
  if (Array.isArray(found)) return op === "set" || found.some((one) => holds(op, value, one));
  const text = typeof found === "object" ? JSON.stringify(found) : String(found);
  const texts = value as string[];
  const number = typeof found === "number" ? found : NaN;
  const bound = value as number;
  switch (op) {
    case "set":
      return true;
    case "is":
      return texts.includes(text) || texts.some((one) => one.trim() && Number(one) === number);
    case "contains":
      return texts.some((one) => text.toLowerCase().includes(one));
    case "gt":
      return number > bound;
    case "gte":
      return number >= bound;
    case "lt":
      return number < bound;
    case "lte":
      return number <= bound;
    case "between": {
      const [low = NaN, high = NaN] = value as number[];
      return number >= low && number <= high;
    }
    default:
      return compares(op, value as string, text);
  }
}

/** The tests on a text that page groups have too. */
function compares(op: string, value: string, text: string): boolean {
  switch (op) {
    case "starts_with":
      return text.startsWith(value);
    case "ends_with":
      return text.endsWith(value);
    case "matches":
      return matches(value, text);
    default:
      return false;
  }
}

function matches(pattern: string, text: string): boolean {
  try {
    // Flags stand in front of a pattern there, beside it here.
    const [, flags = "", rest = pattern] = /^\(\?([ims]+)\)([^]*)$/.exec(pattern) ?? [];
    return new RegExp(rest, flags).test(text);
  } catch {
    // One that the server reads and this browser does not: nothing fits.
    return false;
  }
}

/** The group of an address; its own path, ids folded, where no rule takes it. */
function groupOf(rules: GroupRule[], address: string): string {
  const path = pathOf(address);
  const found = rules.find(({ op, value, path: ofPath }) => {
    const text = ofPath ? path : address;
    if (op === "is") return text === value;
    if (op === "under") return text.startsWith(value) && /^(?:$|[/?#])/.test(text.slice(value.length));
    return op === "contains" ? text.toLowerCase().includes(value) : compares(op, value, text);
  });
  return found ? found.group : pathForm(path);
}

/** The path of an address, without the slash at its end; with the path behind `#` where there is one. */
function pathOf(address: string): string {
  const [whole = "", ...fragments] = address.split("#");
  const before = whole.split("?")[0] as string;
  const path = before.replace(/^[^]*?:\/\/[^/]*/, "").replace(/\/+$/, "") || "/";
  const inside = (fragments.join("#").split(/[?&=]/)[0] as string).replace(/\/+$/, "");
  return inside.length > 1 && /^!*\//.test(inside) ? `${path}#${inside}` : path;
}
