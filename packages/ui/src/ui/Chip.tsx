// The words of a question one can change: a button that reads as part of a sentence.
import { X } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import styles from "./Chip.module.css";

interface ChipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "event" | "plain" | "add";
  ref?: Ref<HTMLButtonElement>;
  onRemove?: () => void;
  removeLabel?: string;
  children: ReactNode;
}

export function Chip({ look = "plain", onRemove, removeLabel, children, ref, ...rest }: ChipProps) {
  return (
    <span className={`${styles.chip} ${styles[look]}`}>
      <button type="button" {...rest} ref={ref} className={styles.main}>
        {children}
      </button>
      {onRemove && (
        <button type="button" className={styles.remove} aria-label={removeLabel} title={removeLabel} onClick={onRemove}>
          <X aria-hidden />
        </button>
      )}
    </span>
  );
}
