// The few numbers that an answer comes down to, side by side above its picture.
import table from "@/ui/table.module.css";
import styles from "./Figures.module.css";

export interface Figure {
  name: string;
  value: string;
  /** Below, small: an interval, a comparison. */
  note?: string;
  /** What it means, on hover. */
  hint?: string;
  tone?: "good" | "bad";
  /** Opens the people behind it. */
  onOpen?: () => void;
}

export function Figures({ figures }: { figures: Figure[] }) {
  return (
    <dl className={styles.figures}>
      {figures.map((figure) => (
        <div key={figure.name}>
          <dt title={figure.hint}>{figure.name}</dt>
          <dd data-tone={figure.tone}>
            {figure.onOpen ? (
              <button type="button" className={table.open} onClick={figure.onOpen}>
                {figure.value}
              </button>
            ) : (
              figure.value
            )}
            {figure.note && <small>{figure.note}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
