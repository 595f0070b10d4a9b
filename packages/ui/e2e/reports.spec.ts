import { readFileSync } from "node:fs";
import { answered, expect, test } from "./words.ts";

test("a trend answers at once, is split, compared and opened to its people", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/trends");
  const table = await answered(page, { t, ...words });
  await expect(page.locator("[data-ready]")).toBeVisible();

  await page.getByRole("button", { name: t("breakdown.add") }).click();
  // By name: the list grows while the project's properties arrive.
  await page.getByRole("listbox").getByRole("option", { name: new RegExp(`^${t("property.browser")}`) }).first().click();
  await expect(page).toHaveURL(/breakdown/);
  await expect(table.getByRole("row").nth(2)).toBeVisible();

  await page.getByRole("button", { name: t("range.last.day", { n: 30 }), exact: true }).click();
  await page.getByText(t("range.compare")).click();
  await page.keyboard.press("Escape");
  await expect(table.getByRole("columnheader", { name: t("trend.column.change"), exact: true })).toBeVisible();

  await page.getByRole("radio", { name: t("picture.ranking") }).click();
  await expect(page).toHaveURL(/chart:ranking/);
  await expect(page.locator("[data-ready]")).toBeVisible();

  // The number that opens says how many people are behind it, and the link to it is in the address.
  await table.locator("tbody td button").first().click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByRole("link").first()).toBeVisible();
  await expect(page).toHaveURL(/at=/);
  await page.reload();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();
  await expect(page.getByRole("complementary")).toHaveCount(0);
});

test("a wide table moves in its own box, keeps its first column, and shows that more lies behind its edge", { tag: "@en" }, async ({ page, visit, words: { t, ...words } }) => {
  await visit(`/trends?q=${encodeURIComponent("(kind:trend,series:!((measure:total,select:(event:!n))),range:(last:60,unit:day),interval:day)")}`);
  // The box inside the part of the screen.
  const table = (await answered(page, { t, ...words })).getByRole("region", { name: t("report.table"), exact: true });
  const first = table.getByRole("rowheader").first();
  const shade = () => table.evaluate((box) => getComputedStyle(box).boxShadow);
  // Sixty days, once they are there.
  await expect.poll(() => table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeGreaterThan(100);
  const at = (await first.boundingBox())?.x;
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1440);
  await expect.poll(shade).toContain("-18px");
  await table.evaluate((box) => box.scrollTo({ left: box.scrollWidth }));
  await expect.poll(shade).not.toContain("-18px");
  expect((await first.boundingBox())?.x).toBe(at);
});

test("a filter with a group narrows the answer and stays in the address", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/trends");
  const table = await answered(page, { t, ...words });
  const total = table.locator("tbody td strong").first();
  const before = await total.innerText();
  await page.getByRole("button", { name: t("question.everyone") }).click();
  // After the three behaviours come the properties.
  await page.getByRole("listbox").getByRole("option").nth(3).click();
  await page.getByRole("combobox", { name: t("pick.operator") }).selectOption("not_set");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page).toHaveURL(/not_set/);
  await expect(total).not.toHaveText(before);
  const narrowed = await total.innerText();
  await page.reload();
  await answered(page, { t, ...words });
  await expect(total).toHaveText(narrowed);
});

test("a funnel is built, its drop-off opens, it is saved, found again and deleted", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/funnels");
  await page.getByRole("button", { name: t("funnel.firstStep") }).click();
  await page.getByRole("listbox").getByRole("option").nth(1).click();
  await page.getByRole("button", { name: t("funnel.addStep") }).click();
  await page.getByRole("listbox").getByRole("option").nth(2).click();
  const table = await answered(page, { t, ...words });
  await expect(table.getByRole("columnheader", { name: t("funnel.column.median") })).toBeVisible();
  await table.locator("tbody td button").first().click();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();

  const name = `E2E ${words.language} ${Date.now()}`;
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await page.getByRole("dialog").getByLabel(t("report.name")).fill(name);
  await page.getByRole("dialog").getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page).toHaveURL(/r=/);
  await expect(page.getByLabel(t("report.title"))).toHaveValue(name);

  await page.getByRole("link", { name: t("room.reports"), exact: true }).click();
  await page.getByRole("link", { name: new RegExp(name) }).click();
  await answered(page, { t, ...words });

  // The link holds the question, so that it shows the same when the saved report is another one later.
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: t("action.share"), exact: true }).click();
  await expect(page.getByText(t("toast.linkCopied"))).toBeVisible();
  const shared = await page.evaluate(() => navigator.clipboard.readText());
  expect(shared).toMatch(/[?&]r=/);
  expect(shared).toMatch(/[?&]q=/);
  await page.goto(shared);
  await answered(page, { t, ...words });
  await expect(page.getByLabel(t("report.title"))).toHaveValue(name);
  await expect(page.getByRole("button", { name: t("action.save"), exact: true })).toHaveCount(0);

  await page.getByRole("button", { name: t("action.moreActions"), exact: true }).last().click();
  await page.getByRole("listbox").getByRole("option", { name: t("action.remove") }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove") }).click();
  await expect(page).toHaveURL(/reports/);
  await expect(page.getByRole("link", { name: new RegExp(name) })).toHaveCount(0);
});

test("retention shows a curve and a triangle whose cells open", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/retention");
  const table = await answered(page, { t, ...words });
  await expect(table.getByRole("row", { name: new RegExp(t("retention.average")) })).toBeVisible();
  await table.locator("tbody td button").nth(1).click();
  await expect(page.getByRole("complementary")).toBeVisible();
  await expect(page.getByRole("complementary").getByText(/\d/).first()).toBeVisible();
});

for (const [path, key] of [
  ["/engagement", "frequency.answers"],
  ["/lifecycle", "lifecycle.answers"],
  ["/journeys", "journey.answers"],
] as const) {
  test(`${path} answers at once`, async ({ page, visit, words: { t, ...words } }) => {
    await visit(path);
    await answered(page, { t, ...words });
    await expect(page.locator("[data-ready]")).toBeVisible();
    expect(t(key).length).toBeGreaterThan(10);
  });
}

test("a report leaves as CSV and as PNG", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/trends");
  await answered(page, { t, ...words });
  await expect(page.locator("[data-ready]")).toBeVisible();
  const files: string[] = [];
  for (const kind of ["action.exportCsv", "action.exportPng"] as const) {
    await page.getByRole("button", { name: t("action.export"), exact: true }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("listbox").getByRole("option", { name: t(kind) }).click()]);
    files.push(await file.path());
    expect(file.suggestedFilename()).toMatch(kind === "action.exportCsv" ? /\.csv$/ : /\.png$/);
  }
  const [csv, png] = files as [string, string];
  expect(readFileSync(csv, "utf8").trim().split("\r\n").length).toBeGreaterThan(1);
  expect(readFileSync(png).subarray(1, 4).toString()).toBe("PNG");
  expect(readFileSync(png).length).toBeGreaterThan(5_000);
});

test("a question that takes long says how far it is, and can be taken back and asked again", async ({ page, visit, words: { t, language, ...words } }) => {
  let held: (() => void) | undefined;
  await page.route("**/query", async (route) => {
    await new Promise<void>((free) => (held = free));
    await route.fallback().catch(() => undefined);
  });
  await page.route("**/queries/*", (route) => route.fulfill({ json: { running: true, events_read: 1234567 } }));
  await visit("/trends");
  const shown = language === "fr" ? "1\u202f234\u202f567" : "1,234,567";
  await expect(page.getByRole("status").getByText(t("report.askingRead", { n: 1234567, shown }))).toBeVisible();
  await page.getByRole("status").getByRole("button", { name: t("action.cancel") }).click();
  await expect(page.getByText(t("report.cancelled"))).toBeVisible();
  held?.();
  await page.unroute("**/query");
  await page.getByRole("button", { name: t("action.askAgain") }).click();
  await answered(page, { t, language, ...words });
});

test("a link with a question that cannot be read says so and starts afresh", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/trends?q=(kind:trend,series:!((measure:3)))");
  await expect(page.getByText(t("report.unreadable", { field: "range" }))).toBeVisible();
  await answered(page, { t, ...words });
});

test("a question that the server refuses says which part", async ({ page, visit, words: { t } }) => {
  await visit("/trends?q=(kind:trend,series:!((measure:total,select:(event:!n))),range:(last:7,unit:day),interval:day,surprise:1)");
  await expect(page.getByRole("alert")).toContainText(t("error.unknown_field.what", { field: "surprise" }));
  await expect(page.getByRole("alert")).toContainText(t("error.unknown_field.mend"));
  await expect(page.getByRole("alert")).toContainText("surprise");
});

test("people are narrowed by what they did, with conditions on that event", async ({ page, visit, words: { t, ...words } }) => {
  await visit("/trends");
  const table = await answered(page, { t, ...words });
  const total = table.locator("tbody td strong").first();
  const before = await total.innerText();
  await page.getByRole("button", { name: t("question.everyone") }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("pick.did"), exact: true }).click();
  await page.getByRole("listbox").getByRole("option").nth(3).click();
  const form = page.getByRole("dialog", { name: t("filter.add") }).first();
  // The conditions of that event open beside the form, which stays.
  await form.getByRole("button").nth(1).click();
  await page.getByRole("listbox").getByRole("option").nth(3).click();
  await page.getByRole("combobox", { name: t("pick.operator") }).last().selectOption("set");
  await page.getByRole("button", { name: t("action.apply") }).last().click();
  await form.getByRole("spinbutton", { name: t("pick.number") }).fill("2");
  await form.getByRole("button", { name: t("action.apply") }).click();
  await expect(page).toHaveURL(/did:\(.*where:.*op:set/);
  await expect(total).not.toHaveText(before);
  await expect(page.getByRole("alert")).toHaveCount(0);
});
