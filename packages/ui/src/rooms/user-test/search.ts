/** What stands in the address of a user test. */
export const TEST_TABS = ["results", "participants", "invite", "edit"] as const;
export type TestTab = (typeof TEST_TABS)[number];

export interface UserTestSearch {
  tab?: TestTab;
  /** Whose answers and notes are open. */
  participant?: string;
}
