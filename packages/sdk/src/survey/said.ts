// What an event says of an answer.
import { wholeText, type Properties } from "../event/values.ts";
import { OTHER, type Given, type Question } from "./definition.ts";

/** An answer as properties of its event: a number, ids, and words that anybody can read. */
export function said(question: Question, given: Given, language: string): Properties {
  if (given.isSkipped) return { $skipped: true };
  const label = (id: string): string => (id === OTHER ? (given.text ?? OTHER) : (question.choices?.find((choice) => choice.id === id)?.text[language] ?? id));
  const words = given.choices ? given.choices.map(label) : (given.text ?? (question.kind === "consent" ? true : undefined));
  return {
    ...(given.score !== undefined && { $score: given.score }),
    ...(given.choices && { $choice: given.choices.join(",") }),
    ...(words !== undefined && { $answer: typeof words === "string" ? wholeText(words) : Array.isArray(words) ? words.map(wholeText) : words }),
  };
}
