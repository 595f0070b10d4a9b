// A small picture of how attempts ended, drawn with invented numbers and marked as such.
import { useSpeech } from "@/i18n/language.tsx";
import { CLASS, CLASSES } from "./words.ts";
import styles from "./task.module.css";

const SHARES = { as_planned: 61, slow: 14, off_path: 7, failed: 18 };

export function TaskExample() {
  const { t, format } = useSpeech();
  return (
    <figure className={styles.example}>
      <p>{t("task.exampleName")}</p>
      <div className={styles.bar} aria-hidden>
        {CLASSES.map((one) => (
          <i key={one} data-class={one} style={{ flexGrow: SHARES[one] }} />
        ))}
      </div>
      <ul>
        {CLASSES.map((one) => (
          <li key={one}>
            <i data-class={one} aria-hidden />
            {t(CLASS[one])} <b>{format.percent(SHARES[one] / 100, 0)}</b>
          </li>
        ))}
      </ul>
      <figcaption>{t("empty.exampleLabel")}</figcaption>
    </figure>
  );
}
