// The question of retention: who is born, what counts as coming back, in which periods.
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { PropertyList } from "@/question/ConditionEditor.tsx";
import { calendarChanges, CalendarRows, NumberInput, NumberListInput, OptionRow, OptionsPopover } from "@/question/OptionsPopover.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { actorWords } from "@/question/words.ts";
import type { RetentionQuestion } from "@/question/question.ts";
import styles from "@/question/editors.module.css";
import type { BuilderProps } from "@/report/room.ts";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { amountName, amountOf } from "./retention.ts";

export function RetentionBuilder({ question, onChange }: BuilderProps<"retention">) {
  const { t } = useSpeech();
  const change = (part: Partial<RetentionQuestion>) => onChange({ ...question, ...part });
  return (
    <div className={styles.lines}>
      <div className={styles.line}>
        <span className={styles.rail}>{t("retention.birth", actorWords(question.actor))}</span>
        <SelectorEditor selector={question.birth} onChange={(birth) => change({ birth })} />
        <InlineSelect
          label={t("retention.firstTime")}
          choices={[
            { value: "no", label: t("retention.firstTime.no") },
            { value: "ever", label: t("retention.firstTime.ever") },
            { value: "in_range", label: t("retention.firstTime.inRange") },
          ]}
          value={question.first_time === "in_range" ? "in_range" : question.first_time ? "ever" : "no"}
          onPick={(value) => change({ first_time: value === "no" ? undefined : value === "ever" ? true : "in_range" })}
        />
      </div>
      <div className={styles.line}>
        <span className={styles.rail}>{t("retention.return")}</span>
        <SelectorEditor selector={question.return} onChange={(selector) => change({ return: selector })} />
        <InlineSelect
          label={t("retention.criterion")}
          choices={(["on", "on_or_after", "on_or_before", "streak"] as const).map((value) => ({ value, label: t(`retention.criterion.${value}`) }))}
          value={question.criterion ?? "on"}
          onPick={(criterion) => change({ criterion: criterion === "on" ? undefined : criterion })}
        />
      </div>
      <AmongLine
        lead={
          <>
            <span className={styles.rail}>{t("retention.measured")}</span>
            <AmountPicker question={question} onChange={onChange} />
          </>
        }
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={question.birth.event ?? undefined}
        breakdown={{
          value: question.breakdown,
          onChange: (breakdown) => change({ breakdown, top: breakdown ? (question.top ?? 7) : undefined }),
          top: { value: question.top, onChange: (top) => change({ top }) },
        }}
        actor={{ value: question.actor, onChange: (actor) => change({ actor }) }}
      />
    </div>
  );
}

/** What a cell holds: those who returned, or what they brought, all together or on average. */
function AmountPicker({ question, onChange }: BuilderProps<"retention">) {
  const speech = useSpeech();
  const { t } = speech;
  const [kind, setKind] = useState<"sum" | "average" | null>(null);
  const amount = amountOf(question);
  return (
    <Popover
      label={t("retention.measured")}
      onClose={() => setKind(null)}
      trigger={(props) => (
        <Chip {...props} aria-label={t("retention.measuredAs", { measure: amount ? amountName(question, speech) : t("retention.measure.people") })}>
          <span>{amount ? amountName(question, speech) : t("retention.measure.people")}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) =>
        kind ? (
          <PropertyList
            event={question.return.event ?? undefined}
            eventOnly
            numbersOnly
            onPick={(property) => {
              close();
              onChange({ ...question, measure: kind === "sum" ? { sum: property } : { average: property } });
            }}
          />
        ) : (
          <OptionList
            searchable={false}
            placeholder={t("retention.measured")}
            empty=""
            selected={amount ? (amount.isAverage ? "average" : "sum") : "people"}
            options={(["people", "sum", "average"] as const).map((value) => ({ value, label: t(`retention.measure.${value}`) }))}
            onPick={(picked) => {
              if (picked === "sum" || picked === "average") return setKind(picked);
              close();
              onChange({ ...question, measure: undefined });
            }}
          />
        )
      }
    </Popover>
  );
}

const UNITS = ["hour", "day", "week", "month"] as const;
const USUAL: Record<RetentionQuestion["unit"], Pick<RetentionQuestion, "periods" | "range">> = {
  hour: { periods: 24, range: { last: 7, unit: "day" } },
  day: { periods: 14, range: { last: 30, unit: "day" } },
  week: { periods: 12, range: { last: 12, unit: "week" } },
  month: { periods: 6, range: { last: 12, unit: "month" } },
};
/** Day 0, the first week, the month after it, the quarter after that. */
const USUAL_BRACKETS = [1, 7, 30, 90];

export function RetentionScope({ question, onChange }: BuilderProps<"retention">) {
  const { t } = useSpeech();
  const change = (part: Partial<RetentionQuestion>) => onChange({ ...question, ...part });
  const { brackets, return_count } = question;
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => change({ range })} />
      <InlineSelect
        label={t("retention.unit")}
        choices={UNITS.map((value) => ({ value, label: t(`retention.unit.${value}`) }))}
        value={question.unit}
        onPick={(unit) => change({ unit, ...USUAL[unit], brackets: undefined })}
      />
      <OptionsPopover
        changed={[
          ...(brackets ? [t("retention.inBrackets", { n: brackets.length })] : []),
          ...(question.alignment === "rolling" ? [t("retention.alignment.rolling")] : []),
          ...(return_count ? [t("retention.atLeast", { n: return_count.value })] : []),
          ...(question.average === "weighted" ? [t("retention.averaging.weighted")] : []),
          ...calendarChanges(question, t),
        ]}
      >
        <OptionRow label={t("retention.columns")}>
          <InlineSelect
            label={t("retention.columns")}
            choices={[
              { value: "each", label: t(`retention.each.${question.unit}`) },
              { value: "brackets", label: t("retention.brackets") },
            ]}
            value={brackets ? "brackets" : "each"}
            onPick={(picked) => change({ brackets: picked === "brackets" ? USUAL_BRACKETS : undefined })}
          />
        </OptionRow>
        {brackets ? (
          <OptionRow label={t(`retention.bracketSizes.${question.unit}`)}>
            <NumberListInput label={t(`retention.bracketSizes.${question.unit}`)} value={brackets} problemOf={(sizes) => bracketsProblem(sizes, t)} onPick={(sizes) => change({ brackets: sizes })} />
          </OptionRow>
        ) : (
          <OptionRow label={t("retention.periods")}>
            <NumberInput label={t("retention.periods")} value={question.periods} min={1} max={366} onPick={(periods) => change({ periods: periods ?? question.periods })} />
          </OptionRow>
        )}
        <OptionRow label={t("retention.alignment")}>
          <InlineSelect
            label={t("retention.alignment")}
            choices={(["calendar", "rolling"] as const).map((value) => ({ value, label: t(`retention.alignment.${value}`) }))}
            value={question.alignment ?? "calendar"}
            onPick={(alignment) => change({ alignment: alignment === "calendar" ? undefined : alignment })}
          />
        </OptionRow>
        <OptionRow label={t("retention.returnCount")}>
          <NumberInput label={t("retention.returnCount")} value={return_count?.value ?? 1} min={1} max={10_000} onPick={(n) => change({ return_count: n === undefined || n <= 1 ? undefined : { op: "gte", value: n } })} />
        </OptionRow>
        <OptionRow label={t("retention.averaging")}>
          <InlineSelect
            label={t("retention.averaging")}
            choices={(["pooled", "weighted"] as const).map((value) => ({ value, label: t(`retention.averaging.${value}`) }))}
            value={question.average ?? "pooled"}
            onPick={(average) => change({ average: average === "pooled" ? undefined : average })}
          />
        </OptionRow>
        <CalendarRows question={question} onChange={onChange} />
      </OptionsPopover>
    </>
  );
}

function bracketsProblem(sizes: number[], t: ReturnType<typeof useSpeech>["t"]): string | null {
  if (sizes.length === 0) return t("retention.bracketsEmpty");
  return sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 10_000) ? null : t("retention.bracketsWhole");
}
