import { describe, expect, it } from "vitest";
import { addresses, daysOf, typedNumber } from "./days.ts";

describe("an alert", () => {
  it("knows the days of an interval", () => {
    expect(daysOf("2026-03-02T09:00:00+01:00", "hour")).toEqual({ from: "2026-03-02", to: "2026-03-02" });
    expect(daysOf("2026-02-23T00:00:00+01:00", "week")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
    expect(daysOf("2024-02-01T00:00:00Z", "month")).toEqual({ from: "2024-02-01", to: "2024-02-29" });
    expect(daysOf("2026-10-01T00:00:00+02:00", "quarter")).toEqual({ from: "2026-10-01", to: "2026-12-31" });
  });

  it("reads numbers and addresses as they are typed", () => {
    expect([typedNumber("1 204,5"), typedNumber("20"), typedNumber(""), typedNumber("many")]).toEqual([1204.5, 20, null, null]);
    expect(addresses("a@b.example, c@d.example;\ne@f.example ")).toEqual(["a@b.example", "c@d.example", "e@f.example"]);
  });
});
