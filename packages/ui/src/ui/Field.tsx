import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";
import styles from "./Field.module.css";

interface Labelled {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
}

export function TextField({ label, hint, problem, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input id={id} className={styles.input} aria-invalid={problem ? true : undefined} aria-describedby={`${id}-hint`} {...rest} />
      <p id={`${id}-hint`} className={problem ? styles.problem : styles.hint}>
        {problem ?? hint}
      </p>
    </div>
  );
}

/** Several lines. */
export function LongField({ label, hint, ...rest }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea id={id} className={`${styles.input} ${styles.long}`} aria-describedby={`${id}-hint`} rows={3} {...rest} />
      <p id={`${id}-hint`} className={styles.hint}>
        {hint}
      </p>
    </div>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export function SelectField<T extends string>({
  label,
  hint,
  choices,
  value,
  onPick,
  ...rest
}: Labelled & { choices: Choice<T>[]; value: T; onPick: (value: T) => void } & Omit<SelectHTMLAttributes<HTMLSelectElement>, "value" | "onChange">) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} className={styles.input} value={value} onChange={(event) => onPick(event.target.value as T)} {...rest}>
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      <p className={styles.hint}>{hint}</p>
    </div>
  );
}

/** A small native list inside a sentence or a toolbar; its name is read aloud. */
export function InlineSelect<T extends string>({ label, choices, value, onPick }: { label: string; choices: Choice<T>[]; value: T; onPick: (value: T) => void }) {
  return (
    <select className={styles.inline} aria-label={label} title={label} value={value} onChange={(event) => onPick(event.target.value as T)}>
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

export function Check({ label, checked, onChange, disabled }: { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void; disabled?: boolean }) {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}

/** Two to five exclusive choices, side by side. */
export function Segmented<T extends string>({ label, choices, value, onPick }: { label: string; choices: (Choice<T> & { icon?: ReactNode })[]; value: T; onPick: (value: T) => void }) {
  return (
    <div className={styles.segmented} role="radiogroup" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === value}
          title={choice.icon ? choice.label : undefined}
          aria-label={choice.icon ? choice.label : undefined}
          onClick={() => onPick(choice.value)}
        >
          {choice.icon ?? choice.label}
        </button>
      ))}
    </div>
  );
}
