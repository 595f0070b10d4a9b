// Recordings and transcripts of a talk.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { ParticipantWhole } from "@/api/interview.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { FileButton } from "@/ui/FileButton.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure } from "@/ui/State.tsx";
import styles from "./interview.module.css";

const KIND: Record<string, MessageKey> = { recording: "interview.file.recording", transcript: "interview.file.transcript", other: "interview.file.other" };

export function Files({ study, one }: { study: string; one: ParticipantWhole }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const [kind, setKind] = useState("recording");
  const readOnly = project.role === "viewer";
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ["participant", project.id, study, one.id] });
  const add = useMutation({ mutationFn: (file: File) => api.addInterviewFile(project.id, study, one.id, kind, file), onSuccess: renew });
  const remove = useMutation({ mutationFn: (file: string) => api.removeInterviewFile(project.id, study, one.id, file), onSuccess: renew });
  const error = add.error ?? remove.error;
  return (
    <Card title={t("interview.files")}>
      <div className={styles.fields}>
        {one.files.length === 0 && <p className={styles.quiet}>{t("interview.noFiles")}</p>}
        <ul className={styles.plain}>
          {one.files.map((file) => (
            <li key={file.id} className={styles.fileLine}>
              <a href={api.interviewFile(project.id, study, one.id, file.id)} download>
                <Download aria-hidden />
                {file.name}
              </a>
              <small className={styles.quiet}>{[t(KIND[file.kind] ?? "interview.file.other"), format.bytes(file.bytes), format.ago(file.created_at, Date.now())].join(" · ")}</small>
              {!readOnly && <IconButton label={t("action.removeNamed", { name: file.name })} icon={<Trash2 />} onClick={() => remove.mutate(file.id)} />}
            </li>
          ))}
        </ul>
        {error && <Failure {...tellError(error, speech)} />}
        {!readOnly && (
          <div className={styles.do}>
            <InlineSelect label={t("interview.fileKind")} value={kind} onPick={setKind} choices={Object.entries(KIND).map(([value, label]) => ({ value, label: t(label) }))} />
            <FileButton label={t("interview.upload")} busy={add.isPending} onFile={(file) => add.mutate(file)} />
          </div>
        )}
      </div>
    </Card>
  );
}
