import { expect, test } from "vitest";
import { byValue, folded, narrowed, type Difference } from "./Differences.tsx";

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

test("nearly the same attempts are told once, under what goes worst; a part of them is not folded", () => {
  const one = (property: string, value: string, outcome: string, count: number, n: number) => ({ property, value, outcome, with: { count, n } }) as Difference;
  const found = [
    one("$device_type", "Mobile", "friction", 86, 216),
    one("$os", "Android", "friction", 47, 104),
    one("$browser", "Chrome Mobile", "friction", 46, 101),
    one("$os", "Android", "not_completed", 61, 104),
    one("$browser", "Chrome Mobile", "not_completed", 59, 101),
    // As many by chance, of one property: they cannot be the same.
    one("$os", "Tizen", "friction", 47, 104),
    one("$browser", "Samsung", "not_completed", 61, 104),
  ];
  expect(folded(byValue(found)).map(({ own, same }) => [own[0].value, ...same.map(([other]) => other.value)])).toEqual([["Mobile"], ["Android", "Chrome Mobile", "Samsung"], ["Tizen"]]);
});
