// A survey that a task's card asks: linked to the task as soon as it is saved, under what it is for.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { SurveyLink } from "@/rooms/task/definition.ts";
import { LINK } from "@/rooms/task/words.ts";
import { useProject } from "@/shell/session.tsx";
import { Check, Segmented } from "@/ui/Field.tsx";
import type { Definition } from "./definition.ts";
import styles from "./survey.module.css";

export interface TaskLink {
  task: string;
  slot: SurveyLink;
}

/** Of the task as it is now: others may have changed it meanwhile. */
export async function linkTo(project: number, { task, slot }: TaskLink, survey: string): Promise<void> {
  const { name, owner, definition } = await api.task(project, task);
  await api.changeTask(project, task, { name, owner, definition: { ...definition, surveys: { ...definition.surveys, [slot]: survey } } });
}

interface LinkNoteProps {
  link: TaskLink;
  isLinking: boolean;
  onLink: (isLinking: boolean) => void;
  definition: Definition;
  onChange: (definition: Definition) => void;
}

export function LinkNote({ link, isLinking, onLink, definition, onChange }: LinkNoteProps) {
  const { t } = useSpeech();
  const project = useProject();
  const task = useQuery({ queryKey: ["task", project.id, link.task], queryFn: () => api.task(project.id, link.task), retry: false });
  const surveys = useQuery({ queryKey: ["surveys", project.id], queryFn: () => api.surveys(project.id), staleTime: 60_000 });
  // Why they leave can be asked before they do, or once they have.
  const [before] = useState(definition);
  if (!task.data) return null;
  const linked = task.data.definition.surveys?.[link.slot];
  const replaced = surveys.data?.surveys.find(({ id }) => id === linked)?.name;
  const isAfter = definition.triggers?.some((one) => one.on === "task") ?? false;
  return (
    <section className={styles.link} aria-label={t("survey.linkTask")}>
      <Check label={t("survey.linkTo", { task: task.data.name, what: t(LINK[link.slot]) })} checked={isLinking} onChange={onLink} />
      {isLinking && replaced !== undefined && <p>{t("survey.linkReplaces", { name: replaced })}</p>}
      {link.slot === "exit" && (
        <Segmented
          label={t("survey.linkMoment")}
          choices={[
            { value: "before", label: t("survey.linkBefore") },
            { value: "after", label: t("survey.linkAfter") },
          ]}
          value={isAfter ? "after" : "before"}
          onPick={(when) => onChange(when === "after" ? { ...definition, triggers: [{ on: "task", task: link.task, outcome: "failed" }], pages: [] } : { ...definition, triggers: before.triggers, pages: before.pages })}
        />
      )}
      {link.slot === "churn" && <p>{t("survey.linkChurn")}</p>}
    </section>
  );
}
