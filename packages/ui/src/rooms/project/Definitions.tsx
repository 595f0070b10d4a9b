// What a project defines under names of its own (events, properties, tables): the list, and how one is made, changed and removed.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";

/** The beginning of the messages that speak of one kind. */
type Words = "customEvent" | "customProperty" | "lookup";

/** Under which the list of each kind is remembered. */
const QUERY_KEYS: Record<Words, string> = { customEvent: "customEvents", customProperty: "customProperties", lookup: "lookups" };

interface Named {
  id: string;
  name: string;
}

interface Column<T> {
  head: string;
  cell: (one: T) => ReactNode;
  isNumber?: boolean;
}

interface DefinitionsProps<T extends Named> {
  words: Words;
  title: string;
  list: { items: T[]; loading: boolean; error: unknown };
  columns: Column<T>[];
  edit: (one: T | null, onClose: () => void) => ReactNode;
  remove: (one: T) => Promise<unknown>;
}

export function Definitions<T extends Named>({ words, title, list: { items, loading, error }, columns, edit, remove }: DefinitionsProps<T>) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const [editing, setEditing] = useState<T | "new" | null>(null);
  const [removing, setRemoving] = useState<T | null>(null);
  const mayChange = project.role !== "viewer";
  return (
    <Card
      title={title}
      flush
      aside={
        mayChange && (
          <Button size="small" look="primary" icon={<Plus aria-hidden />} onClick={() => setEditing("new")}>
            {t(`${words}.create`)}
          </Button>
        )
      }
    >
      {loading && <SkeletonRows rows={3} />}
      {error != null && <Failure {...tellError(error, speech)} />}
      {!loading && error == null && items.length === 0 && <Empty title={t(`${words}.none`)} text={t(`${words}.noneText`)} />}
      {items.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("keys.name")}</th>
                {columns.map(({ head, isNumber }) => (
                  <th key={head} scope="col" className={isNumber ? table.number : table.wide}>
                    {head}
                  </th>
                ))}
                <th aria-label={t("action.moreActions")} />
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.name}</th>
                  {columns.map(({ head, cell, isNumber }) => (
                    <td key={head} className={isNumber ? table.number : table.wide}>
                      {cell(one)}
                    </td>
                  ))}
                  <td className={table.number}>
                    {mayChange && (
                      <>
                        <IconButton label={t(`${words}.edit`, { name: one.name })} icon={<Pencil />} onClick={() => setEditing(one)} />
                        <IconButton label={t("action.removeNamed", { name: one.name })} icon={<Trash2 />} onClick={() => setRemoving(one)} />
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {editing && edit(editing === "new" ? null : editing, () => setEditing(null))}
      {removing && <Remove words={words} name={removing.name} remove={() => remove(removing)} onClose={() => setRemoving(null)} />}
    </Card>
  );
}

/** A change after which pickers and reports, which know these things by name, are asked anew. */
function useChange(words: Words, done: MessageKey, change: () => Promise<unknown>, onClose: () => void) {
  const { t } = useSpeech();
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [QUERY_KEYS[words], project.id] });
      await client.invalidateQueries({ queryKey: ["ask", project.id] });
      toast(t(done));
      onClose();
    },
  });
}

interface EditDialogProps {
  words: Words;
  /** The name of what is changed; none when it is made. */
  name: string | undefined;
  isReady: boolean;
  save: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}

export function EditDialog({ words, name, isReady, save, onClose, children }: EditDialogProps) {
  const speech = useSpeech();
  const { t } = speech;
  const saving = useChange(words, "toast.saved", save, onClose);
  return (
    <Dialog
      wide
      title={name === undefined ? t(`${words}.create`) : t(`${words}.edit`, { name })}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" busy={saving.isPending} disabled={!isReady} onClick={() => saving.mutate()}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      {children}
      {saving.error && <Failure {...tellError(saving.error, speech)} />}
    </Dialog>
  );
}

function Remove({ words, name, remove, onClose }: { words: Words; name: string; remove: () => Promise<unknown>; onClose: () => void }) {
  const { t } = useSpeech();
  const removing = useChange(words, "toast.removed", remove, onClose);
  return (
    <RemoveDialog title={t(`${words}.removeTitle`, { name })} remove={removing} onClose={onClose}>
      {t(`${words}.removeText`)}
    </RemoveDialog>
  );
}
