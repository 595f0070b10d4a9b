// One study: those who take part, and what it is made of.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { DoorOpen, Pause, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Study, StudyStatus } from "@/api/interview.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useMe, useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { beginning } from "./beginning.ts";
import { Participants } from "./Participants.tsx";
import { TABS, type StudySearch, type Tab } from "./search.ts";
import { StudyEditor } from "./StudyEditor.tsx";
import { StudyChip } from "./StudyList.tsx";
import styles from "./interview.module.css";

const TAB: Record<Tab, MessageKey> = { people: "interview.tab.people", edit: "interview.tab.edit" };

export function StudyRoom() {
  const { study } = useParams({ from: "/signed-in/p/$project/interviews/$study" });
  return study === "new" ? <NewStudy /> : <OneStudy key={study} id={study} />;
}

/** Nothing is kept before it is saved. */
function NewStudy() {
  const { t } = useSpeech();
  const me = useMe();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Page title={t("interview.new")}>
      <StudyEditor study={null} startTitle="" startDefinition={beginning({ name: me.user.name, email: me.user.email }, zone)} />
    </Page>
  );
}

function OneStudy({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const search = useSearch({ from: "/signed-in/p/$project/interviews/$study" }) as StudySearch;
  const query = useQuery({ queryKey: ["study", project.id, id], queryFn: () => api.study(project.id, id), retry: false });
  const study = query.data;
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!study) return <Failure {...tellError(query.error, speech)} />;
  const tab: Tab = search.tab ?? (study.status === "draft" ? "edit" : "people");
  return (
    <Page
      title={study.title}
      aside={
        <>
          <StudyChip status={study.status} />
          {project.role !== "viewer" && <Actions study={study} />}
        </>
      }
    >
      <nav className={styles.tabs} aria-label={study.title}>
        {TABS.map((one) => (
          <Link key={one} to="/p/$project/interviews/$study" params={{ project: String(project.id), study: id }} search={{ tab: one }} aria-current={one === tab ? "page" : undefined}>
            {t(TAB[one])}
          </Link>
        ))}
      </nav>
      {tab === "people" ? <Participants study={study} /> : <StudyEditor study={study} startTitle={study.title} startDefinition={study.definition} />}
    </Page>
  );
}

function Actions({ study }: { study: Study }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isRemoving, setRemoving] = useState(false);
  const change = useMutation({
    mutationFn: (status: StudyStatus) => api.changeStudyStatus(project.id, study.id, status),
    onSuccess: async (changed) => {
      client.setQueryData(["study", project.id, study.id], changed);
      await client.invalidateQueries({ queryKey: ["studies", project.id] });
      if (changed.status === "open") void navigate({ to: "/p/$project/interviews/$study", params: { project: String(project.id), study: study.id }, search: { tab: "people" } });
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const remove = useMutation({
    mutationFn: () => api.removeStudy(project.id, study.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["studies", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/interviews", params: { project: String(project.id) } });
    },
  });
  const isReady = study.problems.length === 0;
  return (
    <>
      {study.status === "open" ? (
        <Button icon={<Pause aria-hidden />} busy={change.isPending} onClick={() => change.mutate("paused")}>
          {t("interview.pause")}
        </Button>
      ) : (
        <Button look={study.status === "draft" ? "primary" : "plain"} icon={<DoorOpen aria-hidden />} disabled={!isReady} title={isReady ? undefined : t("interview.notReady")} busy={change.isPending} onClick={() => change.mutate("open")}>
          {study.status === "draft" ? t("interview.open") : t("interview.openAgain")}
        </Button>
      )}
      {study.status === "paused" && <Button onClick={() => change.mutate("closed")}>{t("interview.close")}</Button>}
      <IconButton label={t("action.removeNamed", { name: study.title })} icon={<Trash2 />} onClick={() => setRemoving(true)} />
      {isRemoving && (
        <RemoveDialog title={t("interview.removeTitle", { name: study.title })} remove={remove} onClose={() => setRemoving(false)}>
          {t("interview.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
