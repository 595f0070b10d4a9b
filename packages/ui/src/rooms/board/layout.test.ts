import { describe, expect, it } from "vitest";
import type { BoardTile } from "@/api/board.ts";
import { changed, heightOf, moved, movedTo, without, withTile } from "./layout.ts";

const tiles: BoardTile[] = ["a", "b", "c"].map((id) => ({ id, width: 6, height: 4, shows: { kind: "text", text: id } }));
const order = (list: BoardTile[]): string => list.map((tile) => tile.id).join("");

describe("tiles of a board", () => {
  it("move by places and stop at the ends", () => {
    expect([order(moved(tiles, "a", 1)), order(moved(tiles, "a", -1)), order(moved(tiles, "c", 5)), order(moved(tiles, "x", 1))]).toEqual(["bac", "abc", "abc", "abc"]);
  });
  it("are dropped where another stands, from either side", () => {
    expect([order(movedTo(tiles, "a", "c")), order(movedTo(tiles, "c", "a")), order(movedTo(tiles, "b", "b")), order(movedTo(tiles, "a", "x"))]).toEqual(["bca", "cab", "abc", "abc"]);
  });
  it("are added at the end in a size that fits, changed and taken off", () => {
    const more = withTile(tiles, { kind: "metric", metric: "m" }, "d");
    expect(more.at(-1)).toEqual({ id: "d", width: 3, height: 3, shows: { kind: "metric", metric: "m" } });
    expect(withTile(tiles, { kind: "question", question: { kind: "sessions", range: { last: 7, unit: "day" } }, view: {} }, "e", "Sign-ups").at(-1)?.title).toBe("Sign-ups");
    expect(changed(more, "d", { width: 4 }).at(-1)?.width).toBe(4);
    expect(order(without(more, "b"))).toBe("acd");
  });
  it("are as high as their rows and what lies between them", () => {
    expect([heightOf(1), heightOf(4)]).toEqual([48, 240]);
  });
});
