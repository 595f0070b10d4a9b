// Defining a metric: the question, the figure of it that counts, how its number is written, and what it is to reach. What it says is seen before it is kept.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/api/client.ts";
import type { Metric, MetricDefinition, MetricFormat } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useEventNames } from "@/question/names.ts";
import { readQuestion, type Question, type QuestionOf, type Range } from "@/question/question.ts";
import { isReportKind, useReportParts, type ReportKind } from "@/report/parts.ts";
import { tellError } from "@/shell/errors.ts";
import { roomOfKind } from "@/shell/roomList.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, InlineSelect, LongField, SelectField, TextField } from "@/ui/Field.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Failure, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { useToast } from "@/ui/Toast.tsx";
import { figureName, usualDirection, usualFormat } from "./figures.ts";
import { ValueOverTime } from "./ValueOverTime.tsx";
import styles from "./metric.module.css";

const KINDS = ["trend", "funnel", "retention", "lifecycle", "friction", "vital"] as const;
const FORMATS: MetricFormat[] = ["number", "percent", "duration", "currency"];
const INTERVALS = ["day", "week", "month", "quarter"] as const;
/** Only so that a question is whole while it is built: a metric has no range of its own. */
const RANGE: Range = { last: 90, unit: "day" };
const DRAFT = "draft";

type Kind = (typeof KINDS)[number];

interface MetricEditorProps {
  metric: Metric | null;
  /** Of a new one: the question, the name, the figure and the form of its number that it begins with. */
  start: unknown;
  name: string;
  figure?: string;
  format?: string;
}

export function MetricEditor({ metric, start, name: firstName, figure: firstFigure, format: firstFormat }: MetricEditorProps) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const asked = start as Question | undefined;
  const [kind, setKind] = useState<string>(asked?.kind ?? "trend");
  const [name, setName] = useState(firstName);
  const [question, setQuestion] = useState<Question | null>(asked ? ({ ...asked, range: RANGE } as Question) : null);
  const [rest, setRest] = useState<Omit<MetricDefinition, "question">>(() => {
    if (metric) {
      const { question: _, ...own } = metric.definition;
      return own;
    }
    const format = FORMATS.find((one) => one === firstFormat) ?? usualFormat(kind, firstFigure);
    return { description: "", owner: "", verified: false, figure: firstFigure, format, better: usualDirection(kind, firstFigure) };
  });
  const { figures } = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) }).data ?? { figures: [] };
  const change = (next: Partial<typeof rest>): void => setRest({ ...rest, ...next });
  const pick = (figure: string | undefined): void => change({ figure, format: usualFormat(kind, figure), better: usualDirection(kind, figure) });
  const definition: MetricDefinition | null = question && { ...rest, question: kept(question) };
  const save = useMutation({
    mutationFn: async () => {
      if (!definition) throw new Error("no question");
      return metric ? api.changeMetric(project.id, metric.id, { name: name.trim(), definition, version: metric.version }) : api.createMetric(project.id, { name: name.trim(), definition });
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["metrics", project.id] });
      await client.invalidateQueries({ queryKey: ["metric", project.id, saved.id] });
      toast(t("toast.saved"));
      void navigate({ to: "/p/$project/metrics/$metric", params: { ...params, metric: saved.id }, search: {} });
    },
  });
  const choices = kind === "retention" ? periodsOf(question) : (figures.find((one) => one.kind === kind)?.figures ?? []);
  return (
    <Page title={metric ? metric.name : t("metric.new")}>
      <Card title={t("metric.whatItIs")}>
        <div className={styles.form}>
          <TextField label={t("metric.name")} value={name} autoFocus={!metric} onChange={(event) => setName(event.target.value)} />
          <TextField label={t("metric.owner")} hint={t("metric.ownerHint")} value={rest.owner} onChange={(event) => change({ owner: event.target.value })} />
        </div>
        <LongField label={t("metric.description")} hint={t("metric.descriptionHint")} value={rest.description} onChange={(event) => change({ description: event.target.value })} />
      </Card>
      <Card
        title={t("metric.readFrom")}
        aside={
          !metric && isReportKind(kind) ? (
            <InlineSelect
              label={t("metric.kind")}
              choices={KINDS.map((one) => ({ value: one, label: t(roomOfKind(one)?.label ?? "room.trend") }))}
              value={kind as Kind}
              onPick={(next) => {
                setKind(next);
                setQuestion(null);
                setRest({ ...rest, figure: undefined, format: usualFormat(next, undefined), better: usualDirection(next, undefined) });
              }}
            />
          ) : undefined
        }
      >
        {isReportKind(kind) ? <Builder key={kind} kind={kind} question={question} onChange={setQuestion} /> : <p>{t("metric.ofTask")}</p>}
        <div className={styles.form}>
          {choices.length > 0 && (
            <SelectField label={t("metric.figure")} choices={choices.map((one) => ({ value: one, label: figureName(one, speech) }))} value={rest.figure ?? choices[0] ?? ""} onPick={(one) => pick(one === choices[0] ? undefined : one)} />
          )}
          {question && "interval" in question && (
            <SelectField
              label={t("metric.interval")}
              hint={t("metric.intervalHint")}
              choices={INTERVALS.map((one) => ({ value: one, label: t(`interval.${one}`) }))}
              value={(question.interval ?? "week") as (typeof INTERVALS)[number]}
              onPick={(interval) => setQuestion({ ...question, interval } as Question)}
            />
          )}
        </div>
      </Card>
      <Card title={t("metric.howItIsRead")}>
        <div className={styles.form}>
          <SelectField label={t("metric.format")} choices={FORMATS.map((one) => ({ value: one, label: t(`metric.format.${one}`) }))} value={rest.format} onPick={(format) => change({ format, currency: format === "currency" ? (rest.currency ?? "EUR") : undefined })} />
          {rest.format === "currency" && <TextField label={t("metric.currency")} value={rest.currency ?? ""} maxLength={3} onChange={(event) => change({ currency: event.target.value.toUpperCase() })} />}
          <SelectField
            label={t("metric.better")}
            choices={[
              { value: "up", label: t("metric.better.up") },
              { value: "down", label: t("metric.better.down") },
            ]}
            value={rest.better}
            onPick={(better) => change({ better })}
          />
          <TargetFields value={rest.target?.value} by={rest.target?.by} isShare={rest.format === "percent"} onChange={(target) => change({ target })} />
        </div>
        <Check label={t("metric.verify")} checked={rest.verified} onChange={(verified) => change({ verified })} />
      </Card>
      <Preview definition={definition} name={name} />
      {save.error && <Failure {...tellError(save.error, speech)} />}
      <div className={styles.foot}>
        <Button look="primary" busy={save.isPending} disabled={name.trim() === "" || !definition} onClick={() => save.mutate()}>
          {metric ? t("action.saveChanges") : t("action.save")}
        </Button>
        <Button onClick={() => void navigate(metric ? { to: "/p/$project/metrics/$metric", params: { ...params, metric: metric.id }, search: {} } : { to: "/p/$project/metrics", params })}>{t("action.cancel")}</Button>
      </div>
    </Page>
  );
}

/** The builder of a report, without its range. */
function Builder<K extends ReportKind>({ kind, question, onChange }: { kind: K; question: Question | null; onChange: (question: Question) => void }) {
  const parts = useReportParts(kind);
  const { names, loading } = useEventNames();
  const isReady = parts !== undefined && !loading;
  useEffect(() => {
    // A question begins as its report does, once what there is to ask about is known: by weeks.
    if (isReady && question === null) onChange({ ...parts.start(names), ...("interval" in parts.start(names) ? { interval: "week" } : {}), range: RANGE } as Question);
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isReady, question === null]);
  if (!parts || question === null) return <SkeletonRows rows={2} />;
  const read = readQuestion(kind, question);
  const current: QuestionOf<K> = "question" in read ? read.question : parts.start(names);
  return (
    <div className={styles.builder}>
      <parts.Builder question={current} onChange={(built) => onChange(built as Question)} />
    </div>
  );
}

function TargetFields({ value, by, isShare, onChange }: { value: number | undefined; by: string | null | undefined; isShare: boolean; onChange: (target: MetricDefinition["target"]) => void }) {
  const { t } = useSpeech();
  const scale = isShare ? 100 : 1;
  const [text, setText] = useState(value === undefined ? "" : String(Number((value * scale).toPrecision(12))));
  const keep = (typed: string): void => {
    setText(typed);
    const number = Number(typed.replace(",", "."));
    onChange(typed.trim() === "" || !Number.isFinite(number) ? null : { value: number / scale, by: by ?? undefined });
  };
  return (
    <>
      <TextField label={isShare ? t("metric.targetShare") : t("metric.targetValue")} hint={t("metric.targetHint")} inputMode="decimal" value={text} onChange={(event) => keep(event.target.value)} />
      <TextField label={t("metric.targetBy")} type="date" disabled={value === undefined} value={by ?? ""} onChange={(event) => value !== undefined && onChange({ value, by: event.target.value || undefined })} />
    </>
  );
}

function Preview({ definition, name }: { definition: MetricDefinition | null; name: string }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const project = useProject();
  const settled = useSettled(definition, 400);
  const { data, error, isFetching } = useQuery({
    queryKey: ["metric draft", project.id, settled, language],
    enabled: settled !== null,
    queryFn: ({ signal }) => api.draftValue(project.id, { definition: settled as MetricDefinition, language }, signal),
    staleTime: 60_000,
    retry: false,
  });
  const shown: Metric | null = definition && { id: DRAFT, name: name.trim() || t("metric.new"), version: 0, created_by: "", created_at: "", updated_by: "", updated_at: "", definition };
  return (
    <Card title={t("metric.preview")}>
      {error && !isFetching ? <Failure {...tellError(error, speech)} /> : data && shown ? <ValueOverTime metric={shown} value={data} /> : <Skeleton height={280} />}
    </Card>
  );
}

/** Without what whoever looks decides, and without segments. */
function kept(question: Question): MetricDefinition["question"] {
  const { range: _, breakdown: __, top: ___, ...rest } = question as Question & { compare?: unknown };
  const { compare: ____, ...left } = rest as typeof rest & { compare?: unknown };
  return left as MetricDefinition["question"];
}

function periodsOf(question: Question | null): string[] {
  if (question?.kind !== "retention") return [];
  const last = Math.min(question.periods ?? 12, 30);
  return ["period_1", ...Array.from({ length: last + 1 }, (_, at) => `period_${at}`).filter((one) => one !== "period_1" && one !== "period_0")];
}
