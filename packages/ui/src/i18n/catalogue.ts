// Messages in the two languages. Whole sentences live in en.json and fr.json with ICU plurals; nothing is built by
// gluing words together. This file knows no React: see `language.tsx` for what components use.
import { IntlMessageFormat, type FormatXMLElementFn } from "intl-messageformat";
import en from "./en.json" with { type: "json" };
import fr from "./fr.json" with { type: "json" };

export type Language = "en" | "fr";
export type MessageKey = keyof typeof en;
export type MessageValue = string | number | boolean | null | undefined;
export type MessageValues = Record<string, MessageValue>;
export type RichValues<T> = Record<string, MessageValue | T | FormatXMLElementFn<T>>;

export interface Messages {
  language: Language;
  /** The sentence of this key with its values in place. */
  t: (key: MessageKey, values?: MessageValues) => string;
  /** The same, where `<b>…</b>` in the sentence becomes what the caller's function makes of it. */
  rich: <T>(key: MessageKey, values: RichValues<T>) => (string | T)[];
}

/** Numbers inside messages follow these; English dates are written day first, as in the rest of the interface. */
export const localeOf: Record<Language, string> = { en: "en-GB", fr: "fr-FR" };

const catalogues: Record<Language, Record<MessageKey, string>> = { en, fr };
const compiled = new Map<string, IntlMessageFormat>();

/** Whether there is a message of this name, for names that come from the server. */
export const isMessage = (key: string): key is MessageKey => key in en;

export function messagesOf(language: Language): Messages {
  return {
    language,
    t: (key, values) => String(message(language, key).format(values as Record<string, string>)),
    rich: <T,>(key: MessageKey, values: RichValues<T>) => {
      const parts = message(language, key).format<T>(values as Record<string, T>);
      return Array.isArray(parts) ? parts : [parts as string | T];
    },
  };
}

/** The best of our languages for what a browser asks for. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === "fr" || tag === "en");
  return known === "fr" ? "fr" : "en";
}

function message(language: Language, key: MessageKey): IntlMessageFormat {
  const id = `${language} ${key}`;
  const found = compiled.get(id);
  if (found) return found;
  const made = new IntlMessageFormat(catalogues[language][key] ?? key, localeOf[language], undefined, { ignoreTag: false });
  compiled.set(id, made);
  return made;
}
