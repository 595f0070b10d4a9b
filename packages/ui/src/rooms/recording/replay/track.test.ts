import { describe, expect, it } from "vitest";
import type { Manifest, RecordingRow } from "@/api/recording.ts";
import { pauseAt, placeAt, snapshotBefore, stretchAt, trackOf } from "./track.ts";

const document = (name: string, tab: string, start: number, end: number) => ({ document: name, tab, start, end, first_segment: null, is_interaction_only: false });
const segment = (n: number, name: string, t0: number, t1: number, has_snapshot = true) => ({ n, document: name, t0, t1, bytes: 1, has_snapshot });
const manifest = (more: Partial<Manifest>): Manifest => ({ recording: {} as RecordingRow, documents: [], segments: [], pages: [], markers: [], activity: [], problems: [], ...more });

describe("which page load is on screen", () => {
  it("is the one that was opened last", () => {
    const track = trackOf(manifest({ documents: [document("a", "1", 0, 900), document("b", "1", 1000, 2000)], segments: [segment(0, "a", 0, 900), segment(1, "b", 1000, 2000)] }));
    expect(track.stretches).toEqual([
      { from: 0, to: 1000, document: "a" },
      { from: 1000, to: 2000, document: "b" },
    ]);
    expect(track.duration).toBe(2000);
  });

  it("goes back to a tab that is still open when the other is closed, and to one that is clicked", () => {
    const documents = [document("a", "1", 0, 9000), document("b", "2", 1000, 2000), document("c", "3", 3000, 9000)];
    const segments = [segment(0, "a", 0, 9000), segment(1, "b", 1000, 2000), segment(2, "c", 3000, 9000)];
    const track = trackOf(manifest({ documents, segments, markers: [{ t: 5000, kind: "click", document: "a" }] }));
    expect(track.stretches.map(({ from, document: name }) => [from, name])).toEqual([
      [0, "a"],
      [1000, "b"],
      [2000, "a"],
      [3000, "c"],
      [5000, "a"],
    ]);
    expect(stretchAt(track, 4000)?.document).toBe("c");
  });

  it("leaves out page loads of which nothing arrived", () => {
    expect(trackOf(manifest({ documents: [document("a", "1", 0, 10)] })).stretches).toEqual([]);
  });
});

describe("where playing begins", () => {
  const segments = [segment(0, "a", 0, 10, false), segment(1, "a", 10, 20), segment(2, "a", 20, 30, false)];
  it("is the last snapshot before the moment", () => {
    expect(placeAt(segments, 25)).toBe(2);
    expect(snapshotBefore(segments, 2)).toBe(1);
    expect(snapshotBefore(segments, 0)).toBe(-1);
  });
});

describe("a pause", () => {
  const activity: [number, number][] = [
    [1000, 2000],
    [9000, 9500],
  ];
  it("is the time between two activities, if it is long enough", () => {
    expect(pauseAt(activity, 3000, 20_000, 4000)).toEqual({ from: 2000, to: 9000 });
    expect(pauseAt(activity, 500, 20_000, 4000)).toBeNull();
    expect(pauseAt(activity, 1500, 20_000, 1)).toBeNull();
    expect(pauseAt(activity, 15_000, 20_000, 4000)).toEqual({ from: 9500, to: 20_000 });
  });
});
