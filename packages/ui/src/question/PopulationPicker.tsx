// Who is looked at: everybody, or those who did a certain event, from then on.
import { Plus } from "lucide-react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { EventList } from "./EventPicker.tsx";
import type { Selector } from "./question.ts";
import { SelectorEditor } from "./SelectorEditor.tsx";
import styles from "./editors.module.css";

interface PopulationPickerProps {
  population: Selector | undefined;
  onChange: (population: Selector | undefined) => void;
  /** Without the words before it, where a label says them. */
  quiet?: boolean;
}

export function PopulationPicker({ population, onChange, quiet }: PopulationPickerProps) {
  const { t } = useSpeech();
  return (
    <>
      {!quiet && <span className={styles.rail}>{t("population.of")}</span>}
      {population ? (
        <SelectorEditor selector={population} onChange={onChange} onRemove={() => onChange(undefined)} />
      ) : (
        <Popover
          label={t("population.choose")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <Plus aria-hidden />
              <span>{t("population.everybody")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <EventList
              allowAny={false}
              onPick={(names) => {
                close();
                onChange(names);
              }}
            />
          )}
        </Popover>
      )}
    </>
  );
}
