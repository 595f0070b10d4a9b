// A survey's definition, as the contract has it (`contract/survey.schema.json`), and small changes of it.
import type { components } from "@/api/schema.d.ts";

export type Definition = components["schemas"]["SurveyDefinition"];
export type SurveyQuestion = components["schemas"]["SurveyQuestion"];
export type SurveyText = components["schemas"]["SurveyText"];
export type Trigger = components["schemas"]["SurveyTrigger"];
export type Rule = components["schemas"]["SurveyRule"];
export type End = components["schemas"]["SurveyEnd"];
export type Kind = SurveyQuestion["kind"];

export const KINDS: Kind[] = ["nps", "csat", "ces", "seq", "rating", "thumbs", "single", "multi", "picture", "ranking", "short", "long", "email", "consent", "statement", "matrix", "sus", "umux_lite"];
export const hasChoices = (kind: Kind): boolean => ["single", "multi", "picture", "ranking"].includes(kind);
export const hasItems = (kind: Kind): boolean => ["matrix", "sus", "umux_lite"].includes(kind);
export const isScale = (kind: Kind): boolean => ["nps", "csat", "ces", "seq", "rating", "thumbs"].includes(kind);
export const isOpen = (kind: Kind): boolean => ["short", "long", "email"].includes(kind);

/** The least and the most of its scale, or of one of its rows. */
export function scaleOf({ kind, points }: Pick<SurveyQuestion, "kind" | "points">): [number, number] {
  switch (kind) {
    case "nps":
      return [0, 10];
    case "thumbs":
      return [0, 1];
    case "ces":
      return [1, points ?? 7];
    case "seq":
    case "umux_lite":
      return [1, 7];
    default:
      return [1, points ?? 5];
  }
}

/** An id that nothing in the survey has yet. */
export function freshId(definition: Definition, stem: string): string {
  const taken = new Set([...definition.questions, ...definition.ends].flatMap((one) => [one.id, ...("choices" in one ? (one.choices ?? []).map((choice) => choice.id) : [])]));
  for (let n = 1; ; n += 1) if (!taken.has(`${stem}${n}`)) return `${stem}${n}`;
}

/** The text in a language; an empty text takes the language out, so that it counts as missing. */
export function withText(text: SurveyText | undefined, language: string, words: string): SurveyText {
  const { [language]: _, ...others } = text ?? {};
  return words === "" ? others : { ...others, [language]: words };
}

export const textOf = (text: SurveyText | undefined, language: string, definition: Pick<Definition, "languages">): string => text?.[language] ?? text?.[definition.languages[0] ?? ""] ?? "";

/** Another kind keeps what it can: the words, and of the rest what the new kind has too. */
export function withKind(question: SurveyQuestion, kind: Kind, definition: Definition): SurveyQuestion {
  const { id, text, description, required, low, high, placeholder } = question;
  const languages = definition.languages;
  const labelled = (words: string): SurveyText => Object.fromEntries(languages.map((language) => [language, words]));
  const next: SurveyQuestion = { id, kind, text, description, required: required ?? false };
  if (isScale(kind) || hasItems(kind)) Object.assign(next, { low, high });
  if (isOpen(kind)) next.placeholder = placeholder;
  if (hasChoices(kind)) next.choices = question.choices && question.choices.length > 1 ? question.choices.map((choice) => (kind === "picture" ? choice : { id: choice.id, text: choice.text })) : ["a", "b"].map((letter) => ({ id: letter, text: labelled(letter.toUpperCase()) }));
  if (kind === "sus") next.items = SUS.map((words, i) => ({ id: `s${i + 1}`, text: pick(words, languages) }));
  if (kind === "umux_lite") next.items = UMUX.map((words, i) => ({ id: `u${i + 1}`, text: pick(words, languages) }));
  if (kind === "matrix") next.items = question.items && question.items.length > 0 ? question.items : [{ id: "r1", text: labelled("1") }];
  return next;
}

function pick(words: SurveyText, languages: string[]): SurveyText {
  return Object.fromEntries(languages.flatMap((language) => (words[language] ? [[language, words[language]]] : [])));
}

/** The ten statements of the System Usability Scale (Brooke 1996), and a usual French wording. */
export const SUS: SurveyText[] = [
  { en: "I think that I would like to use this system frequently", fr: "Je pense que j’aimerais utiliser ce système fréquemment" },
  { en: "I found the system unnecessarily complex", fr: "J’ai trouvé ce système inutilement complexe" },
  { en: "I thought the system was easy to use", fr: "J’ai trouvé ce système facile à utiliser" },
  { en: "I think that I would need the support of a technical person to be able to use this system", fr: "Je pense que j’aurais besoin de l’aide d’un technicien pour utiliser ce système" },
  { en: "I found the various functions in this system were well integrated", fr: "J’ai trouvé que les fonctions de ce système étaient bien intégrées" },
  { en: "I thought there was too much inconsistency in this system", fr: "J’ai trouvé qu’il y avait trop d’incohérences dans ce système" },
  { en: "I would imagine that most people would learn to use this system very quickly", fr: "Je suppose que la plupart des gens apprendraient très vite à utiliser ce système" },
  { en: "I found the system very cumbersome to use", fr: "J’ai trouvé ce système très lourd à utiliser" },
  { en: "I felt very confident using the system", fr: "Je me suis senti très en confiance en utilisant ce système" },
  { en: "I needed to learn a lot of things before I could get going with this system", fr: "J’ai dû apprendre beaucoup de choses avant de pouvoir utiliser ce système" },
];

export const UMUX: SurveyText[] = [
  { en: "This system’s capabilities meet my requirements", fr: "Les fonctions de ce système répondent à mes besoins" },
  { en: "This system is easy to use", fr: "Ce système est facile à utiliser" },
];
