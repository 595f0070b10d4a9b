// The head of a screen that is not a report: its name, what can be done, what stands below.
import type { ReactNode } from "react";
import { useEffect } from "react";
import styles from "./Page.module.css";

export function Page({ title, aside, children, narrow }: { title: string; aside?: ReactNode; children: ReactNode; narrow?: boolean }) {
  useDocumentTitle(title);
  return (
    <div className={`${styles.page} ${narrow ? styles.narrow : ""}`}>
      <header className={styles.head}>
        <h1>{title}</h1>
        {aside && <div className={styles.aside}>{aside}</div>}
      </header>
      {children}
    </div>
  );
}

export function Card({ title, aside, children, flush }: { title?: ReactNode; aside?: ReactNode; children: ReactNode; flush?: boolean }) {
  return (
    <section className={styles.card}>
      {(title || aside) && (
        <header className={styles.cardHead}>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush ? undefined : styles.cardBody}>{children}</div>
    </section>
  );
}

export function useDocumentTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Sillage`;
  }, [title]);
}
