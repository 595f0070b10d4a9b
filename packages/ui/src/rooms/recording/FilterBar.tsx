// What narrows the list, as chips: figures of the recording, what happened in it and in which order, and who it is of. Each chip
// opens what it says.
import { ArrowRight, Footprints, Plus, SlidersHorizontal, TriangleAlert, X } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { ConditionEditor } from "@/question/ConditionEditor.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { FilterEditor } from "@/question/FilterEditor.tsx";
import { asGroup, fromGroup } from "@/question/filterTree.ts";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { useValues } from "@/question/names.ts";
import type { Filter, Selector } from "@/question/question.ts";
import { propertyName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { DEVICES, FIELDS, fieldOf, OPERATORS_OF, VISIT_PROPERTIES, type Field } from "./fields.ts";
import type { RecordingCondition, RecordingsQuestion } from "./question.ts";
import { conditionWords, deviceName } from "./words.ts";
import styles from "./FilterBar.module.css";

interface FilterBarProps {
  question: RecordingsQuestion;
  onChange: (question: RecordingsQuestion) => void;
}

export function FilterBar({ question, onChange }: FilterBarProps) {
  const speech = useSpeech();
  const { t } = speech;
  const { where = [], sequence = [] } = question;
  const setWhere = (next: RecordingCondition[]) => onChange({ ...question, where: next.length === 0 ? undefined : next });
  const setSequence = (next: Selector[]) => onChange({ ...question, sequence: next.length === 0 ? undefined : next });
  return (
    <div className={styles.bar} role="group" aria-label={t("recordings.filters")}>
      {question.of && (
        <Chip look="event" onRemove={() => onChange({ ...question, of: undefined, at: undefined })} removeLabel={t("action.removeNamed", { name: t("recordings.behind") })}>
          <span>{t("recordings.behind")}</span>
        </Chip>
      )}
      {where.map((condition, index) => (
        <Popover
          key={`${condition.field} ${index}`}
          label={t("filter.edit")}
          trigger={(props) => (
            <Chip {...props} onRemove={() => setWhere(where.filter((_, at) => at !== index))} removeLabel={t("action.removeNamed", { name: conditionWords(condition, speech) })}>
              <span>{conditionWords(condition, speech)}</span>
            </Chip>
          )}
        >
          {(close) => (
            <ConditionForm
              initial={condition}
              onDone={(next) => {
                close();
                setWhere(where.map((one, at) => (at === index ? next : one)));
              }}
            />
          )}
        </Popover>
      ))}
      {sequence.length > 0 && (
        <span className={styles.sequence}>
          {sequence.map((selector, index) => (
            <span key={index}>
              {index > 0 && <ArrowRight className={styles.then} aria-label={t("recordings.then")} />}
              <SelectorEditor selector={selector} onChange={(next) => setSequence(sequence.map((one, at) => (at === index ? next : one)))} onRemove={() => setSequence(sequence.filter((_, at) => at !== index))} />
            </span>
          ))}
          <Popover
            label={t("recordings.addEvent")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Plus aria-hidden />
                <span>{t("recordings.then")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <EventList
                onPick={(names) => {
                  close();
                  setSequence([...sequence, names]);
                }}
              />
            )}
          </Popover>
        </span>
      )}
      {question.filter !== undefined && <FilterEditor filter={question.filter} onChange={(filter) => onChange({ ...question, filter })} addLabel={t("recordings.addProperty")} />}
      <Popover
        label={t("recordings.addFilter")}
        trigger={(props) => (
          <Chip {...props} look="add">
            <SlidersHorizontal aria-hidden />
            <span>{t("recordings.addFilter")}</span>
          </Chip>
        )}
      >
        {(close) => (
          <AddFilter
            range={question.range}
            onProperty={(added) => {
              close();
              const { group, members } = asGroup(question.filter);
              onChange({ ...question, filter: fromGroup(group, [...members, added]) });
            }}
            onCondition={(condition) => {
              close();
              setWhere([...where, condition]);
            }}
            onEvent={(selector) => {
              close();
              setSequence([...sequence, selector]);
            }}
          />
        )}
      </Popover>
      {question.filter === undefined && <FilterEditor filter={undefined} onChange={(filter) => onChange({ ...question, filter })} addLabel={t("recordings.addProperty")} />}
      {(where.length > 0 || sequence.length > 0 || question.filter !== undefined || question.of !== undefined) && (
        <button type="button" className={styles.clear} onClick={() => onChange({ ...question, where: undefined, sequence: undefined, filter: undefined, of: undefined, at: undefined })}>
          <X aria-hidden />
          {t("recordings.clear")}
        </button>
      )}
    </div>
  );
}

interface AddFilterProps {
  range: RecordingsQuestion["range"];
  onCondition: (condition: RecordingCondition) => void;
  onEvent: (selector: Selector) => void;
  onProperty: (filter: Filter) => void;
}

function AddFilter({ range, onCondition, onEvent, onProperty }: AddFilterProps) {
  const speech = useSpeech();
  const { t } = speech;
  const [chosen, setChosen] = useState<string | null>(null);
  if (chosen === "event") return <EventList onPick={onEvent} />;
  if (chosen === "error") return <ErrorList range={range} onPick={onEvent} />;
  const property = VISIT_PROPERTIES.find((name) => name === chosen);
  if (property) return <ConditionEditor initial={{ property, op: "is" }} onDone={onProperty} />;
  const field = FIELDS.find((one) => one.field === chosen);
  if (field) return <ConditionForm initial={{ field: field.field, op: OPERATORS_OF[field.kind][0] ?? "is" }} onDone={onCondition} />;
  const listed = FIELDS.map((one) => ({ value: one.field, label: t(one.label), group: t(one.group) }));
  const ofGroup = (group: Field["group"]) => listed.filter((one) => one.group === t(group));
  return (
    <OptionList
      placeholder={t("recordings.findFilter")}
      empty={t("pick.nothing")}
      options={[
        { value: "event", label: t("recordings.field.event"), icon: <Footprints aria-hidden />, group: t("recordings.group.behaviour") },
        ...ofGroup("recordings.group.behaviour"),
        ...ofGroup("recordings.group.time"),
        { value: "error", label: t("recordings.field.error"), icon: <TriangleAlert aria-hidden />, group: t("recordings.group.trouble") },
        ...ofGroup("recordings.group.trouble"),
        ...ofGroup("recordings.group.visit"),
        ...VISIT_PROPERTIES.map((name) => ({ value: name as string, label: propertyName(name, speech), words: name, group: t("recordings.group.visit") })),
        ...ofGroup("recordings.group.team"),
      ]}
      onPick={setChosen}
    />
  );
}

const MOST_ERRORS = 100;

/** The errors of these dates, the most frequent first; the one that is picked is an event of the session. */
function ErrorList({ range, onPick }: { range: RecordingsQuestion["range"]; onPick: (selector: Selector) => void }) {
  const { t, format, language } = useSpeech();
  const project = useProject();
  const { data, isPending } = useQuery({
    queryKey: ["recordingErrors", project.id, range],
    queryFn: async ({ signal }) => (await api.ask(project.id, { kind: "error", range, interval: "day", limit: MOST_ERRORS, language }, crypto.randomUUID(), signal)).answer.errors,
    staleTime: 60_000,
  });
  const named = (data ?? []).filter(({ fingerprint }) => fingerprint !== null);
  return (
    <OptionList
      placeholder={t("recordings.findError")}
      empty={t("recordings.noErrors")}
      loading={isPending}
      options={named.map((one) => ({ value: one.fingerprint ?? "", label: one.message ?? one.kind ?? t("error.unnamed"), hint: `×${format.number(one.times)}`, words: one.kind ?? "" }))}
      onPick={(picked) => {
        const error = named.find(({ fingerprint }) => fingerprint === picked);
        onPick({ event: "$error", where: { property: "$fingerprint", op: "is", value: picked }, label: error?.message ?? picked });
      }}
    />
  );
}

/** Counts of things that either happened or did not begin at one. */
const STARTING_VALUES: Record<string, unknown> = { duration_seconds: 30, active_seconds: 30, pages: 2, score: 60 };

function ConditionForm({ initial, onDone }: { initial: RecordingCondition; onDone: (condition: RecordingCondition) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const field = fieldOf(initial);
  const kind = field?.kind ?? "text";
  const [op, setOp] = useState(initial.op);
  const starting = initial.value ?? STARTING_VALUES[initial.field] ?? (kind === "count" ? 1 : "");
  const [low, setLow] = useState(String(Array.isArray(starting) ? starting[0] : starting));
  const [high, setHigh] = useState(String(Array.isArray(starting) ? starting[1] : ""));
  // The list that stood here had the focus; it goes to what is asked next.
  const firstRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => firstRef.current?.select(), 30);
    return () => clearTimeout(timer);
  }, []);
  const name = field ? t(field.label) : initial.field;
  const isNumber = kind === "seconds" || kind === "count";
  const value = op === "set" ? undefined : op === "between" ? [Number(low), Number(high)] : isNumber ? Number(low) : low.trim();
  const fits = op === "set" || (isNumber ? low !== "" && Number.isFinite(Number(low)) && (op !== "between" || (high !== "" && Number(high) >= Number(low))) : low.trim() !== "");
  const done = (picked: unknown = value) => onDone({ field: initial.field, op, ...(picked === undefined ? {} : { value: picked }) });
  if (kind === "yes") {
    return (
      <OptionList
        searchable={false}
        placeholder={name}
        empty=""
        options={[
          { value: "no", label: t("recordings.where.no", { field: name }) },
          { value: "yes", label: t("recordings.where.yes", { field: name }) },
        ]}
        onPick={(picked) => onDone({ field: initial.field, op: "is", value: picked === "yes" })}
      />
    );
  }
  return (
    <form
      className={editors.condition}
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) done();
      }}
    >
      <div className={editors.conditionHead}>
        <strong>{name}</strong>
        <InlineSelect label={t("pick.operator")} choices={OPERATORS_OF[kind].map((one) => ({ value: one, label: t(`op.${one}` as MessageKey) }))} value={op} onPick={setOp} />
      </div>
      {kind === "device" ? (
        <OptionList searchable={false} placeholder={name} empty="" options={DEVICES.map((one) => ({ value: one, label: deviceName(one, speech) }))} onPick={(picked) => done(picked)} />
      ) : kind === "page" && op === "is" ? (
        <PageList value={low} onPick={(picked) => done(picked)} />
      ) : (
        <div className={editors.conditionBody}>
          {op !== "set" && <input className={editors.input} type={isNumber ? "number" : "text"} min={isNumber ? 0 : undefined} step="any" value={low} ref={firstRef} aria-label={name} onChange={(event) => setLow(event.target.value)} />}
          {op === "between" && (
            <>
              <span>{t("word.and")}</span>
              <input className={editors.input} type="number" min={0} step="any" value={high} aria-label={t("recordings.upTo")} onChange={(event) => setHigh(event.target.value)} />
            </>
          )}
          {kind === "seconds" && <span>{t("recordings.seconds")}</span>}
          <Button type="submit" size="small" look="primary" disabled={!fits}>
            {t("action.apply")}
          </Button>
        </div>
      )}
    </form>
  );
}

/** The pages that events name; another can be typed. */
function PageList({ value, onPick }: { value: string; onPick: (page: string) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState("");
  const settled = useSettled(text, 200);
  const { values, loading } = useValues("$page", "event", "$pageview", settled);
  return (
    <OptionList
      placeholder={t("recordings.findPage")}
      empty={t("pick.nothing")}
      loading={loading}
      onSearch={setText}
      selected={value}
      takeTyped={(typed) => t("pick.typed", { text: typed })}
      options={values.filter((one) => typeof one.value === "string").map((one) => ({ value: String(one.value), label: String(one.value) }))}
      onPick={onPick}
    />
  );
}
