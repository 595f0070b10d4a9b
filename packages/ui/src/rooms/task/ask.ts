// The survey that a card asks: the template for it, on the pages where it happens, at the moment that matters, of whom is looked at.
import type { TaskAnswer, TaskCardName } from "@/api/task.ts";
import type { Filter } from "@/question/question.ts";
import type { Definition as SurveyDefinition, Trigger } from "@/rooms/survey/definition.ts";
import { TEMPLATES } from "@/rooms/survey/templates.ts";
import { isPage, type Rule, type TaskDefinition } from "./definition.ts";
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
/** Where nothing says how long is unusual. */
const LONG_STAY_SECONDS = 60;

type Place = { pages: (string | null)[]; triggers: Trigger[] };

/** Where and when somebody does what a rule says. */
function placeOf(rules: readonly Rule[]): Place {
  const pages = rules.filter(isPage).map(({ page }) => page);
  if (pages.length > 0) return { pages, triggers: [{ on: "load" }] };
  const names = rules.flatMap((rule) => (isPage(rule) ? [] : (rule.any_of ?? (rule.event ? [rule.event] : []))));
  return { pages: [], triggers: names.map((event) => ({ on: "event", event })) };
}

function placeOfCard(card: TaskCardName, task: TaskDefinition, answer: TaskAnswer): Place {
  const { slow, not_finished, friction, off_path } = answer.cards;
  switch (card) {
    case "as_planned":
    case "promoters":
    case "csat_low":
      return placeOf(task.completion);
    case "slow": {
      const stays = slow.pages.flatMap(({ usual_seconds }) => (usual_seconds === null ? [] : [usual_seconds]));
      const step = task.steps?.find(({ id }) => id === slow.steps[0]?.id);
      return { pages: slow.pages.length > 0 ? slow.pages.map(({ page }) => page) : [step?.page ?? null], triggers: [{ on: "time", seconds: Math.max(1, Math.round(stays.length > 0 ? Math.max(...stays) : LONG_STAY_SECONDS)) }] };
    }
    case "not_finished":
      return { pages: not_finished.exit_pages.map(({ page }) => page), triggers: [{ on: "exit" }] };
    case "friction": {
      const [first] = friction.places;
      return { pages: friction.places.filter(({ signal }) => signal === first?.signal).map(({ page }) => page), triggers: [{ on: "friction", signal: first?.signal ?? "rage_click" }] };
    }
    case "off_path":
      return { pages: (off_path.rare_pages.length > 0 ? off_path.rare_pages : off_path.pages).map(({ page }) => page), triggers: [] };
    case "lost":
      return task.churned ? placeOf([task.churned]) : { pages: [], triggers: [] };
  }
}

function cohortIn(filter: Filter | undefined): { id: string; in?: boolean } | undefined {
  if (!filter) return undefined;
  if ("cohort" in filter) return { id: filter.cohort, ...(filter.in === false ? { in: false } : {}) };
  return "all" in filter ? filter.all.map(cohortIn).find((found) => found !== undefined) : undefined;
}

const DEVICES = ["desktop", "tablet", "mobile"] as const;

export function surveyOf(card: TaskCardName, task: TaskDefinition, answer: TaskAnswer, scope: Scope): { template: string; definition: SurveyDefinition } {
  const template = TEMPLATES.find((one) => one.id === TEMPLATE[card]);
  if (!template) throw new Error(`there is no template ${TEMPLATE[card]}`);
  const { pages, triggers } = placeOfCard(card, task, answer);
  const values = [...new Set(pages)].filter((page): page is string => page !== null && page !== "").slice(0, MOST_PAGES);
  const device = DEVICES.find((one) => one === scope.device?.toLowerCase());
  const cohort = cohortIn(scope.filter) ?? cohortIn(task.filter);
  const audience = { ...template.definition.audience, ...(device ? { devices: [device] } : {}), ...(cohort ? { cohort } : {}) };
  return {
    template: template.id,
    definition: {
      ...template.definition,
      ...(values.length > 0 ? { pages: values.map((value) => ({ op: "is" as const, value })) } : triggers.some(({ on }) => on === "event") ? { pages: [] } : {}),
      ...(triggers.length > 0 ? { triggers } : {}),
      ...(Object.keys(audience).length > 0 ? { audience } : {}),
    },
  };
}
