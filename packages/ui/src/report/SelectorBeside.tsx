// The selector of an element behind its name, small; nothing where the name is the selector.
import styles from "./SelectorBeside.module.css";

export function SelectorBeside({ selector, name }: { selector: string | null; name: string }) {
  if (selector === null || name.includes(selector)) return null;
  return (
    <>
      {" "}
      <code className={styles.selector}>{selector}</code>
    </>
  );
}
