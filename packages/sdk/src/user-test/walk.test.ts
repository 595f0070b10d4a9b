import { describe, expect, it } from "vitest";
import vectors from "../../../../contract/user_test/cases.json";
import type { PageRule } from "../survey/definition.ts";
import { walkOf, type Visit } from "./walk.ts";

const { walks } = vectors as unknown as { walks: { name: string; path: PageRule[]; visits: Visit[]; direct: boolean | null; lostness: number | null }[] };

describe("the vectors that the server is held to as well", () => {
  it.each(walks)("measures $name", ({ path, visits, direct, lostness }) => {
    const walk = walkOf(path.map((rule) => ({ ...rule, op: rule.op ?? "is" })), visits);
    expect(walk?.direct ?? null).toBe(direct);
    if (lostness === null) expect(walk).toBeNull();
    else expect(walk?.lostness).toBeCloseTo(lostness, 5);
  });
});
