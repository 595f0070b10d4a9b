// The words of tasks: classes, cards, orders, what surveys are for.
import type { MessageKey } from "@/i18n/catalogue.ts";
import type { TaskCardName, TaskClass } from "@/api/task.ts";
import { factorName } from "@/rooms/friction/friction.ts";
import type { AttemptSort } from "@/question/question.ts";
import { eventName, selectorName } from "@/question/words.ts";
import type { ElementNames } from "@/report/elementNames.ts";
import type { Speech } from "@/report/room.ts";
import type { Cell } from "@/api/types.ts";
import { isPage, type Rule, type SurveyLink } from "./definition.ts";

/** As they stand in the bar. */
export const CLASSES: TaskClass[] = ["as_planned", "slow", "off_path", "failed"];
export const CARDS: TaskCardName[] = ["as_planned", "slow", "not_finished", "friction", "off_path", "promoters", "csat_low", "lost"];

export const CLASS: Record<TaskClass, MessageKey> = { as_planned: "task.class.as_planned", slow: "task.class.slow", off_path: "task.class.off_path", failed: "task.class.failed" };
export const CARD: Record<TaskCardName, MessageKey> = {
  as_planned: "task.card.as_planned",
  slow: "task.card.slow",
  not_finished: "task.card.not_finished",
  friction: "task.card.friction",
  off_path: "task.card.off_path",
  promoters: "task.card.promoters",
  csat_low: "task.card.csat_low",
  lost: "task.card.lost",
};
export const SORT: Record<AttemptSort, MessageKey> = {
  latest: "task.sort.latest",
  shortest: "task.sort.shortest",
  longest: "task.sort.longest",
  exit_page: "task.sort.exit_page",
  score: "task.sort.score",
  rage_clicks: "task.sort.rage_clicks",
  rare_page: "task.sort.rare_page",
  rating: "task.sort.rating",
};
export const LINK: Record<SurveyLink, MessageKey> = { ease: "task.link.ease", effort: "task.link.effort", exit: "task.link.exit", off_path: "task.link.off_path", nps: "task.link.nps", csat: "task.link.csat", churn: "task.link.churn" };

export function ruleName(rule: Rule, speech: Speech): string {
  return isPage(rule) ? rule.page : selectorName(rule, speech);
}

export function stepName(step: { label?: string; page?: string; select?: { event?: string | null; any_of?: string[]; label?: string } }, speech: Speech): string {
  return step.label || step.page || (step.select ? selectorName(step.select, speech) : eventName("", speech));
}

export function pageName(page: string | null, { t }: Speech): string {
  return page ?? t("task.noPage");
}

/** What a finding is about: the signal, on which element, where. */
export function placeName({ page, selector, signal }: { page: string | null; selector: string | null; signal: string | null }, speech: Speech, elementName: ElementNames): string {
  const what = signal === null ? speech.t("task.anyFriction") : factorName(signal, speech);
  if (page === null) return selector === null ? what : speech.t("task.placeElement", { what, element: elementName(selector) });
  return selector === null ? speech.t("task.placeOnPage", { what, page }) : speech.t("task.placeOnElement", { what, page, element: elementName(selector) });
}

/** A difference of shares, in points of a per cent, with its sign. */
export function points(difference: number, { t, format }: Speech): string {
  const value = Math.round(difference * 1000) / 10;
  return t("task.points", { value: `${value > 0 ? "+" : value < 0 ? "−" : ""}${format.number(Math.abs(value))}` });
}

/** The parts of a cell, each with its name: what attempts are narrowed to. */
export function cellParts(cell: Cell, steps: { label?: string; page?: string }[], speech: Speech, elementName: ElementNames): { key: string; name: string }[] {
  const { t, format } = speech;
  const named: Record<string, (value: never) => string> = {
    class: (value: TaskClass) => (CLASS[value] ? t(CLASS[value]) : String(value)),
    card: (value: TaskCardName) => (CARD[value] ? t(CARD[value]) : String(value)),
    friction: (value: boolean) => t(value ? "task.cell.friction" : "task.cell.noFriction"),
    step: (value: number) => t("task.cell.step", { step: steps[value - 1] ? stepName(steps[value - 1] ?? {}, speech) : format.number(value) }),
    dropped: () => t("task.cell.dropped"),
    page: (value: string) => t("task.cell.page", { page: value }),
    exit_page: (value: string) => t("task.cell.exitPage", { page: value }),
    selector: (value: string) => t("task.cell.selector", { element: elementName(value) }),
    signal: (value: string) => factorName(value, speech),
    release: (value: string) => t("task.cell.release", { release: value }),
    interval: (value: string) => format.date(value),
  };
  return Object.entries(cell)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .flatMap(([key, value]) => (named[key] ? [{ key, name: named[key](value as never) }] : key === "breakdown" ? [{ key, name: String(value) }] : []));
}
