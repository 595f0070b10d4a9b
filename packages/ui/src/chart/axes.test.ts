import { expect, it } from "vitest";
import { firstIncomplete, shareDecimals } from "./axes.ts";

const days = ["2026-11-20T00:00:00+01:00", "2026-11-21T00:00:00+01:00", "2026-11-22T00:00:00+01:00"];

it("finds the interval that is still running", () => {
  expect(firstIncomplete(days, "2026-11-22T00:00:00+01:00")).toBe(2);
  expect(firstIncomplete(days, "2026-11-21T10:00:00+01:00")).toBe(1);
  expect(firstIncomplete(days, "2026-11-22T03:00:00+01:00")).toBe(2);
});

it("says that all are over", () => {
  expect(firstIncomplete(days, null)).toBe(3);
  expect(firstIncomplete([], "2026-11-22T00:00:00Z")).toBe(0);
});

it("writes an axis of shares with the decimals that tell its lines apart", () => {
  expect([1, 0.4, 0.05, 0.035, 0.004, 0.0004, 0].map(shareDecimals)).toEqual([0, 0, 0, 1, 1, 2, 0]);
});
