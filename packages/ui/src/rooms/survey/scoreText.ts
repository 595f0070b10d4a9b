// Scores as they are written (px.md 2.5): NPS without decimals, shares as per cent, means on their own scale; always with the interval.
import type { Measured } from "@/api/survey.ts";
import type { MessageKey } from "@/i18n/catalogue.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Kind, SurveyQuestion } from "./definition.ts";
import { scaleOf } from "./definition.ts";

/** Fewer answers say little. */
export const WORTHWHILE = { nps: 30, others: 10 };

const NAME: Partial<Record<Kind, MessageKey>> = { nps: "survey.score.nps", csat: "survey.score.csat", ces: "survey.score.ces", seq: "survey.score.seq", rating: "survey.score.mean", thumbs: "survey.score.thumbs", sus: "survey.score.sus", umux_lite: "survey.score.umux" };

export interface ScoreText {
  name: string;
  value: (measured: Measured) => string;
  range: (measured: Measured) => string;
  /** A difference of two scores, in points. */
  change: (difference: number) => string;
  /** What stands beside it: the mean of a CSAT, the share that agrees of a CES. */
  more: (measured: Measured) => string[];
}

export function useScoreText(question: SurveyQuestion): ScoreText {
  const { t, format } = useSpeech();
  const { kind } = question;
  const [, most] = scaleOf(question);
  const isShare = kind === "csat" || kind === "thumbs";
  const isBlock = kind === "sus" || kind === "umux_lite";
  const write = (value: number): string => {
    if (kind === "nps") return `${value > 0.5 ? "+" : value < -0.5 ? "−" : ""}${format.number(Math.abs(Math.round(value)))}`;
    if (isShare) return format.percent(value, 0);
    return isBlock ? format.number(Math.round(value * 10) / 10) : t("survey.outOf", { value: format.number(Math.round(value * 100) / 100), most });
  };
  const bare = (value: number): string => (kind === "nps" || isShare || isBlock ? write(value) : format.number(Math.round(value * 100) / 100));
  return {
    name: t(NAME[kind] ?? "survey.score.mean"),
    value: ({ score }) => (score ? write(score.value) : "–"),
    change: (difference) => {
      const points = isShare ? Math.round(difference * 100) : kind === "nps" ? Math.round(difference) : Math.round(difference * 100) / 100;
      return t("theme.points", { points: `${points < 0 ? "−" : "+"}${format.number(Math.abs(points))}` });
    },
    range: ({ score }) => (score ? t("survey.between", { low: bare(score.low), high: bare(score.high) }) : ""),
    more: ({ mean, median, parts, n, sus_equivalent }) => [
      ...(isShare && kind === "csat" && mean ? [t("survey.meanOf", { value: format.number(Math.round(mean.value * 100) / 100), most })] : []),
      ...(kind === "ces" && parts ? [t("survey.agree", { share: format.percent((parts[0] ?? 0) / Math.max(1, n), 0) })] : []),
      ...((kind === "seq" || kind === "rating") && median !== null ? [t("survey.median", { value: format.number(median) })] : []),
      ...(sus_equivalent !== null ? [t("survey.susEquivalent", { value: format.number(Math.round(sus_equivalent * 10) / 10) })] : []),
    ],
  };
}
