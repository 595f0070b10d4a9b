// A funnel as the rows of a file: everything that its tables and pictures show, one block behind the other.
import type { FunnelGroup } from "@/api/types.ts";
import { propertyName, segmentName } from "@/question/words.ts";
import type { Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { binsOf, funnelGroups, intervalsOf, stepName, type Binned } from "./funnel.ts";

export function funnelRows(asked: Asked<"funnel">, { speech }: Telling): string[][] {
  const { t } = speech;
  const { question } = asked;
  const groups = funnelGroups(asked);
  const nameOf = (group: FunnelGroup) => segmentName(group.breakdown, speech, group.other, question.breakdown);
  const steps = question.steps.map((_, index) => `${index + 1}. ${stepName(asked, index, speech)}`);
  const isSplit = groups.some((group) => group.significance !== undefined);
  const { low, high } = { low: t("csv.low"), high: t("csv.high") };
  const conversion = t("funnel.column.conversion");
  const previous = t("funnel.column.fromPrevious");
  const head = [
    t("funnel.column.segment"),
    t("funnel.column.step"),
    t("funnel.column.reached"),
    conversion,
    `${conversion}, ${low}`,
    `${conversion}, ${high}`,
    previous,
    `${previous}, ${low}`,
    `${previous}, ${high}`,
    t("funnel.column.dropped"),
    `${t("funnel.column.median")} (s)`,
    `${t("funnel.column.mean")} (s)`,
    ...(question.sum ? [t("funnel.sumOf", { property: propertyName(question.sum, speech) })] : []),
    ...(isSplit ? [t("csv.pValue"), t("csv.enough")] : []),
  ];
  const rows = groups.flatMap((group) =>
    group.steps.map((step, index) => [
      nameOf(group),
      steps[index] ?? "",
      ...[step.count, step.conversion, step.conversion_low, step.conversion_high, step.from_previous, step.from_previous_low, step.from_previous_high, step.dropped, step.median_seconds, step.mean_seconds].map(cell),
      ...(question.sum ? [cell(step.sum)] : []),
      // The test is of the last step, against the rest or the control.
      ...(isSplit ? (index === group.steps.length - 1 && group.significance ? [cell(group.significance.p_value), t(group.significance.enough ? "value.true" : "value.false")] : ["", ""]) : []),
    ]),
  );
  const block = (title: string[], lines: string[][]) => (lines.length === 0 ? [] : [[], title, ...lines]);
  const binned = (of: Binned, name: string) =>
    block(
      [t("funnel.column.segment"), `${name}, ${t("csv.from")}`, `${name}, ${t("csv.to")}`, t(of === "seconds" ? "funnel.converted" : "funnel.column.attempts")],
      groups.flatMap((group) => {
        const own = binsOf(of, group);
        return own ? own.bins.map((n, index) => [nameOf(group), cell(own.edges[index]), cell(own.edges[index + 1]), String(n)]) : [];
      }),
    );
  return [
    head,
    ...rows,
    ...block([t("funnel.column.segment"), t("trend.column.interval"), ...steps], groups.flatMap((group) => intervalsOf(asked, group).map((one) => [nameOf(group), one.start, ...one.steps.map(String)]))),
    ...binned("seconds", `${t("funnel.column.time")} (s)`),
    ...binned("between", t("funnel.column.times")),
  ];
}

function cell(value: number | null | undefined): string {
  return value == null ? "" : String(value);
}
