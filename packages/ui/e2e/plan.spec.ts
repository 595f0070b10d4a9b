// The tracking plan from what arrives to what is in force: adopted, described, published, broken, released.
import { keyOf } from "./visit.ts";
import { expect, test } from "./words.ts";

test("what arrives is planned, published, and held against the plan", async ({ page, visit, project, words: { t, language } }) => {
  const key = await keyOf(page, project);
  const name = `E2E Order ${language} ${Date.now()}`;
  const send = async (amount: unknown) => {
    const sent = await page.request.post("/v1/events", { headers: { Authorization: `Bearer ${key}` }, data: [{ event: name, distinct_id: `plan-${language}`, properties: { amount, mp_lib: "web", $lib_version: "2.1" } }] });
    expect(sent.ok()).toBe(true);
    return (await sent.json()) as { accepted: number; quarantined?: number };
  };
  await send(12);

  await visit("/plan");
  await expect(page.getByRole("heading", { name: t("room.plan"), level: 1 })).toBeVisible();
  await page.getByRole("searchbox", { name: t("plan.find") }).fill(name);
  await page.getByRole("button", { name: t("plan.adoptNamed", { name }) }).click();
  await expect(page.getByRole("region", { name: t("plan.draft") })).toBeVisible();

  await page.getByRole("button", { name, exact: true }).click();
  const panel = page.getByRole("complementary", { name });
  await panel.getByLabel(t("plan.field.description")).first().fill("Somebody ordered");
  await panel.getByLabel(t("plan.field.onViolation")).first().selectOption("quarantine");
  await panel.getByRole("button", { name: /amount/ }).click();
  await panel.getByLabel(t("plan.field.required")).check();
  await panel.getByRole("button", { name: t("plan.keep") }).click();
  await expect(panel.getByText(t("plan.required"), { exact: true })).toBeVisible();
  await panel.getByRole("button", { name: t("action.close") }).click();

  await page.getByRole("button", { name: t("plan.review") }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(`events.${name}`).first()).toBeVisible();
  await dialog.getByLabel(t("plan.note")).fill("First");
  await dialog.getByRole("button", { name: t("plan.publish") }).click();
  await expect(page.getByText(t("plan.published", { version: 1 })).first()).toBeVisible();

  await page.getByRole("link", { name: t("plan.tab.health"), exact: true }).click();
  await expect(page.getByRole("region", { name: t("plan.health.score") })).toBeVisible();
  const stop = page.getByRole("region", { name: t("plan.health.stop") });
  await expect(stop.getByRole("listitem").filter({ hasText: name })).toContainText(t("plan.health.nobodyAsks"));
  await page.getByRole("button", { name: t("plan.health.unfold", { name }) }).click();
  await expect(page.getByRole("rowheader", { name: "amount", exact: true })).toBeVisible();

  await page.getByRole("button", { name: t("plan.helpers") }).click();
  const written = await page.request.get((await page.getByRole("link", { name: /TypeScript/ }).getAttribute("href")) ?? "");
  expect(await written.text()).toContain(JSON.stringify(name));
  await page.keyboard.press("Escape");

  expect((await send("12")).quarantined).toBe(1);
  await page.getByRole("link", { name: t("plan.tab.violations") }).click();
  const row = page.getByRole("row", { name: new RegExp(name) });
  await expect(row.getByText(t("plan.rule.type"))).toBeVisible();
  await expect(row.getByText("web 2.1")).toBeVisible();

  await page.getByRole("link", { name: t("plan.tab.quarantine") }).click();
  await page.getByRole("button", { name: new RegExp(name) }).click();
  await page.getByRole("button", { name: t("plan.release"), exact: true }).click();
  await expect(page.getByText(t("plan.quarantineEmpty"))).toBeVisible();

  await page.getByRole("link", { name: t("plan.tab.versions") }).click();
  await expect(page.getByRole("rowheader", { name: t("plan.versionInForce", { version: 1 }) })).toBeVisible();
  await expect(page.getByText("First")).toBeVisible();

  // The others arrive as before: nothing of this plan is in the way of another test.
  await page.goto(`/p/${project}/plan?event=${encodeURIComponent(name)}`);
  await expect(page.getByRole("complementary", { name })).toBeVisible();
});
