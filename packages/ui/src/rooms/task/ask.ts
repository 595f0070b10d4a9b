// The survey that a card asks: the template for it, at the moment that matters or on the pages where it happens, of whom is looked at, and what of the task it is for.
import type { TaskAnswer, TaskCardName } from "@/api/task.ts";
import type { Filter } from "@/question/question.ts";
import type { Definition as SurveyDefinition, Trigger } from "@/rooms/survey/definition.ts";
import { TEMPLATES } from "@/rooms/survey/templates.ts";
import { isPage, type Rule, type SurveyLink, type TaskDefinition } from "./definition.ts";
import type { Scope } from "./search.ts";

export const TEMPLATE: Record<TaskCardName, string> = {
  as_planned: "task-ease",
  slow: "ces",
  not_finished: "exit",
  friction: "rage",
  off_path: "page-feedback",
  promoters: "nps",
  csat_low: "csat",
  lost: "churn",
};

const MOST_PAGES = 3;
/** What a survey of a card is for; friction is asked of on the spot, whoever meets it. */
export const SLOT: Record<TaskCardName, SurveyLink | null> = {
  as_planned: "ease",
  slow: "effort",
  not_finished: "exit",
  friction: null,
  off_path: "off_path",
  promoters: "nps",
  csat_low: "csat",
  lost: "churn",
};

type Place = { pages: (string | null)[]; triggers: Trigger[] };

/** Where and when somebody does what a rule says. */
function placeOf(rules: readonly Rule[]): Place {
  const pages = rules.filter(isPage).map(({ page }) => page);
  if (pages.length > 0) return { pages, triggers: [{ on: "load" }] };
  const names = rules.flatMap((rule) => (isPage(rule) ? [] : (rule.any_of ?? (rule.event ? [rule.event] : []))));
  return { pages: [], triggers: names.map((event) => ({ on: "event", event })) };
}

function placeOfCard(card: TaskCardName, id: string, task: TaskDefinition, answer: TaskAnswer): Place {
  const { not_finished, friction } = answer.cards;
  const after = (outcome: "completed" | "slow" | "off_path"): Place => ({ pages: [], triggers: [{ on: "task", task: id, outcome }] });
  switch (card) {
    case "as_planned":
    case "csat_low":
      return after("completed");
    case "slow":
      return after("slow");
    case "off_path":
      return after("off_path");
    case "promoters":
      return placeOf(task.completion);
    case "not_finished":
      return { pages: not_finished.exit_pages.map(({ page }) => page), triggers: [{ on: "exit" }] };
    case "friction": {
      const [first] = friction.places;
      return { pages: friction.places.filter(({ signal }) => signal === first?.signal).map(({ page }) => page), triggers: [{ on: "friction", signal: first?.signal ?? "rage_click" }] };
    }
    case "lost":
      // Who has left is in no page: their survey goes along in a mail.
      return { pages: [], triggers: [] };
  }
}

function cohortIn(filter: Filter | undefined): { id: string; in?: boolean } | undefined {
  if (!filter) return undefined;
  if ("cohort" in filter) return { id: filter.cohort, ...(filter.in === false ? { in: false } : {}) };
  return "all" in filter ? filter.all.map(cohortIn).find((found) => found !== undefined) : undefined;
}

const DEVICES = ["desktop", "tablet", "mobile"] as const;

export function surveyOf(card: TaskCardName, id: string, task: TaskDefinition, answer: TaskAnswer, scope: Scope): { template: string; definition: SurveyDefinition } {
  const template = TEMPLATES.find((one) => one.id === TEMPLATE[card]);
  if (!template) throw new Error(`there is no template ${TEMPLATE[card]}`);
  const { pages, triggers } = placeOfCard(card, id, task, answer);
  const values = [...new Set(pages)].filter((page): page is string => page !== null && page !== "").slice(0, MOST_PAGES);
  const device = DEVICES.find((one) => one === scope.device?.toLowerCase());
  const cohort = cohortIn(scope.filter) ?? cohortIn(task.filter);
  const audience = { ...template.definition.audience, ...(device ? { devices: [device] } : {}), ...(cohort ? { cohort } : {}) };
  return {
    template: template.id,
    definition: {
      ...template.definition,
      ...(values.length > 0 ? { pages: values.map((value) => ({ op: "is" as const, value })) } : card === "lost" || triggers.some(({ on }) => on === "event" || on === "task") ? { pages: [] } : {}),
      ...(triggers.length > 0 || card === "lost" ? { triggers } : {}),
      ...(Object.keys(audience).length > 0 ? { audience } : {}),
    },
  };
}
