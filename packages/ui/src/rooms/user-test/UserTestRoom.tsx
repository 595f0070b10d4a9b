// One user test: what it found, who took part, how people are invited, and what it is made of.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Copy, Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { UserTest } from "@/api/userTest.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { StatusChip } from "@/rooms/survey/SurveyList.tsx";
import surveys from "@/rooms/survey/survey.module.css";
import { tellError } from "@/shell/errors.ts";
import { RemoveDialog } from "@/shell/RemoveDialog.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { BLANK } from "./definition.ts";
import { Editor } from "./Editor.tsx";
import { Invite } from "./Invite.tsx";
import { Participants } from "./Participants.tsx";
import { Results } from "./Results.tsx";
import { TEST_TABS, type TestTab, type UserTestSearch } from "./search.ts";
import { TAB } from "./words.ts";

export function UserTestRoom() {
  const { test } = useParams({ from: "/signed-in/p/$project/user-tests/$test" });
  const { t } = useSpeech();
  if (test !== "new") return <OneTest key={test} id={test} />;
  return (
    <Page title={t("userTest.new")}>
      <Editor test={null} startName={t("userTest.new")} startDefinition={BLANK} />
    </Page>
  );
}

function OneTest({ id }: { id: string }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const search = useSearch({ from: "/signed-in/p/$project/user-tests/$test" }) as UserTestSearch;
  const query = useQuery({ queryKey: ["userTest", project.id, id], queryFn: () => api.userTest(project.id, id), retry: false });
  const test = query.data;
  if (query.isPending) return <SkeletonRows rows={10} />;
  if (!test) return <Failure {...tellError(query.error, speech)} />;
  const tab: TestTab = search.tab ?? (test.version > 0 ? "results" : "edit");
  return (
    <Page
      title={test.name}
      aside={
        <>
          <StatusChip status={test.status} />
          {project.role !== "viewer" && <Actions test={test} />}
        </>
      }
    >
      <nav className={surveys.tabs} aria-label={test.name}>
        {TEST_TABS.map((one) => (
          <Link key={one} to="/p/$project/user-tests/$test" params={{ project: String(project.id), test: id }} search={{ tab: one }} aria-current={one === tab ? "page" : undefined}>
            {t(TAB[one])}
          </Link>
        ))}
      </nav>
      {tab === "edit" && <Editor test={test} startName={test.name} startDefinition={test.definition} />}
      {tab === "results" && <Results test={test} />}
      {tab === "participants" && <Participants test={test} />}
      {tab === "invite" && <Invite test={test} />}
    </Page>
  );
}

function Actions({ test }: { test: UserTest }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const toast = useToast();
  const [isRemoving, setRemoving] = useState(false);
  const params = { project: String(project.id), test: test.id };
  const renew = async (): Promise<void> => {
    await Promise.all([client.invalidateQueries({ queryKey: ["userTest", project.id, test.id] }), client.invalidateQueries({ queryKey: ["userTests", project.id] })]);
  };
  const change = useMutation({
    mutationFn: (status: "running" | "paused" | "closed") => api.changeUserTestStatus(project.id, test.id, status),
    onSuccess: renew,
    onError: (error) => toast(tellError(error, speech).what),
  });
  const copy = useMutation({
    mutationFn: () => api.createUserTest(project.id, { name: t("survey.copyName", { name: test.name }), definition: test.definition }),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: ["userTests", project.id] });
      void navigate({ to: "/p/$project/user-tests/$test", params: { ...params, test: made.id }, search: { tab: "edit" } });
    },
    onError: (error) => toast(tellError(error, speech).what),
  });
  const remove = useMutation({
    mutationFn: () => api.removeUserTest(project.id, test.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["userTests", project.id] });
      toast(t("toast.removed"));
      void navigate({ to: "/p/$project/user-tests", params: { project: String(project.id) } });
    },
  });
  return (
    <>
      {test.status === "running" && (
        <Button icon={<Pause aria-hidden />} busy={change.isPending} onClick={() => change.mutate("paused")}>
          {t("survey.pause")}
        </Button>
      )}
      {(test.status === "paused" || test.status === "closed") && (
        <Button icon={<Play aria-hidden />} busy={change.isPending} onClick={() => change.mutate("running")}>
          {t("survey.resume")}
        </Button>
      )}
      {(test.status === "paused" || test.status === "running") && <Button onClick={() => change.mutate("closed")}>{t("survey.close")}</Button>}
      <IconButton label={t("survey.copy")} icon={<Copy />} onClick={() => copy.mutate()} />
      <IconButton label={t("action.removeNamed", { name: test.name })} icon={<Trash2 />} onClick={() => setRemoving(true)} />
      {isRemoving && (
        <RemoveDialog title={t("survey.removeTitle", { name: test.name })} remove={remove} onClose={() => setRemoving(false)}>
          {t("userTest.removeText")}
        </RemoveDialog>
      )}
    </>
  );
}
