// A small picture of answers, drawn with invented numbers and marked as such.
import { useSpeech } from "@/i18n/language.tsx";
import styles from "./survey.module.css";

export function AnswersExample() {
  const { t } = useSpeech();
  return (
    <figure className={styles.example}>
      <svg viewBox="0 0 320 120" role="img" aria-label={t("empty.exampleLabel")}>
        {[6, 4, 5, 8, 9, 14, 18, 30, 52, 70, 88].map((height, score) => (
          <g key={score}>
            <rect className={score < 7 ? styles.detractor : score < 9 ? styles.passive : styles.promoter} x={14 + score * 27} y={98 - height} width={20} height={height} rx={2} />
            <text x={24 + score * 27} y={112} textAnchor="middle">
              {score}
            </text>
          </g>
        ))}
      </svg>
      <figcaption>{t("empty.exampleLabel")}</figcaption>
    </figure>
  );
}
