import { describe, expect, it } from "vitest";
import type { Attempt, TaskFinding, TaskInterval } from "@/api/task.ts";
import { cameIn, sparkLines, trendOf } from "./figures.ts";
import { timelineOf } from "./timeline.ts";

const interval = (part: Partial<TaskInterval>): TaskInterval => ({ start: "", attempts: 0, as_planned: 0, slow: 0, not_finished: 0, friction: 0, off_path: 0, nps_answers: 0, promoters: 0, csat_answers: 0, csat_low: 0, lost: 0, ...part });

describe("a spark", () => {
  it("is of shares, with a gap where nothing could be counted", () => {
    const intervals = [interval({ attempts: 4, slow: 1 }), interval({}), interval({ attempts: 2, slow: 2, lost: 3, nps_answers: 5, promoters: 1 })];
    expect(trendOf("slow", intervals)).toEqual([0.25, null, 1]);
    expect(trendOf("promoters", intervals)).toEqual([null, null, 0.2]);
    expect(trendOf("lost", intervals)).toEqual([0, 0, 3]);
  });

  it("breaks at gaps, draws a lone value as a dash, and stands on the zero line", () => {
    expect(sparkLines([1, 2, null, 0], 30, 10)).toEqual(["0.0,5.0 10.0,0.0", "29,10 31,10"]);
    expect(sparkLines([null, null], 30, 10)).toEqual([]);
    expect(sparkLines([0, 0], 10, 10)).toEqual(["0.0,10.0 10.0,10.0"]);
  });
});

describe("what came while attempts were counted", () => {
  const intervals = ["2026-11-01", "2026-11-02", "2026-11-03"].map((day) => interval({ start: `${day}T00:00:00+01:00` }));
  const share = { count: 0, n: 0, share: null, interval: null };
  const release = (name: string, first_seen: string, attempts: number) => ({ release: name, first_seen, attempts, friction: share, completed: share });
  const fix = (fixed_at: string, name: string | null) => ({ state: "fixed", fixed_at, release: name }) as TaskFinding;

  it("is each release but the first, and each fix, once", () => {
    const releases = [release("1.0", "2026-11-01T00:10:00+01:00", 50), release("1.1", "2026-11-02T09:00:00+01:00", 48), release("0.9", "2026-11-03T09:00:00+01:00", 2)];
    const came = cameIn({ intervals, releases, fixes: [fix("2026-11-02T00:00:00+01:00", "1.1"), fix("2026-11-03T00:00:00+01:00", null), fix("2026-10-02T00:00:00+01:00", "0.8")], attempts: 100 });
    expect(came).toEqual([
      { at: 1, time: "2026-11-02T09:00:00+01:00", release: "1.1", isFix: true },
      { at: 2, time: "2026-11-03T00:00:00+01:00", release: null, isFix: true },
    ]);
  });
});

describe("the timeline of an attempt", () => {
  it("has a step and the page by which it is done in one line", () => {
    const attempt: Pick<Attempt, "pages" | "steps"> = {
      pages: [{ page: "/a", seconds: 0, detour: false }, { page: "/x", seconds: 5, detour: true }, { page: "/b", seconds: 9, detour: false }],
      steps: [{ id: "one", seconds: 0 }, { id: "event", seconds: 7 }, { id: "two", seconds: 9 }],
    };
    expect(timelineOf(attempt)).toEqual([
      { seconds: 0, page: "/a", step: "one", detour: false },
      { seconds: 5, page: "/x", step: null, detour: true },
      { seconds: 7, step: "event", detour: false },
      { seconds: 9, page: "/b", step: "two", detour: false },
    ]);
  });
});
