import { describe, expect, it } from "vitest";
import { drawn, freshStep, moved, partOf, pathOf, trimmed, withFix, withStep, written, type Fix } from "./definition.ts";

describe("a path that is drawn", () => {
  it("begins with its first page, is completed by its last, and has each page once", () => {
    expect(drawn(["/new", "/new", "/audience", "/new", "/sent"])).toEqual({
      start: [{ page: "/new" }],
      completion: [{ page: "/sent" }],
      steps: [
        { id: "step1", page: "/new", repeatable: true },
        { id: "step2", page: "/audience" },
        { id: "step3", page: "/sent" },
      ],
    });
  });

  it("has no completion where there is one page only, and nothing where there is none", () => {
    expect(drawn(["/a", "/a"])).toEqual({ start: [{ page: "/a" }], completion: [], steps: [{ id: "step1", page: "/a" }] });
    expect(drawn([])).toEqual({ start: [], completion: [], steps: [] });
  });

  it("names pages by their path", () => {
    expect(pathOf("https://app.test/cart?x=1#y")).toBe("/cart");
    expect(pathOf("https://app.test")).toBe("/");
    expect(pathOf("/cart")).toBe("/cart");
  });
});

describe("steps", () => {
  it("get an id that none has", () => {
    expect(freshStep([{ id: "step1" }, { id: "step3" }])).toBe("step2");
    expect(withStep([{ id: "step1", page: "/a" }], { page: "/b" })).toEqual([{ id: "step1", page: "/a" }, { id: "step2", page: "/b" }]);
  });

  it("move by one place, and not beyond the ends", () => {
    expect(moved(["a", "b", "c"], 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(["a", "b", "c"], 1, 1)).toEqual(["a", "c", "b"]);
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 1)).toEqual(["a", "b"]);
  });
});

describe("a definition", () => {
  it("leaves out what is as it is by default", () => {
    const short = { start: [{ page: "/a" }], completion: [{ event: "Done" }] };
    expect(
      trimmed({ ...short, steps: [], abandon: [], window: { n: 1, unit: "session" }, slow: { rule: "p75", times: 1.5 }, detour_tolerance: 1, page_property: "$page", surveys: { nps: undefined }, fixes: [] }),
    ).toEqual(short);
    expect(trimmed({ ...short, steps: [{ id: "a", label: "  ", page: "/a" }], detour_tolerance: 0, slow: { rule: "target" }, target_seconds: 90 })).toEqual({ ...short, steps: [{ id: "a", page: "/a" }], detour_tolerance: 0, slow: { rule: "target" }, target_seconds: 90 });
  });

  it("is read where programs wrote events as names", () => {
    expect(written({ start: ["Search"], completion: [{ page: "/b" }], steps: [{ id: "a", select: "Cart" }] })).toEqual({ start: [{ event: "Search" }], completion: [{ page: "/b" }], steps: [{ id: "a", select: { event: "Cart" } }] });
  });

  it("knows to which part an error belongs", () => {
    expect(partOf("definition.steps[2].page")).toEqual({ part: "steps", index: 2 });
    expect(partOf("definition.start")).toEqual({ part: "start", index: null });
    expect(partOf("name")).toBeNull();
    expect(partOf(null)).toBeNull();
  });
});

describe("fixes", () => {
  const place = { page: "/a", selector: "#next", signal: "rage_click" };
  const other: Fix = { page: "/a", state: "to_do" };

  it("are kept by place, with what was said of them before", () => {
    const first = withFix([other], place, { state: "to_do", label: "React at once" });
    expect(first).toEqual([other, { ...place, state: "to_do", label: "React at once" }]);
    expect(withFix(first, place, { state: "fixed", at: "2025-10-06", release: "1.5" })).toEqual([other, { ...place, state: "fixed", at: "2025-10-06", release: "1.5", label: "React at once" }]);
  });

  it("are taken out again, and nulls name nothing", () => {
    expect(withFix([other], { page: "/a", selector: null, signal: null }, null)).toEqual([]);
    expect(withFix([], { page: "/a", selector: null, signal: null }, { state: "to_do" })).toEqual([other]);
  });
});
