// What is measured of an event: how often, by how many people, or something of a property.
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { PropertyList } from "./ConditionEditor.tsx";
import type { Measure, PropertyMeasure } from "./question.ts";
import { measureName, measureParts } from "./words.ts";

type NeedsProperty = PropertyMeasure | "p90" | "p95" | "p99" | "per_person_sum";
const OF_PROPERTY: NeedsProperty[] = ["sum", "average", "median", "p90", "p95", "p99", "min", "max", "distinct", "per_person_sum"];

export function MeasurePicker({ measure, event, onChange }: { measure: Measure; event?: string; onChange: (measure: Measure) => void }) {
  const speech = useSpeech();
  return (
    <Popover
      label={speech.t("measure.choose")}
      trigger={(props) => (
        <Chip {...props}>
          <span>{measureName(measure, speech)}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) => (
        <MeasureList
          measure={measure}
          event={event}
          onPick={(next) => {
            close();
            onChange(next);
          }}
        />
      )}
    </Popover>
  );
}

function MeasureList({ measure, event, onPick }: { measure: Measure; event?: string; onPick: (measure: Measure) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [waiting, setWaiting] = useState<NeedsProperty | null>(null);
  if (waiting) return <PropertyList event={event} eventOnly numbersOnly={waiting !== "distinct"} onPick={(property) => onPick(withProperty(waiting, property))} />;
  const parts = measureParts(measure);
  const selected = parts.kind === "percentile" ? `p${parts.number}` : parts.kind === "active" ? `active ${parts.number}` : parts.kind === "per_person" ? (parts.property ? "per_person_sum" : "per_person_total") : parts.kind;
  return (
    <OptionList
      placeholder={t("measure.choose")}
      empty={t("pick.nothing")}
      selected={selected}
      options={[
        ...(["total", "unique", "sessions"] as const).map((value) => ({ value, label: t(`measure.${value}`), group: t("measure.group.count") })),
        ...[1, 7, 30].map((n) => ({ value: `active ${n}`, label: t("measure.active", { n }), group: t("measure.group.active") })),
        { value: "per_person_total", label: t("measure.perPersonTotal"), group: t("measure.group.perPerson") },
        ...OF_PROPERTY.map((value) => ({ value, label: t(`measure.pick.${value}`), group: t("measure.group.property") })),
      ]}
      onPick={(picked) => {
        if (picked === "total" || picked === "unique" || picked === "sessions") return onPick(picked);
        if (picked.startsWith("active ")) return onPick({ active: Number(picked.slice(7)) });
        if (picked === "per_person_total") return onPick({ per_person: "total", then: "average" });
        setWaiting(picked as NeedsProperty);
      }}
    />
  );
}

function withProperty(kind: NeedsProperty, property: string): Measure {
  if (kind === "p90" || kind === "p95" || kind === "p99") return { percentile: Number(kind.slice(1)), property };
  if (kind === "per_person_sum") return { per_person: { sum: property }, then: "average" };
  return { [kind]: property } as Measure;
}
