// A survey as the server publishes it (`contract/survey.schema.json`): what it leaves to the defaults is filled in.

import type { Outcome } from "../task/walked.ts";

/** The same in several languages. */
export type Text = Record<string, string>;

export interface Survey {
  languages: string[];
  questions: Question[];
  ends: End[];
  display: { form: "popover" | "modal" | "bar" | "inline" | "button"; position: "bottom_right" | "bottom_left" | "top_right" | "top_left"; selector?: string; label?: Text; color: string; ground: "auto" | "light" | "dark"; progress: boolean };
  triggers: Trigger[];
  delay_s: number;
  pages: PageRule[];
  audience: { devices?: Device[]; visitors?: Visitor; languages?: string[]; cohort?: { id: string; in: boolean } };
  sample: number;
  frequency: { show: "once" | "until_answered" | "always"; again: number; again_after_days: number; renew_after_days?: number; quiet_days: number; once_a_session: boolean };
  limits: { answers?: number; from?: string; to?: string };
  privacy: { link: "ask" | "consent" | "never"; notice?: Text; policy?: string };
}

export type Device = "desktop" | "tablet" | "mobile";
export type Visitor = "new" | "returning";

export type Kind =
  | "nps" | "csat" | "ces" | "rating" | "seq" | "thumbs" | "single" | "multi" | "picture" | "ranking" | "short" | "long" | "email" | "consent" | "statement" | "matrix" | "sus" | "umux_lite";

export interface Question {
  id: string;
  kind: Kind;
  text: Text;
  description?: Text;
  required: boolean;
  low?: Text;
  high?: Text;
  points?: number;
  look?: "numbers" | "stars" | "smileys";
  choices?: { id: string; text: Text; image?: string }[];
  other: boolean;
  shuffle: boolean;
  most?: number;
  items?: { id: string; text: Text }[];
  placeholder?: Text;
  next?: Rule[];
  then?: string;
}

export interface Rule {
  when: { score?: [number, number]; choice?: string[]; skipped?: boolean };
  to: string;
}

export interface End {
  id: string;
  title: Text;
  text?: Text;
  link?: { url: string; label: Text };
}

export interface PageRule {
  op: "is" | "contains" | "starts_with" | "ends_with" | "matches";
  value: string;
  not?: boolean;
}

export type Trigger =
  | { on: "load" | "exit" | "call" }
  | { on: "time"; seconds: number }
  | { on: "scroll"; percent: number }
  | { on: "click" | "visible"; selector: string }
  | { on: "event"; event: string; where?: Condition[] }
  | { on: "friction"; signal: string }
  | { on: "task"; task: string; outcome: Outcome };

export interface Condition {
  property: string;
  op: "is" | "is_not" | "contains" | "gt" | "gte" | "lt" | "lte" | "set" | "not_set";
  value?: unknown;
}

/** What stands for a person's own words among the choices. */
export const OTHER = "other";

/** What somebody answered to one question. */
export interface Given {
  isSkipped?: boolean;
  score?: number;
  choices?: string[];
  /** In their own words: of a choice, or of an open question. */
  text?: string;
  items?: Record<string, number>;
}
