// What a board can show: a saved report, a metric, a task, or words.
import { useQuery } from "@tanstack/react-query";
import { Gauge, Target } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Shows } from "@/api/board.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { isReportKind } from "@/report/parts.ts";
import { roomOfKind } from "@/shell/roomList.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { LongField, Segmented } from "@/ui/Field.tsx";
import { OptionList } from "@/ui/OptionList.tsx";
import { Dialog } from "@/ui/Panel.tsx";
import styles from "./board.module.css";

const KINDS = ["report", "metric", "task", "text"] as const;

export function AddTile({ onAdd, onClose }: { onAdd: (shows: Shows) => void; onClose: () => void }) {
  const { t } = useSpeech();
  const project = useProject();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("report");
  const [text, setText] = useState("");
  const reports = useQuery({ queryKey: ["reports", project.id], queryFn: () => api.reports(project.id) });
  const metrics = useQuery({ queryKey: ["metrics", project.id], queryFn: () => api.metrics(project.id) });
  const tasks = useQuery({ queryKey: ["tasks", project.id], queryFn: () => api.tasks(project.id) });
  const add = (shows: Shows): void => {
    onAdd(shows);
    onClose();
  };
  return (
    <Dialog
      title={t("board.add")}
      closeLabel={t("action.close")}
      onClose={onClose}
      footer={
        kind === "text" && (
          <Button look="primary" disabled={text.trim() === ""} onClick={() => add({ kind: "text", text })}>
            {t("board.addText")}
          </Button>
        )
      }
    >
      <Segmented label={t("board.what")} choices={KINDS.map((one) => ({ value: one, label: t(`board.kind.${one}`) }))} value={kind} onPick={setKind} />
      <div className={styles.choose}>
        {kind === "report" && (
          <OptionList
            placeholder={t("reports.find")}
            empty={t("board.noReports")}
            loading={reports.isPending}
            options={(reports.data?.reports ?? []).filter((report) => isReportKind(report.kind)).map((report) => {
              const room = roomOfKind(report.kind);
              return { value: report.id, label: report.name, hint: room && t(room.label), icon: room && <room.icon aria-hidden /> };
            })}
            onPick={(report) => add({ kind: "report", report })}
          />
        )}
        {kind === "metric" && (
          <OptionList
            placeholder={t("metric.find")}
            empty={t("board.noMetrics")}
            loading={metrics.isPending}
            options={(metrics.data?.metrics ?? []).map((metric) => ({ value: metric.id, label: metric.name, hint: metric.definition.owner, icon: <Gauge aria-hidden /> }))}
            onPick={(metric) => add({ kind: "metric", metric })}
          />
        )}
        {kind === "task" && (
          <OptionList
            placeholder={t("board.findTask")}
            empty={t("board.noTasks")}
            loading={tasks.isPending}
            options={(tasks.data?.tasks ?? []).map((task) => ({ value: task.id, label: task.name, hint: task.owner, icon: <Target aria-hidden /> }))}
            onPick={(task) => add({ kind: "task", task })}
          />
        )}
        {kind === "text" && <LongField label={t("board.text")} hint={t("board.markdown")} rows={8} value={text} autoFocus onChange={(event) => setText(event.target.value)} />}
      </div>
    </Dialog>
  );
}
