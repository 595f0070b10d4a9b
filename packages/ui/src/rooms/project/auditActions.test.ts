import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { messagesOf } from "@/i18n/catalogue.ts";
import { ACTIONS } from "./auditActions.ts";

const CRATES = join(import.meta.dirname, "../../../../../crates");

function sourcesOf(folder: string): string {
  const files = readdirSync(join(CRATES, folder), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".rs"));
  return files.map((name) => readFileSync(join(CRATES, folder, name), "utf8")).join("\n");
}

it("has words for every action that the server writes into the activity log", () => {
  const api = [...sourcesOf("api/src").matchAll(/action: "([a-z_.]+)"|record\(&api, &inside, "([a-z_.]+)"/g)].map((match) => match[1] ?? match[2]);
  const commandLine = [...sourcesOf("node/src/administer").matchAll(/record\(catalog, [^"]*"([a-z_.]+)"/g)].map((match) => match[1]);
  expect(api.length).toBeGreaterThan(20);
  expect(commandLine.length).toBeGreaterThan(5);
  for (const action of [...api, ...commandLine]) expect(Object.keys(ACTIONS)).toContain(action);
});

it.each(["en", "fr"] as const)("every action is told without a value: what it was done to stands beside it (%s)", (language) => {
  const { t } = messagesOf(language);
  for (const key of Object.values(ACTIONS)) expect(t(key)).not.toBe("");
});
