import { expect, it } from "vitest";
import { formatterOf } from "@/format/format.ts";
import { messagesOf } from "@/i18n/catalogue.ts";
import type { Asked } from "@/report/useAsk.ts";
import { openingOf, seriesIn } from "./opening.ts";
import { trendLines } from "./trend.ts";
import { trendRows } from "./trendRows.ts";

const speech = { ...messagesOf("en"), format: formatterOf("en") };
const time = "2026-11-21T10:00:00Z";
const earlier = "2026-11-20T10:00:00Z";
const line = (label: string, value: number) => ({ label, breakdown: [], values: [value], total: value });
const asked = {
  question: {
    kind: "trend",
    series: [
      { select: { event: "Sign up" }, measure: "unique" },
      { select: { event: "Buy" }, measure: "total" },
    ],
    formulas: ["B / A * 100", "A - min(A, 3)"],
    range: { last: 1, unit: "day" },
    interval: "hour",
    compare: { previous: 1 },
  },
  answer: { times: [time], series: [line("A", 4), line("B", 8), line("B / A * 100", 200), line("A - min(A, 3)", 1)], compare: { times: [earlier], series: [line("A", 2), line("B", 6), line("B / A * 100", 300)] } },
  explain: { incomplete_from: null },
} as unknown as Asked<"trend">;
const lines = trendLines(asked, speech);

it("reads the series that a formula is made of, each once", () => {
  expect(seriesIn("(B + A) / B")).toEqual([0, 1]);
  expect(seriesIn("max(C, 2) * 10")).toEqual([2]);
});

it("opens a series itself, and of a formula the people of its series", () => {
  const [sales, formula, single] = [lines[1], lines[2], lines[3]].map((one) => openingOf(asked, one as (typeof lines)[number], time, "10:00", speech));
  expect(sales).toEqual([{ series: 1, time }, "Buy · 10:00"]);
  expect(formula?.[0]).toEqual({ series: 0, time });
  expect(formula?.[2]?.map((part) => [part.at, part.name.slice(0, 2)])).toEqual([
    [{ series: 0, time }, "A "],
    [{ series: 1, time }, "B "],
  ]);
  expect(single?.[2]?.length).toBe(1);
});

it("opens the period compared with as a cell of its own", () => {
  expect(openingOf(asked, lines[0] as (typeof lines)[number], earlier, "", speech, true)[0]).toEqual({ series: 0, time: earlier, compared: true });
});

it("writes the compared period with its own times, hours in full", () => {
  const rows = trendRows(asked, { speech } as Parameters<typeof trendRows>[1]);
  expect(rows[0]?.slice(2)).toEqual([time]);
  const before = rows.findIndex((row) => row.includes(earlier));
  expect(rows[before + 1]?.slice(1)).toEqual(["2", "2"]);
  expect(rows[before + 2]?.slice(1)).toEqual(["6", "6"]);
});
