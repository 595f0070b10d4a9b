// The language of the person in front of the screen: the account's once signed in, the browser's before.
import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { formatterOf, type Formatter } from "@/format/format.ts";
import { remember, remembered } from "@/ui/browser.ts";
import { messagesOf, preferredLanguage, type Language, type Messages } from "./catalogue.ts";

interface Speech extends Messages {
  format: Formatter;
  speak: (language: Language) => void;
}

const STORED_LANGUAGE = "sillage.language";
const SpeechContext = createContext<Speech | null>(null);

export function Speaking({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(startingLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const speak = useCallback((chosen: Language) => {
    remember(STORED_LANGUAGE, chosen);
    setLanguage(chosen);
  }, []);
  const speech = useMemo<Speech>(() => ({ ...messagesOf(language), format: formatterOf(language), speak }), [language, speak]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useSpeech(): Speech {
  const speech = use(SpeechContext);
  if (!speech) throw new Error("useSpeech outside of Speaking");
  return speech;
}

function startingLanguage(): Language {
  const stored = remembered(STORED_LANGUAGE);
  return stored === "fr" || stored === "en" ? stored : preferredLanguage(navigator.languages);
}
