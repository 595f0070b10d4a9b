// What comes after an answer. The same as `crates/behavior/src/survey/flow.rs`; the vectors in `contract/survey` hold both to it.
import type { Given, Question, Rule, Survey } from "./definition.ts";

/** The id of the question, or of the end, that follows an answer. */
export function nextOf(survey: Pick<Survey, "questions" | "ends">, at: number, given: Given): string {
  const question = survey.questions[at];
  const named = question?.next?.find((rule) => fits(rule.when, given))?.to ?? question?.then;
  const isThere = (id: string): boolean => [...survey.questions, ...survey.ends].some((one) => one.id === id);
  return named && isThere(named) ? named : (survey.questions[at + 1]?.id ?? survey.ends[0]?.id ?? "");
}

function fits(when: Rule["when"], given: Given): boolean {
  if (when.score) return given.score !== undefined && when.score[0] <= given.score && given.score <= when.score[1];
  if (when.choice) return given.choices?.some((id) => when.choice?.includes(id)) ?? false;
  return when.skipped === (given.isSkipped ?? false);
}

/** The least and the most of a scale, or of one of its rows. */
export function scaleOf({ kind, points }: Pick<Question, "kind" | "points">): [number, number] {
  const most = { nps: 10, ces: points ?? 7, seq: 7, umux_lite: 7, sus: 5, thumbs: 1 } as Record<string, number>;
  return [kind === "nps" || kind === "thumbs" ? 0 : 1, most[kind] ?? points ?? 5];
}

/** The System Usability Scale of one person: ten answers of 1 to 5, of which one may be missing. */
export function susOf(answers: (number | null | undefined)[]): number | null {
  if (answers.length !== 10 || answers.filter((answer) => answer == null).length > 1) return null;
  return answers.reduce((sum: number, answer, i) => sum + (i % 2 ? 5 - (answer ?? 3) : (answer ?? 3) - 1), 0) * 2.5;
}

/** The UMUX-Lite of one person: two answers of 1 to 7. */
export const umuxLiteOf = ([useful = 1, easy = 1]: number[]): number => ((useful + easy - 2) * 100) / 12;

/** The score of a block of statements, where it has one. */
export function blockScore({ kind, items = [] }: Pick<Question, "kind" | "items">, given: Record<string, number>): number | undefined {
  const answers = items.map((item) => given[item.id]);
  if (kind === "sus") return susOf(answers) ?? undefined;
  return kind === "umux_lite" && answers.every((answer) => answer !== undefined) ? umuxLiteOf(answers as number[]) : undefined;
}
