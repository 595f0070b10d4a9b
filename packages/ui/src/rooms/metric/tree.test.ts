import { describe, expect, it } from "vitest";
import type { MetricNode } from "@/api/board.ts";
import { branches, hung, placesFor, shifted, withoutBranch, within, type Branch } from "./tree.ts";

const node = (id: string, parent?: string): MetricNode => ({ id, parent, metric: id });
const nodes = [node("top"), node("a", "top"), node("a1", "a"), node("b", "top"), node("other")];
const drawn = (list: Branch[]): string => list.map(({ node: { id }, below }) => (below.length > 0 ? `${id}(${drawn(below)})` : id)).join(" ");

describe("a tree of metrics", () => {
  it("is drawn as it hangs, in order", () => expect(drawn(branches(nodes))).toBe("top(a(a1) b) other"));
  it("loses a branch with all that hangs on it", () => expect(drawn(branches(withoutBranch(nodes, "a")))).toBe("top(b) other"));
  it("hangs a node nowhere below itself", () => {
    expect([...within(nodes, "a")]).toEqual(["a", "a1"]);
    expect(placesFor(nodes, "a").map(({ id }) => id)).toEqual(["top", "b", "other"]);
    expect(drawn(branches(hung(nodes, "a", "other")))).toBe("top(b) other(a(a1))");
    expect(drawn(branches(hung(nodes, "a", null)))).toBe("top(b) a(a1) other");
  });
  it("changes the order of those that hang on the same one", () => {
    expect([drawn(branches(shifted(nodes, "b", -1))), drawn(branches(shifted(nodes, "b", 1))), drawn(branches(shifted(nodes, "a1", -1)))]).toEqual(["top(b a(a1)) other", "top(a(a1) b) other", "top(a(a1) b) other"]);
  });
});
