import { describe, expect, it } from "vitest";
import { read, readSearch, write, writeSearch } from "./urlText.ts";

const values: unknown[] = [
  null,
  true,
  false,
  0,
  -1.5,
  1e21,
  "",
  "Purchase",
  "Créer une campagne",
  "it's 100 % (sure)! a:b,c",
  "true",
  "12",
  "-3",
  "!t",
  "$pageview",
  "a=b&c#d+e",
  "日本",
  [],
  {},
  [[], {}, [1, "2", null]],
  { "a key": { "b'c": [true, false] } },
  { kind: "trend", series: [{ select: { event: null, where: { any: [{ property: "plan", of: "person", op: "is", value: ["pro", 3, null] }] } }, measure: { sum: "amount" } }], range: { last: 30, unit: "day" } },
];

describe("the text of a question in a URL", () => {
  it.each(values.map((value) => [JSON.stringify(value), value]))("reads back %s", (_, value) => {
    expect(read(write(value))).toEqual(value);
    expect(readSearch(writeSearch({ q: [value] })).q).toEqual([value]);
  });

  it("reads back values made at random", () => {
    let seed = 42;
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
    const letters = "aZ09 '!:(),$&=#+%é\\\"/-_.";
    const text = () => Array.from({ length: Math.floor(random() * 8) }, () => letters[Math.floor(random() * letters.length)]).join("");
    const value = (depth: number): unknown => {
      const kind = Math.floor(random() * (depth > 0 ? 6 : 4));
      if (kind === 0) return text();
      if (kind === 1) return Math.round((random() - 0.5) * 1e6) / 100;
      if (kind === 2) return random() < 0.5;
      if (kind === 3) return null;
      if (kind === 4) return Array.from({ length: Math.floor(random() * 4) }, () => value(depth - 1));
      return Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [text(), value(depth - 1)]));
    };
    for (let i = 0; i < 2000; i += 1) {
      const made = value(4);
      expect(readSearch(writeSearch({ q: [made] })).q).toEqual([made]);
    }
  });

  it("carries what a number is made of beside the question", () => {
    const search = { at: { series: 0 }, title: "B / A", parts: [{ at: { series: 0, time: "2026-11-21T00:00:00Z" }, name: "A Signed up" }] };
    expect(readSearch(writeSearch(search))).toEqual(search);
  });

  it("stays short and legible", () => {
    expect(writeSearch({ q: { kind: "trend", series: [{ select: { event: "Purchase" }, measure: "total" }] }, r: "12" })).toBe("?q=(kind:trend,series:!((select:(event:Purchase),measure:total)))&r=12");
  });

  it.each(["", "(", "(a", "(a:", "(a:1", "!x", "!(1,", "'open", "(a:1))", ")", "(:1)"])("says that %j is not ours", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("leaves out what is not set and what cannot be read", () => {
    expect(writeSearch({ q: undefined, r: "", find: undefined })).toBe("");
    expect(readSearch("?q=(kind:tre&find=anna+b")).toEqual({ find: "anna b" });
  });
});
