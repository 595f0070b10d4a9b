// What the URLs of alerts hold.
export const ALERT_TABS = ["annotations"] as const;

export interface AlertsSearch {
  tab?: (typeof ALERT_TABS)[number];
}

export interface AlertSearch {
  /** The metric that a new one watches. */
  metric?: string;
  edit?: true;
}
