import { expect, test } from "./words.ts";

test("events show as they arrive, and what is refused shows why", async ({ page, visit, project, words: { t, language } }) => {
  await visit("/live");
  await expect(page.getByRole("heading", { name: t("room.live") })).toBeVisible();
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const key = me.projects.find((one) => one.id === project)?.write_key ?? "";
  const name = `E2E arrival ${language} ${Date.now()}`;
  const person = `e2e-${language}@example.com`;
  const sent = await page.request.post("/v1/events", {
    headers: { Authorization: `Bearer ${key}` },
    data: [{ event: name, distinct_id: person, properties: { plan: "pro" } }, { distinct_id: person }],
  });
  expect(sent.status()).toBe(207);
  await page.getByRole("button", { name: new RegExp(name) }).click();
  await expect(page.getByText(t("event.envelope"))).toBeVisible();

  await page.getByRole("link", { name: new RegExp(t("live.tab.refused")) }).click();
  await expect(page).toHaveURL(/tab=refused/);
  const first = page.getByRole("main").locator("ol li").first();
  await first.getByRole("button").first().click();
  await expect(first.getByText(t("refused.raw"))).toBeVisible();
  await expect(first.getByText(person)).toBeVisible();
  await first.getByRole("button", { name: t("refused.replay") }).click();
  await expect(page.getByText(t("refused.replayed", { n: 0, again: 1 }))).toBeVisible();

  // The person of the event has a profile with it on the timeline.
  await visit(`/people/${encodeURIComponent(person)}`);
  await expect(page.getByRole("heading", { name: person })).toBeVisible();
  await expect(page.getByRole("button", { name: new RegExp(name) })).toBeVisible();
});

test("people are listed, found and opened; two of them merge and split", async ({ page, visit, project, words: { t, language } }) => {
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const key = me.projects.find((one) => one.id === project)?.write_key ?? "";
  const run = `${language}${Date.now()}`;
  const [kept, merged] = [`kept-${run}@example.com`, `merged-${run}@example.com`];
  const sent = await page.request.post("/v1/events", {
    headers: { Authorization: `Bearer ${key}` },
    data: [kept, merged].map((id) => ({ event: "E2E visit", distinct_id: id, user_id: id })),
  });
  expect(sent.ok()).toBe(true);

  await visit("/people");
  await expect(page.getByRole("main").getByRole("row").nth(1)).toBeVisible();
  await page.getByRole("searchbox", { name: t("people.find") }).fill("nobody-has-this-name");
  await expect(page.getByText(t("people.notFound", { text: "nobody-has-this-name" }))).toBeVisible();

  await visit(`/people/${encodeURIComponent(kept)}`);
  await page.getByRole("button", { name: t("identity.merge") }).click();
  await page.getByRole("dialog").getByRole("combobox").fill(merged);
  await page.getByRole("dialog").getByRole("listbox").getByRole("option", { name: new RegExp(merged) }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.getByRole("main").getByText(merged).first()).toBeVisible();
  await expect(page.getByText(t("count.events", { n: 2, shown: "2" })).first()).toBeVisible();

  await page.getByRole("button", { name: t("identity.splitNamed", { id: merged }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("identity.split"), exact: true }).click();
  await expect(page.getByText(t("count.events", { n: 1, shown: "1" })).first()).toBeVisible();
  await page.locator("details summary").click();
  await expect(page.locator("details ol").getByText(merged).first()).toBeVisible();
});
