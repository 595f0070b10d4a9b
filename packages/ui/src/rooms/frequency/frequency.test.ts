import { expect, it } from "vitest";
import type { Asked } from "@/report/useAsk.ts";
import { activeFrom, activeIn, meanUnits, spreadsOf } from "./frequency.ts";

function asked(mode: "exactly" | "at_least", people: number[]): Asked<"frequency"> {
  return {
    question: { kind: "frequency", select: { event: null }, period: "week", unit: "day", mode, range: { last: 2, unit: "week" } },
    answer: {
      periods: [
        { start: "2026-11-09T00:00:00Z", people },
        { start: "2026-11-16T00:00:00Z", people: [1, 0, 0] },
        { start: "2026-11-09T00:00:00Z", people: [1, 0, 0], breakdown: ["pro"] },
        { start: "2026-11-16T00:00:00Z", people: [0, 0, 0], breakdown: ["pro"] },
      ],
    },
    explain: { incomplete_from: "2026-11-16T00:00:00Z" },
  } as unknown as Asked<"frequency">;
}

it("reads the same people in both ways of counting", () => {
  const exactly = [5, 3, 2];
  const atLeast = [10, 5, 2];
  for (const [mode, people] of [["exactly", exactly], ["at_least", atLeast]] as const) {
    const one = asked(mode, people);
    expect(activeIn(one, people)).toBe(10);
    expect(activeFrom(one, people, 2)).toBe(5);
    expect(meanUnits(one, people)).toBe(1.7);
  }
  expect(meanUnits(asked("exactly", []), [0, 0])).toBeNull();
});

it("shows the last period that is over, and segments beside the whole", () => {
  const spreads = spreadsOf(asked("exactly", [5, 3, 2]));
  expect(spreads.last).toBe(0);
  expect(spreads.starts).toHaveLength(2);
  expect(spreads.segments.map((spread) => spread.breakdown)).toEqual([["pro"]]);
});
