// An event with its conditions, as a run of chips; what is seldom needed is behind two small buttons.
import { Ellipsis, ListFilter, PencilLine, Sparkle } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
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
  const [naming, setNaming] = useState(false);
  const all: SelectorAction[] = [
    ...(firstTime
      ? [{ value: "first", label: t("selector.firstTime"), icon: <Sparkle aria-hidden />, on: selector.first_time === true, run: () => onChange({ ...selector, first_time: selector.first_time ? undefined : true }) }]
      : []),
    ...actions,
    { value: "rename", label: t("selector.rename"), icon: <PencilLine aria-hidden />, run: () => setNaming(true) },
  ];
  return (
    <>
      <EventChip
        selector={selector}
        onRemove={onRemove}
        onPick={({ event, any_of }) => {
          // A name of one's own belongs to the event it was given to.
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
      <Popover
          label={t("action.moreActions")}
          onClose={() => setNaming(false)}
          trigger={(props) => (
            <button {...props} className={styles.small} aria-label={t("selector.options", { name: selectorName(selector, speech) })} title={t("action.moreActions")}>
              <Ellipsis aria-hidden />
            </button>
          )}
        >
          {(close) =>
            naming ? (
              <NameForm
                name={selector.label ?? ""}
                offered={selectorName({ ...selector, label: undefined }, speech)}
                onDone={(label) => {
                  close();
                  onChange({ ...selector, label: label === "" ? undefined : label });
                }}
              />
            ) : (
              <OptionList
                searchable={false}
                placeholder={t("action.moreActions")}
                empty=""
                options={all.map(({ value, label, icon }) => ({ value, label, icon }))}
                selected={all.filter((action) => action.on).map((action) => action.value)}
                onPick={(picked) => {
                  if (picked !== "rename") close();
                  all.find((action) => action.value === picked)?.run();
                }}
              />
            )
          }
        </Popover>
    </>
  );
}

function NameForm({ name, offered, onDone }: { name: string; offered: string; onDone: (name: string) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState(name);
  return (
    <form
      className={styles.condition}
      onSubmit={(event) => {
        event.preventDefault();
        onDone(text.trim());
      }}
    >
      <div className={styles.conditionBody}>
        <input className={styles.input} value={text} placeholder={offered} autoFocus maxLength={80} aria-label={t("selector.name")} onChange={(event) => setText(event.target.value)} />
        <Button type="submit" size="small" look="primary">
          {t("action.apply")}
        </Button>
      </div>
    </form>
  );
}
