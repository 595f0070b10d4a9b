import { expect, it } from "vitest";
import { formatterOf } from "@/format/format.ts";
import { messagesOf } from "@/i18n/catalogue.ts";
import type { Asked } from "@/report/useAsk.ts";
import { trendLines, unknownLetter } from "./trend.ts";

it("keeps apart the value that is not set and all others together", () => {
  const series = (breakdown: (string | null)[], total: number, other?: number) => ({ label: "A", breakdown, values: [total], total, ...(other === undefined ? {} : { other }) });
  const asked = {
    question: { kind: "trend", series: [{ select: { event: "Buy" }, measure: "total" }], breakdown: [{ property: "plan" }], top: 2, range: { last: 1, unit: "day" }, interval: "day" },
    answer: { times: ["2026-11-21T00:00:00Z"], series: [series([], 12), series(["pro"], 6), series([null], 4), series([null], 2, 3)] },
    explain: { incomplete_from: null },
  } as unknown as Asked<"trend">;
  const lines = trendLines(asked, { ...messagesOf("en"), format: formatterOf("en") });
  expect(new Set(lines.map((line) => line.id)).size).toBe(4);
  expect(lines.map((line) => line.total)).toEqual([12, 6, 4, 2]);
});

it("finds what a formula names that is no series", () => {
  expect(unknownLetter("(A + b) / 2.5", 2)).toBeNull();
  expect(unknownLetter("A / C", 2)).toBe("C");
  expect(unknownLetter("sum + A", 2)).toBe("sum");
});
