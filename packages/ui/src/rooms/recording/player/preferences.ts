// How somebody likes to watch, remembered by their browser.
export interface Preferences {
  speed: number;
  skipsPauses: boolean;
  aboutOpen: boolean;
  playsNext: boolean;
  unwatchedOnly: boolean;
}

const STORED = "sillage.player";
const STANDARD: Preferences = { speed: 1, skipsPauses: true, aboutOpen: false, playsNext: false, unwatchedOnly: false };

export function readPreferences(): Preferences {
  try {
    return { ...STANDARD, ...(JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Preferences>) };
  } catch {
    return STANDARD;
  }
}

export function writePreferences(change: Partial<Preferences>): void {
  localStorage.setItem(STORED, JSON.stringify({ ...readPreferences(), ...change }));
}
