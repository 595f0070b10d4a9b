import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

it("is what the checked-in contract generates (npm run api)", async () => {
  const contract = new URL("../../../../contract/openapi.json", import.meta.url);
  const fresh = COMMENT_HEADER + astToString(await openapiTS(contract, { defaultNonNullable: false }));
  expect(readFileSync(join(import.meta.dirname, "schema.d.ts"), "utf8")).toBe(fresh);
}, 60_000);
