// What the heat lies on: points with a weight, gathered to a field that is smooth. Weights are per page view, so that two sheets are compared by one scale.
import type { GridCell, HeatmapAnswer } from "@/api/types.ts";
import type { Box, Layout } from "./layout.ts";
import type { Layer } from "./heatmap.ts";

export interface Point {
  /** In pixels of the page. */
  x: number;
  y: number;
  /** Clicks, or milliseconds. */
  n: number;
}

/** Heat on a coarse raster; it is drawn larger. */
export interface Field {
  columns: number;
  rows: number;
  values: Float32Array;
  peak: number;
}

/** Wider and taller than that an element says less about where it was clicked than the page's own raster does. */
const LARGE = { share: 0.45, height: 420 };
const SMOOTH = 2.6;
/** Narrow screens put an element elsewhere from side to side sooner than higher up or further down. */
const ASIDE = 3;

export function cellsOf(answer: HeatmapAnswer, layer: Layer): GridCell[] {
  const { clicks, moves_ms, rage, dead } = answer.points;
  return layer === "clicks" ? clicks : layer === "moves" ? moves_ms : layer === "rage" ? rage : layer === "dead" ? dead : [];
}

/** Clicks stand where their element stands in the picture; what has no element there, and moves, by their place on the visitors' page. */
export function pointsOf(answer: HeatmapAnswer, layer: Layer, layout: Layout): Point[] {
  const { columns, rows } = answer.points;
  const rest = cellsOf(answer, layer).map(([column, row, n]): Point => ({ x: ((column + 0.5) / columns) * layout.width, y: layout.yOf((row + 0.5) / rows), n }));
  if (layer !== "clicks") return rest;
  const inElements = pointsInElements(answer, layout);
  for (const { box, n } of inElements.boxes) takeNearest(rest, box, n);
  return [...inElements.points, ...rest.filter(({ n }) => n > 0)];
}

function pointsInElements(answer: HeatmapAnswer, layout: Layout): { points: Point[]; boxes: { box: Box; n: number }[] } {
  const cells = answer.points.cells_of_element;
  const places = answer.elements.map(({ selector }) => ({ box: placeOf(selector, layout), n: 0 }));
  const points = answer.points.in_elements.flatMap(([element, column, row, n]): Point[] => {
    const place = places[element];
    if (!place?.box) return [];
    place.n += n;
    return [{ x: place.box.left + ((column + 0.5) / cells) * place.box.width, y: place.box.top + ((row + 0.5) / cells) * place.box.height, n }];
  });
  return { points, boxes: places.flatMap(({ box, n }) => (box && n > 0 ? [{ box, n }] : [])) };
}

function placeOf(selector: string, layout: Layout): Box | null {
  const [box, ...others] = layout.isBand(selector) ? [] : layout.boxesOf(selector);
  if (!box || others.length > 0) return null;
  return box.width > layout.width * LARGE.share && box.height > LARGE.height ? null : box;
}

/** What is drawn in an element is on the page's raster, too: so many are taken off it, the nearest first. Nothing is drawn twice. */
function takeNearest(points: Point[], box: Box, n: number): void {
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const away = (point: Point) => Math.max(0, Math.abs(point.x - x) - box.width / 2) + ASIDE * Math.max(0, Math.abs(point.y - y) - box.height / 2);
  let left = n;
  for (const point of points.filter((one) => one.n > 0).toSorted((a, b) => away(a) - away(b))) {
    const taken = Math.min(left, point.n);
    point.n -= taken;
    left -= taken;
    if (left <= 0) return;
  }
}

/** `scale` is raster cells for each pixel of the page, `radius` how far one point warms, in cells. */
export function fieldOf(points: Point[], pageViews: number, layout: Layout, scale: number, radius: number): Field {
  const columns = Math.max(1, Math.ceil(layout.width * scale));
  const rows = Math.max(1, Math.ceil(layout.height * scale));
  const values = new Float32Array(columns * rows);
  const reach = Math.ceil(radius);
  const per = 1 / Math.max(1, pageViews);
  for (const { x, y, n } of points) {
    const [cx, cy] = [x * scale, y * scale];
    for (let row = Math.max(0, Math.floor(cy) - reach); row <= Math.min(rows - 1, Math.floor(cy) + reach); row += 1) {
      for (let column = Math.max(0, Math.floor(cx) - reach); column <= Math.min(columns - 1, Math.floor(cx) + reach); column += 1) {
        const away = ((column + 0.5 - cx) ** 2 + (row + 0.5 - cy) ** 2) / (radius * radius);
        if (away >= 1) continue;
        const at = row * columns + column;
        values[at] = (values[at] ?? 0) + n * per * Math.exp(-SMOOTH * away) * (1 - away);
      }
    }
  }
  return { columns, rows, values, peak: values.reduce((most, value) => Math.max(most, value), 0) };
}

/** How warm a value is on the scale, 0 to 1: by its root, so that a single click is seen beside a thousand. */
export function warmth(value: number, peak: number): number {
  return peak <= 0 ? 0 : Math.min(1, Math.sqrt(value / peak));
}
