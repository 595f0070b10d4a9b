// The words of the screens, from the same catalogues that the screens read: a renamed button does not break a test, a
// missing translation does.
import { test as base, expect, type Page } from "@playwright/test";
import { messagesOf, type Language, type MessageKey, type MessageValues } from "../src/i18n/catalogue.ts";

export interface Words {
  language: Language;
  t: (key: MessageKey, values?: MessageValues) => string;
}

interface Fixtures {
  words: Words;
  /** Opens a screen of the first project and fails the test on any error in the page. */
  visit: (path: string) => Promise<void>;
  project: number;
}

export const STATE = process.env.E2E_STATE ?? "node_modules/.e2e-state.json";

export const test = base.extend<Fixtures>({
  words: async ({ locale }, use) => {
    await use(messagesOf(locale?.startsWith("fr") ? "fr" : "en"));
  },
  project: async ({ page, words }, use) => {
    // A frame that is shut off from everything has no storage.
    await page.addInitScript((language) => window === top && localStorage.setItem("sillage.language", language), words.language);
    const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; events: number | null }[] };
    // Where several projects exist, the one with the most events has something to show.
    const fullest = me.projects.toSorted((a, b) => (b.events ?? 0) - (a.events ?? 0))[0];
    if (!fullest) throw new Error("the account has no project");
    await use(fullest.id);
  },
  visit: async ({ page, project }, use) => {
    const wrong: string[] = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    await use(async (path) => {
      await page.goto(`/p/${project}${path}`);
    });
    expect(wrong).toEqual([]);
  },
});

export { expect };

/** Waits for an answer to be drawn, and returns its table. */
export async function answered(page: Page, words: Words) {
  const table = page.getByRole("region", { name: words.t("report.table"), exact: true }).first();
  await expect(table).toBeVisible();
  return table;
}

