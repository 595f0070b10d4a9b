// The editor: what is asked at the left, as people meet it at the right. What stands in the way of publishing is listed as one writes.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleAlert, Download, Plus, Send, TriangleAlert, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { api } from "@/api/client.ts";
import type { Survey, SurveyProblem } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { InlineSelect, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { freshId, KINDS, withKind, withText, type Definition, type SurveyQuestion } from "./definition.ts";
import { LanguageLine } from "./LanguageLine.tsx";
import { LinkNote, linkTo, type TaskLink } from "./LinkNote.tsx";
import { LeadTo } from "./LeadTo.tsx";
import { Preview } from "./Preview.tsx";
import { QuestionCard } from "./QuestionCard.tsx";
import { ShowingEditor } from "./ShowingEditor.tsx";
import { KIND, problemText, questionOf } from "./words.ts";
import styles from "./survey.module.css";

/** The survey is saved, and the task does not know of it yet. */
class NotLinked extends Error {
  constructor(cause: unknown) {
    super("the survey could not be linked to its task", { cause });
  }
}

interface EditorProps {
  survey: Survey | null;
  startName: string;
  startDefinition: Definition;
  /** The task that a new survey asks about. */
  link?: TaskLink;
}

export function Editor({ survey, startName, startDefinition, link }: EditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState(startName);
  const [definition, setDefinition] = useState(startDefinition);
  const [language, setLanguage] = useState(definition.languages.includes(speech.language) ? speech.language : (definition.languages[0] ?? "en"));
  const [at, setAt] = useState<string | null>(null);
  const [isDirty, setDirty] = useState(survey === null);
  const [isLinking, setLinking] = useState(true);
  const readOnly = project.role === "viewer";
  const change = (next: Definition): void => {
    setDefinition(next);
    setDirty(true);
  };

  const settled = useSettled(definition, 350);
  const checked = useQuery({ queryKey: ["surveyCheck", project.id, settled], queryFn: ({ signal }) => api.checkSurvey(project.id, settled, signal), placeholderData: (before) => before, retry: false });
  const problems = checked.data?.problems ?? [];
  const errors = problems.filter((problem) => problem.level === "error");

  /** A new survey that is saved already, where what comes after it failed: it is not made twice. */
  const [made, setMade] = useState<{ survey: Survey; body: string } | null>(null);
  const save = useMutation({
    mutationFn: async ({ publish }: { publish: boolean }) => {
      const body = { name, definition };
      const before = survey ?? made?.survey;
      const written = JSON.stringify(body);
      const kept = made && made.body === written ? made.survey : before ? await api.changeSurvey(project.id, before.id, body) : await api.createSurvey(project.id, body);
      if (!survey) setMade({ survey: kept, body: written });
      if (!survey && link && isLinking) {
        await linkTo(project.id, link, kept.id).catch((error: unknown) => {
          throw new NotLinked(error);
        });
      }
      // Kept, whatever stands in the way of publishing.
      setDirty(false);
      if (!publish) return kept;
      const published = await api.publishSurvey(project.id, kept.id);
      if (!survey && link?.slot === "churn") {
        // Who left is asked on a page of its own, by mail.
        const { slug } = await api.surveyPage(project.id, kept.id);
        await api.changeSurveyPage(project.id, kept.id, { slug, is_open: true });
      }
      return published;
    },
    onError: () => void client.invalidateQueries({ queryKey: ["surveys", project.id] }),
    onSuccess: async (kept, { publish }) => {
      client.setQueryData(["survey", project.id, kept.id], kept);
      await client.invalidateQueries({ queryKey: ["surveys", project.id] });
      if (!survey && link && isLinking) await Promise.all([client.invalidateQueries({ queryKey: ["task", project.id, link.task] }), client.invalidateQueries({ queryKey: ["tasks", project.id] })]);
      toast(publish ? t("survey.published") : t("toast.saved"));
      if (!survey || publish) void navigate({ to: "/p/$project/surveys/$survey", params: { project: String(project.id), survey: kept.id }, search: { tab: !survey && link?.slot === "churn" && publish ? "share" : publish ? "results" : "edit" } });
    },
  });

  const isUnlinked = save.error instanceof NotLinked;

  const setQuestions = (questions: SurveyQuestion[]): void => change({ ...definition, questions });
  const add = (kind: SurveyQuestion["kind"]): void => {
    const id = freshId(definition, "q");
    const question = withKind({ id, kind: "long", text: {} } as SurveyQuestion, kind, definition);
    setQuestions([...definition.questions, question]);
    setAt(id);
  };

  return (
    <div className={styles.editor}>
      <div className={styles.form}>
        <Card>
          <TextField label={t("survey.name")} value={name} disabled={readOnly} onChange={(event) => { setName(event.target.value); setDirty(true); }} maxLength={200} />
          <LanguageLine definition={definition} language={language} onPick={setLanguage} onChange={change} />
        </Card>
        {definition.questions.map((question, i) => (
          <QuestionCard
            key={question.id}
            number={i + 1}
            question={question}
            definition={definition}
            language={language}
            isOpen={at === question.id}
            isFirst={i === 0}
            isLast={i === definition.questions.length - 1}
            problems={problems.filter((problem) => questionOf(problem.field) === i)}
            onOpen={() => setAt(at === question.id ? null : question.id)}
            onChange={(next) => setQuestions(definition.questions.map((one, j) => (j === i ? next : one)))}
            onMove={(by) => {
              const questions = definition.questions.filter((_, j) => j !== i);
              questions.splice(i + by, 0, question);
              setQuestions(questions);
            }}
            onCopy={() => {
              const id = freshId(definition, "q");
              setQuestions([...definition.questions.slice(0, i + 1), { ...question, id, next: undefined, then: undefined }, ...definition.questions.slice(i + 1)]);
              setAt(id);
            }}
            onRemove={() => setQuestions(definition.questions.filter((_, j) => j !== i))}
          />
        ))}
        <div className={styles.addLine}>
          <Plus aria-hidden />
          <InlineSelect label={t("survey.addQuestion")} value="" choices={[{ value: "", label: t("survey.addQuestion") }, ...KINDS.map((kind) => ({ value: kind as string, label: t(KIND[kind]) }))]} onPick={(kind) => kind !== "" && add(kind as SurveyQuestion["kind"])} />
        </div>
        <Ends definition={definition} language={language} onChange={change} />
        <ShowingEditor definition={definition} language={language} onChange={change} />
      </div>
      <div className={styles.beside}>
        <div className={styles.do}>
          <Button look="primary" icon={<Send aria-hidden />} disabled={readOnly || errors.length > 0 || checked.isError} busy={save.isPending && save.variables.publish} onClick={() => save.mutate({ publish: true })}>
            {survey && survey.version > 0 ? t("survey.publishChanges") : t("survey.publish")}
          </Button>
          <Button disabled={readOnly || !isDirty} busy={save.isPending && !save.variables.publish} onClick={() => save.mutate({ publish: false })}>
            {t(isUnlinked && isLinking ? "survey.linkAgain" : "action.save")}
          </Button>
          <Exchange name={name} definition={definition} onRead={(read) => { change(read); setAt(null); }} />
        </div>
        {!survey && link && <LinkNote link={link} isLinking={isLinking} onLink={setLinking} definition={definition} onChange={change} />}
        {save.error && <Failure {...(save.error instanceof NotLinked ? { ...tellError(save.error.cause, speech), what: t("survey.savedUnlinked"), why: tellError(save.error.cause, speech).what } : tellError(save.error, speech))} />}
        {checked.error && <Failure {...tellError(checked.error, speech)} />}
        {survey && survey.version > 0 && survey.changed && !isDirty && <Note>{t("survey.unpublished", { n: survey.version })}</Note>}
        <Problems problems={problems} definition={definition} onOpen={setAt} />
        <Preview definition={checked.data?.definition ?? definition} language={language} at={at !== null && (checked.data?.definition ?? definition).questions.some((one) => one.id === at) ? at : null} />
      </div>
    </div>
  );
}

function Ends({ definition, language, onChange }: { definition: Definition; language: string; onChange: (definition: Definition) => void }) {
  const { t } = useSpeech();
  const set = (i: number, part: object): void => onChange({ ...definition, ends: definition.ends.map((end, j) => (j === i ? { ...end, ...part } : end)) });
  return (
    <Card title={t("survey.ends")}>
      {definition.ends.map((end, i) => (
        <fieldset key={end.id} className={styles.part}>
          <legend>{definition.ends.length > 1 ? end.id : t("survey.end")}</legend>
          <TextField label={t("survey.endTitle")} value={end.title?.[language] ?? ""} onChange={(event) => set(i, { title: withText(end.title, language, event.target.value) })} />
          <TextField label={t("survey.endText")} value={end.text?.[language] ?? ""} onChange={(event) => set(i, { text: withText(end.text, language, event.target.value) })} />
          <LeadTo
            url={end.link?.url}
            onPick={(lead) => {
              const own = Object.entries(end.link?.label ?? {}).filter(([, words]) => words !== "");
              set(i, { link: lead && { url: lead.url, label: { ...Object.fromEntries(Object.entries(lead.label).filter(([one]) => definition.languages.includes(one))), ...Object.fromEntries(own) } } });
            }}
          />
          <div className={styles.two}>
            <TextField label={t("survey.linkUrl")} placeholder="https://" value={end.link?.url ?? ""} onChange={(event) => set(i, { link: event.target.value === "" ? undefined : { ...end.link, url: event.target.value } })} />
            {end.link && <TextField label={t("survey.linkLabel")} value={end.link.label?.[language] ?? ""} onChange={(event) => set(i, { link: { url: "", ...end.link, label: withText(end.link?.label, language, event.target.value) } })} />}
          </div>
          {definition.ends.length > 1 && (
            <Button look="quiet" size="small" onClick={() => onChange({ ...definition, ends: definition.ends.filter((_, j) => j !== i) })}>
              {t("action.remove")}
            </Button>
          )}
        </fieldset>
      ))}
      <div>
        <Button size="small" icon={<Plus aria-hidden />} onClick={() => onChange({ ...definition, ends: [...definition.ends, { id: freshId(definition, "end"), title: {} }] })}>
          {t("survey.addEnd")}
        </Button>
      </div>
    </Card>
  );
}

function Problems({ problems, definition, onOpen }: { problems: SurveyProblem[]; definition: Definition; onOpen: (id: string | null) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  if (problems.length === 0) return null;
  return (
    <section className={styles.problems} aria-label={t("survey.problems")}>
      <ul>
        {problems.map((problem) => {
          const i = questionOf(problem.field);
          return (
            <li key={problem.code + problem.field} className={problem.level === "error" ? styles.isError : undefined}>
              {problem.level === "error" ? <CircleAlert aria-label={t("survey.level.error")} /> : <TriangleAlert aria-label={t("survey.level.warning")} />}
              <span>
                {i !== null && (
                  <button type="button" onClick={() => onOpen(definition.questions[i]?.id ?? null)}>
                    {t("survey.questionNumber", { n: i + 1 })}
                  </button>
                )}
                {i !== null && " · "}
                {problemText(speech, problem)}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** A definition as a file, out and in. */
function Exchange({ name, definition, onRead }: { name: string; definition: Definition; onRead: (definition: Definition) => void }) {
  const { t } = useSpeech();
  const toast = useToast();
  const file = useRef<HTMLInputElement>(null);
  const write = (): void => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(definition, null, 2)], { type: "application/json" }));
    link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, "-") || "survey"}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const read = async (chosen: File | undefined): Promise<void> => {
    if (!chosen) return;
    try {
      const parsed = JSON.parse(await chosen.text()) as Definition;
      if (!Array.isArray(parsed.questions) || !Array.isArray(parsed.languages) || !Array.isArray(parsed.ends)) throw new Error("no survey");
      onRead(parsed);
    } catch {
      toast(t("survey.badFile"));
    }
  };
  return (
    <>
      <IconButton label={t("survey.export")} icon={<Download aria-hidden />} onClick={write} />
      <IconButton label={t("survey.import")} icon={<Upload aria-hidden />} onClick={() => file.current?.click()} />
      <input ref={file} type="file" accept="application/json,.json" hidden onChange={(event) => { void read(event.target.files?.[0]); event.target.value = ""; }} />
    </>
  );
}
