import { expect, test } from "vitest";
import { byValue, narrowed, type Difference } from "./Differences.tsx";

const safari = { property: "$browser", value: "Safari" };
const only = { property: "$browser", op: "is", value: "Safari" };
const pro = { property: "plan", op: "is" as const, value: "pro" };
const big = { property: "seats", op: "is" as const, value: "10" };

test("what was looked at before stays narrowed", () => {
  expect(narrowed(undefined, safari)).toEqual(only);
  expect(narrowed(pro, safari)).toEqual({ all: [pro, only] });
  expect(narrowed({ all: [pro, big] }, safari)).toEqual({ all: [pro, big, only] });
  expect(narrowed({ any: [pro, big] }, safari)).toEqual({ all: [{ any: [pro, big] }, only] });
});

test("what goes worse with one value is told at one place, where its worst stands", () => {
  const found = [
    { ...safari, outcome: "friction" },
    { property: "$os", value: "macOS", outcome: "friction" },
    { ...safari, outcome: "not_completed" },
  ] as Difference[];
  expect(byValue(found).map((own) => own.map(({ value, outcome }) => `${String(value)} ${outcome}`))).toEqual([["Safari friction", "Safari not_completed"], ["macOS friction"]]);
});
