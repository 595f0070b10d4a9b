// The question of retention: who is born, what counts as coming back, in which periods.
import { ChevronDown, SlidersHorizontal } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { AmongLine } from "@/question/AmongLine.tsx";
import { RangePicker } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import type { RetentionQuestion } from "@/question/question.ts";
import styles from "@/question/editors.module.css";
import type { BuilderProps } from "@/report/room.ts";
import { Chip } from "@/ui/Chip.tsx";
import { Check, InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";

const CUSTOM_BRACKETS = [1, 7, 30];

export function RetentionBuilder({ question, onChange }: BuilderProps<"retention">) {
  const { t } = useSpeech();
  const change = (part: Partial<RetentionQuestion>) => onChange({ ...question, ...part });
  return (
    <div className={styles.lines}>
      <div className={styles.line}>
        <span className={styles.rail}>{t("retention.birth")}</span>
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
          choices={(["on", "on_or_after", "streak"] as const).map((value) => ({ value, label: t(`retention.criterion.${value}`) }))}
          value={question.criterion ?? "on"}
          onPick={(criterion) => change({ criterion: criterion === "on" ? undefined : criterion })}
        />
      </div>
      <AmongLine
        filter={question.filter}
        onFilter={(filter) => change({ filter })}
        event={question.birth.event ?? undefined}
        breakdown={{ value: question.breakdown, onChange: (breakdown) => change({ breakdown, top: breakdown ? 7 : undefined }), most: 1 }}
      />
    </div>
  );
}

export function RetentionScope({ question, onChange }: BuilderProps<"retention">) {
  const { t } = useSpeech();
  const change = (part: Partial<RetentionQuestion>) => onChange({ ...question, ...part });
  return (
    <>
      <RangePicker range={question.range} onChange={(range) => change({ range })} />
      <InlineSelect
        label={t("retention.unit")}
        choices={(["day", "week", "month"] as const).map((value) => ({ value, label: t(`retention.unit.${value}`) }))}
        value={question.unit === "hour" ? "day" : question.unit}
        onPick={(unit) => change({ unit, periods: unit === "day" ? 14 : unit === "week" ? 12 : 6, range: unit === "day" ? { last: 30, unit: "day" } : unit === "week" ? { last: 12, unit: "week" } : { last: 12, unit: "month" }, brackets: undefined })}
      />
      <Popover
        label={t("retention.more")}
        placement="bottom-end"
        trigger={(props) => (
          <Chip {...props}>
            <SlidersHorizontal aria-hidden />
            <span>{t("retention.more")}</span>
            <ChevronDown aria-hidden />
          </Chip>
        )}
      >
        {() => (
          <div className={styles.condition}>
            <div className={styles.conditionBody}>
              <span>{t("retention.periods")}</span>
              <input
                className={styles.input}
                type="number"
                min={1}
                max={366}
                defaultValue={question.periods}
                aria-label={t("retention.periods")}
                onBlur={(event) => {
                  const periods = Math.min(366, Math.max(1, Math.round(Number(event.target.value)) || question.periods));
                  if (periods !== question.periods) change({ periods });
                }}
              />
            </div>
            <div className={styles.conditionBody}>
              <InlineSelect
                label={t("retention.alignment")}
                choices={(["calendar", "rolling"] as const).map((value) => ({ value, label: t(`retention.alignment.${value}`) }))}
                value={question.alignment ?? "calendar"}
                onPick={(alignment) => change({ alignment: alignment === "calendar" ? undefined : alignment })}
              />
            </div>
            {question.unit === "day" && (
              <div className={styles.conditionBody}>
                <Check label={t("retention.brackets")} checked={question.brackets !== undefined} onChange={(on) => change({ brackets: on ? CUSTOM_BRACKETS : undefined })} />
                {question.brackets && (
                  <input
                    className={styles.input}
                    defaultValue={question.brackets.join(", ")}
                    aria-label={t("retention.brackets")}
                    onBlur={(event) => {
                      const brackets = event.target.value.split(/[^\d]+/).map(Number).filter((size) => size > 0);
                      if (brackets.length > 0 && brackets.join() !== question.brackets?.join()) change({ brackets });
                    }}
                  />
                )}
              </div>
            )}
          </div>
        )}
      </Popover>
    </>
  );
}
