// A question said in words: events, conditions, ranges, measures. Names that SDKs send with a `$` are shown as people say them.
import type { MessageKey, Messages } from "@/i18n/catalogue.ts";
import type { Formatter } from "@/format/format.ts";
import { isGroup, isPropertyFilter, isTimeFilter, membersOf, PROPERTY_MEASURES, type Breakdown, type Filter, type Lookup, type Measure, type Operator, type Range, type Selector, type Window } from "./question.ts";
import type { SegmentValue } from "@/api/types.ts";

type Speech = Messages & { format: Formatter };

export function eventName(name: string | null | undefined, { t }: Messages): string {
  if (name === null || name === undefined) return t("event.any");
  const known = `event.known.${name}` as MessageKey;
  return KNOWN_EVENTS.has(name) ? t(known) : name;
}
const KNOWN_EVENTS = new Set(["$pageview", "$screen", "$identify", "$session_start", "$session_end", "$click", "$page_summary", "$friction", "$web_vitals", "$error", "$failed_request"]);

/** Somebody whose name is not known: the id as it was sent, or, of a device that nobody is known to hold, that it is anonymous. */
export function personName(id: string, { t }: Messages): string {
  if (!id.startsWith(DEVICE_PREFIX)) return id;
  return t("person.anonymous", { id: id.slice(DEVICE_PREFIX.length).replace(/^ip-/, "").slice(0, 8) });
}
const DEVICE_PREFIX = "$device:";

export function propertyName(name: string, { t }: Messages): string {
  const key = PROPERTY_KEYS[name];
  if (name.startsWith(PAGE_GROUP_OF)) return t("property.pageGroupOf", { mapping: name.slice(PAGE_GROUP_OF.length) });
  return key ? t(key) : name.replace(/^[$]/, "");
}
const PAGE_GROUP_OF = "$page_group:";
const PROPERTY_KEYS: Record<string, MessageKey> = {
  $browser: "property.browser",
  $os: "property.os",
  $device: "property.device",
  $device_type: "property.deviceType",
  $city: "property.city",
  $region: "property.region",
  mp_country_code: "property.country",
  $country_code: "property.country",
  $current_url: "property.url",
  $page_group: "property.pageGroup",
  $referrer: "property.referrer",
  $referring_domain: "property.referringDomain",
  utm_source: "property.campaignSource",
  utm_campaign: "property.campaign",
  $language: "property.language",
  $release: "property.release",
  $name: "property.name",
  $email: "property.email",
  $first_name: "property.firstName",
  $last_name: "property.lastName",
  $phone: "property.phone",
  $created: "property.created",
  $last_seen: "property.lastSeen",
  $duration_s: "property.sessionDuration",
  $event_count: "property.sessionEvents",
  $first_event: "property.sessionFirst",
  $last_event: "property.sessionLast",
};

/** A property with whose it is where that is not plain: of the session, of a lookup table, as it was then. */
export function ownedName({ property, of, at, lookup }: { property: string; of?: string; at?: "event"; lookup?: Lookup }, speech: Messages): string {
  const own = propertyName(property, speech);
  const looked = lookup ? speech.t("property.lookup", { property: own, column: lookup.column }) : own;
  const owned = of === "session" && !property.startsWith("$") ? speech.t("property.ofSession", { property: looked }) : looked;
  return at === "event" ? speech.t("property.then", { property: owned }) : owned;
}

/** Who is counted, as messages choose their words by it; `type` names the groups. */
export function actorWords(actor: string | undefined): { actor: "person" | "device" | "group"; type: string } {
  if (actor?.startsWith("group:")) return { actor: "group", type: actor.slice("group:".length) };
  return { actor: actor === "device" ? "device" : "person", type: "" };
}

export function actorName(actor: string | undefined, { t }: Messages): string {
  return t("actor.name", actorWords(actor));
}

/** "3 people", "1 device", "12 groups (company)". */
export function actorCount(n: number, actor: string | undefined, { t, format }: Speech): string {
  return t("actor.count", { ...actorWords(actor), n, shown: format.number(n) });
}

export function selectorName(selector: Selector, speech: Messages): string {
  if (selector.label) return selector.label;
  if (selector.any_of) return selector.any_of.map((name) => eventName(name, speech)).join(` ${speech.t("word.or")} `);
  return eventName(selector.event, speech);
}

export function operatorName(op: Operator, { t }: Messages): string {
  return t(`op.${op}`);
}

export function valueName(value: unknown, speech: Speech): string {
  if (value === null || value === undefined) return speech.t("value.notSet");
  if (value === "") return speech.t("value.empty");
  if (value === true) return speech.t("value.true");
  if (value === false) return speech.t("value.false");
  if (typeof value === "number") return speech.format.number(value);
  if (Array.isArray(value)) return value.map((item) => valueName(item, speech)).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

export function conditionName(filter: Filter, speech: Speech): string {
  const { t } = speech;
  if (isGroup(filter)) {
    const joiner = "all" in filter ? t("word.and") : t("word.or");
    return `(${membersOf(filter).map((member) => conditionName(member, speech)).join(` ${joiner} `)})`;
  }
  if (isPropertyFilter(filter)) {
    const property = ownedName(filter, speech);
    const values = { property: filter.items === "all" ? t("condition.every", { property }) : property, op: operatorName(filter.op, speech), value: operandName(filter.op, filter.value, speech) };
    return filter.op === "set" || filter.op === "not_set" ? t("condition.unary", values) : t("condition.binary", values);
  }
  if (isTimeFilter(filter)) {
    const named = filter.time === "day_of_week" ? [filter.value].flat().map((day) => weekdayName(Number(day), speech)).join(` ${t("word.or")} `) : operandName(filter.op, filter.value, speech);
    return t("condition.binary", { property: t(`time.${filter.time}`), op: operatorName(filter.op, speech), value: named });
  }
  if ("not" in filter) return t("condition.not", { condition: conditionName(filter.not, speech) });
  if ("did" in filter) {
    const count = Number(filter.count?.value ?? 1);
    const op = filter.count?.op ?? "gte";
    const event = filter.did.where ? t("customEvent.where", { event: selectorName(filter.did, speech), condition: conditionName(filter.did.where, speech) }) : selectorName(filter.did, speech);
    const times = { event, n: count };
    const did =
      op === "eq" && count === 0 ? t("condition.didNot", times) : op === "gte" ? (count === 1 ? t("condition.did", times) : t("condition.didAtLeast", times)) : op === "lte" ? t("condition.didAtMost", times) : t("condition.didExactly", times);
    return filter.within ? t("condition.within", { condition: did, range: rangeName(filter.within, speech) }) : did;
  }
  if ("cohort" in filter) return filter.in === false ? t("condition.notInCohort", { cohort: filter.cohort }) : t("condition.inCohort", { cohort: filter.cohort });
  const names = Array.isArray(filter.event) ? filter.event : [filter.event];
  return t("condition.event", { events: names.map((name) => eventName(name, speech)).join(", ") });
}

function operandName(op: Operator, value: unknown, speech: Speech): string {
  if (op === "between" && Array.isArray(value)) return speech.t("condition.between", { low: valueName(value[0], speech), high: valueName(value[1], speech) });
  if (op === "in_last" && typeof value === "object" && value !== null) return windowName(value as Window, speech);
  if ((op === "before" || op === "after") && typeof value === "string") return speech.format.date(value, "UTC");
  if (Array.isArray(value)) return value.map((item) => valueName(item, speech)).join(` ${speech.t("word.or")} `);
  return valueName(value, speech);
}

export function windowName(window: Window, { t }: Messages): string {
  return t(`window.${window.unit}`, { n: window.n });
}

/** 1 is Monday. */
export function weekdayName(day: number, { t, format }: Speech): string {
  return day >= 1 && day <= 7 ? t(`weekday.${day}` as MessageKey) : format.number(day);
}

/** Ranges that are neither two dates nor the last so many units. */
function openRange(range: Range, { t, format }: Speech): string | null {
  if ("since" in range) return t("range.since", { day: format.date(range.since, "UTC") });
  if ("to_date" in range) return t(`range.toDate.${range.to_date}`);
  if ("last" in range && range.ago) return range.last === 1 && range.ago === 1 ? t(`range.previous.${range.unit}`) : t("range.ago", { range: t(`range.last.${range.unit}`, { n: range.last }), ago: range.ago });
  return null;
}

export function rangeName(range: Range, { t, format }: Speech): string {
  const open = openRange(range, { t, format } as Speech);
  if (open !== null) return open;
  if ("since" in range || "to_date" in range) return "";
  if ("last" in range) return range.last === 1 ? t(`range.this.${range.unit}`) : t(`range.last.${range.unit}`, { n: range.last });
  const from = dayOf(range.from);
  const to = dayOf(range.to);
  return from === to ? format.date(from, "UTC") : t("range.between", { from: format.date(from, "UTC"), to: format.date(to, "UTC") });
}

function dayOf(text: string): string {
  return text.slice(0, 10);
}

/** The property that a measure reads, and how. */
export function measureParts(measure: Measure): { kind: string; property?: string; number?: number; of?: string } {
  if (typeof measure === "string") return { kind: measure };
  if ("unique" in measure) return { kind: `unique ${measure.unique}` };
  if ("per_session" in measure) return { kind: "per_session" };
  if ("active" in measure) return { kind: "active", number: measure.active };
  if ("percentile" in measure) return { kind: "percentile", number: measure.percentile, property: measure.property };
  if ("per_person" in measure) {
    if (measure.per_person === "total") return { kind: "per_person" };
    if ("percentile" in measure.per_person) return { kind: "per_person", of: "percentile", number: measure.per_person.percentile, property: measure.per_person.property };
    const [kind, property] = Object.entries(measure.per_person)[0] ?? ["sum", ""];
    return { kind: "per_person", property, of: kind };
  }
  const kind = PROPERTY_MEASURES.find((name) => name in measure) ?? "sum";
  return { kind, property: (measure as Record<string, string>)[kind] };
}

function thenWords(measure: Measure): { then: string; rank: number } {
  const then = typeof measure === "object" && "per_person" in measure ? (measure.then ?? "average") : "average";
  if (typeof then === "string") return { then, rank: 0 };
  return "percentile" in then ? { then: "percentile", rank: then.percentile } : { then: "distribution", rank: 0 };
}

export function measureName(measure: Measure, speech: Messages, actor?: string): string {
  const { t } = speech;
  if (typeof measure === "object" && "unique" in measure) return t(`measure.once.${measure.unique}`, actorWords(actor));
  if (typeof measure === "object" && "per_session" in measure) {
    const then = measure.then ?? "average";
    const words = typeof then === "string" ? { then, rank: 0 } : "percentile" in then ? { then: "percentile", rank: then.percentile } : { then: "distribution", rank: 0 };
    const inner = typeof measure.per_session === "string" ? t(`measure.session.${measure.per_session}`) : propertyName(String(Object.values(measure.per_session).at(-1)), speech);
    return t("measure.perSession", { ...words, inner });
  }
  const { kind, property, number, of } = measureParts(measure);
  const shown = property === undefined ? "" : propertyName(property, speech);
  const who = actorWords(actor);
  switch (kind) {
    case "total":
      return t("measure.total");
    case "unique":
      return t("measure.unique", who);
    case "sessions":
      return t("measure.sessions");
    case "active":
      return t("measure.active", { ...who, n: number ?? 7 });
    case "percentile":
      return t("measure.percentile", { n: number ?? 90, property: shown });
    case "per_person": {
      const spread = { ...who, ...thenWords(measure) };
      if (property === undefined) return t("measure.perPersonTotal", spread);
      return t("measure.perPerson", { ...spread, property: shown, measure: t(`measure.word.${of ?? "sum"}` as MessageKey, { n: number ?? 0 }) });
    }
    default:
      return t(`measure.${kind}` as MessageKey, { property: shown });
  }
}

/** Whether the values of a measure may be added up over intervals without changing its meaning. */
export function measureAdds(measure: Measure): boolean {
  return measure === "total" || (typeof measure === "object" && "sum" in measure);
}

export function breakdownName(breakdown: Breakdown, speech: Messages): string {
  if ("time" in breakdown) return speech.t(`time.${breakdown.time}`);
  if ("bucket" in breakdown) return speech.t("breakdown.inRanges", { property: ownedName(breakdown.bucket, speech) });
  if ("cohort" in breakdown) return speech.t("breakdown.byCohorts", { n: [breakdown.cohort].flat().length, names: [breakdown.cohort].flat().join(", ") });
  const name = ownedName(breakdown, speech);
  return breakdown.matching ? speech.t("breakdown.matchingOf", { property: name }) : name;
}

/** A segment of an answer: its values, or the overall line. */
export function segmentName(breakdown: SegmentValue[], speech: Speech, other?: number, parts?: Breakdown[]): string {
  if (other !== undefined) return speech.t("segment.other", { n: other });
  if (breakdown.length === 0) return speech.t("segment.overall");
  return breakdown.map((value, index) => segmentValueName(value, speech, parts?.[index])).join(" · ");
}

function segmentValueName(value: SegmentValue, speech: Speech, part: Breakdown | undefined): string {
  if (part && "time" in part) {
    if (part.time === "day_of_week") return weekdayName(Number(value), speech);
    if (part.time === "hour_of_day") return speech.t("time.oclock", { hour: String(value).padStart(2, "0") });
    if (typeof value === "string") return speech.format.date(value, "UTC");
  }
  return rangeOfNumbers(value, speech) ?? valueName(value, speech);
}

/** The server writes a range of numbers as `[0, 10)`, `< 0` or `>= 10`; people read "0 to under 10". */
function rangeOfNumbers(value: SegmentValue, { t, format }: Speech): string | null {
  if (typeof value !== "string") return null;
  const within = /^\[(-?[\d.]+), (-?[\d.]+)\)$/.exec(value);
  if (within) return t("bucket.within", { low: format.number(Number(within[1])), high: format.number(Number(within[2])) });
  const open = /^(<|>=) (-?[\d.]+)$/.exec(value);
  if (!open) return null;
  const edge = format.number(Number(open[2]));
  return open[1] === "<" ? t("bucket.under", { edge }) : t("bucket.from", { edge });
}

/** The range inside a sentence: "in the last 30 days", "between 1 Oct 2025 and 31 Oct 2025". */
export function rangePhrase(range: Range, { t, format }: Speech): string {
  const open = openRange(range, { t, format } as Speech);
  if (open !== null) return open.charAt(0).toLocaleLowerCase() + open.slice(1);
  if ("since" in range || "to_date" in range) return "";
  if ("last" in range) return range.last === 1 ? t(`rangeIn.this.${range.unit}`) : t(`rangeIn.last.${range.unit}`, { n: range.last });
  const from = dayOf(range.from);
  const to = dayOf(range.to);
  return from === to ? t("rangeIn.on", { day: format.date(from, "UTC") }) : t("rangeIn.between", { from: format.date(from, "UTC"), to: format.date(to, "UTC") });
}
