// The writer: from what somebody wants to know, in their words, to a draft of a survey. It searches the bank in the browser; nothing is sent anywhere.
import { ANY, BANK, INTERVIEW, type BankQuestion, type Topic } from "./bank.ts";
import type { Definition, SurveyQuestion, SurveyText } from "./definition.ts";

export interface Draft {
  definition: Definition;
  /** What the goal was understood to be about, the clearest first; empty where nothing of the bank fits. */
  topics: Topic[];
}

const MOST_QUESTIONS = 5;
/** A second topic comes in if it is nearly as clear as the first. */
const NEARLY = 0.6;
/** Words that a goal about anything may hold. */
const COMMON = new Set("the and for with our why how what that they them our you your are not does about les des pour pourquoi comment que qui nos notre votre vos est sont dans sur avec une leur leurs ils elles plus know learn understand find out see users people customers clients savoir comprendre connaitre utilisateurs gens personnes".split(" "));
const THANKS: Definition["ends"] = [{ id: "thanks", title: { en: "Thank you!", fr: "Merci\u202f!" }, text: { en: "We read every answer.", fr: "Nous lisons chaque réponse." } }];

export function draftOf(goal: string): Draft {
  const named = thingOf(goal);
  const said = wordsOf(named ? goal.replace(named, " ") : goal);
  const found = BANK.map((topic) => ({ topic, score: scoreOf(topic, said) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  const top = found[0]?.score ?? 0;
  const topics = found.filter(({ score }) => score >= top * NEARLY).slice(0, 2).map(({ topic }) => topic);
  const [main = ANY, second] = topics;
  const thing = named ? { en: `“${named}”`, fr: `«\u202f${named}\u202f»` } : undefined;
  const chosen = [{ topic: main, question: main.measure }, ...main.details.slice(0, second ? 2 : 3).map((question) => ({ topic: main, question })), ...(second ? [second.measure, ...second.details.slice(0, 1)].map((question) => ({ topic: second, question })) : [])];
  const wantsTalk = said.some((word) => matches(INTERVIEW.words, word));
  const asked = distinct(chosen).slice(0, wantsTalk ? MOST_QUESTIONS - 1 : MOST_QUESTIONS);
  const questions = [...asked.map(({ topic, question }, i) => written(question, `q${i + 1}`, thing ?? topic.thing)), ...(wantsTalk ? [written(INTERVIEW.question, "email", main.thing)] : [])];
  return { definition: { languages: ["en", "fr"], questions, ends: THANKS, triggers: main.triggers }, topics };
}

/** Every word that names a topic counts by how few topics it names. */
function scoreOf(topic: Topic, said: string[]): number {
  let score = 0;
  for (const word of said) {
    if (!names(topic, word)) continue;
    score += 1 / BANK.filter((other) => names(other, word)).length;
  }
  return score;
}

const names = (topic: Topic, word: string): boolean => matches(topic.words.en, word) || matches(topic.words.fr, word);

function matches(stems: string, word: string): boolean {
  return stems.split(" ").some((stem) => stem !== "" && (stem.startsWith("=") ? word === stem.slice(1) : word.startsWith(stem)));
}

/** Lower case, without accents and elisions; each once. */
export function wordsOf(goal: string): string[] {
  const plain = goal.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replaceAll("’", "'");
  const words = plain.split(/[^\p{L}\p{N}'-]+/u).map((word) => word.replace(/^(?:qu|[ldjmtscn])'/, "").replace(/'s?$/, ""));
  return [...new Set(words.filter((word) => word.length > 2 && !COMMON.has(word)))];
}

/** What stands in quotes, or the name behind "page", "step", "feature". */
function thingOf(goal: string): string | undefined {
  return /[“«"]\s*([^”»"]{2,40}?)\s*[”»"]/u.exec(goal)?.[1] ?? /(?:^|[\s'’])(?:page|screen|step|feature|écran|étape|fonction)\s+(?:de\s+|du\s+|des\s+|d['’])?(\p{Lu}[\p{L}\p{N}-]*)/u.exec(goal)?.[1];
}

function distinct(chosen: { topic: Topic; question: BankQuestion }[]): { topic: Topic; question: BankQuestion }[] {
  const texts = new Set<string>();
  return chosen.filter(({ question }) => {
    const text = question.text.en ?? "";
    const isNew = !texts.has(text);
    texts.add(text);
    return isNew;
  });
}

function written(question: BankQuestion, id: string, thing: SurveyText): SurveyQuestion {
  const text = Object.fromEntries(Object.entries(question.text).map(([language, words]) => [language, capitalised(contracted(words.replaceAll("{thing}", thing[language] ?? ""), language))]));
  return { ...question, id, text };
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** French joins some words before an article: “de le” is “du”, “à les” is “aux”. */
function contracted(text: string, language: string): string {
  return language === "fr" ? text.replace(/\bde le /g, "du ").replace(/\bde les /g, "des ").replace(/(^|\s)à le /g, "$1au ").replace(/(^|\s)à les /g, "$1aux ") : text;
}
