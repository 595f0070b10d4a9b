// "within 7 days": a number and a unit, or one session.
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import type { Window, WindowUnit } from "./question.ts";
import { windowName } from "./words.ts";
import styles from "./editors.module.css";

const UNITS: WindowUnit[] = ["second", "minute", "hour", "day", "week", "month", "session"];

interface WindowPickerProps {
  window: Window;
  onChange: (window: Window) => void;
  /** Whether a number of sessions may bound it. */
  withSessions?: boolean;
}

export function WindowPicker({ window, onChange, withSessions = true }: WindowPickerProps) {
  const speech = useSpeech();
  const { t } = speech;
  const [n, setN] = useState(String(window.n));
  const [unit, setUnit] = useState(window.unit);
  return (
    <Popover
      label={t("funnel.within")}
      trigger={(props) => (
        <Chip {...props}>
          <span>{windowName(window, speech)}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) => (
        <form
          className={styles.condition}
          onSubmit={(event) => {
            event.preventDefault();
            close();
            onChange({ n: Math.max(1, Math.round(Number(n)) || 1), unit });
          }}
        >
          <div className={styles.conditionBody}>
            <input className={styles.input} type="number" min={1} value={n} autoFocus aria-label={t("pick.number")} onChange={(event) => setN(event.target.value)} />
            <InlineSelect label={t("pick.unit")} choices={UNITS.filter((one) => withSessions || one !== "session").map((one) => ({ value: one, label: t(`unit.${one}`, { n: Number(n) || 1 }) }))} value={unit} onPick={setUnit} />
            <Button type="submit" size="small" look="primary">
              {t("action.apply")}
            </Button>
          </div>
        </form>
      )}
    </Popover>
  );
}
