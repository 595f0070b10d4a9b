// Where things stand on the sheet that is drawn: the visitors' pages are told in shares of their own heights, the picture is one page. Elements that the picture knows
// carry the shares to it, in between the rest follows. Knows nothing of drawing.
import type { HeatmapAnswer } from "@/api/types.ts";

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A page as it is drawn, in its own pixels. */
export interface Layout {
  width: number;
  height: number;
  /** Where a share of the visitors' page lies. */
  yOf: (share: number) => number;
  /** The places of an element. A band across the page where only its height is known. */
  boxesOf: (selector: string) => Box[];
  isBand: (selector: string) => boolean;
}

export interface Anchor {
  share: number;
  y: number;
  weight: number;
}

/** A page longer than this many times its width is drawn no longer, where it is a blank sheet. */
const LONGEST = 4;
const FEWEST_ANCHORS = 3;
/** What lies across the page from edge to edge says nothing about where things are from side to side. */
const BAND_MARGIN = 0.03;
/** From here on one is told that the page in the picture is another length. */
const DIFFERS = 0.25;

export function blankLayout(answer: HeatmapAnswer): Layout {
  const width = Math.max(1, answer.doc_width ?? 1200);
  const height = width * Math.min(LONGEST, Math.max(0.5, (answer.doc_height ?? 1200) / width));
  const yOf = (share: number) => share * height;
  const bands = bandsOf(answer, width, yOf, height);
  return { width, height, yOf, boxesOf: (selector) => bands.get(selector) ?? [], isBand: () => true };
}

/** `found` are the places of elements in the picture, by selector. */
export function pictureLayout(answer: HeatmapAnswer, width: number, height: number, found: Map<string, Box[]>): Layout {
  const yOf = alignment(anchorsOf(answer, found), height);
  const bands = bandsOf(answer, width, yOf, height);
  return { width, height, yOf, boxesOf: (selector) => found.get(selector) ?? bands.get(selector) ?? [], isBand: (selector) => !found.has(selector) };
}

function anchorsOf(answer: HeatmapAnswer, found: Map<string, Box[]>): Anchor[] {
  return answer.elements.flatMap(({ selector, y, exposed_page_views, clicks }) => {
    const boxes = found.get(selector);
    const [box] = boxes ?? [];
    // One that stands in several places says nothing about any.
    return y === null || !box || boxes?.length !== 1 ? [] : [{ share: y, y: box.top + box.height / 2, weight: 1 + exposed_page_views + clicks }];
  });
}

/** Carries a share of the visitors' page to the picture: along the heaviest chain of elements that stand in the same order in both. */
export function alignment(anchors: Anchor[], height: number): (share: number) => number {
  const chain = chainOf(anchors.filter(({ share, y }) => share > 0 && share < 1 && y > 0 && y < height));
  if (chain.length < FEWEST_ANCHORS) return (share) => share * height;
  const stops = [{ share: 0, y: 0 }, ...chain, { share: 1, y: height }];
  return (share) => {
    const next = stops.findIndex((stop) => stop.share >= share);
    const [before, after] = [stops[Math.max(0, next - 1)], stops[next]];
    if (!before || !after) return share <= 0 ? 0 : height;
    if (after.share === before.share) return after.y;
    return before.y + ((after.y - before.y) * (share - before.share)) / (after.share - before.share);
  };
}

function chainOf(anchors: Anchor[]): Anchor[] {
  const sorted = anchors.toSorted((a, b) => a.share - b.share || a.y - b.y);
  const best = sorted.map(({ weight }) => ({ weight, before: -1 }));
  for (const [i, one] of sorted.entries()) {
    for (let j = 0; j < i; j += 1) {
      const other = sorted[j] as Anchor;
      const through = (best[j]?.weight ?? 0) + one.weight;
      const mine = best[i];
      if (other.share < one.share && other.y < one.y && mine && through > mine.weight) best[i] = { weight: through, before: j };
    }
  }
  const chain: Anchor[] = [];
  let at = best.reduce((heaviest, { weight }, index) => (weight > (best[heaviest]?.weight ?? -1) ? index : heaviest), 0);
  while (at >= 0 && sorted[at]) {
    chain.unshift(sorted[at] as Anchor);
    at = best[at]?.before ?? -1;
  }
  return chain;
}

function bandsOf(answer: HeatmapAnswer, width: number, yOf: (share: number) => number, height: number): Map<string, Box[]> {
  const bands = new Map<string, Box[]>();
  for (const { selector, y, height: share } of answer.elements) {
    if (y === null || share === null) continue;
    const top = Math.max(0, yOf(Math.max(0, y - share / 2)));
    const bottom = Math.min(height, yOf(Math.min(1, y + share / 2)));
    bands.set(selector, [{ left: width * BAND_MARGIN, top, width: width * (1 - 2 * BAND_MARGIN), height: Math.max(2, bottom - top) }]);
  }
  return bands;
}

/** The picture's height beside the visitors': 1.4 is two fifths longer. Null where the two are much the same. */
export function lengthRatio(answer: HeatmapAnswer, width: number, height: number): number | null {
  if (!answer.doc_height || !answer.doc_width) return null;
  // Of the same width a page has the same height; a narrower one is longer.
  const ratio = height / answer.doc_height;
  return Math.abs(ratio - 1) > DIFFERS && width > 0 ? ratio : null;
}

export function around(boxes: Box[]): Box | null {
  if (boxes.length === 0) return null;
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  return { left, top, width: right - left, height: bottom - top };
}

export function holds(box: Box, x: number, y: number): boolean {
  return x >= box.left && x <= box.left + box.width && y >= box.top && y <= box.top + box.height;
}
