// Small pictures of what a report looks like, drawn with invented numbers and marked as such.
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import styles from "./examples.module.css";

function Frame({ children }: { children: ReactNode }) {
  const { t } = useSpeech();
  return (
    <figure className={styles.frame}>
      <svg viewBox="0 0 320 120" role="img" aria-label={t("empty.exampleLabel")}>
        {children}
      </svg>
      <figcaption>{t("empty.exampleLabel")}</figcaption>
    </figure>
  );
}

export function LinesExample() {
  return (
    <Frame>
      <path className={styles.grid} d="M0 20H320M0 60H320M0 100H320" />
      <path className={styles.first} d="M4 84L40 74 76 78 112 56 148 62 184 44 220 50 256 30 300 22" />
      <path className={styles.second} d="M4 100L40 96 76 92 112 94 148 84 184 86 220 76 256 72 300 70" />
    </Frame>
  );
}

export function StepsExample() {
  return (
    <Frame>
      {[100, 64, 41, 29].map((value, index) => (
        <g key={value}>
          <rect className={styles.ghost} x={20 + index * 76} y={10} width={48} height={100} />
          <rect className={styles.bar} x={20 + index * 76} y={110 - value} width={48} height={value} />
        </g>
      ))}
    </Frame>
  );
}

export function TriangleExample() {
  const rows = [0, 1, 2, 3, 4];
  return (
    <Frame>
      {rows.flatMap((row) =>
        Array.from({ length: 7 - row }, (_, column) => (
          <rect key={`${row} ${column}`} className={styles.cell} x={12 + column * 43} y={8 + row * 22} width={40} height={19} rx={2} opacity={0.9 / (1 + column * 0.7)} />
        )),
      )}
    </Frame>
  );
}

export function BarsExample() {
  return (
    <Frame>
      <path className={styles.grid} d="M0 70H320" />
      {[34, 30, 42, 38, 50, 46, 56, 52].map((value, index) => (
        <g key={index}>
          <rect className={styles.bar} x={14 + index * 38} y={70 - value} width={22} height={value} />
          <rect className={styles.ghost} x={14 + index * 38} y={71} width={22} height={14 + ((index * 7) % 16)} />
        </g>
      ))}
    </Frame>
  );
}

export function PathsExample() {
  return (
    <Frame>
      <circle className={styles.first} cx={160} cy={60} r={18} />
      <circle className={styles.ring} cx={160} cy={60} r={32} strokeDasharray="84 12 56 8 40 8" />
      <circle className={styles.ring} cx={160} cy={60} r={48} strokeDasharray="60 10 40 30 52 12 30 66" opacity={0.6} />
    </Frame>
  );
}

export function PeopleExample() {
  return (
    <Frame>
      {Array.from({ length: 24 }, (_, index) => (
        <circle key={index} className={index % 5 < 2 ? styles.bar : styles.ghost} cx={34 + (index % 8) * 36} cy={24 + Math.floor(index / 8) * 36} r={11} />
      ))}
    </Frame>
  );
}
