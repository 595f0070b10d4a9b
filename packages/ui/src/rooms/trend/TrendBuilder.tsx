// The question of a trend: series (an event and what is measured of it), formulas, who is meant, how it is split.
import { FunctionSquare, Plus, UsersRound, X } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { CohortOptions } from "@/question/ConditionEditor.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { IntervalPicker } from "@/question/IntervalPicker.tsx";
import { MeasurePicker } from "@/question/MeasurePicker.tsx";
import { useCohorts } from "@/question/names.ts";
import { calendarChanges, CalendarRows, NumberInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import type { RangeUnit, TrendQuestion } from "@/question/question.ts";
import styles from "@/question/editors.module.css";
import { seriesLetter } from "@/report/useAsk.ts";
import type { BuilderProps } from "@/report/room.ts";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { AttributionPicker, AttributionRows } from "./Attribution.tsx";
import { unknownLetter } from "./trend.ts";

const MOST_SERIES = 8;
const COMPARED: RangeUnit[] = ["day", "week", "month", "quarter", "year"];

export function TrendBuilder({ question, onChange }: BuilderProps<"trend">) {
  const { t } = useSpeech();
  const { series, formulas = [] } = question;
  const { cohorts } = useCohorts();
  const lettered = series.length > 1 || formulas.length > 0;
  const change = (part: Partial<TrendQuestion>) => onChange({ ...question, ...part });
  const soleEvent = series.length === 1 ? (series[0]?.select.event ?? undefined) : undefined;
  // At the end of the last line, so that a question of one series takes no line more.
  const add = (
    <>
      {series.length < MOST_SERIES && (
        <Popover
          label={t("trend.addSeries")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <Plus aria-hidden />
              <span>{t("trend.addSeries")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <EventList
              onPick={(names) => {
                close();
                change({ series: [...series, { select: names, measure: series.at(-1)?.measure ?? "total" }] });
              }}
            />
          )}
        </Popover>
      )}
      {series.length < MOST_SERIES && !question.attribution && cohorts.length > 0 && (
        <Popover
          label={t("trend.addCohort")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <UsersRound aria-hidden />
              <span>{t("trend.addCohort")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <CohortOptions
              selected={[]}
              onPick={(cohort) => {
                close();
                change({ series: [...series, { select: { event: null }, measure: "total", cohort }] });
              }}
            />
          )}
        </Popover>
      )}
      {!question.attribution && (
        <Chip look="add" onClick={() => change({ formulas: [...formulas, series.length > 1 ? "A / B" : "A * 1"] })}>
          <FunctionSquare aria-hidden />
          <span>{t("trend.addFormula")}</span>
        </Chip>
      )}
    </>
  );
  return (
    <div className={styles.lines}>
      {series.map((one, index) => {
        const replace = (next: typeof one) => change({ series: series.map((kept, at) => (at === index ? next : kept)) });
        return (
          <div key={index} className={styles.line}>
            {lettered && <span className={styles.letter}>{seriesLetter(index)}</span>}
            {one.cohort !== undefined ? (
              <CohortSeries cohort={one.cohort} onChange={(cohort) => replace({ ...one, cohort })} onRemove={series.length > 1 ? () => change({ series: series.filter((_, at) => at !== index) }) : undefined} />
            ) : (
              <>
            <MeasurePicker measure={one.measure} event={one.select.event ?? undefined} actor={question.actor} onChange={(measure) => replace({ ...one, measure })} />
            <span className={styles.word}>{t("trend.of")}</span>
            <SelectorEditor
              selector={one.select}
              firstTime
              onChange={(select) => replace({ ...one, select })}
              onRemove={series.length > 1 ? () => change({ series: series.filter((_, at) => at !== index) }) : undefined}
            />
              </>
            )}
            {formulas.length === 0 && index === series.length - 1 && add}
          </div>
        );
      })}
      {formulas.map((formula, index) => (
        <div key={`f${index}`} className={styles.line}>
          <span className={styles.letter}>ƒ</span>
          <FormulaChip formula={formula} series={series.length} onChange={(next) => change({ formulas: next === null ? without(formulas, index) : formulas.map((kept, at) => (at === index ? next : kept)) })} />
          {index === formulas.length - 1 && add}
        </div>
      ))}
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={soleEvent}
        breakdown={
          question.attribution
            ? undefined
            : {
                value: question.breakdown,
                onChange: (breakdown) => change({ breakdown, top: breakdown ? (question.top ?? 11) : undefined }),
                top: { value: question.top, onChange: (top) => change({ top }) },
              }
        }
        more={!question.breakdown && <AttributionPicker question={question} onChange={onChange} />}
        actor={{ value: question.actor, onChange: (actor) => change({ actor }) }}
      />
    </div>
  );
}

/** How many belong to a saved cohort, at the end of each interval. */
function CohortSeries({ cohort, onChange, onRemove }: { cohort: string; onChange: (cohort: string) => void; onRemove?: () => void }) {
  const { t } = useSpeech();
  return (
    <Popover
      label={t("trend.addCohort")}
      trigger={(props) => (
        <Chip {...props} onRemove={onRemove} removeLabel={t("action.removeNamed", { name: cohort })}>
          <UsersRound aria-hidden />
          <span>{t("trend.sizeOf", { cohort })}</span>
        </Chip>
      )}
    >
      {(close) => (
        <CohortOptions
          selected={[cohort]}
          onPick={(picked) => {
            close();
            onChange(picked);
          }}
        />
      )}
    </Popover>
  );
}

function without(list: string[], index: number): string[] | undefined {
  const rest = list.filter((_, at) => at !== index);
  return rest.length === 0 ? undefined : rest;
}

function FormulaChip({ formula, series, onChange }: { formula: string; series: number; onChange: (formula: string | null) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState(formula);
  const unknown = unknownLetter(text, series);
  return (
    <Popover
      label={t("trend.formula")}
      trigger={(props) => (
        <Chip {...props} onRemove={() => onChange(null)} removeLabel={t("action.removeNamed", { name: formula })}>
          <span>{formula}</span>
        </Chip>
      )}
    >
      {(close) => (
        <form
          className={styles.condition}
          onSubmit={(event) => {
            event.preventDefault();
            if (unknown) return;
            close();
            if (text.trim() !== "") onChange(text.trim());
          }}
        >
          <div className={styles.conditionBody}>
            <input className={styles.input} value={text} autoFocus aria-label={t("trend.formula")} aria-invalid={unknown !== null || undefined} onChange={(event) => setText(event.target.value)} />
            <Button type="submit" size="small" look="primary" disabled={unknown !== null}>
              {t("action.apply")}
            </Button>
          </div>
          {unknown && (
            <p className={`${styles.conditionBody} ${styles.problem}`} role="alert">
              {t("trend.formulaUnknown", { letter: unknown })}
            </p>
          )}
          <p className={`${styles.conditionBody} ${styles.quiet}`}>{t("trend.formulaHint", { last: seriesLetter(series - 1) })}</p>
        </form>
      )}
    </Popover>
  );
}

export function TrendScope({ question, onChange }: BuilderProps<"trend">) {
  const { t } = useSpeech();
  const compares = question.compare !== undefined;
  return (
    <>
      <RangePicker
        range={question.range}
        onChange={(range) => onChange({ ...question, range })}
        compare={question.attribution ? undefined : { on: compares, onChange: (on) => onChange({ ...question, compare: on ? { previous: 1 } : undefined }) }}
      />
      {compares && (
        <Chip onClick={() => onChange({ ...question, compare: undefined })} title={t("range.stopComparing")}>
          <span>{question.compare && "back" in question.compare ? t(`range.comparedTo.${question.compare.unit}`) : t("range.compared", { n: question.compare?.previous ?? 1 })}</span>
          <X aria-hidden />
        </Chip>
      )}
      <IntervalPicker interval={question.interval} range={question.range} onChange={(interval) => onChange({ ...question, interval })} />
      <OptionsPopover
        changed={[
          ...(question.cumulative ? [t("trend.cumulative")] : []),
          ...(question.rolling ? [t("trend.rollingOver", { n: question.rolling })] : []),
          ...calendarChanges(question, t),
        ]}
      >
        <AttributionRows question={question} onChange={onChange} />
        {!question.attribution && (
          <OptionRow label={t("trend.smoothing")}>
            <InlineSelect
              label={t("trend.smoothing")}
              choices={[
                { value: "none", label: t("trend.asItIs") },
                { value: "rolling", label: t("trend.rolling") },
                { value: "cumulative", label: t("trend.cumulative") },
              ]}
              value={question.cumulative ? "cumulative" : question.rolling === undefined ? "none" : "rolling"}
              onPick={(picked) => onChange({ ...question, cumulative: picked === "cumulative" || undefined, rolling: picked === "rolling" ? 7 : undefined })}
            />
          </OptionRow>
        )}
        {question.rolling !== undefined && (
          <OptionRow label={t("trend.rollingIntervals")}>
            <NumberInput label={t("trend.rollingIntervals")} value={question.rolling} min={2} max={366} onPick={(rolling) => onChange({ ...question, rolling: rolling ?? 7 })} />
          </OptionRow>
        )}
        {compares && (
          <OptionRow label={t("trend.compareWith")}>
            <InlineSelect
              label={t("trend.compareWith")}
              choices={[{ value: "previous", label: t("range.compared", { n: 1 }) }, ...COMPARED.map((unit) => ({ value: unit, label: t(`range.comparedTo.${unit}`) }))]}
              value={question.compare && "back" in question.compare ? question.compare.unit : "previous"}
              onPick={(picked) => onChange({ ...question, compare: picked === "previous" ? { previous: 1 } : { back: 1, unit: picked as RangeUnit } })}
            />
          </OptionRow>
        )}
        {question.compare && "previous" in question.compare && (
          <OptionRow label={t("trend.compareBack")}>
            <NumberInput label={t("trend.compareBack")} value={question.compare.previous} min={1} max={100} onPick={(previous) => onChange({ ...question, compare: { previous: previous ?? 1 } })} />
          </OptionRow>
        )}
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}
