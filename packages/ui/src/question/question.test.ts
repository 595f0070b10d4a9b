import { describe, expect, it } from "vitest";
import { fromGroup, asGroup, pruned } from "./filterTree.ts";
import { readQuestion, type Filter } from "./question.ts";

const trend = { kind: "trend", series: [{ select: { event: "A" }, measure: "total" }], range: { last: 7, unit: "day" }, interval: "day" };

describe("reading a question", () => {
  it("takes one of the right shape as it is, with what it does not draw", () => {
    const raw = { ...trend, session_timeout: { n: 10, unit: "minute" }, filter: { not: { cohort: "vip" } } };
    expect(readQuestion("trend", raw)).toEqual({ question: raw });
  });

  it.each([
    ["kind", { ...trend, kind: "funnel" }],
    ["series", { ...trend, series: [] }],
    ["series.0.select.event", { ...trend, series: [{ select: { event: 3 }, measure: "total" }] }],
    ["interval", { ...trend, interval: "fortnight" }],
  ])("names %s when that is wrong", (problem, raw) => {
    expect(readQuestion("trend", raw)).toEqual({ problem });
  });

  it("does not fall over what is no question at all", () => {
    for (const raw of [null, 3, "x", [], {}]) expect(readQuestion("funnel", raw)).toHaveProperty("problem");
  });
});

describe("the tree of a filter", () => {
  const leaf: Filter = { property: "plan", op: "is", value: "pro" };

  it("sends a lone condition alone", () => {
    expect(fromGroup("any", [leaf])).toEqual(leaf);
    expect(asGroup(leaf)).toEqual({ group: "all", members: [leaf] });
  });

  it("keeps a lone group, which has its own joiner", () => {
    expect(fromGroup("all", [{ any: [leaf, leaf] }])).toEqual({ all: [{ any: [leaf, leaf] }] });
  });

  it("forgets groups that hold nothing yet", () => {
    expect(pruned({ all: [leaf, { any: [] }] })).toEqual(leaf);
    expect(pruned({ any: [{ all: [{ any: [] }] }] })).toBeUndefined();
  });
});
