// The shapes that the screens write and read, held to those of the contract (contract/question.schema.json and answer.schema.json). The
// compiler looks at them (`tsc --noEmit`); nothing here runs but the last lines.
import { expect, it } from "vitest";
import type { Common, Question } from "@/question/question.ts";
import type { components } from "./schema.d.ts";
import type { AnswerOf, PeopleAnswer, TimelineAnswer } from "./types.ts";

type Contract = components["schemas"];
type Kind = Contract["Answer"]["kind"];
type Answer<K extends Kind> = Extract<Contract["Answer"], { kind: K }>["answer"];
type Asked<K extends Kind> = Extract<Contract["Question"], { kind: K }>;

/** Nothing, or what is wrong: a word that `true` is not assigned to. */
type Holds<T extends Record<string, true>> = T;

/** Whoever reads an answer as the screens do finds what they look for. */
export type AnswersAreAsRead = Holds<{
  [K in keyof AnswerOf]: Answer<K> extends AnswerOf[K] ? true : K;
} & {
  people: Answer<"people"> extends PeopleAnswer ? true : "people";
  timeline: Answer<"timeline"> extends TimelineAnswer ? true : "timeline";
}>;

type Own<Q extends Question> = Exclude<keyof Q, keyof Common>;
type Word = string | number | boolean | undefined;
/** Fields of a question of the screens that the contract does not have, or whose words it does not know. */
type Strange<Q extends Question> = {
  [F in Own<Q>]: F extends keyof Asked<Q["kind"]> ? (Q[F] extends Word ? (Q[F] extends Asked<Q["kind"]>[F] ? never : F) : never) : F;
}[Own<Q>];

/** What the screens ask has fields and words of the contract. */
export type QuestionsAreTaken = Holds<{ [K in Question["kind"]]: [Strange<Extract<Question, { kind: K }>>] extends [never] ? true : Strange<Extract<Question, { kind: K }>> }>;

it("is looked at by the compiler", () => {
  const held: AnswersAreAsRead["trend"] & QuestionsAreTaken["trend"] = true;
  expect(held).toBe(true);
});
