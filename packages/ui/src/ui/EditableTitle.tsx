// The name of what is on screen, changed where it stands: Enter keeps it, Escape takes it back.
import { useEffect, useState } from "react";
import styles from "./EditableTitle.module.css";

/** Without a name it shows what is offered, which cannot be changed here. */
export function EditableTitle({ name, offered, label, onRename }: { name: string | null; offered: string; label: string; onRename: (name: string) => void }) {
  const [text, setText] = useState(name ?? "");
  useEffect(() => setText(name ?? ""), [name]);
  if (name === null) return <h1 className={styles.title}>{offered}</h1>;
  const finish = () => {
    const trimmed = text.trim();
    if (trimmed === "") setText(name);
    else if (trimmed !== name) onRename(trimmed);
  };
  return (
    <h1 className={styles.title}>
      <input
        aria-label={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setText(name);
        }}
      />
    </h1>
  );
}
