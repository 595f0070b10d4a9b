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
