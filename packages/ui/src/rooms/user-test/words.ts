// The words of user tests: what stands in the way, how a task ended, how far a participant came.
import type { SurveyProblem } from "@/api/survey.ts";
import type { Outcome, ParticipantState } from "@/api/userTest.ts";
import type { Messages, MessageKey } from "@/i18n/catalogue.ts";
import type { PageStep, Success } from "./definition.ts";
import type { TestTab } from "./search.ts";

export const TAB: Record<TestTab, MessageKey> = { results: "userTest.tab.results", participants: "userTest.tab.participants", invite: "userTest.tab.invite", edit: "userTest.tab.edit" };

export const SUCCESS: Record<Success["on"], MessageKey> = { page: "userTest.success.page", event: "userTest.success.event", click: "userTest.success.click", done: "userTest.success.done" };

export const PAGE_OP: Record<NonNullable<PageStep["op"]>, MessageKey> = {
  is: "survey.page.is",
  contains: "survey.page.contains",
  starts_with: "survey.page.starts_with",
  ends_with: "survey.page.ends_with",
  matches: "survey.page.matches",
};

export const OUTCOME: Record<Outcome, MessageKey> = { success: "userTest.outcome.success", failed: "userTest.outcome.failed", gave_up: "userTest.outcome.gave_up", timed_out: "userTest.outcome.timed_out" };

export const STATE: Record<ParticipantState, MessageKey> = { completed: "userTest.state.completed", left: "userTest.state.left", screened_out: "userTest.state.screened_out", under_way: "userTest.state.under_way" };

const PROBLEM: Record<string, MessageKey> = {
  no_url: "userTest.problem.no_url",
  no_tasks: "userTest.problem.no_tasks",
  many_tasks: "userTest.problem.many_tasks",
  nobody_passes: "userTest.problem.nobody_passes",
  everybody_passes: "userTest.problem.everybody_passes",
  other_site: "userTest.problem.other_site",
  short_scenario: "userTest.problem.short_scenario",
  self_told: "userTest.problem.self_told",
  nothing_right: "userTest.problem.nothing_right",
  no_path: "userTest.problem.no_path",
};

const PLACE: [string, MessageKey][] = [
  ["intro", "userTest.intro"],
  ["guidelines", "userTest.guidelines"],
  ["end", "userTest.end"],
  ["after", "userTest.after"],
  ["screener", "userTest.screener"],
];

/** What stands in the way, in the reader's language; the server's own words where it says something new. */
export function problemText({ t }: Pick<Messages, "t">, problem: SurveyProblem): string {
  if (problem.code === "text_missing") {
    const place = PLACE.find(([field]) => problem.field.startsWith(field));
    const text = t("userTest.problem.text_missing", { language: problem.field.split(".").at(-1) ?? "" });
    return place ? `${t(place[1])} · ${text}` : text;
  }
  const key = PROBLEM[problem.code];
  return key ? t(key) : problem.message;
}

/** The task that a problem is about, from 0; none where it is about something else. */
export function taskOf(field: string): number | null {
  const found = /tasks\[(\d+)\]/.exec(field);
  return found ? Number(found[1]) : null;
}
