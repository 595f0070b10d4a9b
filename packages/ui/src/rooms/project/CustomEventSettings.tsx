// Several events, each with its condition, under one name of the project's own: every report may then ask for that name.
import { Plus } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { CustomEvent } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { EventList } from "@/question/EventPicker.tsx";
import { useCustomEvents } from "@/question/names.ts";
import type { Selector } from "@/question/question.ts";
import { SelectorEditor } from "@/question/SelectorEditor.tsx";
import { conditionName, selectorName } from "@/question/words.ts";
import editors from "@/question/editors.module.css";
import { useProject } from "@/shell/session.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Definitions, EditDialog } from "./Definitions.tsx";

const MOST_EVENTS = 25;

/** The events that a custom event is made of; one alone needs no list. */
export function partsOf(madeOf: CustomEvent["made_of"]): Selector[] {
  const { any_of: several } = madeOf;
  if (!several) return [madeOf as Selector];
  return several.map((one) => (typeof one === "string" ? { event: one } : one));
}

export function CustomEventSettings() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { events, loading, error } = useCustomEvents();
  const partName = (part: Selector) => (part.where ? t("customEvent.where", { event: selectorName(part, speech), condition: conditionName(part.where, speech) }) : selectorName(part, speech));
  return (
    <Definitions
      words="customEvent"
      title={t("settings.customEvents")}
      list={{ items: events, loading, error }}
      columns={[{ head: t("customEvent.madeOf"), cell: (event) => partsOf(event.made_of).map(partName).join(` ${t("word.or")} `) }]}
      edit={(event, onClose) => <EditCustomEvent event={event} onClose={onClose} />}
      remove={(event) => api.removeCustomEvent(project.id, event.id)}
    />
  );
}

function EditCustomEvent({ event, onClose }: { event: CustomEvent | null; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const [name, setName] = useState(event?.name ?? "");
  const [parts, setParts] = useState<Selector[]>(event ? partsOf(event.made_of) : []);
  const save = () => {
    const body = { name: name.trim(), description: event?.description ?? "", made_of: { any_of: parts } };
    return event ? api.changeCustomEvent(project.id, event.id, body) : api.createCustomEvent(project.id, body);
  };
  return (
    <EditDialog words="customEvent" name={event?.name} isReady={name.trim() !== "" && parts.length > 0} save={save} onClose={onClose}>
      <TextField label={t("keys.name")} value={name} autoFocus maxLength={200} placeholder={t("customEvent.namePlaceholder")} onChange={(changed) => setName(changed.target.value)} />
      <div className={editors.lines}>
        <p className={editors.quiet}>{t("customEvent.anyOf")}</p>
        {parts.map((part, index) => (
          <div key={index} className={editors.line}>
            <SelectorEditor selector={part} onChange={(next) => setParts(parts.map((kept, at) => (at === index ? next : kept)))} onRemove={() => setParts(parts.filter((_, at) => at !== index))} />
          </div>
        ))}
        {parts.length < MOST_EVENTS && (
          <Popover
            label={t("trend.addSeries")}
            trigger={(props) => (
              <Chip {...props} look="add">
                <Plus aria-hidden />
                <span>{t("trend.addSeries")}</span>
              </Chip>
            )}
          >
            {(close) => (
              <EventList
                allowAny={false}
                onPick={(names) => {
                  close();
                  setParts([...parts, ...(names.any_of ?? [names.event ?? ""]).map((one) => ({ event: one }))]);
                }}
              />
            )}
          </Popover>
        )}
      </div>
    </EditDialog>
  );
}
