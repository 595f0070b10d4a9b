// One metric: its number and its line, what it means, who answers for it, and where it is used.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { BadgeCheck, BellRing, Pencil, Search, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Why } from "@/api/alert.ts";
import type { Metric, MetricInUse, MetricValue } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { pathOfKind } from "@/shell/roomList.ts";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Failure, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { isReportKind } from "@/report/parts.ts";
import { WhyList } from "@/rooms/alert/WhyList.tsx";
import { figureName } from "./figures.ts";
import { MetricEditor } from "./MetricEditor.tsx";
import type { MetricSearch } from "./search.ts";
import { useMetricValue } from "./useMetrics.ts";
import { ValueOverTime } from "./ValueOverTime.tsx";
import styles from "./metric.module.css";

export function MetricRoom() {
  const { metric } = useParams({ from: "/signed-in/p/$project/metrics/$metric" });
  const search = useSearch({ from: "/signed-in/p/$project/metrics/$metric" }) as MetricSearch;
  if (metric === "new") return <MetricEditor metric={null} start={search.q} name={search.title ?? ""} figure={search.figure} format={search.format} />;
  return <OneMetric key={metric} id={metric} />;
}

function OneMetric({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/metrics/$metric" }) as MetricSearch;
  const query = useQuery({ queryKey: ["metric", project.id, id], queryFn: () => api.metric(project.id, id), retry: false });
  const metric = query.data;
  if (query.isPending) return <SkeletonRows rows={8} />;
  if (!metric) return <Failure {...tellError(query.error, speech)} />;
  if (search.edit) return <MetricEditor key={metric.version} metric={metric} start={metric.definition.question} name={metric.name} />;
  return (
    <Page
      title={metric.name}
      aside={
        <>
          {metric.definition.verified && (
            <span className={styles.badge}>
              <BadgeCheck aria-hidden />
              {t("metric.verified")}
            </span>
          )}
          {metric.definition.owner !== "" && <span className={styles.owner}>{t("metric.ownedBy", { owner: metric.definition.owner })}</span>}
          {project.role !== "viewer" && (
            <>
              <Button icon={<BellRing aria-hidden />} onClick={() => void navigate({ to: "/p/$project/alerts/$alert", params: { project: String(project.id), alert: "new" }, search: { metric: metric.id } })}>
                {t("alert.setOn")}
              </Button>
              <Button icon={<Pencil aria-hidden />} onClick={() => void navigate({ to: ".", search: { edit: true } })}>
                {t("metric.edit")}
              </Button>
              <Remove metric={metric} />
            </>
          )}
        </>
      }
    >
      <Standing metric={metric} />
      <About metric={metric} />
    </Page>
  );
}

function Standing({ metric }: { metric: Metric }) {
  const speech = useSpeech();
  const { t } = speech;
  const { data: value, error, refetch } = useMetricValue(metric.id, metric.version);
  if (error)
    return (
      <Failure
        {...tellError(error, speech)}
        action={
          <Button size="small" onClick={() => void refetch()}>
            {t("action.askAgain")}
          </Button>
        }
      />
    );
  return (
    <>
      <Card>{value ? <ValueOverTime metric={metric} value={value} /> : <Skeleton height={320} />}</Card>
      {value?.at && <WhyCard metric={metric} at={value.at} unit={value.unit} />}
    </>
  );
}

/** Asks what explains the latest move, when somebody wants to know: it takes up to sixteen questions. */
function WhyCard({ metric, at, unit }: { metric: Metric; at: string; unit: MetricValue["unit"] }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const [against, setAgainst] = useState<Why["against"] | null>(null);
  const why = useQuery({
    queryKey: ["metric why", project.id, metric.id, metric.version, at, against],
    queryFn: ({ signal }) => api.metricWhy(project.id, metric.id, { at, against: against ?? "before" }, signal),
    enabled: against !== null,
    staleTime: 300_000,
    retry: false,
  });
  const usual = unit === "hour" || unit === "day" ? "last_week" : "before";
  const choices = (unit === "hour" || unit === "day" ? (["before", "last_week", "usual"] as const) : (["before", "usual"] as const)).map((one) => ({ value: one, label: t(`why.against.${one}`) }));
  return (
    <Card title={t("why.ask")} aside={against !== null && <InlineSelect label={t("alert.against")} choices={choices} value={against} onPick={setAgainst} />}>
      {against === null ? (
        <div>
          <Button icon={<Search aria-hidden />} onClick={() => setAgainst(usual)}>
            {t("why.look")}
          </Button>
        </div>
      ) : why.error ? (
        <Failure {...tellError(why.error, speech)} />
      ) : why.data ? (
        <WhyList why={why.data.why} start={at} unit={unit} metric={metric} />
      ) : (
        <SkeletonRows rows={4} />
      )}
    </Card>
  );
}

function About({ metric }: { metric: MetricInUse }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const { question, figure, description } = metric.definition;
  const versions = useQuery({ queryKey: ["metric versions", project.id, metric.id, metric.version], queryFn: () => api.metricVersions(project.id, metric.id) });
  return (
    <Card title={t("metric.about")}>
      <dl className={styles.about}>
        {description !== "" && (
          <>
            <dt>{t("metric.description")}</dt>
            <dd className={styles.lines}>{description}</dd>
          </>
        )}
        <dt>{t("metric.readFrom")}</dt>
        <dd>
          {isReportKind(question.kind) ? (
            <Link to={`/p/$project/${pathOfKind(question.kind)}`} params={params} search={{ q: { ...question, range: { last: 90, unit: "day" } } } as object}>
              {t("metric.openReport")}
            </Link>
          ) : (
            t("room.task")
          )}
          {figure && ` · ${figureName(figure, speech)}`}
        </dd>
        <dt>{t("metric.usedIn")}</dt>
        <dd>
          {metric.used_in.length === 0 ? (
            t("metric.usedNowhere")
          ) : (
            <ul>
              {metric.used_in.map((one) => (
                <li key={one.id}>
                  {one.kind === "alert" ? (
                    <Link to="/p/$project/alerts/$alert" params={{ ...params, alert: one.id }} search={{}}>
                      {one.name}
                    </Link>
                  ) : one.kind === "board" ? (
                    <Link to="/p/$project/boards/$board" params={{ ...params, board: one.id }} search={{}}>
                      {one.name}
                    </Link>
                  ) : (
                    <Link to="/p/$project/metric-trees/$tree" params={{ ...params, tree: one.id }} search={{}}>
                      {one.name}
                    </Link>
                  )}
                </li>
              ))}
            </ul>
          )}
        </dd>
        <dt>{t("metric.changes")}</dt>
        <dd>
          <ol className={styles.changes}>
            {(versions.data?.versions ?? []).slice(0, 10).map((one) => (
              <li key={one.version}>{t("metric.change", { version: one.version, who: one.created_by, when: format.moment(one.created_at, project.timezone) })}</li>
            ))}
          </ol>
        </dd>
      </dl>
    </Card>
  );
}

function Remove({ metric }: { metric: MetricInUse }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.removeMetric(project.id, metric.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["metrics", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/metrics", params: { project: String(project.id) } });
    },
  });
  return (
    <>
      <IconButton label={t("action.removeNamed", { name: metric.name })} icon={<Trash2 />} onClick={() => setAsking(true)} />
      {isAsking && (
        <RemoveDialog title={t("metric.removeTitle", { name: metric.name })} remove={remove} onClose={() => setAsking(false)}>
          {metric.used_in.length > 0 ? t("metric.removeUsed", { n: metric.used_in.length, where: format.list(metric.used_in.map((one) => one.name)) }) : t("metric.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
