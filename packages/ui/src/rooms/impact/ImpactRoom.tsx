// Impact: what changed for those who took something up, beside what changed for those who did not.
import { LinesPicture } from "@/chart/lines.tsx";
import type { ImpactGroup } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { PropertyList } from "@/question/ConditionEditor.tsx";
import { calendarChanges, CalendarRows, NumberInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { PopulationPicker } from "@/question/PopulationPicker.tsx";
import type { ImpactQuestion } from "@/question/question.ts";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { propertyName, selectorName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { AnswerHead } from "@/report/AnswerHead.tsx";
import { LinesExample } from "@/report/examples.tsx";
import { Figures } from "@/report/Figures.tsx";
import { ReportScreen } from "@/report/ReportScreen.tsx";
import type { AnswerProps, BuilderProps, ReportRoomParts, Speech, Telling } from "@/report/room.ts";
import type { Asked } from "@/report/useAsk.ts";
import { Chip } from "@/ui/Chip.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import table from "@/ui/table.module.css";
import { ChevronDown } from "lucide-react";
import { useState } from "react";

const GROUPS = ["adopters", "non_adopters"] as const;

function ImpactBuilder({ question, onChange }: BuilderProps<"impact">) {
  const { t } = useSpeech();
  const change = (part: Partial<ImpactQuestion>) => onChange({ ...question, ...part });
  return (
    <div className={editors.lines}>
      <div className={editors.line}>
        <span className={editors.rail}>{t("impact.launch")}</span>
        <SelectorEditor selector={question.launch} onChange={(launch) => change({ launch })} />
        <span className={editors.rail}>{t("impact.metric")}</span>
        <ImpactMeasure question={question} onChange={onChange} />
        <span className={editors.rail}>{t("trend.of")}</span>
        <SelectorEditor selector={question.metric} onChange={(metric) => change({ metric })} />
      </div>
      <AmongLine lead={<PopulationPicker population={question.population} onChange={(population) => change({ population })} />} filter={question.filter} onFilter={(filter) => change({ filter })} />
    </div>
  );
}

function measureShown(question: ImpactQuestion, speech: Speech): string {
  const { measure = "total" } = question;
  return typeof measure === "string" ? speech.t(`impact.measure.${measure}`) : speech.t("measure.sum", { property: propertyName(measure.sum, speech) });
}

function ImpactMeasure({ question, onChange }: BuilderProps<"impact">) {
  const speech = useSpeech();
  const { t } = speech;
  const [summing, setSumming] = useState(false);
  return (
    <Popover
      label={t("measure.choose")}
      onClose={() => setSumming(false)}
      trigger={(props) => (
        <Chip {...props}>
          <span>{measureShown(question, speech)}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) =>
        summing ? (
          <PropertyList
            event={question.metric.event ?? undefined}
            eventOnly
            numbersOnly
            onPick={(property) => {
              close();
              onChange({ ...question, measure: { sum: property } });
            }}
          />
        ) : (
          <OptionList
            searchable={false}
            placeholder={t("measure.choose")}
            empty=""
            selected={typeof question.measure === "object" ? "sum" : (question.measure ?? "total")}
            options={[...(["total", "unique"] as const).map((value) => ({ value, label: t(`impact.measure.${value}`) })), { value: "sum", label: t("retention.measure.sum") }]}
            onPick={(picked) => {
              if (picked === "sum") return setSumming(true);
              close();
              onChange({ ...question, measure: picked === "unique" ? "unique" : undefined });
            }}
          />
        )
      }
    </Popover>
  );
}

function ImpactScope({ question, onChange }: BuilderProps<"impact">) {
  const { t } = useSpeech();
  const { days = 15 } = question;
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <OptionsPopover changed={[...(days === 15 ? [] : [t("impact.daysOf", { n: days })]), ...calendarChanges(question, t)]}>
        <OptionRow label={t("impact.days")}>
          <NumberInput label={t("impact.days")} value={days} min={1} max={90} onPick={(next) => onChange({ ...question, days: next })} />
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

function lowered(text: string): string {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}

/** A change with its sign, in the unit of the measure. */
function signed(value: number | null, format: Speech["format"]): string {
  if (value === null) return "–";
  return `${value > 0 ? "+" : ""}${format.number(value)}`;
}

function isSure(asked: Asked<"impact">): boolean {
  return asked.answer.enough && (asked.answer.p_value ?? 1) < 0.05;
}

const ImpactPicture: ReportRoomParts<"impact">["Picture"] = ({ asked, onOpen, pictureRef, label }) => {
  const speech = useSpeech();
  const { t, format } = speech;
  const { answer, question } = asked;
  const zero = answer.days.findIndex((day) => day.day === 0);
  const sure = isSure(asked);
  const interval = answer.interval ? t("interval.of", { low: signed(answer.interval[0], format), high: signed(answer.interval[1], format) }) : undefined;
  return (
    <>
      <Figures
        figures={[
          ...GROUPS.map((group) => ({
            name: t(`impact.${group}`),
            value: format.number(answer[group].people),
            note: t("impact.compared", { n: answer[group].compared, shown: format.number(answer[group].compared) }),
            onOpen: answer[group].people === 0 ? undefined : () => onOpen({ group }, t(`impact.${group}`)),
          })),
          { name: t("impact.effect"), value: signed(answer.effect, format), note: interval, hint: t("impact.effectHint"), tone: sure ? ((answer.effect ?? 0) > 0 ? ("good" as const) : ("bad" as const)) : undefined },
          { name: t("impact.againstExpected"), value: answer.relative === null ? "–" : format.change(answer.relative), note: answer.expected === null ? undefined : t("impact.expected", { value: format.number(answer.expected) }), hint: t("impact.expectedHint") },
          { name: t("impact.certainty"), value: answer.enough ? (sure ? t("impact.sure") : t("impact.unsure")) : t("confidence.few"), note: answer.p_value === null ? undefined : answer.p_value < 0.001 ? "p < 0.001" : `p = ${format.number(Math.round(answer.p_value * 1000) / 1000)}` },
        ]}
      />
      <AnswerHead note={t("impact.note", { measure: lowered(measureShown(question, speech)), event: selectorName(question.metric, speech) })} />
      <LinesPicture
        names={answer.days.map((day) => (day.day > 0 ? `+${day.day}` : day.day < 0 ? `−${-day.day}` : "0"))}
        longNames={answer.days.map((day) => t("impact.day", { n: day.day, shown: day.day > 0 ? `+${day.day}` : String(day.day) }))}
        lines={GROUPS.map((group, index) => ({ id: group, name: t(`impact.${group}`), values: answer.days.map((day) => day[group].rate), counts: answer.days.map((day) => day[group].people), color: index === 0 ? 0 : null }))}
        incompleteFrom={answer.days.length}
        mark={zero === -1 ? undefined : { at: zero, name: t("impact.dayZero") }}
        shape="line"
        label={label}
        pictureRef={pictureRef}
      />
    </>
  );
};

function ImpactTable({ asked, onOpen }: AnswerProps<"impact">) {
  const { t, format } = useSpeech();
  const { answer } = asked;
  const shown = (value: number | null) => (value === null ? "–" : format.number(value));
  const change = (group: ImpactGroup) => (group.before === null || group.after === null ? null : group.after - group.before);
  return (
    <div className={table.wrap} tabIndex={0} role="region" aria-label={t("report.table")}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col" className={table.pinned}>
              {t("impact.column.group")}
            </th>
            {([t("people.person.many"), t("impact.column.compared"), t("impact.column.before"), t("impact.column.after"), t("trend.column.change")] as const).map((name) => (
              <NumberHead key={name}>{name}</NumberHead>
            ))}
          </tr>
        </thead>
        <tbody>
          {GROUPS.map((group) => (
            <tr key={group}>
              <th scope="row" className={table.pinned}>
                {t(`impact.${group}`)}
              </th>
              <td className={table.number}>
                {answer[group].people === 0 ? (
                  "0"
                ) : (
                  <button type="button" className={table.open} onClick={() => onOpen({ group }, t(`impact.${group}`))}>
                    {format.number(answer[group].people)}
                  </button>
                )}
              </td>
              <td className={table.number}>{format.number(answer[group].compared)}</td>
              <td className={table.number}>{shown(answer[group].before)}</td>
              <td className={table.number}>{shown(answer[group].after)}</td>
              <td className={table.number}>{signed(change(answer[group]), format)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function impactSentence(asked: Asked<"impact">, { speech }: Telling) {
  const { t, rich, format } = speech;
  const { question, answer } = asked;
  const launch = selectorName(question.launch, speech);
  const values = { b: (parts: unknown[]) => <b key={String(parts)}>{parts as string[]}</b>, launch, metric: selectorName(question.metric, speech) };
  if (answer.adopters.people === 0) return t("impact.sentence.nobody", { launch });
  if (!answer.enough) return rich("impact.sentence.few", { ...values, n: answer.adopters.compared, others: answer.non_adopters.compared });
  if (!isSure(asked)) return rich("impact.sentence.unsure", values);
  return rich("impact.sentence.main", {
    ...values,
    measure: lowered(measureShown(question, speech)),
    direction: (answer.effect ?? 0) > 0 ? "up" : "down",
    effect: format.number(Math.abs(answer.effect ?? 0)),
    low: answer.interval ? signed(answer.interval[0], format) : "",
    high: answer.interval ? signed(answer.interval[1], format) : "",
  });
}

export const impactRoom: ReportRoomParts<"impact"> = {
  kind: "impact",
  title: "room.impact",
  answers: "impact.answers",
  next: "impact.next",
  start: (names) => {
    const own = names.filter((name) => !name.name.startsWith("$"));
    // The rarer of the project's own events is the likelier novelty.
    return { kind: "impact", launch: { event: own.at(-1)?.name ?? names[0]?.name ?? "" }, metric: { event: own[0]?.name ?? names[0]?.name ?? "" }, range: { last: 30, unit: "day" } };
  },
  ready: (question) => question.launch.event !== null || question.launch.any_of !== undefined,
  name: (question, speech) => speech.t("impact.name", { launch: selectorName(question.launch, speech), metric: selectorName(question.metric, speech) }),
  sentence: impactSentence,
  rows: (asked, { speech: { t } }) => [
    [t("impact.column.day"), ...GROUPS.flatMap((group) => [t(`impact.${group}`), `${t(`impact.${group}`)}, n`])],
    ...asked.answer.days.map((day) => [String(day.day), ...GROUPS.flatMap((group) => [String(day[group].rate ?? ""), String(day[group].people)])]),
  ],
  Builder: ImpactBuilder,
  Scope: ImpactScope,
  Picture: ImpactPicture,
  Table: ImpactTable,
  Example: LinesExample,
};

export function ImpactRoom() {
  return <ReportScreen room={impactRoom} />;
}
