// Tables that events are looked up in: a file of rows by key, whose columns every picker then offers beside a property.
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { LookupTable } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useLookups } from "@/question/names.ts";
import editors from "@/question/editors.module.css";
import { useProject } from "@/shell/session.tsx";
import { TextField } from "@/ui/Field.tsx";
import { FileButton } from "@/ui/FileButton.tsx";
import { Definitions, EditDialog } from "./Definitions.tsx";

const SHOWN_LINES = 4;

export function LookupSettings() {
  const { t, format } = useSpeech();
  const project = useProject();
  const { tables, loading, error } = useLookups();
  return (
    <Definitions
      words="lookup"
      title={t("settings.lookups")}
      list={{ items: tables, loading, error }}
      columns={[
        { head: t("lookup.columns"), cell: (one) => format.list(one.columns) },
        { head: t("lookup.rows"), cell: (one) => format.number(one.rows), isNumber: true },
      ]}
      edit={(one, onClose) => <Edit one={one} onClose={onClose} />}
      remove={(one) => api.removeLookup(project.id, one.id)}
    />
  );
}

function Edit({ one, onClose }: { one: LookupTable | null; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const [name, setName] = useState(one?.name ?? "");
  const [csv, setCsv] = useState("");
  const [fileName, setFileName] = useState("");
  const save = () => {
    const body = { name: name.trim(), description: one?.description ?? "", csv };
    return one ? api.replaceLookup(project.id, one.id, body) : api.createLookup(project.id, body);
  };
  const take = async (file: File) => {
    setCsv(await file.text());
    setFileName(file.name);
    setName((before) => (before === "" ? file.name.replace(/[.][^.]*$/, "") : before));
  };
  return (
    <EditDialog words="lookup" name={one?.name} isReady={name.trim() !== "" && csv !== ""} save={save} onClose={onClose}>
      <p className={editors.quiet}>{t("lookup.fileText")}</p>
      <div className={editors.line}>
        <FileButton label={t("lookup.file")} accept=".csv,.tsv,.txt,text/csv" onFile={(file) => void take(file)} />
        {fileName !== "" && <span className={editors.quiet}>{fileName}</span>}
      </div>
      <TextField label={t("keys.name")} value={name} maxLength={200} placeholder={t("lookup.namePlaceholder")} onChange={(changed) => setName(changed.target.value)} />
      {csv !== "" && <pre className={editors.quiet}>{csv.split("\n").slice(0, SHOWN_LINES).join("\n")}</pre>}
    </EditDialog>
  );
}
