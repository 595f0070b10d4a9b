// What is at fault: pages, elements, factors, segments; every number opens its people.
import { useState } from "react";
import type { Cell, FrictionAnswer, FrictionLine } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { segmentName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { useElementNames, type ElementNames } from "@/report/elementNames.ts";
import { RateInterval } from "@/report/RateInterval.tsx";
import type { AnswerProps } from "@/report/room.ts";
import { SelectorBeside } from "@/report/SelectorBeside.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { factorName } from "./friction.ts";

type Tab = "pages" | "elements" | "factors" | "segments";

interface Row {
  id: string;
  name: string;
  selector?: string;
  note?: string;
  points: number;
  share: number | null;
  page_views: number;
  sessions: number;
  people: number;
  /** Of lines of page views, not of elements and factors. */
  line?: FrictionLine;
  factors?: Record<string, number>;
  times?: number;
  cell: Cell;
}

function rowsOf(tab: Tab, answer: FrictionAnswer, name: { factor: (factor: string) => string; element: ElementNames; segment: (values: NonNullable<FrictionAnswer["groups"]>[number]["breakdown"]) => string; noPage: string }): Row[] {
  switch (tab) {
    case "pages":
      return answer.pages.map((page) => ({ ...page, id: page.page ?? "", name: page.page ?? name.noPage, line: page, cell: { page: page.page } }));
    case "elements":
      return answer.elements.map((one) => ({ ...one, id: `${one.page} ${one.selector}`, name: name.element(one.selector), selector: one.selector, note: one.page ?? name.noPage, cell: one.page === null ? { selector: one.selector } : { page: one.page, selector: one.selector } }));
    case "factors":
      return answer.factors.map((one) => ({ ...one, id: one.factor, name: name.factor(one.factor), cell: { factor: one.factor } }));
    case "segments":
      return (answer.groups ?? []).map((group) => ({ ...group, id: JSON.stringify(group.breakdown), name: name.segment(group.breakdown), share: answer.points > 0 ? group.points / answer.points : null, line: group, cell: { breakdown: group.breakdown } }));
  }
}

export function FrictionTable({ asked, onOpen }: AnswerProps<"friction">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { answer } = asked;
  const [picked, setPicked] = useState<Tab>(answer.groups ? "segments" : "pages");
  const tabs: Tab[] = [...(answer.groups ? (["segments"] as const) : []), "pages", "elements", "factors"];
  const tab = tabs.includes(picked) ? picked : "pages";
  const elementName = useElementNames(tab === "elements" ? answer.elements.map(({ selector }) => selector) : [], asked.question.range);
  const rows = rowsOf(tab, answer, { factor: (factor) => factorName(factor, speech), element: elementName, segment: (values) => segmentName(values, speech), noPage: t("friction.noPage") });
  const ofLines = tab === "pages" || tab === "segments";
  const most = Math.max(0.01, ...rows.map((row) => row.line?.share_high_interval?.[1] ?? 0));
  const more = tab === "pages" ? answer.pages_in_all - rows.length : tab === "elements" ? answer.elements_in_all - rows.length : 0;
  return (
    <>
      <AnswerHead note={more > 0 ? t("friction.more", { n: more }) : t(`friction.tabNote.${tab}`)} aside={<Segmented<Tab> label={t("friction.tabs")} value={tab} onPick={setPicked} choices={tabs.map((value) => ({ value, label: t(`friction.tab.${value}`) }))} />} />
      {rows.length === 0 ? (
        <p style={{ padding: "12px 16px", color: "var(--ink-3)", fontSize: "var(--text-small)", margin: 0 }}>{t("friction.none")}</p>
      ) : (
        <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t(`friction.tab.${tab}`)}
                </th>
                {[t("friction.column.points"), t("friction.column.share"), ...(ofLines ? [t("friction.mean"), t("friction.column.high")] : [t("friction.column.times")]), t("friction.pageViews"), t("friction.sessions"), t("people.person.many")].map((name) => (
                  <NumberHead key={name}>{name}</NumberHead>
                ))}
                {tab !== "factors" && <th scope="col">{t("friction.column.why")}</th>}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row" className={table.pinned} title={row.selector ?? row.name}>
                    {row.name}
                    {row.selector !== undefined && <SelectorBeside selector={row.selector} name={row.name} />}
                    {row.note && <span style={{ color: "var(--ink-3)", fontWeight: 400, marginLeft: 8 }}>{row.note}</span>}
                  </th>
                  <td className={table.number}>{format.number(Math.round(row.points * 10) / 10)}</td>
                  <td className={table.number}>{row.share === null ? "–" : format.percent(row.share)}</td>
                  {row.line ? (
                    <>
                      <td className={table.number}>{row.line.mean === null ? "–" : format.number(Math.round(row.line.mean * 10) / 10)}</td>
                      <td className={table.number}>
                        <RateInterval rate={row.line.share_high} interval={row.line.share_high_interval} most={most} />
                      </td>
                    </>
                  ) : (
                    <td className={table.number}>{format.number(row.times ?? 0)}</td>
                  )}
                  <td className={table.number}>{format.number(row.page_views)}</td>
                  <td className={table.number}>{format.number(row.sessions)}</td>
                  <td className={table.number}>
                    {row.people === 0 ? (
                      "0"
                    ) : (
                      <button type="button" className={table.open} onClick={() => onOpen(row.cell, row.note ? `${row.name} · ${row.note}` : row.name)}>
                        {format.number(row.people)}
                      </button>
                    )}
                  </td>
                  {tab !== "factors" && (
                    <td>
                      {Object.entries(row.factors ?? {})
                        .toSorted((a, b) => b[1] - a[1])
                        .slice(0, 3)
                        .map(([factor, points]) => `${factorName(factor, speech)} ${format.number(Math.round(points * 10) / 10)}`)
                        .join(" · ")}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
