// A list of rules, any of which will do: pages, offered from real traffic, and events with their conditions.
import { FileText, Plus, Zap } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { useValues } from "@/question/names.ts";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { isPage, type Rule } from "./definition.ts";
import styles from "./task.module.css";

interface RuleListProps {
  legend: string;
  hint?: string;
  rules: Rule[];
  property: string;
  problem: string | null;
  onChange: (rules: Rule[]) => void;
}

export function RuleList({ legend, hint, rules, property, problem, onChange }: RuleListProps) {
  const { t } = useSpeech();
  const replace = (i: number, rule: Rule): void => onChange(rules.map((one, j) => (j === i ? rule : one)));
  const remove = (i: number): void => onChange(rules.filter((_, j) => j !== i));
  return (
    <fieldset className={styles.rules} data-wrong={problem !== null || undefined}>
      <legend>{legend}</legend>
      {hint && <p className={styles.muted}>{hint}</p>}
      {rules.map((rule, i) => (
        <div key={i} className={styles.rule}>
          {i > 0 && <span className={styles.muted}>{t("word.or")}</span>}
          {isPage(rule) ? <PageChip page={rule.page} property={property} onPick={(page) => replace(i, { page })} onRemove={() => remove(i)} /> : <SelectorEditor selector={rule} onChange={(next) => replace(i, next)} onRemove={() => remove(i)} />}
        </div>
      ))}
      <div className={styles.rule}>
        <AddPage property={property} label={t("task.addPage")} onPick={(page) => onChange([...rules, { page }])} />
        <AddEvent label={t("task.addEvent")} onPick={(names) => onChange([...rules, names])} />
      </div>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

export function PageChip({ page, property, onPick, onRemove }: { page: string; property: string; onPick: (page: string) => void; onRemove?: () => void }) {
  const { t } = useSpeech();
  return (
    <Popover
      label={t("task.pickPage")}
      trigger={(props) => (
        <Chip {...props} look="event" onRemove={onRemove} removeLabel={t("action.removeNamed", { name: page })}>
          <FileText aria-hidden />
          <span>{page}</span>
        </Chip>
      )}
    >
      {(close) => (
        <PageList
          property={property}
          selected={page}
          onPick={(next) => {
            close();
            onPick(next);
          }}
        />
      )}
    </Popover>
  );
}

export function AddPage({ property, label, onPick }: { property: string; label: string; onPick: (page: string) => void }) {
  return (
    <Adding label={label} icon={<Plus aria-hidden />}>
      {(close) => (
        <PageList
          property={property}
          onPick={(page) => {
            close();
            onPick(page);
          }}
        />
      )}
    </Adding>
  );
}

export function AddEvent({ label, onPick }: { label: string; onPick: (names: { event?: string | null; any_of?: string[] }) => void }) {
  return (
    <Adding label={label} icon={<Zap aria-hidden />}>
      {(close) => (
        <EventList
          allowAny={false}
          onPick={(names) => {
            close();
            onPick(names);
          }}
        />
      )}
    </Adding>
  );
}

function Adding({ label, icon, children }: { label: string; icon: ReactNode; children: (close: () => void) => ReactNode }) {
  return (
    <Popover
      label={label}
      trigger={(props) => (
        <Chip {...props} look="add">
          {icon}
          <span>{label}</span>
        </Chip>
      )}
    >
      {children}
    </Popover>
  );
}

/** The pages that people really see, the most seen first. */
function PageList({ property, selected, onPick }: { property: string; selected?: string; onPick: (page: string) => void }) {
  const { t, format } = useSpeech();
  const [text, setText] = useState("");
  const { values, loading } = useValues(property, "event", "$pageview", useSettled(text, 200));
  return (
    <OptionList
      options={values.filter(({ value }) => typeof value === "string" && value !== "").map(({ value, count }) => ({ value: String(value), label: String(value), hint: format.compact(count), icon: <FileText aria-hidden /> }))}
      selected={selected}
      placeholder={t("task.findPage")}
      empty={t("task.noPages")}
      loading={loading}
      onSearch={setText}
      takeTyped={(typed) => t("pick.typed", { text: typed })}
      onPick={onPick}
    />
  );
}
