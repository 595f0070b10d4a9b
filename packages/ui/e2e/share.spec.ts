// A board goes out by a link: made, opened by somebody without an account, put into another page, and taken back.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { expect, test, type Words } from "./words.ts";

/** Somebody whose browser was never here; every request that is refused is noted. */
async function stranger(browser: Browser, words: Words, more: object = {}): Promise<{ page: Page; refused: string[] }> {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] }, locale: words.language === "fr" ? "fr-FR" : "en-GB", reducedMotion: "reduce", ...more });
  const page = await context.newPage();
  const refused: string[] = [];
  page.on("response", (response) => [401, 403, 500].includes(response.status()) && refused.push(`${response.status()} ${response.url()}`));
  page.on("pageerror", (error) => refused.push(String(error)));
  return { page, refused };
}

async function newBoard(page: Page, project: number, name: string): Promise<string> {
  const range = { last: 90, unit: "day" };
  const sent = { kind: "trend", series: [{ select: { event: "Campaign sent" }, measure: "total" }], interval: "week", range };
  const funnel = { kind: "funnel", steps: [{ event: "Signed up" }, { event: "Campaign sent" }], window: { n: 7, unit: "day" }, range };
  const tiles = [
    { id: "words", width: 12, height: 2, shows: { kind: "text", text: "## For the board\nEvery Monday." } },
    { id: "trend", width: 6, height: 6, title: "Sent", shows: { kind: "question", question: sent, view: {} } },
    { id: "funnel", width: 6, height: 6, title: "First campaign", shows: { kind: "question", question: funnel, view: {} } },
    { id: "sessions", width: 6, height: 4, title: "Visits", shows: { kind: "question", question: { kind: "sessions", range }, view: {} } },
  ];
  const made = await page.request.post(`/api/projects/${project}/boards`, { data: { name, definition: { description: "How we do", tiles } } });
  expect(made.ok()).toBe(true);
  return ((await made.json()) as { id: string }).id;
}

test("a link shows a board to who has no account, until it is revoked", async ({ page, visit, project, words, browser }) => {
  const { t, language } = words;
  const name = `E2E shared ${language} ${Date.now()}`;
  const board = await newBoard(page, project, name);
  await visit(`/boards/${board}`);
  await page.getByRole("button", { name: t("boardLink.share"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("boardLink.name")).fill("Investors");
  await dialog.getByLabel(t("boardLink.lasts")).selectOption("30");
  const [made] = await Promise.all([page.waitForResponse((response) => response.url().endsWith("/links") && response.request().method() === "POST"), dialog.getByRole("button", { name: t("boardLink.create") }).click()]);
  const { token } = (await made.json()) as { token: string };
  const row = dialog.getByRole("listitem").filter({ hasText: "Investors" });
  await expect(row.getByText(t("boardLink.state.open"), { exact: true })).toBeVisible();
  await row.getByRole("button", { name: t("action.share") }).click();
  await expect(page.getByText(t("toast.linkCopied"))).toBeVisible();

  const { page: theirs, refused } = await stranger(browser, words);
  await theirs.goto(`/shared/boards/${token}`);
  await expect(theirs.getByRole("heading", { name, level: 1 })).toBeVisible();
  await expect(theirs.getByRole("heading", { name: "For the board" })).toBeVisible();
  const trend = theirs.locator("section").filter({ has: theirs.getByRole("heading", { name: "Sent" }) });
  await expect(trend.getByRole("img").first()).toBeVisible();
  await expect(theirs.locator("section[data-kind=question] [aria-busy]")).toHaveCount(0);
  // Nothing opens, and nothing leads into the application.
  await expect(theirs.locator("section[data-kind] button:enabled, a[href^='/p/']")).toHaveCount(0);
  await expect(theirs.getByRole("navigation")).toHaveCount(0);
  await theirs.getByRole("button", { name: t("sharedBoard.setRange") }).click();
  await expect(theirs).toHaveURL(/q=\(range:/);
  await theirs.reload();
  await expect(trend.getByRole("img").first()).toBeVisible();
  await theirs.getByRole("button", { name: t("sharedBoard.dark") }).click();
  await expect(theirs.locator("html")).toHaveAttribute("data-theme", "dark");
  expect(await theirs.context().cookies()).toEqual([]);
  expect(refused).toEqual([]);

  await row.getByRole("button", { name: t("boardLink.revoke", { name: "Investors" }) }).click();
  await page.getByRole("dialog").last().getByRole("button", { name: t("boardLink.revokeNow"), exact: true }).click();
  await expect(row.getByText(t("boardLink.state.revoked"), { exact: true })).toBeVisible();
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: t("sharedBoard.gone") })).toBeVisible();
  expect(refused).toEqual([]);
  await theirs.context().close();
});

test("a password is asked for once, and a wrong one is told @en", async ({ page, visit, project, words, browser }) => {
  const { t } = words;
  const board = await newBoard(page, project, `E2E locked ${Date.now()}`);
  await visit(`/boards/${board}`);
  await page.getByRole("button", { name: t("boardLink.share"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("boardLink.withPassword")).check();
  await expect(dialog.getByRole("button", { name: t("boardLink.create") })).toBeDisabled();
  await dialog.getByRole("textbox", { name: t("field.password") }).fill("let me in please");
  const [made] = await Promise.all([page.waitForResponse((response) => response.url().endsWith("/links") && response.request().method() === "POST"), dialog.getByRole("button", { name: t("boardLink.create") }).click()]);
  const { token } = (await made.json()) as { token: string };
  const { page: theirs } = await stranger(browser, words);
  await theirs.goto(`/shared/boards/${token}`);
  await expect(theirs.getByRole("heading", { name: t("sharedBoard.locked") })).toBeVisible();
  await theirs.getByLabel(t("field.password")).fill("open sesame");
  await theirs.getByRole("button", { name: t("sharedBoard.open") }).click();
  await expect(theirs.getByText(t("sharedBoard.wrong"))).toBeVisible();
  await theirs.getByLabel(t("field.password")).fill("let me in please");
  await theirs.getByRole("button", { name: t("sharedBoard.open") }).click();
  await expect(theirs.getByRole("heading", { name: "For the board" })).toBeVisible();
  await theirs.reload();
  await expect(theirs.getByRole("heading", { name: "For the board" })).toBeVisible();
  await theirs.context().close();
});

test("another page shows a board in a frame where its link says so, on a phone too @fr", async ({ page, visit, project, words, browser, baseURL }) => {
  const { t } = words;
  const board = await newBoard(page, project, `E2E embedded ${Date.now()}`);
  await visit(`/boards/${board}`);
  await page.getByRole("button", { name: t("boardLink.share"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("boardLink.mayEmbed")).check();
  await dialog.getByRole("button", { name: t("boardLink.create") }).click();
  await expect(dialog.getByRole("button", { name: t("boardLink.code") })).toBeVisible();
  const { links } = (await (await page.request.get(`/api/projects/${project}/boards/${board}/links`)).json()) as { links: { id: string; token: string }[] };
  const [embeddable] = links;
  const closed = (await (await page.request.post(`/api/projects/${project}/boards/${board}/links`, { data: {} })).json()) as { token: string };
  // A wiki at another origin.
  const wiki = createServer((request, response) => {
    const token = request.url === "/closed" ? closed.token : embeddable?.token;
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>Wiki</title><iframe src="${baseURL}/shared/boards/${token}?embed=1" width="100%" height="700"></iframe>`);
  });
  await new Promise<void>((done) => void wiki.listen(0, "127.0.0.1", done));
  const address = `http://localhost:${(wiki.address() as AddressInfo).port}`;
  const { page: theirs, refused } = await stranger(browser, words, { viewport: { width: 390, height: 844 } });
  await theirs.goto(`${address}/open`);
  const frame = theirs.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "For the board" })).toBeVisible();
  await expect(frame.locator("section[data-kind=question]").getByRole("img").first()).toBeVisible();
  await expect(frame.getByRole("heading", { level: 1 })).toHaveCount(0);
  expect(await theirs.frames()[1]?.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
  expect(refused).toEqual([]);
  await theirs.goto(`${address}/closed`);
  await expect(frame.getByRole("heading", { name: "For the board" })).toHaveCount(0);
  await theirs.context().close();
  wiki.close();
});
