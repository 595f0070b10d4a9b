// One task: its scorecard, the attempts at it, and what it consists of.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Link2, Printer, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Task } from "@/api/task.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { copyText } from "@/ui/browser.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import surveys from "@/rooms/survey/survey.module.css";
import { Attempts } from "./Attempts.tsx";
import { BLANK, drawn, pathOf } from "./definition.ts";
import { Editor } from "./Editor.tsx";
import { Scorecard } from "./Scorecard.tsx";
import { readPages, TASK_TABS, type TaskSearch, type TaskTab } from "./search.ts";
import { useTask } from "./useAttempts.ts";
import styles from "./task.module.css";

const TAB: Record<TaskTab, MessageKey> = { scorecard: "task.tab.scorecard", attempts: "task.tab.attempts", edit: "task.tab.edit" };

export function TaskRoom() {
  const { task } = useParams({ from: "/signed-in/p/$project/tasks/$task" });
  return task === "new" ? <NewTask /> : <OneTask key={task} id={task} />;
}

/** Nothing is kept before it is saved. A path that another screen hands over stands in `q`. */
function NewTask() {
  const { t } = useSpeech();
  const search = useSearch({ from: "/signed-in/p/$project/tasks/$task" }) as TaskSearch;
  const pages = readPages(search.q).map(pathOf);
  return (
    <Page title={t("task.new")}>
      <Editor task={null} start={pages.length > 0 ? { ...BLANK, ...drawn(pages) } : BLANK} recording={search.recording} />
    </Page>
  );
}

function OneTask({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const search = useSearch({ from: "/signed-in/p/$project/tasks/$task" }) as TaskSearch;
  const toast = useToast();
  const query = useTask(id);
  const task = query.data;
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!task) return <Failure {...tellError(query.error, speech)} />;
  const tab: TaskTab = search.tab ?? "scorecard";
  return (
    <Page
      title={task.name}
      aside={
        <>
          {task.owner !== "" && <span className={styles.owner}>{t("task.ownedBy", { owner: task.owner })}</span>}
          <Button size="small" icon={<Link2 aria-hidden />} onClick={() => void copyText(location.href).then((done) => toast(done ? t("toast.linkCopied") : t("toast.notCopied")))}>
            {t("action.share")}
          </Button>
          {tab === "scorecard" && <IconButton label={t("task.print")} icon={<Printer />} onClick={() => print()} />}
          {project.role !== "viewer" && <Remove task={task} />}
        </>
      }
    >
      <nav className={`${surveys.tabs} ${styles.tabs}`} aria-label={task.name}>
        {TASK_TABS.map((one) => (
          <Link key={one} to="/p/$project/tasks/$task" params={{ project: String(project.id), task: id }} search={{ ...search, at: undefined, title: undefined, tab: one }} aria-current={one === tab ? "page" : undefined}>
            {t(TAB[one])}
          </Link>
        ))}
      </nav>
      {tab === "scorecard" && <Scorecard task={task} />}
      {tab === "attempts" && <Attempts task={task} />}
      {tab === "edit" && <Editor key={task.version} task={task} start={task.definition} />}
    </Page>
  );
}

function Remove({ task }: { task: Task }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => api.removeTask(project.id, task.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["tasks", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/tasks", params: { project: String(project.id) } });
    },
  });
  return (
    <>
      <IconButton label={t("action.removeNamed", { name: task.name })} icon={<Trash2 />} onClick={() => setAsking(true)} />
      {isAsking && (
        <RemoveDialog title={t("task.removeTitle", { name: task.name })} remove={remove} onClose={() => setAsking(false)}>
          {t("task.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
