import { useContext, type ReactNode } from "react";
import { PictureHeight } from "@/chart/Picture.tsx";
import styles from "./AnswerHead.module.css";

/** The line above a picture: a remark at the left, the kind of picture at the right. On a board there is the picture alone, as it was saved. */
export function AnswerHead({ note, aside }: { note?: ReactNode; aside?: ReactNode }) {
  if (useContext(PictureHeight) !== null) return null;
  return (
    <div className={styles.head}>
      <span className={styles.note}>{note}</span>
      {aside}
    </div>
  );
}
