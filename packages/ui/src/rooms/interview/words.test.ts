import { describe, expect, it } from "vitest";
import { clockOf, msOf, pastedPeople } from "./words.ts";

describe("times of a talk", () => {
  it("are read as they are written", () => {
    for (const [text, ms] of [["0:00", 0], ["1:05", 65_000], ["1:02:03", 3_723_000]] as const) {
      expect(msOf(text)).toBe(ms);
      expect(clockOf(ms)).toBe(text);
    }
    expect(msOf("90")).toBe(90_000);
    for (const text of ["", "a", "1:2:3:4", "-1", "1:", "1.5"]) expect(msOf(text), text).toBeNull();
  });
});

describe("pasted addresses", () => {
  it("come in the forms in which people have them", () => {
    expect(pastedPeople('ada@example.org\n"Bo" <bo@example.org>, ADA@example.org;; zoe@example.org\n')).toEqual([
      { email: "ada@example.org", name: "" },
      { email: "bo@example.org", name: "Bo" },
      { email: "zoe@example.org", name: "" },
    ]);
    expect(pastedPeople(" \n")).toEqual([]);
  });
});
