import { describe, expect, it } from "vitest";
import type { Manifest, RecordingRow } from "@/api/recording.ts";
import type { ReplayEvent } from "@/rooms/recording/replay/events.ts";
import { stillOf, withFixedScreen } from "./still.ts";
import { isNearWidth, momentOf, screenAt, stayOn, widthApart } from "./visit.ts";

const document = (name: string, start: number, end: number, is_interaction_only = false) => ({ document: name, tab: "1", start, end, first_segment: null, is_interaction_only });
const segment = (n: number, name: string, t0: number, t1: number, has_snapshot = true) => ({ n, document: name, t0, t1, bytes: 1, has_snapshot });
const manifestOf = (more: Partial<Manifest>): Manifest => ({ recording: {} as RecordingRow, documents: [], segments: [], pages: [], markers: [], activity: [], problems: [], ...more });
const SCREEN = { width: 1000, height: 600 };

describe("the stay on a page", () => {
  const manifest = manifestOf({
    documents: [document("a", 0, 90_000), document("b", 90_000, 100_000)],
    segments: [segment(0, "a", 0, 14_000), segment(1, "a", 14_000, 44_000, false), segment(2, "a", 44_000, 74_000), segment(3, "a", 74_000, 90_000, false), segment(4, "b", 90_000, 100_000)],
    pages: [{ t: 0, page: "/x", document: "a" }, { t: 20_000, page: "/y", document: "a" }, { t: 50_000, page: "/x", document: "a" }, { t: 90_000, page: "/y", document: "b" }],
  });

  it("is the longest one, and needs no piece before the whole page that it begins with", () => {
    expect(stayOn(manifest, "/x", "settled")).toMatchObject({ from: 50_000, to: 90_000, segments: [{ n: 2 }] });
    expect(stayOn(manifest, "/y", "settled")).toMatchObject({ from: 20_000, to: 50_000, segments: [{ n: 0 }, { n: 1 }] });
  });

  it("goes on to its end where the page is looked at as it was left", () => {
    expect(stayOn(manifest, "/x", "left")?.segments.map(({ n }) => n)).toEqual([2, 3]);
    expect(stayOn(manifest, "/y", "left")?.segments.map(({ n }) => n)).toEqual([2]);
  });

  it("begins with the next whole page where the first is missing, and is none where there is none", () => {
    const late = manifestOf({ documents: [document("a", 0, 60_000)], segments: [segment(0, "a", 0, 30_000, false), segment(1, "a", 40_000, 60_000)], pages: [{ t: 0, page: "/x", document: "a" }] });
    expect(stayOn(late, "/x", "settled")).toMatchObject({ from: 40_000, segments: [{ n: 1 }] });
    expect(stayOn(manifestOf({ ...late, segments: [segment(0, "a", 0, 30_000, false)] }), "/x", "settled")).toBeNull();
    expect(stayOn(manifestOf({ ...late, documents: [document("a", 0, 60_000, true)] }), "/x", "settled")).toBeNull();
    expect(stayOn(late, "/z", "settled")).toBeNull();
  });
});

describe("the moment", () => {
  const whole: ReplayEvent = { type: 2, timestamp: 1000, data: { node: { type: 0, id: 1 } } };
  const adds = (timestamp: number): ReplayEvent => ({ type: 3, timestamp, data: { source: 0, adds: [{}], removes: [], texts: [], attributes: [] } });
  const ticks = (timestamp: number): ReplayEvent => ({ type: 3, timestamp, data: { source: 0, adds: [], removes: [], texts: [{}], attributes: [] } });
  const stay = { document: "a", from: 0, to: 60_000, segments: [] };

  it("comes when nothing was added for a while; a clock that ticks does not count", () => {
    expect(momentOf(stay, [whole, adds(1900), adds(2600), ticks(3000), ticks(3500), adds(9000)], 1000, "settled")).toBe(2601);
  });

  it("comes early on a page that is there at once, and in time on one that never rests", () => {
    expect(momentOf(stay, [whole, ticks(2000)], 1000, "settled")).toBe(1600);
    expect(momentOf(stay, [whole, ...Array.from({ length: 90 }, (_, i) => adds(1500 + i * 500))], 1000, "settled")).toBeLessThanOrEqual(13_600);
  });

  it("is the last one of the stay where that is asked for, and never before the page is there", () => {
    expect(momentOf(stay, [whole], 1000, "left")).toBe(60_960);
    expect(momentOf({ ...stay, to: 10 }, [whole], 1000, "settled")).toBe(1000);
  });
});

describe("a page that is looked at", () => {
  const node = { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: "style", attributes: { _cssText: ".hero{height:100vh}" }, childNodes: [{ type: 3, id: 3, isStyle: true, textContent: ".a{min-height:calc(50vh - 1px)}" }] }, { type: 2, id: 4, tagName: "div", attributes: { style: "height:10vh", class: "h-100vh" }, childNodes: [] }] };
  const events: ReplayEvent[] = [
    { type: 4, timestamp: 0, data: { href: "", ...SCREEN } },
    { type: 2, timestamp: 1, data: { node, initialOffset: { top: 900, left: 0 } } },
    { type: 3, timestamp: 5, data: { source: 1, positions: [] } },
    { type: 3, timestamp: 6, data: { source: 5, id: 4, text: "typed", isChecked: false } },
    { type: 3, timestamp: 7, data: { source: 3, id: 1, x: 0, y: 400 } },
    { type: 3, timestamp: 8, data: { source: 0, adds: [{ parentId: 4, nextId: null, node: { type: 2, id: 9, tagName: "p", attributes: { style: "top:1vh" } } }], removes: [], texts: [], attributes: [{ id: 4, attributes: { style: { height: ["20dvh", "important"] } } }] } },
    { type: 3, timestamp: 90, data: { source: 0, adds: [], removes: [], texts: [], attributes: [] } },
  ];

  it("has nothing of what was done on it, and nothing from after the moment", () => {
    expect(stillOf(events, 50, SCREEN)?.events.map(({ type, data }) => [type, data.source])).toEqual([[4, undefined], [2, undefined], [3, 0]]);
    expect(stillOf(events, 0, SCREEN)).toBeNull();
    expect(stillOf(events, 50, SCREEN)?.events[1]?.data.initialOffset).toEqual({ top: 0, left: 0 });
  });

  it("keeps lengths that followed the height of the screen", () => {
    const said = JSON.stringify(stillOf(events, 50, SCREEN));
    for (const css of ["height:600px", "calc(300px - 1px)", "height:60px", "120px", "top:6px", "h-100vh"]) expect(said).toContain(css);
    expect(JSON.stringify(events)).toContain("100vh");
  });

  it.each([
    ["a{height:100vh;width:50vw}", "a{height:600px;width:50vw}"],
    ["a{margin:-10vh 0 .5vh}", "a{margin:-60px 0 3px}"],
    ["a{height:100svh;max-height:90lvh;padding:1vmin 1vmax}", "a{height:600px;max-height:540px;padding:6px 10px}"],
    [".h-100vh,.min-h-\\[50vh\\],.h-\\[calc\\(100vh-4rem\\)\\]{height:calc(100vh - 4rem)}", ".h-100vh,.min-h-\\[50vh\\],.h-\\[calc\\(100vh-4rem\\)\\]{height:calc(600px - 4rem)}"],
    ["#x1vh{color:red}", "#x1vh{color:red}"],
  ])("reads lengths, not names: %s", (css, expected) => {
    expect(withFixedScreen(css, SCREEN)).toBe(expected);
  });

  it("is as wide as the screen was at that moment", () => {
    expect(screenAt([...events, { type: 3, timestamp: 40, data: { source: 4, width: 500, height: 800 } }].toSorted((a, b) => a.timestamp - b.timestamp), 50)).toEqual({ width: 500, height: 800 });
    expect(screenAt(events, 50)).toEqual(SCREEN);
    expect(screenAt([], 50)).toBeNull();
    expect([isNearWidth(1280, 1366), isNearWidth(390, 1366), isNearWidth(390, null)]).toEqual([true, false, true]);
    expect(widthApart(1000, 2000)).toBe(0.5);
  });
});
