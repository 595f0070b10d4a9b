import { expect, test } from "vitest";
import { csvLine, idsOf } from "./links.ts";

test("people are read from a list or from a file", () => {
  expect(idsOf("u1\n u2 \r\n\nu1\n")).toEqual(["u1", "u2"]);
  expect(idsOf('\ufeffuser_id;name\nu1;Ada\n"u,2";Bo')).toEqual(["u1", "u,2"]);
  expect(idsOf('"say ""hi""",x')).toEqual(['say "hi"']);
  expect(idsOf("")).toEqual([]);
});

test("no cell of the file that goes back is a formula", () => {
  expect(csvLine(["=1+1", 'a"b', "u1"])).toBe(`'=1+1,"a""b",u1\r\n`);
});
