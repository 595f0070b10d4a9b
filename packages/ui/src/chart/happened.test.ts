import { describe, expect, it } from "vitest";
import { placed } from "./happened.ts";

const days = ["2026-03-01T00:00:00+01:00", "2026-03-02T00:00:00+01:00", "2026-03-03T00:00:00+01:00"];
const note = (text: string, at: string) => ({ text, at });

describe("annotations", () => {
  it("stand at the interval in which they happened, those of one together", () => {
    const known = [note("b", "2026-03-02T10:00:00Z"), note("a", "2026-02-28T23:00:00Z"), note("c", "2026-03-02T22:59:59Z"), note("d", "2026-03-02T23:00:00Z")];
    expect(placed(known, days, "day")).toEqual([
      { at: 0, name: "a" },
      { at: 1, name: "b, c" },
      { at: 2, name: "d" },
    ]);
  });

  it("are left out before the first interval and after the last", () => {
    expect(placed([note("a", "2026-02-28T22:00:00Z"), note("b", "2026-03-05T00:00:00Z")], days, "day")).toEqual([]);
    expect(placed([note("a", "2026-02-28T22:00:00Z")], [], "day")).toEqual([]);
  });
});
