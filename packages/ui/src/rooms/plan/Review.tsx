// The last look before a plan is in force: what changes, what is wrong, and a note for who reads it later.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { DraftedPlan } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { LongField } from "@/ui/Field.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Failure, Note } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { ChangeList } from "./ChangeList.tsx";
import { useRefreshPlan } from "./usePlan.ts";
import { problemWord } from "./words.ts";
import styles from "./plan.module.css";

const PROBLEMS_SHOWN = 12;

export function Review({ draft, onClose }: { draft: DraftedPlan; onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefreshPlan();
  const toast = useToast();
  const [note, setNote] = useState("");
  const publish = useMutation({
    mutationFn: () => api.publishPlan(project.id, { revision: draft.revision, note }),
    onSuccess: async (published) => {
      await refresh();
      toast(t("plan.published", { version: published.version }));
      onClose();
    },
  });
  const hasErrors = draft.problems.some((problem) => problem.severity === "error");
  const mayPublish = project.role === "admin";
  const shown = draft.problems.slice(0, PROBLEMS_SHOWN);
  return (
    <Dialog
      wide
      title={t("plan.reviewTitle")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button look="primary" busy={publish.isPending} disabled={hasErrors || !mayPublish} onClick={() => publish.mutate()}>
            {t("plan.publish")}
          </Button>
        </>
      }
    >
      <div className={styles.review}>
        {hasErrors && <Note tone="warn">{t("plan.mendFirst")}</Note>}
        {!mayPublish && <Note>{t("plan.adminsPublish")}</Note>}
        {shown.length > 0 && (
          <ul className={styles.problems}>
            {shown.map((problem) => (
              <li key={`${problem.field} ${problem.message}`} data-severity={problem.severity}>
                <b>{problem.severity === "error" ? t("plan.error") : t("plan.warning")}</b>
                <code>{problem.field}</code>
                <span>{problemWord(problem, speech)}</span>
              </li>
            ))}
            {draft.problems.length > shown.length && <li className={styles.muted}>{t("plan.moreProblems", { n: draft.problems.length - shown.length })}</li>}
          </ul>
        )}
        <h3>{t("plan.draftChanges", { n: draft.changes.length })}</h3>
        <ChangeList changes={draft.changes} />
        <LongField label={t("plan.note")} hint={t("plan.noteHint")} value={note} maxLength={2000} onChange={(event) => setNote(event.target.value)} />
        {publish.error && <Failure {...tellError(publish.error, speech)} />}
      </div>
    </Dialog>
  );
}
