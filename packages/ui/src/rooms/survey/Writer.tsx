// A draft of a survey from what somebody wants to know, made while they write it.
import { useNavigate } from "@tanstack/react-router";
import { useId, useMemo, useState, type FormEvent } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { useProject } from "@/shell/session.tsx";
import { Button } from "@/ui/Button.tsx";
import { KIND } from "./words.ts";
import { draftOf } from "./draft.ts";
import styles from "./survey.module.css";

export function Writer() {
  const { t, language } = useSpeech();
  const project = useProject();
  const navigate = useNavigate();
  const id = useId();
  const [goal, setGoal] = useState("");
  const draft = useMemo(() => (goal.trim().length > 3 ? draftOf(goal) : undefined), [goal]);
  const take = (event: FormEvent): void => {
    event.preventDefault();
    if (draft) void navigate({ to: "/p/$project/surveys/$survey", params: { project: String(project.id), survey: "new" }, search: { q: draft.definition } });
  };
  return (
    <form className={styles.writer} onSubmit={take}>
      <label htmlFor={id}>{t("survey.writer")}</label>
      <div>
        <input id={id} value={goal} maxLength={300} placeholder={t("survey.writerExample")} aria-describedby={`${id}-draft`} onChange={(event) => setGoal(event.target.value)} />
        <Button look="primary" type="submit" disabled={!draft}>
          {t("survey.writerTake")}
        </Button>
      </div>
      <div id={`${id}-draft`} aria-live="polite">
        {draft ? (
          <>
            <p>{draft.topics.length > 0 ? t("survey.writerAbout", { topics: draft.topics.map((topic) => topic.name[language]).join(" · ") }) : t("survey.writerAny")}</p>
            <ol>
              {draft.definition.questions.map((question) => (
                <li key={question.id}>
                  {question.text?.[language]} <small>{t(KIND[question.kind])}</small>
                </li>
              ))}
            </ol>
          </>
        ) : (
          <p>{t("survey.writerHint")}</p>
        )}
      </div>
    </form>
  );
}
