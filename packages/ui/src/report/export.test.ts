import { expect, it } from "vitest";
import { csvText, fileName } from "./export.ts";

it("quotes what CSV needs quoted and leaves numbers raw", () => {
  expect(csvText([["a", "b,c", 'd"e'], ["-1.5", "line\nbreak", ""]])).toBe('a,"b,c","d""e"\r\n-1.5,"line\nbreak",\r\n');
});

it("keeps a text that looks like a formula a text", () => {
  expect(csvText([["=1+1", "+33 1", "@x", "-5"]])).toBe("'=1+1,'+33 1,'@x,-5\r\n");
});

it("keeps it a text also behind blanks, in wide letters, and where semicolons tell cells apart", () => {
  expect(csvText([[" =1+1", "\t=1", "\uff1d1", "a;=1", 'a;"@x"', "a; b-c", "-1;-2"]])).toBe(`' =1+1,"'\t'=1",'\uff1d1,"a;'=1","a;""'@x""","a; b-c","'-1;'-2"\r\n`);
});

it("names files in plain letters", () => {
  expect(fileName("Étape 1 → Été : 50 %")).toBe("etape-1-ete-50");
  expect(fileName("→")).toBe("sillage");
});
