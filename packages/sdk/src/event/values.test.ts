import { expect, test } from "vitest";
import { plainProperties, wholeText } from "./values.ts";

test("what JSON cannot hold is turned into what it means, or left out", () => {
  const given = { text: "a", n: 1.5, yes: true, none: null, when: new Date(0), never: new Date(Number.NaN), big: 10n, nan: Number.NaN, work: () => 1, missing: undefined, list: [1, Number.NaN, "x"], "": 1 };
  expect(JSON.parse(JSON.stringify(plainProperties(given)))).toEqual({ text: "a", n: 1.5, yes: true, none: null, when: "1970-01-01T00:00:00.000Z", big: "10", list: [1, null, "x"] });
});

test("names mean what they say, whatever they are called", () => {
  const given = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "toString": "three"}') as object;
  expect(JSON.stringify(plainProperties(given))).toBe('{"__proto__":{"x":1},"constructor":2,"toString":"three"}');
  expect(({} as { x?: number }).x).toBeUndefined();
});

test("circles, depths and crowds end", () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  expect(JSON.stringify(plainProperties(circle)).length).toBeLessThan(100);
  const crowd = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${i}`, Array.from({ length: 1000 }, () => Array.from({ length: 100 }, () => "x"))]));
  const began = performance.now();
  expect(JSON.stringify(plainProperties(crowd)).length).toBeLessThan(100_000);
  expect(performance.now() - began).toBeLessThan(300);
});

test("a getter that throws costs its own property only", () => {
  expect(
    plainProperties({
      a: 1,
      get b() {
        throw new Error("no");
      },
      c: 3,
    }),
  ).toEqual({ a: 1, c: 3 });
});

test.each([[null], ["text"], [[1, 2]], [7], [undefined]])("%s are no properties", (value) => expect(plainProperties(value)).toEqual({}));

test("half an emoji becomes a sign for it; whole ones stay", () => {
  expect(wholeText("😀".slice(0, 1))).toBe("\ufffd");
  expect(wholeText("a😀b")).toBe("a😀b");
  expect(wholeText("x".repeat(10_000)).length).toBe(8192);
});
