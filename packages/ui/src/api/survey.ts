// The shapes of surveys, and of what their answers add up to.
import type { components } from "./schema.d.ts";

export type SurveyStatus = "draft" | "running" | "paused" | "closed";
export type Survey = Omit<components["schemas"]["Survey"], "status"> & { status: SurveyStatus };
export type SurveyInList = Omit<components["schemas"]["SurveyInList"], "status"> & { status: SurveyStatus };
export type SurveyProblem = components["schemas"]["SurveyProblem"];
export type SurveyDecision = components["schemas"]["SurveyDecision"];
export type SurveyVersion = components["schemas"]["SurveyVersion"];
export type SurveyAlerts = components["schemas"]["SurveyAlerts"];
export type SurveyAlertSettings = components["schemas"]["SurveyAlertSettings"];
export type SurveyPage = components["schemas"]["SurveyPage"];
export type PersonalLinks = components["schemas"]["PersonalLinks"];
export type MailBlock = components["schemas"]["MailBlock"];
export type CheckedSurvey = components["schemas"]["CheckedSurvey"];

export interface Estimate {
  value: number;
  low: number;
  high: number;
}

export interface Measured {
  n: number;
  score: Estimate | null;
  mean: Estimate | null;
  median: number | null;
  parts: number[] | null;
  sus_equivalent: number | null;
}

export interface QuestionResult extends Measured {
  id: string;
  kind: components["schemas"]["SurveyQuestion"]["kind"];
  seen: number;
  skipped: number;
  left: number;
  scores: [number, number][];
  choices: { id: string; n: number; share: Estimate | null; mean_place: number | null }[];
  items: { id: string; n: number; mean: Estimate | null; scores: [number, number][] }[];
  intervals: Measured[];
  groups: (Measured & { value: unknown; too_few: boolean })[];
  /** Of as long a time just before. */
  before: { n: number; score: Estimate; change: number; is_clear: boolean } | null;
}

export type SurveyResults = Omit<components["schemas"]["SurveyResults"], "questions" | "response_rate" | "completion_rate"> & {
  questions: QuestionResult[];
  response_rate: Estimate | null;
  completion_rate: Estimate | null;
};

export interface SurveyAnswer {
  score: number | null;
  choices: string[];
  text: string | null;
  skipped: boolean;
  items: Record<string, number>;
}

export type SurveyResponse = Omit<components["schemas"]["SurveyResponse"], "answers"> & { answers: Record<string, SurveyAnswer> };

/** A part of something, with its interval. */
export interface ThemeShare {
  n: number;
  of: number;
  share: number;
  low: number;
  high: number;
}

export interface ThemeChange {
  difference: number;
  low: number;
  high: number;
  q_value: number | null;
  is_clear: boolean;
}

export type ThemeSentiment = Record<"positive" | "negative" | "mixed" | "neutral" | "unknown", number>;
export type ThemeAnswer = components["schemas"]["ThemeAnswer"];

export type Theme = Omit<components["schemas"]["Theme"], "name" | "share" | "sentiment" | "mean_score" | "mean_score_of_others" | "phrases" | "segments" | "periods" | "change"> & {
  name: { en: string; fr: string };
  share: ThemeShare;
  sentiment: ThemeSentiment;
  mean_score: { n: number; mean: number } | null;
  mean_score_of_others: { n: number; mean: number } | null;
  phrases: { term: string; phrase: string; n: number }[];
  segments: { segment: string; value: string; share: ThemeShare; difference: ThemeChange }[];
  periods: ThemeShare[];
  change: ThemeChange | null;
};

export type Themes = Omit<components["schemas"]["Themes"], "sentiment" | "themes" | "hidden" | "unsorted" | "periods" | "corrections"> & {
  sentiment: ThemeSentiment;
  themes: Theme[];
  hidden: Theme[];
  unsorted: { share: ThemeShare; answers: ThemeAnswer[] };
  periods: { name: string; n: number }[];
  corrections: ThemeCorrections["corrections"];
};

/** Themes are named by their terms. */
export type ThemeCorrection =
  | { kind: "rename"; theme: string[]; name: string }
  | { kind: "merge"; themes: string[][]; name: string | null }
  | { kind: "split"; theme: string[]; terms: string[]; name: string | null }
  | { kind: "move"; fingerprint: string; from: string[] | null; to: string[] | null }
  | { kind: "hide"; theme: string[] };

export interface ThemeCorrections {
  corrections: { id: number; correction: ThemeCorrection; created_by: string; created_at: string }[];
}
