// The way that is meant, step by step: how many get there, how long it takes them and the slow ones, who leaves, how much friction, and where people stray to.
import type { TaskAnswer, TaskStepFigures } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { pageName } from "./words.ts";
import type { Ways } from "./Scorecard.tsx";
import styles from "./task.module.css";

export function PathStrip({ answer, ways }: { answer: TaskAnswer; ways: Ways }) {
  const { t } = useSpeech();
  if (answer.steps.length === 0) return <p className={styles.noPath}>{t("task.noSteps")}</p>;
  return (
    <section className={styles.strip} aria-label={t("task.path")} tabIndex={0}>
      <ol style={{ gridTemplateColumns: `repeat(${answer.steps.length}, minmax(128px, 1fr))` }}>
        {answer.steps.map((step, i) => (
          <Step key={step.id} step={step} number={i + 1} ways={ways} />
        ))}
      </ol>
    </section>
  );
}

const LEAST_BUBBLE = 10;
const MOST_BUBBLE = 22;
const SHOWN_DETOURS = 3;

function Step({ step, number, ways }: { step: TaskStepFigures; number: number; ways: Ways }) {
  const speech = useSpeech();
  const { t, format } = speech;
  const { reached, dropped } = step;
  return (
    <li className={styles.step}>
      <p className={styles.stepHead}>
        <strong title={step.label}>
          {number}. {step.label}
          {step.optional && <small> {t("task.optional")}</small>}
        </strong>
        {step.mean_score !== null && (
          <small title={t("task.scoreHint")}>
            {t("task.score")} {format.number(Math.round(step.mean_score * 10) / 10)}
          </small>
        )}
      </p>
      <div className={styles.reach} aria-hidden>
        <i style={{ width: `${100 * (reached.share ?? 0)}%` }}>
          <u style={{ width: `${100 * (dropped.share ?? 0)}%` }} />
        </i>
      </div>
      <dl>
        <div>
          <dt>{t("task.reach")}</dt>
          <dd title={reached.interval ? t("interval.of", { low: format.percent(reached.interval[0]), high: format.percent(reached.interval[1]) }) : undefined}>
            <Opens nobody={reached.count === 0} onOpen={() => ways.open({ step: number }, t("task.reachTitle", { step: step.label }))}>
              {reached.share === null ? "–" : format.percent(reached.share, 0)}
            </Opens>
          </dd>
        </div>
        <div>
          <dt>{t("task.leave")}</dt>
          <dd title={dropped.interval ? t("interval.of", { low: format.percent(dropped.interval[0]), high: format.percent(dropped.interval[1]) }) : undefined}>
            <Opens nobody={dropped.count === 0} onOpen={() => ways.open({ step: number, dropped: true }, t("task.leaveTitle", { step: step.label }))}>
              {dropped.share === null ? "–" : format.percent(dropped.share, 0)}
            </Opens>
          </dd>
        </div>
        <div className={styles.whole} title={t("task.timeHint")}>
          <dt>{t("task.time")}</dt>
          <dd>
            {step.median_seconds === null ? "–" : format.duration(Math.max(1, Math.round(step.median_seconds)))}
            {step.slow_median_seconds !== null && <em>{t("task.slowTime", { time: format.duration(Math.max(1, Math.round(step.slow_median_seconds))) })}</em>}
          </dd>
        </div>
      </dl>
      {step.detours.length > 0 && (
        <ul className={styles.detours} aria-label={t("task.detoursAfter", { step: step.label })}>
          {step.detours.slice(0, SHOWN_DETOURS).map((detour) => {
            const size = LEAST_BUBBLE + (MOST_BUBBLE - LEAST_BUBBLE) * Math.sqrt(Math.min(1, detour.share ?? 0));
            const title = t("task.detourTitle", { page: pageName(detour.page, speech), n: detour.attempts, shown: format.number(detour.attempts), share: format.percent(detour.share ?? 0, 0) });
            return (
              <li key={detour.page}>
                <button type="button" title={title} disabled={detour.page === null} onClick={() => detour.page !== null && ways.open({ page: detour.page }, title)}>
                  <i style={{ width: size, height: size }} aria-hidden />
                  <span>{pageName(detour.page, speech)}</span>
                  <b>{format.number(detour.attempts)}</b>
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </li>
  );
}
