// A user test from the editor to its results: written, published, done by a participant on a page with the real tag, read, watched and noted.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { keyOf } from "./visit.ts";
import { expect, test } from "./words.ts";

test.describe.configure({ mode: "serial", timeout: 120_000 });

const COMES = { timeout: 30_000 };

interface Shop {
  url: string;
  close: () => Promise<void>;
}

/** A shop of two pages, whose styles are not kind. */
async function openShop(server: string, key: string, language: string): Promise<Shop> {
  const html = `<!doctype html><html lang="${language}"><title>Shop</title><style>div,p{color:red!important;font:40px serif!important}</style><h1>Shop</h1><nav><a href="/">Home</a> <a href="/lamps">Lamps</a></nav>
    <script async src="${server}/s/sillage.js" data-key="${key}" data-host="${server}" data-options='{"gatherMs":100}'></script></html>`;
  const site = createServer((_, reply) => reply.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": `default-src 'self' ${server}; style-src 'none'; connect-src ${server}` }).end(html));
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    close: () => {
      site.closeAllConnections();
      return new Promise((done) => site.close(() => done()));
    },
  };
}

const bar = (page: Page) => page.locator("[data-px-widget=test]");
const widget = (page: Page) => page.locator("[data-px-widget=survey]");
const OWN = {
  en: { begin: "Begin", start: "Start", couldNot: "I couldn’t do it", next: "Next", send: "Send", thanks: "Thank you", of: "of" },
  fr: { begin: "Commencer", start: "Démarrer", couldNot: "Je n’y arrive pas", next: "Suivant", send: "Envoyer", thanks: "Merci", of: "sur" },
};

let id = "";
let shop: Shop;

test.afterAll(() => shop?.close());

test("with nothing there, the room teaches and leads on", async ({ page, visit, words: { t } }) => {
  await visit("/user-tests");
  const create = page.getByRole("button", { name: t("userTest.create") });
  await expect(create).toBeVisible();
  await create.click();
  await expect(page.getByLabel(t("userTest.name"))).toBeVisible();
});

test("a test is written, the preview is the bar, and what is missing keeps it from being published", async ({ page, visit, project, baseURL, words: { t, language } }) => {
  shop = await openShop(baseURL ?? "", await keyOf(page, project), language);
  await visit("/user-tests/new");
  await page.getByLabel(t("userTest.name")).fill(`Lamp ${language}`);
  const problems = page.getByRole("region", { name: t("survey.problems") });
  await expect(problems).toContainText(t("userTest.problem.no_url"));
  await expect(page.getByRole("button", { name: t("survey.publish"), exact: true })).toBeDisabled();
  await page.getByLabel(t("userTest.url")).fill(`${shop.url}/`);
  const task = page.getByRole("region", { name: t("userTest.taskNumber", { n: 1 }) });
  for (const [button, title, scenario] of [
    ["English", "Find a lamp", "You want a lamp for your desk. Look at what there is."],
    ["French", "Trouver une lampe", "Vous voulez une lampe de bureau. Regardez ce qu’il y a."],
  ] as const) {
    await page.getByRole("group", { name: t("survey.languages") }).getByRole("button", { name: new Intl.DisplayNames([language], { type: "language" }).of(button === "English" ? "en" : "fr") ?? button, exact: true }).click();
    await task.getByLabel(t("userTest.taskTitle"), { exact: true }).fill(title);
    await task.getByLabel(t("userTest.scenario"), { exact: true }).fill(scenario);
  }
  await task.getByRole("group", { name: t("userTest.success") }).getByLabel(t("survey.pageValue")).fill("/lamps");
  await task.getByRole("button", { name: t("survey.addPage") }).click();
  await task.getByRole("group", { name: t("userTest.path") }).getByLabel(t("survey.pageValue")).fill("/lamps");
  const preview = page.getByRole("region", { name: t("survey.preview") });
  await preview.getByLabel(t("userTest.previewView")).selectOption("task");
  await expect(preview.getByRole("heading", { name: "Trouver une lampe" })).toBeVisible(COMES);
  await preview.getByLabel(t("userTest.previewView")).selectOption("running");
  await expect(preview.getByRole("button", { name: /I couldn’t|Je n’y arrive pas/ })).toBeVisible();
  await expect(problems).toHaveCount(0);
  await page.getByRole("button", { name: t("survey.publish"), exact: true }).click();
  await expect(page.getByText(t("survey.status.running"), { exact: true })).toBeVisible();
  id = /user-tests\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
  expect(id).not.toBe("");
  // The links are there at once.
  await expect(page.getByRole("textbox", { name: t("userTest.invite.site") })).toHaveValue(new RegExp(`^${shop.url}/\\?sillage_test=`));
  await page.getByRole("link", { name: t("userTest.tab.results"), exact: true }).click();
  await expect(page.getByText(t("userTest.noneYet"))).toBeVisible();
});

test("a participant comes by the invitation, and the results, the participant and the recording are there", async ({ page, browser, visit, project, baseURL, words: { t, language } }) => {
  const own = OWN[language];
  const { code } = (await (await page.request.get(`/api/projects/${project}/user-tests/${id}`)).json()) as { code: string };
  const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, storageState: { cookies: [], origins: [] }, locale: language });
  const guest = await context.newPage();
  await guest.goto(`${baseURL ?? ""}/test/${code}`);
  expect(await context.cookies()).toEqual([]);
  await guest.getByRole("link", { name: language === "fr" ? "Aller au test" : "Go to the test" }).click();
  await expect(bar(guest).getByRole("button", { name: own.begin })).toBeVisible(COMES);
  for (const box of await bar(guest).getByRole("checkbox").all()) await box.check();
  // The page's styles stay out.
  expect(await bar(guest).getByRole("heading").evaluate((heading) => getComputedStyle(heading).fontSize)).toBe("19px");
  await bar(guest).getByRole("button", { name: own.begin }).click();
  await bar(guest).getByRole("button", { name: own.start }).click();
  await guest.getByRole("link", { name: "Lamps" }).click();
  await widget(guest).getByRole("radio", { name: new RegExp(`^6 ${own.of} 7`) }).locator("..").click(COMES);
  const rows = widget(guest).getByRole("radiogroup");
  await expect(rows).toHaveCount(10, COMES);
  for (let i = 0; i < 10; i += 1) await rows.nth(i).getByRole("radio").nth(i % 2 ? 1 : 3).locator("..").click();
  await widget(guest).getByRole("button", { name: own.send }).click();
  await expect(bar(guest).getByRole("heading", { name: own.thanks })).toBeVisible();
  await guest.waitForTimeout(4000);
  await context.close();

  await visit(`/user-tests/${id}`);
  await expect(page.getByText(t("userTest.outcome.direct"), { exact: true })).toBeVisible(COMES);
  await expect(page.getByText("75", { exact: true })).toBeVisible();
  await expect(page.getByText(t("userTest.sus.few"))).toBeVisible();
  await expect(page.getByText(t("userTest.expected"))).toBeVisible();

  await page.getByRole("link", { name: t("userTest.tab.participants"), exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: t("userTest.outcome.direct") });
  await expect(row).toContainText(t("userTest.state.completed"));
  await row.getByRole("button", { name: t("userTest.nNotes", { n: 0 }) }).click();
  await page.getByLabel(t("userTest.note"), { exact: true }).fill("Found it at once <b>really</b>");
  await page.getByLabel(t("userTest.noteTags")).fill("navigation, quick");
  await page.getByRole("button", { name: t("userTest.addNote") }).click();
  await expect(page.getByText("Found it at once <b>really</b>")).toBeVisible();
  await expect(page.getByText("quick", { exact: true })).toBeVisible();
  await page.getByTitle(t("action.close"), { exact: true }).click();
  await expect(row.getByRole("button", { name: t("userTest.nNotes", { n: 1 }) })).toBeVisible();
  const file = await (await page.request.get(`/api/projects/${project}/user-tests/${id}/export`)).text();
  expect(file).toContain("/ > /lamps");

  await row.getByRole("link", { name: t("userTest.watchTask") }).click();
  await expect(page).toHaveURL(/recordings\/[^?]+\?instant=/);
  await expect(page.getByText(t("player.missing.title"))).toHaveCount(0);

  await visit(`/user-tests/${id}`);
  await page.getByRole("button", { name: t("survey.pause"), exact: true }).click();
  await expect(page.getByText(t("survey.status.paused"), { exact: true })).toBeVisible();
  const closed = await page.request.get(`/test/${code}`);
  expect(closed.status()).toBe(404);
});
