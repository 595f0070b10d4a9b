// What the URL of a board holds: the range and condition that somebody looks through, whether it fills the screen, and the number that is open.
import type { Filter, Range } from "@/question/question.ts";

export interface BoardSearch {
  /** The range in place of the board's own, and a condition beside it. */
  q?: unknown;
  full?: true;
  /** The tile whose number is open. */
  tile?: string;
  at?: unknown;
  title?: string;
  parts?: unknown;
}

/** Of a board that was shared by a link. */
export interface SharedBoardSearch {
  /** The range in place of the board's own. */
  q?: unknown;
  /** Tiles and nothing else, for a frame of another page. */
  embed?: string;
}

export interface Look {
  range?: Range;
  filter?: Filter;
}

/** An address may have been written by hand; what the server makes of it, it says. */
export function lookOf(search: BoardSearch): Look {
  const object = (value: unknown): object | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined);
  const look = object(search.q) as { range?: unknown; filter?: unknown } | undefined;
  return { range: object(look?.range) as Range | undefined, filter: object(look?.filter) as Filter | undefined };
}

/** As the address holds it; nothing where nothing is looked through. */
export function written(look: Look): Look | undefined {
  return look.range === undefined && look.filter === undefined ? undefined : look;
}
