import { expect, it } from "vitest";
import { messagesOf } from "@/i18n/catalogue.ts";
import { formatterOf } from "@/format/format.ts";
import { flowOf, fullName, namesIn, nodeNamer, passes, siteOf } from "./journey.ts";
import { selectorOf } from "./PathActions.tsx";

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

const speech = { ...messagesOf("en"), format: formatterOf("en") };

it("leaves the host out where all pages of the answer share it, and keeps it where they do not", () => {
  const tree = { node: null, count: 2, exits: 0, children: [{ node: "https://a.example", count: 2, exits: 0, children: [{ node: "https://a.example/x", count: 1, exits: 1, children: [] }] }] };
  const site = siteOf(namesIn({ tree, paths: [{ nodes: ["https://a.example/x", "Sign up"], count: 1, exits: 1 }], distinct_paths: 1 }));
  expect(site).toBe("a.example");
  expect(["https://a.example", "https://a.example/x", "Sign up"].map(nodeNamer(site, speech))).toEqual(["/", "/x", "Sign up"]);
  expect(fullName("https://a.example/x", speech)).toBe("a.example/x");
  // Of another site only the list below knows.
  const several = siteOf([...namesIn({ tree, paths: [], distinct_paths: 0 }), "https://b.example/x"]);
  expect(several).toBeNull();
  expect(nodeNamer(several, speech)("https://a.example/x")).toBe("a.example/x");
});

it("follows a page as exactly that page, however it was addressed", () => {
  const selector = selectorOf("https://a.example/c++", { kind: "journey", direction: "forward", depth: 3, top: 5, node: "page", range: { last: 7, unit: "day" } });
  const where = selector?.where as { op: string; value: string };
  expect(where.op).toBe("matches");
  const page = new RegExp(where.value);
  for (const address of ["https://a.example/c++", "https://a.example/c++/", "https://a.example/c++?tab=1", "https://a.example/c++/#top"]) expect(page.test(address), address).toBe(true);
  for (const address of ["https://a.example/c++/more", "https://a.example/c+++", "https://axexample/c++", "see https://a.example/c++"]) expect(page.test(address), address).toBe(false);
});
