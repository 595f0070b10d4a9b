// Several events, each with its condition, under one name of the project's own: every report may then ask for that name.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
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
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Chip } from "@/ui/Chip.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";

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
  const [editing, setEditing] = useState<CustomEvent | "new" | null>(null);
  const [removing, setRemoving] = useState<CustomEvent | null>(null);
  const mayChange = project.role !== "viewer";
  const partName = (part: Selector) => (part.where ? t("customEvent.where", { event: selectorName(part, speech), condition: conditionName(part.where, speech) }) : selectorName(part, speech));
  return (
    <Card
      title={t("settings.customEvents")}
      flush
      aside={
        mayChange && (
          <Button size="small" look="primary" icon={<Plus aria-hidden />} onClick={() => setEditing("new")}>
            {t("customEvent.create")}
          </Button>
        )
      }
    >
      {loading && <SkeletonRows rows={3} />}
      {error != null && <Failure {...tellError(error, speech)} />}
      {!loading && error == null && events.length === 0 && <Empty title={t("customEvent.none")} text={t("customEvent.noneText")} />}
      {events.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("keys.name")}</th>
                <th scope="col" className={table.wide}>
                  {t("customEvent.madeOf")}
                </th>
                <th aria-label={t("action.moreActions")} />
              </tr>
            </thead>
            <tbody>
              {events.map((event) => (
                <tr key={event.id}>
                  <th scope="row">{event.name}</th>
                  <td className={table.wide}>{partsOf(event.made_of).map(partName).join(` ${t("word.or")} `)}</td>
                  <td className={table.number}>
                    {mayChange && (
                      <>
                        <IconButton label={t("customEvent.edit", { name: event.name })} icon={<Pencil />} onClick={() => setEditing(event)} />
                        <IconButton label={t("action.removeNamed", { name: event.name })} icon={<Trash2 />} onClick={() => setRemoving(event)} />
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing && <EditCustomEvent event={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {removing && <RemoveCustomEvent event={removing} onClose={() => setRemoving(null)} />}
    </Card>
  );
}

/** Pickers and reports know events by name: both are asked anew. */
function useRefresh() {
  const project = useProject();
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["customEvents", project.id] });
    await client.invalidateQueries({ queryKey: ["ask", project.id] });
  };
}

function EditCustomEvent({ event, onClose }: { event: CustomEvent | null; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefresh();
  const toast = useToast();
  const [name, setName] = useState(event?.name ?? "");
  const [parts, setParts] = useState<Selector[]>(event ? partsOf(event.made_of) : []);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: event?.description ?? "", made_of: { any_of: parts } };
      return event ? api.changeCustomEvent(project.id, event.id, body) : api.createCustomEvent(project.id, body);
    },
    onSuccess: async () => {
      await refresh();
      toast(t("toast.saved"));
      onClose();
    },
  });
  const ready = name.trim() !== "" && parts.length > 0;
  return (
    <Dialog
      wide
      title={event ? t("customEvent.edit", { name: event.name }) : t("customEvent.create")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" busy={save.isPending} disabled={!ready} onClick={() => save.mutate()}>
            {t("action.save")}
          </Button>
        </>
      }
    >
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
      {save.error && <Failure {...tellError(save.error, speech)} />}
    </Dialog>
  );
}

function RemoveCustomEvent({ event, onClose }: { event: CustomEvent; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefresh();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => api.removeCustomEvent(project.id, event.id),
    onSuccess: async () => {
      await refresh();
      toast(t("toast.removed"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("customEvent.removeTitle", { name: event.name })}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t("action.remove")}
          </Button>
        </>
      }
    >
      <p>{t("customEvent.removeText")}</p>
      {remove.error && <Failure {...tellError(remove.error, speech)} />}
    </Dialog>
  );
}
