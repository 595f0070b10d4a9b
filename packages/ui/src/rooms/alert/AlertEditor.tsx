// Setting an alert: which metric, what is worth telling of, whom, and when. Where it would have fired is seen before it is kept.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Alert, AlertCondition, AlertDefinition } from "@/api/alert.ts";
import type { Metric } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useWriting } from "@/rooms/metric/MetricFigure.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Check, SelectField, TextField } from "@/ui/Field.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, Note, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useSettled } from "@/ui/useSettled.ts";
import { useToast } from "@/ui/Toast.tsx";
import { AlertPicture } from "./AlertPicture.tsx";
import { addresses, typedNumber } from "./days.ts";
import { conditionWords, weekday } from "./words.ts";
import styles from "./alert.module.css";

const KINDS = ["unusual", "falls", "rises", "below", "above"] as const;
const WEEK = [1, 2, 3, 4, 5, 6, 7];
const WORKING_HOURS = { days: [1, 2, 3, 4, 5], from: "08:00", to: "19:00" };

export function AlertEditor({ alert, metric }: { alert: Alert | null; metric: string | undefined }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const list = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) });
  const alerts = useQuery({ queryKey: ["alerts", project.id], queryFn: () => api.alerts(project.id) });
  if (list.error) return <Failure {...tellError(list.error, speech)} />;
  if (list.isPending || alerts.isPending) return <SkeletonRows rows={8} />;
  const { metrics } = list.data;
  const first = metrics.find((one) => one.id === metric) ?? metrics[0];
  if (!first)
    return (
      <Page title={t("alert.new")}>
        <Empty
          title={t("alert.noMetric")}
          text={t("alert.noMetricText")}
          action={
            <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: "new" }} search={{}}>
              {t("metric.create")}
            </Link>
          }
        />
      </Page>
    );
  return <Form alert={alert} metrics={metrics} first={first} canMail={alerts.data?.can_mail ?? false} />;
}

function Form({ alert, metrics, first, canMail }: { alert: Alert | null; metrics: Metric[]; first: Metric; canMail: boolean }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [name, setName] = useState(alert?.name ?? "");
  const [definition, setDefinition] = useState<AlertDefinition>(
    () => alert?.definition ?? { metric: first.id, when: { kind: "unusual", sensitivity: "medium", way: null }, least: 0, again: false, over: false, mail: [], language, off: false },
  );
  const [mail, setMail] = useState(definition.mail.join(", "));
  const change = (next: Partial<AlertDefinition>): void => setDefinition({ ...definition, ...next });
  const metric = metrics.find((one) => one.id === definition.metric) ?? first;
  const { spoken } = useWriting(metric);
  const suggested = `${metric.name}: ${conditionWords(definition.when, metric.definition, spoken)}`.slice(0, 200);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim() || suggested, definition: { ...definition, mail: addresses(mail) } };
      return alert ? api.changeAlert(project.id, alert.id, { ...body, version: alert.version }) : api.createAlert(project.id, body);
    },
    onSuccess: async (saved) => {
      client.setQueryData(["alert", project.id, saved.id], saved);
      await client.invalidateQueries({ queryKey: ["alerts", project.id] });
      await client.invalidateQueries({ queryKey: ["alert history", project.id, saved.id] });
      toast(t("toast.saved"));
      void navigate({ to: "/p/$project/alerts/$alert", params: { ...params, alert: saved.id }, search: {} });
    },
  });
  const isShare = metric.definition.format === "percent";
  return (
    <Page title={alert ? alert.name : t("alert.new")}>
      <Card title={t("alert.watches")}>
        <div className={styles.form}>
          <SelectField label={t("alert.column.metric")} choices={metrics.map((one) => ({ value: one.id, label: one.name }))} value={metric.id} onPick={(id) => change({ metric: id })} />
          <SelectField label={t("alert.column.when")} choices={KINDS.map((kind) => ({ value: kind, label: t(`alert.kind.${kind}`) }))} value={definition.when.kind} onPick={(kind) => change({ when: conditionOf(kind) })} />
          <ConditionFields key={`${definition.when.kind} ${isShare}`} when={definition.when} isShare={isShare} onChange={(when) => change({ when })} />
          <NumberField label={t("alert.least")} hint={t("alert.leastHint")} value={definition.least} onChange={(least) => change({ least: Math.max(0, Math.round(least)) })} />
        </div>
        <Preview definition={definition} metric={metric} />
      </Card>
      <Card title={t("alert.tells")}>
        <div className={styles.stack}>
          {!canMail && <Note>{t("survey.alert.noMail")}</Note>}
          <div className={styles.form}>
            <TextField label={t("survey.alert.mail")} value={mail} placeholder="team@example.com" disabled={!canMail && mail === ""} onChange={(event) => setMail(event.target.value)} />
            <TextField
              label={t("survey.alert.webhook")}
              value={definition.webhook?.url ?? ""}
              placeholder="https://hooks.example.com/alerts"
              hint={t("survey.alert.webhookHint")}
              onChange={(event) => change({ webhook: event.target.value === "" ? null : { url: event.target.value, format: definition.webhook?.format ?? (event.target.value.includes("hooks.slack.com") ? "slack" : "json") } })}
            />
            {definition.webhook && (
              <SelectField
                label={t("alert.format")}
                choices={[
                  { value: "json", label: t("alert.format.json") },
                  { value: "slack", label: t("alert.format.slack") },
                ]}
                value={definition.webhook.format}
                onPick={(format) => definition.webhook && change({ webhook: { ...definition.webhook, format } })}
              />
            )}
            <SelectField
              label={t("alert.language")}
              choices={[
                { value: "en", label: "English" },
                { value: "fr", label: "Français" },
              ]}
              value={definition.language ?? "en"}
              onPick={(picked) => change({ language: picked })}
            />
          </div>
          <Check label={t("alert.again")} checked={definition.again} onChange={(again) => change({ again })} />
          <Check label={t("alert.over")} checked={definition.over} onChange={(over) => change({ over })} />
          <Check label={t("alert.onlyHours")} checked={definition.hours != null} onChange={(only) => change({ hours: only ? WORKING_HOURS : null })} />
          {definition.hours && <Hours hours={definition.hours} zone={project.timezone} onChange={(hours) => change({ hours })} />}
        </div>
      </Card>
      <Card>
        <div className={styles.stack}>
          <TextField label={t("alert.name")} value={name} placeholder={suggested} maxLength={200} onChange={(event) => setName(event.target.value)} />
          <Check label={t("alert.on")} checked={!definition.off} onChange={(on) => change({ off: !on })} />
        </div>
      </Card>
      {save.error && <Failure {...tellError(save.error, speech)} />}
      <div className={styles.foot}>
        <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
          {alert ? t("action.saveChanges") : t("action.save")}
        </Button>
        <Button onClick={() => void navigate(alert ? { to: "/p/$project/alerts/$alert", params: { ...params, alert: alert.id }, search: {} } : { to: "/p/$project/alerts", params, search: {} })}>{t("action.cancel")}</Button>
      </div>
    </Page>
  );
}

function conditionOf(kind: AlertCondition["kind"]): AlertCondition {
  switch (kind) {
    case "above":
    case "below":
      return { kind, value: 0 };
    case "rises":
    case "falls":
      return { kind, by: 0.2, unit: "share", against: "before" };
    case "unusual":
      return { kind, sensitivity: "medium", way: null };
  }
}

function ConditionFields({ when, isShare, onChange }: { when: AlertCondition; isShare: boolean; onChange: (when: AlertCondition) => void }) {
  const { t } = useSpeech();
  switch (when.kind) {
    case "above":
    case "below":
      return <NumberField label={isShare ? t("alert.boundShare") : t("alert.bound")} scale={isShare ? 100 : 1} value={when.value} onChange={(value) => onChange({ ...when, value })} />;
    case "rises":
    case "falls":
      return (
        <>
          <NumberField key={when.unit} label={when.unit === "share" ? t("alert.byShare") : t("alert.byAmount")} scale={when.unit === "share" || isShare ? 100 : 1} value={when.by} onChange={(by) => onChange({ ...when, by: Math.abs(by) })} />
          <SelectField
            label={t("alert.unit")}
            choices={[
              { value: "share", label: t("alert.unit.share") },
              { value: "amount", label: isShare ? t("alert.unit.points") : t("alert.unit.amount") },
            ]}
            value={when.unit}
            onPick={(unit) => onChange({ ...when, unit })}
          />
          <SelectField
            label={t("alert.against")}
            choices={[
              { value: "before", label: t("alert.against.before") },
              { value: "last_week", label: t("alert.against.last_week") },
            ]}
            value={when.against}
            onPick={(against) => onChange({ ...when, against })}
          />
        </>
      );
    case "unusual":
      return (
        <>
          <SelectField label={t("alert.sensitivity")} hint={t("alert.sensitivityHint")} choices={(["low", "medium", "high"] as const).map((one) => ({ value: one, label: t(`alert.sensitivity.${one}`) }))} value={when.sensitivity} onPick={(sensitivity) => onChange({ ...when, sensitivity })} />
          <SelectField label={t("alert.way")} choices={(["both", "up", "down"] as const).map((one) => ({ value: one, label: t(`alert.way.${one}`) }))} value={when.way ?? "both"} onPick={(way) => onChange({ ...when, way: way === "both" ? null : way })} />
        </>
      );
  }
}

/** A number as it is typed; what is none changes nothing. */
function NumberField({ label, hint, value, scale = 1, onChange }: { label: string; hint?: string; value: number; scale?: number; onChange: (value: number) => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState(String(Number((value * scale).toPrecision(12))));
  const number = typedNumber(text);
  return (
    <TextField
      label={label}
      hint={hint}
      problem={number === null ? t("alert.noNumber") : null}
      inputMode="decimal"
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const typed = typedNumber(event.target.value);
        if (typed !== null) onChange(typed / scale);
      }}
    />
  );
}

function Hours({ hours, zone, onChange }: { hours: NonNullable<AlertDefinition["hours"]>; zone: string; onChange: (hours: NonNullable<AlertDefinition["hours"]>) => void }) {
  const { t, language } = useSpeech();
  return (
    <div className={styles.hours}>
      <fieldset>
        <legend>{t("alert.days")}</legend>
        {WEEK.map((day) => (
          <Check
            key={day}
            label={weekday(day, language)}
            checked={hours.days.includes(day)}
            onChange={(on) => onChange({ ...hours, days: WEEK.filter((one) => (one === day ? on : hours.days.includes(one))) })}
          />
        ))}
      </fieldset>
      <TextField label={t("alert.from")} type="time" value={hours.from} onChange={(event) => onChange({ ...hours, from: event.target.value })} />
      <TextField label={t("alert.to")} type="time" hint={t("alert.zone", { zone })} value={hours.to} onChange={(event) => onChange({ ...hours, to: event.target.value })} />
    </div>
  );
}

function Preview({ definition, metric }: { definition: AlertDefinition; metric: Metric }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  // Whom it tells changes nothing of what it watches.
  const watched = useSettled({ ...definition, mail: [], webhook: null, hours: null }, 400);
  const { data, error, isFetching } = useQuery({
    queryKey: ["alert preview", project.id, watched],
    queryFn: ({ signal }) => api.previewAlert(project.id, watched, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  if (error && !isFetching) return <Failure {...tellError(error, speech)} />;
  if (!data) return <Skeleton height={280} />;
  const over = data.points.filter((point) => point.over);
  const unjudged = over.filter((point) => point.unjudged === "no_past").length;
  return (
    <div className={styles.preview} aria-busy={isFetching}>
      <p className={styles.sentence}>{t("alert.wouldHave", { n: data.fires, of: over.length, unit: data.unit })}</p>
      {unjudged > 0 && <Note>{t("alert.tooYoung", { n: unjudged, unit: data.unit })}</Note>}
      <AlertPicture metric={metric} preview={data} when={watched.when} />
    </div>
  );
}
