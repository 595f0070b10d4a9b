// What an error of the server is called on screen: what, why, how to mend it, in the reader's language. The code and the
// field choose the sentences; what the server itself said stands below them, since it knows the particulars.
import { ApiError } from "@/api/client.ts";
import type { MessageKey, Messages } from "@/i18n/catalogue.ts";

export interface Told {
  what: string;
  why?: string;
  mend?: string;
  /** The server's own words, in its language. */
  detail?: string;
}

/** Codes that say all there is to say; the server adds nothing that helps. */
const PLAIN = ["unreachable", "unauthenticated", "forbidden", "not_found", "timed_out", "cancelled", "too_many_requests", "changed", "taken", "last_admin", "no_link", "oneself", "setup_done", "wrong_token", "wrong_credentials", "too_slow", "cross_origin"] as const;
/** Codes whose particulars are the server's. */
const DETAILED = ["needed", "limit_exceeded", "unavailable", "internal", "body_too_large"] as const;
/** Codes about one field, which the sentence names. */
const OF_FIELD = ["unknown_cohort", "cohort_cycle", "unknown_field", "wrong_type", "missing_field", "not_allowed", "invalid_field", "invalid_question"] as const;

export function tellError(error: unknown, messages: Messages): Told {
  const raw = toldOf(error, messages);
  // A title may begin with the name of a field.
  const told = { ...raw, what: raw.what.charAt(0).toLocaleUpperCase() + raw.what.slice(1) };
  return told.detail ? { ...told, detail: messages.t("error.detail", { detail: told.detail }) } : told;
}

function toldOf(error: unknown, messages: Messages): Told {
  const { t } = messages;
  if (!(error instanceof ApiError)) return { what: t("error.unexpected.what"), mend: t("error.unexpected.mend"), detail: error instanceof Error ? error.message : undefined };
  const { code, field, status, message } = error;
  const plain = PLAIN.find((one) => one === code);
  if (plain) return { what: t(`error.${plain}.what`), mend: t(`error.${plain}.mend`), detail: plain === "taken" ? message : undefined };
  const detailed = DETAILED.find((one) => one === code);
  if (detailed) return { what: t(`error.${detailed}.what`), mend: t(`error.${detailed}.mend`), detail: message };
  const ofField = OF_FIELD.find((one) => one === code);
  if (ofField && field) return { what: t(`error.${ofField}.what`, { field: fieldName(field, messages) }), mend: t(`error.${ofField}.mend`), detail: message };
  if (status === 401) return { what: t("error.unauthenticated.what"), mend: t("error.unauthenticated.mend") };
  if (status >= 400 && status < 500) return { what: t("error.refused.what"), why: field ? fieldName(field, messages) : undefined, mend: t("error.refused.mend"), detail: message };
  return { what: t("error.unexpected.what"), mend: t("error.unexpected.mend"), detail: message };
}

/** `steps[1].where.op` as a person says it: "step 2 › condition › operator". Parts that have no word of ours stay as they are. */
export function fieldName(path: string, { t }: Messages): string {
  const parts = path.split(".").map((part) => {
    const [, name = part, index] = /^([^[]*)(?:\[(\d+)\])?/.exec(part) ?? [];
    const word = FIELD_WORDS[name];
    if (word === undefined) return part;
    const n = index === undefined ? 0 : Number(index) + 1;
    return t(word, { n, letter: String.fromCharCode(64 + Math.max(1, n)) });
  });
  return parts.join(" › ");
}

const FIELD_WORDS: Record<string, MessageKey> = {
  abandon: "fieldName.abandon",
  active_from: "fieldName.active_from",
  actor: "fieldName.actor",
  anchor: "fieldName.anchor",
  attribute: "fieldName.attribute",
  attribution: "fieldName.attribution",
  birth: "fieldName.birth",
  brackets: "fieldName.brackets",
  breakdown: "fieldName.breakdown",
  choices: "fieldName.choices",
  churned: "fieldName.churned",
  cohort: "fieldName.cohort",
  cohorts: "fieldName.cohort",
  compare: "fieldName.compare",
  completion: "fieldName.completion",
  count: "fieldName.count",
  current_password: "fieldName.current_password",
  definition: "fieldName.definition",
  depth: "fieldName.depth",
  detour_tolerance: "fieldName.detour_tolerance",
  did: "fieldName.did",
  did_not: "fieldName.did",
  display: "fieldName.display",
  edges: "fieldName.edges",
  email: "fieldName.email",
  embed_from: "fieldName.embed_from",
  ends: "fieldName.ends",
  exclude: "fieldName.exclude",
  expires_at: "fieldName.expires_at",
  filter: "fieldName.filter",
  formulas: "fieldName.formulas",
  from: "fieldName.from",
  hold: "fieldName.hold",
  interval: "fieldName.interval",
  items: "fieldName.items",
  label: "fieldName.label",
  language: "fieldName.language",
  measure: "fieldName.measure",
  name: "fieldName.name",
  node: "fieldName.node",
  of: "fieldName.of",
  op: "fieldName.op",
  optional: "fieldName.optional",
  page: "fieldName.page",
  page_property: "fieldName.page_property",
  pages: "fieldName.pages",
  password: "fieldName.password",
  percent: "fieldName.percent",
  periods: "fieldName.periods",
  privacy: "fieldName.privacy",
  property: "fieldName.property",
  questions: "fieldName.questions",
  range: "fieldName.range",
  rename: "fieldName.rename",
  return: "fieldName.return",
  return_count: "fieldName.count",
  role: "fieldName.role",
  rolling: "fieldName.rolling",
  rule: "fieldName.rule",
  scopes: "fieldName.scopes",
  select: "fieldName.select",
  sequence: "fieldName.sequence",
  series: "fieldName.series",
  session_timeout: "fieldName.session_timeout",
  session_timeout_minutes: "fieldName.session_timeout",
  slow: "fieldName.slow",
  start: "fieldName.start",
  steps: "fieldName.steps",
  surveys: "fieldName.surveys",
  target_seconds: "fieldName.target_seconds",
  task: "fieldName.task",
  time_to_convert: "fieldName.time_to_convert",
  times: "fieldName.times",
  timezone: "fieldName.timezone",
  to: "fieldName.to",
  top: "fieldName.top",
  triggers: "fieldName.triggers",
  unit: "fieldName.unit",
  until: "fieldName.until",
  value: "fieldName.value",
  week_start: "fieldName.week_start",
  where: "fieldName.where",
  window: "fieldName.window",
  within: "fieldName.within",
};
