// A cohort said in words: its conditions joined as they are.
import type { MessageKey, Messages } from "@/i18n/catalogue.ts";
import type { Formatter } from "@/format/format.ts";
import { groupOf, type Definition, type DidMeasure, type Within } from "@/question/definition.ts";
import { conditionName, propertyName, rangeName, selectorName, windowName } from "@/question/words.ts";

type Speech = Messages & { format: Formatter };

export function definitionName(definition: Definition, speech: Speech, inside = false): string {
  const { t, format } = speech;
  if ("all" in definition || "any" in definition) {
    const { join, parts } = groupOf(definition);
    const said = parts.map((part) => definitionName(part, speech, true)).join(` ${join === "all" ? t("word.and") : t("word.or")} `);
    return inside && parts.length > 1 ? `(${said})` : said;
  }
  if ("not" in definition) return t("condition.not", { condition: definitionName(definition.not, speech, true) });
  if ("did" in definition) {
    const { count, measure } = definition;
    const event = selectorName(definition.did, speech);
    const plain = measure === undefined || measure === "total" ? PLAIN_COUNTS[opOf(count?.op)] : undefined;
    const n = count?.value ?? 1;
    const did = plain
      ? t(n === 1 && opOf(count?.op) === "gte" ? "condition.did" : plain, { event, n })
      : t("cohort.didMeasured", { event, measure: measureWords(measure ?? "total", speech), op: t(`cohort.op.${opOf(count?.op)}`), value: format.number(count?.value ?? 1) });
    return within(did, definition.within, speech);
  }
  if ("did_not" in definition) return within(t("condition.didNot", { event: selectorName(definition.did_not, speech), n: 0 }), definition.within, speech);
  if ("sequence" in definition) {
    const steps = definition.sequence.map((step) => selectorName(step, speech)).join(" → ");
    return within(definition.window ? t("cohort.sequenceIn", { steps, window: windowName(definition.window, speech) }) : t("cohort.sequenceOf", { steps }), definition.within, speech);
  }
  if ("property" in definition) return conditionName(definition, speech);
  if ("cohort" in definition) return conditionName(definition, speech);
  if ("people" in definition) return t("cohort.idsOf", { n: definition.people.length });
  return t("cohort.behind");
}

/** How often, said in a sentence of its own. */
const PLAIN_COUNTS: Partial<Record<CountOp, MessageKey>> = { gte: "condition.didAtLeast", lte: "condition.didAtMost", eq: "condition.didExactly" };

export const COUNT_OPS = ["gte", "eq", "lte", "gt", "lt"] as const;
export type CountOp = (typeof COUNT_OPS)[number];

export function opOf(op: string | undefined): CountOp {
  return COUNT_OPS.find((one) => one === op) ?? "gte";
}

export function measureWords(measure: DidMeasure, speech: Messages): string {
  const { t } = speech;
  if (measure === "total") return t("cohort.measure.total");
  if (measure === "days") return t("cohort.measure.days");
  if ("percentile" in measure) return t("measure.percentile", { n: measure.percentile, property: propertyName(measure.property, speech) });
  const [kind, property] = Object.entries(measure)[0] as ["sum" | "average" | "median" | "min" | "max" | "distinct", string];
  return t(`measure.${kind}`, { property: propertyName(property, speech) });
}

export function withinName(range: Within | undefined, speech: Speech): string {
  if (range === undefined) return speech.t("did.anyTime");
  if ("since" in range) return speech.t("cohort.since", { day: speech.format.date(range.since, "UTC") });
  return rangeName(range, speech);
}

function within(condition: string, range: Within | undefined, speech: Speech): string {
  return range === undefined ? condition : speech.t("condition.within", { condition, range: withinName(range, speech) });
}
