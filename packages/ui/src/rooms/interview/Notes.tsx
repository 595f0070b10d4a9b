// What is written down during and after a talk, by its place in it.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Highlighter, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { InterviewNote, ParticipantWhole } from "@/api/interview.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure } from "@/ui/State.tsx";
import { TextArea } from "./StudyEditor.tsx";
import { clockOf, msOf } from "./words.ts";
import styles from "./interview.module.css";

export function Notes({ study, one }: { study: string; one: ParticipantWhole }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const [tag, setTag] = useState<string | null>(null);
  const readOnly = project.role === "viewer";
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ["participant", project.id, study, one.id] });
  const change = useMutation({
    mutationFn: (note: InterviewNote) => api.changeInterviewNote(project.id, study, one.id, note.id, { text: note.text, tags: note.tags, at_ms: note.at_ms, to_ms: note.to_ms ?? null, is_highlight: !note.is_highlight }),
    onSuccess: renew,
  });
  const remove = useMutation({ mutationFn: (note: string) => api.removeInterviewNote(project.id, study, one.id, note), onSuccess: renew });
  const tags = [...new Set(one.notes.flatMap((note) => note.tags))].toSorted();
  const shown = tag === null ? one.notes : one.notes.filter((note) => note.tags.includes(tag));
  const error = change.error ?? remove.error;
  return (
    <Card title={t("interview.notes")}>
      <div className={styles.fields}>
        {!readOnly && <NewNote key={one.notes.length} study={study} one={one} onKept={renew} />}
        {error && <Failure {...tellError(error, speech)} />}
        {tags.length > 0 && (
          <div className={styles.do} role="group" aria-label={t("interview.tags")}>
            {tags.map((name) => (
              <button key={name} type="button" className={styles.tag} aria-pressed={name === tag} onClick={() => setTag(name === tag ? null : name)}>
                {name}
              </button>
            ))}
          </div>
        )}
        {one.notes.length === 0 && <p className={styles.quiet}>{t("interview.noNotes")}</p>}
        <ol className={styles.notes}>
          {shown.map((note) => (
            <li key={note.id} className={note.is_highlight ? styles.highlight : undefined}>
              <span className={styles.at}>
                {clockOf(note.at_ms)}
                {note.to_ms != null && `–${clockOf(note.to_ms)}`}
              </span>
              <div>
                <p className={styles.noteText} dir="auto">
                  {note.text}
                </p>
                <small className={styles.under}>{[...note.tags, note.author, format.ago(note.created_at, Date.now())].join(" · ")}</small>
              </div>
              {!readOnly && (
                <span className={styles.noteDo}>
                  <IconButton label={note.is_highlight ? t("interview.unhighlight") : t("interview.highlight")} aria-pressed={note.is_highlight} icon={<Highlighter />} onClick={() => change.mutate(note)} />
                  <IconButton label={t("interview.removeNote")} icon={<Trash2 />} onClick={() => remove.mutate(note.id)} />
                </span>
              )}
            </li>
          ))}
        </ol>
      </div>
    </Card>
  );
}

function NewNote({ study, one, onKept }: { study: string; one: ParticipantWhole; onKept: () => Promise<void> }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  // During the talk a note stands where it is taken.
  const since = one.starts_at ? Date.now() - new Date(one.starts_at).getTime() : -1;
  const [text, setText] = useState("");
  const [at, setAt] = useState(since > 0 && since < 3 * 3_600_000 ? clockOf(since) : "0:00");
  const [to, setTo] = useState("");
  const [tags, setTags] = useState("");
  const [isHighlight, setHighlight] = useState(false);
  const [from, until] = [msOf(at), to === "" ? null : msOf(to)];
  const wrongAt = from === null ? t("interview.wrongTime") : null;
  const wrongTo = to !== "" && (until === null || (from !== null && until < from)) ? t("interview.wrongTime") : null;
  const keep = useMutation({
    mutationFn: () => api.addInterviewNote(project.id, study, one.id, { text, tags: tags.split(",").map((tag) => tag.trim()).filter((tag) => tag !== ""), at_ms: from ?? 0, to_ms: until, is_highlight: isHighlight }),
    onSuccess: onKept,
  });
  return (
    <div className={styles.question}>
      <TextArea label={t("interview.note")} value={text} onChange={setText} rows={2} />
      <div className={styles.triple}>
        <TextField label={t("interview.noteAt")} problem={wrongAt} value={at} onChange={(event) => setAt(event.target.value)} />
        <TextField label={t("interview.noteTo")} problem={wrongTo} value={to} onChange={(event) => setTo(event.target.value)} />
        <TextField label={t("interview.noteTags")} value={tags} onChange={(event) => setTags(event.target.value)} />
      </div>
      <div className={styles.line}>
        <Check label={t("interview.highlight")} checked={isHighlight} onChange={setHighlight} />
        <Button look="primary" size="small" disabled={text.trim() === "" || wrongAt !== null || wrongTo !== null} busy={keep.isPending} onClick={() => keep.mutate()}>
          {t("interview.keepNote")}
        </Button>
      </div>
      {keep.error && <Failure {...tellError(keep.error, speech)} />}
    </div>
  );
}
