// Sessions and people as they are remembered, with a clock of the test's own.
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Store } from "./store.ts";

vi.useFakeTimers();
// After the clock: the tag takes the time from whatever is there when it is loaded.
const { openSession } = await import("./session.ts");
const { openPeople } = await import("./person.ts");
afterAll(() => void vi.useRealTimers());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A device: what is written in one tab is read in the other. */
function openDevice(): Store & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return { kept, read: (name) => kept.get(name) ?? null, write: (name, value) => !!kept.set(name, value), remove: (name) => void kept.delete(name), names: () => [...kept.keys()], wipe: () => kept.clear() };
}

describe("a session", () => {
  let device: ReturnType<typeof openDevice>;
  const tab = (onNew = (): void => undefined) => openSession(device, 30 * MINUTE, onNew);
  beforeEach(() => {
    device = openDevice();
    vi.setSystemTime(new Date("2026-11-22T23:30:00Z"));
  });

  test("goes on for thirty minutes of nothing, over midnight, and not a moment more", () => {
    const one = tab();
    const first = one.id();
    vi.advanceTimersByTime(30 * MINUTE);
    expect(one.id()).toBe(first);
    vi.advanceTimersByTime(1);
    expect(one.id()).not.toBe(first);
  });

  test("is kept alive by what somebody does, not by asking for it", () => {
    const one = tab();
    const first = one.id();
    for (let i = 0; i < 4; i += 1) {
      vi.advanceTimersByTime(20 * MINUTE);
      one.touch();
    }
    expect(one.id()).toBe(first);
    for (let i = 0; i < 4; i += 1) {
      vi.advanceTimersByTime(10 * MINUTE);
      one.id();
    }
    expect(one.id()).not.toBe(first);
  });

  test("ends after a day, whatever happens", () => {
    const one = tab();
    const first = one.id();
    for (let t = 0; t < 24 * HOUR; t += 20 * MINUTE) {
      vi.advanceTimersByTime(20 * MINUTE);
      one.touch();
    }
    vi.advanceTimersByTime(MINUTE);
    expect(one.id()).not.toBe(first);
  });

  test("is one for all tabs, as long as somebody is active in any", () => {
    const [one, other] = [tab(), tab()];
    const first = one.id();
    expect(other.id()).toBe(first);
    for (let i = 0; i < 5; i += 1) {
      vi.advanceTimersByTime(20 * MINUTE);
      other.touch();
    }
    expect(one.id()).toBe(first);
    vi.advanceTimersByTime(31 * MINUTE);
    const second = other.id();
    expect(second).not.toBe(first);
    expect(one.id()).toBe(second);
  });

  test("tells once when another begins, and not at the first", () => {
    const onNew = vi.fn();
    const one = tab(onNew);
    one.id();
    expect(onNew).not.toHaveBeenCalled();
    vi.advanceTimersByTime(31 * MINUTE);
    one.touch();
    one.id();
    expect(onNew).toHaveBeenCalledTimes(1);
  });

  test.each(["", "x", "x y z", "x 1", "{}", "x 99999999999999 99999999999999"])("does not stumble over %j on the device", (kept) => {
    device.kept.set("session", kept);
    const one = tab();
    expect(one.id()).toMatch(/^[0-9a-z]{22}$/);
    expect(one.id()).toBe(one.id());
  });
});

describe("a person", () => {
  beforeEach(() => void vi.setSystemTime(new Date("2026-11-22T10:00:00Z")));

  test("keeps the device for thirteen months, however often it comes back", () => {
    const device = openDevice();
    const first = openPeople(device).current().device;
    for (let month = 0; month < 12; month += 1) {
      vi.advanceTimersByTime(30 * 24 * HOUR);
      expect(openPeople(device).current().device).toBe(first);
    }
    vi.advanceTimersByTime(40 * 24 * HOUR);
    expect(openPeople(device).current().device).not.toBe(first);
  });

  test("signed in or out in one tab is so in the other", () => {
    const device = openDevice();
    const [one, other] = [openPeople(device), openPeople(device)];
    one.change({ user: "u-1", always: { plan: "pro" } });
    expect(other.current()).toMatchObject({ user: "u-1", always: { plan: "pro" } });
    other.reset();
    expect(one.current()).toMatchObject({ user: "", always: {}, groups: {} });
  });

  test.each(["", "null", "[]", "{", '{"device": 5}', '{"device": "d"}'])("is somebody new where the device holds %j", (kept) => {
    const device = openDevice();
    device.kept.set("person", kept);
    expect(openPeople(device).current()).toMatchObject({ user: "", groups: {}, always: {} });
  });
});
