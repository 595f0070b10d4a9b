// A heatmap over the page as somebody saw it, from a visit with the real tag; two beside each other; and a forged recording behind one.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { hostilePieces } from "./hostile.ts";
import { expect, test } from "./words.ts";
import { keyOf, openSite, visitSite } from "./visit.ts";

test.describe.configure({ mode: "serial", timeout: 120_000 });

/** The page is drawn after the heatmap is, and the replayer comes with the first. */
const DRAWN = { timeout: 30_000 };

const PAGE = "/campaigns/new";
let session = "";

/** Waits until a recording is there to be found. */
async function known(page: Page, project: number, of: string) {
  await expect(async () => expect((await page.request.get(`/api/projects/${project}/recordings/${of}`)).status()).toBe(200)).toPass({ timeout: 30_000 });
}

const heatmapOf = (name: string, view = "") => `/heatmaps?q=${encodeURIComponent(`(kind:heatmap,page:'${name}',range:(last:7,unit:day))`)}${view && `&v=${encodeURIComponent(view)}`}`;

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

  // Pointed at in the list, it lights up where it stands in the page; and the other way round.
  const row = page.getByRole("main").getByRole("list").getByRole("button", { name: "#preview" });
  await row.hover();
  const pointed = page.getByTestId("pointed");
  await expect(pointed).toBeVisible();
  expect(await pointed.getAttribute("data-band")).toBeNull();
  const [mark, seen] = [await pointed.boundingBox(), await inside.locator("#preview").boundingBox()];
  if (!mark || !seen) throw new Error("the button is not drawn");
  for (const side of ["x", "y"] as const) expect(Math.abs(mark[side] - seen[side])).toBeLessThan(6);
  await page.mouse.move(seen.x + seen.width / 2, seen.y + seen.height / 2);
  await expect(row).toHaveAttribute("data-pointed");
  await expect(page.getByRole("status").filter({ hasText: t("heatmap.metric.click_rate") })).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();

  // Figures on every element; a zone drawn over the form.
  await page.getByRole("radio", { name: t("heatmap.layer.elements") }).click();
  await expect(page).toHaveURL(/layer:elements/);
  const box = await inside.locator("#form").boundingBox();
  if (!box) throw new Error("the form is not drawn");
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/zones/);
});

test("another picture, another moment or none; the heatmap stays", { tag: "@en" }, async ({ page, visit, words: { t } }) => {
  await visit(heatmapOf(PAGE));
  await expect(page.locator("[data-drawn]")).toBeVisible(DRAWN);
  await page.getByRole("button", { name: t("heatmap.backdrop.another") }).click();
  await page.getByRole("radio", { name: t("heatmap.backdrop.left") }).click();
  await expect(page).toHaveURL(/moment:left/);
  await expect(page.locator("[data-drawn]")).toBeVisible(DRAWN);
  await page.getByRole("option", { name: t("heatmap.backdrop.blank") }).click();
  await expect(page).toHaveURL(/visit:none/);
  await expect(page.locator("[data-drawn]")).toHaveCount(0);
  await expect(page.getByTestId("backdrop").locator("iframe")).toHaveCount(0);
  await expect(page.getByTestId("heat")).toBeVisible();
});

test("two are compared side by side, and leave as one picture", async ({ page, visit, words: { t } }) => {
  await visit(heatmapOf(PAGE));
  await expect(page.locator("[data-drawn]")).toBeVisible(DRAWN);
  await page.getByRole("combobox", { name: t("heatmap.beside") }).selectOption("people");
  await expect(page.locator("[data-drawn]")).toHaveCount(2, DRAWN);
  await page.getByRole("combobox", { name: t("heatmap.besideDevice") }).selectOption("mobile");
  await expect(page).toHaveURL(/by:people.*device:mobile/);
  await page.getByRole("combobox", { name: t("heatmap.besideDevice") }).selectOption("desktop");
  await expect(page.locator("[data-drawn]")).toHaveCount(2, DRAWN);
  const compared = page.getByRole("region", { name: t("heatmap.difference.title") });
  await expect(compared.getByRole("rowheader", { name: "#preview" })).toBeVisible();
  await compared.getByRole("row", { name: /#preview/ }).getByRole("button").nth(1).click();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();

  await page.getByRole("button", { name: t("action.export"), exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("option", { name: t("action.exportPng") }).click()]);
  const png = await readFile(await file.path());
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  // Twice as wide as two sheets and their margins.
  expect(png.readUInt32BE(16)).toBeGreaterThan(1000);
  await page.getByRole("button", { name: t("heatmap.besideRemove") }).click();
  await expect(page.locator("[data-drawn]")).toHaveCount(1);
});

test("a forged recording behind a heatmap runs nothing and asks for nothing", { tag: "@fr" }, async ({ page, visit, project, words: { t, language } }) => {
  const asked: string[] = [];
  const evil = createServer((request, reply) => {
    asked.push(request.url ?? "");
    reply.writeHead(200, { "access-control-allow-origin": "*" }).end("");
  });
  await new Promise<void>((done) => evil.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  const [name, start, key] = [`heathostile${language}${Date.now()}`, Date.now() - 60_000, await keyOf(page, project)];
  const [piece] = hostilePieces(origin, name, start, 40);
  if (!piece) throw new Error("no piece");
  // The page that the forged recording says it was on.
  const place = "/meta";
  const sent = await page.request.post(`/v1/recordings?key=${key}&session=${name}&document=${piece.document}&seq=0&format=gzip`, { headers: { "Content-Type": "text/plain" }, data: gzipSync(JSON.stringify(piece)) });
  expect(sent.status()).toBe(200);
  const evilSelector = `a:has(img[src="${origin}/selector.png"])`;
  const summary = { $page: place, $page_view_id: name, $part: 0, $elapsed_ms: 2000, $visible_ms: 2000, $active_ms: 900, $view_width: 1100, $view_height: 700, $doc_width: 1100, $doc_height: 900, $depth_px: 700, $depth: 0.8, $n_clicks: 1, bands_ms: [100], elements: [{ sel: evilSelector, place: "a", y_mid: 100, h: 20, exposed_ms: 900, clicks: 1, first_click_ms: 300 }], clicks: [{ sel: evilSelector, ex: 0.5, ey: 0.5, x: 100, y: 100 }], moves: [] };
  const reply = await page.request.post("/v1/events", { headers: { Authorization: `Bearer ${key}` }, data: [{ event: "$page_summary", distinct_id: name, session_id: name, time: start + 2000, insert_id: name, properties: summary }] });
  expect(reply.ok(), await reply.text()).toBe(true);
  page.on("request", (request) => {
    if (request.url().startsWith(origin) || /\?(img|css)$/.test(request.url())) asked.push(request.url());
  });
  await known(page, project, name);
  await visit(heatmapOf(place));
  await expect(page.locator("[data-drawn]")).toBeVisible(DRAWN);
  await page.getByRole("button", { name: t("action.export"), exact: true }).click();
  await Promise.all([page.waitForEvent("download"), page.getByRole("option", { name: t("action.exportPng") }).click()]);
  await page.waitForTimeout(1500);
  await expect(page).toHaveTitle(`${t("heatmap.name", { page: place })} · Sillage`);
  expect(asked).toEqual([]);
  await new Promise((done) => evil.close(done));
});

test("a phone shows it whole", async ({ page, visit }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(heatmapOf(PAGE));
  await expect(page.locator("[data-drawn]")).toBeVisible(DRAWN);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
