// What elements are called beside their selectors: the words that clicks on them carried; where a page masks its texts, the mark that its authors gave.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/client.ts";
import type { TrendSeries } from "@/api/types.ts";
import { useSpeech } from "@/i18n/language.tsx";
import type { Range, TrendQuestion } from "@/question/question.ts";
import { useIsByLink, useProject } from "@/shell/session.tsx";
import { randomId } from "@/ui/browser.ts";

/** The name of the element of a selector: its words in quotes, its mark, or the selector itself. */
export type ElementNames = (selector: string) => string;

const STALE_MS = 5 * 60_000;
/** Of the words of whole cards only the beginning is a name. */
const MOST_LETTERS = 48;

export function useElementNames(selectors: readonly string[], range: Range): ElementNames {
  const project = useProject();
  const { t, language } = useSpeech();
  const isByLink = useIsByLink();
  const wanted = [...new Set(selectors)].toSorted();
  const { data } = useQuery({
    queryKey: ["elementNames", project.id, wanted, range],
    queryFn: async ({ signal }) => {
      const question: TrendQuestion = { kind: "trend", series: [{ select: { event: "$click" }, measure: "total" }], filter: { property: "$selector", op: "is", value: wanted }, breakdown: [{ property: "$selector" }, { property: "$label" }], range, interval: "month" };
      return labelsOf((await api.ask<"trend">(project.id, { ...question, language }, randomId(), signal)).answer.series);
    },
    enabled: wanted.length > 0 && !isByLink,
    staleTime: STALE_MS,
    retry: false,
  });
  return useMemo(
    () => (selector) => {
      const label = data?.get(selector);
      return label === undefined ? markOf(selector) : t("element.named", { name: label });
    },
    [data, t],
  );
}

/** The words that most clicks on each element carried. */
export function labelsOf(series: readonly Pick<TrendSeries, "breakdown" | "total">[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { breakdown } of series.toSorted((a, b) => (b.total ?? 0) - (a.total ?? 0))) {
    const [selector, label] = breakdown ?? [];
    if (typeof selector !== "string" || typeof label !== "string" || label === "" || labels.has(selector)) continue;
    labels.set(selector, label.length > MOST_LETTERS ? `${label.slice(0, MOST_LETTERS).trimEnd()}…` : label);
  }
  return labels;
}

/** The mark of an element, without what makes it a selector; of one without a mark, the selector. */
export function markOf(selector: string): string {
  const last = selector.split(/ (?:>|>>>) /).at(-1) ?? selector;
  return /^[a-z]*\[(?:data-px-id|data-testid|id|name)="([^"]+)"\]$/.exec(last)?.[1] ?? /^#([\w-]+)$/.exec(last)?.[1] ?? selector;
}
