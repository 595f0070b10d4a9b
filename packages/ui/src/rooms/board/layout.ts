// Where tiles stand: in order, from left to right, as many on a line as twelve columns take.
import type { BoardTile, Shows } from "@/api/board.ts";

export const COLUMNS = 12;
export const WIDTHS = [3, 4, 6, 8, 12] as const;
export const HEIGHTS = [2, 3, 4, 5, 6, 8, 10] as const;
/** The height of a row, and what lies between two. */
export const [ROW_PX, GAP_PX] = [48, 16];

/** How large a tile is at first. */
const FIRST_SIZE: Record<Shows["kind"], { width: number; height: number }> = {
  metric: { width: 3, height: 3 },
  text: { width: 12, height: 2 },
  task: { width: 6, height: 6 },
  report: { width: 6, height: 6 },
  question: { width: 6, height: 6 },
};

export function heightOf(rows: number): number {
  return rows * ROW_PX + (rows - 1) * GAP_PX;
}

/** What has a name of its own is called by that, also when it changes, unless a title is given. */
export function withTile(tiles: BoardTile[], shows: Shows, id: string, title?: string): BoardTile[] {
  return [...tiles, { id, ...FIRST_SIZE[shows.kind], shows, ...(title === undefined ? {} : { title }) }];
}

export function changed(tiles: BoardTile[], id: string, change: Partial<BoardTile>): BoardTile[] {
  return tiles.map((tile) => (tile.id === id ? { ...tile, ...change } : tile));
}

export function without(tiles: BoardTile[], id: string): BoardTile[] {
  return tiles.filter((tile) => tile.id !== id);
}

/** The tile by so many places later, or earlier. */
export function moved(tiles: BoardTile[], id: string, by: number): BoardTile[] {
  const from = tiles.findIndex((tile) => tile.id === id);
  const to = Math.min(tiles.length - 1, Math.max(0, from + by));
  return from < 0 ? tiles : placed(tiles, id, to);
}

/** The tile at the place where another one stands. */
export function movedTo(tiles: BoardTile[], id: string, other: string): BoardTile[] {
  const to = tiles.findIndex((tile) => tile.id === other);
  return to < 0 ? tiles : placed(tiles, id, to);
}

function placed(tiles: BoardTile[], id: string, to: number): BoardTile[] {
  const tile = tiles.find((one) => one.id === id);
  if (!tile) return tiles;
  const rest = without(tiles, id);
  return [...rest.slice(0, to), tile, ...rest.slice(to)];
}
