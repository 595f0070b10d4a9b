// The editor: what participants are told and asked to do at the left, as they meet it at the right. What stands in the way of publishing is listed as one writes.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { CircleAlert, Plus, Send, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { SurveyProblem } from "@/api/survey.ts";
import type { UserTest } from "@/api/userTest.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { withText } from "@/rooms/survey/definition.ts";
import { LanguageLine } from "@/rooms/survey/LanguageLine.tsx";
import surveys from "@/rooms/survey/survey.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, LongField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { ChoiceRows } from "./ChoiceRows.tsx";
import { freshId, type ScreenerQuestion, type Task, type TestDefinition } from "./definition.ts";
import { Preview } from "./Preview.tsx";
import { TaskCard } from "./TaskCard.tsx";
import { problemText, taskOf } from "./words.ts";

export function Editor({ test, startName, startDefinition }: { test: UserTest | null; startName: string; startDefinition: TestDefinition }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState(startName);
  const [definition, setDefinition] = useState(startDefinition);
  const [language, setLanguage] = useState(definition.languages.includes(speech.language) ? speech.language : (definition.languages[0] ?? "en"));
  const [at, setAt] = useState<string | null>(test ? null : (definition.tasks?.[0]?.id ?? null));
  const [isDirty, setDirty] = useState(test === null);
  const readOnly = project.role === "viewer";
  const tasks = definition.tasks ?? [];
  const change = (next: TestDefinition): void => {
    setDefinition(next);
    setDirty(true);
  };
  const set = (part: Partial<TestDefinition>): void => change({ ...definition, ...part });
  const setTasks = (next: Task[]): void => set({ tasks: next });

  const settled = useSettled(definition, 350);
  const checked = useQuery({ queryKey: ["userTestCheck", project.id, settled], queryFn: ({ signal }) => api.checkUserTest(project.id, settled, signal), placeholderData: (before) => before, retry: false });
  const problems = checked.data?.problems ?? [];
  const errors = problems.filter((problem) => problem.level === "error");

  const save = useMutation({
    mutationFn: async ({ publish }: { publish: boolean }) => {
      const body = { name, definition };
      const kept = test ? await api.changeUserTest(project.id, test.id, body) : await api.createUserTest(project.id, body);
      // Kept, whatever stands in the way of publishing.
      setDirty(false);
      return publish ? api.publishUserTest(project.id, kept.id) : kept;
    },
    onSuccess: async (kept, { publish }) => {
      client.setQueryData(["userTest", project.id, kept.id], kept);
      await client.invalidateQueries({ queryKey: ["userTests", project.id] });
      toast(publish ? t("userTest.published") : t("toast.saved"));
      if (!test || publish) void navigate({ to: "/p/$project/user-tests/$test", params: { project: String(project.id), test: kept.id }, search: { tab: publish ? "invite" : "edit" } });
    },
  });
  const text = (field: "intro" | "guidelines") => ({ value: definition[field]?.[language] ?? "", onChange: (event: { target: { value: string } }) => set({ [field]: withText(definition[field], language, event.target.value) }) });
  const open = tasks.findIndex((task) => task.id === at);

  return (
    <div className={surveys.editor}>
      <div className={surveys.form}>
        <Card>
          <TextField label={t("userTest.name")} value={name} disabled={readOnly} maxLength={200} onChange={(event) => { setName(event.target.value); setDirty(true); }} />
          <LanguageLine definition={definition} language={language} onPick={setLanguage} onChange={change} />
          <TextField label={t("userTest.url")} hint={t("userTest.urlHint")} placeholder="https://" value={definition.url ?? ""} onChange={(event) => set({ url: event.target.value })} />
          <LongField label={t("userTest.intro")} {...text("intro")} />
          <LongField label={t("userTest.guidelines")} {...text("guidelines")} />
        </Card>
        {tasks.map((task, i) => (
          <TaskCard
            key={task.id}
            number={i + 1}
            task={task}
            definition={definition}
            language={language}
            isOpen={at === task.id}
            isFirst={i === 0}
            isLast={i === tasks.length - 1}
            problems={problems.filter((problem) => taskOf(problem.field) === i)}
            onOpen={() => setAt(at === task.id ? null : task.id)}
            onChange={(next) => setTasks(tasks.map((one, j) => (j === i ? next : one)))}
            onMove={(by) => {
              const others = tasks.filter((_, j) => j !== i);
              others.splice(i + by, 0, task);
              setTasks(others);
            }}
            onRemove={() => setTasks(tasks.filter((_, j) => j !== i))}
          />
        ))}
        <div>
          <Button
            icon={<Plus aria-hidden />}
            onClick={() => {
              const id = freshId(tasks, "task");
              setTasks([...tasks, { id, title: {}, scenario: {}, success: { on: "page", page: { op: "starts_with", value: "/" } }, ease: true }]);
              setAt(id);
            }}
          >
            {t("userTest.addTask")}
          </Button>
        </div>
        <Screener questions={definition.screener ?? []} language={language} onChange={(screener) => set({ screener })} />
        <Card title={t("userTest.after")}>
          <Check label={t("userTest.sus")} checked={definition.after?.sus ?? true} onChange={(sus) => set({ after: { ...definition.after, sus } })} />
          <TextField label={t("userTest.lastQuestion")} value={definition.after?.question?.[language] ?? ""} onChange={(event) => set({ after: { ...definition.after, question: withText(definition.after?.question, language, event.target.value) } })} />
        </Card>
        <Card title={t("userTest.end")}>
          <TextField label={t("survey.endTitle")} value={definition.end?.title?.[language] ?? ""} onChange={(event) => set({ end: { ...definition.end, title: withText(definition.end?.title, language, event.target.value) } })} />
          <TextField label={t("survey.endText")} value={definition.end?.text?.[language] ?? ""} onChange={(event) => set({ end: { ...definition.end, text: withText(definition.end?.text, language, event.target.value) } })} />
          <div className={surveys.two}>
            <TextField label={t("userTest.participants")} hint={t("userTest.participantsHint")} type="number" min={1} value={definition.participants ?? ""} onChange={(event) => set({ participants: event.target.value === "" ? undefined : Number(event.target.value) })} />
            <TextField label={t("survey.policy")} placeholder="https://" value={definition.policy ?? ""} onChange={(event) => set({ policy: event.target.value })} />
          </div>
        </Card>
      </div>
      <div className={surveys.beside}>
        <div className={surveys.do}>
          <Button look="primary" icon={<Send aria-hidden />} disabled={readOnly || errors.length > 0 || checked.isError} busy={save.isPending && save.variables.publish} onClick={() => save.mutate({ publish: true })}>
            {test && test.version > 0 ? t("survey.publishChanges") : t("survey.publish")}
          </Button>
          <Button disabled={readOnly || !isDirty} busy={save.isPending && !save.variables.publish} onClick={() => save.mutate({ publish: false })}>
            {t("action.save")}
          </Button>
        </div>
        {save.error && <Failure {...tellError(save.error, speech)} />}
        {checked.error && <Failure {...tellError(checked.error, speech)} />}
        {test && test.version > 0 && test.changed && !isDirty && <Note>{t("userTest.unpublished", { n: test.version })}</Note>}
        <Problems problems={problems} tasks={tasks} onOpen={setAt} />
        <Preview definition={checked.data?.definition ?? definition} language={language} task={open < 0 ? null : open} />
      </div>
    </div>
  );
}

function Problems({ problems, tasks, onOpen }: { problems: SurveyProblem[]; tasks: Task[]; onOpen: (id: string | null) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  if (problems.length === 0) return null;
  return (
    <section className={surveys.problems} aria-label={t("survey.problems")}>
      <ul>
        {problems.map((problem) => {
          const i = taskOf(problem.field);
          return (
            <li key={problem.code + problem.field} className={problem.level === "error" ? surveys.isError : undefined}>
              {problem.level === "error" ? <CircleAlert aria-label={t("survey.level.error")} /> : <TriangleAlert aria-label={t("survey.level.warning")} />}
              <span>
                {i !== null && (
                  <button type="button" onClick={() => onOpen(tasks[i]?.id ?? null)}>
                    {t("userTest.taskNumber", { n: i + 1 })}
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

/** Who may take part: questions of which some choices do not pass. */
function Screener({ questions, language, onChange }: { questions: ScreenerQuestion[]; language: string; onChange: (questions: ScreenerQuestion[]) => void }) {
  const { t } = useSpeech();
  const change = (i: number, part: Partial<ScreenerQuestion>): void => onChange(questions.map((one, j) => (j === i ? { ...one, ...part } : one)));
  return (
    <Card title={t("userTest.screener")}>
      <p className={surveys.muted}>{t("userTest.screenerText")}</p>
      {questions.map((question, i) => (
        <fieldset key={question.id} className={surveys.part}>
          <legend>{t("userTest.screenerNumber", { n: i + 1 })}</legend>
          <TextField label={t("survey.text")} value={question.text?.[language] ?? ""} onChange={(event) => change(i, { text: withText(question.text, language, event.target.value) })} />
          <ChoiceRows choices={question.choices} language={language} flag="passes" label={t("userTest.passes")} onChange={(choices) => change(i, { choices })} />
          <div>
            <Button look="quiet" size="small" onClick={() => onChange(questions.filter((_, j) => j !== i))}>
              {t("action.remove")}
            </Button>
          </div>
        </fieldset>
      ))}
      <div>
        <Button size="small" icon={<Plus aria-hidden />} onClick={() => onChange([...questions, { id: freshId(questions, "s"), text: {}, choices: [{ id: "c1", text: {}, passes: true }, { id: "c2", text: {} }] }])}>
          {t("survey.addQuestion")}
        </Button>
      </div>
    </Card>
  );
}
