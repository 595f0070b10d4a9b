// The people behind a number, kept under a name: found anew each time, or frozen as they are now.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { UsersRound } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Cell } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Question } from "@/question/question.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, TextField } from "@/ui/Field.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";

export function SaveCohort({ question, cell, offered }: { question: Question; cell: Cell; offered: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const [frozen, setFrozen] = useState(false);
  const save = useMutation({
    mutationFn: () => api.createCohort(project.id, { name: name.trim(), description: "", definition: { of: question, at: cell }, ...(frozen ? { frozen } : {}) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["cohorts", project.id] });
      setNaming(false);
      toast(t("toast.saved"));
    },
  });
  if (project.role === "viewer") return null;
  return (
    <>
      <Button
        icon={<UsersRound aria-hidden />}
        onClick={() => {
          setName(offered);
          save.reset();
          setNaming(true);
        }}
      >
        {t("panel.saveCohort")}
      </Button>
      {naming && (
        <Dialog
          title={t("panel.saveCohort")}
          closeLabel={t("action.close")}
          onClose={() => setNaming(false)}
          footer={
            <>
              <Button onClick={() => setNaming(false)}>{t("action.cancel")}</Button>
              <Button look="primary" busy={save.isPending} disabled={name.trim() === ""} onClick={() => save.mutate()}>
                {t("action.save")}
              </Button>
            </>
          }
        >
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim() !== "") save.mutate();
            }}
          >
            <TextField label={t("cohort.column.name")} value={name} autoFocus maxLength={200} onChange={(event) => setName(event.target.value)} />
          </form>
          <Check label={t("cohort.freeze")} checked={frozen} onChange={setFrozen} />
          {save.error && <Failure {...tellError(save.error, speech)} />}
        </Dialog>
      )}
    </>
  );
}
