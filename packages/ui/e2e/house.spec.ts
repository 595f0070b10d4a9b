import { expect, test } from "./words.ts";

test("every room of the navigation opens with its name and nothing wrong", async ({ page, visit, words: { t, language } }) => {
  await visit("/");
  for (const key of ["room.trend", "room.funnel", "room.retention", "room.frequency", "room.lifecycle", "room.journey", "room.sessions", "room.cohort", "room.feature", "room.driver", "room.impact", "room.recording", "room.heatmap", "room.friction", "room.vital", "room.error", "room.board", "room.metric", "room.reports", "room.live", "room.people", "room.plan", "room.settings"] as const) {
    await page.getByRole("navigation").getByRole("link", { name: t(key), exact: true }).click();
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
  }
  await expect(page.locator("html")).toHaveAttribute("lang", language);
});

test("the palette goes to a room from the keyboard", async ({ page, visit, words: { t } }) => {
  await visit("/reports");
  await expect(page.getByRole("heading", { name: t("reports.new") })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: t("palette.placeholder") }).fill(t("room.retention"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/retention/);
});

test("a key is made, shown once and deleted", async ({ page, visit, words: { t, language } }) => {
  const name = `E2E ${language} ${Date.now()}`;
  await visit("/settings/keys");
  await page.getByRole("button", { name: t("keys.create") }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("keys.name")).fill(name);
  await dialog.getByRole("button", { name: t("keys.create") }).click();
  await expect(dialog.getByText(/^sk_/)).toBeVisible();
  await dialog.getByRole("button", { name: t("action.done") }).click();
  await page.getByRole("button", { name: t("action.removeNamed", { name }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name })).toHaveCount(0);
});

test("somebody is invited by a link, joins, and is taken out again", async ({ page, visit, browser, words: { t, language } }) => {
  const email = `e2e-${language}-${Date.now()}@example.com`;
  await visit("/settings/team");
  await page.getByRole("button", { name: t("team.invite"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(t("field.email")).fill(email);
  await dialog.getByRole("radio", { name: new RegExp(t("role.viewer")) }).check();
  await dialog.getByRole("button", { name: t("team.makeLink") }).click();
  const link = await dialog.getByText(/\/join\?token=/).innerText();
  await dialog.getByRole("button", { name: t("action.done") }).click();

  const theirs = await (await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", storageState: { cookies: [], origins: [] } })).newPage();
  await theirs.goto(link);
  await theirs.getByLabel(t("field.name")).fill("Bo");
  await theirs.getByLabel(t("field.password")).fill("correct horse battery");
  await theirs.getByRole("button", { name: t("join.action") }).click();
  await expect(theirs.getByRole("navigation").getByRole("link", { name: t("room.trend"), exact: true })).toBeVisible();
  // A viewer sees neither keys nor team, and the link is used up.
  await theirs.getByRole("link", { name: t("room.settings"), exact: true }).click();
  await expect(theirs.getByRole("link", { name: t("settings.account") })).toBeVisible();
  await expect(theirs.getByRole("link", { name: t("settings.team") })).toHaveCount(0);
  const again = await (await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", storageState: { cookies: [], origins: [] } })).newPage();
  await again.goto(link);
  await expect(again.getByRole("heading", { name: t("join.over") })).toBeVisible();

  await page.reload();
  // The list of all accounts may be there first.
  await expect(page.getByRole("table")).toHaveCount(2);
  const members = page.getByRole("table").first();
  await members.getByLabel(t("team.roleOf", { name: email }), { exact: true }).selectOption("editor");
  await expect(page.getByText(t("toast.saved"))).toBeVisible();
  await members.getByRole("button", { name: t("action.removeNamed", { name: email }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(members.getByText(email)).toHaveCount(0);
  await theirs.goto("/");
  await expect(theirs.getByRole("heading", { name: t("newProject.notAllowed") })).toBeVisible();
  await visit("/settings/audit");
  await expect(page.getByText(t("audit.member.invite")).first()).toBeVisible();
  await expect(page.getByText(email).first()).toBeVisible();
});

test("project settings are kept", async ({ page, visit, words: { t } }) => {
  await visit("/settings");
  const minutes = page.getByLabel(t("settings.sessionTimeout"));
  const before = await minutes.inputValue();
  await minutes.fill("45");
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByText(t("toast.saved"))).toBeVisible();
  await page.reload();
  await expect(minutes).toHaveValue("45");
  await minutes.fill(before);
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByText(t("toast.saved"))).toBeVisible();
});

test("a new project waits for its first event and sees it arrive", async ({ page, visit, words: { t, language } }) => {
  await visit("/reports");
  await page.goto("/new-project");
  await page.getByLabel(t("newProject.name")).fill(`E2E ${language}`);
  await page.getByRole("button", { name: t("newProject.action") }).click();
  await expect(page).toHaveURL(/start/);
  await expect(page.getByText(t("start.waiting"))).toBeVisible();
  const id = Number(/\/p\/(\d+)\//.exec(page.url())?.[1]);
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  await page.request.post("/v1/events", {
    headers: { Authorization: `Bearer ${me.projects.find((one) => one.id === id)?.write_key}` },
    data: [{ event: "Hello", distinct_id: "first@example.com" }],
  });
  await expect(page.getByText(t("start.arrived", { event: "Hello" }))).toBeVisible();
});

test("screens fit a phone: nothing runs over the side", async ({ page, visit, words: { t } }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/reports", "/trends", "/funnels", "/retention", "/journeys", "/sessions", "/cohorts", "/cohorts/new", "/features", "/drivers", "/impact", "/recordings", "/settings/recordings", "/settings/properties", "/settings/lookups", "/settings/pages", "/live", "/live?tab=refused", "/people", "/settings", "/settings/keys", "/settings/team", "/settings/audit"]) {
    await visit(path);
    await expect(page.getByRole("main").getByRole("heading", { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0);
  }
  await page.getByRole("button", { name: t("shell.menu") }).click();
  await page.getByRole("navigation").getByRole("link", { name: t("room.trend"), exact: true }).click();
  await expect(page).toHaveURL(/trends/);
});

test("one's language is kept with the account", async ({ page, visit, words: { t, language } }) => {
  await visit("/settings/account");
  const choice = page.getByLabel(t("settings.language"));
  await expect(choice).toHaveValue(language);
  await choice.selectOption(language === "en" ? "fr" : "en");
  await expect(page.locator("html")).toHaveAttribute("lang", language === "en" ? "fr" : "en");
  await page.getByRole("main").getByRole("combobox").first().selectOption(language);
  await expect(page.locator("html")).toHaveAttribute("lang", language);
});

test("the account asks for the current password when the session is an old one", { tag: "@fr" }, async ({ page, visit, words: { t } }) => {
  await visit("/settings/account");
  // A session of a quarter of an hour cannot be waited for: the first answer is the server's refusal of one, word for word.
  let refused = 0;
  await page.route("**/api/me", async (route) => {
    const body = route.request().method() === "PATCH" ? (route.request().postDataJSON() as { current_password?: string }) : null;
    if (body === null || body.current_password !== undefined) return route.fallback();
    refused += 1;
    await route.fulfill({ status: 400, json: { error: { code: "invalid_field", message: "give your current password, or sign in again first", field: "current_password" } } });
  });
  await page.getByLabel(t("field.newPassword")).fill(process.env.PASSWORD ?? "");
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByText(t("field.currentPasswordNeeded"))).toBeVisible();
  expect(refused).toBe(1);
  await page.getByLabel(t("field.currentPassword")).fill(process.env.PASSWORD ?? "");
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByText(t("toast.saved"))).toBeVisible();
});

test("a project gets a new write key, and the old one goes on", { tag: "@en" }, async ({ page, visit, words: { t, language } }) => {
  await visit("/reports");
  const project = (await (await page.request.post("/api/projects", { data: { name: `E2E key ${language}`, timezone: "UTC" } })).json()) as { id: number; write_key: string };
  await page.goto(`/p/${project.id}/settings`);
  await page.getByRole("button", { name: t("writeKey.rotate") }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("writeKey.rotate") }).click();
  await expect(page.getByText(t("writeKey.rotated"))).toBeVisible();
  const me = (await (await page.request.get("/api/me")).json()) as { projects: { id: number; write_key: string }[] };
  const renewed = me.projects.find((one) => one.id === project.id)?.write_key ?? "";
  expect(renewed).not.toBe(project.write_key);
  await expect(page.getByText(renewed, { exact: true })).toBeVisible();
  for (const key of [project.write_key, renewed]) {
    const sent = await page.request.post("/v1/events", { headers: { Authorization: `Bearer ${key}` }, data: [{ event: "Hello", distinct_id: "key@example.com" }] });
    expect(sent.ok(), key).toBe(true);
  }
});

test("several events get one name, which reports ask for like any event", async ({ page, visit, words: { t, language } }) => {
  const name = `E2E both ${language} ${Date.now()}`;
  await visit("/settings/events");
  await page.getByRole("button", { name: t("customEvent.create") }).click();
  const dialog = page.getByRole("dialog", { name: "" }).first();
  await dialog.getByLabel(t("keys.name")).fill(name);
  for (const place of [0, 1]) {
    await dialog.getByRole("button", { name: t("trend.addSeries") }).click();
    await page.getByRole("listbox").getByRole("option").nth(place + 1).click();
  }
  await dialog.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name })).toBeVisible();
  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,series:!((measure:total,select:(event:'${name}'))),range:(last:90,unit:day),interval:week)`)}`);
  await expect(page.getByRole("region", { name: t("report.table"), exact: true }).locator("tbody td strong")).toHaveText(/[1-9]/);
  await visit("/settings/events");
  await page.getByRole("button", { name: t("action.removeNamed", { name }) }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name })).toHaveCount(0);
});
