/** What stands in the address of a study. */
export const TABS = ["people", "edit"] as const;
export type Tab = (typeof TABS)[number];

export interface StudySearch {
  tab?: Tab;
}
