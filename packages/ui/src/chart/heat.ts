// The colour of a triangle's cells: one hue, stronger with the value, on a scale that ends where nearly all cells lie. The
// first period is nearly always far above the rest; were it on the scale, all below 30 % would look alike.

export interface HeatScale {
  /** The value from which on the colour is strongest. */
  top: number;
  colorOf: (value: number | null) => string | undefined;
}

const WEAKEST_PERCENT = 3;
const STRONGEST_PERCENT = 66;
const QUANTILE = 0.92;

/** `rows` holds the values that are compared, a row per cohort; null where nothing is known. */
export function heatScale(rows: (number | null)[][]): HeatScale {
  const known = (from: number) => rows.flatMap((row) => row.slice(from)).filter((value): value is number => value !== null && value > 0);
  const later = known(1);
  const values = (later.length > 0 ? later : known(0)).toSorted((a, b) => a - b);
  const top = values[Math.min(values.length - 1, Math.floor(values.length * QUANTILE))] ?? 0;
  return {
    top,
    colorOf: (value) => {
      if (value === null || value <= 0 || top === 0) return undefined;
      return tint(Math.min(1, value / top));
    },
  };
}

/** The hue at a level between 0 and 1. */
export function tint(level: number): string {
  const percent = WEAKEST_PERCENT + (STRONGEST_PERCENT - WEAKEST_PERCENT) * level;
  // On a dark ground the strongest hue would be too light for the numbers on it.
  return `rgb(var(--heat) / calc(${percent.toFixed(1)}% * var(--heat-strength)))`;
}
