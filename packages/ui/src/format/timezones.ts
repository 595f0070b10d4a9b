/** The zones that browsers know, the reader's own first. */
export function timezoneChoices(current?: string): { value: string; label: string }[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = [...new Set([...(current ? [current] : []), own, "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return names.map((name) => ({ value: name, label: name.replaceAll("_", " ") }));
}
