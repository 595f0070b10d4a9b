// A small picture of how tasks ended, drawn with invented numbers and marked as such.
import { useSpeech } from "@/i18n/language.tsx";
import surveys from "@/rooms/survey/survey.module.css";
import styles from "./userTest.module.css";

const ROWS = [
  [62, 20, 8, 10],
  [34, 26, 12, 28],
  [78, 10, 4, 8],
];
const LOOK = [styles.direct, styles.indirect, styles.failed, styles.gaveUp];

export function OutcomesExample() {
  const { t } = useSpeech();
  return (
    <figure className={surveys.example}>
      <svg viewBox="0 0 320 110" role="img" aria-label={t("empty.exampleLabel")}>
        {ROWS.map((row, i) =>
          row.map((share, j) => <rect key={`${i} ${j}`} className={LOOK[j]} x={10 + row.slice(0, j).reduce((sum, one) => sum + one, 0) * 3} y={12 + i * 32} width={share * 3 - 2} height={20} rx={2} />),
        )}
      </svg>
      <figcaption>{t("empty.exampleLabel")}</figcaption>
    </figure>
  );
}
