// One survey: what it found, who said it, what it is made of, and why somebody is or is not asked.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Copy, Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Survey } from "@/api/survey.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import type { Definition } from "./definition.ts";
import { LINKS } from "@/rooms/task/definition.ts";
import { Editor } from "./Editor.tsx";
import { Responses } from "./Responses.tsx";
import { Results } from "./Results.tsx";
import { Share } from "./Share.tsx";
import { TABS, type SurveySearch, type Tab } from "./search.ts";
import { StatusChip } from "./SurveyList.tsx";
import { BLANK, TEMPLATES } from "./templates.ts";
import { Themes } from "./Themes.tsx";
import { Why } from "./Why.tsx";
import styles from "./survey.module.css";

const TAB: Record<Tab, MessageKey> = { results: "survey.tab.results", themes: "survey.tab.themes", answers: "survey.tab.answers", edit: "survey.tab.edit", share: "survey.tab.share", why: "survey.tab.why" };

export function SurveyRoom() {
  const { survey } = useParams({ from: "/signed-in/p/$project/surveys/$survey" });
  return survey === "new" ? <NewSurvey /> : <OneSurvey key={survey} id={survey} />;
}

/** Nothing is kept before it is saved. What other screens hand over stands in `q`. */
function NewSurvey() {
  const { t, language } = useSpeech();
  const search = useSearch({ from: "/signed-in/p/$project/surveys/$survey" }) as SurveySearch;
  const template = TEMPLATES.find((one) => one.id === search.template);
  const slot = LINKS.find((one) => one === search.link);
  const link = search.task && slot ? { task: search.task, slot } : undefined;
  const given = search.q !== null && typeof search.q === "object" && Array.isArray((search.q as Definition).questions) ? (search.q as Definition) : undefined;
  return (
    <Page title={t("survey.new")}>
      <Editor survey={null} startName={template?.name[language] ?? t("survey.new")} startDefinition={given ?? template?.definition ?? BLANK} {...(link ? { link } : {})} />
    </Page>
  );
}

function OneSurvey({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/surveys/$survey" }) as SurveySearch;
  const query = useQuery({ queryKey: ["survey", project.id, id], queryFn: () => api.survey(project.id, id), retry: false });
  const survey = query.data;
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!survey) return <Failure {...tellError(query.error, speech)} />;
  const tab: Tab = search.tab ?? (survey.version > 0 ? "results" : "edit");
  const params = { project: String(project.id), survey: id };
  return (
    <Page
      title={survey.name}
      aside={
        <>
          <StatusChip status={survey.status} />
          {project.role !== "viewer" && <Actions survey={survey} onCopied={(copy) => void navigate({ to: "/p/$project/surveys/$survey", params: { ...params, survey: copy }, search: { tab: "edit" } })} />}
        </>
      }
    >
      <nav className={styles.tabs} aria-label={survey.name}>
        {TABS.map((one) => (
          <Link key={one} to="/p/$project/surveys/$survey" params={params} search={{ ...search, tab: one }} aria-current={one === tab ? "page" : undefined}>
            {t(TAB[one])}
          </Link>
        ))}
      </nav>
      {tab === "edit" && <Editor survey={survey} startName={survey.name} startDefinition={survey.definition} />}
      {tab === "results" && <Results survey={survey} />}
      {tab === "themes" && <Themes survey={survey} />}
      {tab === "answers" && <Responses survey={survey} />}
      {tab === "share" && <Share survey={survey} />}
      {tab === "why" && <Why survey={survey} />}
    </Page>
  );
}

function Actions({ survey, onCopied }: { survey: Survey; onCopied: (id: string) => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isRemoving, setRemoving] = useState(false);
  const renew = async (): Promise<void> => {
    await Promise.all([client.invalidateQueries({ queryKey: ["survey", project.id, survey.id] }), client.invalidateQueries({ queryKey: ["surveys", project.id] })]);
  };
  const change = useMutation({
    mutationFn: (status: "running" | "paused" | "closed") => api.changeSurveyStatus(project.id, survey.id, status),
    onSuccess: renew,
    onError: (error) => toast(tellError(error, speech).what),
  });
  const copy = useMutation({
    mutationFn: () => api.createSurvey(project.id, { name: t("survey.copyName", { name: survey.name }), definition: survey.definition }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["surveys", project.id] });
      onCopied(made.id);
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const remove = useMutation({
    mutationFn: () => api.removeSurvey(project.id, survey.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["surveys", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/surveys", params: { project: String(project.id) } });
    },
  });
  return (
    <>
      {survey.status === "running" && (
        <Button icon={<Pause aria-hidden />} busy={change.isPending} onClick={() => change.mutate("paused")}>
          {t("survey.pause")}
        </Button>
      )}
      {(survey.status === "paused" || survey.status === "closed") && (
        <Button icon={<Play aria-hidden />} busy={change.isPending} onClick={() => change.mutate("running")}>
          {t("survey.resume")}
        </Button>
      )}
      {survey.status === "paused" && <Button onClick={() => change.mutate("closed")}>{t("survey.close")}</Button>}
      <IconButton label={t("survey.copy")} icon={<Copy />} onClick={() => copy.mutate()} />
      <IconButton label={t("action.removeNamed", { name: survey.name })} icon={<Trash2 />} onClick={() => setRemoving(true)} />
      {isRemoving && (
        <RemoveDialog title={t("survey.removeTitle", { name: survey.name })} remove={remove} onClose={() => setRemoving(false)}>
          {t("survey.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
