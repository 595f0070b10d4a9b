// A survey on a page of its own, from its tab to its answers: opened, scanned, framed, answered with scripts and without, and through a link for one person.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./words.ts";

test.describe.configure({ mode: "serial", timeout: 90_000 });

const QUESTION = { en: "How likely are you to come back?", fr: "Quelle est la probabilité que vous reveniez ?" };
const WHY = { en: "What would bring you back?", fr: "Qu’est-ce qui vous ferait revenir ?" };
const THANKS = { en: "Thank you for telling us", fr: "Merci de nous l’avoir dit" };
const SEND = { en: "Send", fr: "Envoyer" };
const definition = {
  languages: ["en", "fr"],
  questions: [
    { id: "back", kind: "nps", text: QUESTION, low: { en: "Never", fr: "Jamais" }, high: { en: "Surely", fr: "Sûrement" }, required: true },
    { id: "why", kind: "long", text: WHY },
  ],
  ends: [{ id: "end", title: THANKS }],
  privacy: { link: "consent" },
};
let survey = "";
let slug = "";

async function stranger(browser: Browser, options: object = {}): Promise<Page> {
  return (await browser.newContext({ viewport: { width: 1100, height: 800 }, storageState: { cookies: [], origins: [] }, ...options })).newPage();
}

test("a survey gets an address, a code, a frame and a mail", async ({ page, visit, project, words: { t, language } }) => {
  slug = `come-back-${language}`;
  const made = await page.request.post(`/api/projects/${project}/surveys`, { data: { name: `Come back ${language}`, definition } });
  survey = (await made.json()).id;
  expect((await page.request.post(`/api/projects/${project}/surveys/${survey}/publish`, { data: {} })).status()).toBe(200);
  await visit(`/surveys/${survey}?tab=share`);
  await page.getByLabel(t("survey.share.slug")).fill("Pas possible");
  await page.getByRole("button", { name: t("survey.share.openIt") }).click();
  await expect(page.getByText(t("survey.share.slugProblem"))).toBeVisible();
  await page.getByLabel(t("survey.share.slug")).fill(slug);
  await page.getByRole("button", { name: t("survey.share.openIt") }).click();
  await expect(page.getByLabel(t("survey.share.address"))).toContainText(`/survey/${slug}`);
  const code = page.getByRole("img", { name: new RegExp(slug) });
  await expect(code).toBeVisible();
  await expect.poll(() => code.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
  for (const kind of ["SVG", "PNG"]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: kind, exact: true }).click()]);
    expect(file.suggestedFilename()).toBe(`${slug}.${kind.toLowerCase()}`);
  }
  await expect(page.getByLabel(t("survey.share.frame"))).toContainText(`/survey/${slug}?embed`);
  // The languages are as wide as their names.
  expect((await page.getByRole("radiogroup", { name: t("survey.share.language") }).boundingBox())?.width).toBeLessThan(200);
  await expect(page.frameLocator(`iframe[title="${t("survey.share.mailPreview")}"]`).getByRole("link", { name: "10" })).toBeVisible();
});

test("it is answered with scripts: a click goes on, and nothing is stored on the device", async ({ browser, baseURL, words: { language } }) => {
  const page = await stranger(browser, { locale: language });
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await page.goto(`${baseURL}/survey/${slug}`);
  await expect(page.getByRole("heading", { name: QUESTION[language] })).toBeVisible();
  expect(await page.context().cookies()).toEqual([]);
  await page.waitForTimeout(500);
  await page.getByRole("radio", { name: /^3 / }).click();
  await expect(page.getByRole("heading", { name: WHY[language] })).toBeVisible();
  // Left and come back to.
  await page.reload();
  await page.getByRole("textbox").fill(`Fewer steps 🐌 <b>${language}</b>`);
  await page.waitForTimeout(500);
  await page.getByRole("button", { name: SEND[language] }).click();
  await expect(page.getByRole("heading", { name: THANKS[language] })).toBeVisible();
  expect(await page.context().cookies()).toEqual([]);
  expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
  expect(wrong).toEqual([]);
  await page.context().close();
});

test("it is answered without scripts, with a keyboard, on a phone", async ({ browser, baseURL, words: { language } }) => {
  const page = await stranger(browser, { javaScriptEnabled: false, locale: language, viewport: { width: 390, height: 780 }, colorScheme: "dark" });
  await page.goto(`${baseURL}/survey/${slug}`);
  await page.waitForTimeout(500);
  await page.getByRole("radio").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: WHY[language] })).toBeVisible();
  await page.waitForTimeout(500);
  await page.getByRole("button", { name: language === "fr" ? "Passer" : "Skip" }).click();
  await expect(page.getByRole("heading", { name: THANKS[language] })).toBeVisible();
  await page.context().close();
});

test("an answer of a mail is one click, and a frame tells the page around it", async ({ browser, baseURL, words: { language } }) => {
  const page = await stranger(browser, { locale: language });
  await page.goto(`${baseURL}/survey/${slug}?back=9&go`);
  await expect(page.getByRole("heading", { name: WHY[language] })).toBeVisible();

  const html = `<!doctype html><title>Shop</title><iframe src="${baseURL}/survey/${slug}?embed" width="700" height="300"></iframe>
    <ol></ol><script>addEventListener("message", (message) => { if (message.data.source === "sillage-survey") document.querySelector("ol").append(message.data.event + " ") })</script>`;
  const site = createServer((_, reply) => reply.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html));
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  const frame = page.frameLocator("iframe");
  await page.waitForTimeout(500);
  await frame.getByRole("radio", { name: /^8 / }).click();
  await expect(frame.getByRole("heading", { name: WHY[language] })).toBeVisible();
  await page.waitForTimeout(500);
  await frame.getByRole("button", { name: language === "fr" ? "Passer" : "Skip" }).click();
  await expect(page.locator("ol")).toContainText("completed");
  await expect(page.locator("ol")).toContainText("height");
  site.closeAllConnections();
  await new Promise((done) => site.close(done));
  await page.context().close();
});

test("a link for one person ties the answer to them, once", async ({ page, browser, visit, words: { t, language } }) => {
  await visit(`/surveys/${survey}?tab=share`);
  await page.getByLabel(t("survey.share.people")).fill(`user_id\nchurned-${language}\n`);
  await page.getByRole("button", { name: t("survey.share.makeLinks", { n: 1, shown: "1" }) }).click();
  const link = (await page.getByLabel(t("survey.share.links"), { exact: true }).textContent()) ?? "";
  expect(link).toContain(`/survey/${slug}?k=`);
  const person = await stranger(browser, { locale: language });
  await person.goto(link);
  await person.waitForTimeout(500);
  await person.getByRole("radio", { name: /^1 / }).click();
  await expect(person.getByRole("textbox")).toBeVisible();
  await person.waitForTimeout(500);
  await person.getByRole("textbox").fill(`Too dear ${language}`);
  await person.getByRole("button", { name: SEND[language] }).click();
  await expect(person.getByRole("heading", { name: THANKS[language] })).toBeVisible();
  await person.goto(link);
  await expect(person.getByRole("heading", { name: language === "fr" ? "Vous avez déjà répondu" : "You have answered already" })).toBeVisible();
  await person.context().close();
});

test("every answer stands in the results", async ({ page, visit, words: { t, language } }) => {
  await visit(`/surveys/${survey}`);
  await expect(page.getByText(`Fewer steps 🐌 <b>${language}</b>`)).toBeVisible();
  await page.getByRole("link", { name: t("survey.tab.answers"), exact: true }).click();
  await expect(page.getByRole("row").filter({ hasText: `Too dear ${language}` })).toContainText(`churned-${language}`);
});

test("administrators see how mail is set", async ({ page, visit, words: { t } }) => {
  await visit("/settings/mail");
  await expect(page.getByRole("heading", { name: t("mail.title") })).toBeVisible();
  await expect(page.getByText(t("mail.off"))).toBeVisible();
});
