// One alert: what it watches and how that looks, what became of it and why, and whether those were told who are to be.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { BellRing, Pencil, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Alert, AlertEvent, AlertHistory } from "@/api/alert.ts";
import type { Metric } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useWriting } from "@/rooms/metric/MetricFigure.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Failure, Note, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { AlertEditor } from "./AlertEditor.tsx";
import { AlertState } from "./AlertList.tsx";
import { AlertPicture } from "./AlertPicture.tsx";
import type { AlertSearch } from "./search.ts";
import { WhyList } from "./WhyList.tsx";
import { conditionWords, toldWords, weekday } from "./words.ts";
import styles from "./alert.module.css";

/** What becomes of it is looked at again while it is open. */
const LOOK_AGAIN_MS = 5_000;

export function AlertRoom() {
  const { alert } = useParams({ from: "/signed-in/p/$project/alerts/$alert" });
  const { metric } = useSearch({ from: "/signed-in/p/$project/alerts/$alert" }) as AlertSearch;
  if (alert === "new") return <AlertEditor alert={null} metric={metric} />;
  return <OneAlert key={alert} id={alert} />;
}

function OneAlert({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/alerts/$alert" }) as AlertSearch;
  const query = useQuery({ queryKey: ["alert", project.id, id], queryFn: () => api.alert(project.id, id), retry: false, refetchInterval: LOOK_AGAIN_MS });
  const metrics = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) });
  const alert = query.data;
  if (query.isPending || metrics.isPending) return <SkeletonRows rows={8} />;
  if (!alert) return <Failure {...tellError(query.error, speech)} />;
  if (search.edit) return <AlertEditor key={alert.version} alert={alert} metric={alert.definition.metric} />;
  const metric = metrics.data?.metrics.find((one) => one.id === alert.definition.metric);
  return (
    <Page
      title={alert.name}
      aside={
        <>
          <AlertState alert={alert} />
          {project.role !== "viewer" && (
            <>
              <Try alert={alert} />
              <Button icon={<Pencil aria-hidden />} onClick={() => void navigate({ to: ".", search: { edit: true } })}>
                {t("alert.edit")}
              </Button>
              <Remove alert={alert} />
            </>
          )}
        </>
      }
    >
      {alert.state.trouble === "metric_gone" || !metric ? <Note tone="warn">{t("alert.goneText")}</Note> : alert.state.trouble ? <Note tone="warn">{t("alert.troubleText", { why: alert.state.trouble })}</Note> : null}
      {metric && <Watched alert={alert} metric={metric} />}
      <History alert={alert} />
    </Page>
  );
}

function Watched({ alert, metric }: { alert: Alert; metric: Metric }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { spoken } = useWriting(metric);
  const { definition, state } = alert;
  const preview = useQuery({ queryKey: ["alert preview", project.id, definition], queryFn: ({ signal }) => api.previewAlert(project.id, definition, signal), staleTime: 60_000, retry: false });
  return (
    <Card>
      <p className={styles.sentence}>
        <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: metric.id }} search={{}}>
          {metric.name}
        </Link>{" "}
        {conditionWords(definition.when, metric.definition, spoken)}
      </p>
      <p className={styles.quiet}>
        {definition.off ? t("alert.isOff") : t("alert.looks", { looked: state.looked_at ? format.ago(state.looked_at, Date.now()) : t("alert.notYet"), next: state.next_at ? format.moment(state.next_at, project.timezone) : "–" })}
        {definition.hours && ` ${t("alert.hoursText", { days: format.list(definition.hours.days.map((day) => weekday(day, spoken.locale))), from: definition.hours.from, to: definition.hours.to })}`}
      </p>
      {preview.error ? <Failure {...tellError(preview.error, speech)} /> : preview.data ? <AlertPicture metric={metric} preview={preview.data} when={definition.when} /> : <Skeleton height={260} />}
    </Card>
  );
}

function History({ alert }: { alert: Alert }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const history = useQuery({ queryKey: ["alert history", project.id, alert.id], queryFn: () => api.alertHistory(project.id, alert.id), refetchInterval: LOOK_AGAIN_MS });
  if (history.error) return <Failure {...tellError(history.error, speech)} />;
  if (history.isPending) return <SkeletonRows rows={4} />;
  const { events } = history.data;
  return (
    <>
      <Card title={t("alert.history")}>
        {events.length === 0 && <p className={styles.quiet}>{t("alert.nothingYet")}</p>}
        <ol className={styles.events}>
          {events.map((event, at) => (
            <Event key={event.id} event={event} isOpen={at === events.findIndex((one) => one.kind === "fired")} />
          ))}
        </ol>
      </Card>
      <Deliveries history={history.data} alert={alert} />
    </>
  );
}

function Event({ event, isOpen }: { event: AlertEvent; isOpen: boolean }) {
  const { t, format } = useSpeech();
  const project = useProject();
  const { told } = event;
  const metric = { definition: { format: told.format, currency: told.currency } } as Pick<Metric, "definition">;
  const { spoken } = useWriting(metric);
  const head = (
    <>
      <span className={styles.state} data-kind={event.kind === "fired" ? "firing" : "quiet"}>
        {event.kind === "fired" ? <BellRing aria-hidden /> : <i aria-hidden />}
        {t(`alert.event.${event.kind}`)}
      </span>
      <strong>{toldWords(told, event.kind, spoken)}</strong>
      <span className={styles.quiet}>
        {told.start && format.interval(told.start, told.unit, project.timezone, true)} · {t("alert.toldAt", { when: format.moment(event.at, project.timezone) })}
        {told.held_until && ` · ${t("alert.heldUntil", { when: format.moment(told.held_until, project.timezone) })}`}
      </span>
    </>
  );
  if (event.kind !== "fired") return <li className={styles.event}>{head}</li>;
  return (
    <li>
      <details className={styles.fired} open={isOpen}>
        <summary className={styles.event}>{head}</summary>
        <h3>{t("why.title")}</h3>
        <WhyList why={told.why} start={told.start} unit={told.unit} metric={metric} />
      </details>
    </li>
  );
}

function Deliveries({ history, alert }: { history: AlertHistory; alert: Alert }) {
  const { t, format } = useSpeech();
  const project = useProject();
  if (history.deliveries.length === 0 && !alert.definition.webhook) return null;
  return (
    <Card title={t("alert.deliveries")}>
      {history.secret && alert.definition.webhook && (
        <p className={styles.quiet}>
          {t("survey.alert.secret")} <code>{history.secret}</code>
        </p>
      )}
      {history.deliveries.length > 0 && (
        <div className={table.wrap} tabIndex={0} role="region" aria-label={t("alert.deliveries")}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("alert.column.to")}</th>
                <th scope="col">{t("mail.state")}</th>
                <th scope="col">{t("alert.column.at")}</th>
              </tr>
            </thead>
            <tbody>
              {history.deliveries.map((one) => (
                <tr key={one.id}>
                  <th scope="row" className={styles.address}>
                    {one.to}
                  </th>
                  <td>
                    {t(`mail.state.${one.status}`)} {one.last_error && <span className={table.muted}>{one.last_error}</span>}
                    {one.next_at && <span className={table.muted}> {t("alert.nextTry", { when: format.moment(one.next_at, project.timezone) })}</span>}
                  </td>
                  <td>{format.moment(one.ended_at ?? one.created_at, project.timezone)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

function Try({ alert }: { alert: Alert }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const toast = useToast();
  const tellsNobody = alert.definition.mail.length === 0 && !alert.definition.webhook;
  const test = useMutation({
    mutationFn: () => api.testAlert(project.id, alert.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["alert history", project.id, alert.id] });
      toast(t("alert.tried"));
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  return (
    <Button icon={<Send aria-hidden />} busy={test.isPending} disabled={tellsNobody} title={tellsNobody ? t("alert.tellsNobody") : undefined} onClick={() => test.mutate()}>
      {t("alert.try")}
    </Button>
  );
}

function Remove({ alert }: { alert: Alert }) {
  const { t } = useSpeech();
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.removeAlert(project.id, alert.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["alerts", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/alerts", params: { project: String(project.id) }, search: {} });
    },
  });
  return (
    <>
      <IconButton label={t("action.removeNamed", { name: alert.name })} icon={<Trash2 />} onClick={() => setAsking(true)} />
      {isAsking && (
        <RemoveDialog title={t("alert.removeTitle", { name: alert.name })} remove={remove} onClose={() => setAsking(false)}>
          {t("alert.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
