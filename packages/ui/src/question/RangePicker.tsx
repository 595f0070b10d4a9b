// The time a question looks at: presets, two dates, and whether to compare with the period before.
import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Chip } from "@/ui/Chip.tsx";
import type { Range } from "./question.ts";
import { rangeName } from "./words.ts";
import styles from "./editors.module.css";

const PRESETS: Range[] = [
  { last: 1, unit: "day" },
  { last: 7, unit: "day" },
  { last: 30, unit: "day" },
  { last: 90, unit: "day" },
  { last: 12, unit: "week" },
  { last: 6, unit: "month" },
  { last: 12, unit: "month" },
  { last: 1, unit: "day", ago: 1 },
  { last: 1, unit: "week", ago: 1 },
  { last: 1, unit: "month", ago: 1 },
  { to_date: "week" },
  { to_date: "month" },
  { to_date: "quarter" },
  { to_date: "year" },
];

interface RangePickerProps {
  range: Range;
  onChange: (range: Range) => void;
  compare?: { on: boolean; onChange: (on: boolean) => void };
}

export function RangePicker({ range, onChange, compare }: RangePickerProps) {
  const speech = useSpeech();
  const { t } = speech;
  return (
    <Popover
      label={t("range.choose")}
      placement="bottom-end"
      trigger={(props) => (
        <Chip {...props}>
          <CalendarDays aria-hidden />
          <span>{rangeName(range, speech)}</span>
        </Chip>
      )}
    >
      {(close) => (
        <>
          <OptionList
            searchable={false}
            options={PRESETS.map((preset) => ({ value: JSON.stringify(preset), label: rangeName(preset, speech) }))}
            selected={JSON.stringify(range)}
            placeholder={t("range.choose")}
            empty=""
            onPick={(picked) => {
              close();
              onChange(JSON.parse(picked) as Range);
            }}
          />
          <CustomRange
            range={range}
            onChange={(next) => {
              close();
              onChange(next);
            }}
          />
          {compare && (
            <div className={styles.listFoot}>
              <Check label={t("range.compare")} checked={compare.on} onChange={compare.onChange} />
            </div>
          )}
        </>
      )}
    </Popover>
  );
}

export function CustomRange({ range, onChange }: { range: Range; onChange: (range: Range) => void }) {
  const { t } = useSpeech();
  const [from, setFrom] = useState("from" in range ? range.from.slice(0, 10) : "since" in range ? range.since : "");
  const [to, setTo] = useState("to" in range ? range.to.slice(0, 10) : "");
  // Without an end it goes on to today.
  const fits = from !== "" && (to === "" || from <= to);
  return (
    <form
      className={styles.dates}
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) onChange(to === "" ? { since: from } : { from, to });
      }}
    >
      <label>
        {t("range.from")}
        <input className={styles.input} type="date" value={from} max={to || undefined} onChange={(event) => setFrom(event.target.value)} />
      </label>
      <label>
        {t("range.to")}
        <input className={styles.input} type="date" value={to} min={from || undefined} onChange={(event) => setTo(event.target.value)} />
      </label>
      <Button size="small" look="primary" type="submit" disabled={!fits}>
        {t("action.apply")}
      </Button>
    </form>
  );
}
