// "by country, by amount in ranges": what splits an answer into segments, and how many of them keep a line of their own.
import { ArrowLeft, Plus } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Check, InlineSelect, Segmented } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { CohortOptions, LookupRow, PropertyList } from "./ConditionEditor.tsx";
import { useCohorts, useLookups, useValues } from "./names.ts";
import type { Breakdown, Lookup, Operator } from "./question.ts";
import { edgesProblem, numbersIn, suggestedEdges } from "./ranges.ts";
import { breakdownName, propertyName } from "./words.ts";
import styles from "./editors.module.css";

/** Beyond this many segments the rest is shown as one: a picture of more cannot be read. */
export const SHOWN_SEGMENTS = 12;
const TOPS = [3, 5, 7, 11, 25, 50, 100];

interface BreakdownEditorProps {
  breakdown: Breakdown[] | undefined;
  onChange: (breakdown: Breakdown[] | undefined) => void;
  event?: string;
  most?: number;
  top?: { value: number | undefined; onChange: (top: number | undefined) => void };
  /** What stands on the chip that adds one, where it is not a breakdown. */
  addLabel?: string;
}

export function BreakdownEditor({ breakdown = [], onChange, event, most = 3, top, addLabel }: BreakdownEditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const change = (next: Breakdown[]) => onChange(next.length === 0 ? undefined : next);
  return (
    <>
      {breakdown.map((one, index) => {
        const name = breakdownName(one, speech);
        return (
          <Popover
            key={index}
            label={t("pick.property")}
            trigger={(props) => (
              <Chip {...props} onRemove={() => change(breakdown.filter((_, at) => at !== index))} removeLabel={t("action.removeNamed", { name })}>
                <span>{t("breakdown.by", { property: name })}</span>
              </Chip>
            )}
          >
            {(close) => (
              <BreakdownForm
                initial={one}
                event={event}
                onPick={(next) => {
                  close();
                  change(breakdown.map((kept, at) => (at === index ? next : kept)));
                }}
              />
            )}
          </Popover>
        );
      })}
      {breakdown.length < most && (
        <Popover
          label={t("breakdown.add")}
          trigger={(props) => (
            <Chip {...props} look="add">
              <Plus aria-hidden />
              <span>{addLabel ?? t("breakdown.add")}</span>
            </Chip>
          )}
        >
          {(close) => (
            <BreakdownForm
              event={event}
              onPick={(next) => {
                close();
                change([...breakdown, next]);
              }}
            />
          )}
        </Popover>
      )}
      {top && breakdown.length > 0 && (
        <InlineSelect
          label={t("breakdown.top")}
          choices={[...new Set([...TOPS, ...(top.value ? [top.value] : [])])].toSorted((a, b) => a - b).map((n) => ({ value: String(n), label: t("breakdown.topOf", { n }) }))}
          value={String(top.value ?? 11)}
          onPick={(n) => top.onChange(Number(n))}
        />
      )}
    </>
  );
}

const SPLIT_TIMES = ["hour_of_day", "day_of_week", "day", "week", "month"] as const;

interface Choice {
  lookup?: Lookup;
  at?: "event";
  matching?: { op: Operator; value?: unknown };
  quantiles?: number;
  property: string;
  of: string;
  types: string[];
  edges: number[] | null;
  trim: boolean;
}

/** One breakdown: the property, and whether by each value or in ranges; or cohorts. */
export function BreakdownForm({ initial, event, onPick }: { initial?: Breakdown; event?: string; onPick: (breakdown: Breakdown) => void }) {
  const { t } = useSpeech();
  const { cohorts } = useCohorts();
  const { tables } = useLookups();
  const [choice, setChoice] = useState<Choice | null>(() => (initial ? choiceOf(initial) : null));
  const [chosen, setChosen] = useState<string[] | null>(() => (initial && "cohort" in initial ? [initial.cohort].flat() : null));
  if (chosen) {
    return (
      <>
        <CohortOptions selected={chosen} onPick={(name) => setChosen(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name])} />
        <div className={styles.listFoot}>
          <Button size="small" onClick={() => setChosen(null)}>
            {t("action.back")}
          </Button>
          <Button size="small" look="primary" disabled={chosen.length === 0} onClick={() => onPick({ cohort: chosen })}>
            {t("action.apply")}
          </Button>
        </div>
      </>
    );
  }
  if (choice) return <HowSplit choice={choice} event={event} onBack={() => setChoice(null)} onPick={onPick} />;
  return (
    <PropertyList
      event={event}
      onCohorts={cohorts.length > 0 ? () => setChosen([]) : undefined}
      times={SPLIT_TIMES}
      onTime={(time) => onPick({ time })}
      onPick={(property, of, types) => {
        const next: Choice = { property, of, types, edges: null, trim: property === "$current_url" };
        // Numbers, lists, people and what can be looked up leave a choice to make.
        if (types.includes("number") || types.includes("list") || of === "person" || (tables.length > 0 && of !== "session")) setChoice(next);
        else onPick(made(next));
      }}
    />
  );
}

function choiceOf(breakdown: Breakdown): Choice | null {
  if ("bucket" in breakdown) {
    const { property, of = "event", edges, quantiles, lookup } = breakdown.bucket;
    return { property, of, types: ["number"], edges: edges ?? null, quantiles, lookup, trim: false };
  }
  if ("property" in breakdown) {
    const { property, of = "event", trim, lookup, at, matching } = breakdown;
    return { property, of, types: matching ? ["list"] : [], edges: null, trim: trim === "url", lookup, at, matching };
  }
  return null;
}

function HowSplit({ choice, event, onBack, onPick }: { choice: Choice; event?: string; onBack: () => void; onPick: (breakdown: Breakdown) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const { values } = useValues(choice.property, choice.of, event, "");
  const [how, setHow] = useState<"values" | "ranges" | "quantiles">(choice.quantiles ? "quantiles" : choice.edges === null ? "values" : "ranges");
  const inRanges = how === "ranges";
  const [quantiles, setQuantiles] = useState(choice.quantiles ?? 4);
  const [lookup, setLookup] = useState(choice.lookup);
  const [at, setAt] = useState(choice.at);
  const [only, setOnly] = useState(typeof choice.matching?.value === "string" ? choice.matching.value : "");
  const [text, setText] = useState<string | null>(choice.edges?.join(", ") ?? null);
  const [trim, setTrim] = useState(choice.trim);
  const suggested = suggestedEdges(values);
  const numeric = how !== "values" || choice.types.includes("number") || suggested !== null;
  const written = text ?? suggested?.join(", ") ?? "";
  const edges = numbersIn(written);
  const problem = edges === null ? t("numbers.notNumbers") : edgesProblem(edges, { tooFew: t("numbers.tooFew"), notRising: t("numbers.notRising") });
  const looksLikeUrls = choice.trim || values.some((one) => typeof one.value === "string" && /^https?:/.test(one.value));
  return (
    <form
      className={styles.condition}
      onSubmit={(submitted) => {
        submitted.preventDefault();
        if (inRanges && (problem !== null || edges === null)) return;
        const matching = only.trim() === "" ? undefined : { op: choice.matching?.op ?? ("is" as const), value: only.trim() };
        onPick(made({ ...choice, trim, lookup, at, matching: how === "values" ? matching : undefined, edges: inRanges ? edges : null, quantiles: how === "quantiles" ? quantiles : undefined }));
      }}
    >
      <div className={styles.conditionHead}>
        <IconButton label={t("action.back")} icon={<ArrowLeft />} onClick={onBack} />
        <strong>{propertyName(choice.property, speech)}</strong>
      </div>
      {numeric && (
        <div className={styles.conditionBody}>
          <Segmented
            label={t("breakdown.how")}
            choices={[
              { value: "values", label: t("breakdown.eachValue") },
              { value: "ranges", label: t("breakdown.ranges") },
              ...(choice.of === "session" ? [] : [{ value: "quantiles" as const, label: t("breakdown.quantiles") }]),
            ]}
            value={how}
            onPick={setHow}
          />
        </div>
      )}
      <LookupRow lookup={lookup} onChange={setLookup} />
      {choice.of === "person" && (
        <div className={styles.conditionBody}>
          <InlineSelect
            label={t("condition.when")}
            choices={[
              { value: "now", label: t("condition.now") },
              { value: "event", label: t("condition.then") },
            ]}
            value={at ?? "now"}
            onPick={(picked) => setAt(picked === "event" ? "event" : undefined)}
          />
        </div>
      )}
      {how === "quantiles" && (
        <div className={styles.conditionBody}>
          <InlineSelect label={t("breakdown.quantiles")} choices={[3, 4, 5, 10].map((n) => ({ value: String(n), label: t("breakdown.quantilesOf", { n }) }))} value={String(quantiles)} onPick={(picked) => setQuantiles(Number(picked))} />
        </div>
      )}
      {how === "values" && choice.types.includes("list") && (
        <label className={styles.edges}>
          {t("breakdown.matching")}
          <input className={styles.input} value={only} placeholder={t("breakdown.matchingAll")} onChange={(changed) => setOnly(changed.target.value)} />
        </label>
      )}
      {inRanges && (
        <label className={styles.edges}>
          {t("breakdown.edges")}
          <input className={styles.input} value={written} inputMode="decimal" autoFocus aria-invalid={problem !== null || undefined} onChange={(changed) => setText(changed.target.value)} />
          <span className={problem === null ? styles.quiet : styles.problem}>{problem ?? t("breakdown.edgesHint", { n: (edges?.length ?? 0) + 1 })}</span>
        </label>
      )}
      {looksLikeUrls && !inRanges && (
        <div className={styles.conditionBody}>
          <Check label={t("breakdown.trim")} checked={trim} onChange={setTrim} />
        </div>
      )}
      <div className={styles.listFoot}>
        <span />
        <Button look="primary" size="small" type="submit" disabled={inRanges && problem !== null}>
          {t("action.apply")}
        </Button>
      </div>
    </form>
  );
}

function made({ property, of, edges, trim, lookup, at, matching, quantiles }: Choice): Breakdown {
  const owner = { ...(of === "event" ? {} : { of }), ...(lookup ? { lookup } : {}), ...(at ? { at } : {}) };
  if (quantiles) return { bucket: { property, ...owner, quantiles } };
  if (edges) return { bucket: { property, ...owner, edges } };
  return { property, ...owner, ...(trim ? { trim: "url" as const } : {}), ...(matching ? { matching } : {}) };
}
