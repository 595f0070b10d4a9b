// An alert from a metric to what it tells, and what happened as a mark on a picture.
import { answered, expect, test } from "./words.ts";

const QUESTION = { kind: "trend", series: [{ select: { event: "Campaign sent" }, measure: "total" }], interval: "day" };

test("an alert is set on a metric, seen before it is kept, fires, and says why", async ({ page, visit, project, words: { t, language } }) => {
  const name = `E2E daily ${language} ${Date.now()}`;
  const made = (await (await page.request.post(`/api/projects/${project}/metrics`, { data: { name, definition: { question: QUESTION } } })).json()) as { id: string };
  await visit(`/metrics/${made.id}`);
  await page.getByRole("button", { name: t("alert.setOn") }).click();

  // What is unusual is judged by its past.
  await expect(page.getByRole("img", { name: new RegExp(name) })).toBeVisible();
  await page.getByLabel(t("alert.column.when"), { exact: true }).selectOption("above");
  await page.getByLabel(t("alert.bound"), { exact: true }).fill("abc");
  await expect(page.getByText(t("alert.noNumber"))).toBeVisible();
  await page.getByLabel(t("alert.bound"), { exact: true }).fill("0,5");
  await expect(page.getByText(new RegExp(t("alert.wouldHave", { n: 60, of: 60, unit: "day" }).slice(0, 24)))).toBeVisible();
  await page.getByLabel(t("survey.alert.webhook")).fill("https://hooks.courriel.invalid/alerts");
  await page.getByLabel(t("alert.onlyHours")).check();
  await expect(page.getByLabel(t("alert.from"), { exact: true })).toHaveValue("08:00");
  await page.getByLabel(t("alert.onlyHours")).uncheck();
  const alert = `E2E alert ${language} ${Date.now()}`;
  await page.getByLabel(t("alert.name"), { exact: true }).fill(alert);
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();

  await expect(page.getByRole("heading", { name: alert, level: 1 })).toBeVisible();
  await expect(page.getByText(t("alert.state.firing")).first()).toBeVisible({ timeout: 20_000 });
  await expect(page.getByText(t("alert.event.fired")).first()).toBeVisible();
  await expect(page.getByRole("heading", { name: t("why.title") })).toBeVisible();
  await expect(page.getByRole("region", { name: t("alert.deliveries") })).toContainText("hooks.courriel.invalid");
  await page.getByRole("button", { name: t("alert.try") }).click();
  await expect(page.getByText(t("alert.event.test"), { exact: true })).toBeVisible({ timeout: 15_000 });

  await page.getByRole("button", { name: t("alert.edit") }).click();
  await page.getByLabel(t("alert.on")).uncheck();
  await page.getByRole("button", { name: t("action.saveChanges") }).click();
  await expect(page.getByText(t("alert.isOff"))).toBeVisible();

  await visit("/alerts");
  await expect(page.getByRole("row", { name: new RegExp(alert) })).toContainText(t("alert.state.off"));
  await page.getByRole("link", { name: alert }).click();
  await page.getByRole("button", { name: t("action.removeNamed", { name: alert }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page).toHaveURL(/alerts$/);
  await expect(page.getByRole("link", { name: alert })).toHaveCount(0);
});

test("what explains a move is asked on the metric's page", { tag: "@en" }, async ({ page, visit, project, words: { t } }) => {
  const made = (await (await page.request.post(`/api/projects/${project}/metrics`, { data: { name: `E2E why ${Date.now()}`, definition: { question: { ...QUESTION, interval: "week" } } } })).json()) as { id: string };
  await visit(`/metrics/${made.id}`);
  await page.getByRole("button", { name: t("why.look") }).click();
  await expect(page.getByText(/properties were looked at/)).toBeVisible({ timeout: 30_000 });
});

test("what happened is noted and stands on a picture over time", async ({ page, visit, words }) => {
  const { t, language } = words;
  const text = `E2E release ${language} ${Date.now()}`;
  await visit("/alerts?tab=annotations");
  await page.getByRole("button", { name: t("annotation.create") }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("annotation.text")).fill(text);
  await dialog.getByLabel(t("annotation.kind")).selectOption("release");
  await dialog.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name: text })).toBeVisible();

  await visit(`/trends?q=(kind:trend,series:!((select:(event:'Campaign sent'),measure:total)),interval:week,range:(last:90,unit:day))`);
  await answered(page, words);
  const picture = page.getByRole("img").first();
  // The last interval holds today; the picture is drawn again when what happened is known.
  await expect(async () => {
    const box = (await picture.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width - 24, box.y + box.height / 2);
    await expect(page.getByText(`◆ ${text}`)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 10_000 });

  await visit("/alerts?tab=annotations");
  await page.getByRole("button", { name: t("action.removeNamed", { name: text }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name: text })).toHaveCount(0);
});
