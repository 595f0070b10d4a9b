// Lists of numbers as people write them, and edges of ranges to begin with.

const WANTED_RANGES = 5;

/** Edges between which about as many events lie; null where the values are not numbers or too few to split. */
export function suggestedEdges(values: readonly { value: unknown; count?: number }[]): number[] | null {
  const numbers = values.flatMap(({ value, count }) => (typeof value === "number" && Number.isFinite(value) ? [{ value, count: count ?? 1 }] : [])).toSorted((a, b) => a.value - b.value);
  if (numbers.length < 4 || numbers.length < values.length / 2) return null;
  const all = numbers.reduce((sum, one) => sum + one.count, 0);
  const edges: number[] = [];
  let before = 0;
  for (const { value, count } of numbers) {
    const share = (before + count) / all;
    if (share * WANTED_RANGES >= edges.length + 1 && edges.length < WANTED_RANGES - 1) {
      const edge = rounded(value);
      if (edge > (edges.at(-1) ?? Number.NEGATIVE_INFINITY)) edges.push(edge);
    }
    before += count;
  }
  return edges.length >= 2 ? edges : null;
}

/** To two digits that matter: 1 234 becomes 1 200. */
function rounded(value: number): number {
  return Number(value.toPrecision(2));
}

/** Numbers as people write lists of them; null when a part is no number. */
export function numbersIn(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) ? numbers : null;
}

/** Why a list of numbers cannot be the edges of ranges. */
export function edgesProblem(edges: number[], words: { tooFew: string; notRising: string }): string | null {
  if (edges.length < 2) return words.tooFew;
  return edges.every((edge, index) => index === 0 || edge > (edges[index - 1] as number)) ? null : words.notRising;
}
