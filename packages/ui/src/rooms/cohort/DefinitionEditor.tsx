// The conditions of a cohort as sentences one can change: what people did, in which order, who they are, and groups of these.
import { Brackets, CalendarDays, ChevronDown, Footprints, ListOrdered, Plus, Rows3, UserRound, UsersRound, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { CohortOptions, PropertyCondition, PropertyList } from "@/question/ConditionEditor.tsx";
import { fromGroup, groupOf, idsIn, type Definition, type DefinitionGroup, type DidMeasure, type DidNotPart, type DidPart, type PropertyPart, type SequencePart, type Within } from "@/question/definition.ts";
import { EventList } from "@/question/EventPicker.tsx";
import { NumberInput } from "@/question/OptionsPopover.tsx";
import { PROPERTY_MEASURES, type PropertyFilter, type PropertyMeasure } from "@/question/question.ts";
import { CustomRange } from "@/question/RangePicker.tsx";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import { conditionName, rangeName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { Button } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { FileButton } from "@/ui/FileButton.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { COUNT_OPS, measureWords, opOf, withinName } from "./definitionWords.ts";
import styles from "./cohort.module.css";

const MOST_STEPS = 10;

interface PartProps<P> {
  part: P;
  onChange: (part: Definition) => void;
}

export function DefinitionEditor({ definition, onChange }: { definition: Definition; onChange: (definition: Definition) => void }) {
  return <Group group={groupOf(definition)} onChange={(group) => onChange(fromGroup(group))} />;
}

function Group({ group, onChange, onRemove }: { group: DefinitionGroup; onChange: (group: DefinitionGroup) => void; onRemove?: () => void }) {
  const { t } = useSpeech();
  const { join, parts } = group;
  const change = (next: Definition[]) => onChange({ join, parts: next });
  return (
    <div className={styles.group} data-inner={onRemove ? true : undefined}>
      <div className={editors.line}>
        <span className={editors.rail}>{t("cohort.peopleWho")}</span>
        <Segmented
          label={t("cohort.join")}
          choices={[
            { value: "all", label: t("cohort.join.all") },
            { value: "any", label: t("cohort.join.any") },
          ]}
          value={join}
          onPick={(next) => onChange({ join: next, parts })}
        />
        {onRemove && <RemoveButton label={t("filter.removeGroup")} onRemove={onRemove} />}
      </div>
      {parts.map((part, index) => (
        <div key={index} className={styles.part}>
          <Part part={part} onChange={(next) => change(parts.map((kept, at) => (at === index ? next : kept)))} onRemove={() => change(parts.filter((_, at) => at !== index))} />
        </div>
      ))}
      <AddPart onAdd={(part) => change([...parts, part])} />
    </div>
  );
}

function Part({ part, onChange, onRemove }: PartProps<Definition> & { onRemove: () => void }) {
  const { t } = useSpeech();
  if ("all" in part || "any" in part) return <Group group={groupOf(part)} onChange={(group) => onChange(fromGroup(group))} onRemove={onRemove} />;
  return (
    <div className={editors.line}>
      <PartBody part={part} onChange={onChange} />
      <RemoveButton label={t("cohort.removePart")} onRemove={onRemove} />
    </div>
  );
}

function PartBody({ part, onChange }: PartProps<Definition>): ReactNode {
  const { t } = useSpeech();
  if ("not" in part) {
    return (
      <>
        <span className={editors.rail}>{t("cohort.not")}</span>
        {"all" in part.not || "any" in part.not ? <Group group={groupOf(part.not)} onChange={(group) => onChange({ not: fromGroup(group) })} /> : <PartBody part={part.not} onChange={(not) => onChange({ not })} />}
      </>
    );
  }
  if ("did" in part || "did_not" in part) return <DidBody part={part} onChange={onChange} />;
  if ("sequence" in part) return <SequenceBody part={part} onChange={onChange} />;
  if ("property" in part) return <PropertyBody part={part} onChange={onChange} />;
  if ("cohort" in part) return <CohortBody part={part} onChange={onChange} />;
  if ("people" in part) return <IdsBody part={part} onChange={onChange} />;
  return <span>{t("cohort.behind")}</span>;
}

function RemoveButton({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <button type="button" className={editors.small} aria-label={label} title={label} onClick={onRemove}>
      <X aria-hidden />
    </button>
  );
}

function DidBody({ part, onChange }: PartProps<DidPart | DidNotPart>) {
  const { t } = useSpeech();
  const select = "did" in part ? part.did : part.did_not;
  const { within } = part;
  return (
    <>
      <InlineSelect
        label={t("cohort.verb")}
        choices={(["did", "did_not"] as const).map((value) => ({ value, label: t(`cohort.verb.${value}`) }))}
        value={"did" in part ? "did" : "did_not"}
        onPick={(verb) => onChange(verb === "did" ? { did: select, within } : { did_not: select, within })}
      />
      <SelectorEditor selector={select} firstTime onChange={(next) => onChange("did" in part ? { ...part, did: next } : { ...part, did_not: next })} />
      {"did" in part && <CountPicker part={part} onChange={onChange} />}
      <WithinPicker within={within} onChange={(next) => onChange({ ...part, within: next })} />
    </>
  );
}

/** "a number of times at least 3", "sum of amount more than 100". */
function CountPicker({ part, onChange }: PartProps<DidPart>) {
  const speech = useSpeech();
  const { t } = speech;
  const [of, setOf] = useState<PropertyMeasure | null>(null);
  const measure = part.measure ?? "total";
  const count = part.count ?? { op: "gte", value: 1 };
  const take = (next: DidMeasure) => onChange({ ...part, measure: next === "total" ? undefined : next, count });
  return (
    <>
      <Popover
        label={t("cohort.measure")}
        onClose={() => setOf(null)}
        trigger={(props) => (
          <Chip {...props}>
            <span>{measureWords(measure, speech)}</span>
            <ChevronDown aria-hidden />
          </Chip>
        )}
      >
        {(close) =>
          of ? (
            <PropertyList
              event={part.did.event ?? undefined}
              eventOnly
              numbersOnly={of !== "distinct"}
              onPick={(property) => {
                close();
                take({ [of]: property } as DidMeasure);
              }}
            />
          ) : (
            <OptionList
              searchable={false}
              placeholder={t("cohort.measure")}
              empty=""
              selected={typeof measure === "string" ? measure : Object.keys(measure)[0]}
              options={[
                ...(["total", "days"] as const).map((value) => ({ value, label: t(`cohort.measure.${value}`), group: t("measure.group.count") })),
                ...PROPERTY_MEASURES.map((value) => ({ value, label: t(`measure.pick.${value}`), group: t("measure.group.property") })),
              ]}
              onPick={(picked) => {
                if (picked !== "total" && picked !== "days") return setOf(picked as PropertyMeasure);
                close();
                take(picked);
              }}
            />
          )
        }
      </Popover>
      <InlineSelect label={t("pick.operator")} choices={COUNT_OPS.map((value) => ({ value, label: t(`cohort.op.${value}`) }))} value={opOf(count.op)} onPick={(op) => onChange({ ...part, count: { ...count, op } })} />
      <span className={styles.number}>
        <NumberInput label={t("pick.number")} value={count.value} min={0} max={1_000_000_000} onPick={(value) => onChange({ ...part, count: { ...count, value: value ?? 1 } })} />
      </span>
    </>
  );
}

const PRESETS: Within[] = [
  { last: 7, unit: "day" },
  { last: 30, unit: "day" },
  { last: 90, unit: "day" },
  { last: 12, unit: "month" },
];

function WithinPicker({ within, onChange }: { within: Within | undefined; onChange: (within: Within | undefined) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [since, setSince] = useState(within && "since" in within ? within.since : "");
  const asKey = (one: Within | undefined) => JSON.stringify(one ?? null);
  return (
    <Popover
      label={t("cohort.when")}
      trigger={(props) => (
        <Chip {...props}>
          <CalendarDays aria-hidden />
          <span>{withinName(within, speech)}</span>
        </Chip>
      )}
    >
      {(close) => {
        const take = (next: Within | undefined) => {
          close();
          onChange(next);
        };
        return (
          <>
            <OptionList
              searchable={false}
              placeholder={t("cohort.when")}
              empty=""
              selected={asKey(within)}
              options={[{ value: asKey(undefined), label: t("did.anyTime") }, ...PRESETS.map((preset) => ({ value: asKey(preset), label: "last" in preset ? rangeName(preset, speech) : "" }))]}
              onPick={(picked) => take((JSON.parse(picked) as Within | null) ?? undefined)}
            />
            <CustomRange range={within && "from" in within ? within : { from: "", to: "" }} onChange={take} />
            <form
              className={editors.dates}
              onSubmit={(event) => {
                event.preventDefault();
                if (since !== "") take({ since });
              }}
            >
              <label>
                {t("cohort.sinceDay")}
                <input className={editors.input} type="date" value={since} onChange={(event) => setSince(event.target.value)} />
              </label>
              <span />
              <Button size="small" look="primary" type="submit" disabled={since === ""}>
                {t("action.apply")}
              </Button>
            </form>
          </>
        );
      }}
    </Popover>
  );
}

function SequenceBody({ part, onChange }: PartProps<SequencePart>) {
  const { t } = useSpeech();
  const steps = part.sequence;
  const change = (sequence: SequencePart["sequence"]) => onChange({ ...part, sequence });
  return (
    <>
      <span className={editors.rail}>{t("cohort.inOrder")}</span>
      {steps.map((step, index) => (
        <span key={index} className={editors.step}>
          {index > 0 && (
            <span className={editors.arrow} aria-hidden>
              →
            </span>
          )}
          <SelectorEditor selector={step} onChange={(next) => change(steps.map((kept, at) => (at === index ? next : kept)))} onRemove={() => change(steps.filter((_, at) => at !== index))} />
        </span>
      ))}
      {steps.length < MOST_STEPS && (
        <Popover
          label={t("funnel.addStep")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <Plus aria-hidden />
              <span>{t("funnel.addStep")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <EventList
              onPick={(names) => {
                close();
                change([...steps, names]);
              }}
            />
          )}
        </Popover>
      )}
      {part.window ? (
        <>
          <span className={editors.rail}>{t("funnel.within")}</span>
          <WindowPicker window={part.window} withSessions={false} onChange={(window) => onChange({ ...part, window })} />
          <RemoveButton label={t("journey.noWindow")} onRemove={() => onChange({ ...part, window: undefined })} />
        </>
      ) : (
        <Chip look="add" onClick={() => onChange({ ...part, window: { n: 7, unit: "day" } })}>
          <Plus aria-hidden />
          <span>{t("cohort.addWindow")}</span>
        </Chip>
      )}
      <WithinPicker within={part.within} onChange={(within) => onChange({ ...part, within })} />
    </>
  );
}

function PropertyBody({ part, onChange }: PartProps<PropertyPart>) {
  const speech = useSpeech();
  const { t } = speech;
  const filter: PropertyFilter = { ...part, of: "person" };
  const [choosing, setChoosing] = useState(false);
  return (
    <Popover
      label={t("filter.edit")}
      onClose={() => setChoosing(false)}
      trigger={(props) => (
        <Chip {...props}>
          <span>{conditionName(filter, speech)}</span>
        </Chip>
      )}
    >
      {(close) => {
        const take = (next: PropertyFilter) => {
          close();
          onChange(asPart(next));
        };
        if (choosing) return <ChosenProperty onDone={take} />;
        return <PropertyCondition filter={filter} types={[]} onBack={() => setChoosing(true)} onDone={(next) => take(next as PropertyFilter)} />;
      }}
    </Popover>
  );
}

/** In a cohort every property is the person's: it is not said again. */
function asPart({ property, op, value }: PropertyFilter): PropertyPart {
  return { property, op, ...(value === undefined ? {} : { value }) };
}

/** First which property of a person, then what it must be. */
function ChosenProperty({ onDone }: { onDone: (filter: PropertyFilter) => void }) {
  const [chosen, setChosen] = useState<{ filter: PropertyFilter; types: string[] } | null>(null);
  if (chosen) return <PropertyCondition filter={chosen.filter} types={chosen.types} onBack={() => setChosen(null)} onDone={(filter) => onDone(filter as PropertyFilter)} />;
  return <PropertyList personOnly onPick={(property, of, types) => setChosen({ filter: { property, of, op: types[0] === "number" ? "gte" : "is" }, types })} />;
}

function CohortBody({ part, onChange }: PartProps<{ cohort: string; in?: boolean }>) {
  const { t } = useSpeech();
  return (
    <>
      <InlineSelect
        label={t("pick.operator")}
        choices={[
          { value: "in", label: t("cohort.in") },
          { value: "out", label: t("cohort.notIn") },
        ]}
        value={part.in === false ? "out" : "in"}
        onPick={(picked) => onChange(picked === "in" ? { cohort: part.cohort } : { cohort: part.cohort, in: false })}
      />
      <Popover
        label={t("pick.cohortName")}
        trigger={(props) => (
          <Chip {...props}>
            <span>{part.cohort}</span>
            <ChevronDown aria-hidden />
          </Chip>
        )}
      >
        {(close) => (
          <CohortOptions
            selected={[part.cohort]}
            onPick={(cohort) => {
              close();
              onChange({ ...part, cohort });
            }}
          />
        )}
      </Popover>
    </>
  );
}

/** Ids that were pasted, or read from a file: the first column of a CSV will do. */
function IdsBody({ part, onChange }: PartProps<{ people: string[] }>) {
  const { t } = useSpeech();
  const [text, setText] = useState(part.people.join("\n"));
  const take = (next: string) => {
    setText(next);
    onChange({ people: idsIn(next) });
  };
  return (
    <div className={styles.ids}>
      <label>
        {t("cohort.ids")}
        <textarea rows={5} value={text} placeholder={"user-1\nuser-2"} onChange={(event) => setText(event.target.value)} onBlur={() => take(text)} />
      </label>
      <div className={editors.line}>
        <span className={editors.quiet}>{t("cohort.idsOf", { n: idsIn(text).length })}</span>
        <FileButton
          label={t("cohort.idsFile")}
          accept=".csv,.txt,text/plain,text/csv"
          onFile={(file) => void file.text().then((content) => take(content.split(/\r?\n/).map((line) => line.split(/[,;\t]/)[0] ?? "").join("\n")))}
        />
      </div>
    </div>
  );
}

type Adding = "did" | "sequence" | "property" | "cohort" | null;

function AddPart({ onAdd }: { onAdd: (part: Definition) => void }) {
  const { t } = useSpeech();
  const [adding, setAdding] = useState<Adding>(null);
  return (
    <Popover
      label={t("cohort.addPart")}
      onClose={() => setAdding(null)}
      trigger={(props) => (
        <Chip {...props} look="add">
          <Plus aria-hidden />
          <span>{t("cohort.addPart")}</span>
        </Chip>
      )}
    >
      {(close) => {
        const add = (part: Definition) => {
          close();
          setAdding(null);
          onAdd(part);
        };
        switch (adding) {
          case "did":
            return <EventList onPick={(names) => add({ did: names, within: { last: 30, unit: "day" } })} />;
          case "sequence":
            return <EventList onPick={(names) => add({ sequence: [names] })} />;
          case "property":
            return <ChosenProperty onDone={(filter) => add(asPart(filter))} />;
          case "cohort":
            return <CohortOptions selected={[]} onPick={(cohort) => add({ cohort })} />;
          default:
            return (
              <OptionList
                searchable={false}
                placeholder={t("cohort.addPart")}
                empty=""
                options={[
                  { value: "did", label: t("cohort.add.did"), icon: <Footprints aria-hidden /> },
                  { value: "sequence", label: t("cohort.add.sequence"), icon: <ListOrdered aria-hidden /> },
                  { value: "property", label: t("cohort.add.property"), icon: <UserRound aria-hidden /> },
                  { value: "cohort", label: t("cohort.add.cohort"), icon: <UsersRound aria-hidden /> },
                  { value: "people", label: t("cohort.add.people"), icon: <Rows3 aria-hidden /> },
                  { value: "group", label: t("pick.group"), icon: <Brackets aria-hidden /> },
                ]}
                onPick={(picked) => {
                  if (picked === "people") return add({ people: [] });
                  if (picked === "group") return add({ any: [] });
                  setAdding(picked as Adding);
                }}
              />
            );
        }
      }}
    </Popover>
  );
}
