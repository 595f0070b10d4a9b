// Friction, heatmaps, speed and errors, on a small site's visits that the test itself sends as the tag would.
import type { Page } from "@playwright/test";
import { answered, expect, test, type Words } from "./words.ts";

const MINUTE_MS = 60_000;

/** Twelve visitors on two pages; every third clicks in rage on a button that is switched off, and one in four reaches the goal. */
async function site(page: Page, { t, language }: Words): Promise<string> {
  await page.goto("/new-project");
  await page.getByLabel(t("newProject.name")).fill(`E2E pages ${language}`);
  await page.getByRole("button", { name: t("newProject.action") }).click();
  await expect(page).toHaveURL(/start/);
  const id = Number(/\/p\/(\d+)\//.exec(page.url())?.[1]);
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const events: unknown[] = [];
  for (let visitor = 0; visitor < 12; visitor += 1) {
    const began = Date.now() - 120 * MINUTE_MS + visitor * MINUTE_MS;
    const who = { distinct_id: `v${visitor}@example.com`, user_id: `v${visitor}@example.com`, session_id: `s${visitor}` };
    for (const [place, name] of ["/pricing", "/schedule"].entries()) {
      const shared = { $page: name, $page_view_id: `${language}-${visitor}-${place}`, $release: visitor < 6 ? "1.0" : "1.1" };
      const add = (event: string, ms: number, properties: object) => events.push({ event, ...who, time: began + place * 20_000 + ms, insert_id: `${language} ${visitor} ${place} ${event} ${ms}`, properties: { ...shared, ...properties } });
      const save = { sel: '[data-px-id="save"]', place: "a", y_mid: 1200, h: 48, exposed_ms: 4000, clicks: 1, first_click_ms: 3000, hesitation_ms: 400, hover_ms: 900 };
      add("$page_summary", 15_000, {
        $part: 0, $elapsed_ms: 15_000, $visible_ms: 15_000, $active_ms: 9000, $view_width: visitor % 4 === 0 ? 390 : 1440, $view_height: 900, $doc_width: 1440, $doc_height: 2400, $depth_px: 1800, $depth: 0.75, $n_clicks: 1,
        bands_ms: Array.from({ length: 20 }, (_, band) => (band < 15 ? 3000 : 0)), elements: [save, { sel: "nav > a.logo", place: "b", y_mid: 40, h: 40, exposed_ms: 9000 }],
        clicks: [{ sel: save.sel, ex: 0.5, ey: 0.5, x: 400 + visitor * 10, y: 1200 }], moves: [[500, 700, 900]], signals: {},
      });
      add("$web_vitals", 15_100, { $lcp_ms: 1800 + visitor * 300, $inp_ms: 120, $cls: 0.05, $fcp_ms: 900, $ttfb_ms: 200, $lcp_selector: "img.hero" });
      if (place === 1 && visitor % 3 === 0) {
        add("$friction", 5000, { $signal: "rage_click", $severity: 1, $selector: save.sel, $duration_ms: 900 });
        add("$friction", 9000, { $signal: "error_click", $severity: 1, $selector: save.sel });
        add("$error", 9100, { $fingerprint: "f1", $kind: "TypeError", $message: "schedule is not a function" });
        add("$failed_request", 9200, { $method: "POST", $url: "/api/schedule", $status: 500 });
      }
      if (place === 1 && visitor % 4 === 1) add("Campaign sent", 17_000, {});
    }
  }
  const reply = await page.request.post("/v1/events", { headers: { Authorization: `Bearer ${me.projects.find((one) => one.id === id)?.write_key}` }, data: events });
  expect(reply.ok(), await reply.text()).toBe(true);
  return `/p/${id}`;
}

test("friction says how much, what and where; heatmaps, speed and errors open to their people", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/reports");
  const home = await site(page, words);
  const people = page.getByRole("complementary").getByRole("link");

  await page.goto(`${home}/friction`);
  const table = await answered(page, words);
  await expect(page.locator("[data-ready]")).toBeVisible();
  await expect(table.getByRole("rowheader", { name: "/schedule" })).toBeVisible();
  await page.getByRole("radiogroup", { name: t("picture.shape") }).getByRole("radio", { name: t("friction.drawn.factors") }).click();
  await expect(page).toHaveURL(/drawn:factors/);
  await page.getByRole("radio", { name: t("friction.tab.elements") }).click();
  await table.getByRole("row").nth(1).getByRole("button").click();
  await expect(people).toHaveCount(4);
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();
  await page.getByRole("button", { name: t("friction.addGoal") }).click();
  await page.getByRole("listbox").getByRole("option", { name: "Campaign sent" }).click();
  await expect(page.getByRole("region", { name: t("friction.conversion.title", { goal: "Campaign sent" }) }).first()).toBeVisible();
  await page.getByRole("button", { name: t("friction.weights") }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(`${t("friction.factor.rage_click")}: ${t("friction.column.points")}`).fill("8");
  await dialog.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(dialog).toHaveCount(0);

  await page.goto(`${home}/heatmaps`);
  await expect(page).toHaveURL(/page/);
  await answered(page, words);
  // Nothing was recorded of it: the sheet is blank and says how to see the page.
  await expect(page.getByText(t("heatmap.backdrop.none"))).toBeVisible();
  const list = page.getByRole("main").getByRole("list");
  await list.getByRole("button", { name: "save" }).first().click();
  await expect(people).toHaveCount(12);
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();
  await page.getByRole("radio", { name: t("heatmap.layer.reach") }).click();
  await expect(page).toHaveURL(/layer:reach/);
  const sheet = page.getByRole("main").getByRole("img").first();
  const box = await sheet.boundingBox();
  if (!box) throw new Error("the page is not drawn");
  await page.mouse.move(box.x + 60, box.y + box.height * 0.4);
  await page.mouse.down();
  await page.mouse.move(box.x + 80, box.y + box.height * 0.6, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/zones/);
  await expect(list.getByRole("button", { name: t("heatmap.zoneName", { n: 1 }) })).toBeVisible();
  await page.getByRole("combobox", { name: t("heatmap.beside") }).selectOption("mobile");
  await expect(page.getByRole("main").getByRole("figure")).toHaveCount(2);

  await page.goto(`${home}/speed`);
  const speed = await answered(page, words);
  await expect(speed.getByRole("rowheader", { name: "/pricing" })).toBeVisible();
  await page.getByRole("radio", { name: "CLS" }).click();
  await expect(page).toHaveURL(/vital:cls/);

  await page.goto(`${home}/errors`);
  const errors = await answered(page, words);
  await errors.getByRole("row").nth(1).getByRole("button").click();
  await expect(people).toHaveCount(4);

  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/friction", "/heatmaps", "/speed", "/errors"]) {
    await page.goto(`${home}${path}`);
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
    await answered(page, words);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
  }
});
