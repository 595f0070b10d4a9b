import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "./Button.module.css";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "primary" | "plain" | "quiet" | "danger";
  size?: "small" | "medium";
  icon?: ReactNode;
  busy?: boolean;
}

export function Button({ look = "plain", size = "medium", icon, busy, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={`${styles.button} ${styles[look]} ${styles[size]} ${className ?? ""}`}
    >
      {icon}
      {children !== undefined && <span className={styles.label}>{children}</span>}
    </button>
  );
}

/** A button that shows only its picture; its name is read aloud and shown on hover. */
export function IconButton({ label, icon, look = "quiet", ...rest }: Omit<ButtonProps, "children"> & { label: string }) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={`${styles.button} ${styles[look]} ${styles.icon} ${rest.className ?? ""}`}>
      {icon}
    </button>
  );
}
