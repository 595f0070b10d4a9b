// In which language somebody is asked: that of the page.
import { doc, win } from "../browser.ts";

export const pageLanguage = (): string => doc.documentElement.lang || win.navigator.language || "en";

/** Of those that there are, the one that the page's comes closest to. */
export function languageOf(languages: string[], wanted: string): string {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const first = wanted.split("-")[0] as string;
  return languages.find((one) => same(one, wanted)) ?? languages.find((one) => same(one.split("-")[0] as string, first)) ?? (languages[0] as string);
}
