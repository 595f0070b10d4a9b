// The options of the builders: each is set on screen as a person would, is in the address afterwards, and is answered.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { answered, expect, test, type Words } from "./words.ts";

/** A funnel of three steps of whatever events the project has, as an address. */
async function threeSteps(page: Page, project: number): Promise<string> {
  const { events } = (await (await page.request.get(`/api/projects/${project}/names?limit=4`)).json()) as { events: { name: string }[] };
  const steps = events.slice(1, 4).map(({ name }) => `(event:'${name.replace(/[!']/g, "!$&")}')`);
  return `/funnels?q=${encodeURIComponent(`(kind:funnel,steps:!(${steps.join(",")}),window:(n:7,unit:day),range:(last:90,unit:day))`)}`;
}

/** The names of an event that has a number among its properties, and of that number. */
async function eventWithNumber(page: Page, project: number): Promise<{ event: string; property: string }> {
  const { events } = (await (await page.request.get(`/api/projects/${project}/names?limit=30`)).json()) as { events: { name: string }[] };
  for (const { name } of events) {
    const { properties } = (await (await page.request.get(`/api/projects/${project}/properties?of=event&event=${encodeURIComponent(name)}`)).json()) as { properties: { name: string; types: string[] }[] };
    // Not one of the tag's own: their names hold signs that mean something in a pattern.
    const numeric = properties.find((property) => property.types.includes("number") && !property.name.startsWith("$"));
    if (numeric) return { event: name, property: numeric.name };
  }
  throw new Error("no event of the project has a number");
}

async function openOptions(page: Page, { t }: Words) {
  await page.getByRole("button", { name: t("options.title"), exact: true }).click();
}

test("retention is read by amount and by segment, in brackets and since each birth", async ({ page, visit, project, words }) => {
  const { t } = words;
  const { event, property } = await eventWithNumber(page, project);
  const select = `(event:'${event}')`;
  await visit(`/retention?q=${encodeURIComponent(`(kind:retention,birth:${select},return:${select},unit:day,periods:14,range:(last:30,unit:day))`)}`);
  const table = await answered(page, words);
  await page.getByRole("combobox", { name: t("retention.firstTime"), exact: true }).selectOption("in_range");
  await page.getByRole("combobox", { name: t("retention.criterion"), exact: true }).selectOption("on_or_after");

  await page.getByRole("button", { name: t("retention.measuredAs", { measure: t("retention.measure.people") }) }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("retention.measure.sum") }).click();
  await page.getByRole("combobox", { name: t("pick.propertyOrFormula") }).fill(property);
  await page.getByRole("listbox").getByRole("option", { name: new RegExp(`^${property}`) }).first().click();
  await expect(page).toHaveURL(/measure:\(sum:/);
  await expect(table.getByRole("rowheader", { name: t("retention.perBorn") })).toBeVisible();
  await page.getByRole("radio", { name: t("retention.drawn.running") }).click();
  await page.getByRole("radio", { name: t("retention.cells.share"), exact: true }).click();
  await expect(table.getByRole("rowheader", { name: t("retention.average") })).toBeVisible();

  await openOptions(page, words);
  await page.getByRole("combobox", { name: t("retention.columns"), exact: true }).selectOption("brackets");
  const sizes = page.getByRole("textbox", { name: t("retention.bracketSizes.day") });
  await sizes.fill("1, many");
  await sizes.press("Enter");
  await expect(page.getByText(t("numbers.notNumbers"))).toBeVisible();
  await sizes.fill("1 7 14");
  await sizes.press("Enter");
  await expect(page).toHaveURL(/brackets:!\(1,7,14\)/);
  await page.getByRole("combobox", { name: t("retention.alignment"), exact: true }).selectOption("rolling");
  await page.getByRole("combobox", { name: t("retention.averaging"), exact: true }).selectOption("weighted");
  await page.getByRole("spinbutton", { name: t("retention.returnCount") }).fill("2");
  await page.getByRole("spinbutton", { name: t("retention.returnCount") }).press("Enter");
  await expect(page).toHaveURL(/return_count:\(op:gte,value:2\)/);
  await page.keyboard.press("Escape");
  await expect(table.getByRole("columnheader", { name: t("retention.periods.day", { from: 8, to: 21 }) })).toBeVisible();

  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  const segments = page.getByRole("region", { name: t("retention.segments"), exact: true });
  const second = segments.getByRole("rowheader").nth(1).getByRole("button");
  await second.click();
  await expect(second).toHaveAttribute("aria-pressed", "true");
  await expect(page).toHaveURL(/segment:/);
  // The triangle stands inside the table's region, behind the segments.
  const triangle = page.getByRole("region", { name: t("report.table"), exact: true }).last();
  await triangle.locator("tbody td button").first().click();
  await expect(page).toHaveURL(/at=.*breakdown/);
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
});

test("a question may count devices, or groups of a type", { tag: "@en" }, async ({ page, visit, project, words }) => {
  const { t } = words;
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const key = me.projects.find((one) => one.id === project)?.write_key ?? "";
  const event = `E2E order ${words.language} ${Date.now()}`;
  // Four people of two shops.
  const sent = await page.request.post("/v1/events", {
    headers: { Authorization: `Bearer ${key}` },
    data: ["a", "b", "c", "d"].map((person, index) => ({ event, distinct_id: `${person}@shop.example`, device_id: `device-${person}`, groups: { shop: index < 3 ? "north" : "south" }, properties: { pieces: index * 10 } })),
  });
  expect(sent.ok()).toBe(true);
  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,series:!((measure:unique,select:(event:'${event}'))),range:(last:7,unit:day),interval:day)`)}`);
  const table = await answered(page, words);
  const total = table.locator("tbody td strong").first();
  await expect(total).toHaveText("4");

  await page.getByRole("button", { name: t("actor.chosen", { name: t("actor.name", { actor: "person", type: "" }) }) }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("actor.name", { actor: "group", type: "shop" }) }).click();
  await expect(page).toHaveURL(/actor:.*group:shop/);
  await expect(total).toHaveText("2");
  await expect(page.getByText(t("actor.count", { actor: "group", type: "shop", n: 2, shown: "2" })).first()).toBeVisible();
  await total.getByRole("button").click();
  await expect(page.getByRole("complementary").getByText("north")).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();

  await page.getByRole("button", { name: t("actor.chosen", { name: t("actor.name", { actor: "group", type: "shop" }) }) }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("actor.name", { actor: "device", type: "" }) }).click();
  await expect(total).toHaveText("4");

  // The same four in ranges of a number: 0, 10 and 20 to 30.
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("combobox", { name: t("pick.propertyOrFormula") }).fill("pieces");
  await page.getByRole("listbox").getByRole("option", { name: /^pieces/ }).click();
  await page.getByRole("radio", { name: t("breakdown.ranges") }).click();
  const edges = page.getByRole("textbox", { name: t("breakdown.edges") });
  await edges.fill("20, 10");
  await expect(page.getByText(t("numbers.notRising"))).toBeVisible();
  await expect(page.getByRole("button", { name: t("action.apply") })).toBeDisabled();
  await edges.fill("0, 10, 20");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page).toHaveURL(/bucket/);
  await expect(table.getByRole("rowheader", { name: t("bucket.within", { low: "0", high: "10" }) })).toBeVisible();
  await expect(table.getByRole("row", { name: new RegExp(t("bucket.from", { edge: "20" })) }).locator("strong")).toHaveText("2");
});

test("a measure may be taken of each person first, a series named, the calendar changed", async ({ page, visit, project, words }) => {
  const { t } = words;
  const { event, property } = await eventWithNumber(page, project);
  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,series:!((measure:total,select:(event:'${event}'))),range:(last:30,unit:day),interval:day)`)}`);
  await answered(page, words);
  await page.getByRole("button", { name: t("measure.total"), exact: true }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("measure.pick.perPerson", { actor: "person", type: "" }) }).click();
  await page.getByRole("combobox", { name: t("measure.inner", { actor: "person", type: "" }) }).selectOption("sum");
  await page.getByRole("button", { name: t("pick.property") }).click();
  await page.getByRole("combobox", { name: t("pick.propertyOrFormula") }).fill(property);
  await page.getByRole("listbox").getByRole("option", { name: new RegExp(`^${property}`) }).first().click();
  await page.getByRole("combobox", { name: t("measure.then", { actor: "person", type: "" }) }).selectOption("p90");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page).toHaveURL(/per_person:\(sum:.*then:\(percentile:90\)/);
  await answered(page, words);

  await page.getByRole("button", { name: t("selector.options", { name: event }) }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("selector.rename") }).click();
  await page.getByRole("textbox", { name: t("selector.name") }).fill("Our word");
  await page.getByRole("button", { name: t("action.apply") }).click();
  await expect(page.getByRole("button", { name: "Our word", exact: true })).toBeVisible();

  await openOptions(page, words);
  await page.getByRole("combobox", { name: t("settings.timezone") }).selectOption("America/New_York");
  await page.getByRole("combobox", { name: t("settings.weekStart") }).selectOption("sunday");
  await page.getByRole("spinbutton", { name: t("options.sessionTimeout") }).fill("45");
  await page.getByRole("spinbutton", { name: t("options.sessionTimeout") }).press("Enter");
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/session_timeout:\(n:45,unit:minute\)/);
  await answered(page, words);
  await expect(page.getByRole("button", { name: /America\/New York/ })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("every option of a funnel is set on screen and answered", async ({ page, visit, project, words }) => {
  const { t } = words;
  await visit(await threeSteps(page, project));
  const table = await answered(page, words);
  const names = await table.locator("tbody th").allInnerTexts();
  const second = (names[1] ?? "").replace(/^2\. /, "");

  await page.getByRole("button", { name: t("selector.options", { name: second }) }).click();
  await page.getByRole("listbox").getByRole("option", { name: t("funnel.optional") }).click();
  await expect(page).toHaveURL(/optional:!\(2\)/);
  await openOptions(page, words);
  await page.getByRole("combobox", { name: t("funnel.count"), exact: true }).selectOption("total");
  await page.getByRole("combobox", { name: t("funnel.ties"), exact: true }).selectOption("later");
  // A list inside the options opens beside them and leaves them open.
  await page.getByRole("button", { name: t("funnel.holdAdd"), exact: true }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await expect(page).toHaveURL(/hold:!\(/);
  await page.getByRole("button", { name: t("pick.event"), exact: true }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await expect(page).toHaveURL(/exclude:/);
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: t("funnel.excludedWhere") }).selectOption("2 3");
  await expect(page).toHaveURL(/ties:later/);
  await answered(page, words);
  await expect(page.getByRole("alert")).toHaveCount(0);

  // Optional steps need an order: the question stays one that can be answered.
  await page.getByRole("combobox", { name: t("funnel.order"), exact: true }).selectOption("any");
  await expect(page).not.toHaveURL(/optional/);
  await answered(page, words);
  await expect(page.getByRole("alert")).toHaveCount(0);

  await visit(await threeSteps(page, project));
  await answered(page, words);
  await page.getByRole("combobox", { name: t("funnel.shown"), exact: true }).selectOption("week");
  await expect(page.getByText(t("funnel.overTime", { step: (names[2] ?? "").replace(/^3\. /, "") }))).toBeVisible();
  await page.getByRole("combobox", { name: t("funnel.shown"), exact: true }).selectOption("convert");
  await openOptions(page, words);
  await page.getByRole("combobox", { name: t("funnel.spanFrom"), exact: true }).selectOption("2");
  await page.getByRole("combobox", { name: t("funnel.bars"), exact: true }).selectOption("growing");
  await expect(page).toHaveURL(/edges:!\(0,10,30,60/);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await page.getByRole("combobox", { name: t("breakdown.top"), exact: true }).selectOption("3");
  await page.getByRole("button", { name: new RegExp(t("funnel.spanOf", { from: 2, to: 3 })) }).click();
  await page.getByRole("combobox", { name: t("funnel.attribute"), exact: true }).selectOption("step:2");
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/top:3/);
  await answered(page, words);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("engagement shows the power-user curve of 28 days, journeys flow and begin where one says", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/engagement");
  const table = await answered(page, words);
  await page.getByRole("combobox", { name: t("frequency.span"), exact: true }).selectOption("l28");
  await expect(table.getByRole("columnheader", { name: t("unit.n.day", { n: 28 }), exact: true })).toBeVisible();
  await table.locator("tbody td button").first().click();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();
  await openOptions(page, words);
  await page.getByRole("spinbutton", { name: t("frequency.activeMeans") }).fill("3");
  await page.getByRole("spinbutton", { name: t("frequency.activeMeans") }).press("Enter");
  await expect(page).toHaveURL(/count:\(op:gte,value:3\)/);
  await answered(page, words);

  await visit("/journeys");
  await answered(page, words);
  await page.getByRole("radio", { name: t("journey.chart.flows") }).click();
  await expect(page.locator("[data-ready]")).toBeVisible();
  await page.getByRole("combobox", { name: t("journey.over"), exact: true }).selectOption("person");
  await page.getByRole("button", { name: t("journey.anyStart") }).click();
  await page.getByRole("listbox").getByRole("option").nth(1).click();
  await page.getByRole("combobox", { name: t("journey.occurrence"), exact: true }).selectOption("last");
  await expect(page).toHaveURL(/occurrence:last/);
  await openOptions(page, words);
  await page.getByRole("button", { name: t("journey.hideAdd"), exact: true }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await expect(page).toHaveURL(/hide:!\(/);
  await page.getByText(t("journey.collapseOn")).click();
  await page.getByRole("button", { name: t("journey.windowAdd"), exact: true }).click();
  await expect(page).toHaveURL(/window:\(n:1,unit:hour\)/);
  await page.keyboard.press("Escape");
  await answered(page, words);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("people behind a number have their names, on screen and in the file", { tag: "@fr" }, async ({ page, visit, project, words }) => {
  const { t } = words;
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const key = me.projects.find((one) => one.id === project)?.write_key ?? "";
  const run = `${words.language}${Date.now()}`;
  const [event, person, name] = [`E2E named ${run}`, `named-${run}`, `Zoé Martin ${run}`];
  await page.request.post("/v1/events", { headers: { Authorization: `Bearer ${key}` }, data: [{ event, distinct_id: person, user_id: person }] });
  const profile = await page.request.post("/engage", { form: { data: JSON.stringify([{ $token: key, $distinct_id: person, $set: { $name: name, $email: `${run}@example.com` } }]), verbose: "1" } });
  expect(profile.ok()).toBe(true);
  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,series:!((measure:unique,select:(event:'${event}'))),range:(last:7,unit:day),interval:day)`)}`);
  const table = await answered(page, words);
  await table.locator("tbody td strong button").first().click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByText(name)).toBeVisible();
  await expect(panel.getByText(new RegExp(`${run}@example.com · ${person}`))).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), panel.getByRole("button", { name: t("panel.export") }).click()]);
  const rows = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  expect(rows[0]).toBe(`${t("people.id")},${t("property.name")},${t("property.email")},${t("people.times")}`);
  expect(rows[1]).toBe(`${person},${name},${run}@example.com,`);
});

test("conversions are credited to the touches before them, and what cannot stand beside that goes", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/trends");
  await answered(page, words);
  await openOptions(page, words);
  await page.getByRole("combobox", { name: t("trend.smoothing") }).selectOption("cumulative");
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/cumulative/);
  await page.getByRole("button", { name: t("attribution.add") }).click();
  await page.getByRole("listbox").getByRole("option").first().click();
  await expect(page).toHaveURL(/attribution:/);
  await expect(page).not.toHaveURL(/cumulative/);
  const table = await answered(page, words);
  await expect(table.getByRole("row").nth(2)).toBeVisible();
  await page.getByRole("combobox", { name: t("attribution.model") }).selectOption("own");
  await openOptions(page, words);
  const shares = page.getByRole("textbox", { name: t("attribution.shares") });
  await shares.fill("1, 2");
  await shares.press("Enter");
  await expect(page.getByText(t("attribution.sharesProblem"))).toBeVisible();
  await shares.fill("50 20 30");
  await shares.press("Enter");
  await expect(page).toHaveURL(/model:\(first:50,between:20,last:30\)/);
  await page.keyboard.press("Escape");
  await table.locator("tbody td strong button").first().click();
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("what the largest segments leave over opens too, and a property may be computed", { tag: "@en" }, async ({ page, visit, project, words }) => {
  const { t } = words;
  const { event, property } = await eventWithNumber(page, project);
  const series = `series:!((measure:unique,select:(event:'${event}'))),range:(last:90,unit:day),interval:week`;
  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,${series},breakdown:!((property:'${property}')),top:1)`)}`);
  const table = await answered(page, words);
  await table.locator("tbody tr").last().locator("strong button").click();
  await expect(page).toHaveURL(/at=\(.*other:!t/);
  await expect(page.getByRole("complementary").getByRole("link").first()).toBeVisible();
  await page.getByRole("complementary").getByRole("button", { name: t("action.close") }).click();

  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,${series})`)}`);
  await answered(page, words);
  await page.getByRole("button", { name: t("breakdown.add") }).click();
  await page.getByRole("combobox", { name: t("pick.propertyOrFormula") }).fill(`=if(defined(${property}), "some", "none")`);
  await page.getByRole("listbox").getByRole("option").last().click();
  await expect(table.getByRole("rowheader", { name: /some$/ })).toBeVisible();
});
