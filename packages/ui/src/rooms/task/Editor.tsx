// What a task consists of: where it begins and ends, the way that is meant, what is too slow, and whom it asks. What is wrong is said at its field as one writes.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Route, X } from "lucide-react";
import { useState } from "react";
import { api, ApiError } from "@/api/client.ts";
import type { Task } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { EventChip } from "@/question/EventPicker.tsx";
import { FilterEditor } from "@/question/FilterEditor.tsx";
import { pruned } from "@/question/filterTree.ts";
import { usePropertiesOf } from "@/question/names.ts";
import { WindowPicker } from "@/question/WindowPicker.tsx";
import { propertyName } from "@/question/words.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { SelectField, TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, Note } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { drawn, LINKS, PAGE_PROPERTY, partOf, trimmed, type Slow, type TaskDefinition } from "./definition.ts";
import { DrawFrom } from "./DrawFrom.tsx";
import { AddEvent, RuleList } from "./RuleList.tsx";
import { StepList } from "./StepList.tsx";
import { LINK } from "./words.ts";
import styles from "./task.module.css";

const SESSION = { n: 1, unit: "session" } as const;
const P75: Slow = { rule: "p75", times: 1.5 };

interface EditorProps {
  task: Task | null;
  start: TaskDefinition;
  /** The recording from which the path is to be drawn. */
  recording?: string;
}

export function Editor({ task, start, recording }: EditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState(task?.name ?? "");
  const [owner, setOwner] = useState(task?.owner ?? "");
  const [definition, setDefinition] = useState(start);
  const [isDirty, setDirty] = useState(task === null);
  const [drawing, setDrawing] = useState(recording !== undefined);
  const readOnly = project.role === "viewer";
  const set = (part: Partial<TaskDefinition>): void => {
    setDefinition({ ...definition, ...part });
    setDirty(true);
  };
  const property = definition.page_property ?? PAGE_PROPERTY;
  const sent = trimmed({ ...definition, filter: pruned(definition.filter) });
  const settled = useSettled(JSON.stringify(sent), 350);
  const checked = useQuery({ queryKey: ["taskCheck", project.id, settled], queryFn: ({ signal }) => api.checkTask(project.id, JSON.parse(settled) as object, signal), enabled: task !== null || isBegun(name, definition), retry: false });
  const wrong = checked.error instanceof ApiError ? checked.error : null;
  const place = wrong === null ? null : partOf(wrong.field);
  /** What the server says of a part, in the reader's language. */
  const problemOf = (part: string, index?: number | null): string | null => {
    if (wrong === null || place?.part !== part || (index !== undefined && place.index !== index)) return null;
    const { what, mend, detail } = tellError(wrong, speech);
    if ((part === "start" || part === "completion") && definition[part].length === 0) return t("task.needsRule");
    return [what, mend, detail].filter((one) => one !== undefined).join(" ");
  };
  const save = useMutation({
    mutationFn: () => (task ? api.changeTask(project.id, task.id, { name: name.trim(), owner: owner.trim(), definition: sent }) : api.createTask(project.id, { name: name.trim(), owner: owner.trim(), definition: sent })),
    onSuccess: async (kept) => {
      await Promise.all([client.invalidateQueries({ queryKey: ["task", project.id, kept.id] }), client.invalidateQueries({ queryKey: ["tasks", project.id] })]);
      setDirty(false);
      toast(t("toast.saved"));
      void navigate({ to: "/p/$project/tasks/$task", params: { project: String(project.id), task: kept.id }, search: { tab: "scorecard" } });
    },
  });
  const slow = definition.slow ?? P75;
  const window = definition.window ?? SESSION;
  return (
    <div className={styles.editor}>
      <Card>
        <div className={styles.two}>
          <TextField label={t("task.name")} value={name} placeholder={t("task.exampleName")} maxLength={200} disabled={readOnly} onChange={(event) => { setName(event.target.value); setDirty(true); }} />
          <TextField label={t("task.owner")} value={owner} maxLength={200} disabled={readOnly} hint={t("task.ownerHint")} onChange={(event) => { setOwner(event.target.value); setDirty(true); }} />
        </div>
      </Card>
      <Card
        title={t("task.bounds")}
        aside={
          <Button size="small" icon={<Route aria-hidden />} onClick={() => setDrawing(true)}>
            {t("task.draw")}
          </Button>
        }
      >
        <RuleList legend={t("task.start")} hint={t("task.startHint")} rules={definition.start} property={property} problem={problemOf("start")} onChange={(rules) => set({ start: rules })} />
        <RuleList legend={t("task.completion")} hint={t("task.completionHint")} rules={definition.completion} property={property} problem={problemOf("completion")} onChange={(completion) => set({ completion })} />
        <RuleList legend={t("task.abandon")} hint={t("task.abandonHint")} rules={definition.abandon ?? []} property={property} problem={problemOf("abandon")} onChange={(abandon) => set({ abandon })} />
      </Card>
      <Card title={t("task.steps")}>
        <p className={styles.muted}>{t("task.stepsHint")}</p>
        <StepList steps={definition.steps ?? []} property={property} problemOf={(index) => problemOf("steps", index)} onChange={(steps) => set({ steps })} />
        {checked.data?.warnings.map((warning) => (
          <Note key={warning}>{warning === "no_steps" ? t("task.warning.no_steps") : warning === "all_optional" ? t("task.warning.all_optional") : warning}</Note>
        ))}
      </Card>
      <Card title={t("task.judged")}>
        <div className={styles.two}>
          <div className={styles.field}>
            <span>{t("task.window")}</span>
            <div className={styles.rule}>
              <WindowPicker window={window} onChange={(next) => set({ window: next })} />
            </div>
            <Said problem={problemOf("window")} hint={t("task.windowHint")} />
          </div>
          <TextField label={t("task.tolerance")} type="number" min={0} max={100} value={definition.detour_tolerance ?? 1} hint={t("task.toleranceHint")} problem={problemOf("detour_tolerance")} onChange={(event) => set({ detour_tolerance: whole(event.target.value, 0) })} />
        </div>
        <div className={styles.three}>
          <SelectField
            label={t("task.slow")}
            value={slow.rule}
            choices={[
              { value: "p75" as const, label: t("task.slow.p75") },
              { value: "target" as const, label: t("task.slow.target") },
              { value: "slowest" as const, label: t("task.slow.slowest") },
            ]}
            onPick={(rule) => set({ slow: rule === "p75" ? P75 : rule === "slowest" ? { rule, percent: 20 } : { rule } })}
          />
          {slow.rule === "p75" && <TextField label={t("task.quartileTimes")} type="number" min={1} max={10} step={0.1} value={slow.times ?? 1.5} problem={problemOf("slow")} onChange={(event) => set({ slow: { rule: "p75", times: Number(event.target.value) } })} />}
          {slow.rule === "slowest" && <TextField label={t("task.percent")} type="number" min={1} max={90} value={slow.percent ?? 20} problem={problemOf("slow")} onChange={(event) => set({ slow: { rule: "slowest", percent: Number(event.target.value) } })} />}
          <TextField
            label={t("task.target")}
            type="number"
            min={1}
            value={definition.target_seconds ?? ""}
            hint={t("task.targetHint")}
            problem={problemOf("target_seconds") ?? (slow.rule === "target" ? problemOf("slow") : null)}
            onChange={(event) => set({ target_seconds: event.target.value === "" ? undefined : whole(event.target.value, 1) })}
          />
        </div>
      </Card>
      <Card title={t("task.whose")}>
        <div className={styles.field}>
          <span>{t("task.filter")}</span>
          <div className={styles.rule}>
            <FilterEditor filter={definition.filter} onChange={(filter) => set({ filter })} addLabel={t("filter.add")} />
          </div>
          <Said problem={problemOf("filter")} hint={t("task.filterHint")} />
        </div>
        <div className={styles.two}>
          <PageProperty value={property} problem={problemOf("page_property")} onPick={(page_property) => set({ page_property })} />
          <TextField label={t("task.activeFrom")} type="date" value={definition.active_from?.slice(0, 10) ?? ""} hint={t("task.activeFromHint")} problem={problemOf("active_from")} onChange={(event) => set({ active_from: event.target.value || undefined })} />
        </div>
      </Card>
      <Surveys definition={definition} problem={problemOf("surveys")} churnProblem={problemOf("churned")} onChange={set} />
      <div className={styles.save}>
        {save.error && <Failure {...tellError(save.error, speech)} />}
        {checked.error && (place === null || wrong === null) && <Failure {...tellError(checked.error, speech)} />}
        {!readOnly && (
          <Button look="primary" busy={save.isPending} disabled={!isDirty || name.trim() === "" || checked.isError} onClick={() => save.mutate()}>
            {task ? t("action.saveChanges") : t("task.createThis")}
          </Button>
        )}
        {!readOnly && name.trim() === "" && <span className={styles.muted}>{t("task.needsName")}</span>}
        {task && <span className={styles.muted}>{t("task.version", { n: task.version })}</span>}
      </div>
      {drawing && (
        <DrawFrom
          session={recording}
          onClose={() => setDrawing(false)}
          onDraw={(pages) => {
            setDrawing(false);
            set(drawn(pages));
          }}
        />
      )}
    </div>
  );
}

/** Whether anything was written yet. */
const isBegun = (name: string, { start, completion, steps }: TaskDefinition): boolean => name.trim() !== "" || start.length + completion.length + (steps?.length ?? 0) > 0;

const whole = (text: string, least: number): number => Math.max(least, Math.round(Number(text)) || least);

function Said({ problem, hint }: { problem: string | null; hint: string }) {
  return problem === null ? (
    <p className={styles.muted}>{hint}</p>
  ) : (
    <p className={styles.problem} role="alert">
      {problem}
    </p>
  );
}

/** The properties of page views, any of which may name the page. */
function PageProperty({ value, problem, onPick }: { value: string; problem: string | null; onPick: (property: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const { lists } = usePropertiesOf(["event"], "$pageview");
  const names = [...new Set([PAGE_PROPERTY, value, ...(lists[0]?.properties ?? []).map(({ name }) => name)])];
  return <SelectField label={t("task.pageProperty")} hint={problem ?? t("task.pagePropertyHint")} value={value} choices={names.map((name) => ({ value: name, label: name === PAGE_PROPERTY ? t("task.pathItself") : propertyName(name, speech) }))} onPick={onPick} />;
}

function Surveys({ definition, problem, churnProblem, onChange }: { definition: TaskDefinition; problem: string | null; churnProblem: string | null; onChange: (part: Partial<TaskDefinition>) => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const { data } = useQuery({ queryKey: ["surveys", project.id], queryFn: () => api.surveys(project.id), staleTime: 60_000 });
  const surveys = definition.surveys ?? {};
  const { churned } = definition;
  return (
    <Card title={t("task.surveys")}>
      <p className={styles.muted}>{t("task.surveysHint")}</p>
      <div className={styles.three}>
        {LINKS.map((link) => {
          const linked = surveys[link] ?? "";
          const offered = (data?.surveys ?? []).map(({ id, name }) => ({ value: id, label: name }));
          return (
            <SelectField
              key={link}
              label={t(LINK[link])}
              value={linked}
              choices={[{ value: "", label: t("task.noSurvey") }, ...offered, ...(linked !== "" && !offered.some(({ value }) => value === linked) ? [{ value: linked, label: t("task.goneSurvey") }] : [])]}
              onPick={(id) => onChange({ surveys: { ...surveys, [link]: id || undefined } })}
            />
          );
        })}
      </div>
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {problem}
        </p>
      )}
      <div className={styles.field}>
        <span>{t("task.churned")}</span>
        <div className={styles.rule}>
          {churned ? (
            <>
              <EventChip selector={churned} onPick={(names) => onChange({ churned: { ...names, ...(churned.where ? { where: churned.where } : {}) } })} />
              <FilterEditor filter={churned.where} onChange={(where) => onChange({ churned: { ...churned, where } })} event={churned.event ?? undefined} addLabel={t("filter.add")} />
              <IconButton label={t("task.removeChurned")} icon={<X />} onClick={() => onChange({ churned: undefined })} />
            </>
          ) : (
            <AddEvent label={t("task.addEvent")} onPick={(names) => onChange({ churned: names })} />
          )}
        </div>
        <Said problem={churnProblem} hint={t("task.churnedHint")} />
      </div>
    </Card>
  );
}
