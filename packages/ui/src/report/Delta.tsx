import { useSpeech } from "@/i18n/language.tsx";
import styles from "./Delta.module.css";

/** A change against the period before: a sign and a shape beside the number, no judgement by colour alone. */
export function Delta({ now, before }: { now: number | null; before: number | null }) {
  const { format } = useSpeech();
  if (now === null || before === null || before === 0) return <span className={styles.none}>–</span>;
  const change = now / before - 1;
  return (
    <span className={change > 0 ? styles.up : change < 0 ? styles.down : styles.none}>
      {change > 0 ? "▲ " : change < 0 ? "▼ " : ""}
      {format.change(change)}
    </span>
  );
}
