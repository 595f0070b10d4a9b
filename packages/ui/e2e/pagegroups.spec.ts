// Pages in groups, from the suggestion to the journey; and what a journey tells below its picture.
import { answered, expect, test } from "./words.ts";

test("pages are grouped from a suggestion, tried, put in order and seen in a trend", async ({ page, visit, project, words }) => {
  const { t } = words;
  const name = `Sections ${words.language}${Date.now()}`;
  await visit("/settings/pages");
  await expect(page.getByRole("heading", { name: t("settings.pageMappings"), exact: true })).toBeVisible();
  const which = page.getByRole("combobox", { name: t("pageMapping.which") });
  if (await which.isVisible()) await which.selectOption({ label: t("pageMapping.create") });
  await page.getByLabel(t("keys.name")).fill(name);
  const suggestions = page.getByRole("list", { name: t("pageMapping.suggestions") });
  await suggestions.getByRole("button", { name: t("pageMapping.acceptNamed", { group: "App" }) }).click();
  await expect(page.getByRole("textbox", { name: t("pageMapping.group") })).toHaveValue("App");
  await expect(suggestions.getByText("App", { exact: true })).toHaveCount(0);

  // A narrower rule behind a wider one is never reached, and the screen says where they meet.
  await page.getByRole("button", { name: t("pageMapping.addRule") }).click();
  await page.getByRole("textbox", { name: t("pageMapping.value") }).nth(1).fill("/app/*");
  await page.getByRole("textbox", { name: t("pageMapping.group") }).nth(1).fill("Inside");
  await expect(page.getByRole("region", { name: t("pageMapping.overlapping") })).toBeVisible();
  await page.getByLabel(t("pageMapping.testUrls")).fill("https://app.courriel.example/app/campaigns\nhttps://courriel.example/nowhere/12345");
  const tested = page.getByRole("list", { name: t("pageMapping.test") });
  await expect(tested.getByRole("listitem").first()).toContainText("App");
  await expect(tested.getByRole("listitem").nth(1)).toContainText("/nowhere/:id");
  await page.getByRole("button", { name: t("pageMapping.up", { n: 2 }) }).click();
  await expect(tested.getByRole("listitem").first()).toContainText("Inside");
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByText(t("toast.saved"), { exact: true })).toBeVisible();

  const made = (await (await page.request.get(`/api/projects/${project}/page-mappings`)).json()) as { page_mappings: { id: string; name: string; is_default: boolean; rules: { group: string }[] }[] };
  const saved = made.page_mappings.find((one) => one.name === name);
  expect(saved?.rules.map((rule) => rule.group)).toEqual(["Inside", "App"]);
  const property = `$page_group:${name}`;
  await visit(`/trends?q=${encodeURIComponent(`(kind:trend,series:!((measure:total,select:(event:!n))),range:(last:30,unit:day),interval:week,breakdown:!((property:'${property}')))`)}`);
  const rows = await answered(page, words);
  await expect(rows.getByRole("rowheader", { name: "Inside" }).first()).toBeVisible();

  await visit(`/journeys?q=${encodeURIComponent(`(kind:journey,direction:forward,depth:4,top:8,node:'page_group:${name}',friction:!t,nodes:!t,loops:!t,range:(last:30,unit:day))`)}`);
  await answered(page, words);
  await expect(page.getByRole("region", { name: t("journey.detail.exits"), exact: true }).getByRole("rowheader", { name: "Inside", exact: true })).toBeVisible();
  const gone = await page.request.delete(`/api/projects/${project}/page-mappings/${saved?.id}`);
  expect([204, 409]).toContain(gone.status());
});

test("journeys go by page where pages are told, and say once whose they are", async ({ page, visit, words }) => {
  const { t } = words;
  await visit("/journeys");
  await answered(page, words);
  await expect(page.getByRole("combobox", { name: t("journey.node"), exact: true })).toHaveValue("page");
  const ofOne = "filter:(property:'$current_url',op:starts_with,value:'https://courriel.example')";
  await visit(`/journeys?q=${encodeURIComponent(`(kind:journey,direction:forward,depth:4,top:8,node:page,nodes:!t,loops:!t,${ofOne},range:(last:30,unit:day))`)}`);
  const rows = await answered(page, words);
  await expect(page.getByText(t("journey.site", { host: "courriel.example" }))).toBeVisible();
  await expect(page.getByRole("region", { name: t("journey.detail.exits"), exact: true }).getByRole("rowheader").first()).toHaveText(/^\//);
  await page.getByRole("radio", { name: t("journey.detail.paths"), exact: true }).click();
  await expect(rows.locator("tbody td").first()).toHaveText(/^\/(?!.*courriel\.example)/);
  await expect(rows.locator("tbody td").first()).toHaveAttribute("title", /^courriel\.example/);
});

test("a journey ranks exit pages, finds loops and rare paths, stands beside the period before, and opens what is behind each", async ({ page, visit, words }) => {
  const { t } = words;
  await visit(`/journeys?q=${encodeURIComponent("(kind:journey,direction:forward,depth:8,top:8,node:page_group,friction:!t,nodes:!t,loops:!t,goal:(event:'Campaign sent'),range:(last:30,unit:day))")}`);
  await answered(page, words);
  const exits = page.getByRole("region", { name: t("journey.detail.exits"), exact: true });
  await expect(exits.getByRole("columnheader", { name: t("journey.conversion") })).toBeVisible();
  await exits.locator("tbody tr").first().getByRole("button").nth(1).click();
  const panel = page.getByRole("complementary");
  await expect(panel.getByRole("link").first()).toBeVisible();
  await panel.getByRole("button", { name: t("action.close") }).click();

  await page.getByRole("radio", { name: t("journey.detail.loops") }).click();
  const loops = page.getByRole("region", { name: t("journey.detail.loops"), exact: true });
  await loops.locator("tbody button").first().click();
  await expect(panel.getByRole("link").first()).toBeVisible();
  await panel.getByRole("button", { name: t("action.close") }).click();

  await page.getByRole("radio", { name: t("journey.detail.rare") }).click();
  await expect(page.getByRole("columnheader", { name: t("journey.lift") }).first()).toBeVisible();

  // The paths stand beside the picture; as a table with the rest of what is told of them.
  await page.getByRole("radio", { name: t("journey.detail.paths"), exact: true }).click();
  await expect(page.getByRole("columnheader", { name: t("journey.mean") })).toBeVisible();

  await page.getByRole("combobox", { name: t("journey.beside"), exact: true }).selectOption("previous");
  await expect(page.getByRole("figure")).toHaveCount(2);
  await expect(page).toHaveURL(/beside/);
  await page.getByRole("radio", { name: t("journey.detail.exits") }).click();
  await expect(exits.getByRole("columnheader", { name: t("journey.difference") })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});
