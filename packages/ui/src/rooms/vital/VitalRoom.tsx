// Speed: the web vitals as people met them, by interval, page, segment and element at fault.
import { useState } from "react";
import { firstIncomplete } from "@/chart/axes.ts";
import { LinesPicture, type Line } from "@/chart/lines.tsx";
import type { Cell, VitalLine, VitalName, VitalValues } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { IntervalPicker } from "@/question/IntervalPicker.tsx";
import { calendarChanges, CalendarRows, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { segmentName } from "@/question/words.ts";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { markOf, useElementNames } from "@/report/elementNames.ts";
import { LinesExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import { SelectorBeside } from "@/report/SelectorBeside.tsx";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";

const VITALS = ["lcp", "inp", "cls", "fcp", "ttfb"] as const;
const RATINGS = ["good", "needs_work", "poor"] as const;

function VitalBuilder({ question, onChange }: BuilderProps<"vital">) {
  return (
    <AmongLine
      filter={question.filter}
      onFilter={(filter) => onChange({ ...question, filter })}
      event="$web_vitals"
      breakdown={{ value: question.breakdown, onChange: (breakdown) => onChange({ ...question, breakdown }) }}
    />
  );
}

function VitalScope({ question, onChange }: BuilderProps<"vital">) {
  const { t } = useSpeech();
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <IntervalPicker interval={question.interval} range={question.range} onChange={(interval) => onChange({ ...question, interval })} />
      <OptionsPopover changed={calendarChanges(question, t)}>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

function vitalText(vital: VitalName, value: number | null, { format }: Speech): string {
  if (value === null) return "–";
  return vital === "cls" ? format.number(Math.round(value * 1000) / 1000) : format.duration(value / 1000);
}

/** Beside the colour stands the word. */
function ratingOf(value: number | null, [good, poor]: [number, number]): (typeof RATINGS)[number] | null {
  if (value === null) return null;
  return value <= good ? "good" : value <= poor ? "needs_work" : "poor";
}
const TONE = { good: "var(--good)", needs_work: "var(--warn)", poor: "var(--bad)" };

function P75({ vital, values, thresholds }: { vital: VitalName; values: VitalValues; thresholds: [number, number] }) {
  const speech = useSpeech();
  const rating = ratingOf(values.p75, thresholds);
  return (
    <span title={speech.t("tip.n", { n: speech.format.number(values.n) })} style={rating ? { color: TONE[rating] } : undefined}>
      {rating === "poor" ? "▲ " : rating === "needs_work" ? "◆ " : ""}
      {vitalText(vital, values.p75, speech)}
    </span>
  );
}

const VitalPicture: ReportRoomParts<"vital">["Picture"] = ({ asked, view, onView, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { question, answer } = asked;
  const vital = VITALS.find((one) => one === view.vital) ?? "lcp";
  const starts = answer.intervals.map((one) => one.start);
  const names = starts.map((start) => format.interval(start, question.interval, question.timezone ?? project.timezone));
  const scaled = (value: number | null) => (value === null || vital === "cls" ? value : Math.round(value) / 1000);
  const line: Line = { id: vital, name: t(`vital.${vital}`), color: 0, counts: answer.intervals.map((one) => one[vital].n), values: answer.intervals.map((one) => scaled(one[vital].p75)) };
  const threshold = (place: 0 | 1, name: string): Line => ({ id: name, name, color: null, values: starts.map(() => scaled(answer.thresholds[vital][place])), notes: starts.map(() => "") });
  return (
    <>
      <AnswerHead
        note={t(`vital.note.${vital}`)}
        aside={<Segmented<VitalName> label={t("vital.choose")} value={vital} onPick={(next) => onView({ ...view, vital: next === "lcp" ? undefined : next })} choices={VITALS.map((value) => ({ value, label: value.toUpperCase() }))} />}
      />
      <div style={{ display: "flex", gap: 16, padding: "4px 16px 0", flexWrap: "wrap", fontSize: "var(--text-small)" }}>
        {RATINGS.map((rating) => {
          const n = answer[vital][rating];
          const all = answer[vital].n;
          return (
            <button key={rating} type="button" className={table.open} disabled={n === 0} onClick={() => onOpen({ vital, rating }, t("vital.panel.rating", { vital: vital.toUpperCase(), rating: t(`vital.rating.${rating}`) }))}>
              <i className={table.swatch} style={{ background: TONE[rating], marginRight: 6 }} />
              {t(`vital.rating.${rating}`)} {all === 0 ? "–" : format.percent(n / all, 0)}
            </button>
          );
        })}
      </div>
      <LinesPicture
        names={names}
        lines={[line, threshold(0, t("vital.threshold.good")), threshold(1, t("vital.threshold.poor"))]}
        over={{ times: starts, unit: asked.question.interval ?? "day" }}
        incompleteFrom={firstIncomplete(starts, asked.explain.incomplete_from)}
        shape="line"
        label={label}
        pictureRef={pictureRef}
        onPlace={(_, index) => onOpen({ vital, interval: starts[index] }, t("vital.panel.interval", { vital: vital.toUpperCase(), when: names[index] ?? "" }))}
      />
    </>
  );
};

type Tab = "pages" | "segments" | "elements";

function VitalTable({ asked, onOpen }: AnswerProps<"vital">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { answer } = asked;
  const [picked, setPicked] = useState<Tab>(answer.groups ? "segments" : "pages");
  const tabs: Tab[] = [...(answer.groups ? (["segments"] as const) : []), "pages", "elements"];
  const tab = tabs.includes(picked) ? picked : "pages";
  const elementName = useElementNames(tab === "elements" ? answer.elements.map(({ selector }) => selector) : [], asked.question.range);
  const lines: { id: string; name: string; line: VitalLine; cell: Cell }[] =
    tab === "segments"
      ? (answer.groups ?? []).map((group) => ({ id: JSON.stringify(group.breakdown), name: segmentName(group.breakdown, speech), line: group, cell: { breakdown: group.breakdown } }))
      : answer.pages.map((page) => ({ id: page.page ?? "", name: page.page ?? t("friction.noPage"), line: page, cell: { page: page.page } }));
  const open = (n: number, cell: Cell, title: string, text: React.ReactNode) =>
    n === 0 ? (
      "–"
    ) : (
      <button type="button" className={table.open} onClick={() => onOpen(cell, title)}>
        {text}
      </button>
    );
  return (
    <>
      <AnswerHead note={t(`vital.tabNote.${tab}`)} aside={<Segmented<Tab> label={t("friction.tabs")} value={tab} onPick={setPicked} choices={tabs.map((value) => ({ value, label: t(`friction.tab.${value}`) }))} />} />
      <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t(`friction.tab.${tab}`)}
              </th>
              {(tab === "elements" ? [t("vital.column.vital"), "p75", t("vital.rating.poor"), "n"] : [...VITALS.map((vital) => `${vital.toUpperCase()} p75`), "n"]).map((name) => (
                <NumberHead key={name}>{name}</NumberHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {tab === "elements"
              ? answer.elements.map((one) => (
                  <tr key={`${one.vital} ${one.page} ${one.selector}`}>
                    <th scope="row" className={table.pinned} title={one.selector}>
                      {elementName(one.selector)}
                      <SelectorBeside selector={one.selector} name={elementName(one.selector)} />
                      <span style={{ color: "var(--ink-3)", fontWeight: 400, marginLeft: 8 }}>{one.page}</span>
                    </th>
                    <td className={table.number}>{one.vital.toUpperCase()}</td>
                    <td className={table.number}>
                      <P75 vital={one.vital} values={one} thresholds={answer.thresholds[one.vital]} />
                    </td>
                    <td className={table.number}>{open(one.poor, { vital: one.vital, rating: "poor", selector: one.selector, ...(one.page !== null && { page: one.page }) }, elementName(one.selector), format.number(one.poor))}</td>
                    <td className={table.number}>{format.number(one.n)}</td>
                  </tr>
                ))
              : lines.map(({ id, name, line, cell }) => (
                  <tr key={id}>
                    <th scope="row" className={table.pinned} title={name}>
                      {name}
                    </th>
                    {VITALS.map((vital) => (
                      <td key={vital} className={table.number}>
                        {open(line[vital].n, { ...cell, vital }, `${vital.toUpperCase()} · ${name}`, <P75 vital={vital} values={line[vital]} thresholds={answer.thresholds[vital]} />)}
                      </td>
                    ))}
                    <td className={table.number}>{format.number(Math.max(...VITALS.map((vital) => line[vital].n)))}</td>
                  </tr>
                ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function vitalSentence(asked: Asked<"vital">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { answer } = asked;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (answer.page_views === 0) return t("vital.sentence.nothing");
  const parts = rich("vital.sentence.lcp", { b: bold, p75: vitalText("lcp", answer.lcp.p75, speech), share: format.percent(answer.lcp.n === 0 ? 0 : answer.lcp.good / answer.lcp.n, 0), n: answer.lcp.n, views: format.number(answer.lcp.n) });
  const [worst] = answer.elements;
  if (worst && worst.poor > 0) parts.push(" ", ...rich("vital.sentence.worst", { b: bold, vital: worst.vital.toUpperCase(), selector: markOf(worst.selector), page: worst.page ?? t("friction.noPage") }));
  return parts;
}

export const vitalRoom: ReportRoomParts<"vital"> = {
  kind: "vital",
  title: "room.vital",
  answers: "vital.answers",
  next: "vital.answers",
  start: () => ({ kind: "vital", range: { last: 30, unit: "day" }, interval: "day" }),
  ready: () => true,
  name: (_, speech) => speech.t("room.vital"),
  sentence: vitalSentence,
  rows: (asked, { speech }) => [
    [speech.t("friction.column.what"), ...VITALS.flatMap((vital) => [`${vital} p75`, `${vital} n`])],
    ...asked.answer.intervals.map((one) => [one.start, ...VITALS.flatMap((vital) => [String(one[vital].p75 ?? ""), String(one[vital].n)])]),
    ...asked.answer.pages.map((one) => [one.page ?? "", ...VITALS.flatMap((vital) => [String(one[vital].p75 ?? ""), String(one[vital].n)])]),
  ],
  Builder: VitalBuilder,
  Scope: VitalScope,
  Picture: VitalPicture,
  Table: VitalTable,
  Example: LinesExample,
};

export function VitalRoom() {
  return <ReportScreen room={vitalRoom} />;
}
