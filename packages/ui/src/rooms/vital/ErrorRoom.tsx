// Errors that nothing caught, and requests that failed: how often, for whom, since when, and on which pages.
import { useState } from "react";
import { firstIncomplete } from "@/chart/axes.ts";
import { LinesPicture } from "@/chart/lines.tsx";
import type { Cell, ErrorAnswer } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { IntervalPicker } from "@/question/IntervalPicker.tsx";
import { calendarChanges, CalendarRows, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { LinesExample } from "@/report/examples.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { useProject } from "@/shell/session.tsx";
import { Segmented } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";

type Tab = "errors" | "requests";
type Fault = ErrorAnswer["errors"][number] | ErrorAnswer["requests"][number];

function ErrorBuilder({ question, onChange }: BuilderProps<"error">) {
  return <AmongLine filter={question.filter} onFilter={(filter) => onChange({ ...question, filter })} event="$error" />;
}

function ErrorScope({ question, onChange }: BuilderProps<"error">) {
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

function faultName(fault: Fault, { t }: Speech): string {
  if ("url" in fault) return `${fault.method ?? ""} ${fault.url ?? ""}`;
  return fault.message ?? fault.fingerprint ?? t("error.unnamed");
}

function faultNote(fault: Fault, { t }: Speech): string {
  if ("url" in fault) return fault.status === 0 ? t("error.unreached") : String(fault.status ?? "");
  return fault.kind ?? "";
}

/** Nothing for an error that carries no fingerprint: it cannot be asked for. */
function cellOf(fault: Fault): Cell | null {
  if ("url" in fault) return fault.method === null || fault.url === null || fault.status === null ? null : { method: fault.method, url: fault.url, status: fault.status };
  return fault.fingerprint === null ? null : { fingerprint: fault.fingerprint };
}

const ErrorPicture: ReportRoomParts<"error">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const { t, format } = useSpeech();
  const project = useProject();
  const { question, answer } = asked;
  const starts = answer.intervals.map((one) => one.start);
  const names = starts.map((start) => format.interval(start, question.interval, question.timezone ?? project.timezone));
  return (
    <>
      <AnswerHead note={t("error.note")} />
      <LinesPicture
        names={names}
        lines={(["errors", "requests"] as const).map((id, place) => ({ id, name: t(`error.${id}`), color: place === 0 ? 4 : 2, values: answer.intervals.map((one) => one[id]) }))}
        over={{ times: starts, unit: question.interval ?? "day" }}
        incompleteFrom={firstIncomplete(starts, asked.explain.incomplete_from)}
        shape="bar"
        label={label}
        pictureRef={pictureRef}
        onPlace={(line, index) => onOpen({ of: line.id, interval: starts[index] }, `${line.name} · ${names[index] ?? ""}`)}
      />
    </>
  );
};

function ErrorTable({ asked, onOpen }: AnswerProps<"error">) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { answer } = asked;
  const [picked, setPicked] = useState<Tab>("errors");
  const rows: Fault[] = answer[picked];
  const left = answer.totals[picked].different - rows.length;
  return (
    <>
      <AnswerHead note={left > 0 ? t("friction.more", { n: left }) : t(`error.tabNote.${picked}`)} aside={<Segmented<Tab> label={t("friction.tabs")} value={picked} onPick={setPicked} choices={(["errors", "requests"] as const).map((value) => ({ value, label: t(`error.${value}`) }))} />} />
      {rows.length === 0 ? (
        <p style={{ padding: "12px 16px", color: "var(--ink-3)", fontSize: "var(--text-small)", margin: 0 }}>{t("error.none")}</p>
      ) : (
        <div className={table.wrap} style={{ maxHeight: 560 }} tabIndex={0} role="region" aria-label={t("report.table")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t(`error.column.${picked}`)}
                </th>
                {[t("people.person.many"), t("friction.sessions"), t("friction.column.times"), t("error.column.course")].map((name) => (
                  <NumberHead key={name}>{name}</NumberHead>
                ))}
                {[t("error.column.first"), t("error.column.last"), t("error.column.pages"), t("error.column.releases")].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((fault) => {
                const name = faultName(fault, speech);
                const cell = cellOf(fault);
                return (
                  <tr key={`${name} ${faultNote(fault, speech)} ${JSON.stringify(cell)}`}>
                    <th scope="row" className={table.pinned} title={name}>
                      {name}
                      <span style={{ color: "var(--ink-3)", fontWeight: 400, marginLeft: 8 }}>{faultNote(fault, speech)}</span>
                    </th>
                    <td className={table.number}>
                      {fault.people === 0 || cell === null ? (
                        format.number(fault.people)
                      ) : (
                        <button type="button" className={table.open} onClick={() => onOpen(cell, name)}>
                          {format.number(fault.people)}
                        </button>
                      )}
                    </td>
                    <td className={table.number}>{format.number(fault.sessions)}</td>
                    <td className={table.number}>{format.number(fault.times)}</td>
                    <td className={table.number}>
                      <Course values={fault.intervals} />
                    </td>
                    <td>{format.date(Date.parse(fault.first_seen), project.timezone)}</td>
                    <td>{format.date(Date.parse(fault.last_seen), project.timezone)}</td>
                    <td>
                      {fault.pages
                        .slice(0, 3)
                        .map((one) => one.page)
                        .join(" · ")}
                    </td>
                    <td>
                      {fault.releases
                        .slice(0, 3)
                        .map((one) => one.release)
                        .join(" · ")}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** The course over the intervals, small. */
function Course({ values }: { values: number[] }) {
  const most = Math.max(1, ...values);
  const width = 90 / Math.max(1, values.length);
  return (
    <svg width={90} height={18} aria-hidden>
      {values.map((value, index) => (
        <rect key={index} x={index * width} width={Math.max(0.5, width - 0.5)} y={18 - (17 * value) / most} height={(17 * value) / most} fill="var(--ink-3)" />
      ))}
    </svg>
  );
}

function errorSentence(asked: Asked<"error">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { totals, errors } = asked.answer;
  const bold = (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>;
  if (totals.errors.times + totals.requests.times === 0) return t("error.sentence.nothing");
  const parts = rich("error.sentence.total", { b: bold, n: totals.errors.different, errors: format.number(totals.errors.different), p: totals.errors.people, people: format.number(totals.errors.people), r: totals.requests.different, requests: format.number(totals.requests.different) });
  const [most] = errors;
  if (most) parts.push(" ", ...rich("error.sentence.most", { b: bold, name: faultName(most, speech), n: most.people, people: format.number(most.people) }));
  return parts;
}

export const errorRoom: ReportRoomParts<"error"> = {
  kind: "error",
  title: "room.error",
  answers: "error.answers",
  next: "error.answers",
  start: () => ({ kind: "error", range: { last: 30, unit: "day" }, interval: "day" }),
  ready: () => true,
  name: (_, speech) => speech.t("room.error"),
  sentence: errorSentence,
  rows: (asked, { speech }) => {
    const { t } = speech;
    const row = (fault: Fault) => [faultName(fault, speech), faultNote(fault, speech), String(fault.people), String(fault.sessions), String(fault.times), fault.first_seen, fault.last_seen, fault.pages.map((one) => one.page).join(" ")];
    return [
      [t("friction.column.what"), t("error.column.kind"), t("people.person.many"), t("friction.sessions"), t("friction.column.times"), t("error.column.first"), t("error.column.last"), t("error.column.pages")],
      ...asked.answer.errors.map(row),
      ...asked.answer.requests.map(row),
    ];
  },
  Builder: ErrorBuilder,
  Scope: ErrorScope,
  Picture: ErrorPicture,
  Table: ErrorTable,
  Example: LinesExample,
};

export function ErrorRoom() {
  return <ReportScreen room={errorRoom} />;
}
