import { describe, expect, it } from "vitest";
import type { HeatmapAnswer, ZoneSums } from "@/api/types.ts";
import type { Asked } from "@/report/useAsk.ts";
import { begin, besideOf, questionOf } from "./beside.ts";
import { differences, intervalOf } from "./difference.ts";

const element = (selector: string, click_rate: number | null, interval: [number, number] | null = null) => ({ selector, click_rate, click_rate_interval: interval, enough: true, enough_clicks: true }) as unknown as ZoneSums & { selector: string };
const answerOf = (...elements: ReturnType<typeof element>[]) => ({ elements, zones: [] }) as unknown as HeatmapAnswer;

describe("two heatmaps of one page", () => {
  it("are compared element by element, what differs most first, what is on one only last", () => {
    const rows = differences(answerOf(element("a", 0.5), element("b", 0.1), element("gone", 0.9)), answerOf(element("a", 0.4), element("b", 0.4), element("new", 0.2)), "click_rate");
    expect(rows.map(({ name, difference }) => [name, difference && Math.round(difference * 100)])).toEqual([["b", 30], ["a", -10], ["gone", null], ["new", null]]);
  });

  it("differ surely where the interval of the difference does not hold none", () => {
    const sure = differences(answerOf(element("a", 0.1, [0.08, 0.12])), answerOf(element("a", 0.3, [0.27, 0.33])), "click_rate")[0];
    const chance = differences(answerOf(element("a", 0.1, [0.02, 0.3])), answerOf(element("a", 0.15, [0.05, 0.4])), "click_rate")[0];
    expect([sure?.isUnsure, chance?.isUnsure]).toEqual([false, true]);
  });

  it("have Newcombe's interval: 56 of 70 less 48 of 80", () => {
    // Newcombe 1998, the tenth method of his table.
    const [low, high] = intervalOf(48 / 80, [0.4904, 0.7], 56 / 70, [0.6914, 0.8777]) ?? [];
    expect(low).toBeCloseTo(0.0524, 2);
    expect(high).toBeCloseTo(0.3339, 2);
  });
});

describe("what a heatmap is compared with", () => {
  const filter = { property: "plan", of: "event", op: "is", value: "pro" } as never;
  const asked = { question: { kind: "heatmap", page: "/x", device: "desktop", filter, range: { last: 7, unit: "day" }, zones: [{ name: "Z", selector: "a" }] }, explain: { range: { from: "2026-11-08T00:00:00Z", to: "2026-11-15T00:00:00Z" } } } as unknown as Asked<"heatmap">;

  it("is the same but for what it was begun with", () => {
    expect(questionOf(begin("mobile", asked), asked.question)).toEqual({ ...asked.question, device: "mobile" });
    expect(questionOf(begin("previous", asked), asked.question).range).toEqual({ from: "2026-11-01T00:00:00.000Z", to: "2026-11-08T00:00:00.000Z" });
    expect(questionOf({ by: "people", range: { last: 7, unit: "day" } }, asked.question)).toEqual({ kind: "heatmap", page: "/x", range: { last: 7, unit: "day" }, zones: asked.question.zones });
  });

  it("is read from a view, also of one that was saved before, and from nothing else", () => {
    expect(besideOf({ beside: "tablet" }, asked)).toMatchObject({ by: "tablet", device: "tablet" });
    expect(besideOf({ beside: begin("people", asked) }, asked)).toEqual(begin("people", asked));
    for (const beside of [undefined, "none", null, 7, {}, { by: "hologram", range: {} }]) expect(besideOf({ beside }, asked)).toBeNull();
  });
});
