// A survey from a template to its results: made, published, shown by the real tag on a page, answered with a pointer and with a keyboard, read, and explained.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "@playwright/test";
import { ANY, BANK } from "../src/rooms/survey/bank.ts";
import { TEMPLATES } from "../src/rooms/survey/templates.ts";
import { draftOf } from "../src/rooms/survey/draft.ts";
import { keyOf } from "./visit.ts";
import { expect, test } from "./words.ts";

test.describe.configure({ mode: "serial", timeout: 120_000 });

/** The tag is loaded, waits for an idle moment, asks what runs, and waits as long as the survey says. */
const COMES = { timeout: 30_000 };

const ease = TEMPLATES.find((one) => one.id === "task-ease");
let survey = "";

interface Shop {
  origin: string;
  url: string;
  close: () => Promise<void>;
}

async function openShop(server: string, key: string, language: string, consent: object): Promise<Shop> {
  const options = { consent: { analytics: true, ...consent }, gatherMs: 100 };
  const html = `<!doctype html><html lang="${language}"><title>Shop</title><style>div{color:red!important;font:40px serif!important}</style><h1>Order</h1><p>Placed.</p>
    <script async src="${server}/s/sillage.js" data-key="${key}" data-host="${server}" data-options='${JSON.stringify(options)}'></script></html>`;
  const site = createServer((_, reply) => reply.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": `default-src 'self' ${server}; style-src 'none'; connect-src ${server}` }).end(html));
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}/order/placed`,
    close: () => {
      site.closeAllConnections();
      return new Promise((done) => site.close(() => done()));
    },
  };
}

async function visitor(browser: Browser, shop: Shop): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 700 }, storageState: { cookies: [], origins: [] } });
  const page = await context.newPage();
  await page.goto(shop.url);
  return page;
}

const widgetOf = (page: Page) => page.locator("[data-px-widget=survey]");
const SCORE = { en: /^2 of 5/, fr: /^2 sur 5/ };

test("every template can be published as it is", async ({ page, project }) => {
  expect(TEMPLATES.length).toBeGreaterThan(25);
  for (const { id, definition } of TEMPLATES) {
    const reply = await page.request.post(`/api/projects/${project}/surveys/check`, { data: { definition } });
    expect(reply.status(), `${id}: ${await reply.text()}`).toBe(200);
    expect((await reply.json()).problems, id).toEqual([]);
  }
});

test("a goal in somebody's words becomes a draft that can be published", async ({ page, visit, project, words: { t, language } }) => {
  for (const topic of [...BANK, ANY]) {
    for (const goal of [topic.words.en, topic.words.fr]) {
      const reply = await page.request.post(`/api/projects/${project}/surveys/check`, { data: { definition: draftOf(goal).definition } });
      expect(reply.status(), `${topic.id}: ${await reply.text()}`).toBe(200);
      expect((await reply.json()).problems, topic.id).toEqual([]);
    }
  }
  await visit("/surveys");
  await page.getByRole("button", { name: t("survey.create") }).click();
  await page.getByLabel(t("survey.writer")).fill(language === "fr" ? "Pourquoi quitte-t-on « Audience » ?" : "Why do people leave “Audience”?");
  await expect(page.getByRole("dialog").getByRole("listitem").filter({ hasText: "Audience" })).not.toHaveCount(0);
  await page.getByRole("button", { name: t("survey.writerTake") }).click();
  await expect(page.getByRole("region", { name: t("survey.preview") }).getByRole("heading", { name: /Audience/ })).toBeVisible(COMES);
});

test("a template becomes a survey, and the preview is the widget", async ({ page, visit, words: { t, language } }) => {
  await visit("/surveys");
  await page.getByRole("button", { name: t("survey.create") }).click();
  await page.getByRole("button", { name: ease?.name[language] }).click();
  const preview = page.getByRole("region", { name: t("survey.preview") });
  await expect(preview.getByRole("heading", { name: ease?.definition.questions[0]?.text?.[language] })).toBeVisible(COMES);
  // The preview goes on as the page does.
  await preview.getByText("5", { exact: true }).click();
  await expect(preview.getByRole("heading", { name: ease?.definition.questions[1]?.text?.[language] })).toBeVisible();

  const name = page.getByLabel(t("survey.name"));
  await name.fill(`${ease?.name[language]} ${language}`);
  // What is wrong is said where it is, and keeps it from being published.
  await page.getByRole("button", { name: new RegExp(ease?.definition.questions[1]?.text?.[language] ?? "") }).click();
  const question = page.getByRole("textbox", { name: t("survey.text"), exact: true });
  await question.fill("");
  const problems = page.getByRole("region", { name: t("survey.problems") });
  await expect(problems).toContainText(t("survey.problem.text_missing", { language }));
  await expect(page.getByRole("button", { name: t("survey.publish"), exact: true })).toBeDisabled();
  await question.fill(ease?.definition.questions[1]?.text?.[language] ?? "");
  await expect(problems).toHaveCount(0);
  await page.getByRole("button", { name: t("survey.publish"), exact: true }).click();
  await expect(page.getByText(t("survey.status.running"), { exact: true })).toBeVisible();
  survey = /surveys\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
  expect(survey).not.toBe("");
  await expect(page.getByText(t("survey.noAnswers"))).toBeVisible();
});

test("a page shows it, an answer is an event and leads to its person", async ({ page, browser, visit, project, baseURL, words: { t, language } }) => {
  const shop = await openShop(baseURL ?? "", await keyOf(page, project), language, { surveysLink: true, profiles: true });
  const shopper = await visitor(browser, shop);
  const widget = widgetOf(shopper);
  await expect(widget.getByRole("heading", { name: ease?.definition.questions[0]?.text?.[language] })).toBeVisible(COMES);
  // The page's styles stay out.
  expect(await widget.getByRole("heading").evaluate((heading) => getComputedStyle(heading).fontSize)).toBe("17px");
  await widget.getByRole("radio", { name: SCORE[language] }).locator("..").click();
  await widget.getByRole("textbox").fill("Too many steps 🐌 <b>really</b>");
  await widget.getByRole("button", { name: language === "fr" ? "Envoyer" : "Send" }).click();
  await expect(widget.getByRole("heading", { name: language === "fr" ? "Merci" : "Thank you" })).toBeVisible();
  const device = await shopper.evaluate(() => (window as unknown as { sillage: { ids: () => { device: string } } }).sillage.ids().device);
  await shopper.waitForTimeout(1000);
  // Answered: it does not come back.
  await shopper.reload();
  await shopper.waitForTimeout(6000);
  await expect(widgetOf(shopper)).toHaveCount(0);
  await shopper.context().close();
  await shop.close();

  const asked = await page.request.post(`/api/projects/${project}/query`, { data: { kind: "timeline", person: `$device:${device}`, events: ["$survey_shown", "$survey_answered", "$survey_completed"] } });
  const { events } = (await asked.json()).answer as { events: { event: string; properties: Record<string, unknown> }[] };
  expect(events.map((event) => event.event).toSorted()).toEqual(["$survey_answered", "$survey_answered", "$survey_completed", "$survey_shown"]);
  expect(events.find((event) => event.properties.$question === "score")?.properties).toMatchObject({ $score: 2, $survey: survey, $survey_language: language, $next: "why" });

  await visit(`/surveys/${survey}`);
  await expect(page.getByText("2 / 5")).toBeVisible();
  await expect(page.getByText("Too many steps 🐌 <b>really</b>")).toBeVisible();
  await page.getByRole("link", { name: t("survey.tab.answers"), exact: true }).click();
  const row = page.getByRole("row").filter({ hasText: "Too many steps" });
  await expect(row.getByRole("link", { name: t("survey.visitor") })).toBeVisible();
  await expect(row).toContainText(t("survey.whole"));
  const file = await (await page.request.get(`/api/projects/${project}/surveys/${survey}/responses.csv?language=${language}`)).text();
  expect(file).toContain("Too many steps 🐌 <b>really</b>");

  await page.getByRole("link", { name: t("survey.tab.why") }).click();
  await page.getByLabel(t("survey.whyPerson")).fill(`$device:${device}`);
  await page.getByRole("button", { name: t("survey.whyAsk") }).click();
  await expect(page.getByText(t("survey.reason.answered"))).toBeVisible();
});

test("with a keyboard, and without leave to link, an answer names nobody", { tag: "@en" }, async ({ page, browser, project, baseURL, words: { language } }) => {
  const shop = await openShop(baseURL ?? "", await keyOf(page, project), language, {});
  const shopper = await visitor(browser, shop);
  const widget = widgetOf(shopper);
  await expect(widget.getByRole("checkbox")).not.toBeChecked(COMES);
  await widget.getByRole("radio").first().focus();
  // The arrow keys pass over the scores and choose none for good.
  for (let i = 0; i < 3; i += 1) await shopper.keyboard.press("ArrowRight");
  await shopper.waitForTimeout(500);
  await expect(widget.getByRole("radio")).toHaveCount(5);
  await shopper.keyboard.press("Enter");
  await expect(widget.getByRole("textbox")).toBeFocused();
  await shopper.keyboard.press("Escape");
  await expect(widget).toHaveCount(0);
  await shopper.waitForTimeout(1000);
  await shopper.context().close();
  await shop.close();
  const reply = await page.request.post(`/api/projects/${project}/surveys/${survey}/responses`, { data: { limit: 10 } });
  const { responses } = (await reply.json()) as { responses: { person: string | null; session: string | null; completed: boolean; at: string; answers: Record<string, { score: number }> }[] };
  const unnamed = responses.find((response) => response.person === null);
  expect(unnamed).toMatchObject({ session: null, completed: false, answers: { score: { score: 4 } } });
  // The day, not the time.
  expect(unnamed?.at).toMatch(/T00:00:00/);
  // Stopped, so that no other test meets it.
  expect((await page.request.put(`/api/projects/${project}/surveys/${survey}/status`, { data: { status: "paused" } })).ok()).toBe(true);
});

test("what people wrote becomes themes, which the team corrects", async ({ page, visit, project, words: { t, language } }) => {
  const key = await keyOf(page, project);
  const said = [
    ["Too slow", 1],
    ["The editor is slow", 2],
    ["C’est lent", 1],
    ["Pages take forever to load", 2],
    ["Ça rame, trop lent", 1],
    ["Lovely templates", 5],
    ["Great templates, thanks", 5],
    ["Les modèles sont superbes", 5],
    ["Beautiful templates", 4],
    ["Too expensive for us", 2],
    ["Trop cher", 2],
    ["A little expensive", 3],
  ] as const;
  const events = said.flatMap(([text, score], i) =>
    [{ $question: "score", $question_kind: "ces", $score: score }, { $question: "why", $question_kind: "long", $answer: text }].map((own, n) => ({
      event: "$survey_answered",
      insert_id: `theme-${language}-${i}-${n}`,
      distinct_id: `$device:theme-${language}-${i}`,
      time: Date.now() - 60_000 + i * 100 + n,
      properties: { $survey: survey, $survey_version: 1, $survey_response: `theme-${language}-${i}`, $survey_language: language, ...own },
    })),
  );
  const sent = await page.request.post("/v1/events", { headers: { authorization: `Bearer ${key}` }, data: events });
  expect(sent.status(), await sent.text()).toBe(200);

  await visit(`/surveys/${survey}?tab=themes`);
  const themes = page.getByRole("list", { name: t("survey.tab.themes") });
  const speed = themes.getByRole("button").first();
  await expect(speed).toContainText("%");
  await speed.click();
  await expect(themes.getByRole("list", { name: t("theme.quotes") })).toContainText(/slow|lent|rame|load/);
  await page.getByRole("button", { name: t("theme.rename") }).click();
  await page.getByLabel(t("theme.name")).fill(`Waiting ${language}`);
  await page.getByRole("dialog").getByRole("button", { name: t("theme.rename") }).click();
  await expect(themes.getByRole("button", { name: new RegExp(`Waiting ${language}`) })).toBeVisible();
  await page.reload();
  await expect(themes.getByRole("button", { name: new RegExp(`Waiting ${language}`) })).toBeVisible();
  await expect(page.getByText(t("theme.did.rename", { name: `Waiting ${language}` }))).toBeVisible();
  await page.getByRole("button", { name: t("theme.takeBack") }).click();
  await expect(themes.getByRole("button", { name: new RegExp(`Waiting ${language}`) })).toHaveCount(0);
  await expect(themes.getByRole("button").first()).toBeVisible();
});

test("a survey waits for what an attempt at a task came to", { tag: "@fr" }, async ({ page, browser, project, visit, baseURL, words: { t, language } }) => {
  const api = `/api/projects/${project}`;
  const { surveys } = (await (await page.request.get(`${api}/surveys`)).json()) as { surveys: { id: string; status: string }[] };
  for (const one of surveys.filter(({ status }) => status === "running")) expect((await page.request.put(`${api}/surveys/${one.id}/status`, { data: { status: "paused" } })).ok()).toBe(true);
  const steps = ["/order/new", "/order/pay", "/order/done"].map((path, i) => ({ id: `s${i}`, page: path }));
  const made = await page.request.post(`${api}/tasks`, { data: { name: `Order ${language}`, definition: { start: [{ page: "/order/new" }], completion: [{ page: "/order/done" }], steps, detour_tolerance: 0 } } });
  const task = ((await made.json()) as { id: string }).id;
  // Written as somebody does it: the task and what it came to are chosen from lists.
  await visit("/surveys/new?template=seq");
  await page.getByLabel(t("survey.name")).fill(`Another way ${language}`);
  await page.getByLabel(t("survey.triggers")).first().selectOption("task");
  await page.getByLabel(t("survey.task"), { exact: true }).selectOption(task);
  await page.getByLabel(t("survey.outcome"), { exact: true }).selectOption("slow");
  await expect(page.getByText(t("survey.problem.slow_unknown"))).toBeVisible(COMES);
  await page.getByLabel(t("survey.outcome"), { exact: true }).selectOption("off_path");
  await expect(page.getByText(t("survey.problem.slow_unknown"))).toHaveCount(0, COMES);
  await page.getByRole("button", { name: t("survey.publish"), exact: true }).click();
  await expect(page).toHaveURL(/tab=results/, COMES);
  const id = /surveys\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";

  const shop = await openShop(baseURL ?? "", await keyOf(page, project), language, {});
  const go = async (one: Page, path: string, isThere: boolean): Promise<void> => {
    await one.evaluate((to) => location.assign(to), shop.origin + path);
    await one.waitForURL(`**${path}`);
    // Long enough for the tag's parts, or not.
    if (isThere) await one.waitForTimeout(4000);
  };
  const straight = await visitor(browser, { ...shop, url: `${shop.origin}/order/new` });
  await straight.waitForTimeout(4000);
  // Left at once: the address that led to the next page says that it was seen.
  await go(straight, "/order/pay", false);
  await go(straight, "/order/done", true);
  await expect(widgetOf(straight)).toHaveCount(0);
  const device = await straight.evaluate(() => (window as unknown as { sillage: { ids: () => { device: string } } }).sillage.ids().device);
  await straight.context().close();
  const astray = await visitor(browser, { ...shop, url: `${shop.origin}/order/new` });
  await astray.waitForTimeout(4000);
  await go(astray, "/order/help", true);
  await expect(widgetOf(astray)).toHaveCount(0);
  await go(astray, "/order/done", false);
  await expect(widgetOf(astray).getByRole("heading")).toBeVisible(COMES);
  await astray.context().close();
  await shop.close();

  await visit(`/surveys/${id}?tab=why`);
  await page.getByLabel(t("survey.whyPerson")).fill(`$device:${device}`);
  await page.getByRole("button", { name: t("survey.whyAsk") }).click();
  await expect(page.getByText(t("survey.triggerName.task", { task: `Order ${language}`, outcome: "off_path" }))).toBeVisible(COMES);
  for (const path of [`surveys/${id}`, `tasks/${task}`]) expect((await page.request.delete(`${api}/${path}`)).status()).toBe(204);
});
