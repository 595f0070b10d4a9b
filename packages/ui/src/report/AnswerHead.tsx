import type { ReactNode } from "react";
import styles from "./AnswerHead.module.css";

/** The line above a picture: a remark at the left, the kind of picture at the right. */
export function AnswerHead({ note, aside }: { note?: ReactNode; aside?: ReactNode }) {
  return (
    <div className={styles.head}>
      <span className={styles.note}>{note}</span>
      {aside}
    </div>
  );
}
