// An event with its conditions, as a run of chips.
import { Sparkle } from "lucide-react";
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { EventChip } from "./EventPicker.tsx";
import { FilterEditor } from "./FilterEditor.tsx";
import type { Selector } from "./question.ts";
import styles from "./editors.module.css";

interface SelectorEditorProps {
  selector: Selector;
  onChange: (selector: Selector) => void;
  onRemove?: () => void;
  lead?: ReactNode;
  /** Offers "the first time ever". */
  firstTime?: boolean;
}

export function SelectorEditor({ selector, onChange, onRemove, lead, firstTime }: SelectorEditorProps) {
  const { t } = useSpeech();
  return (
    <>
      <EventChip
        selector={selector}
        lead={lead}
        onRemove={onRemove}
        onPick={({ event, any_of }) => {
          const { event: _event, any_of: _any, label: _label, ...rest } = selector;
          onChange(any_of ? { any_of, ...rest } : { event: event ?? null, ...rest });
        }}
      />
      {firstTime && (
        <button
          type="button"
          className={styles.toggle}
          aria-pressed={selector.first_time === true}
          title={t("selector.firstTime.hint")}
          onClick={() => onChange({ ...selector, first_time: selector.first_time ? undefined : true })}
        >
          <Sparkle aria-hidden />
          {t("selector.firstTime")}
        </button>
      )}
      <FilterEditor filter={selector.where} onChange={(where) => onChange({ ...selector, where })} event={selector.event ?? undefined} addLabel={t("filter.where")} />
    </>
  );
}
