// Cohorts, sessions, features, drivers and impact: each is built on screen, answered, and opens its people.
import { answered, expect, test } from "./words.ts";

test("a cohort is built, found again, narrows a report, splits another and is deleted", async ({ page, visit, words }) => {
  const { t } = words;
  const name = `E2E cohort ${words.language} ${Date.now()}`;
  await visit("/cohorts/new");
  await expect(page.getByText(t("cohort.addFirst"))).toBeVisible();
  await page.getByRole("button", { name: t("cohort.addPart") }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("cohort.add.did") }).click();
  await page.getByRole("listbox").getByRole("option").nth(2).click();
  // How many they are is told at once, and follows each change.
  const found = page.getByText(/^\d[\d\s\u202f,.]* (people|person|personnes|personne)$/).first();
  await expect(found).toBeVisible();
  await page.getByRole("combobox", { name: t("pick.operator") }).selectOption("lte");
  await page.getByRole("button", { name: t("range.last.day", { n: 30 }), exact: true }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("did.anyTime") }).click();
  await expect(page).toHaveURL(/op:lte/);
  await expect(found).toBeVisible();
  await page.getByRole("textbox", { name: t("cohort.column.name") }).fill(name);
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("heading", { name })).toBeVisible();

  await page.getByRole("button", { name: t("cohort.asTrend") }).click();
  await answered(page, words);
  await expect(page.getByRole("button", { name: t("condition.inCohort", { cohort: name }), exact: true })).toBeVisible();
  await visit("/trends");
  const table = await answered(page, words);
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("breakdown.cohorts") }).click();
  await page.getByRole("listbox").getByRole("option", { name }).click();
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page).toHaveURL(/cohort:!\(/);
  await expect(table.getByRole("rowheader", { name: new RegExp(name) })).toBeVisible();

  await visit("/cohorts");
  await page.getByRole("button", { name: t("action.removeNamed", { name }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("the people behind a number are kept as a cohort, and a list of ids is one", { tag: "@fr" }, async ({ page, visit, words }) => {
  const { t } = words;
  const name = `E2E behind ${words.language} ${Date.now()}`;
  await visit("/trends");
  const table = await answered(page, words);
  await table.locator("tbody td button").first().click();
  await page.getByRole("complementary").getByRole("button", { name: t("panel.saveCohort") }).click();
  await page.getByRole("dialog").getByLabel(t("cohort.column.name")).fill(name);
  await page.getByRole("dialog").getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByText(t("toast.saved"))).toBeVisible();
  await visit("/cohorts");
  await page.getByRole("link", { name }).click();
  await expect(page.getByText(t("cohort.behind")).first()).toBeVisible();

  await visit("/cohorts/new");
  await page.getByRole("button", { name: t("cohort.addPart") }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("cohort.add.people") }).click();
  await page.getByRole("textbox", { name: t("cohort.ids") }).fill("nobody-1\nnobody-2, nobody-2");
  await page.getByRole("textbox", { name: t("cohort.column.name") }).focus();
  await expect(page.getByText(t("cohort.idsOf", { n: 2 })).first()).toBeVisible();
  await expect(page).toHaveURL(/people:!\(nobody-1,nobody-2\)/);

  await visit("/cohorts");
  await page.getByRole("button", { name: t("action.removeNamed", { name }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("sessions are counted, split and listed", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/sessions");
  const table = await answered(page, words);
  await expect(table.getByRole("row").nth(1)).toBeVisible();
  await expect(page.getByText(t("sessions.bounce")).first()).toBeVisible();
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option").nth(1).click();
  await expect(page).toHaveURL(/breakdown/);
  const segments = page.getByRole("region", { name: t("retention.segments"), exact: true });
  await segments.getByRole("button").first().click();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
});

test("drivers, features and impact answer at once, and their numbers open", async ({ page, visit, words }) => {
  const { t } = words;
  for (const path of ["/drivers", "/features"]) {
    await visit(path);
    const table = await answered(page, words);
    await table.locator("tbody td button").first().click();
    await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
    await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();
  }
  await page.getByRole("radio", { name: t("feature.drawn.power") }).click();
  await expect(page).toHaveURL(/drawn:power/);
  await visit("/impact");
  const table = await answered(page, words);
  await expect(table.getByRole("rowheader", { name: t("impact.adopters"), exact: true })).toBeVisible();
  await page.getByRole("button", { name: t("options.title"), exact: true }).click();
  await page.getByRole("spinbutton", { name: t("impact.days") }).fill("7");
  await page.getByRole("spinbutton", { name: t("impact.days") }).press("Enter");
  await expect(page).toHaveURL(/days:7/);
  await page.keyboard.press("Escape");
  await answered(page, words);
  await expect(page.getByRole("alert")).toHaveCount(0);
});
