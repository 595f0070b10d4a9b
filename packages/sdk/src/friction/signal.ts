// A sign that somebody struggles (px.md 2.3). Weights and scores are the server's.
export type SignalName =
  | "rage_click"
  | "dead_click"
  | "slow_click"
  | "error_click"
  | "repeated_clicks"
  | "u_turn"
  | "back_and_forth"
  | "loop"
  | "thrashed_cursor"
  | "scroll_bounce"
  | "form_refill"
  | "validation_error"
  | "submit_retry"
  | "form_abandon"
  | "reload_burst"
  | "slow_page"
  | "js_error"
  | "failed_request"
  | "hesitation"
  | "zoom_burst";

export interface Signal {
  name: SignalName;
  /** When it began. */
  t: number;
  page: string;
  /** The element at fault, where there is one. */
  selector?: string;
  /** 1 as defined; below or above where a signal comes in degrees. */
  severity: number;
  /** What else it says: counts, durations. */
  detail?: Record<string, string | number | boolean>;
}
