// What the URL of a board holds: the range and condition that somebody looks through, whether it fills the screen, and the number that is open.
import type { Filter, Range } from "@/question/question.ts";

export interface BoardSearch {
  /** In place of the board's own. */
  range?: unknown;
  filter?: unknown;
  full?: true;
  /** The tile whose number is open. */
  tile?: string;
  at?: unknown;
  title?: string;
  parts?: unknown;
}

/** An address may have been written by hand; what the server makes of it, it says. */
export function lookOf(search: BoardSearch): { range?: Range; filter?: Filter } {
  const object = (value: unknown): object | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined);
  return { range: object(search.range) as Range | undefined, filter: object(search.filter) as Filter | undefined };
}
