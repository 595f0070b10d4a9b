// The metrics of a project, each as it stands, and the trees that show what hangs on what.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { BadgeCheck, Network, Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import type { Metric } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { useToast } from "@/ui/Toast.tsx";
import { MetricExample } from "./MetricExample.tsx";
import { Move, Spark, Target, useWriting } from "./MetricFigure.tsx";
import { useMetricValue } from "./useMetrics.ts";
import styles from "./metric.module.css";

export function MetricList() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const navigate = useNavigate();
  const list = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) });
  const metrics = list.data?.metrics ?? [];
  const mayChange = project.role !== "viewer";
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/metrics/$metric", params: { ...params, metric: "new" }, search: {} })}>
      {t("metric.create")}
    </Button>
  );
  return (
    <Page title={t("room.metric")} aside={mayChange && metrics.length > 0 ? create : undefined}>
      {list.isPending && <SkeletonRows rows={6} />}
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.data && metrics.length === 0 && <Empty title={t("metric.none")} text={t("metric.answers")} picture={<MetricExample />} action={mayChange ? create : undefined} />}
      {metrics.length > 0 && <Trees />}
      {metrics.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("room.metric")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("metric.column.name")}
                  </th>
                  <th scope="col">{t("metric.column.owner")}</th>
                  <NumberHead>{t("metric.column.value")}</NumberHead>
                  <NumberHead>{t("metric.column.change")}</NumberHead>
                  <th scope="col">{t("metric.column.target")}</th>
                  <th scope="col">{t("metric.column.line")}</th>
                </tr>
              </thead>
              <tbody>
                {metrics.map((metric) => (
                  <Row key={metric.id} metric={metric} />
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
    </Page>
  );
}

function Row({ metric }: { metric: Metric }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const { written, when } = useWriting(metric);
  const { data: value, error } = useMetricValue(metric.id, metric.version);
  return (
    <tr>
      <th scope="row" className={table.pinned}>
        <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: metric.id }} search={{}}>
          {metric.name}
        </Link>
        {metric.definition.verified && <BadgeCheck className={styles.verified} aria-label={t("metric.verified")} role="img" />}
      </th>
      <td>{metric.definition.owner || "–"}</td>
      <td className={table.number}>
        {value ? (
          <>
            <b>{written(value.value)}</b>
            {value.at && <small className={styles.small}>{when(value)(value.at)}</small>}
          </>
        ) : error ? (
          <span title={tellError(error, speech).what}>–</span>
        ) : (
          <Skeleton height={12} />
        )}
      </td>
      <td className={table.number}>{value ? <Move metric={metric} value={value} /> : ""}</td>
      <td className={styles.targetCell}>{value && metric.definition.target ? <Target metric={metric} value={value} /> : "–"}</td>
      <td className={styles.lineCell}>{value ? <Spark metric={metric} value={value} /> : ""}</td>
    </tr>
  );
}

function Trees() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const params = { project: String(project.id) };
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const { data } = useQuery({ queryKey: ["metric trees", project.id], queryFn: () => api.metricTrees(project.id) });
  const create = useMutation({
    mutationFn: () => api.createMetricTree(project.id, { name: t("metric.tree.newName"), definition: { description: "", nodes: [] } }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["metric trees", project.id] });
      void navigate({ to: "/p/$project/metric-trees/$tree", params: { ...params, tree: made.id }, search: {} });
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  return (
    <ul className={styles.trees} aria-label={t("metric.trees")}>
      {(data?.trees ?? []).map((tree) => (
        <li key={tree.id}>
          <Link to="/p/$project/metric-trees/$tree" params={{ ...params, tree: tree.id }} search={{}}>
            <Network aria-hidden />
            <strong>{tree.name}</strong>
            <small>{t("metric.tree.size", { n: tree.definition.nodes.filter((node) => node.metric).length })}</small>
          </Link>
        </li>
      ))}
      {project.role !== "viewer" && (
        <li>
          <Button icon={<Plus aria-hidden />} busy={create.isPending} onClick={() => create.mutate()}>
            {t("metric.tree.create")}
          </Button>
        </li>
      )}
    </ul>
  );
}
