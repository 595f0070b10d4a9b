import { expect, test } from "vitest";
import { openBudget } from "./budget.ts";

const change = (timestamp: number, ids: number[] = []) => ({ type: 3, timestamp, data: { source: 0, attributes: ids.map((id) => ({ id })) } });

test("changes go through up to a megabyte at once, then as much as flows back in", () => {
  const budget = openBudget();
  expect(budget.spend(change(1000), 900_000)).not.toBeNull();
  expect(budget.spend(change(1001), 200_000)).toBeNull();
  expect(budget.spend(change(2000), 10), "what builds on something that is missing").toBeNull();
  expect(budget.wantsWhole(2000), "not while it still storms").toBe(false);
  expect(budget.wantsWhole(20_000)).toBe(true);
  budget.whole(20_000);
  expect(budget.spend(change(21_000), 1000)).not.toBeNull();
});

test("the page is not taken whole again more than once in five minutes", () => {
  const budget = openBudget();
  budget.spend(change(0), 999_000);
  budget.spend(change(1), 999_000);
  budget.whole(60_000);
  budget.spend(change(60_001), 2_000_000);
  expect(budget.wantsWhole(200_000)).toBe(false);
  expect(budget.wantsWhole(361_000)).toBe(true);
});

test("one element that flickers is held, the others are not", () => {
  const budget = openBudget();
  let kept = 0;
  for (let i = 0; i < 300; i += 1) kept += (budget.spend(change(i), 10)?.data.attributes as object[] | undefined)?.length ?? 0;
  const flickering = () => Array.from({ length: 300 }, (_, i) => budget.spend(change(1000 + i, [7, i + 100]), 10)?.data.attributes as { id: number }[]);
  const changes = flickering().flat();
  expect(kept).toBe(0);
  expect(changes.filter(({ id }) => id === 7).length).toBeLessThan(110);
  expect(changes.filter(({ id }) => id !== 7).length).toBe(300);
});

test("what is not a change of the page is free", () => {
  const budget = openBudget();
  budget.spend(change(0), 2_000_000);
  expect(budget.spend({ type: 3, timestamp: 1, data: { source: 2 } }, 100)).not.toBeNull();
  expect(budget.spend({ type: 2, timestamp: 1, data: {} }, 5_000_000)).not.toBeNull();
});
