// The words of surveys: kinds of questions, states, what stands in the way, and why somebody is not asked.
import type { SurveyProblem, SurveyStatus } from "@/api/survey.ts";
import type { Messages, MessageKey } from "@/i18n/catalogue.ts";
import type { Speech } from "@/report/room.ts";
import type { Kind, Trigger } from "./definition.ts";
import type { Use } from "./templates.ts";

export const KIND: Record<Kind, MessageKey> = {
  nps: "survey.kind.nps",
  csat: "survey.kind.csat",
  ces: "survey.kind.ces",
  seq: "survey.kind.seq",
  rating: "survey.kind.rating",
  thumbs: "survey.kind.thumbs",
  single: "survey.kind.single",
  multi: "survey.kind.multi",
  picture: "survey.kind.picture",
  ranking: "survey.kind.ranking",
  short: "survey.kind.short",
  long: "survey.kind.long",
  email: "survey.kind.email",
  consent: "survey.kind.consent",
  statement: "survey.kind.statement",
  matrix: "survey.kind.matrix",
  sus: "survey.kind.sus",
  umux_lite: "survey.kind.umux_lite",
};

export const STATUS: Record<SurveyStatus, MessageKey> = { draft: "survey.status.draft", running: "survey.status.running", paused: "survey.status.paused", closed: "survey.status.closed" };

export const USE: Record<Use, MessageKey> = { satisfaction: "survey.use.satisfaction", task: "survey.use.task", product: "survey.use.product", leaving: "survey.use.leaving", research: "survey.use.research" };

export const TRIGGER: Record<Trigger["on"], MessageKey> = {
  load: "survey.trigger.load",
  time: "survey.trigger.time",
  scroll: "survey.trigger.scroll",
  exit: "survey.trigger.exit",
  click: "survey.trigger.click",
  visible: "survey.trigger.visible",
  event: "survey.trigger.event",
  friction: "survey.trigger.friction",
  task: "survey.trigger.task",
  call: "survey.trigger.call",
};

type TaskTrigger = Extract<Trigger, { on: "task" }>;
export const OUTCOME: Record<TaskTrigger["outcome"], MessageKey> = { completed: "survey.outcome.completed", slow: "survey.outcome.slow", off_path: "survey.outcome.off_path", failed: "survey.outcome.failed" };

/** What shows it, in words: "“Plan a campaign” done slowly". */
export function triggerName({ t, format }: Speech, trigger: Trigger, tasks: ReadonlyMap<string, string>): string {
  switch (trigger.on) {
    case "time":
      return t("survey.triggerName.time", { time: format.duration(trigger.seconds) });
    case "scroll":
      return t("survey.triggerName.scroll", { share: format.percent(trigger.percent / 100, 0) });
    case "click":
    case "visible":
      return t(trigger.on === "click" ? "survey.triggerName.click" : "survey.triggerName.visible", { selector: trigger.selector });
    case "event":
      return t("survey.triggerName.event", { event: trigger.event });
    case "friction": {
      const signal = SIGNALS.find(([one]) => one === trigger.signal)?.[1];
      return t("survey.triggerName.friction", { signal: signal ? t(signal) : trigger.signal });
    }
    case "task":
      return t("survey.triggerName.task", { task: tasks.get(trigger.task) ?? t("survey.taskGone"), outcome: trigger.outcome });
    default:
      return t(TRIGGER[trigger.on]);
  }
}

export const SIGNALS: [string, MessageKey][] = [
  ["rage_click", "survey.signal.rage_click"],
  ["dead_click", "survey.signal.dead_click"],
  ["error_click", "survey.signal.error_click"],
  ["slow_click", "survey.signal.slow_click"],
  ["repeated_clicks", "survey.signal.repeated_clicks"],
  ["form_abandon", "survey.signal.form_abandon"],
];

const PROBLEM: Record<string, MessageKey> = {
  no_trigger: "survey.problem.no_trigger",
  text_missing: "survey.problem.text_missing",
  no_such_target: "survey.problem.no_such_target",
  goes_back: "survey.problem.goes_back",
  no_score: "survey.problem.no_score",
  no_choices: "survey.problem.no_choices",
  no_such_choice: "survey.problem.no_such_choice",
  rule_never: "survey.problem.rule_never",
  unreachable: "survey.problem.unreachable",
  leading: "survey.problem.leading",
  double: "survey.problem.double",
  no_such_task: "survey.problem.no_such_task",
  task_unwalkable: "survey.problem.task_unwalkable",
  task_unfiltered: "survey.problem.task_unfiltered",
  slow_unknown: "survey.problem.slow_unknown",
};

/** What stands in the way, in the reader's language; the server's own words where it says something new. */
export function problemText({ t }: Pick<Messages, "t">, problem: SurveyProblem): string {
  const key = PROBLEM[problem.code];
  const language = problem.field.split(".").at(-1) ?? "";
  return key ? t(key, { language }) : problem.message;
}

/** The question that a problem is about, from 0; none where it is about something else. */
export function questionOf(field: string): number | null {
  const found = /questions\[(\d+)\]/.exec(field);
  return found ? Number(found[1]) : null;
}

export const STEP: Record<string, MessageKey> = {
  running: "survey.step.running",
  page: "survey.step.page",
  device: "survey.step.device",
  trigger: "survey.step.trigger",
  frequency: "survey.step.frequency",
  quiet: "survey.step.quiet",
  audience: "survey.step.audience",
  sample: "survey.step.sample",
  consent: "survey.step.consent",
  busy: "survey.step.busy",
};

export const REASON: Record<string, MessageKey> = {
  not_running: "survey.reason.not_running",
  not_yet: "survey.reason.not_yet",
  over: "survey.reason.over",
  full: "survey.reason.full",
  other_page: "survey.reason.other_page",
  other_device: "survey.reason.other_device",
  answered: "survey.reason.answered",
  answered_lately: "survey.reason.answered_lately",
  shown_once: "survey.reason.shown_once",
  shown_enough: "survey.reason.shown_enough",
  closed_lately: "survey.reason.closed_lately",
  other_shown_lately: "survey.reason.other_shown_lately",
  other_visitors: "survey.reason.other_visitors",
  other_language: "survey.reason.other_language",
  other_cohort: "survey.reason.other_cohort",
  not_drawn: "survey.reason.not_drawn",
};
