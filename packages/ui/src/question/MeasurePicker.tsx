// What is measured of an event: how often, by how many people, or something of a property, over all events or per person.
import { ArrowLeft, ChevronDown } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { PropertyList } from "./ConditionEditor.tsx";
import { PROPERTY_MEASURES, type Measure, type PerPersonMeasure, type PerPersonThen, type PropertyMeasure } from "./question.ts";
import { actorWords, measureName, measureParts, propertyName } from "./words.ts";
import styles from "./editors.module.css";

type OfProperty = PropertyMeasure | "percentile";
const OF_PROPERTY: OfProperty[] = ["sum", "average", "median", "percentile", "min", "max", "distinct"];
const USUAL_DAYS = [1, 7, 30];
const PER_SESSION: Measure[] = [
  { per_session: "total", then: "average" },
  { per_session: "events", then: "average" },
  { per_session: "duration", then: "average" },
  { per_session: "duration", then: "median" },
  { per_session: "duration", then: "distribution" },
];

interface MeasurePickerProps {
  measure: Measure;
  event?: string;
  actor?: string;
  onChange: (measure: Measure) => void;
}

export function MeasurePicker({ measure, event, actor, onChange }: MeasurePickerProps) {
  const speech = useSpeech();
  return (
    <Popover
      label={speech.t("measure.choose")}
      trigger={(props) => (
        <Chip {...props}>
          <span>{measureName(measure, speech, actor)}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) => (
        <MeasureList
          measure={measure}
          event={event}
          actor={actor}
          onPick={(next) => {
            close();
            onChange(next);
          }}
        />
      )}
    </Popover>
  );
}

type Stage = { at: "list" } | { at: "property"; kind: OfProperty } | { at: "percentile"; property: string } | { at: "active" } | { at: "perPerson" };

function MeasureList({ measure, event, actor, onPick }: Omit<MeasurePickerProps, "onChange"> & { onPick: (measure: Measure) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [stage, setStage] = useState<Stage>({ at: "list" });
  const parts = measureParts(measure);
  const back = () => setStage({ at: "list" });
  switch (stage.at) {
    case "property":
      return (
        <PropertyList
          event={event}
          eventOnly
          numbersOnly={stage.kind !== "distinct"}
          onPick={(property) => (stage.kind === "percentile" ? setStage({ at: "percentile", property }) : onPick({ [stage.kind]: property } as Measure))}
        />
      );
    case "percentile":
      return (
        <NumberForm
          title={propertyName(stage.property, speech)}
          label={t("measure.pick.percentile")}
          start={parts.kind === "percentile" ? (parts.number ?? 90) : 90}
          min={0}
          max={100}
          onBack={back}
          onDone={(percentile) => onPick({ percentile, property: stage.property })}
        />
      );
    case "active":
      return <NumberForm title={t("measure.pick.active")} label={t("measure.activeDays")} start={parts.kind === "active" ? (parts.number ?? 14) : 14} min={1} max={366} onBack={back} onDone={(active) => onPick({ active: Math.round(active) })} />;
    case "perPerson":
      return <PerPersonForm measure={measure} event={event} actor={actor} onBack={back} onDone={onPick} />;
    case "list":
  }
  const who = actorWords(actor);
  const selected = parts.kind === "active" ? (USUAL_DAYS.includes(parts.number ?? 0) ? `active ${parts.number}` : "active") : parts.kind;
  return (
    <OptionList
      placeholder={t("measure.choose")}
      empty={t("pick.nothing")}
      selected={selected}
      options={[
        ...(["total", "unique", "sessions"] as const).map((value) => ({ value, label: measureName(value, speech, actor), group: t("measure.group.count") })),
        ...(["first", "last"] as const).map((unique) => ({ value: `unique ${unique}`, label: measureName({ unique }, speech, actor), group: t("measure.group.count") })),
        ...USUAL_DAYS.map((n) => ({ value: `active ${n}`, label: measureName({ active: n }, speech, actor), group: t("measure.group.active") })),
        { value: "active", label: t("measure.pick.active"), group: t("measure.group.active") },
        ...OF_PROPERTY.map((value) => ({ value, label: t(`measure.pick.${value}`), group: t("measure.group.property") })),
        { value: "per_person", label: t("measure.pick.perPerson", who), group: t("measure.group.perPerson", who) },
        ...PER_SESSION.map((per_session) => ({ value: `session ${JSON.stringify(per_session)}`, label: measureName(per_session, speech, actor), group: t("measure.group.perSession") })),
      ]}
      onPick={(picked) => {
        if (picked === "total" || picked === "unique" || picked === "sessions") return onPick(picked);
        if (picked === "unique first" || picked === "unique last") return onPick({ unique: picked === "unique first" ? "first" : "last" });
        if (picked.startsWith("session ")) return onPick(JSON.parse(picked.slice("session ".length)) as Measure);
        if (picked.startsWith("active ")) return onPick({ active: Number(picked.slice("active ".length)) });
        if (picked === "active") return setStage({ at: "active" });
        if (picked === "per_person") return setStage({ at: "perPerson" });
        setStage({ at: "property", kind: picked as OfProperty });
      }}
    />
  );
}

interface NumberFormProps {
  title: string;
  label: string;
  start: number;
  min: number;
  max: number;
  onBack: () => void;
  onDone: (number: number) => void;
}

function NumberForm({ title, label, start, min, max, onBack, onDone }: NumberFormProps) {
  const { t } = useSpeech();
  const [text, setText] = useState(String(start));
  const number = Number(text);
  const fits = text !== "" && number >= min && number <= max;
  return (
    <form
      className={styles.condition}
      onSubmit={(event) => {
        event.preventDefault();
        if (fits) onDone(number);
      }}
    >
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={onBack} />
        <strong>{title}</strong>
      </div>
      <div className={styles.conditionBody}>
        <span>{label}</span>
        <input className={styles.input} type="number" step="any" min={min} max={max} value={text} autoFocus aria-label={label} onChange={(event) => setText(event.target.value)} />
        <Button look="primary" size="small" type="submit" disabled={!fits}>
          {t("action.apply")}
        </Button>
      </div>
    </form>
  );
}

const THENS = ["average", "median", "min", "max", "sum", "p25", "p75", "p90", "p95", "p99", "distribution"] as const;
type Then = (typeof THENS)[number];

/** Two choices in a sentence: what is taken of each person's events, and how the numbers of all people become one. */
function PerPersonForm({ measure, event, actor, onBack, onDone }: Omit<MeasurePickerProps, "onChange"> & { onBack: () => void; onDone: (measure: Measure) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const begun = typeof measure === "object" && "per_person" in measure ? measure : null;
  const parts = begun ? measureParts(begun) : null;
  const [inner, setInner] = useState<PropertyMeasure | "total">((PROPERTY_MEASURES as readonly string[]).includes(parts?.of ?? "") ? (parts?.of as PropertyMeasure) : "total");
  const [property, setProperty] = useState(parts?.property ?? "");
  const [then, setThen] = useState<Then>(thenOf(begun?.then));
  const [choosing, setChoosing] = useState(false);
  if (choosing) {
    return (
      <PropertyList
        event={event}
        eventOnly
        numbersOnly={inner !== "distinct"}
        onPick={(name) => {
          setProperty(name);
          setChoosing(false);
        }}
      />
    );
  }
  const who = actorWords(actor);
  const ready = inner === "total" || property !== "";
  return (
    <form
      className={styles.condition}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (ready) onDone({ per_person: inner === "total" ? "total" : ({ [inner]: property } as PerPersonMeasure), then: /^p\d+$/.test(then) ? { percentile: Number(then.slice(1)) } : (then as PerPersonThen) });
      }}
    >
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={onBack} />
        <strong>{t("measure.pick.perPerson", who)}</strong>
      </div>
      <div className={styles.conditionBody}>
        <InlineSelect
          label={t("measure.inner", who)}
          choices={[{ value: "total", label: t("measure.inner.total") }, ...PROPERTY_MEASURES.map((value) => ({ value, label: t(`measure.pick.${value}`) }))]}
          value={inner}
          onPick={setInner}
        />
        {inner !== "total" && (
          <Chip onClick={() => setChoosing(true)}>
            <span>{property === "" ? t("pick.property") : propertyName(property, speech)}</span>
            <ChevronDown aria-hidden />
          </Chip>
        )}
      </div>
      <div className={styles.conditionBody}>
        <span>{t("measure.then", who)}</span>
        <InlineSelect label={t("measure.then", who)} choices={THENS.map((value) => ({ value, label: t(`measure.then.${value}`) }))} value={then} onPick={setThen} />
      </div>
      <div className={styles.listFoot}>
        <span />
        <Button look="primary" size="small" type="submit" disabled={!ready}>
          {t("action.apply")}
        </Button>
      </div>
    </form>
  );
}

function thenOf(then: PerPersonThen | undefined): Then {
  const wanted = typeof then === "object" ? ("percentile" in then ? `p${then.percentile}` : "distribution") : (then ?? "average");
  return THENS.find((one) => one === wanted) ?? "average";
}
