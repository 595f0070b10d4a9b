// What the person allowed, and so what the tag may do: nothing (opted out), page summaries that name nobody (exempt, the default), or events (consented).
import { now, toJson, win } from "./browser.ts";
import type { Choices } from "./settings.ts";

export type Mode = "out" | "exempt" | "consented";

export interface Consent {
  mode(): Mode;
  allows(purpose: keyof Choices): boolean;
  choices(): Choices;
  choose(choices: Partial<Choices>): void;
  optOut(isOut: boolean): void;
}

export const NONE: Choices = { analytics: false, replay: false, surveysLink: false, profiles: false };
const PURPOSES = Object.keys(NONE) as (keyof Choices)[];

/**
 * The choices are kept under one name on the device, and only where they differ from what the site states on each page: who was never asked, or refused what nobody
 * had granted, has nothing written. That somebody opted out or withdrew is written, since forgetting it would undo it.
 */
export function openConsent(place: string, stated: Partial<Choices>, respectGpc: boolean): Consent {
  const isGpc = respectGpc && (win.navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true;
  let isOut = false;
  const standing = toJson({ ...NONE, ...stated });
  let chosen: Choices = JSON.parse(standing) as Choices;
  try {
    const kept = JSON.parse(win.localStorage.getItem(place) ?? "null") as { isOut?: boolean; choices?: Partial<Choices> } | null;
    isOut = kept?.isOut === true;
    if (kept?.choices) chosen = { ...chosen, ...kept.choices };
  } catch {
    // No storage, or something else in its place: as for somebody never asked.
  }

  function write(): void {
    try {
      if (isOut) win.localStorage.setItem(place, toJson({ isOut }));
      else if (toJson(chosen) !== standing) win.localStorage.setItem(place, toJson({ choices: chosen, at: now() }));
      else win.localStorage.removeItem(place);
    } catch {
      // Then it holds for this page only.
    }
  }

  const allows = (purpose: keyof Choices): boolean => !isOut && chosen.analytics && chosen[purpose] && !(isGpc && (purpose === "replay" || purpose === "profiles"));
  return {
    mode: () => (isOut ? "out" : chosen.analytics ? "consented" : "exempt"),
    allows,
    choices: () => Object.fromEntries(PURPOSES.map((purpose) => [purpose, allows(purpose)])) as unknown as Choices,
    choose(choices) {
      for (const purpose of PURPOSES) if (typeof choices[purpose] === "boolean") chosen[purpose] = choices[purpose];
      // The other purposes rest on this one.
      if (!chosen.analytics) chosen = { ...NONE };
      write();
    },
    optOut(out) {
      isOut = out;
      write();
    },
  };
}
