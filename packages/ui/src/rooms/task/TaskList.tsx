// The tasks of a project, each with how its attempts of the last 30 days went.
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { api } from "@/api/client.ts";
import type { Task } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { useAsk } from "@/report/useAsk.ts";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { NumberHead } from "@/ui/NumberHead.tsx";
import { Card, Page } from "@/ui/Page.tsx";
import { Empty, Failure, Skeleton, SkeletonRows } from "@/ui/State.tsx";
import table from "@/ui/table.module.css";
import { written } from "./definition.ts";
import { classOf } from "./figures.ts";
import { scorecardQuestion, START } from "./search.ts";
import { TaskExample } from "./TaskExample.tsx";
import { CLASS, CLASSES } from "./words.ts";
import styles from "./task.module.css";

export function TaskList() {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const list = useQuery({ queryKey: ["tasks", project.id], queryFn: () => api.tasks(project.id) });
  const mayChange = project.role !== "viewer";
  const tasks = list.data?.tasks ?? [];
  const create = (
    <Button look="primary" icon={<Plus aria-hidden />} onClick={() => void navigate({ to: "/p/$project/tasks/$task", params: { project: String(project.id), task: "new" }, search: {} })}>
      {t("task.create")}
    </Button>
  );
  return (
    <Page title={t("room.task")} aside={mayChange && tasks.length > 0 ? create : undefined}>
      {list.isPending && <SkeletonRows rows={6} />}
      {list.error && <Failure {...tellError(list.error, speech)} />}
      {list.data && tasks.length === 0 && <Empty title={t("task.none")} text={t("task.answers")} picture={<TaskExample />} action={mayChange ? create : undefined} />}
      {tasks.length > 0 && (
        <Card flush>
          <div className={table.wrap} tabIndex={0} role="region" aria-label={t("room.task")}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col" className={table.pinned}>
                    {t("task.column.name")}
                  </th>
                  <th scope="col">{t("task.column.owner")}</th>
                  <NumberHead>{t("task.column.attempts")}</NumberHead>
                  <NumberHead>{t("task.column.planned")}</NumberHead>
                  <th scope="col" className={table.wide}>
                    {t("task.column.outcome")}
                  </th>
                </tr>
              </thead>
              <tbody>
                {tasks.map((task) => (
                  <Row key={task.id} task={task} />
                ))}
              </tbody>
            </table>
          </div>
        </Card>
      )}
      {tasks.length > 0 && (
        <ul className={styles.keys}>
          {CLASSES.map((one) => (
            <li key={one}>
              <i data-class={one} aria-hidden />
              {t(CLASS[one])}
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function Row({ task }: { task: Task }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const { asked, error } = useAsk<"task">(scorecardQuestion(written(task.definition), START));
  const answer = asked?.answer;
  const planned = answer && classOf(answer, "as_planned");
  const said = answer ? format.list(answer.classes.map((one) => t("task.classShare", { name: t(CLASS[one.class]), share: format.percent(one.share ?? 0, 0) }))) : "";
  return (
    <tr>
      <th scope="row" className={table.pinned}>
        <Link to="/p/$project/tasks/$task" params={{ project: String(project.id), task: task.id }} search={{}}>
          {task.name}
        </Link>
      </th>
      <td>{task.owner || "–"}</td>
      <td className={table.number}>{answer ? format.number(answer.attempts) : ""}</td>
      <td className={table.number}>{planned?.share == null ? "–" : format.percent(planned.share, 0)}</td>
      <td className={table.wide}>
        {error ? (
          tellError(error, speech).what
        ) : !answer ? (
          <Skeleton height={12} />
        ) : answer.attempts === 0 ? (
          <span className={table.muted}>{t("task.noAttempts")}</span>
        ) : (
          <div className={`${styles.bar} ${styles.inRow}`} role="img" aria-label={said} title={said}>
            {answer.classes.filter((one) => one.count > 0).map((one) => (
              <i key={one.class} data-class={one.class} style={{ flexGrow: one.count }} />
            ))}
          </div>
        )}
      </td>
    </tr>
  );
}
