// The score of a question as a metric: answers are events, so it is a trend of them, by when they were given.
import type { MetricFormat } from "@/api/board.ts";
import { scaleOf, type SurveyQuestion } from "./definition.ts";

interface Followed {
  q: object;
  format: MetricFormat;
}

/** `null` for what has no one score, or one that is made of several answers (SUS, UMUX-Lite). */
export function followed(survey: string, question: SurveyQuestion): Followed | null {
  const is = (property: string, op: string, value?: unknown) => ({ property, op, ...(value === undefined ? {} : { value }) });
  const answered = (...where: object[]) => ({ select: { event: "$survey_answered", where: { all: [is("$survey", "is", survey), is("$question", "is", question.id), is("$item", "not_set"), ...where] } } });
  // As the results count them: each response once.
  const counted = (...where: object[]) => ({ ...answered(...where), measure: { distinct: "$survey_response" } });
  const trend = (series: object[], formulas?: string[]) => ({ kind: "trend", series, ...(formulas && { formulas }), interval: "week" });
  const any = is("$score", "set");
  switch (question.kind) {
    case "nps":
      return { q: trend([counted(is("$score", "gte", 9)), counted(is("$score", "lte", 6)), counted(any)], ["(A - B) / C * 100"]), format: "number" };
    case "csat":
      return { q: trend([counted(is("$score", "gte", scaleOf(question)[1] - 1)), counted(any)], ["A / B"]), format: "percent" };
    case "thumbs":
      return { q: trend([counted(is("$score", "gte", 1)), counted(any)], ["A / B"]), format: "percent" };
    case "ces":
    case "seq":
    case "rating":
      return { q: trend([{ ...answered(any), measure: { average: "$score" } }]), format: "number" };
    default:
      return null;
  }
}
