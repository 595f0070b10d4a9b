import { expect, it } from "vitest";
import { ApiError } from "@/api/client.ts";
import { messagesOf } from "@/i18n/catalogue.ts";
import { fieldName, tellError } from "./errors.ts";

const [english, french] = [messagesOf("en"), messagesOf("fr")];

it("says the path of a field in the reader's language, and keeps what has no word", () => {
  expect(fieldName("steps[1].where.op", english)).toBe("step 2 › condition › operator");
  expect(fieldName("steps[1].where.op", french)).toBe("étape 2 › condition › opérateur");
  expect(fieldName("series[1].measure.sum", english)).toBe("series B › measure › sum");
  expect(fieldName("surprise", french)).toBe("surprise");
});

it("names the field and the remedy, and keeps the server's own words below", () => {
  const refusal = new ApiError(400, "not_allowed", '"Mars" is not an IANA time zone', "timezone");
  for (const messages of [english, french]) {
    const told = tellError(refusal, messages);
    expect(told.what.toLowerCase()).toContain(fieldName("timezone", messages));
    expect(told.what).toMatch(/^\p{Lu}/u);
    expect(told.mend).toBeTruthy();
    expect(told.detail).toContain('"Mars" is not an IANA time zone');
  }
  expect(tellError(refusal, french).what).not.toBe(tellError(refusal, english).what);
});

it("has words for every code, and some for codes it does not know", () => {
  for (const code of ["unreachable", "forbidden", "timed_out", "too_many_requests", "taken", "limit_exceeded", "unavailable", "internal"]) {
    expect(tellError(new ApiError(400, code, "detail", null), french).what).not.toMatch(/^error\./);
  }
  expect(tellError(new ApiError(418, "teapot", "short and stout", "spout"), english)).toMatchObject({ why: "spout", detail: "The server says: short and stout" });
  expect(tellError(new ApiError(500, "odd", "boom", null), english).detail).toContain("boom");
  expect(tellError(new Error("in the page"), english).detail).toContain("in the page");
});
