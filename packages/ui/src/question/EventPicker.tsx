// Choosing an event, any event, or several of which either counts.
import { Asterisk, Sparkles, Zap } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Chip } from "@/ui/Chip.tsx";
import type { Selector } from "./question.ts";
import { eventName, selectorName } from "./words.ts";
import { useCustomEvents, useEventNames } from "./names.ts";
import styles from "./editors.module.css";

type Names = Pick<Selector, "event" | "any_of">;

interface EventListProps {
  value?: Names;
  onPick: (names: Names) => void;
  allowAny?: boolean;
}

/** The list itself, to be put in a popover. */
export function EventList({ value, onPick, allowAny = true }: EventListProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { names, loading } = useEventNames();
  const custom = useCustomEvents();
  const [several, setSeveral] = useState<string[] | null>(value?.any_of ?? null);
  const own = new Set(custom.events.map((event) => event.name));
  const options = [
    ...custom.events.map((event) => ({ value: `e ${event.name}`, label: event.name, hint: t("customEvent.hint"), icon: <Sparkles aria-hidden /> })),
    // One that has the name of what it is made of stands for it.
    ...names
      .filter((name) => !own.has(name.name))
      .map((name) => ({
        value: `e ${name.name}`,
        label: eventName(name.name, speech),
        words: name.name,
        hint: format.compact(name.count),
        icon: <Zap aria-hidden />,
      })),
  ];
  const any = { value: "any", label: t("event.any"), icon: <Asterisk aria-hidden /> };
  return (
    <>
      <OptionList
        options={allowAny && !several ? [any, ...options] : options}
        selected={several ? several.map((name) => `e ${name}`) : value?.event === null ? "any" : value?.event === undefined ? [] : `e ${value.event}`}
        placeholder={t("pick.event")}
        empty={t("pick.noEvent")}
        loading={loading}
        takeTyped={(text) => t("pick.typed", { text })}
        onPick={(picked) => {
          if (picked === "any") return onPick({ event: null });
          const name = picked.startsWith("e ") ? picked.slice(2) : picked;
          if (!several) return onPick({ event: name });
          setSeveral(several.includes(name) ? several.filter((one) => one !== name) : [...several, name]);
        }}
      />
      <div className={styles.listFoot}>
        <Check label={t("pick.several")} checked={several !== null} onChange={(on) => setSeveral(on ? (value?.event ? [value.event] : (value?.any_of ?? [])) : null)} />
        {several && (
          <Button size="small" look="primary" disabled={several.length === 0} onClick={() => onPick(several.length === 1 ? { event: several[0] } : { any_of: several })}>
            {t("action.apply")}
          </Button>
        )}
      </div>
    </>
  );
}

/** A chip that shows the chosen event and opens the list. */
export function EventChip({ selector, onPick, onRemove, lead }: { selector: Selector; onPick: (names: Names) => void; onRemove?: () => void; lead?: ReactNode }) {
  const speech = useSpeech();
  const name = selectorName(selector, speech);
  return (
    <Popover
      label={speech.t("pick.event")}
      trigger={(props) => (
        <Chip {...props} look="event" onRemove={onRemove} removeLabel={speech.t("action.removeNamed", { name })}>
          {lead}
          <span>{name}</span>
        </Chip>
      )}
    >
      {(close) => (
        <EventList
          value={selector}
          onPick={(names) => {
            close();
            onPick(names);
          }}
        />
      )}
    </Popover>
  );
}
