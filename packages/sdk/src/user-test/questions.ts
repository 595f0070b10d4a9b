// The questions of a test as those of a survey, so that the widget asks them.
import type { Question, Survey, Text } from "../survey/definition.ts";
import type { Outcome, Success, Task, UserTest } from "./definition.ts";
import { AGREE, AGREE_FULLY, DISAGREE_FULLY, EASE, REASON, SUS, VERY_DIFFICULT, VERY_EASY } from "./words.ts";

const question = (id: string, kind: Question["kind"], text: Text, more: Partial<Question> = {}): Question => ({ id, kind, text, required: false, other: false, shuffle: false, ...more });

export const screenerOf = (test: UserTest): Question[] => test.screener.map(({ id, text, choices }) => question(id, "single", text, { choices, required: true }));

export function checkOf(success: Success): Question | undefined {
  return success.on === "done" && success.check ? question("check", "single", success.check.text, { choices: success.check.choices, required: true }) : undefined;
}

export function questionsAfter(task: Task, outcome: Outcome): Question[] {
  const has = (text: Text | undefined): text is Text => !!text && Object.keys(text).length > 0;
  return [
    ...(outcome === "gave_up" ? [question("reason", "long", REASON)] : []),
    ...(has(task.answer) && outcome !== "gave_up" ? [question("answer", "short", task.answer, { required: true })] : []),
    ...(task.ease ? [question("ease", "seq", EASE, { low: VERY_DIFFICULT, high: VERY_EASY, look: "numbers", required: true })] : []),
    ...(has(task.question) ? [question("question", "long", task.question)] : []),
  ];
}

export function questionsAtEnd({ after }: UserTest): Question[] {
  const sus = question("sus", "sus", AGREE, { items: SUS.map((text, i) => ({ id: `s${i + 1}`, text })), low: DISAGREE_FULLY, high: AGREE_FULLY, required: true });
  return [...(after.sus ? [sus] : []), ...(after.question && Object.keys(after.question).length ? [question("question", "long", after.question)] : [])];
}

/** What the widget takes: these questions, one after the other, in the middle of the page. */
export const asSurvey = (questions: Question[], languages: string[]): Survey => ({
  // Words that are ours have English where they have not the language.
  languages: [...languages, "en"],
  questions,
  ends: [{ id: "-", title: {} }],
  display: { form: "modal", position: "bottom_right", color: "#0F766E", ground: "auto", progress: false },
  triggers: [],
  delay_s: 0,
  pages: [],
  audience: {},
  sample: 100,
  frequency: { show: "always", again: 0, again_after_days: 0, quiet_days: 0, once_a_session: false },
  limits: {},
  privacy: { link: "never" },
});
