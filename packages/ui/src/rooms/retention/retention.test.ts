import { expect, it } from "vitest";
import { pooled } from "./pooled.ts";

it("pools complete cells only: those returned over those born", () => {
  const cohorts = [
    { start: "2026-11-02", breakdown: [], size: 100, returned: [80, 40, 10], complete: [true, true, false] },
    { start: "2026-11-09", breakdown: [], size: 10, returned: [2, 1, 0], complete: [true, false, false] },
  ];
  expect(pooled(cohorts, [])).toEqual({ breakdown: [], shares: [82 / 110, 0.4, null], born: [110, 100, 0], size: 110 });
});
