// What people say: each survey of the task with its mean, what was chosen, and words.
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client.ts";
import type { Survey } from "@/api/survey.ts";
import type { Task, TaskVoice } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { textOf } from "@/rooms/survey/definition.ts";
import { useProject } from "@/shell/session.tsx";
import { Skeleton } from "@/ui/State.tsx";
import { FEW } from "./figures.ts";
import { Folded } from "./Folded.tsx";
import { Quotes } from "./Quotes.tsx";
import { filterOf, type Scope } from "./search.ts";
import { LINK } from "./words.ts";
import styles from "./task.module.css";

const SHOWN_CHOICES = 3;
const SHOWN_QUOTES = 2;
const SHOWN_THEMES = 3;
/** Of fewer answers no themes are made. */
const FEWEST_WORDS = 10;

/** The surveys that are named, for their titles and the words of their choices; one that was deleted is not there. */
export function useSurveysOf(ids: readonly string[]): Map<string, Survey> {
  const project = useProject();
  const queries = useQueries({ queries: ids.map((id) => ({ queryKey: ["survey", project.id, id], queryFn: () => api.survey(project.id, id), retry: false, staleTime: 60_000 })) });
  return new Map(queries.flatMap(({ data }) => (data ? [[data.id, data]] : [])));
}

export function choiceName(choice: string, survey: Survey | undefined, language: string, other: string): string {
  if (choice === "other") return other;
  if (!survey) return choice;
  const found = survey.definition.questions.flatMap((question) => question.choices ?? []).find(({ id }) => id === choice);
  return textOf(found?.text, language, survey.definition) || choice;
}

export function Voices({ task, voices, scope }: { task: Task; voices: TaskVoice[]; scope: Scope }) {
  const { t } = useSpeech();
  const project = useProject();
  const surveys = useSurveysOf([...new Set(voices.map(({ survey }) => survey))]);
  const list = useQuery({ queryKey: ["surveys", project.id], queryFn: () => api.surveys(project.id), staleTime: 60_000 });
  const titles = new Map(list.data?.surveys.map(({ id, name }) => [id, name]));
  return (
    <aside className={styles.voices} aria-label={t("task.voices")}>
      <h2>{t("task.voices")}</h2>
      {voices.length === 0 && (
        <p className={styles.muted}>
          {t("task.noVoices")}{" "}
          <Link to="/p/$project/tasks/$task" params={{ project: String(project.id), task: task.id }} search={{ tab: "edit" }}>
            {t("task.linkSurveys")}
          </Link>
        </p>
      )}
      {voices.map((voice, i) => (
        <Voice
          key={voice.link}
          voice={voice}
          survey={surveys.get(voice.survey)}
          title={titles.get(voice.survey)}
          // A survey that is asked for two reasons says its themes once.
          scope={voices.findIndex(({ survey }) => survey === voice.survey) === i ? scope : null}
        />
      ))}
    </aside>
  );
}

function Voice({ voice, survey, title, scope }: { voice: TaskVoice; survey: Survey | undefined; title: string | undefined; scope: Scope | null }) {
  const { t, format, language } = useSpeech();
  const project = useProject();
  const most = Math.max(1, ...voice.scores.map(({ count }) => count));
  return (
    <section className={styles.voice}>
      <h3>
        {t(LINK[voice.link])}
        <Link to="/p/$project/surveys/$survey" params={{ project: String(project.id), survey: voice.survey }} search={{ tab: "results" }} title={title}>
          {title ?? t("task.survey")}
        </Link>
      </h3>
      <p className={styles.mean}>
        {voice.mean !== null && <strong>{format.number(Math.round(voice.mean * 10) / 10)}</strong>}
        <span>{t("task.answersCount", { n: voice.answers, shown: format.number(voice.answers) })}</span>
        {voice.answers > 0 && voice.answers < FEW && <em>{t("survey.tooFew")}</em>}
        {voice.scores.length > 1 && (
          <span className={styles.scores} role="img" aria-label={voice.scores.map(({ score, count }) => `${format.number(score)}: ${format.number(count)}`).join(", ")}>
            {voice.scores.map(({ score, count }) => (
              <i key={score} title={`${format.number(score)}: ${format.number(count)}`} style={{ height: `${Math.max(8, (100 * count) / most)}%` }} />
            ))}
          </span>
        )}
      </p>
      {voice.choices.length > 0 && (
        <ul className={styles.choices}>
          {voice.choices.slice(0, SHOWN_CHOICES).map(({ choice, count }) => (
            <li key={choice}>
              <span>{choiceName(choice, survey, language, t("survey.otherChoice"))}</span>
              <b>{format.number(count)}</b>
            </li>
          ))}
        </ul>
      )}
      {voice.quotes.length > 0 && (
        <Folded title={t("theme.quotes")}>
          {scope !== null && voice.quotes.length >= FEWEST_WORDS && <ThemesOf voice={voice} scope={scope} />}
          <Quotes quotes={voice.quotes} most={SHOWN_QUOTES} />
        </Folded>
      )}
    </section>
  );
}

/** What the words of a survey speak of, each theme with how many say so and one of them. */
function ThemesOf({ voice, scope }: { voice: TaskVoice; scope: Scope }) {
  const { t, format, language } = useSpeech();
  const project = useProject();
  const filter = filterOf(scope);
  const body = { range: scope.range, ...(filter ? { filter } : {}) };
  const query = useQuery({ queryKey: ["surveyThemes", project.id, voice.survey, body], queryFn: ({ signal }) => api.surveyThemes(project.id, voice.survey, body, signal), staleTime: 60_000, retry: false });
  const themes = query.data?.themes.slice(0, SHOWN_THEMES) ?? [];
  if (query.isPending) return <Skeleton height={48} />;
  if (themes.length === 0) return null;
  return (
    <ol className={styles.themes} aria-label={t("survey.tab.themes")}>
      {themes.map((theme) => (
        <li key={theme.terms.join(" ")}>
          <p>
            <Link to="/p/$project/surveys/$survey" params={{ project: String(project.id), survey: voice.survey }} search={{ tab: "themes" }}>
              {theme.name[language]}
            </Link>
            <b>{format.number(theme.share.n)}</b>
            <small>{format.percent(theme.share.share, 0)}</small>
          </p>
          <Quotes quotes={theme.quotes.map(({ text, person, session, at, score }) => ({ text, person: person ?? null, session: session ?? null, score: score ?? null, time: at }))} most={1} />
        </li>
      ))}
    </ol>
  );
}
