// An event with its conditions, as a run of chips; what is seldom needed is behind two small buttons.
import { Ellipsis, ListFilter, Sparkle } from "lucide-react";
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { EventChip } from "./EventPicker.tsx";
import { FilterEditor } from "./FilterEditor.tsx";
import type { Selector } from "./question.ts";
import { selectorName } from "./words.ts";
import styles from "./editors.module.css";

export interface SelectorAction {
  value: string;
  label: string;
  icon: ReactNode;
  /** Shown as a chip while it is on, and ticked in the list. */
  on?: boolean;
  run: () => void;
}

interface SelectorEditorProps {
  selector: Selector;
  onChange: (selector: Selector) => void;
  onRemove?: () => void;
  /** Offers "the first time ever". */
  firstTime?: boolean;
  actions?: SelectorAction[];
}

export function SelectorEditor({ selector, onChange, onRemove, firstTime, actions = [] }: SelectorEditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const all: SelectorAction[] = [
    ...(firstTime
      ? [{ value: "first", label: t("selector.firstTime"), icon: <Sparkle aria-hidden />, on: selector.first_time === true, run: () => onChange({ ...selector, first_time: selector.first_time ? undefined : true }) }]
      : []),
    ...actions,
  ];
  return (
    <>
      <EventChip
        selector={selector}
        onRemove={onRemove}
        onPick={({ event, any_of }) => {
          const { event: _event, any_of: _any, label: _label, ...rest } = selector;
          onChange(any_of ? { any_of, ...rest } : { event: event ?? null, ...rest });
        }}
      />
      {all
        .filter((action) => action.on)
        .map((action) => (
          <Chip key={action.value} onClick={action.run} onRemove={action.run} removeLabel={t("action.removeNamed", { name: action.label })}>
            {action.icon}
            <span>{action.label}</span>
          </Chip>
        ))}
      <FilterEditor
        filter={selector.where}
        onChange={(where) => onChange({ ...selector, where })}
        event={selector.event ?? undefined}
        addLabel={t("filter.whereNamed", { name: selectorName(selector, speech) })}
        addIcon={<ListFilter aria-hidden />}
      />
      {all.length > 0 && (
        <Popover
          label={t("action.moreActions")}
          trigger={(props) => (
            <button {...props} className={styles.small} aria-label={t("selector.options", { name: selectorName(selector, speech) })} title={t("action.moreActions")}>
              <Ellipsis aria-hidden />
            </button>
          )}
        >
          {(close) => (
            <OptionList
              searchable={false}
              placeholder={t("action.moreActions")}
              empty=""
              options={all.map(({ value, label, icon }) => ({ value, label, icon }))}
              selected={all.filter((action) => action.on).map((action) => action.value)}
              onPick={(picked) => {
                close();
                all.find((action) => action.value === picked)?.run();
              }}
            />
          )}
        </Popover>
      )}
    </>
  );
}
