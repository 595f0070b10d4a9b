// How attempts ended, as one bar: as planned, slow, another way, not finished. Friction lies across it, as a hatch.
import type { TaskAnswer, TaskClass } from "@/api/task.ts";
import { useSpeech } from "@/i18n/language.tsx";
import { Opens } from "@/ui/Opens.tsx";
import { barParts, classOf } from "./figures.ts";
import type { Ways } from "./Scorecard.tsx";
import { CLASS } from "./words.ts";
import styles from "./task.module.css";

export function OutcomeBar({ answer, ways }: { answer: TaskAnswer; ways: Ways }) {
  const { t, format } = useSpeech();
  const percent = (share: number | null): string => format.percent(share ?? 0, 0);
  const before = (name: TaskClass): number | null => (answer.compared ? (classOf(answer.compared, name)?.share ?? null) : null);
  const titleOf = (name: TaskClass, friction: boolean, count: number): string =>
    t(friction ? "task.barFriction" : "task.barPlain", { name: t(CLASS[name]), n: count, shown: format.number(count), share: percent(count / answer.attempts) });
  return (
    <section className={styles.outcome} aria-label={t("task.outcome")}>
      <div className={styles.bar}>
        {barParts(answer)
          .filter(({ count }) => count > 0)
          .map(({ class: name, friction, count }) => (
            <button
              key={`${name} ${friction}`}
              type="button"
              data-class={name}
              data-friction={friction || undefined}
              style={{ flexGrow: count }}
              title={titleOf(name, friction, count)}
              aria-label={titleOf(name, friction, count)}
              onClick={() => ways.open({ class: name, friction }, titleOf(name, friction, count))}
            />
          ))}
      </div>
      <ul className={styles.keys}>
        {answer.classes.map((one) => {
          const was = before(one.class);
          return (
            <li key={one.class}>
              <i data-class={one.class} aria-hidden />
              {t(CLASS[one.class])}
              <b>
                <Opens nobody={one.count === 0} onOpen={() => ways.open({ class: one.class }, t(CLASS[one.class]))}>
                  {percent(one.share)}
                </Opens>
              </b>
              <small>{one.interval ? t("task.ofN", { low: format.number(Math.round(one.interval[0] * 100)), high: percent(one.interval[1]), count: format.number(one.count) }) : format.number(one.count)}</small>
              {was !== null && <small>{t("task.was", { share: percent(was) })}</small>}
            </li>
          );
        })}
        <li>
          <i data-friction aria-hidden />
          {t("task.withFriction")}
          <b>
            <Opens nobody={answer.friction.count === 0} onOpen={() => ways.open({ friction: true }, t("task.withFriction"))}>
              {percent(answer.friction.share)}
            </Opens>
          </b>
          <small>{format.number(answer.friction.count)}</small>
        </li>
      </ul>
    </section>
  );
}
