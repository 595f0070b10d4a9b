// What is seldom changed in a question, behind one chip: rows of a name and a control. The chip says what was changed,
// so that nothing is set out of sight.
import { ChevronDown, SlidersHorizontal } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { timezoneChoices } from "@/format/timezones.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import type { Common } from "./question.ts";
import { SessionByPicker } from "./SessionByPicker.tsx";
import { numbersIn } from "./ranges.ts";
import styles from "./editors.module.css";

interface OptionsPopoverProps {
  /** The options that differ from what is usual, in words. */
  changed: string[];
  children: ReactNode;
  placement?: "bottom-start" | "bottom-end";
}

export function OptionsPopover({ changed, children, placement = "bottom-end" }: OptionsPopoverProps) {
  const { t } = useSpeech();
  return (
    <Popover
      label={t("options.title")}
      placement={placement}
      trigger={(props) => (
        <Chip {...props} title={changed.join(" · ") || undefined} aria-label={changed.length > 0 ? t("options.changed", { items: changed.join(", ") }) : undefined}>
          <SlidersHorizontal aria-hidden />
          <span className={styles.optionsChip}>{changed.length > 0 ? changed.join(" · ") : t("options.title")}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {() => <div className={styles.options}>{children}</div>}
    </Popover>
  );
}

export function OptionRow({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.option}>
      <span className={styles.optionName}>{label}</span>
      <div className={styles.optionControl}>{children}</div>
    </div>
  );
}

/** A whole number that is taken when one leaves the field or presses Enter; what does not fit goes back to what it was. */
export function NumberInput({ label, value, min, max, placeholder, onPick }: { label: string; value: number | undefined; min: number; max: number; placeholder?: string; onPick: (value: number | undefined) => void }) {
  const [text, setText] = useState<string | null>(null);
  const take = () => {
    if (text === null) return;
    setText(null);
    if (text.trim() === "" && placeholder !== undefined) return onPick(undefined);
    const number = Math.round(Number(text));
    if (text.trim() !== "" && Number.isFinite(number)) onPick(Math.min(max, Math.max(min, number)));
  };
  return (
    <input
      className={styles.input}
      type="number"
      min={min}
      max={max}
      aria-label={label}
      placeholder={placeholder}
      value={text ?? String(value ?? "")}
      onChange={(event) => setText(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === "Enter" && take()}
    />
  );
}

interface NumberListInputProps {
  label: string;
  value: readonly number[] | undefined;
  /** Why a list cannot be taken; null when it can. */
  problemOf: (numbers: number[]) => string | null;
  onPick: (numbers: number[]) => void;
  placeholder?: string;
}

/** Several numbers, with commas or spaces between them. */
export function NumberListInput({ label, value, problemOf, onPick, placeholder }: NumberListInputProps) {
  const { t } = useSpeech();
  const id = useId();
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = () => {
    if (text === null) return;
    const numbers = numbersIn(text);
    const wrong = numbers === null ? t("numbers.notNumbers") : problemOf(numbers);
    setProblem(wrong);
    if (numbers === null || wrong !== null) return;
    setText(null);
    if (numbers.join() !== value?.join()) onPick(numbers);
  };
  return (
    <span className={styles.numberList}>
      <input
        className={styles.input}
        inputMode="decimal"
        aria-label={label}
        aria-invalid={problem !== null || undefined}
        aria-describedby={problem === null ? undefined : id}
        placeholder={placeholder}
        value={text ?? (value ?? []).join(", ")}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          take();
        }}
      />
      {problem !== null && (
        <span id={id} className={styles.problem}>
          {problem}
        </span>
      )}
    </span>
  );
}

/** Time zone, first day of the week and session length of one question: the project's unless it says otherwise. */
export function CalendarRows<Q extends Common>({ question, onChange }: { question: Q; onChange: (question: Q) => void }) {
  const { t } = useSpeech();
  const timeout = question.session_timeout;
  return (
    <>
      <p className={styles.optionsHead}>{t("options.calendar")}</p>
      <OptionRow label={t("settings.timezone")}>
        <InlineSelect
          label={t("settings.timezone")}
          choices={[{ value: "", label: t("options.asProject") }, ...timezoneChoices(question.timezone)]}
          value={question.timezone ?? ""}
          onPick={(timezone) => onChange({ ...question, timezone: timezone === "" ? undefined : timezone })}
        />
      </OptionRow>
      <OptionRow label={t("settings.weekStart")}>
        <InlineSelect
          label={t("settings.weekStart")}
          choices={[
            { value: "", label: t("options.asProject") },
            { value: "monday", label: t("settings.monday") },
            { value: "sunday", label: t("settings.sunday") },
          ]}
          value={question.week_start ?? ""}
          onPick={(week_start) => onChange({ ...question, week_start: week_start === "" ? undefined : week_start })}
        />
      </OptionRow>
      <OptionRow label={t("options.sessionTimeout")}>
        <NumberInput
          label={t("options.sessionTimeout")}
          value={timeout === undefined ? undefined : minutesOf(timeout)}
          min={1}
          max={1440}
          placeholder={t("options.asProject")}
          onPick={(n) => onChange({ ...question, session_timeout: n === undefined ? undefined : { n, unit: "minute" } })}
        />
      </OptionRow>
      <OptionRow label={t("options.sessionBy")}>
        <SessionByPicker value={question.session_by} onChange={(session_by) => onChange({ ...question, session_by })} />
      </OptionRow>
    </>
  );
}

const MINUTES: Record<string, number> = { second: 1 / 60, minute: 1, hour: 60, day: 1440 };

function minutesOf({ n, unit }: { n: number; unit: string }): number {
  return Math.round(n * (MINUTES[unit] ?? 1));
}

/** What of the calendar a question changed, in words, for the options chip. */
export function calendarChanges(question: Common, t: ReturnType<typeof useSpeech>["t"]): string[] {
  return [
    ...(question.timezone ? [question.timezone.replaceAll("_", " ")] : []),
    ...(question.week_start ? [t("options.weeksFrom", { day: t(`settings.${question.week_start}`) })] : []),
    ...(question.session_timeout ? [t("options.sessionsOf", { n: minutesOf(question.session_timeout) })] : []),
    ...(question.session_by ? ["property" in question.session_by ? t("options.sessionsByProperty", { property: question.session_by.property }) : t("options.sessionsByEvents")] : []),
  ];
}
