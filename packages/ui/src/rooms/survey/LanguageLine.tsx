// The languages that something for visitors is written in, and the one that is being written.
import { useSpeech } from "@/i18n/language.tsx";
import { Button } from "@/ui/Button.tsx";
import { InlineSelect } from "@/ui/Field.tsx";
import styles from "./survey.module.css";

const LANGUAGES = ["en", "fr", "de", "es", "it", "nl", "pt"];

export function LanguageLine<T extends { languages: string[] }>({ definition, language, onPick, onChange }: { definition: T; language: string; onPick: (language: string) => void; onChange: (definition: T) => void }) {
  const { t, language: own } = useSpeech();
  const named = new Intl.DisplayNames([own], { type: "language" });
  const others = LANGUAGES.filter((one) => !definition.languages.includes(one));
  return (
    <div className={styles.languages} role="group" aria-label={t("survey.languages")}>
      <span>{t("survey.writtenIn")}</span>
      {definition.languages.map((one) => (
        <button key={one} type="button" aria-pressed={one === language} onClick={() => onPick(one)}>
          {named.of(one)}
        </button>
      ))}
      <InlineSelect
        label={t("survey.addLanguage")}
        value=""
        choices={[{ value: "", label: t("survey.addLanguage") }, ...others.map((one) => ({ value: one, label: named.of(one) ?? one }))]}
        onPick={(one) => {
          if (one === "") return;
          onChange({ ...definition, languages: [...definition.languages, one] });
          onPick(one);
        }}
      />
      {definition.languages.length > 1 && (
        <Button
          look="quiet"
          size="small"
          onClick={() => {
            const languages = definition.languages.filter((one) => one !== language);
            onChange({ ...definition, languages });
            onPick(languages[0] ?? "en");
          }}
        >
          {t("survey.removeLanguage", { language: named.of(language) ?? language })}
        </Button>
      )}
    </div>
  );
}
