import { expect, it } from "vitest";
import { edgesProblem, numbersIn, suggestedEdges } from "./ranges.ts";

const seen = (...numbers: number[]) => numbers.map((value) => ({ value, count: 1 }));

it("offers rising round edges that split what was seen about evenly", () => {
  const edges = suggestedEdges(seen(...Array.from({ length: 100 }, (_, index) => index + 1)));
  expect(edges).toEqual([20, 40, 60, 80]);
  const skewed = suggestedEdges([{ value: 1, count: 1000 }, ...seen(2, 3, 500, 1234, 9999)]);
  expect(skewed === null || skewed.every((edge, index) => index === 0 || edge > (skewed[index - 1] as number))).toBe(true);
});

it("offers nothing for words or a handful of values", () => {
  expect(suggestedEdges([{ value: "pro" }, { value: "free" }, { value: 3 }, { value: null }])).toBeNull();
  expect(suggestedEdges(seen(1, 2))).toBeNull();
});

it("reads lists of numbers as people write them", () => {
  expect(numbersIn("0, 10 100;1000")).toEqual([0, 10, 100, 1000]);
  expect(numbersIn("-5,0.5")).toEqual([-5, 0.5]);
  expect(numbersIn("ten, 20")).toBeNull();
});

it("says why edges cannot be taken", () => {
  const words = { tooFew: "too few", notRising: "not rising" };
  expect(edgesProblem([1], words)).toBe("too few");
  expect(edgesProblem([1, 1], words)).toBe("not rising");
  expect(edgesProblem([-1, 0, 5], words)).toBeNull();
});
