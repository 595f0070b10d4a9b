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
    others: dark ? "#64748b" : "#94a3b8",
    series: (index) => palette[index % palette.length] as string,
  };
}
