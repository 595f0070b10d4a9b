// The card that stands before one is signed in: sign-in, set-up, first project.
import type { ReactNode } from "react";
import { useSpeech } from "@/i18n/language.tsx";
import { Mark } from "@/shell/Mark.tsx";
import { useDocumentTitle } from "@/ui/Page.tsx";
import styles from "./Door.module.css";

export function Door({ title, intro, children, wide }: { title: string; intro?: ReactNode; children: ReactNode; wide?: boolean }) {
  const { t, language, speak } = useSpeech();
  useDocumentTitle(title);
  return (
    <div className={styles.ground}>
      <div className={`${styles.card} ${wide ? styles.wide : ""}`}>
        <header className={styles.brand}>
          <Mark size={26} />
          <span>Sillage</span>
          <button type="button" className={styles.language} lang={language === "fr" ? "en" : "fr"} onClick={() => speak(language === "fr" ? "en" : "fr")}>
            {t("door.otherLanguage")}
          </button>
        </header>
        <h1>{title}</h1>
        {intro && <p className={styles.intro}>{intro}</p>}
        {children}
      </div>
    </div>
  );
}
