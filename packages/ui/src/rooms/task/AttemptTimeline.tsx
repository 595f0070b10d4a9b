// One attempt as it went: pages and steps in order of time, what went wrong, how it ended, and what the person said of it.
import { Link } from "@tanstack/react-router";
import type { Attempt, Task } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { factorName } from "@/rooms/friction/friction.ts";
import { useProject } from "@/shell/session.tsx";
import type { SurveyLink } from "./definition.ts";
import { timelineOf } from "./timeline.ts";
import { LINK, pageName, stepName } from "./words.ts";
import styles from "./task.module.css";

export function AttemptTimeline({ attempt, task }: { attempt: Attempt; task: Task }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const project = useProject();
  const steps = task.definition.steps ?? [];
  const nameOf = (id: string): string => {
    const step = steps.find((one) => one.id === id);
    return step ? stepName(step, speech) : id;
  };
  const at = (seconds: number): string => `+${seconds < 1 ? t("task.atOnce") : format.duration(Math.round(seconds))}`;
  const signals = Object.entries(attempt.signals);
  return (
    <div className={styles.timeline}>
      <ol>
        {timelineOf(attempt).map((entry, i) => (
          <li key={i} data-detour={entry.detour || undefined} data-step={entry.step !== null || undefined}>
            <time>{at(entry.seconds)}</time>
            <span>
              {entry.step !== null && <b>{nameOf(entry.step)}</b>}
              {entry.page !== undefined && <span>{pageName(entry.page, speech)}</span>}
              {entry.detour && <small>{t("task.detour")}</small>}
            </span>
          </li>
        ))}
        <li data-end={attempt.end_by}>
          <time>{at(attempt.elapsed_seconds)}</time>
          <b>{t("task.endBy", { how: attempt.end_by })}</b>
        </li>
      </ol>
      <dl>
        <div>
          <dt>{t("task.adherence")}</dt>
          <dd>{attempt.adherence === null ? "–" : format.percent(attempt.adherence, 0)}</dd>
        </div>
        <div>
          <dt>{t("task.order")}</dt>
          <dd>{t(attempt.order_ok ? "task.orderOk" : "task.orderBroken")}</dd>
        </div>
        {attempt.unexpected_start && (
          <div>
            <dt>{t("task.beginning")}</dt>
            <dd>{t("task.unexpectedStart")}</dd>
          </div>
        )}
        {attempt.lostness !== null && (
          <div>
            <dt>{t("userTest.lostness")}</dt>
            <dd>{format.number(Math.round(attempt.lostness * 100) / 100)}</dd>
          </div>
        )}
        <div>
          <dt>{t("task.signals")}</dt>
          <dd>{signals.length === 0 ? t("task.noSignals") : signals.map(([signal, n]) => t("task.signalTimes", { signal: factorName(signal, speech), n: format.number(n) })).join(" · ")}</dd>
        </div>
        {attempt.errors > 0 && (
          <div>
            <dt>{t("task.errors")}</dt>
            <dd>{format.number(attempt.errors)}</dd>
          </div>
        )}
        {attempt.release !== null && (
          <div>
            <dt>{t("property.release")}</dt>
            <dd>{attempt.release}</dd>
          </div>
        )}
        {attempt.answers.map((answer) => (
          <div key={`${answer.link} ${answer.time}`}>
            <dt>{t(LINK[answer.link as SurveyLink])}</dt>
            <dd>
              {answer.score !== null && <b>{format.number(answer.score)} </b>}
              {answer.text !== null && <q dir="auto">{answer.text}</q>}
            </dd>
          </div>
        ))}
        {attempt.recording === null && (
          <div>
            <dt>{t("room.recording")}</dt>
            <dd>
              {t("task.notRecorded")}{" "}
              <Link to="/p/$project/people/$person" params={{ project: String(project.id), person: attempt.person }}>
                {t("task.toPerson")}
              </Link>
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
