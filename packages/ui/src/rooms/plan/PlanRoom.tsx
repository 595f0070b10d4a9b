// The tracking plan: what is planned beside what arrives, the draft on its way to be published, what was broken, what waits, and what was in force.
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Code, Download } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { PlanState } from "@/api/plan.ts";
import { useSpeech } from "@/i18n/language.tsx";
import settings from "@/rooms/project/Settings.module.css";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { FileButton } from "@/ui/FileButton.tsx";
import { Page } from "@/ui/Page.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import { useToast } from "@/ui/Toast.tsx";
import { EventList } from "./EventList.tsx";
import { EventPanel } from "./EventPanel.tsx";
import { Health } from "./Health.tsx";
import { Quarantine } from "./Quarantine.tsx";
import { Review } from "./Review.tsx";
import { PLAN_TABS, type PlanTab } from "./search.ts";
import { useBring, usePlan, useRefreshPlan } from "./usePlan.ts";
import { Versions } from "./Versions.tsx";
import { Violations } from "./Violations.tsx";
import styles from "./plan.module.css";

const TAB = { health: "plan.tab.health", violations: "plan.tab.violations", quarantine: "plan.tab.quarantine", versions: "plan.tab.versions" } as const;

const HELPERS = [
  { language: "typescript", label: "TypeScript", file: "events.ts" },
  { language: "python", label: "Python", file: "events.py" },
  { language: "kotlin", label: "Kotlin", file: "Events.kt" },
  { language: "swift", label: "Swift", file: "Events.swift" },
] as const;

export function PlanRoom() {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const toast = useToast();
  const { tab, event, find } = useSearch({ from: "/signed-in/p/$project/plan" });
  const { state, error } = usePlan();
  const bring = useBring(state, () => toast(t("plan.kept")));
  const mayChange = project.role !== "viewer";
  const params = { project: String(project.id) };
  const open = (name: string | undefined) => void navigate({ to: ".", search: { tab, event: name, find }, replace: name === undefined });
  const of = state?.draft ? "draft" : "published";
  const aside = (
    <div className={styles.actions}>
      {mayChange && state && <FileButton label={t("plan.import")} accept=".yaml,.yml,.json,.csv" busy={bring.isPending} onFile={(file) => void file.text().then((text) => bring.mutate(text))} />}
      {state && (state.draft || state.published) && (
        <a className={styles.download} href={`/api/projects/${project.id}/plan/file?of=${of}`} download="plan.yaml">
          <Download aria-hidden />
          {t("plan.export")}
        </a>
      )}
      {state && (state.draft || state.published) && (
        <Popover
          label={t("plan.helpers")}
          placement="bottom-end"
          trigger={(props) => (
            <Button {...(props as object)} size="small" icon={<Code aria-hidden />}>
              {t("plan.helpers")}
            </Button>
          )}
        >
          {(close) => (
            <div className={styles.helpers}>
              <p>{t("plan.helpersText")}</p>
              {HELPERS.map(({ language, label, file }) => (
                <a key={language} href={`/api/projects/${project.id}/plan/types?language=${language}&of=${of}`} download={file} onClick={close}>
                  {label} <code>{file}</code>
                </a>
              ))}
            </div>
          )}
        </Popover>
      )}
    </div>
  );
  const link = (one: PlanTab | undefined, label: string, count: number) => (
    <Link key={one ?? "events"} to="/p/$project/plan" params={params} search={{ tab: one }} data-active={tab === one || undefined} aria-current={tab === one ? "page" : undefined}>
      {label}
      {count > 0 && <span className={styles.badge}>{format.compact(count)}</span>}
    </Link>
  );
  return (
    <Page title={t("room.plan")} aside={aside}>
      {error != null && <Failure {...tellError(error, speech)} />}
      {bring.error && <Failure {...tellError(bring.error, speech)} />}
      {bring.data && bring.data.n_left_out > 0 && (
        <details className={styles.leftOut}>
          <summary>{t("plan.leftOut", { n: bring.data.n_left_out })}</summary>
          <ul>
            {bring.data.left_out.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </details>
      )}
      {!state && error == null && <SkeletonRows rows={8} />}
      {state && (
        <>
          <DraftBar state={state} />
          <nav className={settings.tabs} aria-label={t("room.plan")}>
            {link(undefined, t("plan.tab.events"), 0)}
            {PLAN_TABS.map((one) => link(one, t(TAB[one]), one === "quarantine" ? state.quarantined : 0))}
          </nav>
          {tab === undefined && <EventList state={state} find={find ?? ""} onFind={(next) => void navigate({ to: ".", search: { find: next === "" ? undefined : next }, replace: true })} onOpen={open} />}
          {tab === "health" && <Health onOpen={open} />}
          {tab === "violations" && <Violations state={state} onOpen={open} />}
          {tab === "quarantine" && <Quarantine />}
          {tab === "versions" && <Versions state={state} />}
          {event !== undefined && <EventPanel key={`${event} ${state.draft?.revision ?? 0}`} name={event} state={state} onClose={() => open(undefined)} />}
        </>
      )}
    </Page>
  );
}

/** What is being written and has not been published: how much it changes, whether it can be. */
function DraftBar({ state }: { state: PlanState }) {
  const speech = useSpeech();
  const { t } = speech;
  const project = useProject();
  const refresh = useRefreshPlan();
  const toast = useToast();
  const [reviewing, setReviewing] = useState(false);
  const discard = useMutation({
    mutationFn: () => api.discardPlan(project.id),
    onSuccess: async () => {
      await refresh();
      toast(t("plan.discarded"));
    },
  });
  const { draft } = state;
  if (!draft) return state.published ? <p className={styles.inForce}>{t("plan.inForce", { version: state.published.version, by: state.published.published_by })}</p> : null;
  const errors = draft.problems.filter((problem) => problem.severity === "error").length;
  return (
    <section className={styles.draft} aria-label={t("plan.draft")}>
      <div>
        <strong>{t("plan.draft")}</strong>
        <span>{t("plan.draftChanges", { n: draft.changes.length })}</span>
        {errors > 0 && <span className={styles.bad}>{t("plan.errors", { n: errors })}</span>}
        <span className={styles.muted}>{t("plan.changedBy", { by: draft.changed_by })}</span>
      </div>
      {project.role !== "viewer" && (
        <div className={styles.actions}>
          <Button size="small" look="quiet" busy={discard.isPending} onClick={() => discard.mutate()}>
            {t("plan.discard")}
          </Button>
          <Button size="small" look="primary" onClick={() => setReviewing(true)}>
            {t("plan.review")}
          </Button>
        </div>
      )}
      {discard.error && <Failure {...tellError(discard.error, speech)} />}
      {reviewing && <Review draft={draft} onClose={() => setReviewing(false)} />}
    </section>
  );
}
