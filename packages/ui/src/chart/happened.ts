// What happened, as marks on pictures over time. Whoever is signed in sees what the shell knows; a picture without it has none.
import { createContext, useContext, useMemo } from "react";
import type { Interval } from "@/format/format.ts";

export interface Happened {
  at: string;
  text: string;
}

export const KnownHappened = createContext<readonly Happened[]>([]);

/** The intervals of a picture. */
export interface Over {
  times: string[];
  unit: Interval;
}

const HOUR_MS = 3_600_000;
const LONGEST_MS: Record<Interval, number> = { hour: HOUR_MS, day: 25 * HOUR_MS, week: (7 * 24 + 1) * HOUR_MS, month: 31 * 25 * HOUR_MS, quarter: 92 * 25 * HOUR_MS, year: 366 * 24 * HOUR_MS };

/** By the place of the interval in which it happened; what happened in one interval stands together. */
export function useHappened(over: Over | undefined): { at: number; name: string }[] {
  const known = useContext(KnownHappened);
  const [times, unit] = [over?.times.join() ?? "", over?.unit ?? "day"];
  return useMemo(() => placed(known, times === "" ? [] : times.split(","), unit), [known, times, unit]);
}

export function placed(known: readonly Happened[], times: string[], unit: Interval): { at: number; name: string }[] {
  const starts = times.map((time) => new Date(time).getTime());
  const texts = new Map<number, string[]>();
  for (const one of known) {
    const moment = new Date(one.at).getTime();
    const at = starts.findLastIndex((start) => start <= moment);
    const start = starts[at];
    // What happened after the last interval is on none of them.
    if (start === undefined || (at === starts.length - 1 && moment - start >= LONGEST_MS[unit])) continue;
    texts.set(at, [...(texts.get(at) ?? []), one.text]);
  }
  return [...texts].map(([at, names]) => ({ at, name: names.join(", ") })).toSorted((a, b) => a.at - b.at);
}
