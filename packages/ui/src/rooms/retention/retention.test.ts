import { expect, it } from "vitest";
import { heatScale } from "@/chart/heat.ts";
import { amountsPerPerson, pooled, running } from "./pooled.ts";
import { mostLoyal } from "./retention.ts";

const cohorts = [
  { start: "2026-11-02", breakdown: [], size: 100, returned: [80, 40, 10], complete: [true, true, false] },
  { start: "2026-11-09", breakdown: [], size: 10, returned: [2, 1, 0], complete: [true, false, false] },
];

it("pools complete cells only: those returned over those born", () => {
  expect(pooled(cohorts, [])).toMatchObject({ breakdown: [], shares: [82 / 110, 0.4, null], born: [110, 100, 0], returned: [82, 40, 0], amounts: [], size: 110 });
});

it("reads sums per person born and averages per person who returned", () => {
  const sums = cohorts.map((cohort, index) => ({ ...cohort, amounts: index === 0 ? [800, 200, 5] : [30, 7, null] }));
  expect(amountsPerPerson(pooled(sums, []), false)).toEqual([830 / 110, 2, null]);
  const averages = cohorts.map((cohort, index) => ({ ...cohort, amounts: index === 0 ? [10, 5, 1] : [15, 7, null] }));
  expect(amountsPerPerson(pooled(averages, [], true), true)).toEqual([(80 * 10 + 2 * 15) / 82, 5, null]);
});

it("adds amounts up until a period is not known", () => {
  expect(running([2, 1, null, 4])).toEqual([2, 3, null, null]);
});

it("tells shares below 30 % apart, whatever the first period holds", () => {
  const scale = heatScale([
    [0.95, 0.3, 0.2, 0.1],
    [0.9, 0.28, 0.18, null],
  ]);
  expect(scale.top).toBe(0.3);
  const strengths = [0.1, 0.2, 0.3].map((share) => Number(/([\d.]+)%/.exec(scale.colorOf(share) ?? "")?.[1]));
  expect((strengths[1] as number) - (strengths[0] as number)).toBeGreaterThan(15);
  expect((strengths[2] as number) - (strengths[1] as number)).toBeGreaterThan(15);
  expect(scale.colorOf(0)).toBeUndefined();
  expect(heatScale([[0.5]]).top).toBe(0.5);
});

it("names the most loyal segment only where one beats the whole and enough people say so", () => {
  const curve = (plan: string | null, born: number, returned: number) => pooled([{ start: "2026-11-02", breakdown: plan === null ? [] : [plan], size: born, returned: [born, returned], complete: [true, true] }], plan === null ? [] : [plan]);
  const [whole, free, pro, team] = [curve(null, 180, 40), curve("free", 120, 20), curve("pro", 50, 15), curve("team", 10, 5)];
  expect(mostLoyal([whole, free, pro, team], whole, 1)).toBe(pro);
  // Where only one segment is large enough there is nothing to compare it with, least of all when it is below the whole.
  expect(mostLoyal([whole, free, team], whole, 1)).toBeUndefined();
  expect(mostLoyal([curve(null, 170, 85), free, pro], curve(null, 170, 85), 1)).toBeUndefined();
});
