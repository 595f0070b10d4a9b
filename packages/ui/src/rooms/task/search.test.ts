import { describe, expect, it } from "vitest";
import { read, write } from "@/question/urlText.ts";
import { attemptsQuestion, readListed, readPages, readScope, scorecardQuestion, START } from "./search.ts";

const task = { start: [{ page: "/a" }], completion: [{ page: "/b" }] };

describe("what stands in the address of a task", () => {
  it("comes back as it was written", () => {
    const scope = { range: { from: "2025-10-01", to: "2025-10-31" }, device: "Mobile", count: "people" as const, compare: true, by: { property: "$device_type" } };
    expect(readScope(read(write(scope)))).toEqual(scope);
    const listed = { at: { card: "not_finished" }, sort: "exit_page" as const, recorded: true };
    expect(readListed(read(write(listed)))).toEqual(listed);
  });

  it("may be anything, and what cannot be read is left out", () => {
    expect(readScope(undefined)).toEqual(START);
    expect(readScope({ range: 3, device: 4, compare: "yes", by: "x" })).toEqual(START);
    expect(readListed({ at: [], sort: "random", recorded: 1 })).toEqual({});
    expect(readPages({ pages: ["/a", 3, ""] })).toEqual(["/a"]);
    expect(readPages("x")).toEqual([]);
  });

  it("is asked: device and release as conditions, the period before beside", () => {
    const question = scorecardQuestion(task, { ...START, device: "Mobile", release: "1.5", compare: true });
    expect(question.filter).toEqual({ all: [{ property: "$device_type", op: "is", value: "Mobile" }, { property: "$release", op: "is", value: "1.5" }] });
    expect(question.compare).toEqual({ previous: 1 });
    expect(scorecardQuestion(task, { ...START, by: { cohort: ["c1", "c2"] } }).breakdown).toEqual([{ cohort: ["c1", "c2"] }]);
    expect(scorecardQuestion(task, START)).toEqual({ kind: "task", task, range: START.range, interval: "day" });
    expect(scorecardQuestion(task, { ...START, releaseBy: "$release" })).not.toHaveProperty("release");
    expect(scorecardQuestion(task, { ...START, release: "7", releaseBy: "app_version" })).toMatchObject({ release: "app_version", filter: { property: "app_version", op: "is", value: "7" } });
    expect(readScope({ releaseBy: "$app_version_string" }).releaseBy).toBe("$app_version_string");
    expect(readScope({ releaseBy: "anything" })).toEqual(START);
    expect(scorecardQuestion(task, { range: { last: 12, unit: "month" } }).interval).toBe("month");
    expect(scorecardQuestion(task, { range: { last: 12, unit: "week" } }).interval).toBe("week");
  });

  it("lists attempts as a card says", () => {
    expect(attemptsQuestion(task, START, { at: { card: "slow" }, sort: "longest", recorded: true })).toMatchObject({ kind: "attempts", at: { card: "slow" }, sort: "longest", recorded: true });
    expect(attemptsQuestion(task, START, { at: {} })).not.toHaveProperty("at");
  });
});
