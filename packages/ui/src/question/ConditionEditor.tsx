// One condition of a filter: a property and what it must be, or an event that the person did. Opened from a chip or from "+ Filter".
import { ArrowLeft, Brackets, Building2, CalendarClock, Footprints, FunctionSquare, Hash, Timer, ToggleLeft, Type, UserRound, UsersRound, List } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { InlineSelect, Segmented } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { EventList } from "./EventPicker.tsx";
import { useCohorts, useCustomProperties, useGroupTypes, useLookups, usePropertiesOf, useValues } from "./names.ts";
import { OPERATORS, type CohortFilter, type DidFilter, type Filter, type Lookup, type Operator, type PropertyFilter, type Selector, type TimeFilter, type TimePart, type Window, type WindowUnit } from "./question.ts";
import { operatorName, propertyName, selectorName, valueName, weekdayName } from "./words.ts";
import styles from "./editors.module.css";

interface ConditionEditorProps {
  initial?: Filter;
  /** The event whose properties are offered first, when the filter belongs to one. */
  event?: string;
  /** Edits the conditions of an event that somebody did; given by the filter that this condition stands in. */
  whereOf?: (select: Selector, onChange: (select: Selector) => void) => ReactNode;
  onDone: (filter: Filter) => void;
}

type Stage = { at: "choose" } | { at: "time"; filter: TimeFilter } | { at: "cohort"; filter: CohortFilter | null } | { at: "property"; filter: PropertyFilter; types: string[] } | { at: "did"; filter: DidFilter | null };

export function ConditionEditor({ initial, event, whereOf, onDone }: ConditionEditorProps) {
  const [stage, setStage] = useState<Stage>(() => {
    if (initial && "property" in initial) return { at: "property", filter: initial, types: [] };
    if (initial && "time" in initial) return { at: "time", filter: initial };
    if (initial && "did" in initial) return { at: "did", filter: initial };
    if (initial && "cohort" in initial) return { at: "cohort", filter: initial };
    return { at: "choose" };
  });
  switch (stage.at) {
    case "choose":
      return (
        <PropertyList
          event={event}
          more
          onPick={(name, of, types) => setStage({ at: "property", filter: { property: name, ...(of === "event" ? {} : { of }), op: startingOperator(types) }, types })}
          onDid={() => setStage({ at: "did", filter: null })}
          onCohort={() => setStage({ at: "cohort", filter: null })}
          onGroup={() => onDone({ any: [] })}
          onTime={(time) => setStage({ at: "time", filter: { time, op: "is" } })}
        />
      );
    case "property":
      return <PropertyCondition filter={stage.filter} types={stage.types} event={event} onBack={() => setStage({ at: "choose" })} onDone={onDone} />;
    case "time":
      return <TimeCondition filter={stage.filter} onBack={() => setStage({ at: "choose" })} onDone={onDone} />;
    case "cohort":
      return <CohortCondition filter={stage.filter} onBack={() => setStage({ at: "choose" })} onDone={onDone} />;
    case "did":
      return <DidCondition filter={stage.filter} whereOf={whereOf} onBack={() => setStage({ at: "choose" })} onDone={onDone} />;
  }
}

const TYPE_ICONS: Record<string, ReactNode> = {
  number: <Hash aria-hidden />,
  boolean: <ToggleLeft aria-hidden />,
  time: <CalendarClock aria-hidden />,
  list: <List aria-hidden />,
};

interface PropertyListProps {
  event?: string;
  /** `of` is `event`, `person` or `group:<type>`. */
  onPick: (name: string, of: string, types: string[]) => void;
  /** Offers what is not a property: an event done, a group. */
  more?: boolean;
  onDid?: () => void;
  onCohort?: () => void;
  /** Offers cohorts as segments. */
  onCohorts?: () => void;
  onGroup?: () => void;
  /** Offers parts of the time at which something happened. */
  onTime?: (part: TimePart) => void;
  times?: readonly TimePart[];
  numbersOnly?: boolean;
  eventOnly?: boolean;
  personOnly?: boolean;
}

const SESSION_PROPERTIES: { name: string; types: string[] }[] = [
  { name: "$duration_s", types: ["number"] },
  { name: "$event_count", types: ["number"] },
  { name: "$first_event", types: ["string"] },
  { name: "$last_event", types: ["string"] },
];
const FILTER_TIMES: readonly TimePart[] = ["hour_of_day", "day_of_week"];

export function PropertyList({ event, onPick, more, onDid, onCohort, onCohorts, onGroup, onTime, times = FILTER_TIMES, numbersOnly, eventOnly, personOnly }: PropertyListProps) {
  const speech = useSpeech();
  const { t } = speech;
  const { types: groupTypes } = useGroupTypes();
  const found = usePropertiesOf(eventOnly ? ["event"] : personOnly ? ["person"] : ["event", "person", ...groupTypes.map((type) => `group:${type}`)], event);
  const { properties: saved } = useCustomProperties();
  const fits = (property: { types: string[] }) => !numbersOnly || property.types.includes("number");
  const owners = new Set(found.lists.map(({ of }) => of));
  const computed = saved.filter((one) => owners.has(one.of)).map((one) => ({ key: `saved ${one.of} ${one.name}`, of: one.of, property: { name: one.name, types: [] as string[], description: one.formula } }));
  const ofSessions = eventOnly || personOnly ? [] : SESSION_PROPERTIES.filter(fits).map((property) => ({ key: `session ${property.name}`, of: "session", property }));
  const listed = found.lists.flatMap(({ of, properties }) => properties.filter(fits).map((property) => ({ key: `${of} ${property.name}`, of, property })));
  const offered: { key: string; of: string; property: { name: string; types: string[] } }[] = [...computed, ...listed, ...ofSessions];
  const options = [
    ...(more
      ? [
          { value: "did", label: t("pick.did"), icon: <Footprints aria-hidden />, group: t("pick.behaviour") },
          { value: "cohort", label: t("pick.cohort"), icon: <UsersRound aria-hidden />, group: t("pick.behaviour") },
          { value: "group", label: t("pick.group"), icon: <Brackets aria-hidden />, group: t("pick.behaviour") },
        ]
      : []),
    ...(onCohorts ? [{ value: "cohorts", label: t("breakdown.cohorts"), icon: <UsersRound aria-hidden />, group: t("pick.behaviour") }] : []),
    ...computed.map(({ key, property }) => ({ value: key, label: property.name, words: property.description, hint: property.description, icon: <FunctionSquare aria-hidden />, group: t("pick.savedProperties") })),
    ...listed.map(({ key, of, property }) => ({
      value: key,
      label: propertyName(property.name, speech),
      words: property.name,
      hint: property.types.map((type) => t(`type.${typeKey(type)}`)).join(", "),
      icon: ownerIcon(of) ?? TYPE_ICONS[property.types[0] ?? ""] ?? <Type aria-hidden />,
      group: of === "event" ? t("pick.eventProperties") : of === "person" ? t("pick.personProperties") : t("pick.groupProperties", { type: of.slice("group:".length) }),
    })),
    ...ofSessions.map(({ key, property }) => ({ value: key, label: propertyName(property.name, speech), words: property.name, icon: <Timer aria-hidden />, group: t("pick.sessionProperties") })),
    ...(onTime ? times.map((part) => ({ value: `time ${part}`, label: t(`time.${part}`), icon: <CalendarClock aria-hidden />, group: t("pick.times") })) : []),
  ];
  return (
    <OptionList
      options={options}
      placeholder={t("pick.propertyOrFormula")}
      empty={t("pick.noProperty")}
      loading={found.loading}
      takeTyped={(text) => (text.startsWith("=") ? t("pick.computed", { formula: text.slice(1).trim() }) : t("pick.typed", { text }))}
      onPick={(picked) => {
        if (picked === "did") return onDid?.();
        if (picked === "cohort") return onCohort?.();
        if (picked === "cohorts") return onCohorts?.();
        if (picked === "group") return onGroup?.();
        if (picked.startsWith("time ")) return onTime?.(picked.slice("time ".length) as TimePart);
        const known = offered.find((one) => one.key === picked);
        onPick(known?.property.name ?? picked, known?.of ?? (personOnly ? "person" : "event"), known?.property.types ?? []);
      }}
    />
  );
}

function ownerIcon(of: string): ReactNode | null {
  if (of === "person") return <UserRound aria-hidden />;
  return of.startsWith("group:") ? <Building2 aria-hidden /> : null;
}

function typeKey(type: string): "string" | "number" | "boolean" | "time" | "list" | "object" {
  return type === "number" || type === "boolean" || type === "time" || type === "list" || type === "object" ? type : "string";
}

function startingOperator(types: string[]): Operator {
  if (types[0] === "number") return "gte";
  if (types[0] === "time") return "in_last";
  return "is";
}

const NUMBER_OPERATORS = new Set<Operator>(["gt", "gte", "lt", "lte"]);
const LIST_OPERATORS = new Set<Operator>(["is", "is_not", "any_of_list", "all_of_list"]);

export function PropertyCondition({ filter, types, event, onBack, onDone }: { filter: PropertyFilter; types: string[]; event?: string; onBack: () => void; onDone: (filter: Filter) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [op, setOp] = useState<Operator>(filter.op);
  const [value, setValue] = useState<unknown>(filter.value);
  const [at, setAt] = useState(filter.at);
  const [items, setItems] = useState(filter.items);
  const [lookup, setLookup] = useState(filter.lookup);
  const isList = types.includes("list") || filter.items !== undefined;
  const usual = types[0] === "number" ? ["gte", "gt", "lte", "lt", "between", "is", "is_not", "set", "not_set"] : OPERATORS;
  const choices = (usual as Operator[]).map((one) => ({ value: one, label: operatorName(one, speech) }));
  const done = (next: unknown = value) => {
    const { property, of } = filter;
    const rest = { property, ...(of && of !== "event" ? { of } : {}), ...(at ? { at } : {}), ...(items === "all" ? { items } : {}), ...(lookup ? { lookup } : {}) };
    if (op === "set" || op === "not_set") return onDone({ ...rest, op });
    onDone({ ...rest, op, value: next });
  };
  return (
    <div className={styles.condition}>
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={onBack} />
        <strong>{propertyName(filter.property, speech)}</strong>
        <InlineSelect
          label={t("pick.operator")}
          choices={choices.some((choice) => choice.value === op) ? choices : [{ value: op, label: operatorName(op, speech) }, ...choices]}
          value={op}
          onPick={(next) => {
            setOp(next);
            if (LIST_OPERATORS.has(next) !== LIST_OPERATORS.has(op) || next === "between" || next === "in_last") setValue(undefined);
          }}
        />
      </div>
      <LookupRow lookup={lookup} onChange={setLookup} />
      {(filter.of === "person" || isList) && (
        <div className={styles.conditionBody}>
          {filter.of === "person" && (
            <InlineSelect
              label={t("condition.when")}
              choices={[
                { value: "now", label: t("condition.now") },
                { value: "event", label: t("condition.then") },
              ]}
              value={at ?? "now"}
              onPick={(picked) => setAt(picked === "event" ? "event" : undefined)}
            />
          )}
          {isList && (
            <InlineSelect
              label={t("condition.items")}
              choices={[
                { value: "any", label: t("condition.anyItem") },
                { value: "all", label: t("condition.allItems") },
              ]}
              value={items ?? "any"}
              onPick={setItems}
            />
          )}
        </div>
      )}
      {op === "set" || op === "not_set" ? (
        <div className={styles.conditionBody}>
          <Button look="primary" size="small" onClick={() => done()}>
            {t("action.apply")}
          </Button>
        </div>
      ) : LIST_OPERATORS.has(op) ? (
        <ValueList property={filter.property} of={lookup || filter.of === "session" ? "none" : (filter.of ?? "event")} event={event} value={value} onDone={done} />
      ) : op === "between" ? (
        <BetweenForm value={value} onDone={done} />
      ) : op === "in_last" ? (
        <InLastForm value={value} onDone={done} />
      ) : op === "before" || op === "after" ? (
        <TypedForm type="date" value={typeof value === "string" ? value.slice(0, 10) : ""} onDone={(text) => done(`${text}T00:00:00Z`)} />
      ) : NUMBER_OPERATORS.has(op) ? (
        <TypedForm type="number" value={typeof value === "number" ? String(value) : ""} onDone={(text) => done(Number(text))} />
      ) : (
        <TypedForm type="text" value={typeof value === "string" ? value : ""} onDone={(text) => done(text)} />
      )}
    </div>
  );
}

/** The value itself, or what a column of a lookup table has for it. Shown where there are tables. */
export function LookupRow({ lookup, onChange }: { lookup: Lookup | undefined; onChange: (lookup: Lookup | undefined) => void }) {
  const { t } = useSpeech();
  const { tables } = useLookups();
  if (tables.length === 0 && !lookup) return null;
  const choices = tables.flatMap((table) => table.columns.slice(1).map((column) => ({ value: JSON.stringify({ table: table.name, column }), label: t("lookup.columnOf", { table: table.name, column }) })));
  return (
    <div className={styles.conditionBody}>
      <InlineSelect
        label={t("lookup.read")}
        choices={[{ value: "", label: t("lookup.itself") }, ...choices]}
        value={lookup ? JSON.stringify({ table: lookup.table, column: lookup.column }) : ""}
        onPick={(picked) => onChange(picked === "" ? undefined : (JSON.parse(picked) as Lookup))}
      />
    </div>
  );
}

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** Between two hours of the day, or on some days of the week. */
function TimeCondition({ filter, onBack, onDone }: { filter: TimeFilter; onBack: () => void; onDone: (filter: Filter) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [days, setDays] = useState<number[]>(filter.time === "day_of_week" ? [filter.value ?? []].flat().map(Number) : []);
  return (
    <div className={styles.condition}>
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={onBack} />
        <strong>{t(`time.${filter.time}`)}</strong>
      </div>
      {filter.time === "day_of_week" ? (
        <>
          <OptionList
            searchable={false}
            placeholder={t("time.day_of_week")}
            empty=""
            options={WEEKDAYS.map((day) => ({ value: String(day), label: weekdayName(day, speech) }))}
            selected={days.map(String)}
            onPick={(picked) => setDays(days.includes(Number(picked)) ? days.filter((day) => day !== Number(picked)) : [...days, Number(picked)].toSorted((a, b) => a - b))}
          />
          <div className={styles.listFoot}>
            <span className={styles.quiet}>{t("pick.chosen", { n: days.length })}</span>
            <Button size="small" look="primary" disabled={days.length === 0} onClick={() => onDone({ time: filter.time, op: "is", value: days })}>
              {t("action.apply")}
            </Button>
          </div>
        </>
      ) : (
        <BetweenForm value={filter.value} onDone={(value) => onDone({ time: filter.time, op: "between", value })} />
      )}
    </div>
  );
}

/** In one of the saved cohorts, or in none of it. */
function CohortCondition({ filter, onBack, onDone }: { filter: CohortFilter | null; onBack: () => void; onDone: (filter: Filter) => void }) {
  const { t } = useSpeech();
  const [inside, setInside] = useState(filter?.in !== false);
  return (
    <div className={styles.condition}>
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={onBack} />
        <Segmented
          label={t("pick.operator")}
          choices={[
            { value: "in", label: t("cohort.in") },
            { value: "out", label: t("cohort.notIn") },
          ]}
          value={inside ? "in" : "out"}
          onPick={(picked) => setInside(picked === "in")}
        />
      </div>
      <CohortOptions selected={filter ? [filter.cohort] : []} onPick={(cohort) => onDone(inside ? { cohort } : { cohort, in: false })} />
    </div>
  );
}

/** The saved cohorts by name. */
export function CohortOptions({ selected, onPick }: { selected: string[]; onPick: (name: string) => void }) {
  const { t, format } = useSpeech();
  const { cohorts, loading } = useCohorts();
  return (
    <OptionList
      placeholder={t("pick.cohortName")}
      empty={t("pick.noCohort")}
      loading={loading}
      selected={selected}
      options={cohorts.map((cohort) => ({ value: cohort.name, label: cohort.name, hint: cohort.listed == null ? undefined : format.compact(cohort.listed) }))}
      onPick={onPick}
    />
  );
}

function ValueList({ property, of, event, value, onDone }: { property: string; of: string; event?: string; value: unknown; onDone: (value: unknown) => void }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<unknown[]>(value === undefined ? [] : [value].flat());
  const { values, loading } = useValues(property, of, event, useSettled(search, 200));
  const asKey = (item: unknown) => JSON.stringify(item);
  const listed = [...chosen.filter((item) => !values.some((known) => asKey(known.value) === asKey(item))).map((item) => ({ value: item, count: undefined })), ...values];
  return (
    <>
      <OptionList
        options={listed.map((item) => ({ value: asKey(item.value), label: valueName(item.value, speech), hint: item.count === undefined ? undefined : format.compact(item.count) }))}
        selected={chosen.map(asKey)}
        placeholder={t("pick.value")}
        empty={t("pick.noValue")}
        loading={loading}
        onSearch={setSearch}
        takeTyped={(text) => t("pick.typed", { text })}
        onPick={(picked) => {
          const known = listed.find((item) => asKey(item.value) === picked);
          const item: unknown = known ? known.value : picked;
          setChosen((before) => (before.some((one) => asKey(one) === asKey(item)) ? before.filter((one) => asKey(one) !== asKey(item)) : [...before, item]));
        }}
      />
      <div className={styles.listFoot}>
        <span className={styles.quiet}>{t("pick.chosen", { n: chosen.length })}</span>
        <Button size="small" look="primary" disabled={chosen.length === 0} onClick={() => onDone(chosen.length === 1 ? chosen[0] : chosen)}>
          {t("action.apply")}
        </Button>
      </div>
    </>
  );
}

function TypedForm({ type, value, onDone }: { type: "text" | "number" | "date"; value: string; onDone: (text: string) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState(value);
  return (
    <form
      className={styles.conditionBody}
      onSubmit={(event) => {
        event.preventDefault();
        if (text !== "") onDone(text);
      }}
    >
      <input className={styles.input} type={type} step="any" value={text} aria-label={t("pick.value")} autoFocus onChange={(event) => setText(event.target.value)} />
      <Button look="primary" size="small" type="submit" disabled={text === ""}>
        {t("action.apply")}
      </Button>
    </form>
  );
}

function BetweenForm({ value, onDone }: { value: unknown; onDone: (value: [number, number]) => void }) {
  const { t } = useSpeech();
  const [low, setLow] = useState(Array.isArray(value) ? String(value[0]) : "");
  const [high, setHigh] = useState(Array.isArray(value) ? String(value[1]) : "");
  const filled = low !== "" && high !== "" && Number(low) <= Number(high);
  return (
    <form
      className={styles.conditionBody}
      onSubmit={(event) => {
        event.preventDefault();
        if (filled) onDone([Number(low), Number(high)]);
      }}
    >
      <input className={styles.input} type="number" step="any" value={low} aria-label={t("pick.low")} autoFocus onChange={(event) => setLow(event.target.value)} />
      <span>{t("word.and")}</span>
      <input className={styles.input} type="number" step="any" value={high} aria-label={t("pick.high")} onChange={(event) => setHigh(event.target.value)} />
      <Button look="primary" size="small" type="submit" disabled={!filled}>
        {t("action.apply")}
      </Button>
    </form>
  );
}

const LAST_UNITS: WindowUnit[] = ["hour", "day", "week", "month"];

function InLastForm({ value, onDone }: { value: unknown; onDone: (value: Window) => void }) {
  const { t } = useSpeech();
  const initial = typeof value === "object" && value !== null ? (value as Window) : { n: 30, unit: "day" as const };
  const [n, setN] = useState(String(initial.n));
  const [unit, setUnit] = useState<WindowUnit>(initial.unit);
  return (
    <form
      className={styles.conditionBody}
      onSubmit={(event) => {
        event.preventDefault();
        if (Number(n) > 0) onDone({ n: Number(n), unit });
      }}
    >
      <input className={styles.input} type="number" min={1} value={n} aria-label={t("pick.number")} autoFocus onChange={(event) => setN(event.target.value)} />
      <InlineSelect label={t("pick.unit")} choices={LAST_UNITS.map((one) => ({ value: one, label: t(`unit.${one}`, { n: Number(n) || 1 }) }))} value={unit} onPick={setUnit} />
      <Button look="primary" size="small" type="submit">
        {t("action.apply")}
      </Button>
    </form>
  );
}

type DidOp = "gte" | "lte" | "eq" | "never";

function DidCondition({ filter, whereOf, onBack, onDone }: Pick<ConditionEditorProps, "whereOf"> & { filter: DidFilter | null; onBack: () => void; onDone: (filter: Filter) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [select, setSelect] = useState(filter?.did ?? null);
  const [op, setOp] = useState<DidOp>(filter?.count ? (filter.count.op === "eq" && filter.count.value === 0 ? "never" : (filter.count.op as DidOp)) : "gte");
  const [n, setN] = useState(String(filter?.count?.value || 1));
  const [days, setDays] = useState(filter?.within && "last" in filter.within ? String(filter.within.last) : "");
  if (!select) return <EventList onPick={setSelect} />;
  const done = () =>
    onDone({
      did: select,
      count: op === "never" ? { op: "eq", value: 0 } : { op, value: Number(n) || 1 },
      ...(Number(days) > 0 ? { within: { last: Number(days), unit: "day" as const } } : {}),
    });
  return (
    <form
      className={styles.condition}
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={filter ? onBack : () => setSelect(null)} />
        <strong>{selectorName(select, speech)}</strong>
      </div>
      {whereOf && <div className={styles.where}>{whereOf(select, setSelect)}</div>}
      <div className={styles.conditionBody}>
        <InlineSelect
          label={t("pick.operator")}
          choices={(["gte", "eq", "lte", "never"] as const).map((one) => ({ value: one, label: t(`did.${one}`) }))}
          value={op}
          onPick={setOp}
        />
        {op !== "never" && (
          <>
            <input className={styles.input} type="number" min={1} value={n} aria-label={t("pick.number")} onChange={(event) => setN(event.target.value)} />
            <span>{t("did.times", { n: Number(n) || 1 })}</span>
          </>
        )}
      </div>
      <div className={styles.conditionBody}>
        <span>{t("did.inLast")}</span>
        <input className={styles.input} type="number" min={1} value={days} placeholder={t("did.anyTime")} aria-label={t("did.inLast")} onChange={(event) => setDays(event.target.value)} />
        <span>{t("unit.day", { n: Number(days) || 2 })}</span>
      </div>
      <div className={styles.conditionBody}>
        <Button look="primary" size="small" type="submit">
          {t("action.apply")}
        </Button>
      </div>
    </form>
  );
}
