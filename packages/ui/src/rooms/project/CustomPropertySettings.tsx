// Formulas under a name of the project's own: every picker then offers that name like any property.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { CustomProperty } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import editors from "@/question/editors.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { InlineSelect, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { useCustomProperties, useGroupTypes } from "@/question/names.ts";

function ownerName(of: string, t: ReturnType<typeof useSpeech>["t"]): string {
  if (of === "person") return t("pick.personProperties");
  return of.startsWith("group:") ? t("pick.groupProperties", { type: of.slice("group:".length) }) : t("pick.eventProperties");
}

export function CustomPropertySettings() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { properties, loading, error } = useCustomProperties();
  const [editing, setEditing] = useState<CustomProperty | "new" | null>(null);
  const [removing, setRemoving] = useState<CustomProperty | null>(null);
  const mayChange = project.role !== "viewer";
  return (
    <Card
      title={t("settings.customProperties")}
      flush
      aside={
        mayChange && (
          <Button size="small" look="primary" icon={<Plus aria-hidden />} onClick={() => setEditing("new")}>
            {t("customProperty.create")}
          </Button>
        )
      }
    >
      {loading && <SkeletonRows rows={3} />}
      {error != null && <Failure {...tellError(error, speech)} />}
      {!loading && error == null && properties.length === 0 && <Empty title={t("customProperty.none")} text={t("customProperty.noneText")} />}
      {properties.length > 0 && (
        <div className={table.wrap}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("keys.name")}</th>
                <th scope="col" className={table.wide}>
                  {t("customProperty.formula")}
                </th>
                <th aria-label={t("action.moreActions")} />
              </tr>
            </thead>
            <tbody>
              {properties.map((one) => (
                <tr key={one.id}>
                  <th scope="row">{one.name}</th>
                  <td className={table.wide}>
                    <code>{one.formula}</code> <span className={table.muted}>{ownerName(one.of, t)}</span>
                  </td>
                  <td className={table.number}>
                    {mayChange && (
                      <>
                        <IconButton label={t("customProperty.edit", { name: one.name })} icon={<Pencil />} onClick={() => setEditing(one)} />
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
    await client.invalidateQueries({ queryKey: ["customProperties", project.id] });
    await client.invalidateQueries({ queryKey: ["ask", project.id] });
  };
}

function Remove({ one, onClose }: { one: CustomProperty; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefresh();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => api.removeCustomProperty(project.id, one.id),
    onSuccess: async () => {
      await refresh();
      toast(t("toast.removed"));
      onClose();
    },
  });
  return (
    <Dialog
      title={t("customProperty.removeTitle", { name: one.name })}
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
      <p>{t("customProperty.removeText")}</p>
      {remove.error && <Failure {...tellError(remove.error, speech)} />}
    </Dialog>
  );
}

function Edit({ one, onClose }: { one: CustomProperty | null; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefresh();
  const toast = useToast();
  const { types } = useGroupTypes();
  const [name, setName] = useState(one?.name ?? "");
  const [of, setOf] = useState(one?.of ?? "event");
  const [formula, setFormula] = useState(one?.formula ?? "=");
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), description: one?.description ?? "", of, formula: formula.trim() };
      return one ? api.changeCustomProperty(project.id, one.id, body) : api.createCustomProperty(project.id, body);
    },
    onSuccess: async () => {
      await refresh();
      toast(t("toast.saved"));
      onClose();
    },
  });
  const ready = name.trim() !== "" && formula.trim().replace(/^=/, "") !== "";
  return (
    <Dialog
      wide
      title={one ? t("customProperty.edit", { name: one.name }) : t("customProperty.create")}
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
      <TextField label={t("keys.name")} value={name} autoFocus maxLength={200} placeholder={t("customProperty.namePlaceholder")} onChange={(changed) => setName(changed.target.value)} />
      <div className={editors.line}>
        <InlineSelect label={t("customProperty.of")} choices={["event", "person", ...types.map((type) => `group:${type}`)].map((value) => ({ value, label: ownerName(value, t) }))} value={of} onPick={setOf} />
      </div>
      <TextField label={t("customProperty.formula")} value={formula} maxLength={20_000} hint={t("customProperty.formulaHint")} onChange={(changed) => setFormula(changed.target.value)} />
      {save.error && <Failure {...tellError(save.error, speech)} />}
    </Dialog>
  );
}
