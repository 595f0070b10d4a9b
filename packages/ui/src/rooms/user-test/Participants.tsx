// Who took part, one by one: how each task ended, with the way to the recording at that moment, what they said, and what those who watched noted.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Download, MessageSquareText, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Participant, TaskRun, UserTest, UserTestResults } from "@/api/userTest.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { textOf } from "@/rooms/survey/definition.ts";
import surveys from "@/rooms/survey/survey.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { LongField, SelectField, TextField } from "@/ui/Field.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card } from "@/ui/Page.tsx";
import { SidePanel } from "@/ui/Panel.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { OutcomesExample } from "./OutcomesExample.tsx";
import { useResults } from "./Results.tsx";
import type { UserTestSearch } from "./search.ts";
import { OUTCOME, STATE } from "./words.ts";
import styles from "./userTest.module.css";

const LOOK = { success: styles.direct, failed: styles.failed, gave_up: styles.gaveUp, timed_out: styles.timedOut };

export function Participants({ test }: { test: UserTest }) {
  const speech = useSpeech();
  const { t, format, language } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/user-tests/$test" }) as UserTestSearch;
  const query = useResults(test);
  const notes = useQuery({ queryKey: ["userTestNotes", project.id, test.id], queryFn: () => api.userTestNotes(project.id, test.id) });
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!query.data) return <Failure {...tellError(query.error, speech)} />;
  const { participants, definition } = query.data;
  if (participants.length === 0) return <Empty title={t("userTest.noneYet")} text={test.status === "running" ? t("userTest.noneRunning") : t("userTest.answersWhat")} picture={<OutcomesExample />} />;
  const open = participants.find((one) => one.id === search.participant);
  const pick = (participant: string | undefined): void => void navigate({ to: "/p/$project/user-tests/$test", params: { project: String(project.id), test: test.id }, search: { tab: "participants", participant }, replace: true });
  return (
    <>
      <div className={surveys.controls}>
        <span className={surveys.muted}>{t("userTest.nParticipants", { n: participants.length, shown: format.number(participants.length) })}</span>
        <a className={surveys.file} href={api.userTestFile(project.id, test.id, "csv")} download>
          <Download aria-hidden />
          {t("survey.csv")}
        </a>
      </div>
      <Card flush>
        <div className={table.wrap} tabIndex={0} role="region" aria-label={t("userTest.tab.participants")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col" className={table.pinned}>
                  {t("userTest.began")}
                </th>
                <th scope="col">{t("survey.state")}</th>
                {(definition.tasks ?? []).map((task, i) => (
                  <th key={task.id} scope="col" title={textOf(task.title, language, definition)}>
                    <span className={surveys.columnHead}>
                      {i + 1}. {textOf(task.title, language, definition)}
                    </span>
                  </th>
                ))}
                <NumberHead>{t("userTest.susScore")}</NumberHead>
                <th scope="col">{t("survey.person")}</th>
                <th scope="col">{t("userTest.notes")}</th>
              </tr>
            </thead>
            <tbody>
              {participants.map((one) => {
                const own = notes.data?.notes.filter((note) => note.participant === one.id).length ?? 0;
                return (
                  <tr key={one.id}>
                    <th scope="row" className={table.pinned}>
                      {format.moment(one.began_at, project.timezone)}
                    </th>
                    <td>{t(STATE[one.state])}</td>
                    {(definition.tasks ?? []).map((task) => (
                      <td key={task.id}>
                        <RunCell run={one.tasks[task.id]} />
                      </td>
                    ))}
                    <td className={table.number}>{one.sus === null || one.sus === undefined ? "" : format.number(one.sus)}</td>
                    <td>
                      {one.person && (
                        <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: one.person }}>
                          {one.person.startsWith("$device:") ? t("survey.visitor") : one.person}
                        </Link>
                      )}
                    </td>
                    <td>
                      <Button size="small" look="quiet" icon={<MessageSquareText aria-hidden />} onClick={() => pick(one.id)}>
                        {t("userTest.nNotes", { n: own })}
                      </Button>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </Card>
      {open && <ParticipantPanel key={open.id} test={test} participant={open} all={query.data} onClose={() => pick(undefined)} />}
    </>
  );
}

/** How a task ended, and the recording from where it began. */
function RunCell({ run }: { run: TaskRun | undefined }) {
  const { t, format } = useSpeech();
  const project = useProject();
  if (!run) return <span className={table.muted}>–</span>;
  const label = run.outcome === null ? t("userTest.outcome.unfinished") : run.outcome === "success" && run.direct !== null ? t(run.direct ? "userTest.outcome.direct" : "userTest.outcome.indirect") : t(OUTCOME[run.outcome]);
  return (
    <span className={styles.run}>
      <i className={run.outcome === null ? undefined : run.outcome === "success" && run.direct === false ? styles.indirect : LOOK[run.outcome]} aria-hidden />
      <span>{label}</span>
      {run.outcome !== null && <small>{format.duration(run.elapsed_ms / 1000)}</small>}
      {run.session && (
        <Link to="/p/$project/recordings/$session" params={{ project: String(project.id), session: run.session }} search={{ instant: run.began_at }} aria-label={t("userTest.watchTask")} title={t("userTest.watchTask")}>
          <Play aria-hidden />
        </Link>
      )}
    </span>
  );
}

function ParticipantPanel({ test, participant, all, onClose }: { test: UserTest; participant: Participant; all: UserTestResults; onClose: () => void }) {
  const { t, format, language } = useSpeech();
  const project = useProject();
  const { definition } = all;
  const nameOf = (task: string | null): string => textOf(definition.tasks?.find((one) => one.id === task)?.title, language, definition);
  const label = (question: string): string => t(question === "reason" ? "userTest.said.reason" : question === "answer" ? "userTest.said.answer" : question === "check" ? "userTest.said.check" : "userTest.said.question");
  // Scores stand in the table.
  const said = participant.answers.filter((answer) => answer.text !== null && answer.text !== "");
  return (
    <SidePanel title={t("userTest.participantOf", { at: format.moment(participant.began_at, project.timezone) })} closeLabel={t("action.close")} onClose={onClose}>
      <div className={styles.stack}>
        <ul className={styles.runs}>
          {(definition.tasks ?? []).map((task, i) => (
            <li key={task.id}>
              <b>
                {i + 1}. {nameOf(task.id)}
              </b>
              <RunCell run={participant.tasks[task.id]} />
            </li>
          ))}
        </ul>
        {said.length > 0 && (
          <section>
            <h3>{t("userTest.said")}</h3>
            <ul className={surveys.words}>
              {said.map((answer) => (
                <li key={`${answer.task} ${answer.question}`}>
                  <q dir="auto">{answer.text}</q>
                  <small>{[nameOf(answer.task), label(answer.question)].filter((part) => part !== "").join(" · ")}</small>
                </li>
              ))}
            </ul>
          </section>
        )}
        <Notes test={test} participant={participant.id} definition={definition} nameOf={nameOf} />
      </div>
    </SidePanel>
  );
}

function Notes({ test, participant, definition, nameOf }: { test: UserTest; participant: string; definition: UserTestResults["definition"]; nameOf: (task: string | null) => string }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const key = ["userTestNotes", project.id, test.id];
  const query = useQuery({ queryKey: key, queryFn: () => api.userTestNotes(project.id, test.id) });
  const [text, setText] = useState("");
  const [tags, setTags] = useState("");
  const [task, setTask] = useState("");
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: key });
  const add = useMutation({
    mutationFn: () => api.addUserTestNote(project.id, test.id, { participant, task: task === "" ? null : task, text: text.trim(), tags: [...new Set(tags.split(",").map((tag) => tag.trim()).filter((tag) => tag !== ""))] }),
    onSuccess: async () => {
      setText("");
      setTags("");
      await renew();
    },
  });
  const remove = useMutation({ mutationFn: (note: string) => api.removeUserTestNote(project.id, test.id, note), onSuccess: renew });
  const own = query.data?.notes.filter((note) => note.participant === participant) ?? [];
  const readOnly = project.role === "viewer";
  return (
    <section className={styles.stack}>
      <h3>{t("userTest.notes")}</h3>
      {own.length === 0 && <p className={surveys.muted}>{t("userTest.noNotes")}</p>}
      <ul className={styles.notes}>
        {own.map((note) => (
          <li key={note.id}>
            <p dir="auto">{note.text}</p>
            <small>
              {[note.author, format.ago(note.created_at, Date.now()), nameOf(note.task ?? null)].filter((part) => part !== "").join(" · ")}
              {note.tags.map((tag) => (
                <span key={tag} className={styles.tag}>
                  {tag}
                </span>
              ))}
            </small>
            {!readOnly && <IconButton label={t("userTest.removeNote")} icon={<Trash2 />} onClick={() => remove.mutate(note.id)} />}
          </li>
        ))}
      </ul>
      {!readOnly && (
        <form
          className={styles.stack}
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") add.mutate();
          }}
        >
          <LongField label={t("userTest.note")} value={text} maxLength={4000} onChange={(event) => setText(event.target.value)} />
          <SelectField label={t("userTest.noteTask")} value={task} onPick={setTask} choices={[{ value: "", label: t("userTest.noteWhole") }, ...(definition.tasks ?? []).map((one) => ({ value: one.id, label: nameOf(one.id) }))]} />
          <TextField label={t("userTest.noteTags")} hint={t("userTest.noteTagsHint")} value={tags} maxLength={200} onChange={(event) => setTags(event.target.value)} />
          <div>
            <Button type="submit" busy={add.isPending} disabled={text.trim() === ""}>
              {t("userTest.addNote")}
            </Button>
          </div>
          {add.error && <Failure {...tellError(add.error, speech)} />}
        </form>
      )}
    </section>
  );
}
