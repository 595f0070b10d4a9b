// A filter as chips in a sentence: conditions joined by "and" or "or" (click to change), groups in brackets, any depth.
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { ConditionEditor } from "./ConditionEditor.tsx";
import { asGroup, fromGroup } from "./filterTree.ts";
import { isGroup, membersOf, type Filter, type Selector } from "./question.ts";
import { conditionName, selectorName } from "./words.ts";
import styles from "./editors.module.css";

interface FilterEditorProps {
  filter: Filter | undefined;
  onChange: (filter: Filter | undefined) => void;
  /** The event whose conditions these are, if it is one. */
  event?: string;
  addLabel: string;
  /** Shown instead of the label, which is then read aloud only. */
  addIcon?: ReactNode;
}

export function FilterEditor({ filter, onChange, event, addLabel, addIcon }: FilterEditorProps) {
  const { group, members } = asGroup(filter);
  const change = (kind: "all" | "any", next: Filter[]) => onChange(fromGroup(kind, next));
  return (
    <>
      <Members kind={group} members={members} event={event} onChange={change} />
      <AddCondition label={addLabel} icon={addIcon} event={event} onAdd={(added) => change(group, [...members, added])} />
    </>
  );
}

function Members({ kind, members, event, onChange }: { kind: "all" | "any"; members: Filter[]; event?: string; onChange: (kind: "all" | "any", members: Filter[]) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  return members.map((member, index) => {
    const replace = (next: Filter | undefined) => onChange(kind, next === undefined ? members.filter((_, at) => at !== index) : members.map((one, at) => (at === index ? next : one)));
    return (
      <span key={index} className={styles.member}>
        {index > 0 && (
          <button type="button" className={styles.joiner} title={t("filter.switchJoiner")} onClick={() => onChange(kind === "all" ? "any" : "all", members)}>
            {kind === "all" ? t("word.and") : t("word.or")}
          </button>
        )}
        {isGroup(member) ? (
          <span className={styles.group}>
            <Members kind={"all" in member ? "all" : "any"} members={membersOf(member)} event={event} onChange={(next, list) => replace(list.length === 0 ? undefined : next === "all" ? { all: list } : { any: list })} />
            <AddCondition
              label={membersOf(member).length === 0 ? t("filter.addToGroup") : ("all" in member ? t("word.and") : t("word.or"))}
              event={event}
              onAdd={(added) => replace("all" in member ? { all: [...member.all, added] } : { any: [...member.any, added] })}
            />
            <button type="button" className={styles.groupRemove} aria-label={t("filter.removeGroup")} title={t("filter.removeGroup")} onClick={() => replace(undefined)}>
              <X aria-hidden />
            </button>
          </span>
        ) : (
          <Popover
            label={t("filter.edit")}
            trigger={(props) => (
              <Chip {...props} onRemove={() => replace(undefined)} removeLabel={t("action.removeNamed", { name: conditionName(member, speech) })}>
                <span>{conditionName(member, speech)}</span>
              </Chip>
            )}
          >
            {(close) => (
              <ConditionEditor
                initial={member}
                event={event}
                whereOf={whereOf}
                onDone={(next) => {
                  close();
                  replace(next);
                }}
              />
            )}
          </Popover>
        )}
      </span>
    );
  });
}

/** The conditions of an event that somebody did are a filter again. */
function whereOf(select: Selector, onChange: (select: Selector) => void): ReactNode {
  return <WhereEditor select={select} onChange={onChange} />;
}

function WhereEditor({ select, onChange }: { select: Selector; onChange: (select: Selector) => void }) {
  const speech = useSpeech();
  return (
    <FilterEditor
      filter={select.where}
      onChange={(where) => onChange({ ...select, where })}
      event={select.event ?? undefined}
      addLabel={select.where ? speech.t("filter.add") : speech.t("filter.whereNamed", { name: selectorName(select, speech) })}
    />
  );
}

function AddCondition({ label, icon, event, onAdd }: { label: string; icon?: ReactNode; event?: string; onAdd: (filter: Filter) => void }) {
  const { t } = useSpeech();
  return (
    <Popover
      label={t("filter.add")}
      trigger={(props) =>
        icon ? (
          <button {...props} className={styles.small} aria-label={label} title={label}>
            {icon}
          </button>
        ) : (
          <Chip {...props} look="add">
            <Plus aria-hidden />
            <span>{label}</span>
          </Chip>
        )
      }
    >
      {(close) => (
        <ConditionEditor
          event={event}
          whereOf={whereOf}
          onDone={(filter) => {
            close();
            onAdd(filter);
          }}
        />
      )}
    </Popover>
  );
}
