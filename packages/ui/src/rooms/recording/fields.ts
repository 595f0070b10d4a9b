// What a list of recordings can be narrowed by, beside properties, people and cohorts, which are a filter like everywhere.
import type { MessageKey } from "@/i18n/catalogue.ts";
import type { RecordingCondition } from "./question.ts";

export type FieldKind = "seconds" | "count" | "page" | "word" | "device" | "yes" | "text";

export interface Field {
  field: string;
  label: MessageKey;
  kind: FieldKind;
  group: MessageKey;
}

export const SIGNALS = [
  "rage_click", "dead_click", "error_click", "slow_click", "repeated_clicks", "u_turn", "back_and_forth", "loop", "thrashed_cursor", "scroll_bounce",
  "form_refill", "validation_error", "submit_retry", "form_abandon", "reload_burst", "slow_page", "js_error", "failed_request", "zoom_burst",
] as const;

const BEHAVIOUR = "recordings.group.behaviour";
const TROUBLE = "recordings.group.trouble";
const TIME = "recordings.group.time";
const VISIT = "recordings.group.visit";
const TEAM = "recordings.group.team";

export const FIELDS: Field[] = [
  { field: "page", label: "recordings.field.page", kind: "page", group: BEHAVIOUR },
  { field: "entry", label: "recordings.field.entry", kind: "page", group: BEHAVIOUR },
  { field: "exit", label: "recordings.field.exit", kind: "page", group: BEHAVIOUR },
  { field: "pages", label: "recordings.field.pages", kind: "count", group: BEHAVIOUR },
  { field: "clicks", label: "recordings.field.clicks", kind: "count", group: BEHAVIOUR },
  { field: "keys", label: "recordings.field.keys", kind: "count", group: BEHAVIOUR },
  { field: "duration_seconds", label: "recordings.field.duration", kind: "seconds", group: TIME },
  { field: "active_seconds", label: "recordings.field.active", kind: "seconds", group: TIME },
  { field: "score", label: "recordings.field.score", kind: "count", group: TROUBLE },
  { field: "errors", label: "recordings.field.errors", kind: "count", group: TROUBLE },
  { field: "failed_requests", label: "recordings.field.failedRequests", kind: "count", group: TROUBLE },
  { field: "console_errors", label: "recordings.field.consoleErrors", kind: "count", group: TROUBLE },
  ...SIGNALS.map((name): Field => ({ field: `signal:${name}`, label: `signal.${name}`, kind: "count", group: TROUBLE })),
  { field: "person", label: "recordings.field.person", kind: "word", group: VISIT },
  { field: "device", label: "recordings.field.device", kind: "device", group: VISIT },
  { field: "browser", label: "recordings.field.browser", kind: "word", group: VISIT },
  { field: "os", label: "recordings.field.os", kind: "word", group: VISIT },
  { field: "country", label: "recordings.field.country", kind: "word", group: VISIT },
  { field: "bot", label: "recordings.field.bot", kind: "yes", group: VISIT },
  { field: "watched", label: "recordings.field.watched", kind: "yes", group: TEAM },
  { field: "note", label: "recordings.field.note", kind: "text", group: TEAM },
];

/** Of the session's events, where one looks for them among the columns of a recording. */
export const VISIT_PROPERTIES = ["$referring_domain", "utm_source", "utm_campaign", "$language", "$city", "$release"] as const;

/** As the server names them. */
export const DEVICES = ["Desktop", "Tablet", "Mobile"] as const;

/** How a field is compared, the usual way first. */
export const OPERATORS_OF: Record<FieldKind, string[]> = {
  seconds: ["gte", "lte", "between"],
  count: ["gte", "lte", "is", "between"],
  page: ["is", "contains", "starts_with", "is_not"],
  word: ["is", "is_not"],
  device: ["is", "is_not"],
  yes: ["is"],
  text: ["contains", "set"],
};

export function fieldOf(condition: RecordingCondition): Field | undefined {
  return FIELDS.find(({ field }) => field === condition.field);
}
