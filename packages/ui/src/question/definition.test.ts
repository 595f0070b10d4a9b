import { expect, it } from "vitest";
import { askable, groupOf, idsIn } from "./definition.ts";

it("reads ids however they were pasted", () => {
  expect(idsIn('u1\nu2, "u3";u1\r\n\t ,u 4')).toEqual(["u1", "u2", "u3", "u 4"]);
  expect(idsIn(" \n")).toEqual([]);
});

it("asks only for what is filled in", () => {
  const did = { did: { event: "Sign up", where: { all: [] } } };
  expect(askable({ all: [did, { sequence: [] }, { any: [{ people: [] }] }] })).toEqual({ all: [{ did: { event: "Sign up", where: undefined } }] });
  expect(askable({ all: [] })).toBeNull();
  expect(askable({ not: { people: [] } })).toBeNull();
});

it("shows a lone condition as a group of one", () => {
  expect(groupOf({ cohort: "Beta" })).toEqual({ join: "all", parts: [{ cohort: "Beta" }] });
  expect(groupOf({ any: [] })).toEqual({ join: "any", parts: [] });
});
