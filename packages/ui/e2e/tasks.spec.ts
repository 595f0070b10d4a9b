// A task of Courriel from its definition to what is done about it: the scorecard, its numbers, the attempts behind them, a survey that a card asks, a fix.
import type { Page } from "@playwright/test";
import type { MessageKey } from "../src/i18n/catalogue.ts";
import { expect, test } from "./words.ts";

test.describe.configure({ mode: "serial", timeout: 90_000 });

const COMES = { timeout: 30_000 };
const CARDS: MessageKey[] = ["task.card.as_planned", "task.card.slow", "task.card.not_finished", "task.card.friction", "task.card.off_path", "task.card.promoters", "task.card.csat_low", "task.card.lost"];
/** The steps of the story. */
const STEPS = ["/app/audience", "/app/template", "/app/editor", "/app/schedule"];

let id = "";

async function tasksOf(page: Page, project: number): Promise<{ id: string; version: number }[]> {
  return ((await (await page.request.get(`/api/projects/${project}/tasks`)).json()) as { tasks: { id: string; version: number }[] }).tasks;
}

test("with nothing there, the room teaches and leads on", async ({ page, visit, project, words: { t } }) => {
  for (const task of await tasksOf(page, project)) expect((await page.request.delete(`/api/projects/${project}/tasks/${task.id}`)).status()).toBe(204);
  await visit("/tasks");
  await expect(page.getByText(t("empty.exampleLabel"))).toBeVisible();
  await page.getByRole("button", { name: t("task.create") }).click();
  await expect(page.getByLabel(t("task.name"))).toBeVisible();
  await expect(page.getByRole("button", { name: t("task.createThis") })).toBeDisabled();
});

test("a task is written with pages and events that were seen, and what is missing is said at its field", async ({ page, visit, words: { t, language } }) => {
  await visit("/tasks/new");
  await page.getByLabel(t("task.name")).fill(`Campaign ${language}`);
  await page.getByLabel(t("task.owner")).fill("Growth");
  const start = page.getByRole("group", { name: t("task.start") });
  await expect(start.getByRole("alert")).toHaveText(t("task.needsRule"), COMES);
  const pickEvent = async (group: string, event: string) => {
    await page.getByRole("group", { name: group }).getByRole("button", { name: t("task.addEvent") }).click();
    await page.getByRole("combobox", { name: t("pick.event") }).fill(event);
    await page.getByRole("option", { name: event }).first().click();
  };
  await pickEvent(t("task.start"), "Campaign started");
  const completion = page.getByRole("group", { name: t("task.completion") });
  await expect(completion.getByRole("alert")).toHaveText(t("task.needsRule"), COMES);
  await pickEvent(t("task.completion"), "Campaign sent");
  for (const step of STEPS) {
    await page.getByRole("button", { name: t("task.addPageStep"), exact: true }).click();
    await page.getByRole("combobox", { name: t("task.findPage") }).fill(step);
    await page.getByRole("option", { name: step }).first().click();
  }
  // Out of its place and back.
  await page.getByRole("button", { name: t("task.stepUp", { n: 4 }) }).click();
  await expect(page.getByRole("listitem", { name: t("task.stepNumber", { n: 3 }) })).toContainText("/app/schedule");
  await page.getByRole("button", { name: t("task.stepDown", { n: 3 }) }).click();
  await page.getByLabel(t("task.stepLabel", { n: 1 })).fill("Audience");
  // A rule that needs a target says so at the target.
  await page.getByLabel(t("task.slow"), { exact: true }).selectOption("target");
  await expect(page.getByText(t("fieldName.slow"), { exact: false }).or(page.getByText("target_seconds")).first()).toBeVisible(COMES);
  await page.getByLabel(t("task.slow"), { exact: true }).selectOption("p75");
  const create = page.getByRole("button", { name: t("task.createThis") });
  await expect(create).toBeEnabled(COMES);
  await create.click();
  await expect(page.getByRole("heading", { level: 1, name: `Campaign ${language}` })).toBeVisible(COMES);
  id = /tasks\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
  expect(id).not.toBe("");
});

test("one screen says how attempts went, and every part of it is there", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  for (const card of CARDS) await expect(page.getByRole("article", { name: t(card), exact: true })).toBeVisible(COMES);
  const planned = page.getByRole("article", { name: t("task.card.as_planned"), exact: true });
  await expect(planned.getByRole("img")).toBeVisible();
  const path = page.getByRole("region", { name: t("task.path") });
  await expect(path.getByRole("listitem").filter({ hasText: "1. Audience" })).toBeVisible();
  // All of it above the fold.
  const lost = await page.getByRole("article", { name: t("task.card.lost"), exact: true }).boundingBox();
  expect((lost?.y ?? 0) + (lost?.height ?? 0)).toBeLessThanOrEqual(900);
  await page.getByRole("checkbox", { name: t("range.compare") }).check();
  await expect(page).toHaveURL(/compare/);
  await expect(planned.getByText(/^(was|avant)/)).toBeVisible(COMES);
});

test("a number opens the people behind it, as many as it says", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}?q=(range:(last:30,unit:day),count:people)`);
  const failed = page.getByRole("article", { name: t("task.card.not_finished"), exact: true });
  await expect(failed).toBeVisible(COMES);
  // Of each person one attempt: as many people as attempts.
  const counted = /^(\d[^ ]*) (?:of|sur) /.exec(await failed.getByText(/^\d[^ ]* (of|sur) [^ ]+$/).innerText())?.[1] ?? "";
  await failed.getByRole("button", { name: /%/ }).click();
  const panel = page.getByRole("complementary", { name: t("task.card.not_finished") });
  await expect(panel.locator("[data-row]").first()).toBeVisible(COMES);
  await expect(panel.getByText(t("actor.count", { actor: "person", type: "", n: Number(counted.replace(/\D/g, "")), shown: counted }))).toBeVisible();
  await expect(page).toHaveURL(/at=\(card:not_finished\)/);
});

test("a card unfolds to what is behind it", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.card.not_finished"), exact: true }).click(COMES);
  await expect(page.getByRole("region", { name: t("task.exitPages") }).getByRole("row", { name: /\/app\/audience/ })).toBeVisible();
  await expect(page).toHaveURL(/card=not_finished/);
});

test("what a card unfolds to lies below its own row, is read on at once, and gives the focus back", { tag: "@en" }, async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  // All at one time: the page may be moving.
  const boxes = (...names: string[]) =>
    page.evaluate((labels) => labels.map((label) => document.querySelector(`article[aria-label="${label}"]`)?.getBoundingClientRect().toJSON() as DOMRect), names);
  for (const [card, size] of [["task.card.slow", { width: 1440, height: 900 }], ["task.card.promoters", { width: 390, height: 844 }]] as const) {
    await page.setViewportSize(size);
    const title = page.getByRole("button", { name: t(card), exact: true });
    await title.click(COMES);
    const detail = page.getByRole("group", { name: t(card), exact: true });
    await expect(detail).toBeFocused();
    await expect(detail).toBeInViewport();
    // The row is whole: another card stands beside it, and the next row comes below what it unfolded to.
    const [own, beside, next] = await boxes(t(card), t(card === "task.card.slow" ? "task.card.not_finished" : "task.card.off_path"), t(card === "task.card.slow" ? "task.card.off_path" : "task.card.csat_low"));
    expect(beside?.top).toBe(own?.top);
    expect((next?.top ?? 0) - (own?.bottom ?? 0)).toBeGreaterThan(((await detail.boundingBox())?.height ?? 0) - 1);
    await detail.getByRole("button", { name: t("action.close") }).click();
    await expect(detail).toHaveCount(0);
    await expect(title).toBeFocused();
    await title.press("Enter");
    await expect(detail).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(title).toBeFocused();
    await expect(page).not.toHaveURL(/card=/);
  }
});

test("the line of a card says from where to where, and which release came", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  const planned = page.getByRole("article", { name: t("task.card.as_planned"), exact: true });
  await expect(planned.getByRole("img", { name: /2\.16\.0/ })).toBeVisible(COMES);
  await expect(planned.locator("small")).toHaveText(/^\d+\s?%\s*\d+\s?%$/);
  await expect(page.getByText(/^2\.16\.0 /)).toBeVisible();
  await expect(page.getByRole("article", { name: t("task.card.lost"), exact: true })).toBeVisible();
});

test("it prints light, whatever the theme", { tag: "@fr" }, async ({ page, visit }) => {
  await page.addInitScript(() => window === top && localStorage.setItem("sillage.theme", "dark"));
  await visit(`/tasks/${id}`);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark", COMES);
  const shades = () => page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color].map((shade) => Number(/\d+/.exec(shade)?.[0])));
  const [screenGround = 0, screenInk = 0] = await shades();
  expect(screenGround).toBeLessThan(screenInk);
  await page.emulateMedia({ media: "print" });
  const [ground = 0, ink = 0] = await shades();
  expect(ground).toBeGreaterThan(200);
  expect(ink).toBeLessThan(60);
});

test("watching leads to the attempts as the card says, and a row unfolds to what happened", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  // The story has no recordings: the card lists its attempts.
  await page.getByRole("button", { name: t("task.listNamed", { name: t("task.card.slow") }) }).click(COMES);
  await expect(page).toHaveURL(/tab=attempts/);
  await expect(page.getByLabel(t("task.sort"), { exact: true })).toHaveValue("longest");
  await expect(page.getByLabel(t("task.card"), { exact: true })).toHaveValue("slow");
  const recorded = page.getByRole("checkbox", { name: t("task.recordedOnly") });
  await expect(recorded).not.toBeChecked();
  await recorded.check();
  await page.getByRole("button", { name: t("task.showAll") }).click(COMES);
  const rows = page.getByRole("region", { name: t("task.tab.attempts") });
  await expect(rows.getByRole("row").nth(1)).toContainText(t("task.class.slow"));
  await rows.getByRole("button", { expanded: false }).first().click();
  await expect(rows.getByText(t("task.endBy", { how: "completed" })).first()).toBeVisible();
});

test("asking opens the survey with its page, its moment and its words", async ({ page, visit, words: { t, language } }) => {
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.askNamed", { name: t("task.card.not_finished") }) }).click(COMES);
  await expect(page.getByLabel(t("survey.name"))).toHaveValue(language === "fr" ? /.+/ : "Exit intent");
  await expect(page.getByLabel(t("survey.pageValue")).first()).toHaveValue(/^\/app\//);
  await expect(page.getByLabel(t("survey.triggers")).first()).toHaveValue("exit");
});

test("a survey that a card asks waits for what the card counts, and is linked when it is saved", async ({ page, visit, project, words: { t, language } }) => {
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.askNamed", { name: t("task.card.slow") }) }).click(COMES);
  await expect(page.getByLabel(t("survey.triggers")).first()).toHaveValue("task", COMES);
  await expect(page.getByLabel(t("survey.outcome"), { exact: true })).toHaveValue("slow");
  const link = page.getByRole("checkbox", { name: t("survey.linkTo", { task: `Campaign ${language}`, what: t("task.link.effort") }) });
  await expect(link).toBeChecked(COMES);
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page).toHaveURL(/surveys\/[0-9a-f-]{36}/, COMES);
  const survey = /surveys\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
  const task = (await (await page.request.get(`/api/projects/${project}/tasks/${id}`)).json()) as { definition: { surveys?: Record<string, string> } };
  expect(task.definition.surveys).toMatchObject({ effort: survey });
  // Why they did not finish may be asked before they leave, or once they have.
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.askNamed", { name: t("task.card.not_finished") }) }).click(COMES);
  await page.getByRole("radio", { name: t("survey.linkAfter") }).click(COMES);
  await expect(page.getByLabel(t("survey.outcome"), { exact: true })).toHaveValue("failed");
});

test("a survey that could not be linked says so, and saving again only links it", { tag: "@en" }, async ({ page, visit, project, words: { t } }) => {
  const named = async () => ((await (await page.request.get(`/api/projects/${project}/surveys`)).json()) as { surveys: { id: string; name: string }[] }).surveys;
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.askNamed", { name: t("task.card.as_planned") }) }).click(COMES);
  const name = `Unlinked ${Date.now()}`;
  await page.getByLabel(t("survey.name")).fill(name);
  await page.route(`**/api/projects/${project}/tasks/${id}`, (route) => (route.request().method() === "PUT" ? route.abort() : route.fallback()));
  await page.getByRole("button", { name: t("action.save"), exact: true }).click(COMES);
  await expect(page.getByRole("alert").filter({ hasText: t("survey.savedUnlinked") })).toBeVisible(COMES);
  await page.unroute(`**/api/projects/${project}/tasks/${id}`);
  await page.getByRole("button", { name: t("survey.linkAgain"), exact: true }).click();
  await expect(page).toHaveURL(/surveys\/[0-9a-f-]{36}/, COMES);
  const made = (await named()).filter((one) => one.name === name);
  expect(made).toHaveLength(1);
  const task = (await (await page.request.get(`/api/projects/${project}/tasks/${id}`)).json()) as { definition: { surveys?: Record<string, string> } };
  expect(task.definition.surveys).toMatchObject({ ease: made[0]?.id });
});

test("who left is asked by a link in the cancellation mail", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.askNamed", { name: t("task.card.lost") }) }).click(COMES);
  await page.getByRole("button", { name: t("survey.publish"), exact: true }).click(COMES);
  await expect(page).toHaveURL(/tab=share/, COMES);
  await expect(page.getByLabel(t("survey.share.address"))).toContainText("/survey/", COMES);
  await expect(page.getByLabel(t("survey.share.cancellation"))).toContainText('href="{{link}}"', COMES);
  await expect(page.getByLabel(t("survey.share.links")).first()).toContainText("/links");
  // Asked again, it leads there.
  await visit(`/tasks/${id}`);
  await page.getByRole("button", { name: t("task.askNamed", { name: t("task.card.lost") }) }).click(COMES);
  await expect(page).toHaveURL(/tab=share/, COMES);
});

test("devices and periods stand side by side, each with its interval and n", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}?q=(range:(last:60,unit:day),by:(property:%27$device_type%27),compare:!t)`);
  const table = page.getByRole("region", { name: t("task.sideBySide") });
  // What is counted, all, the period before, and a column for each device.
  await expect(table.getByRole("columnheader", { name: new RegExp(t("task.before")) })).toBeVisible(COMES);
  await expect(table.getByRole("row", { name: new RegExp(t("task.card.as_planned")) })).toContainText(/%.*\[/);
  await expect(table.getByRole("columnheader", { name: /Mobile/ })).toBeVisible();
  // Each device beside itself in the period before.
  await visit(`/tasks/${id}?q=(range:(last:14,unit:day),by:(property:%27$device_type%27),compare:!t)`);
  const before = table.getByRole("row", { name: new RegExp(t("task.card.as_planned")) }).getByRole("cell").filter({ hasText: new RegExp(`${t("task.was", { share: "" }).trim()}\\s*\\d+`) });
  await expect(before.first()).toBeVisible(COMES);
  await table.getByRole("row", { name: new RegExp(t("task.card.slow")) }).getByRole("button").last().click();
  await expect(page.getByRole("complementary").locator("[data-row]").first()).toBeVisible(COMES);
  await expect(page).toHaveURL(/breakdown/);
});

test("where it goes worse is found by itself, and the scorecard narrows to it", async ({ page, visit, words: { t } }) => {
  await visit(`/tasks/${id}`);
  const worse = page.locator("section").filter({ has: page.getByRole("heading", { name: t("task.differences") }) });
  const safari = worse.getByRole("listitem").filter({ hasText: "Safari" }).first();
  await expect(safari).toContainText("%", COMES);
  await safari.getByRole("button", { name: t("task.onlyThese") }).click();
  await expect(page).toHaveURL(/Safari/);
  await expect(page.getByRole("group", { name: t("report.question") })).toContainText("Safari");
  // Of these alone there is nothing to set beside.
  await expect(safari).toHaveCount(0, COMES);
});

test("on a phone a card says its number and unfolds to its words and verbs, and what only some look for is folded", { tag: "@fr" }, async ({ page, visit, words: { t } }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(`/tasks/${id}`);
  const failed = page.getByRole("article", { name: t("task.card.not_finished"), exact: true });
  await expect(failed.getByRole("button", { name: /%/ })).toBeVisible(COMES);
  const watch = page.getByRole("button", { name: t("task.listNamed", { name: t("task.card.not_finished") }) });
  await expect(watch).toHaveCount(0);
  // Anywhere on the card but on its number.
  const { width = 0, height = 0 } = (await failed.boundingBox()) ?? {};
  await failed.click({ position: { x: width - 20, y: height - 10 } });
  const detail = page.getByRole("group", { name: t("task.card.not_finished"), exact: true });
  await expect(detail.getByRole("button", { name: t("task.askNamed", { name: t("task.card.not_finished") }) })).toBeVisible();
  await expect(detail).toContainText("/app/audience");
  await detail.getByRole("button", { name: t("action.close") }).click();
  const how = page.getByRole("button", { name: t("explain.how") });
  await expect(how).toHaveAttribute("aria-expanded", "false", COMES);
  await how.click();
  await expect(how).toHaveAttribute("aria-expanded", "true");
  await expect(page.getByText(/100 \(1 - e/)).toBeVisible();
});

test("an address shows the same to whom it is sent, on a phone too", async ({ page, visit, words: { t } }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(`/tasks/${id}?q=(range:(last:60,unit:day),device:Mobile,compare:!t)&card=not_finished`);
  await expect(page.getByLabel(t("property.deviceType"))).toHaveValue("Mobile", COMES);
  await expect(page.getByRole("region", { name: t("task.exitPages") })).toBeVisible(COMES);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test("a change is a new version, and a path of a journey begins a task", async ({ page, visit, project, words: { t } }) => {
  const before = (await tasksOf(page, project)).find((one) => one.id === id)?.version ?? 0;
  await visit(`/tasks/${id}?tab=edit`);
  await page.getByLabel(t("task.tolerance")).fill("3");
  await page.getByRole("button", { name: t("action.saveChanges") }).click();
  await expect(page).toHaveURL(/tab=scorecard/, COMES);
  expect((await tasksOf(page, project)).find((one) => one.id === id)?.version).toBe(before + 1);
  await visit("/tasks/new?q=(pages:!(/app/dashboard,/app/audience,/app/schedule))");
  await expect(page.getByRole("listitem", { name: t("task.stepNumber", { n: 3 }) })).toContainText("/app/schedule");
  await expect(page.getByRole("group", { name: t("task.start") })).toContainText("/app/dashboard");
});

test("what is fixed is told from what is to do, and whether it helped", async ({ page, visit, project, words: { t } }) => {
  const kept = (await (await page.request.get(`/api/projects/${project}/tasks/${id}`)).json()) as { name: string; owner: string; definition: object };
  const day = new Date(Date.now() - 15 * 86_400_000).toISOString().slice(0, 10);
  const fixes = [{ page: "/app/audience", selector: "#the-way-on", state: "fixed", at: day, release: "2.16.0" }];
  expect((await page.request.put(`/api/projects/${project}/tasks/${id}`, { data: { name: kept.name, owner: kept.owner, definition: { ...kept.definition, fixes } } })).ok()).toBe(true);
  // What was clicked there says what it is called.
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const clicks = [{ event: "$click", distinct_id: "clicks", properties: { $selector: "#the-way-on", $label: "Go on" } }];
  expect((await page.request.post("/v1/events", { headers: { Authorization: `Bearer ${me.projects.find((one) => one.id === project)?.write_key}` }, data: clicks })).ok()).toBe(true);
  await visit(`/tasks/${id}`);
  const fix = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: /#the-way-on/ }) });
  await expect(fix.getByRole("heading")).toContainText(t("element.named", { name: "Go on" }), COMES);
  await expect(fix.getByRole("heading").locator("code")).toHaveText("#the-way-on");
  await expect(fix).toContainText("2.16.0", COMES);
  await expect(fix).toContainText(/p = /);
  await fix.getByRole("combobox").selectOption("to_do");
  await expect(fix.getByRole("combobox")).toHaveValue("to_do", COMES);
  await expect(fix).not.toContainText("2.16.0", COMES);
  await page.reload();
  await expect(fix.getByRole("combobox")).toHaveValue("to_do", COMES);
  await fix.getByRole("combobox").selectOption("fixed");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("property.release")).fill("2.17.0");
  await dialog.getByRole("button", { name: t("action.save") }).click();
  await expect(fix).toContainText("2.17.0", COMES);
});
