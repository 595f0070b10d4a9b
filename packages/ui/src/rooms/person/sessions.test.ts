import { expect, it } from "vitest";
import type { TimelineEvent } from "@/api/types.ts";
import { bySession } from "./bySession.ts";

const event = (time: string, session_id: string | null = null): TimelineEvent => ({ event: "x", time, distinct_id: null, device_id: null, user_id: null, session_id, insert_id: time, groups: {}, properties: {} });

it("splits after a longer silence than the time-out, not at it", () => {
  const list = ["2026-11-21T12:00:01Z", "2026-11-21T11:30:00Z", "2026-11-21T11:00:00Z"].map((time) => event(time));
  expect(bySession(list, 30).map((run) => run.length)).toEqual([1, 2]);
});

it("trusts the session that the SDK sent", () => {
  expect(bySession([event("2026-11-21T12:00:00Z", "b"), event("2026-11-21T11:59:00Z", "a"), event("2026-11-21T08:00:00Z", "a")], 30).map((run) => run.length)).toEqual([1, 2]);
});
