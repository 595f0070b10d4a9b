import { describe, expect, it } from "vitest";
import type { HeatmapAnswer, ZoneSums } from "@/api/types.ts";
import { fieldOf, pointsOf, warmth } from "./heat.ts";
import { alignment, blankLayout, lengthRatio, pictureLayout, type Box } from "./layout.ts";

const element = (selector: string, y: number, more: Partial<ZoneSums> = {}) => ({ selector, y, height: 0.02, exposed_page_views: 10, clicks: 0, ...more }) as HeatmapAnswer["elements"][number];
const answerOf = (more: Partial<HeatmapAnswer>, points: Partial<HeatmapAnswer["points"]> = {}) =>
  ({ page_views: 100, doc_width: 1000, doc_height: 2000, elements: [], zones: [], ...more, points: { columns: 40, rows: 160, cells_of_element: 16, clicks: [], rage: [], dead: [], moves_ms: [], in_elements: [], ...points } }) as unknown as HeatmapAnswer;
const box = (top: number, left = 400): Box => ({ left, top, width: 200, height: 40 });

describe("where a share of the visitors' page lies in the picture", () => {
  it("goes by elements that stand in the same order in both, and by proportion between them", () => {
    const yOf = alignment([{ share: 0.1, y: 100, weight: 1 }, { share: 0.2, y: 600, weight: 1 }, { share: 0.4, y: 1000, weight: 1 }], 2000);
    expect([0, 0.1, 0.15, 0.2, 0.3, 0.4, 0.7, 1].map((share) => Math.round(yOf(share)))).toEqual([0, 100, 350, 600, 800, 1000, 1500, 2000]);
  });

  it("is not led astray by one that stands elsewhere", () => {
    const yOf = alignment([{ share: 0.1, y: 200, weight: 5 }, { share: 0.3, y: 1900, weight: 1 }, { share: 0.5, y: 1000, weight: 5 }, { share: 0.8, y: 1600, weight: 5 }], 2000);
    expect(yOf(0.3)).toBe(600);
    expect(yOf(0.9)).toBe(1800);
  });

  it("is by proportion where too few elements are known", () => {
    const yOf = alignment([{ share: 0.1, y: 900, weight: 9 }], 3000);
    expect(yOf(0.5)).toBe(1500);
    expect(alignment([], 100)(1)).toBe(100);
  });

  it("never goes back up", () => {
    const yOf = alignment(Array.from({ length: 40 }, (_, i) => ({ share: ((i * 7) % 40) / 41 + 0.01, y: ((i * 13) % 37) * 50 + 20, weight: (i % 5) + 1 })), 2000);
    const ys = Array.from({ length: 101 }, (_, i) => yOf(i / 100));
    expect(ys).toEqual(ys.toSorted((a, b) => a - b));
  });
});

describe("a sheet", () => {
  it("without a picture has bands across, and is drawn no longer than four times its width", () => {
    const layout = blankLayout(answerOf({ doc_height: 90_000, elements: [element("a", 0.5)] }));
    expect(layout.height).toBe(4000);
    expect(layout.isBand("a")).toBe(true);
    expect(layout.boxesOf("a")[0]).toMatchObject({ left: 30, width: 940 });
  });

  it("with a picture has an element where it stands, and a band where the picture lacks it", () => {
    const layout = pictureLayout(answerOf({ elements: [element("a", 0.5), element("gone", 0.25)] }), 1000, 3000, new Map([["a", [box(900)]]]));
    expect(layout.boxesOf("a")).toEqual([box(900)]);
    expect(layout.isBand("gone")).toBe(true);
    expect(layout.boxesOf("gone")[0]?.top).toBeCloseTo(720);
    expect(layout.boxesOf("unknown")).toEqual([]);
  });

  it("says when the page in it is another length", () => {
    expect(lengthRatio(answerOf({}), 1000, 2200)).toBeNull();
    expect(lengthRatio(answerOf({}), 1000, 3000)).toBe(1.5);
    expect(lengthRatio(answerOf({ doc_height: null }), 1000, 3000)).toBeNull();
  });
});

describe("clicks", () => {
  const found = new Map([["a", [box(900)]]]);
  const sum = (points: { n: number }[]) => points.reduce((all, { n }) => all + n, 0);

  it("stand in their element wherever it stands in the picture, and are drawn once", () => {
    // Seven were at the top left of the visitors' pages, three of them in an element that the picture has elsewhere.
    const answer = answerOf({ elements: [element("a", 0.1, { clicks: 3 })] }, { clicks: [[2, 16, 3], [30, 80, 4]], in_elements: [[0, 8, 8, 3]] });
    const points = pointsOf(answer, "clicks", pictureLayout(answer, 1000, 2000, found));
    expect(sum(points)).toBe(7);
    expect(points[0]).toEqual({ x: 506.25, y: 921.25, n: 3 });
  });

  it("stand by their place on the page where the element is not in the picture, or in several places", () => {
    const answer = answerOf({ elements: [element("a", 0.1, { clicks: 3 })] }, { clicks: [[20, 80, 3]], in_elements: [[0, 8, 8, 3]] });
    for (const places of [new Map<string, Box[]>(), new Map([["a", [box(900), box(1200)]]])]) {
      const [point, ...others] = pointsOf(answer, "clicks", pictureLayout(answer, 1000, 2000, places));
      expect(point).toEqual({ x: 512.5, y: expect.closeTo(1006.25) as number, n: 3 });
      expect(others).toEqual([]);
    }
  });

  it("warm per page view, so that two sheets are compared by one scale", () => {
    const layout = blankLayout(answerOf({}));
    const field = (n: number, views: number) => fieldOf([{ x: 500, y: 500, n }], views, layout, 0.1, 4);
    expect(field(10, 100).peak).toBeCloseTo(field(20, 200).peak);
    expect(field(10, 100).peak).toBeGreaterThan(field(10, 200).peak);
    expect(fieldOf([], 10, layout, 0.1, 4).peak).toBe(0);
    expect([warmth(0, 1), warmth(0.25, 1), warmth(2, 1), warmth(1, 0)]).toEqual([0, 0.5, 1, 0]);
  });
});
