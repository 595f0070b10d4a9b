// A tree of metrics, from the one that matters most on the left to those that a team moves on the right, as things stand or stood on a day.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Ellipsis, Plus, Trash2, Unplug } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Metric, MetricNode, MetricTree, MetricTreeDefinition, MetricTreeValue } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { randomId } from "@/ui/browser.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { EditableTitle } from "@/ui/EditableTitle.tsx";
import { LongField } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { useDocumentTitle } from "@/ui/Page.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Empty, Failure, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { strength } from "./figures.ts";
import { MetricExample } from "./MetricExample.tsx";
import { MetricFigure } from "./MetricFigure.tsx";
import type { TreeSearch } from "./search.ts";
import { branches, hung, placesFor, shifted, withoutBranch, type Branch } from "./tree.ts";
import styles from "./metric.module.css";

export function TreeRoom() {
  const { tree } = useParams({ from: "/signed-in/p/$project/metric-trees/$tree" });
  const speech = useSpeech();
  const project = useProject();
  const query = useQuery({ queryKey: ["metric tree", project.id, tree], queryFn: () => api.metricTree(project.id, tree), retry: false });
  if (query.isPending) return <SkeletonRows rows={8} />;
  if (!query.data) return <Failure {...tellError(query.error, speech)} />;
  return <Whole key={tree} tree={query.data} />;
}

interface Ways {
  metrics: Map<string, Metric>;
  value: MetricTreeValue | undefined;
  nodes: MetricNode[];
  mayChange: boolean;
  change: (nodes: MetricNode[]) => void;
  add: (parent: string | null) => void;
}

function Whole({ tree }: { tree: MetricTree }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const search = useSearch({ from: "/signed-in/p/$project/metric-trees/$tree" }) as TreeSearch;
  const [addTo, setAddTo] = useState<{ parent: string | null } | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const key = ["metric tree", project.id, tree.id];
  const metrics = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) });
  const asked = new URLSearchParams({ language, ...(search.as_of ? { as_of: search.as_of } : {}) }).toString();
  const shown = tree.definition.nodes.flatMap((node) => node.metric ?? []).toSorted().join();
  const hangs = tree.definition.nodes.map((node) => `${node.id}:${node.parent ?? ""}`).join();
  const value = useQuery({
    queryKey: ["metric tree value", project.id, tree.id, shown, hangs, tree.version, asked],
    queryFn: ({ signal }) => api.metricTreeValue(project.id, tree.id, asked, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const { mutate } = useMutation({
    scope: { id: `tree ${tree.id}` },
    mutationFn: (change: { name?: string; definition?: MetricTreeDefinition }) => {
      const seen = client.getQueryData<MetricTree>(key) ?? tree;
      return api.changeMetricTree(project.id, tree.id, { name: change.name ?? seen.name, definition: change.definition ?? seen.definition, version: seen.version });
    },
    onSuccess: (kept) => {
      client.setQueryData(key, kept);
      void client.invalidateQueries({ queryKey: ["metric trees", project.id] });
    },
    onError: (error) => {
      void client.invalidateQueries({ queryKey: key });
      toast(tellError(error, speech).what);
    },
  });
  const remove = useMutation({
    mutationFn: () => api.removeMetricTree(project.id, tree.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["metric trees", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/metrics", params: { project: String(project.id) } });
    },
  });
  useDocumentTitle(tree.name);
  const mayChange = project.role !== "viewer";
  const change = (nodes: MetricNode[]): void => mutate({ definition: { ...tree.definition, nodes } });
  const ways: Ways = {
    metrics: new Map((metrics.data?.metrics ?? []).map((metric) => [metric.id, metric])),
    value: value.data,
    nodes: tree.definition.nodes,
    mayChange,
    change,
    add: (parent) => setAddTo({ parent }),
  };
  return (
    <div className={styles.treeRoom}>
      <header className={styles.treeHead}>
        <EditableTitle name={mayChange ? tree.name : null} offered={tree.name} label={t("metric.tree.name")} onRename={(name) => mutate({ name })} />
        <div className={styles.treeActions}>
          <label className={styles.asOf}>
            {t("metric.tree.asOf")}
            <input type="date" value={search.as_of ?? ""} onChange={(event) => void navigate({ to: ".", search: { as_of: event.target.value || undefined }, replace: true })} />
          </label>
          {mayChange && (
            <>
              <Button icon={<Plus aria-hidden />} onClick={() => setAddTo({ parent: null })}>
                {t("metric.tree.addTop")}
              </Button>
              <IconButton label={t("action.removeNamed", { name: tree.name })} icon={<Trash2 />} onClick={() => setRemoving(true)} />
            </>
          )}
        </div>
      </header>
      {value.error && <Failure {...tellError(value.error, speech)} />}
      {tree.definition.nodes.length === 0 ? (
        <Empty title={t("metric.tree.none")} text={t("metric.tree.answers")} picture={<MetricExample />} />
      ) : (
        <div className={styles.canvas} tabIndex={0} role="region" aria-label={tree.name}>
          <Level branches={branches(tree.definition.nodes)} ways={ways} />
        </div>
      )}
      <p className={styles.explain}>{t("metric.tree.caveat")}</p>
      {addTo && (
        <AddNode
          metrics={[...ways.metrics.values()]}
          onAdd={(added) => {
            change([...tree.definition.nodes, { id: randomId(), parent: addTo.parent ?? undefined, ...added }]);
            setAddTo(null);
          }}
          onClose={() => setAddTo(null)}
        />
      )}
      {isRemoving && (
        <RemoveDialog title={t("metric.removeTitle", { name: tree.name })} remove={remove} onClose={() => setRemoving(false)}>
          {t("metric.tree.removeText")}
        </RemoveDialog>
      )}
    </div>
  );
}

function Level({ branches: list, ways }: { branches: Branch[]; ways: Ways }) {
  return (
    <ul className={styles.level}>
      {list.map(({ node, below }) => (
        <li key={node.id}>
          <Node node={node} ways={ways} />
          {below.length > 0 && <Level branches={below} ways={ways} />}
        </li>
      ))}
    </ul>
  );
}

function Node({ node, ways }: { node: MetricNode; ways: Ways }) {
  const { t } = useSpeech();
  const project = useProject();
  const metric = node.metric ? ways.metrics.get(node.metric) : undefined;
  const value = node.metric ? ways.value?.values[node.metric] : undefined;
  const edge = ways.value?.edges.find((one) => one.node === node.id);
  const name = metric?.name ?? node.text ?? "";
  return (
    <article className={styles.node} data-text={node.metric ? undefined : true}>
      {edge && <Edge r={edge.r ?? null} n={edge.n} isEnough={edge.enough} />}
      <header>
        {metric ? (
          <h2>
            <Link to="/p/$project/metrics/$metric" params={{ project: String(project.id), metric: metric.id }} search={{}}>
              {metric.name}
            </Link>
          </h2>
        ) : (
          node.metric && <h2 className={styles.gone}>{t("metric.tree.gone")}</h2>
        )}
        {ways.mayChange && <NodeMenu node={node} name={name} ways={ways} />}
      </header>
      {metric && metric.definition.owner !== "" && <small>{metric.definition.owner}</small>}
      {metric && (value ? <MetricFigure metric={metric} value={value} /> : <Skeleton height={64} />)}
      {node.text && <p className={styles.lines}>{node.text}</p>}
    </article>
  );
}

function Edge({ r, n, isEnough }: { r: number | null; n: number; isEnough: boolean }) {
  const { t, format } = useSpeech();
  const title = r === null ? t("metric.edge.none") : t("metric.edge.title", { r: format.number(Math.round(r * 100) / 100), n, strength: strength(r) });
  return (
    <span className={styles.edge} data-strength={r !== null && isEnough ? strength(r) : undefined} title={title} aria-label={title} role="img">
      {r === null ? "–" : `r ${format.number(Math.round(r * 100) / 100)}${isEnough ? "" : "?"}`}
    </span>
  );
}

function NodeMenu({ node, name, ways }: { node: MetricNode; name: string; ways: Ways }) {
  const { t } = useSpeech();
  const [isHanging, setHanging] = useState(false);
  const nameOf = (one: MetricNode): string => (one.metric ? (ways.metrics.get(one.metric)?.name ?? t("metric.tree.gone")) : (one.text ?? ""));
  const act = (picked: string): void => {
    if (picked === "add") ways.add(node.id);
    else if (picked === "up") ways.change(shifted(ways.nodes, node.id, -1));
    else if (picked === "down") ways.change(shifted(ways.nodes, node.id, 1));
    else if (picked === "hang") setHanging(true);
    else ways.change(withoutBranch(ways.nodes, node.id));
  };
  return (
    <>
      <Popover label={t("board.tileMenu", { name })} placement="bottom-end" trigger={(props) => <IconButton {...(props as object)} look="plain" label={t("board.tileMenu", { name })} icon={<Ellipsis />} />}>
        {(close) => (
          <OptionList
            searchable={false}
            placeholder={t("board.tileMenu", { name })}
            empty=""
            options={[
              { value: "add", label: t("metric.tree.addBelow"), icon: <Plus aria-hidden /> },
              { value: "up", label: t("metric.tree.up"), icon: <ArrowUp aria-hidden /> },
              { value: "down", label: t("metric.tree.down"), icon: <ArrowDown aria-hidden /> },
              { value: "hang", label: t("metric.tree.hang"), icon: <Unplug aria-hidden /> },
              { value: "remove", label: t("metric.tree.takeOff"), icon: <Trash2 aria-hidden /> },
            ]}
            onPick={(picked) => {
              close();
              act(picked);
            }}
          />
        )}
      </Popover>
      {isHanging && (
        <Dialog title={t("metric.tree.hang")} closeLabel={t("action.close")} onClose={() => setHanging(false)}>
          <OptionList
            placeholder={t("metric.find")}
            empty=""
            selected={node.parent ?? ""}
            options={[{ value: "", label: t("metric.tree.top") }, ...placesFor(ways.nodes, node.id).map((one) => ({ value: one.id, label: nameOf(one) }))]}
            onPick={(parent) => {
              ways.change(hung(ways.nodes, node.id, parent === "" ? null : parent));
              setHanging(false);
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function AddNode({ metrics, onAdd, onClose }: { metrics: Metric[]; onAdd: (node: { metric?: string; text?: string }) => void; onClose: () => void }) {
  const { t } = useSpeech();
  const [text, setText] = useState("");
  return (
    <Dialog
      title={t("metric.tree.add")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        <Button disabled={text.trim() === ""} onClick={() => onAdd({ text: text.trim() })}>
          {t("board.addText")}
        </Button>
      }
    >
      <OptionList placeholder={t("metric.find")} empty={t("board.noMetrics")} options={metrics.map((metric) => ({ value: metric.id, label: metric.name, hint: metric.definition.owner }))} onPick={(metric) => onAdd({ metric })} />
      <LongField label={t("metric.tree.text")} hint={t("metric.tree.textHint")} value={text} onChange={(event) => setText(event.target.value)} />
    </Dialog>
  );
}
