// The question of a trend: series (an event and what is measured of it), formulas, who is meant, how it is split.
import { ChevronDown, FunctionSquare, Plus, SlidersHorizontal, X } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { IntervalPicker } from "@/question/IntervalPicker.tsx";
import { MeasurePicker } from "@/question/MeasurePicker.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import type { TrendQuestion } from "@/question/question.ts";
import styles from "@/question/editors.module.css";
import { seriesLetter } from "@/report/useAsk.ts";
import type { BuilderProps } from "@/report/room.ts";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Check } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";

const MOST_SERIES = 8;

export function TrendBuilder({ question, onChange }: BuilderProps<"trend">) {
  const { t } = useSpeech();
  const { series, formulas = [] } = question;
  const lettered = series.length > 1 || formulas.length > 0;
  const change = (part: Partial<TrendQuestion>) => onChange({ ...question, ...part });
  const soleEvent = series.length === 1 ? (series[0]?.select.event ?? undefined) : undefined;
  return (
    <div className={styles.lines}>
      {series.map((one, index) => {
        const replace = (next: typeof one) => change({ series: series.map((kept, at) => (at === index ? next : kept)) });
        return (
          <div key={index} className={styles.line}>
            {lettered && <span className={styles.letter}>{seriesLetter(index)}</span>}
            <MeasurePicker measure={one.measure} event={one.select.event ?? undefined} onChange={(measure) => replace({ ...one, measure })} />
            <span className={styles.word}>{t("trend.of")}</span>
            <SelectorEditor
              selector={one.select}
              firstTime
              onChange={(select) => replace({ ...one, select })}
              onRemove={series.length > 1 ? () => change({ series: series.filter((_, at) => at !== index) }) : undefined}
            />
          </div>
        );
      })}
      {formulas.map((formula, index) => (
        <div key={`f${index}`} className={styles.line}>
          <span className={styles.letter}>ƒ</span>
          <FormulaChip formula={formula} series={series.length} onChange={(next) => change({ formulas: next === null ? without(formulas, index) : formulas.map((kept, at) => (at === index ? next : kept)) })} />
        </div>
      ))}
      <div className={styles.line}>
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
        <Chip look="add" onClick={() => change({ formulas: [...formulas, series.length > 1 ? "A / B" : "A * 1"] })}>
          <FunctionSquare aria-hidden />
          <span>{t("trend.addFormula")}</span>
        </Chip>
      </div>
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={soleEvent}
        breakdown={{ value: question.breakdown, onChange: (breakdown) => change({ breakdown, top: breakdown ? 11 : undefined }) }}
      />
    </div>
  );
}

function without(list: string[], index: number): string[] | undefined {
  const rest = list.filter((_, at) => at !== index);
  return rest.length === 0 ? undefined : rest;
}

function FormulaChip({ formula, series, onChange }: { formula: string; series: number; onChange: (formula: string | null) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState(formula);
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
            close();
            if (text.trim() !== "") onChange(text.trim());
          }}
        >
          <div className={styles.conditionBody}>
            <input className={styles.input} value={text} autoFocus aria-label={t("trend.formula")} onChange={(event) => setText(event.target.value)} />
            <Button type="submit" size="small" look="primary">
              {t("action.apply")}
            </Button>
          </div>
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
        compare={{ on: compares, onChange: (on) => onChange({ ...question, compare: on ? { previous: 1 } : undefined }) }}
      />
      {compares && (
        <Chip onClick={() => onChange({ ...question, compare: undefined })} title={t("range.stopComparing")}>
          <span>{t("range.compared")}</span>
          <X aria-hidden />
        </Chip>
      )}
      <IntervalPicker interval={question.interval} range={question.range} onChange={(interval) => onChange({ ...question, interval })} />
      <Popover
        label={t("trend.more")}
        placement="bottom-end"
        trigger={(props) => (
          <Chip {...props}>
            <SlidersHorizontal aria-hidden />
            <span>{question.cumulative ? t("trend.cumulative") : question.rolling ? t("trend.rollingOver", { n: question.rolling }) : t("trend.more")}</span>
            <ChevronDown aria-hidden />
          </Chip>
        )}
      >
        {() => (
          <div className={styles.condition}>
            <div className={styles.conditionBody}>
              <Check label={t("trend.cumulative")} checked={question.cumulative === true} onChange={(on) => onChange({ ...question, cumulative: on || undefined, rolling: undefined })} />
            </div>
            <div className={styles.conditionBody}>
              <Check label={t("trend.rolling")} checked={question.rolling !== undefined} onChange={(on) => onChange({ ...question, rolling: on ? 7 : undefined, cumulative: undefined })} />
              {question.rolling !== undefined && (
                <input
                  className={styles.input}
                  type="number"
                  min={2}
                  max={366}
                  defaultValue={question.rolling}
                  aria-label={t("trend.rolling")}
                  onBlur={(event) => onChange({ ...question, rolling: Math.max(2, Math.round(Number(event.target.value)) || 7) })}
                />
              )}
            </div>
          </div>
        )}
      </Popover>
    </>
  );
}
