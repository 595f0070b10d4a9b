// What makes a session: silence (as the project says), a property's value, or one event that opens and one that closes it.
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { Button } from "@/ui/Button.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { PropertyList } from "./ConditionEditor.tsx";
import { EventList } from "./EventPicker.tsx";
import type { Common, Selector } from "./question.ts";
import { propertyName, selectorName } from "./words.ts";
import styles from "./editors.module.css";

type SessionBy = Common["session_by"];

export function SessionByPicker({ value, onChange }: { value: SessionBy; onChange: (by: SessionBy) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const name =
    value === undefined
      ? t("options.asProject")
      : "property" in value
        ? t("options.sessionsByProperty", { property: propertyName(value.property, speech) })
        : t("options.fromTo", { from: selectorName(value.start, speech), to: selectorName(value.end, speech) });
  return (
    <Popover
      label={t("options.sessionBy")}
      trigger={(props) => (
        <Chip {...props}>
          <span>{name}</span>
          <ChevronDown aria-hidden />
        </Chip>
      )}
    >
      {(close) => (
        <Choose
          onPick={(by) => {
            close();
            onChange(by);
          }}
        />
      )}
    </Popover>
  );
}

function Choose({ onPick }: { onPick: (by: SessionBy) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const [stage, setStage] = useState<"list" | "property" | "events">("list");
  const [start, setStart] = useState<Selector | null>(null);
  if (stage === "property") return <PropertyList eventOnly onPick={(property) => onPick({ property })} />;
  if (stage === "events") {
    return (
      <>
        <div className={styles.listFoot}>
          <span className={styles.quiet}>{start === null ? t("options.opensWith") : t("options.closesAfter", { event: selectorName(start, speech) })}</span>
          {start !== null && (
            <Button size="small" onClick={() => setStart(null)}>
              {t("action.back")}
            </Button>
          )}
        </div>
        <EventList key={String(start === null)} allowAny={false} onPick={(event) => (start === null ? setStart(event) : onPick({ start, end: event }))} />
      </>
    );
  }
  return (
    <OptionList
      searchable={false}
      placeholder={t("options.sessionBy")}
      empty=""
      options={[
        { value: "project", label: t("options.asProject") },
        { value: "property", label: t("options.byProperty") },
        { value: "events", label: t("options.byEvents") },
      ]}
      onPick={(picked) => (picked === "project" ? onPick(undefined) : setStage(picked as "property" | "events"))}
    />
  );
}
