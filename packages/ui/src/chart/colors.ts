// The colours of pictures. Series colours are the same on both grounds; the rest follows the theme.
import type { Theme } from "@/ui/theme.tsx";

export const SERIES_COLORS = ["#0F766E", "#2563EB", "#D97706", "#9333EA", "#DB2777", "#65A30D", "#0891B2", "#78716C"] as const;

// On a dark ground the two darkest of the series would sink; they are lifted, hue kept, order kept.
const SERIES_ON_DARK = ["#14A89C", "#5B8DEF", "#E08E1B", "#B06CF0", "#E85A9B", "#84BD2B", "#22A9CC", "#9A928C"] as const;

export interface ChartColors {
  ink: string;
  quiet: string;
  line: string;
  surface: string;
  others: string;
  /** What went wrong, or stands out. */
  bad: string;
  /** Those who went no further: dark on both grounds, and darker than what is gathered. */
  ended: string;
  /** The ground of what is not there any more: drop-off under its hatch. */
  hover: string;
  series: (index: number) => string;
}

export function chartColors(theme: Theme): ChartColors {
  const dark = theme === "dark";
  const palette = dark ? SERIES_ON_DARK : SERIES_COLORS;
  return {
    ink: dark ? "#e7ecf3" : "#17212f",
    quiet: dark ? "#8e9cb0" : "#5f6d80",
    line: dark ? "#273344" : "#e1e6ed",
    surface: dark ? "#151d2a" : "#ffffff",
    hover: dark ? "#1f2a3a" : "#edf1f5",
    bad: dark ? "#f87171" : "#b91c1c",
    others: dark ? "#7f8da3" : "#94a3b8",
    ended: dark ? "#3b485c" : "#334155",
    series: (index) => palette[index % palette.length] as string,
  };
}

const [LIGHT_WORDS, DARK_WORDS] = ["#ffffff", "#17212f"];

/** The colour of words on a colour: whichever is read better there. */
export function wordsOn(color: string): string {
  return contrast(color, LIGHT_WORDS) >= contrast(color, DARK_WORDS) ? LIGHT_WORDS : DARK_WORDS;
}

/** As WCAG defines it, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
