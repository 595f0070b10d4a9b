import { describe, expect, it } from "vitest";
import type { MetricValue } from "@/api/board.ts";
import { isGood, overUntil, strength, usualDirection, usualFormat } from "./figures.ts";

const point = (over: boolean) => ({ start: "2026-11-02T00:00:00+01:00", value: 1, n: null, over });

describe("what a metric's numbers say", () => {
  it("knows which way is good", () => {
    expect([isGood(0.1, "up"), isGood(0.1, "down"), isGood(-0.1, "down"), isGood(0, "up"), isGood(null, "up")]).toEqual([true, false, true, null, null]);
  });
  it("names how strong a coefficient is, whichever way it goes", () => {
    expect([0.1, -0.3, 0.59, -0.6, 1].map(strength)).toEqual(["weak", "moderate", "moderate", "strong", "strong"]);
  });
  it("knows how figures are usually written, and which way they should go", () => {
    expect([usualFormat("funnel", undefined), usualFormat("funnel", "converted"), usualFormat("retention", "period_7"), usualFormat("task", "lost"), usualFormat("friction", "share_high"), usualFormat("trend", undefined)]).toEqual(["percent", "number", "percent", "number", "percent", "number"]);
    expect([usualDirection("vital", undefined), usualDirection("funnel", "conversion"), usualDirection("task", "lost"), usualDirection("trend", undefined)]).toEqual(["down", "up", "down", "up"]);
  });
  it("finds where a line is not over", () => {
    const value = (overs: boolean[]) => ({ points: overs.map(point) }) as MetricValue;
    expect([overUntil(value([true, true, false])), overUntil(value([true])), overUntil(value([]))]).toEqual([2, 1, 0]);
  });
});
