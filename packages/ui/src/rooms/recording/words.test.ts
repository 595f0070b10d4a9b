import { describe, expect, it } from "vitest";
import { formatterOf } from "@/format/format.ts";
import { messagesOf } from "@/i18n/catalogue.ts";
import { clockOf, conditionWords, readClock, signalName } from "./words.ts";

const en = { ...messagesOf("en"), format: formatterOf("en") };
const fr = { ...messagesOf("fr"), format: formatterOf("fr") };

describe("a place in a recording", () => {
  it.each([
    [0, "0:00"],
    [61_000, "1:01"],
    [3_600_000 + 125_000, "1:02:05"],
  ])("%d ms is %s, and back", (ms, text) => {
    expect(clockOf(ms)).toBe(text);
    expect(readClock(text)).toBe(ms);
  });
  it("is read from seconds alone, and not from words", () => {
    expect(readClock("90")).toBe(90_000);
    expect(readClock("soon")).toBeNull();
    expect(readClock("")).toBeNull();
  });
});

describe("a filter in words", () => {
  it("says field, comparison and value", () => {
    expect(conditionWords({ field: "duration_seconds", op: "gte", value: 90 }, en)).toBe("Duration is at least 1\u202fmin 30\u202fs");
    expect(conditionWords({ field: "signal:rage_click", op: "gte", value: 2 }, fr)).toMatch(/^Clic de rage .* 2$/);
    expect(conditionWords({ field: "watched", op: "is", value: false }, fr)).toBe("Vu par moi\u202f: non");
    expect(conditionWords({ field: "device", op: "is", value: "Mobile" }, en)).toBe("Device is Phone");
  });
  it("shows a signal that has no name of ours as it came", () => {
    expect(signalName("new_signal", en)).toBe("new signal");
  });
});
