// The three states that are not an answer: waiting, nothing, wrong.
import { TriangleAlert } from "lucide-react";
import type { CSSProperties, ReactNode } from "react";
import styles from "./State.module.css";

export function Skeleton({ height = 16, width = "100%" }: { height?: number; width?: number | string }) {
  return <div className={styles.skeleton} style={{ height, width } as CSSProperties} aria-hidden />;
}

export function SkeletonRows({ rows = 8, height = 20 }: { rows?: number; height?: number }) {
  return (
    <div className={styles.rows} aria-hidden>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={height} width={`${96 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}

/** One sentence on what stands here, a picture of it, the one next step. */
export function Empty({ title, text, picture, action }: { title: ReactNode; text?: ReactNode; picture?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      {picture}
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** What went wrong, why, and how to mend it; below, what the server said in its own words. */
export function Failure({ what, why, mend, detail, action }: { what: string; why?: string; mend?: string; detail?: string; action?: ReactNode }) {
  return (
    <div className={styles.failure} role="alert">
      <TriangleAlert aria-hidden />
      <div>
        <strong>{what}</strong>
        {why && <p>{why}</p>}
        {mend && <p>{mend}</p>}
        {detail && (
          <p className={styles.detail}>{detail}</p>
        )}
        {action && <div className={styles.action}>{action}</div>}
      </div>
    </div>
  );
}

export function Note({ tone = "plain", children }: { tone?: "plain" | "warn" | "good"; children: ReactNode }) {
  return <p className={`${styles.note} ${styles[`note-${tone}`]}`}>{children}</p>;
}
