import { describe, expect, it } from "vitest";
import type { Manifest, Marker, RecordingRow } from "@/api/recording.ts";
import { entriesOf, isError, pageAt, relative } from "./manifest.ts";

const START = 1_795_312_340_000;
const manifest: Manifest = {
  recording: { start: new Date(START + 20).toISOString() } as RecordingRow,
  documents: [{ document: "a", tab: "t", start: START, end: START + 9000, first_segment: 0, is_interaction_only: false }],
  segments: [{ n: 0, document: "a", t0: START, t1: START + 9000, bytes: 1, has_snapshot: true }],
  pages: [
    { t: START + 5000, page: "/b", document: "a" },
    { t: START, page: "/a", document: "a" },
    { t: START + 10, page: "/a", document: "a" },
  ],
  markers: [
    { t: START + 6000, kind: "error", error: "TypeError" },
    { t: START + 5000, kind: "click" },
    { t: START + 100, kind: "note", text: "asked for apart" },
    { t: START + 200, kind: "hologram" as Marker["kind"] },
  ],
  activity: [[START + 100, START + 400]],
  problems: [],
};

describe("a manifest", () => {
  it("is told from the start of the recording, in order, in words we have", () => {
    const { documents, segments, markers, activity } = relative(manifest);
    expect(documents[0]).toMatchObject({ start: 0, end: 9000 });
    expect(segments[0]).toMatchObject({ t0: 0, t1: 9000 });
    expect(activity).toEqual([[100, 400]]);
    expect(markers.map(({ t, kind }) => [t, kind])).toEqual([
      [5000, "click"],
      [6000, "error"],
    ]);
  });

  it("lists a page where it begins, before what was done on it", () => {
    expect(entriesOf(relative(manifest)).map(({ t, kind, page }) => [t, kind, page])).toEqual([
      [0, "page", "/a"],
      [5000, "page", "/b"],
      [5000, "click", undefined],
      [6000, "error", undefined],
    ]);
    expect(pageAt(relative(manifest), 5500)).toBe("/b");
  });

  it("counts what failed among the errors", () => {
    const entry = (more: Partial<Marker>) => ({ t: 0, kind: "request" as const, ...more });
    expect(isError(entry({ status: 500 }))).toBe(true);
    expect(isError(entry({ status: 0 }))).toBe(true);
    expect(isError(entry({ status: 204 }))).toBe(false);
    expect(isError(entry({ kind: "console", level: "error" }))).toBe(true);
    expect(isError(entry({ kind: "console", level: "warn" }))).toBe(false);
  });
});
