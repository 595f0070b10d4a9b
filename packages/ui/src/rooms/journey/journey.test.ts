import { expect, it } from "vitest";
import { flowOf, passes } from "./journey.ts";

const paths = [
  { nodes: ["a", "b", "c"], count: 5, exits: 2 },
  { nodes: ["a", "c"], count: 3, exits: 3 },
  { nodes: ["d", "b"], count: 1, exits: 1 },
  { nodes: ["a"], count: 4, exits: 4 },
];

it("adds the paths up into flows between columns; nothing is lost or counted twice", () => {
  const { nodes, links } = flowOf(paths, 10);
  const named = (column: number, name: string) => nodes.find((node) => node.column === column && node.name === name);
  expect(named(0, "a")).toMatchObject({ count: 12, exits: 4 });
  expect(named(1, "b")).toMatchObject({ count: 6, exits: 1 });
  expect(links.find((link) => link.from === '[0,"a"]' && link.to === '[1,"b"]')?.count).toBe(5);
  for (const node of nodes.filter((one) => one.column > 0)) {
    expect(links.filter((link) => link.to === node.id).reduce((sum, link) => sum + link.count, 0)).toBe(node.count);
  }
});

it("gathers what is not shown in one node of its column", () => {
  const { nodes } = flowOf(paths, 1);
  const others = nodes.filter((node) => node.name === null);
  expect(others.map((node) => [node.column, node.count])).toEqual([
    [0, 1],
    [1, 3],
  ]);
  const first = others[0];
  expect(first && passes(["d", "b"], first, new Set(["a"]))).toBe(true);
  expect(first && passes(["a", "b"], first, new Set(["a"]))).toBe(false);
});
