/** What stands in the address of a survey. */
export const TABS = ["results", "themes", "answers", "edit", "share", "why"] as const;
export type Tab = (typeof TABS)[number];

export interface SurveySearch {
  tab?: Tab;
  /** Of a new survey: the template that it begins with. */
  template?: string;
  /** Of a new survey: a definition, as other screens hand it over. */
  q?: unknown;
  /** Of a new survey: the task that it asks about, and what for. */
  task?: string;
  link?: string;
  /** Whom it is explained for. */
  person?: string;
}
