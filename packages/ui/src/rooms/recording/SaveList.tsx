// Keeps a list of recordings under a name: the filters, not the recordings, so that it is always of now.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Save, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Report } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import type { RecordingsQuestion } from "./question.ts";

export function SaveList({ question, report, changed }: { question: RecordingsQuestion; report: Report | undefined; changed: boolean }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState<string | null>(null);
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: ["reports", project.id] });
    await client.invalidateQueries({ queryKey: ["report", project.id] });
  };
  const body = (as: string) => ({ name: as, kind: "recordings", question, view: {} });
  const save = useMutation({
    mutationFn: ({ as, id }: { as: string; id?: string }) => (id === undefined ? api.createReport(project.id, body(as)) : api.changeReport(project.id, id, body(as))),
    onSuccess: async (saved) => {
      await refresh();
      setName(null);
      toast(t("toast.saved"));
      void navigate({ to: ".", search: { r: String(saved.id) } });
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.removeReport(project.id, id),
    onSuccess: async () => {
      await refresh();
      toast(t("toast.removed"));
      void navigate({ to: ".", search: {} });
    },
  });
  if (project.role === "viewer") return null;
  return (
    <>
      {report && changed && (
        <Button look="primary" icon={<Save aria-hidden />} busy={save.isPending} onClick={() => save.mutate({ as: report.name, id: report.id })}>
          {t("action.saveChanges")}
        </Button>
      )}
      {(!report || changed) && (
        <Button
          icon={<Save aria-hidden />}
          onClick={() => {
            save.reset();
            setName("");
          }}
        >
          {report ? t("action.saveAs") : t("recordings.saveList")}
        </Button>
      )}
      {report && !changed && <IconButton label={t("recordings.removeList")} icon={<Trash2 />} disabled={remove.isPending} onClick={() => remove.mutate(report.id)} />}
      {name !== null && (
        <Dialog
          title={t("recordings.saveList")}
          closeLabel={t("action.close")}
          onClose={() => setName(null)}
          footer={
            <>
              <Button onClick={() => setName(null)}>{t("action.cancel")}</Button>
              <Button look="primary" busy={save.isPending} disabled={name.trim() === ""} onClick={() => save.mutate({ as: name.trim() })}>
                {t("action.save")}
              </Button>
            </>
          }
        >
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() !== "") save.mutate({ as: name.trim() });
            }}
          >
            <TextField label={t("cohort.column.name")} value={name} autoFocus maxLength={200} onChange={(event) => setName(event.target.value)} />
          </form>
          {save.error && <Failure {...tellError(save.error, speech)} />}
        </Dialog>
      )}
    </>
  );
}
