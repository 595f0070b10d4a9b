import { expect, it } from "vitest";
import type { JourneyNode } from "@/api/types.ts";
import { gather, shortened } from "./arcs.ts";

const leaf = (node: string | null, count: number, more: Partial<JourneyNode> = {}): JourneyNode => ({ node, count, exits: count, children: [], ...more });

it("gathers thin arcs with what the server left over, and loses nobody", () => {
  const tree: JourneyNode = { node: null, count: 100, exits: 0, children: [leaf("a", 60), leaf("b", 20), leaf("c", 4, { conversions: 1 }), leaf("d", 3, { conversions: 2 }), leaf(null, 13, { other: 9, conversions: 0 })] };
  const { children } = gather(tree, () => 5);
  expect(children.map(({ node, count }) => [node, count])).toEqual([
    ["a", 60],
    ["b", 20],
    [null, 20],
  ]);
  expect(children.at(-1)).toMatchObject({ other: 11, exits: 20, conversions: 3, besides: ["a", "b"], gathered: [{ name: "c", count: 4 }, { name: "d", count: 3 }] });
});

it("leaves a single thin arc its name unless it is a sliver, and looks at each ring by itself", () => {
  const inner = leaf("a", 90, { exits: 0, children: [leaf("x", 80), leaf("y", 6), leaf("z", 4)] });
  const drawn = gather({ node: null, count: 100, exits: 0, children: [inner, leaf("b", 4)] }, (ring) => (ring === 0 ? 5 : 7));
  expect(drawn.children.map(({ node }) => node)).toEqual(["a", "b"]);
  expect(drawn.children[0]?.children.map(({ node, count }) => [node, count])).toEqual([
    ["x", 80],
    [null, 10],
  ]);
  expect(gather({ node: null, count: 100, exits: 0, children: [leaf("a", 90), leaf("b", 2)] }, () => 5).children.map(({ node, other }) => [node, other])).toEqual([["a", undefined], [null, 1]]);
});

it("cuts pages in front, at a slash, and nothing else", () => {
  const upTo = (letters: number) => (text: string) => text.length <= letters;
  expect(["/app/campaigns/new", "/app/a-very-long-name", "Campaign started", "/x"].map((name) => shortened(name, upTo(15)))).toEqual(["…/campaigns/new", "", "", "/x"]);
  expect(shortened("/app/campaigns/new", upTo(8))).toBe("…/new");
  expect(shortened("/app/campaigns/n", upTo(8))).toBe("");
});
