import { describe, expect, it } from "vitest";
import { formatterOf } from "./format.ts";

const en = formatterOf("en");
const fr = formatterOf("fr");
const thin = "\u202f";

describe("numbers", () => {
  it("have thin spaces and a comma in French", () => {
    expect(fr.number(1234.5)).toBe(`1${thin}235`);
    expect(fr.number(12.345)).toBe("12,35");
    expect(fr.percent(0.1234)).toBe(`12,3${thin}%`);
    expect(fr.change(0.25)).toBe(`+25${thin}%`);
  });

  it("say how many times where a per cent is too long to read", () => {
    expect(fr.change(8.4)).toBe(`+840${thin}%`);
    expect(fr.change(81.7)).toBe("×83");
  });

  it("have a comma and a point in English", () => {
    expect(en.number(1234567)).toBe("1,234,567");
    expect(en.percent(1)).toBe("100%");
    expect(en.percent(0.999)).toBe("99.9%");
    expect([en.percent(0.0042), en.percent(0.0004), en.percent(0)]).toEqual(["0.4%", "0.04%", "0%"]);
    expect(en.change(-0.042)).toBe("-4.2%");
  });

  it("are shortened on axes only when long", () => {
    expect(en.compact(9999)).toBe("9,999");
    expect(en.compact(12_300)).toBe("12.3k");
    expect(fr.compact(12_300)).toBe(`12,3${thin}k`);
  });
});

describe("durations", () => {
  it.each([
    [0.25, `250${thin}ms`],
    [3.14, `3.1${thin}s`],
    [59.6, `60${thin}s`],
    [125, `2${thin}min 5${thin}s`],
    [3600, `1${thin}h`],
    [5400, `1${thin}h 30${thin}min`],
    [2.5 * 86_400, "2.5 days"],
  ])("%d seconds is %s", (seconds, text) => {
    expect(en.duration(seconds)).toBe(text);
  });

  it("say days in French", () => {
    expect(fr.duration(86_400)).toBe(`1${thin}jour`);
  });
});

describe("dates", () => {
  const at = "2026-11-21T23:30:00Z";

  it("are those of the project's zone", () => {
    expect(fr.date(at, "Europe/Paris")).toBe("22 nov. 2026");
    expect(fr.date(at, "UTC")).toBe("21 nov. 2026");
    expect(en.date(at, "America/New_York")).toBe("21 Nov 2026");
  });

  it("call the first of a month so in French", () => {
    expect(fr.date("2026-09-01T10:00:00Z", "UTC")).toBe("1er sept. 2026");
    expect(fr.date("2026-09-11T10:00:00Z", "UTC")).toBe("11 sept. 2026");
    expect(fr.interval("2026-06-01T00:00:00Z", "week", "UTC")).toMatch(/^1er\s?–\s?7 juin$/);
    expect(fr.interval("2026-06-01T00:00:00Z", "day", "UTC", true)).toBe("lun. 1er juin");
    expect(en.date("2026-09-01T10:00:00Z", "UTC")).toBe("1 Sept 2026");
  });

  it("use the 24-hour clock", () => {
    expect(fr.moment(at, "Europe/Paris")).toBe("22 nov. 2026, 00:30");
    expect(en.moment(at, "UTC", true)).toBe("21 Nov 2026, 23:30:00");
  });

  it("name intervals", () => {
    expect(fr.interval("2026-11-01T00:00:00+01:00", "month", "Europe/Paris")).toBe("nov. 2026");
    expect(fr.interval("2026-10-01T00:00:00+02:00", "quarter", "Europe/Paris")).toBe("T4 2026");
    expect(en.interval("2026-11-21T14:00:00Z", "hour", "UTC")).toBe("21 Nov, 14:00");
  });

  it("end a week on its seventh day across a change of clocks", () => {
    // The week of 19 October 2026 ends with a day of 25 hours in Paris.
    expect(en.interval("2026-10-19T00:00:00+02:00", "week", "Europe/Paris")).toMatch(/^19\s?–\s?25 Oct$/);
    // That of 23 March with one of 23 hours.
    expect(en.interval("2026-03-23T00:00:00+01:00", "week", "Europe/Paris")).toMatch(/^23\s?–\s?29 Mar$/);
  });

  it("do not fall over a zone that the browser does not know", () => {
    expect(en.date(at, "Mars/Olympus")).toMatch(/2026$/);
  });

  it("say how long ago", () => {
    expect(fr.ago("2026-11-21T23:25:00Z", Date.parse(at))).toBe("il y a 5 minutes");
  });
});

it("keeps the digits of small numbers that say something", () => {
  expect(formatterOf("en").number(-0.00432)).toBe("-0.0043");
  expect(formatterOf("en").number(0.05)).toBe("0.05");
  expect(formatterOf("fr").number(0.0001)).toBe("0,0001");
});
