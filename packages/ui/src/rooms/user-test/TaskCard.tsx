// One task in the editor: closed it is a line, open it is everything about it.
import { ArrowDown, ArrowUp, ChevronDown, ChevronRight, Plus, Trash2, X } from "lucide-react";
import type { SurveyProblem } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { textOf, withText } from "@/rooms/survey/definition.ts";
import surveys from "@/rooms/survey/survey.module.css";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Check, InlineSelect, LongField, SelectField, TextField } from "@/ui/Field.tsx";
import { ChoiceRows } from "./ChoiceRows.tsx";
import type { PageStep, Success, Task, TestDefinition } from "./definition.ts";
import { PAGE_OP, problemText, SUCCESS } from "./words.ts";

interface TaskCardProps {
  number: number;
  task: Task;
  definition: TestDefinition;
  language: string;
  isOpen: boolean;
  isFirst: boolean;
  isLast: boolean;
  problems: SurveyProblem[];
  onOpen: () => void;
  onChange: (task: Task) => void;
  onMove: (by: -1 | 1) => void;
  onRemove: () => void;
}

const MINUTES = ["", "1", "2", "3", "5", "10", "15", "20", "30"];

export function TaskCard(props: TaskCardProps) {
  const { number, task, definition, language, isOpen, isFirst, isLast, problems, onOpen, onMove, onRemove } = props;
  const { t } = useSpeech();
  const worst = problems.some((problem) => problem.level === "error") ? surveys.hasError : problems.length > 0 ? surveys.hasWarning : "";
  return (
    <section className={`${surveys.question} ${worst}`} aria-label={t("userTest.taskNumber", { n: number })}>
      <header>
        <button type="button" className={surveys.opener} aria-expanded={isOpen} onClick={onOpen}>
          {isOpen ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
          <b>{number}</b>
          <span>{textOf(task.title, language, definition) || t("userTest.untitled")}</span>
          <small>{t(SUCCESS[task.success?.on ?? "done"])}</small>
        </button>
        <IconButton label={t("userTest.up", { n: number })} icon={<ArrowUp />} disabled={isFirst} onClick={() => onMove(-1)} />
        <IconButton label={t("userTest.down", { n: number })} icon={<ArrowDown />} disabled={isLast} onClick={() => onMove(1)} />
        <IconButton label={t("userTest.removeTask", { n: number })} icon={<Trash2 />} disabled={isFirst && isLast} onClick={onRemove} />
      </header>
      {isOpen && <Body {...props} />}
    </section>
  );
}

function Body({ task, language, problems, onChange }: TaskCardProps) {
  const speech = useSpeech();
  const { t } = speech;
  const set = (part: Partial<Task>): void => onChange({ ...task, ...part });
  const field = (name: "title" | "scenario" | "answer" | "question") => ({
    value: task[name]?.[language] ?? "",
    onChange: (event: { target: { value: string } }) => set({ [name]: withText(task[name], language, event.target.value) }),
  });
  const limit = task.time_limit_s === undefined ? "" : String(Math.round(task.time_limit_s / 60));
  return (
    <div className={surveys.body}>
      {problems.map((problem) => (
        <p key={problem.code + problem.field} className={problem.level === "error" ? surveys.problem : surveys.advice}>
          {problemText(speech, problem)}
        </p>
      ))}
      <TextField label={t("userTest.taskTitle")} {...field("title")} />
      <LongField label={t("userTest.scenario")} hint={t("userTest.scenarioHint")} {...field("scenario")} />
      <SuccessFields success={task.success ?? { on: "done" }} language={language} onChange={(success) => set({ success })} />
      <fieldset className={surveys.rules}>
        <legend>{t("userTest.path")}</legend>
        {(task.path ?? []).map((step, i) => (
          <div key={i} className={surveys.rule}>
            <span>{i + 1}.</span>
            <PageFields step={step} onChange={(next) => set({ path: (task.path ?? []).map((one, j) => (j === i ? next : one)) })} />
            <IconButton label={t("userTest.removeStep", { n: i + 1 })} icon={<X />} onClick={() => set({ path: (task.path ?? []).filter((_, j) => j !== i) })} />
          </div>
        ))}
        <p className={surveys.muted}>{t("userTest.pathText")}</p>
        <div>
          <Button size="small" icon={<Plus aria-hidden />} onClick={() => set({ path: [...(task.path ?? []), { op: "is", value: "/" }] })}>
            {t("survey.addPage")}
          </Button>
        </div>
      </fieldset>
      <div className={surveys.two}>
        <TextField label={t("userTest.taskUrl")} hint={t("userTest.taskUrlHint")} placeholder="/" value={task.url ?? ""} onChange={(event) => set({ url: event.target.value })} />
        <SelectField
          label={t("userTest.limit")}
          value={MINUTES.includes(limit) ? limit : ""}
          choices={MINUTES.map((minutes) => ({ value: minutes, label: minutes === "" ? t("survey.noLimit") : t("userTest.minutes", { n: Number(minutes) }) }))}
          onPick={(minutes) => set({ time_limit_s: minutes === "" ? undefined : Number(minutes) * 60 })}
        />
      </div>
      <Check label={t("userTest.ease")} checked={task.ease ?? true} onChange={(ease) => set({ ease })} />
      <TextField label={t("userTest.answer")} {...field("answer")} />
      <TextField label={t("userTest.question")} {...field("question")} />
    </div>
  );
}

function SuccessFields({ success, language, onChange }: { success: Success; language: string; onChange: (success: Success) => void }) {
  const { t } = useSpeech();
  const begin: Record<Success["on"], Success> = { page: { on: "page", page: { op: "starts_with", value: "/" } }, event: { on: "event", event: "" }, click: { on: "click", selector: "" }, done: { on: "done" } };
  return (
    <fieldset className={surveys.rules}>
      <legend>{t("userTest.success")}</legend>
      <div className={surveys.rule}>
        <InlineSelect label={t("userTest.success")} value={success.on} onPick={(on) => onChange(begin[on])} choices={(["page", "event", "click", "done"] as const).map((on) => ({ value: on, label: t(SUCCESS[on]) }))} />
        {success.on === "page" && <PageFields step={success.page} onChange={(page) => onChange({ on: "page", page })} />}
        {success.on === "event" && <input className={surveys.grow} aria-label={t("survey.event")} placeholder={t("survey.event")} value={success.event} onChange={(event) => onChange({ ...success, event: event.target.value })} />}
        {success.on === "click" && <input className={surveys.grow} aria-label={t("userTest.selector")} placeholder="#buy, .checkout button" value={success.selector} onChange={(event) => onChange({ on: "click", selector: event.target.value })} />}
      </div>
      {success.on === "done" &&
        (success.check ? (
          <>
            <TextField label={t("userTest.check")} value={success.check.text?.[language] ?? ""} onChange={(event) => success.check && onChange({ on: "done", check: { ...success.check, text: withText(success.check.text, language, event.target.value) } })} />
            <ChoiceRows choices={success.check.choices} language={language} flag="is_right" label={t("userTest.isRight")} onChange={(choices) => success.check && onChange({ on: "done", check: { ...success.check, choices } })} />
            <div>
              <Button size="small" look="quiet" onClick={() => onChange({ on: "done" })}>
                {t("userTest.removeCheck")}
              </Button>
            </div>
          </>
        ) : (
          <div>
            <Button size="small" icon={<Plus aria-hidden />} onClick={() => onChange({ on: "done", check: { text: {}, choices: [{ id: "c1", text: {}, is_right: true }, { id: "c2", text: {} }] } })}>
              {t("userTest.addCheck")}
            </Button>
          </div>
        ))}
    </fieldset>
  );
}

function PageFields({ step, onChange }: { step: PageStep; onChange: (step: PageStep) => void }) {
  const { t } = useSpeech();
  return (
    <>
      <InlineSelect
        label={t("survey.pageOp")}
        value={step.op ?? "is"}
        choices={(["is", "starts_with", "contains", "ends_with", "matches"] as const).map((op) => ({ value: op, label: t(PAGE_OP[op]) }))}
        onPick={(op) => onChange({ ...step, op })}
      />
      <input className={surveys.grow} aria-label={t("survey.pageValue")} value={step.value} onChange={(event) => onChange({ ...step, value: event.target.value })} />
    </>
  );
}
