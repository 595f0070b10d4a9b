import { expect, it } from "vitest";
import type { Plan } from "@/api/plan.ts";
import { numberOf, resolved, tidied, valuesOf, withEvent, workingCopy } from "./document.ts";

const plan: Plan = { plan: 1, properties: { kind: { type: "string", values: ["a", "b"], required: true }, a: { same_as: "b" }, b: { same_as: "a", type: "number" } }, events: { A: { owner: "x" } } };

it("leaves out what says nothing", () => {
  expect(tidied({ description: "", owner: "Ada", tags: [], properties: {}, min: 0, required: false, level: undefined })).toEqual({ owner: "Ada", min: 0, required: false });
});

it("changes one event and leaves the others", () => {
  expect(withEvent(plan, "B", {}).events).toEqual({ A: { owner: "x" }, B: {} });
  expect(withEvent(plan, "A", undefined).events).toEqual({});
});

it("reads a shared property, and does not run in a circle", () => {
  expect(resolved(plan, { same_as: "kind", required: false })).toEqual({ type: "string", values: ["a", "b"], required: false });
  expect(resolved(plan, { same_as: "a" }).type).toBe("number");
});

it("reads values and numbers as their type says", () => {
  expect(valuesOf("free, pro,\n3", "string")).toEqual(["free", "pro", "3"]);
  expect(valuesOf("1, 2.5, x", "number")).toEqual([1, 2.5, "x"]);
  expect(valuesOf("true, no", "boolean")).toEqual([true, "no"]);
  expect([numberOf(""), numberOf("1,5"), numberOf("x"), numberOf("0")]).toEqual([undefined, 1.5, undefined, 0]);
});

it("works on the draft before what is in force", () => {
  expect(workingCopy(undefined)).toEqual({ plan: 1, events: {} });
  expect(workingCopy({ published: null, draft: null, quarantined: 0 })).toEqual({ plan: 1, events: {} });
});
