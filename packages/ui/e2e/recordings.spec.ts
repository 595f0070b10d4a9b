import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { hostilePieces, type Piece } from "./hostile.ts";
import { expect, test } from "./words.ts";
import { keyOf, openSite, visitSite } from "./visit.ts";

test.describe.configure({ mode: "serial" });

/** What the page's own script throws when its server refuses. */
const THROWN = "the campaign was not sent";

let session = "";
let user = "";

/** Puts a piece through the door that everybody's browsers send to. */
async function send(page: Page, key: string, piece: Piece) {
  const { session: of, document, seq } = piece;
  return page.request.post(`/v1/recordings?key=${key}&session=${of}&document=${document}&seq=${seq}&format=gzip`, { headers: { "Content-Type": "text/plain" }, data: gzipSync(JSON.stringify(piece)) });
}

const listOf = (person: string) => `/recordings?q=${encodeURIComponent(`(kind:recordings,range:(last:7,unit:day),where:!((field:person,op:is,value:'${person}')))`)}`;

test("a visit with the tag is found in the list and plays", async ({ page, browser, visit, project, baseURL, words: { t, language } }) => {
  user = `visitor-${language}-${Date.now()}`;
  // As strictly as the site asks for, so that its headings can be read.
  expect((await page.request.put(`/api/projects/${project}/recording-settings`, { data: { is_on: true, masking: "balanced", keep_days: 30 } })).ok()).toBe(true);
  const site = await openSite(baseURL ?? "", await keyOf(page, project));
  session = await visitSite(browser, site, user);
  await site.close();
  expect(session).not.toBe("");

  await expect(async () => {
    await visit(listOf(user));
    await expect(page.locator(`[data-row="${session}"]`)).toBeVisible({ timeout: 3000 });
  }).toPass({ timeout: 20_000 });
  await expect(page.locator(`[data-row="${session}"]`)).toContainText("/campaigns/new");
  // The chosen one plays beside the list.
  await expect(page.getByRole("complementary", { name: t("recordings.preview") }).locator("iframe")).toBeVisible();
  await page.locator(`[data-row="${session}"]`).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/recordings/${session}`));
  await expect(page.locator("[data-testid=player][data-drawn]")).toBeVisible();
  const frame = page.getByRole("img", { name: t("player.screen") }).frameLocator("iframe").first();
  await expect(frame.getByRole("heading", { name: "Campaigns" })).toBeAttached();
  // Nothing runs in it.
  expect(await page.getByRole("img", { name: t("player.screen") }).locator("iframe").first().getAttribute("sandbox")).toBe("allow-same-origin");

  const happened = page.getByRole("complementary", { name: t("player.happened") });
  await expect(happened.getByRole("button", { name: new RegExp(t("signal.rage_click")) })).toBeVisible();
  await happened.getByRole("searchbox").fill("E2E gave");
  await happened.getByRole("button", { name: /E2E gave up/ }).click();
  await expect(frame.getByRole("heading", { name: "New campaign" })).toBeAttached();
  await expect(page).toHaveURL(/t=\d+/);
  await happened.getByRole("tab", { name: new RegExp(t("player.tab.network")) }).click();
  await expect(happened.getByText("/api/campaigns")).toBeVisible();
});

test("it is played from the keyboard, and what was watched is marked", async ({ page, visit, words: { t } }) => {
  await visit(`/recordings/${session}`);
  await expect(page.locator("[data-testid=player][data-drawn]")).toBeVisible();
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: t("player.play"), exact: true })).toBeVisible();
  await page.keyboard.press("]");
  await expect(page).toHaveURL(/t=\d+/);
  const at = async () => Number(await page.getByRole("slider", { name: t("player.position") }).getAttribute("aria-valuemax"));
  expect(await at()).toBeGreaterThan(3);
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(/t=0/);
  // It is marked on the screen before the server knows; whoever leaves in between would not find it.
  const kept = page.waitForResponse((response) => response.url().includes("/watched") && response.ok());
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: t("player.watched"), exact: true })).toBeVisible({ timeout: 15_000 });
  await kept;
  await visit(listOf(user));
  await expect(page.locator(`[data-row="${session}"][data-watched]`)).toBeVisible();
});

test("filters narrow the list and stay in the address; a list is saved and found again", async ({ page, visit, words: { t, language } }) => {
  const name = `E2E list ${language} ${Date.now()}`;
  await visit(listOf(user));
  await expect(page.locator(`[data-row="${session}"]`)).toBeVisible();
  await page.getByRole("button", { name: t("recordings.addFilter"), exact: true }).click();
  await page.getByRole("combobox", { name: t("recordings.findFilter") }).fill(t("recordings.field.duration"));
  await page.keyboard.press("Enter");
  await page.getByRole("spinbutton").fill("3000");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page.getByText(t("recordings.none.title"))).toBeVisible();
  await expect(page).toHaveURL(/duration_seconds/);
  await page.getByRole("button", { name: new RegExp(`^${t("recordings.field.duration")}`) }).first().click();
  await page.getByRole("spinbutton").fill("2");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page.locator(`[data-row="${session}"]`)).toBeVisible();
  await page.getByRole("combobox", { name: t("recordings.sort") }).selectOption("most_rage");
  await expect(page).toHaveURL(/most_rage/);
  await page.getByRole("button", { name: t("recordings.saveList") }).click();
  await page.getByRole("dialog").getByRole("textbox").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
  await visit("/reports");
  await page.getByRole("link", { name: new RegExp(name) }).click();
  await expect(page).toHaveURL(/\/recordings\?r=/);
  await expect(page.locator(`[data-row="${session}"]`)).toBeVisible();
  await page.getByRole("button", { name: t("recordings.removeList") }).click();
  await expect(page.getByRole("heading", { level: 1, name: t("room.recording") })).toBeVisible();
});

test("a certain error and where a visit came from narrow the list", { tag: "@fr" }, async ({ page, visit, words: { t } }) => {
  await visit(listOf(user));
  const add = async (label: string) => {
    await page.getByRole("button", { name: t("recordings.addFilter"), exact: true }).click();
    await page.getByRole("combobox", { name: t("recordings.findFilter") }).fill(label);
    await page.keyboard.press("Enter");
  };
  await add(t("recordings.field.error"));
  await page.getByRole("combobox", { name: t("recordings.findError") }).fill(THROWN);
  await page.getByRole("option", { name: new RegExp(THROWN) }).first().click();
  await expect(page).toHaveURL(/fingerprint/);
  await expect(page.locator(`[data-row="${session}"]`)).toBeVisible();
  await add(t("property.language"));
  await expect(page.getByText(t("property.language"), { exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
});

test("a note stays at its moment; a link shows the recording to others until it is taken back", async ({ page, browser, visit, words }) => {
  const { t } = words;
  await visit(`/recordings/${session}?t=2`);
  await expect(page.locator("[data-testid=player][data-drawn]")).toBeVisible();
  await page.keyboard.press("n");
  await page.getByRole("textbox", { name: t("note.text") }).fill("The preview does nothing");
  await page.getByRole("button", { name: t("note.tag.problem"), exact: true }).click();
  const kept = page.waitForResponse((response) => response.request().method() === "POST" && response.url().includes("/notes") && response.ok());
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  const happened = page.getByRole("complementary", { name: t("player.happened") });
  await expect(happened.getByText("The preview does nothing")).toBeVisible();
  await kept;
  await page.reload();
  await happened.getByRole("tab", { name: new RegExp(t("player.tab.notes")) }).click();
  await expect(happened.getByText("The preview does nothing")).toBeVisible();

  await page.getByRole("button", { name: t("player.share"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: t("share.create") }).click();
  const link = (await dialog.getByText(/\/shared\/recordings\//).innerText()).trim();
  const stranger = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  const other = await stranger.newPage();
  await other.addInitScript((language) => localStorage.setItem("sillage.language", language), words.language);
  await other.goto(link);
  await expect(other.getByRole("heading", { name: t("share.page") })).toBeVisible();
  await expect(other.locator("[data-testid=player][data-drawn]")).toBeVisible();
  await expect(other.getByText("The preview does nothing")).toHaveCount(0);
  await expect(other.getByText(user)).toHaveCount(0);
  await dialog.getByRole("button", { name: t("share.revoke") }).click();
  await expect(dialog.getByText(t("share.over"))).toBeVisible();
  await other.reload();
  await expect(other.getByText(t("share.gone.title"))).toBeVisible();
  await stranger.close();
});

test("a number opens its recordings, at the moment that made it count", async ({ page, visit, words: { t } }) => {
  const question = `(kind:funnel,steps:!((event:'$pageview'),(event:'E2E gave up')),window:(n:1,unit:day),range:(last:7,unit:day))`;
  await visit(`/funnels?q=${encodeURIComponent(question)}`);
  // The people of the last step: those who gave up.
  await page.getByRole("region", { name: t("report.table"), exact: true }).locator("tbody tr").last().getByRole("button").filter({ hasText: /^[1-9]/ }).first().click();
  const panel = page.locator("aside").filter({ has: page.getByRole("tablist") });
  await panel.getByRole("tab", { name: t("room.recording") }).click();
  const line = panel.locator(`a[href*="${session}"]`);
  await expect(line).toBeVisible();
  await expect(line).toContainText(t("recordings.momentAt", { at: "0:0" }).slice(0, -3));
  await line.click();
  await expect(page).toHaveURL(new RegExp(`/recordings/${session}.*t=`));
  await expect(page.locator("[data-testid=player][data-drawn]")).toBeVisible();
});

test("a person's session leads to its recording", async ({ page, visit, words: { t } }) => {
  await visit(`/people/${encodeURIComponent(user)}`);
  await page.getByRole("link", { name: t("person.watch") }).first().click();
  await expect(page).toHaveURL(new RegExp(`/recordings/${session}`));
});

test("a forged recording runs nothing, asks for nothing, and says so", { tag: "@en" }, async ({ page, visit, project, words: { t, language } }) => {
  const asked: string[] = [];
  const evil = createServer((request, reply) => {
    asked.push(request.url ?? "");
    reply.writeHead(200, { "access-control-allow-origin": "*" }).end("");
  });
  await new Promise<void>((done) => evil.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  const name = `hostile${language}${Date.now()}`;
  const [piece] = hostilePieces(origin, name, Date.now() - 60_000, 40);
  const sent = await send(page, await keyOf(page, project), piece as Piece);
  expect(sent.status()).toBe(200);
  page.on("request", (request) => {
    if (request.url().startsWith(origin) || /\?(img|css)$/.test(request.url())) asked.push(request.url());
  });
  await expect(async () => {
    await visit(`/recordings/${name}`);
    await expect(page.locator("[data-testid=player][data-drawn]")).toBeVisible({ timeout: 5000 });
  }).toPass({ timeout: 30_000 });
  await page.waitForTimeout(4000);
  await expect(page).toHaveTitle(`${t("player.title")} · Sillage`);
  // The viewer still answers, and says that something was wrong.
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(/t=0/);
  await expect(page.getByRole("region", { name: t("player.problems") })).toBeVisible();
  expect(asked).toEqual([]);
  await new Promise((done) => evil.close(done));
});

test("a page whose first snapshot did not arrive says so, and is seen from the next one on", { tag: "@fr" }, async ({ page, visit, project, words: { t, language } }) => {
  const start = Date.now() - 60_000;
  const name = `headless${language}${start}`;
  const move = (ms: number) => ({ type: 3, timestamp: start + ms, data: { source: 1, positions: [{ x: 100 + ms / 50, y: 100, id: 5, timeOffset: 0 }] } });
  const node = { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: "html", attributes: {}, childNodes: [{ type: 2, id: 3, tagName: "head", attributes: {}, childNodes: [] }, { type: 2, id: 4, tagName: "body", attributes: {}, childNodes: [{ type: 2, id: 5, tagName: "h1", attributes: { "data-px-unmask": "" }, childNodes: [{ type: 3, id: 6, textContent: "Here it is" }] }] }] }] };
  const whole = [{ type: 4, timestamp: start + 40_000, data: { href: "http://site/late", width: 900, height: 600 } }, { type: 2, timestamp: start + 40_001, data: { node, initialOffset: { top: 0, left: 0 } } }];
  const piece = (seq: number, events: object[], t0: number, t1: number): Piece => ({ v: 1, session: name, document: "late000001", tab: "latetab", device: "latedevice", seq, t0: start + t0, t1: start + t1, sent_at: start + t1, profile: { level: "open", hash: "late", recorder: "rrweb-2.1.6" }, events });
  const key = await keyOf(page, project);
  expect((await send(page, key, piece(1, Array.from({ length: 60 }, (_, i) => move(i * 500)), 0, 29_500))).ok()).toBe(true);
  expect((await send(page, key, piece(2, [...whole, move(41_000), move(45_000)], 40_000, 45_000))).ok()).toBe(true);
  await expect(async () => {
    await visit(`/recordings/${name}`);
    await expect(page.getByText(t("player.blank.noSnapshot"))).toBeVisible({ timeout: 3000 });
  }).toPass({ timeout: 20_000 });
  await page.getByRole("button", { name: t("player.blank.seenFrom", { at: "0:40" }) }).click();
  await expect(page.getByRole("img", { name: t("player.screen") }).frameLocator("iframe").first().getByRole("heading", { name: "Here it is" })).toBeAttached();
  await page.getByRole("region", { name: t("player.problems") }).getByRole("button").click();
  await expect(page.getByRole("region", { name: t("player.problems") }).getByRole("listitem").filter({ hasText: t("player.problem.missing_pieces") })).toHaveCount(1);
});

test("a jump shows the page as it was at that moment, forwards and backwards", { tag: "@fr" }, async ({ page, visit, project, words: { t, language } }) => {
  const start = Date.now() - 60_000;
  const name = `jumps${language}${start}`;
  const element = (id: number, tagName: string, attributes: object, childNodes: object[] = []) => ({ type: 2, id, tagName, attributes, childNodes });
  const text = (id: number, textContent: string) => ({ type: 3, id, textContent });
  const body = element(5, "body", { "data-px-unmask": "" }, [element(6, "h1", {}, [text(7, "One")]), element(8, "dialog", {}, [text(9, "Sure?")]), element(10, "div", { style: "height: 4000px" })]);
  const node = { type: 0, id: 1, childNodes: [element(2, "html", {}, [element(3, "head", {}), body])] };
  const at = (ms: number, data: object) => ({ type: 3, timestamp: start + ms, data });
  const change = (ms: number, what: object) => at(ms, { source: 0, texts: [], attributes: [], removes: [], adds: [], ...what });
  const scroll = (ms: number, y: number) => at(ms, { source: 3, id: 1, x: 0, y });
  const events = [
    { type: 4, timestamp: start, data: { href: "http://site/jumps", width: 900, height: 600 } },
    { type: 2, timestamp: start + 1, data: { node, initialOffset: { top: 0, left: 0 } } },
    change(8_000, { texts: [{ id: 7, value: "Two" }], adds: [{ parentId: 5, nextId: 8, node: element(20, "p", {}) }, { parentId: 20, nextId: null, node: text(21, "Came") }] }),
    scroll(9_000, 900),
    scroll(10_000, 400),
    change(18_000, { attributes: [{ id: 8, attributes: { open: "", rr_open_mode: "modal" } }] }),
    change(28_000, { texts: [{ id: 7, value: "Three" }], removes: [{ parentId: 5, id: 20 }], attributes: [{ id: 8, attributes: { open: null, rr_open_mode: null } }] }),
    scroll(29_000, 0),
    at(40_000, { source: 1, positions: [{ x: 100, y: 100, id: 5, timeOffset: 0 }] }),
  ];
  const piece: Piece = { v: 1, session: name, document: "jumps00001", tab: "jumpstab", device: "jumpsdevice", seq: 0, t0: start, t1: start + 40_000, sent_at: start + 40_000, profile: { level: "open", hash: "jumps", recorder: "rrweb-2.1.6" }, events };
  expect((await send(page, await keyOf(page, project), piece)).ok()).toBe(true);
  await visit(`/recordings/${name}`);
  await expect(page.locator("[data-testid=player][data-drawn]")).toBeVisible();
  await page.keyboard.press("Space");
  const slider = page.getByRole("slider", { name: t("player.position") });
  const box = (await slider.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const seen = () =>
    page.evaluate(() => {
      const inside = [...document.querySelectorAll<HTMLIFrameElement>("[data-testid=player] iframe")].at(-1)?.contentDocument;
      return [inside?.querySelector("h1")?.textContent, inside?.querySelectorAll("p").length, inside?.defaultView?.scrollY, inside?.querySelectorAll("dialog[open]:modal").length];
    });
  for (const [second, expected] of [[12, ["Two", 1, 400, 0]], [23, ["Two", 1, 400, 1]], [35, ["Three", 0, 0, 0]], [14, ["Two", 1, 400, 0]], [4, ["One", 0, 0, 0]], [36, ["Three", 0, 0, 0]], [24, ["Two", 1, 400, 1]]] as const) {
    await page.mouse.click(box.x + (box.width * second) / 40, box.y + box.height / 2);
    await expect.poll(seen, { message: `at second ${second}` }).toEqual([...expected]);
  }
});

test("the list and the player fit a phone", async ({ page, visit, words: { t } }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [listOf(user), `/recordings/${session}`]) {
    await visit(path);
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
    await page.waitForTimeout(1000);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
  }
  await expect(page.getByRole("button", { name: t("player.pause") })).toBeVisible();
});

test("a recording is deleted after one was asked, and is gone", async ({ page, visit, words: { t } }) => {
  await visit(`/recordings/${session}`);
  await page.getByRole("button", { name: t("recordings.remove.action") }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page).toHaveURL(/\/recordings(\?|$)/);
  await visit(`/recordings/${session}`);
  await expect(page.getByText(t("player.missing.title"))).toBeVisible();
});
