// The question of engagement: what being active means, and in which units of which period it is counted.
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { calendarChanges, CalendarRows, NumberInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import type { FrequencyQuestion } from "@/question/question.ts";
import { actorWords } from "@/question/words.ts";
import styles from "@/question/editors.module.css";
import type { BuilderProps } from "@/report/room.ts";
import { InlineSelect } from "@/ui/Field.tsx";

export function FrequencyBuilder({ question, onChange }: BuilderProps<"frequency">) {
  const { t } = useSpeech();
  const change = (part: Partial<FrequencyQuestion>) => onChange({ ...question, ...part });
  return (
    <div className={styles.lines}>
      <div className={styles.line}>
        <span className={styles.rail}>{t("frequency.did", actorWords(question.actor))}</span>
        <SelectorEditor selector={question.select} onChange={(select) => change({ select })} />
        <InlineSelect
          label={t("frequency.mode")}
          choices={(["exactly", "at_least"] as const).map((value) => ({ value, label: t(`frequency.mode.${value}`) }))}
          value={question.mode ?? "exactly"}
          onPick={(mode) => change({ mode: mode === "exactly" ? undefined : mode })}
        />
      </div>
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={question.select.event ?? undefined}
        breakdown={{ value: question.breakdown, onChange: (breakdown) => change({ breakdown }), most: 1 }}
        actor={{ value: question.actor, onChange: (actor) => change({ actor }) }}
      />
    </div>
  );
}

type Spans = Pick<FrequencyQuestion, "period" | "unit"> & { range?: FrequencyQuestion["range"] };

/** The power-user curves first: their range belongs to them. The others keep the range that is asked. */
const SPANS = {
  l7: { period: "range", unit: "day", range: { last: 7, unit: "day" } },
  l28: { period: "range", unit: "day", range: { last: 28, unit: "day" } },
  weekDay: { period: "week", unit: "day" },
  monthDay: { period: "month", unit: "day" },
  monthWeek: { period: "month", unit: "week" },
  quarterWeek: { period: "quarter", unit: "week" },
  quarterMonth: { period: "quarter", unit: "month" },
  dayHour: { period: "day", unit: "hour" },
  rangeDay: { period: "range", unit: "day" },
  rangeWeek: { period: "range", unit: "week" },
  rangeMonth: { period: "range", unit: "month" },
} as const satisfies Record<string, Spans>;
type Span = keyof typeof SPANS;
const SPAN_NAMES = Object.keys(SPANS) as Span[];

export function spanOf(question: FrequencyQuestion): Span | null {
  const same = (span: Spans) => span.period === question.period && span.unit === question.unit && (span.range === undefined || JSON.stringify(span.range) === JSON.stringify(question.range));
  return SPAN_NAMES.find((name) => same(SPANS[name])) ?? null;
}

export function FrequencyScope({ question, onChange }: BuilderProps<"frequency">) {
  const { t } = useSpeech();
  const span = spanOf(question);
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => onChange({ ...question, range })} />
      <InlineSelect<Span | "own">
        label={t("frequency.span")}
        choices={[...SPAN_NAMES.map((value) => ({ value, label: t(`frequency.span.${value}`) })), ...(span === null ? [{ value: "own" as const, label: t("frequency.span.own") }] : [])]}
        value={span ?? "own"}
        onPick={(next) => next !== "own" && onChange({ ...question, ...SPANS[next] })}
      />
      <InlineSelect<"days" | "gaps">
        label={t("frequency.shownAs")}
        choices={(["days", "gaps"] as const).map((value) => ({ value, label: t(`frequency.shownAs.${value}`) }))}
        value={question.gaps ? "gaps" : "days"}
        onPick={(picked) => onChange({ ...question, gaps: picked === "gaps" || undefined })}
      />
      <OptionsPopover changed={[...(question.count ? [t("frequency.activeFrom", { n: question.count.value })] : []), ...calendarChanges(question, t)]}>
        <OptionRow label={t("frequency.activeMeans")}>
          <NumberInput label={t("frequency.activeMeans")} value={question.count?.value ?? 1} min={1} max={10_000} onPick={(n) => onChange({ ...question, count: n === undefined || n <= 1 ? undefined : { op: "gte", value: n } })} />
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}
