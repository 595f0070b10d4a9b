// What a board looks like, with numbers of nobody.
import styles from "./board.module.css";

export function BoardExample() {
  return (
    <div className={styles.example} aria-hidden>
      <i data-part="number" />
      <i data-part="number" />
      <i data-part="number" />
      <i data-part="line">
        <svg viewBox="0 0 120 40" preserveAspectRatio="none">
          <polyline points="0,32 20,27 40,30 60,18 80,20 100,9 120,6" />
        </svg>
      </i>
      <i data-part="bars">
        <b style={{ height: "90%" }} />
        <b style={{ height: "62%" }} />
        <b style={{ height: "38%" }} />
      </i>
    </div>
  );
}
