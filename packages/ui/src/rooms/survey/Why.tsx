// Why a person is or is not shown this survey: the same steps that their page takes, with what is known of them here.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Check as CheckIcon, CircleHelp, X } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client.ts";
import type { Survey } from "@/api/survey.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { tellError } from "@/shell/errors.ts";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { TextField } from "@/ui/Field.tsx";
import { Card } from "@/ui/Page.tsx";
import { Failure, SkeletonRows } from "@/ui/State.tsx";
import type { SurveySearch } from "./search.ts";
import { useTaskNames } from "./useTaskNames.ts";
import { REASON, STEP, triggerName } from "./words.ts";
import styles from "./survey.module.css";

export function Why({ survey }: { survey: Survey }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const navigate = useNavigate();
  const search = useSearch({ from: "/signed-in/p/$project/surveys/$survey" }) as SurveySearch;
  const [person, setPerson] = useState(search.person ?? "");
  const [page, setPage] = useState("");
  const [asked, setAsked] = useState<{ person: string; page: string } | null>(search.person ? { person: search.person, page: "" } : null);
  const query = useQuery({ queryKey: ["surveyWhy", project.id, survey.id, asked], queryFn: ({ signal }) => api.whySurvey(project.id, survey.id, asked?.person ?? "", asked?.page ?? "", signal), enabled: asked !== null });
  const decision = query.data;
  const tasks = useTaskNames();
  const triggers = (survey.definition.triggers ?? []).map((trigger) => triggerName(speech, trigger, tasks));
  return (
    <Card title={t("survey.whyTitle")}>
      <form
        className={styles.whyForm}
        onSubmit={(event) => {
          event.preventDefault();
          if (person.trim() === "") return;
          setAsked({ person: person.trim(), page: page.trim() });
          void navigate({ to: "/p/$project/surveys/$survey", params: { project: String(project.id), survey: survey.id }, search: { ...search, person: person.trim() }, replace: true });
        }}
      >
        <TextField label={t("survey.whyPerson")} hint={t("survey.whyPersonHint")} value={person} onChange={(event) => setPerson(event.target.value)} />
        <TextField label={t("survey.whyPage")} hint={t("survey.whyPageHint")} placeholder="/pricing" value={page} onChange={(event) => setPage(event.target.value)} />
        <Button type="submit" look="primary" busy={query.isFetching}>
          {t("survey.whyAsk")}
        </Button>
      </form>
      {query.isLoading && <SkeletonRows rows={6} />}
      {query.error && <Failure {...tellError(query.error, speech)} />}
      {decision && (
        <>
          <p className={styles.verdict}>{decision.shown === true ? t("survey.why.yes") : decision.shown === false ? t("survey.why.no") : t("survey.why.depends")}</p>
          <ol className={styles.steps}>
            {decision.steps.map((step) => {
              const reason = step.reason ? REASON[step.reason] : undefined;
              const state = step.passes === true ? t("survey.step.passes") : step.passes === false ? (reason ? t(reason) : (step.reason ?? "")) : t("survey.step.depends");
              return (
                <li key={step.step} className={step.passes === false ? styles.fails : step.passes === true ? styles.passes : styles.depends}>
                  {step.passes === true ? <CheckIcon aria-hidden /> : step.passes === false ? <X aria-hidden /> : <CircleHelp aria-hidden />}
                  <b>{t(STEP[step.step] ?? "survey.step.running")}</b>
                  <span>
                    {step.step === "trigger" && triggers.length > 0 ? t("survey.step.triggers", { triggers: format.list(triggers, "disjunction") }) : state}
                    {step.until && ` ${t("survey.until.moment", { moment: format.moment(step.until, project.timezone) })}`}
                  </span>
                </li>
              );
            })}
          </ol>
          <p className={styles.muted}>
            {decision.last_seen ? t("survey.whyKnown", { page: decision.page ?? "–", seen: format.moment(decision.last_seen, project.timezone) }) : t("survey.whyUnknown")}{" "}
            {decision.shown_at.length > 0 ? t("survey.whyShown", { n: decision.shown_at.length, last: format.moment(decision.shown_at.at(-1) ?? "", project.timezone) }) : t("survey.whyNeverShown")}
          </p>
        </>
      )}
    </Card>
  );
}
