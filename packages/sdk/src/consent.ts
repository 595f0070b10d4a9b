// What the person allowed, and so what the tag may do: nothing (opted out), page summaries that name nobody (exempt, the default), or events (consented).
import { guarded, now, toJson, win } from "./browser.ts";
import type { Choices, Settings } from "./settings.ts";

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
export function openConsent(place: string, stated: Partial<Choices>, { respectGpc, respectDnt }: Pick<Settings, "respectGpc" | "respectDnt">): Consent {
  const { globalPrivacyControl, doNotTrack } = win.navigator as { globalPrivacyControl?: boolean; doNotTrack?: string | null };
  const asksForPrivacy = (respectGpc && globalPrivacyControl === true) || (respectDnt && doNotTrack === "1");
  const standing = toJson({ ...NONE, ...stated });
  // No storage, or something else in its place: as for somebody never asked.
  const kept = guarded(() => JSON.parse(win.localStorage.getItem(place) ?? "0") as { isOut?: boolean; choices?: Partial<Choices> })();
  let isOut = kept?.isOut === true;
  let chosen: Choices = { ...NONE, ...stated, ...kept?.choices };

  // Where there is no storage, it holds for this page only.
  const write = guarded(() => {
    const said = isOut ? { isOut } : toJson(chosen) !== standing && { choices: chosen, at: now() };
    if (said) win.localStorage.setItem(place, toJson(said));
    else win.localStorage.removeItem(place);
  });

  const allows = (purpose: keyof Choices): boolean => !isOut && chosen.analytics && chosen[purpose] && !(asksForPrivacy && (purpose === "replay" || purpose === "profiles"));
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
