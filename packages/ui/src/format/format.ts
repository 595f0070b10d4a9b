// How numbers, shares, durations and dates are written, in each language. Never a value without its form: screens
// ask here and nowhere else. French gets its thin spaces and `21 nov. 2026`; both get the 24-hour clock.
import { localeOf, type Language } from "@/i18n/catalogue.ts";

export type Interval = "hour" | "day" | "week" | "month" | "quarter" | "year";

export interface Formatter {
  /** `12 345,6`: at most two decimals, fewer as the number grows; two digits where it is small. */
  number: (value: number) => string;
  /** `12 k`, for axes. */
  compact: (value: number) => string;
  /** A share between 0 and 1, as `12,3 %`. */
  percent: (share: number, decimals?: number) => string;
  /** A change with its sign, as `+12 %`; from tenfold on, as `×12`. */
  change: (share: number) => string;
  /** Seconds, in the one or two units a person would say. */
  duration: (seconds: number) => string;
  /** `21 nov. 2026` in a zone. */
  date: (instant: string | number, timezone?: string) => string;
  /** `21 nov. 2026, 14:05` in a zone; with seconds when asked. */
  moment: (instant: string | number, timezone?: string, withSeconds?: boolean) => string;
  /** `14:05:33` in a zone. */
  clock: (instant: string | number, timezone?: string) => string;
  /** The name of an interval that starts at this instant: `21 nov.`, `16 – 22 nov.`, `nov. 2026`; a day with its weekday when there is room. */
  interval: (start: string, interval: Interval, timezone?: string, roomy?: boolean) => string;
  /** `il y a 5 minutes`. */
  ago: (instant: string | number, now: number) => string;
  list: (items: string[], type?: "conjunction" | "disjunction") => string;
  /** `1,2 Mo`: a size, in powers of a thousand. */
  bytes: (bytes: number) => string;
}

/** A growth from which a per cent says less than how many times as much it is. */
export const MANY_TIMES = 9;

const THIN_SPACE = "\u202f";
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function formatterOf(language: Language): Formatter {
  const locale = localeOf[language];
  const number = (value: number) => {
    const size = Math.abs(value);
    const digits = Number.isInteger(value) ? 0 : size >= 1000 ? 0 : size >= 100 ? 1 : 2;
    // What is small would round to nothing: it keeps the two digits that say something.
    if (size > 0 && size < 0.095) return numberFormat(locale, { maximumSignificantDigits: 2 }).format(value);
    return numberFormat(locale, { maximumFractionDigits: digits }).format(value);
  };
  const percent = (share: number, decimals?: number) => {
    // What is not nothing does not read as nothing.
    const digits = decimals ?? (share === 1 || share === 0 ? 0 : Math.min(4, Math.max(1, -Math.floor(Math.log10(Math.abs(100 * share))))));
    return thin(numberFormat(locale, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share));
  };
  const dates = (options: Intl.DateTimeFormatOptions, timezone?: string) => dateFormat(locale, { ...options, timeZone: knownZone(timezone) });
  // In French the first of a month is an ordinal, which Intl does not know.
  const firsts = (text: string) => (language === "fr" ? text.replace(/(?<!\d)1(?=\s\p{L}|\s?–)/gu, "1er") : text);
  const date = (instant: string | number, timezone?: string) =>
    firsts(dates({ day: "numeric", month: "short", year: "numeric" }, timezone).format(new Date(instant)));
  const clock = (instant: string | number, timezone?: string) =>
    dates({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, timezone).format(new Date(instant));

  return {
    number,
    compact: (value) => (Math.abs(value) < 10_000 ? number(value) : thin(numberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }).format(value))),
    percent,
    change: (share) => share >= MANY_TIMES ? `×${number(Math.round(share + 1))}` : thin(numberFormat(locale, { style: "percent", maximumFractionDigits: Math.abs(share) < 0.1 ? 1 : 0, signDisplay: "exceptZero" }).format(share)),
    duration: (seconds) => durationText(locale, seconds),
    date,
    moment: (instant, timezone, withSeconds) => {
      const time = withSeconds ? clock(instant, timezone) : clock(instant, timezone).slice(0, 5);
      return `${date(instant, timezone)}, ${time}`;
    },
    clock,
    interval: (start, interval, timezone, roomy) => {
      const at = new Date(start);
      switch (interval) {
        case "hour":
          return `${firsts(dates({ day: "numeric", month: "short" }, timezone).format(at))}, ${clock(start, timezone).slice(0, 5)}`;
        case "day":
          return firsts(dates({ ...(roomy ? { weekday: "short" } : {}), day: "numeric", month: "short" }, timezone).format(at));
        case "week":
          // Six and a half days on is inside the week's last day, whatever daylight saving does.
          return firsts(dates({ day: "numeric", month: "short" }, timezone).formatRange(at, new Date(at.getTime() + 6.5 * DAY * 1000)));
        case "month":
          return dates({ month: "short", year: "numeric" }, timezone).format(at);
        case "quarter": {
          const month = Number(dates({ month: "numeric" }, timezone).format(at));
          const year = dates({ year: "numeric" }, timezone).format(at);
          return `${language === "fr" ? "T" : "Q"}${Math.floor((month - 1) / 3) + 1} ${year}`;
        }
        case "year":
          return dates({ year: "numeric" }, timezone).format(at);
      }
    },
    ago: (instant, now) => {
      const seconds = Math.round((new Date(instant).getTime() - now) / 1000);
      const size = Math.abs(seconds);
      const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "long" });
      if (size < MINUTE) return relative.format(seconds, "second");
      if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
      if (size < DAY) return relative.format(Math.round(seconds / HOUR), "hour");
      if (size < 45 * DAY) return relative.format(Math.round(seconds / DAY), "day");
      return date(instant);
    },
    bytes: (bytes) => {
      const [unit, size] = bytes >= 1e9 ? (["gigabyte", 1e9] as const) : bytes >= 1e6 ? (["megabyte", 1e6] as const) : bytes >= 1e3 ? (["kilobyte", 1e3] as const) : (["byte", 1] as const);
      return thin(numberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: bytes / size < 10 ? 1 : 0 }).format(bytes / size));
    },
    list: (items, type = "conjunction") => new Intl.ListFormat(locale, { style: "long", type }).format(items),
  };
}

function durationText(locale: string, seconds: number): string {
  // Symbols are the same in both languages; the day has a word.
  const part = (value: number, symbol: string, digits = 0) => `${thin(numberFormat(locale, { maximumFractionDigits: digits }).format(value))}${THIN_SPACE}${symbol}`;
  const size = Math.abs(seconds);
  if (size < 1 && size > 0) return part(seconds * 1000, "ms");
  if (size < 10) return part(seconds, "s", 1);
  if (size < MINUTE) return part(Math.round(seconds), "s");
  if (size < HOUR) return pair(seconds, MINUTE, "min", 1, "s", part);
  if (size < DAY) return pair(seconds, HOUR, "h", MINUTE, "min", part);
  return thin(numberFormat(locale, { style: "unit", unit: "day", unitDisplay: "long", maximumFractionDigits: 1 }).format(seconds / DAY));
}

function pair(seconds: number, large: number, largeSymbol: string, small: number, smallSymbol: string, part: (value: number, symbol: string) => string): string {
  const total = Math.round(seconds / small) * small;
  const whole = Math.floor(total / large);
  const rest = Math.round((total - whole * large) / small);
  return rest === 0 ? part(whole, largeSymbol) : `${part(whole, largeSymbol)} ${part(rest, smallSymbol)}`;
}

/** Intl writes French groups and per cents with a thin no-break space already; older data use the wide one. */
function thin(text: string): string {
  return text.replaceAll("\u00a0", THIN_SPACE);
}

const numberFormats = new Map<string, Intl.NumberFormat>();
function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const id = locale + JSON.stringify(options);
  let found = numberFormats.get(id);
  if (!found) numberFormats.set(id, (found = new Intl.NumberFormat(locale, options)));
  return found;
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const id = locale + JSON.stringify(options);
  let found = dateFormats.get(id);
  if (!found) dateFormats.set(id, (found = new Intl.DateTimeFormat(locale, options)));
  return found;
}

const zones = new Map<string, string | undefined>();
/** A zone the browser knows, or undefined (its own): a project may name one newer than the browser's data. */
export function knownZone(timezone: string | undefined): string | undefined {
  if (!timezone) return undefined;
  if (!zones.has(timezone)) {
    try {
      new Intl.DateTimeFormat("en", { timeZone: timezone });
      zones.set(timezone, timezone);
    } catch {
      zones.set(timezone, undefined);
    }
  }
  return zones.get(timezone);
}
