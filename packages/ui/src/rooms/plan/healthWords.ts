// What speaks against an event or a plan, in words.
import type { HealthReason } from "@/api/plan.ts";
import type { MessageKey, Messages } from "@/i18n/catalogue.ts";
import type { Formatter } from "@/format/format.ts";

type Speech = Messages & { format: Formatter };

export type Grade = "good" | "fair" | "poor";

export function gradeOf(score: number): Grade {
  return score >= 80 ? "good" : score >= 50 ? "fair" : "poor";
}

export const USE: Record<string, MessageKey> = {
  report: "plan.use.report",
  cohort: "plan.use.cohort",
  task: "plan.use.task",
  survey: "plan.use.survey",
  user_test: "plan.use.user_test",
  custom_event: "plan.use.custom_event",
  metric: "plan.use.metric",
  board: "plan.use.board",
};

/** The types that are told apart where values are kept. */
export const SEEN_TYPE: Record<string, MessageKey> = { string: "plan.type.string", number: "plan.type.number", boolean: "plan.type.boolean", list: "plan.type.list" };

export function reasonWord({ code, property, figure }: HealthReason, { t, format }: Speech): string {
  const name = property ?? "";
  const share = format.percent(figure ?? 0);
  const n = figure ?? 0;
  switch (code) {
    case "never_seen":
      return t("plan.against.never_seen");
    case "silent":
      return t("plan.against.silent");
    case "still_sent":
      return t("plan.against.still_sent");
    case "unplanned":
      return t("plan.against.unplanned");
    case "unused":
      return t("plan.against.unused");
    case "no_objective":
      return t("plan.against.no_objective");
    case "no_description":
      return t("plan.against.no_description");
    case "no_owner":
      return t("plan.against.no_owner");
    case "off_plan":
      return t("plan.against.off_plan", { share });
    case "type_drift":
      return t("plan.against.type_drift", { name });
    case "new_values":
      return t("plan.against.new_values", { name, n });
    case "missing":
      return t("plan.against.missing", { name, share });
    case "mostly_empty":
      return t("plan.against.mostly_empty", { name, share });
    case "over_measured":
      return t("plan.against.over_measured", { n });
    case "unplanned_events":
      return t("plan.against.unplanned_events", { n });
    default:
      return code.replaceAll("_", " ");
  }
}
