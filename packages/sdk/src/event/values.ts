// Properties as they can be sent: what JSON cannot hold is turned into what it means, or left out.

import { guarded } from "../browser.ts";

export type Properties = Record<string, unknown>;

const MAX_DEPTH = 6;
const MAX_TEXT = 8192;
/** Of one call, at every level: whoever hands over the window itself gets that much of it, and no frozen page. */
const MAX_VALUES = 2000;
let nLeft = 0;
const HALF_OF_A_PAIR = /[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

/** Its own properties only, named literally, whatever they are called. */
export function plainProperties(properties: unknown): Properties {
  nLeft = MAX_VALUES;
  return properties && typeof properties === "object" && !Array.isArray(properties) ? (plain(properties, 0) as Properties) : {};
}

/** A text without half characters, which the server would have to refuse. */
export function wholeText(text: string): string {
  return text.slice(0, MAX_TEXT).replace(HALF_OF_A_PAIR, (found) => (found.length > 1 ? found : "\ufffd"));
}

function plain(value: unknown, depth: number): unknown {
  if ((nLeft -= 1) < 0) return undefined;
  if (typeof value === "string") return wholeText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value === "boolean") return value;
  if (typeof value !== "object") return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) return value.slice(0, nLeft).map((member) => plain(member, depth + 1) ?? null);
  const result: Properties = Object.create(null);
  for (const name of Object.keys(value)) {
    if (nLeft <= 0) break;
    const member = name && guarded(() => plain((value as Properties)[name], depth + 1))();
    if (name && member !== undefined) result[wholeText(name).slice(0, 80)] = member;
  }
  return result;
}

