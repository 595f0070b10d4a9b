// What a property can be beyond what was sent: looked up, computed under a name, of the session, of the time; and measures beyond counts.
import { answered, expect, test } from "./words.ts";

test("a lookup table and a custom property are made in the settings and split a trend", async ({ page, visit, words }) => {
  const { t } = words;
  const run = `${words.language}${Date.now()}`;
  const [table, property] = [`Browsers ${run}`, `Shouted ${run}`];
  await visit("/settings/lookups");
  await page.getByRole("button", { name: t("lookup.create") }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("lookup.file")).setInputFiles({ name: "browsers.csv", mimeType: "text/csv", buffer: Buffer.from("browser,maker\nChrome,Google\nFirefox,Mozilla\nSafari,Apple\n") });
  await dialog.getByLabel(t("keys.name")).fill(table);
  await dialog.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name: table })).toBeVisible();

  await page.getByRole("link", { name: t("settings.customProperties") }).click();
  await page.getByRole("button", { name: t("customProperty.create") }).click();
  await dialog.getByLabel(t("keys.name")).fill(property);
  await dialog.getByLabel(t("customProperty.formula")).fill("=upper(");
  await dialog.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await dialog.getByLabel(t("customProperty.formula")).fill("=upper($browser)");
  await dialog.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name: property })).toBeVisible();

  await visit("/trends");
  await answered(page, words);
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option", { name: property }).click();
  await page.getByRole("button", { name: t("action.apply") }).click();
  const rows = await answered(page, words);
  await expect(rows.getByRole("rowheader", { name: "CHROME" }).first()).toBeVisible();

  await visit("/trends");
  await answered(page, words);
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option", { name: new RegExp(`^${t("property.browser")}`) }).first().click();
  await page.getByRole("combobox", { name: t("lookup.read") }).selectOption({ label: t("lookup.columnOf", { table, column: "maker" }) });
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page).toHaveURL(/lookup/);
  await expect(rows.getByRole("rowheader", { name: "Google" }).first()).toBeVisible();

  await visit("/settings/lookups");
  await page.getByRole("button", { name: t("action.removeNamed", { name: table }) }).click();
  await dialog.getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name: table })).toHaveCount(0);
  await visit("/settings/properties");
  await page.getByRole("button", { name: t("action.removeNamed", { name: property }) }).click();
  await dialog.getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name: property })).toHaveCount(0);
});

test("a trend is measured per session, by the day of the week, for last month, and as a spread that opens its people", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/trends");
  const rows = await answered(page, words);
  await page.getByRole("button", { name: t("measure.total"), exact: true }).first().click();
  await page.getByRole("listbox").getByRole("option", { name: t("measure.perSession", { then: "average", rank: 0, inner: t("measure.session.duration") }) }).click();
  await expect(page).toHaveURL(/per_session/);
  await expect(rows.getByRole("row").nth(1)).toBeVisible();
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("time.day_of_week") }).click();
  await expect(rows.getByRole("rowheader", { name: t("weekday.1") })).toBeVisible();

  await visit("/trends");
  await answered(page, words);
  await page.getByRole("button", { name: t("measure.total"), exact: true }).first().click();
  await page.getByRole("listbox").getByRole("option", { name: t("measure.pick.perPerson", { actor: "person", type: "" }) }).click();
  await page.getByRole("combobox", { name: t("measure.then", { actor: "person", type: "" }) }).selectOption("distribution");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page.getByText(t("trend.spread"))).toBeVisible();
});

test("a funnel counts what came between its steps, and one of its segments is the control", async ({ page, visit, words }) => {
  const { t } = words;
  await visit(`/funnels?q=${encodeURIComponent("(kind:funnel,steps:!((event:'$pageview'),(event:'$pageview')),window:(n:7,unit:day),range:(last:90,unit:day))")}`);
  await answered(page, words);
  await page.getByRole("button", { name: t("options.title"), exact: true }).click();
  await page.getByRole("button", { name: t("funnel.betweenAdd"), exact: true }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await expect(page).toHaveURL(/between/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option", { name: new RegExp(`^${t("property.browser")}`) }).first().click();
  const apply = page.getByRole("button", { name: t("action.apply") });
  if (await apply.isVisible()) await apply.click();
  const rows = await answered(page, words);
  await rows.getByRole("button", { name: new RegExp(`^${t("funnel.makeControl", { segment: "" })}`) }).first().click();
  await expect(page).toHaveURL(/control/);
  await expect(rows.getByText(t("funnel.isControl"))).toBeVisible();
});

test("the time between uses is drawn, and a bar opens who is away so long", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/engagement");
  await answered(page, words);
  await page.getByRole("combobox", { name: t("frequency.shownAs") }).selectOption("gaps");
  await expect(page).toHaveURL(/gaps/);
  await expect(page.getByText(/80\s?%/).first()).toBeVisible();
});
