// The alerts of a project and how they stand; beside them what happened, the annotations.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { BellRing, Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import type { Alert } from "@/api/alert.ts";
import type { Metric } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useWriting } from "@/rooms/metric/MetricFigure.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, SkeletonRows } from "@/ui/State.tsx";
import settings from "@/rooms/project/Settings.module.css";
import table from "@/ui/table.module.css";
import { AlertExample } from "./AlertExample.tsx";
import { AnnotationList, NewAnnotation } from "./AnnotationList.tsx";
import type { AlertsSearch } from "./search.ts";
import { conditionWords } from "./words.ts";
import styles from "./alert.module.css";

export function AlertList() {
  const { t } = useSpeech();
  const project = useProject();
  const params = { project: String(project.id) };
  const { tab } = useSearch({ strict: false }) as AlertsSearch;
  const navigate = useNavigate();
  const mayChange = project.role !== "viewer";
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/alerts/$alert", params: { ...params, alert: "new" }, search: {} })}>
      {t("alert.create")}
    </Button>
  );
  return (
    <Page title={t("room.alert")} aside={mayChange ? tab === "annotations" ? <NewAnnotation /> : create : undefined}>
      <nav className={settings.tabs} aria-label={t("room.alert")}>
        <Link to="/p/$project/alerts" params={params} search={{}} data-active={tab === undefined || undefined} aria-current={tab === undefined ? "page" : undefined}>
          {t("room.alert")}
        </Link>
        <Link to="/p/$project/alerts" params={params} search={{ tab: "annotations" }} data-active={tab === "annotations" || undefined} aria-current={tab === "annotations" ? "page" : undefined}>
          {t("annotation.title")}
        </Link>
      </nav>
      {tab === "annotations" ? <AnnotationList /> : <Alerts />}
    </Page>
  );
}

function Alerts() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const list = useQuery({ queryKey: ["alerts", project.id], queryFn: () => api.alerts(project.id), refetchInterval: 30_000 });
  const metrics = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) });
  if (list.error) return <Failure {...tellError(list.error, speech)} />;
  if (list.isPending || metrics.isPending) return <SkeletonRows rows={6} />;
  const { alerts } = list.data;
  if (alerts.length === 0)
    return (
      <Empty
        title={t("alert.none")}
        text={t("alert.answers")}
        picture={<AlertExample />}
        action={
          project.role !== "viewer" ? (
            <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/alerts/$alert", params: { project: String(project.id), alert: "new" }, search: {} })}>
              {t("alert.create")}
            </Button>
          ) : undefined
        }
      />
    );
  const sorted = alerts.toSorted((a, b) => Number(b.state.firing) - Number(a.state.firing));
  return (
    <Card flush>
      <div className={table.wrap} tabIndex={0} role="region" aria-label={t("room.alert")}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.pinned}>
                {t("alert.column.name")}
              </th>
              <th scope="col">{t("alert.column.state")}</th>
              <th scope="col">{t("alert.column.metric")}</th>
              <th scope="col">{t("alert.column.when")}</th>
              <th scope="col">{t("alert.column.told")}</th>
              <th scope="col">{t("alert.column.looked")}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((alert) => (
              <Row key={alert.id} alert={alert} metric={metrics.data?.metrics.find((one) => one.id === alert.definition.metric)} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

const NO_METRIC = { definition: { format: "number" } } as Pick<Metric, "definition">;

function Row({ alert, metric }: { alert: Alert; metric: Metric | undefined }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const { spoken } = useWriting(metric ?? NO_METRIC);
  const { definition, state } = alert;
  return (
    <tr>
      <th scope="row" className={table.pinned}>
        <Link to="/p/$project/alerts/$alert" params={{ project: String(project.id), alert: alert.id }} search={{}}>
          {alert.name}
        </Link>
      </th>
      <td>
        <AlertState alert={alert} />
      </td>
      <td>
        {metric ? (
          <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: metric.id }} search={{}}>
            {metric.name}
          </Link>
        ) : (
          t("alert.metricGone")
        )}
      </td>
      <td>{conditionWords(definition.when, metric?.definition ?? NO_METRIC.definition, spoken)}</td>
      <td>{definition.mail.length === 0 && !definition.webhook ? t("alert.tellsNobody") : [definition.mail.length > 0 ? t("alert.mails", { n: definition.mail.length }) : "", definition.webhook ? t(`alert.format.${definition.webhook.format}`) : ""].filter(Boolean).join(", ")}</td>
      <td>{state.looked_at ? format.ago(state.looked_at, Date.now()) : "–"}</td>
    </tr>
  );
}

/** Shape, colour and word. */
export function AlertState({ alert }: { alert: Alert }) {
  const { t } = useSpeech();
  const { state, definition } = alert;
  const kind = definition.off ? "off" : state.trouble ? "trouble" : state.firing ? "firing" : "quiet";
  return (
    <span className={styles.state} data-kind={kind}>
      {kind === "firing" ? <BellRing aria-hidden /> : <i aria-hidden />}
      {t(`alert.state.${kind}`)}
      {state.undelivered && <small>{t("alert.undelivered")}</small>}
    </span>
  );
}
