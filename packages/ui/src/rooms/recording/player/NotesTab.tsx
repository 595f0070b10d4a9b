// Notes of a recording: at a moment or over a stretch, with tags, in the order of the recording.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api, type NewRecordingNote } from "@/api/client.ts";
import type { RecordingNote } from "@/api/recording.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, TextField } from "@/ui/Field.tsx";
import { Failure } from "@/ui/State.tsx";
import type { Stage } from "../replay/stage.ts";
import { useStage } from "../replay/useStage.ts";
import { clockOf, readClock } from "../words.ts";
import styles from "./NotesTab.module.css";

interface NotesTabProps {
  stage: Stage;
  session: string;
  notes: RecordingNote[];
  go: (t: number) => void;
  /** Counts the requests to write one: each opens the form at the moment. */
  writing: number;
}

const OFFERED_TAGS = ["problem", "design", "idea", "question"] as const;

export function NotesTab({ stage, session, notes, go, writing }: NotesTabProps) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const [edited, setEdited] = useState<RecordingNote | null>(null);
  const [fresh, setFresh] = useState(0);
  const after = () => client.invalidateQueries({ queryKey: ["recordingNotes", project.id, session] });
  const create = useMutation({ mutationFn: (body: NewRecordingNote) => api.createRecordingNote(project.id, session, body), onSuccess: () => (setFresh((n) => n + 1), after()) });
  const change = useMutation({ mutationFn: ({ id, body }: { id: string; body: NewRecordingNote }) => api.changeRecordingNote(project.id, session, id, body), onSuccess: () => (setEdited(null), after()) });
  const remove = useMutation({ mutationFn: (id: string) => api.removeRecordingNote(project.id, session, id), onSuccess: after });
  const failure = create.error ?? change.error ?? remove.error;
  return (
    <div className={styles.notes}>
      {project.role !== "viewer" && !edited && <NoteForm key={`new ${fresh} ${writing}`} stage={stage} busy={create.isPending} autoFocus={writing > 0} onSave={(body) => create.mutate(body)} />}
      {failure && <Failure {...tellError(failure, speech)} />}
      <ol>
        {notes.map((note) =>
          edited?.id === note.id ? (
            <li key={note.id}>
              <NoteForm stage={stage} note={note} busy={change.isPending} autoFocus onSave={(body) => change.mutate({ id: note.id, body })} onCancel={() => setEdited(null)} />
            </li>
          ) : (
            <li key={note.id} className={styles.note}>
              <header>
                <button type="button" className={styles.at} onClick={() => go(note.from_ms)}>
                  {clockOf(note.from_ms)}
                  {note.to_ms !== null && ` – ${clockOf(note.to_ms)}`}
                </button>
                <span>
                  {note.author} · {format.ago(note.created_at, Date.now())}
                </span>
                {project.role !== "viewer" && (
                  <>
                    <IconButton label={t("note.change")} icon={<Pencil />} onClick={() => setEdited(note)} />
                    <IconButton label={t("note.remove")} icon={<Trash2 />} onClick={() => remove.mutate(note.id)} />
                  </>
                )}
              </header>
              <p>{note.text}</p>
              {note.tags.length > 0 && (
                <ul>
                  {note.tags.map((tag) => (
                    <li key={tag}>{tag}</li>
                  ))}
                </ul>
              )}
            </li>
          ),
        )}
      </ol>
      {notes.length === 0 && <p className={styles.none}>{t("player.none.notes")}</p>}
    </div>
  );
}

interface NoteFormProps {
  stage: Stage;
  note?: RecordingNote;
  busy: boolean;
  autoFocus?: boolean;
  onSave: (body: NewRecordingNote) => void;
  onCancel?: () => void;
}

function NoteForm({ stage, note, busy, autoFocus, onSave, onCancel }: NoteFormProps) {
  const { t } = useSpeech();
  const second = useStage(stage, (state) => Math.floor(state.t / 1000), 0);
  const [text, setText] = useState(note?.text ?? "");
  const [from, setFrom] = useState(note ? clockOf(note.from_ms) : null);
  const [isRange, setIsRange] = useState(note?.to_ms != null);
  const [to, setTo] = useState(note?.to_ms != null ? clockOf(note.to_ms) : "");
  const [tags, setTags] = useState<string[]>(note?.tags ?? []);
  const [tag, setTag] = useState("");
  // The moment runs along until one begins to write: then it is the note's.
  const shownFrom = from ?? clockOf(second * 1000);
  const from_ms = readClock(shownFrom);
  const to_ms = isRange ? readClock(to === "" ? clockOf(second * 1000) : to) : null;
  const fits = text.trim() !== "" && from_ms !== null && (!isRange || (to_ms !== null && to_ms > from_ms));
  useEffect(() => {
    if (autoFocus) stage.pause();
  }, [autoFocus, stage]);
  const addTag = (name: string) => {
    const trimmed = name.trim();
    if (trimmed !== "" && !tags.includes(trimmed)) setTags([...tags, trimmed]);
    setTag("");
  };
  const offered = OFFERED_TAGS.map((one) => t(`note.tag.${one}`));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (fits && from_ms !== null) onSave({ text: text.trim(), from_ms, to_ms, tags: tag.trim() === "" ? tags : [...tags, tag.trim()] });
      }}
    >
      <textarea
        rows={3}
        value={text}
        autoFocus={autoFocus}
        maxLength={4000}
        placeholder={t("note.placeholder", { at: shownFrom })}
        aria-label={t("note.text")}
        onChange={(event) => {
          if (from === null) {
            setFrom(clockOf(stage.state.t));
            stage.pause();
          }
          setText(event.target.value);
        }}
      />
      {(text !== "" || note) && (
        <>
          <div className={styles.when}>
            <TextField label={t("note.from")} value={shownFrom} onChange={(event) => setFrom(event.target.value)} problem={from_ms === null ? t("note.clockProblem") : null} />
            {isRange && <TextField label={t("note.to")} value={to} placeholder={clockOf(second * 1000)} onChange={(event) => setTo(event.target.value)} problem={to_ms === null || from_ms === null || to_ms > from_ms ? null : t("note.rangeProblem")} />}
            <Check label={t("note.range")} checked={isRange} onChange={setIsRange} />
          </div>
          <div className={styles.tags}>
            {[...new Set([...offered, ...tags])].map((one) => (
              <button key={one} type="button" aria-pressed={tags.includes(one)} onClick={() => setTags(tags.includes(one) ? tags.filter((other) => other !== one) : [...tags, one])}>
                {one}
              </button>
            ))}
            <input
              value={tag}
              maxLength={40}
              placeholder={t("note.ownTag")}
              aria-label={t("note.ownTag")}
              onChange={(event) => setTag(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== ",") return;
                event.preventDefault();
                addTag(tag);
              }}
            />
          </div>
          <div className={styles.actions}>
            {onCancel && (
              <Button size="small" onClick={onCancel}>
                {t("action.cancel")}
              </Button>
            )}
            <Button size="small" look="primary" type="submit" busy={busy} disabled={!fits}>
              {t("action.save")}
            </Button>
          </div>
        </>
      )}
    </form>
  );
}
