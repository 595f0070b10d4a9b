// Every number opens the people behind it, and as many as it says.
import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { writeSearch } from "../src/question/urlText.ts";
import { answered, expect, test, type Words } from "./words.ts";

const RANGE = { last: 60, unit: "day" };
const SIGN_UP_TO_SENT = { kind: "funnel", steps: [{ event: "Signed up" }, { event: "Campaign started" }, { event: "Campaign sent" }], window: { n: 7, unit: "day" }, range: RANGE };

/** A number as it stands on the screen, in either language. */
function numberIn(text: string): number {
  return Number(/\d[\d\s\u202f\u00a0.,]*/.exec(text)?.[0].replace(/[^\d]/g, ""));
}

/** Opens a number and holds the panel to it; `counted` where somebody counts in it more than once. */
async function opensAsManyAsItSays(page: Page, number: Locator, words: Words) {
  const said = numberIn(await number.innerText());
  expect(said).toBeGreaterThan(0);
  await number.click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByRole("link").first()).toBeVisible();
  const people = numberIn(await panel.locator("p strong").first().innerText());
  if (people !== said) await expect(panel.getByText(words.t("panel.counted", { n: said, shown: words.language === "fr" ? said.toLocaleString("fr-FR") : said.toLocaleString("en-GB") }))).toBeVisible();
  expect(people).toBeLessThanOrEqual(said);
  await panel.getByRole("button", { name: words.t("action.close") }).click();
  await expect(panel).toHaveCount(0);
  return people;
}

test("a funnel opens its bins of time, what came between, and every step of every interval", { tag: "@en" }, async ({ page, visit, words }) => {
  const { t } = words;
  const question = { ...SIGN_UP_TO_SENT, interval: "week", time_to_convert: { from: 1, to: 3 }, between: { select: { event: "Template chosen" }, from: 1, to: 3 } };
  await visit(`/funnels${writeSearch({ q: question })}`);
  const steps = await answered(page, words);
  const converted = numberIn(await steps.locator("tbody tr").nth(2).getByRole("button").first().innerText());
  for (const [name, column] of [[t("funnel.bySeconds"), t("funnel.column.time")], [t("funnel.betweenEvents"), t("funnel.column.times")]] as const) {
    const bins = page.getByRole("region", { name, exact: true });
    await expect(bins.getByRole("columnheader", { name: column })).toBeVisible();
    const numbers = bins.locator("tbody button");
    let sum = 0;
    for (const text of await numbers.allInnerTexts()) sum += numberIn(text);
    expect(sum, "whoever converted lies in one bin").toBe(converted);
    expect(await opensAsManyAsItSays(page, numbers.first(), words)).toBeGreaterThan(0);
  }
  const intervals = page.getByRole("region", { name: t("funnel.byInterval"), exact: true });
  // The first step and a later one, not the last alone.
  const row = intervals.locator("tbody tr").nth(2).getByRole("button");
  for (const index of [0, 1]) await opensAsManyAsItSays(page, row.nth(index), words);
});

test("the average and the total of retention open everybody behind them, and say how often each counts", { tag: "@fr" }, async ({ page, visit, words }) => {
  const { t } = words;
  await visit(`/retention${writeSearch({ q: { kind: "retention", birth: { event: "Logged in" }, return: { event: "Logged in" }, unit: "week", periods: 4, range: { last: 8, unit: "week" }, breakdown: [{ property: "plan" }], top: 3 } })}`);
  const table = await answered(page, words);
  const average = table.getByRole("row", { name: new RegExp(t("retention.average")) });
  const born = numberIn(await average.getByRole("button").first().innerText());
  const people = await opensAsManyAsItSays(page, average.getByRole("button").first(), words);
  expect(people, "who logs in every week is born in every cohort").toBeLessThan(born);
  await average.getByRole("button").nth(2).click();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();
  const segments = page.getByRole("region", { name: t("retention.segments"), exact: true });
  await opensAsManyAsItSays(page, segments.locator("tbody tr").nth(1).locator("td button").first(), words);
});

test("the period compared with opens its own people, and a formula those of its parts", { tag: "@en" }, async ({ page, visit, words }) => {
  const { t } = words;
  const question = { kind: "trend", series: [{ select: { event: "Signed up" }, measure: "unique" }, { select: { event: "Campaign sent" }, measure: "unique" }], formulas: ["B / A"], range: { last: 14, unit: "day" }, interval: "week", compare: { previous: 1 } };
  await visit(`/trends${writeSearch({ q: question })}`);
  const table = await answered(page, words);
  const earlier = table.getByRole("row", { name: new RegExp(t("trend.previous")) });
  await expect(earlier).toHaveCount(3);
  await opensAsManyAsItSays(page, earlier.first().getByRole("button").first(), words);
  await opensAsManyAsItSays(page, earlier.nth(1).getByRole("button").nth(1), words);

  await table.getByRole("row", { name: /B \/ A/ }).locator("td").getByRole("button").first().click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByText(t("panel.formula", { n: 2 }))).toBeVisible();
  const parts = panel.locator("button[aria-pressed]");
  const ofPart: number[] = [];
  for (const index of [0, 1]) {
    await parts.nth(index).click();
    await expect(parts.nth(index)).toHaveAttribute("aria-pressed", "true");
    await expect(panel.getByRole("link").first()).toBeVisible();
    ofPart.push(numberIn(await panel.locator("p strong").first().innerText()));
  }
  const totals = await Promise.all([0, 1].map(async (index) => numberIn(await table.locator("tbody tr").nth(index * 2).locator("td button").first().innerText())));
  expect(ofPart).toEqual(totals);
  await page.reload();
  await expect(panel.locator("button[aria-pressed=true]")).toHaveText(/^B/);
});

test("everybody behind a number leaves as a file, however many pages they take", { tag: "@fr" }, async ({ page, visit, words }) => {
  const { t } = words;
  // Pages of a few, so that a small project has several.
  await page.route("**/query", async (route) => {
    const body = route.request().postDataJSON() as { question?: unknown; kind?: string; limit?: number };
    if (body.kind === "people" && (body.limit ?? 0) > 1000) return route.continue({ postData: JSON.stringify({ ...body, limit: 70 }) });
    return route.continue();
  });
  await visit(`/funnels${writeSearch({ q: SIGN_UP_TO_SENT })}`);
  const table = await answered(page, words);
  const number = table.locator("tbody td button").first();
  const said = numberIn(await number.innerText());
  expect(said).toBeGreaterThan(200);
  await number.click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByRole("link").first()).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), panel.getByRole("button", { name: t("panel.export") }).click()]);
  const rows = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  expect(rows.length - 1).toBe(said);
  expect(new Set(rows).size).toBe(said + 1);
  expect(rows.slice(1).filter((row) => /@/.test(row)).length, "persons have names and addresses").toBeGreaterThan(said / 2);
});
