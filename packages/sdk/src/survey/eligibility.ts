// Whether a survey is shown now, and why not (px.md 2.7). The same as `crates/behavior/src/survey/eligibility.rs`, step by step; the vectors in `contract/survey` hold both to it.
import type { Device, PageRule, Survey, Visitor } from "./definition.ts";

const DAY_MS = 86_400_000;

/** What happened between a person and a survey: milliseconds. */
export interface History {
  shown?: number[];
  answered?: number | null;
  completed?: number | null;
  dismissed?: number | null;
}

/** What is known at the moment of deciding, by the names that the vectors give it. */
export interface Facts {
  now: number;
  is_running: boolean;
  answers?: number;
  from?: number | null;
  to?: number | null;
  page?: string | null;
  device?: Device | null;
  triggered?: boolean | null;
  history?: History;
  other_shown?: number | null;
  shown_in_session?: boolean;
  in_progress?: boolean;
  visitor?: Visitor | null;
  language?: string | null;
  in_cohort?: boolean | null;
  lot?: string | null;
  consent?: boolean | null;
  busy?: boolean | null;
}

export interface Decision {
  /** Null where it depends on what is not known. */
  shown: boolean | null;
  /** What stands in the way first. */
  reason: string | null;
}

/** True passes, null is not known, a text says why not. */
type Verdict = true | null | string;

export function decide(survey: Survey, facts: Facts): Decision {
  const verdicts: Verdict[] = [
    running(survey, facts),
    known(facts.page == null ? null : fitsPage(survey.pages, facts.page), "other_page"),
    survey.audience.devices?.length ? known(facts.device == null ? null : survey.audience.devices.includes(facts.device), "other_device") : true,
    known(facts.triggered, "not_triggered"),
    frequency(survey, facts),
    quiet(survey, facts),
    audience(survey, facts),
    survey.sample >= 100 ? true : known(facts.lot == null ? null : lotOf(facts.lot) < survey.sample * 100, "not_drawn"),
    known(facts.consent, "no_consent"),
    known(facts.busy == null ? null : !facts.busy, "other_visible"),
  ];
  const reason = verdicts.find((verdict) => typeof verdict === "string") as string | undefined;
  return { shown: reason ? false : verdicts.includes(null) ? null : true, reason: reason ?? null };
}

function known(passes: boolean | null | undefined, reason: string): Verdict {
  return passes === false ? reason : (passes ?? null);
}

function running({ limits }: Survey, facts: Facts): Verdict {
  if (!facts.is_running) return "not_running";
  if (facts.from != null && facts.now < facts.from) return "not_yet";
  if (facts.to != null && facts.now >= facts.to) return "over";
  return limits.answers !== undefined && (facts.answers ?? 0) >= limits.answers ? "full" : true;
}

/** The clock of this survey. What was shown counts from the last answer on. */
function frequency({ frequency: rule }: Survey, { now, history = {}, in_progress }: Facts): Verdict {
  if (rule.show === "always" || in_progress) return true;
  const answered = Math.max(history.answered ?? -Infinity, history.completed ?? -Infinity);
  if (answered > -Infinity) {
    if (rule.renew_after_days === undefined) return "answered";
    if (now < answered + rule.renew_after_days * DAY_MS) return "answered_lately";
  }
  const shown = (history.shown ?? []).filter((time) => time > answered);
  const last = Math.max(...shown, (history.dismissed ?? -Infinity) > answered ? (history.dismissed as number) : -Infinity);
  if (last === -Infinity) return true;
  if (rule.show === "once") return "shown_once";
  if (shown.length > rule.again) return "shown_enough";
  return now < last + rule.again_after_days * DAY_MS ? "closed_lately" : true;
}

/** The clock of all surveys. */
function quiet({ frequency: rule }: Survey, facts: Facts): Verdict {
  if (facts.in_progress) return true;
  if (rule.once_a_session && facts.shown_in_session) return "shown_in_session";
  return facts.other_shown != null && facts.now < facts.other_shown + rule.quiet_days * DAY_MS ? "other_shown_lately" : true;
}

function audience({ audience: { visitors, languages, cohort } }: Survey, facts: Facts): Verdict {
  const reads = (language: string): boolean => languages?.some((wanted) => language === wanted || language.startsWith(`${wanted}-`)) ?? false;
  const parts: Verdict[] = [
    visitors ? known(facts.visitor == null ? null : facts.visitor === visitors, "other_visitors") : true,
    languages?.length ? known(facts.language == null ? null : reads(facts.language), "other_language") : true,
    cohort ? known(facts.in_cohort == null ? null : facts.in_cohort === cohort.in, "other_cohort") : true,
  ];
  return parts.find((part) => typeof part === "string") ?? (parts.includes(null) ? null : true);
}

/** No rule that says `not` holds, and one of the others does, if there are others. */
export function fitsPage(rules: PageRule[], address: string): boolean {
  const whole = address.split("#")[0] as string;
  const origin = /^[^/?]*:\/\/[^/]*/.exec(whole)?.[0] ?? "";
  const fromPath = whole.slice(origin.length) || "/";
  const ways = [whole, fromPath, fromPath.split("?")[0] as string].map(trimmed);
  const holds = ({ op, value }: PageRule): boolean =>
    ways.some((way) => {
      switch (op) {
        case "is":
          return way === trimmed(value);
        case "contains":
          return way.includes(value);
        case "starts_with":
          return way.startsWith(value);
        case "ends_with":
          return way.endsWith(value);
        case "matches":
          return matches(value, way);
      }
    });
  const asking = rules.filter((rule) => !rule.not);
  return !rules.some((rule) => rule.not && holds(rule)) && (!asking.length || asking.some(holds));
}

function matches(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    // One that the server reads and this browser does not: no page fits.
    return false;
  }
}

const trimmed = (way: string): string => way.replace(/\/+$/, "") || "/";

/** A number below 10,000 that a text always draws. */
export function lotOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) % 10_000;
}
