// Formulas under a name of the project's own: every picker then offers that name like any property.
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { CustomProperty } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import editors from "@/question/editors.module.css";
import { useCustomProperties, useGroupTypes } from "@/question/names.ts";
import { useProject } from "@/shell/session.tsx";
import { InlineSelect, TextField } from "@/ui/Field.tsx";
import table from "@/ui/table.module.css";
import { Definitions, EditDialog } from "./Definitions.tsx";

function ownerName(of: string, t: ReturnType<typeof useSpeech>["t"]): string {
  if (of === "person") return t("pick.personProperties");
  return of.startsWith("group:") ? t("pick.groupProperties", { type: of.slice("group:".length) }) : t("pick.eventProperties");
}

export function CustomPropertySettings() {
  const { t } = useSpeech();
  const project = useProject();
  const { properties, loading, error } = useCustomProperties();
  const formula = (one: CustomProperty) => (
    <>
      <code>{one.formula}</code> <span className={table.muted}>{ownerName(one.of, t)}</span>
    </>
  );
  return (
    <Definitions
      words="customProperty"
      title={t("settings.customProperties")}
      list={{ items: properties, loading, error }}
      columns={[{ head: t("customProperty.formula"), cell: formula }]}
      edit={(one, onClose) => <Edit one={one} onClose={onClose} />}
      remove={(one) => api.removeCustomProperty(project.id, one.id)}
    />
  );
}

function Edit({ one, onClose }: { one: CustomProperty | null; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const { types } = useGroupTypes();
  const [name, setName] = useState(one?.name ?? "");
  const [of, setOf] = useState(one?.of ?? "event");
  const [formula, setFormula] = useState(one?.formula ?? "=");
  const save = () => {
    const body = { name: name.trim(), description: one?.description ?? "", of, formula: formula.trim() };
    return one ? api.changeCustomProperty(project.id, one.id, body) : api.createCustomProperty(project.id, body);
  };
  const isReady = name.trim() !== "" && formula.trim().replace(/^=/, "") !== "";
  return (
    <EditDialog words="customProperty" name={one?.name} isReady={isReady} save={save} onClose={onClose}>
      <TextField label={t("keys.name")} value={name} autoFocus maxLength={200} placeholder={t("customProperty.namePlaceholder")} onChange={(changed) => setName(changed.target.value)} />
      <div className={editors.line}>
        <InlineSelect label={t("customProperty.of")} choices={["event", "person", ...types.map((type) => `group:${type}`)].map((value) => ({ value, label: ownerName(value, t) }))} value={of} onPick={setOf} />
      </div>
      <TextField label={t("customProperty.formula")} value={formula} maxLength={20_000} hint={t("customProperty.formulaHint")} onChange={(changed) => setFormula(changed.target.value)} />
    </EditDialog>
  );
}
