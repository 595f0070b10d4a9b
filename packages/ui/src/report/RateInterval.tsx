// A rate with its interval: the number, and how sure it is, drawn on a common scale.
import { useSpeech } from "@/i18n/language.tsx";
import styles from "./RateInterval.module.css";

interface RateIntervalProps {
  rate: number | null;
  interval: [number, number] | null | undefined;
  /** Where the scale of the column ends. */
  most: number;
}

export function RateInterval({ rate, interval, most }: RateIntervalProps) {
  const { format, t } = useSpeech();
  if (rate === null) return <>–</>;
  const place = (value: number) => `${(100 * Math.min(1, Math.max(0, most === 0 ? 0 : value / most))).toFixed(1)}%`;
  return (
    <span className={styles.rate} title={interval ? t("interval.of", { low: format.percent(interval[0]), high: format.percent(interval[1]) }) : undefined}>
      <strong>{format.percent(rate)}</strong>
      <span className={styles.track} aria-hidden>
        {interval && <i style={{ left: place(interval[0]), right: `calc(100% - ${place(interval[1])})` }} />}
        <b style={{ left: place(rate) }} />
      </span>
    </span>
  );
}

/** What a q-value says, in words; a shape stands beside the colour. */
export function Confidence({ q, enough, up }: { q: number | null; enough: boolean; up: boolean }) {
  const { t, format } = useSpeech();
  if (!enough || q === null) return <span className={styles.unsure}>{t("confidence.few")}</span>;
  const shown = q < 0.001 ? "q < 0.001" : `q = ${format.number(Math.round(q * 1000) / 1000)}`;
  if (q >= 0.05) return <span className={styles.unsure}>{t("confidence.none", { q: shown })}</span>;
  return (
    <span className={up ? styles.up : styles.down}>
      {up ? "▲ " : "▼ "}
      {q < 0.01 ? t("confidence.strong", { q: shown }) : t("confidence.some", { q: shown })}
    </span>
  );
}
