// A heatmap over the page as somebody saw it, from a visit with the real tag.
import type { Page } from "@playwright/test";
import { expect, test } from "./words.ts";
import { openSite, visitSite } from "./visit.ts";

test.describe.configure({ mode: "serial", timeout: 120_000 });

/** The page is drawn after the heatmap is, and the replayer comes with the first. */
const DRAWN = { timeout: 30_000 };

const PAGE = "/campaigns/new";
let session = "";

async function keyOf(page: Page, project: number): Promise<string> {
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  return me.projects.find((one) => one.id === project)?.write_key ?? "";
}

/** Waits until a recording is there to be found. */
async function known(page: Page, project: number, of: string) {
  await expect(async () => expect((await page.request.get(`/api/projects/${project}/recordings/${of}`)).status()).toBe(200)).toPass({ timeout: 30_000 });
}

const heatmapOf = (name: string) => `/heatmaps?q=${encodeURIComponent(`(kind:heatmap,page:'${name}',range:(last:7,unit:day))`)}`;

test("the page is shown as it was seen, and marks stand on its elements", async ({ page, browser, visit, project, baseURL, words: { t, language } }) => {
  expect((await page.request.put(`/api/projects/${project}/recording-settings`, { data: { is_on: true, masking: "balanced", keep_days: 30 } })).ok()).toBe(true);
  const site = await openSite(baseURL ?? "", await keyOf(page, project));
  session = await visitSite(browser, site, `heat-${language}-${Date.now()}`);
  await site.close();

  const sheet = page.locator("[data-drawn]");
  await known(page, project, session);
  await visit(heatmapOf(PAGE));
  await expect(sheet).toBeVisible(DRAWN);
  await expect(page.locator(`a[href*="/recordings/${session}"]`).filter({ hasText: t("heatmap.backdrop.watch") })).toBeVisible();
  await expect(page.getByTestId("heat")).toBeVisible();
  const frame = page.getByTestId("backdrop").locator("iframe");
  expect(await frame.getAttribute("sandbox")).toBe("allow-same-origin");
  const inside = page.getByTestId("backdrop").frameLocator("iframe");
  await expect(inside.getByRole("heading", { name: "New campaign" })).toBeAttached();
  // Nothing of what was typed or chosen.
  expect(await inside.locator("[name=audience]").evaluate((field: HTMLSelectElement) => field.selectedIndex)).toBe(0);

  // Pointed at in the list, it lights up where it stands in the page.
  const row = page.getByRole("main").getByRole("list").getByRole("button", { name: "#preview" });
  await row.hover();
  const pointed = page.getByTestId("pointed");
  await expect(pointed).toBeVisible();
  expect(await pointed.getAttribute("data-band")).toBeNull();
  const [mark, seen] = [await pointed.boundingBox(), await inside.locator("#preview").boundingBox()];
  if (!mark || !seen) throw new Error("the button is not drawn");
  for (const side of ["x", "y"] as const) expect(Math.abs(mark[side] - seen[side])).toBeLessThan(6);
});
