import { expect, it } from "vitest";
import { formatterOf } from "@/format/format.ts";
import { messagesOf } from "@/i18n/catalogue.ts";
import type { Asked } from "@/report/useAsk.ts";
import { binCell, binNames, funnelGroups } from "./funnel.ts";
import { funnelRows } from "./funnelRows.ts";

const speech = { ...messagesOf("en"), format: formatterOf("en") };
const step = (count: number) => ({ label: "x", count, conversion: count / 10, conversion_low: 0.1, conversion_high: 0.9, from_previous: count / 10, from_previous_low: 0.2, from_previous_high: 0.8, dropped: 10 - count, median_seconds: 60, mean_seconds: 61.5, sum: count * 2 });
const convert = { mean_seconds: 40, median_seconds: 30, edges: [0, 60, 120], bins: [3, 1] };
const start = "2026-11-21T00:00:00+01:00";
const asked = {
  question: { kind: "funnel", steps: [{ event: "Sign up" }, { event: "Buy" }], sum: "amount", interval: "day", breakdown: [{ property: "plan" }], time_to_convert: { from: 1, to: 2 }, between: { select: { event: "Help" }, from: 1, to: 2 } },
  answer: {
    groups: [
      { breakdown: [], steps: [step(10), step(4)], time_to_convert: convert, between: { attempts: 4, mean: 1, median: 1, edges: [0, 1, 2], bins: [3, 1] } },
      { breakdown: ["pro"], steps: [step(10), step(3)], time_to_convert: { ...convert, bins: [2, 1] }, significance: { p_value: 0.03, better: true, enough: false }, intervals: [{ start, steps: [5, 2] }] },
    ],
    intervals: [{ start, steps: [6, 3] }],
  },
} as unknown as Asked<"funnel">;

it("points at a bin by its edges, in the segment that it is of", () => {
  const [overall, pro] = funnelGroups(asked);
  expect(binCell("seconds", asked, overall as never, convert.edges, 1, speech)[0]).toEqual({ seconds: [60, 120] });
  expect(binCell("between", asked, pro as never, [0, 1, 2], 0, speech)[0]).toEqual({ between: [0, 1], breakdown: ["pro"] });
  expect(binNames("between", [0, 1, 2], speech)).toEqual(["0", "1"]);
  expect(binNames("between", [0, 2.5, 5], speech)).toEqual(["0 – 2.5", "2.5 – 5"]);
});

it("leaves nothing of a funnel's answer out of its file", () => {
  const rows = funnelRows(asked, { speech } as Parameters<typeof funnelRows>[1]);
  const width = rows[0]?.length;
  expect(rows[2]).toEqual(["All", "2. Buy", "4", "0.4", "0.1", "0.9", "0.4", "0.2", "0.8", "6", "60", "61.5", "8", "", ""].map((cell, index) => (index === 0 ? rows[2]?.[0] : cell)));
  expect(rows[4]?.slice(-2)).toEqual(["0.03", speech.t("value.false")]);
  expect(rows[4]?.length).toBe(width);
  const flat = rows.map((row) => row.slice(1).join(";"));
  expect(flat).toContain(`${start};6;3`);
  expect(flat).toContain(`${start};5;2`);
  expect(flat).toContain("60;120;1");
  expect(flat).toContain("0;60;2");
  expect(flat).toContain("0;1;3");
});
