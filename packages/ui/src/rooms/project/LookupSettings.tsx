// Tables that events are looked up in: a file of rows by key, whose columns every picker then offers beside a property.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { LookupTable } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useLookups } from "@/question/names.ts";
import editors from "@/question/editors.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";

export function LookupSettings() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { tables, loading, error } = useLookups();
  const [editing, setEditing] = useState<LookupTable | "new" | null>(null);
  const [removing, setRemoving] = useState<LookupTable | null>(null);
  const mayChange = project.role !== "viewer";
  return (
    <Card
      title={t("settings.lookups")}
      flush
      aside={
        mayChange && (
          <Button size="small" look="primary" icon={<Plus aria-hidden />} onClick={() => setEditing("new")}>
            {t("lookup.create")}
          </Button>
        )
      }
    >
      {loading && <SkeletonRows rows={3} />}
      {error != null && <Failure {...tellError(error, speech)} />}
      {!loading && error == null && tables.length === 0 && <Empty title={t("lookup.none")} text={t("lookup.noneText")} />}
      {tables.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("keys.name")}</th>
                <th scope="col" className={table.wide}>
                  {t("lookup.columns")}
                </th>
                <th scope="col" className={table.number}>
                  {t("lookup.rows")}
                </th>
                <th aria-label={t("action.moreActions")} />
              </tr>
            </thead>
            <tbody>
              {tables.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.name}</th>
                  <td className={table.wide}>{speech.format.list(one.columns)}</td>
                  <td className={table.number}>{speech.format.number(one.rows)}</td>
                  <td className={table.number}>
                    {mayChange && (
                      <>
                        <IconButton label={t("lookup.edit", { name: one.name })} icon={<Pencil />} onClick={() => setEditing(one)} />
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
      {editing && <Edit one={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      {removing && <Remove one={removing} onClose={() => setRemoving(null)} />}
    </Card>
  );
}

/** Pickers and reports are asked anew. */
function useRefresh() {
  const project = useProject();
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: ["lookups", project.id] });
    await client.invalidateQueries({ queryKey: ["ask", project.id] });
  };
}

function Remove({ one, onClose }: { one: LookupTable; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefresh();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => api.removeLookup(project.id, one.id),
    onSuccess: async () => {
      await refresh();
      toast(t("toast.removed"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("lookup.removeTitle", { name: one.name })}
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
      <p>{t("lookup.removeText")}</p>
      {remove.error && <Failure {...tellError(remove.error, speech)} />}
    </Dialog>
  );
}

const SHOWN_LINES = 4;

function Edit({ one, onClose }: { one: LookupTable | null; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefresh();
  const toast = useToast();
  const [name, setName] = useState(one?.name ?? "");
  const [csv, setCsv] = useState("");
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: one?.description ?? "", csv };
      return one ? api.replaceLookup(project.id, one.id, body) : api.createLookup(project.id, body);
    },
    onSuccess: async () => {
      await refresh();
      toast(t("toast.saved"));
      onClose();
    },
  });
  const take = async (file: File | undefined) => {
    if (!file) return;
    setCsv(await file.text());
    setName((before) => (before === "" ? file.name.replace(/[.][^.]*$/, "") : before));
  };
  return (
    <Dialog
      wide
      title={one ? t("lookup.edit", { name: one.name }) : t("lookup.create")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" busy={save.isPending} disabled={name.trim() === "" || csv === ""} onClick={() => save.mutate()}>
            {t("action.save")}
          </Button>
        </>
      }
    >
      <p className={editors.quiet}>{t("lookup.fileText")}</p>
      <label className={editors.edges}>
        {t("lookup.file")}
        <input type="file" accept=".csv,.tsv,.txt,text/csv" onChange={(changed) => void take(changed.target.files?.[0])} />
      </label>
      <TextField label={t("keys.name")} value={name} maxLength={200} placeholder={t("lookup.namePlaceholder")} onChange={(changed) => setName(changed.target.value)} />
      {csv !== "" && <pre className={editors.quiet}>{csv.split("\n").slice(0, SHOWN_LINES).join("\n")}</pre>}
      {save.error && <Failure {...tellError(save.error, speech)} />}
    </Dialog>
  );
}
