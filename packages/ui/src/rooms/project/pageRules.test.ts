import { expect, it } from "vitest";
import { complete, fitting, moved, type DraftRule } from "./pageRules.ts";

const rule = (key: number, op: string, value: string, group = "A"): DraftRule => ({ key, op, value, group });

it("tries only rules that say both a pattern and a group, and knows where they stand", () => {
  const { rules, places } = complete([rule(1, "glob", "/a/*"), rule(2, "is", " "), rule(3, "is", "/b ", " B ")]);
  expect(rules).toEqual([
    { op: "glob", value: "/a/*", group: "A" },
    { op: "is", value: "/b", group: "B" },
  ]);
  expect(places).toEqual([0, -1, 1]);
});

it("moves a rule by one place and no further than the list", () => {
  const list = [rule(1, "is", "/a"), rule(2, "is", "/b")];
  expect(moved(list, 1, -1).map((one) => one.key)).toEqual([2, 1]);
  expect(moved(list, 1, 1)).toBe(list);
});

it("puts an accepted rule before one that would take its pages", () => {
  const list = [rule(1, "is", "/x"), rule(2, "under", "/help"), rule(3, "under", "/")];
  expect(fitting(list, rule(4, "under", "/help/start")).map((one) => one.key)).toEqual([1, 4, 2, 3]);
  expect(fitting(list, rule(4, "under", "/helpers")).map((one) => one.key)).toEqual([1, 2, 4, 3]);
  expect(fitting([list[0] as DraftRule], rule(4, "is", "/y")).map((one) => one.key)).toEqual([1, 4]);
});
