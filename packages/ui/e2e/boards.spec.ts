// From a report to a board and to a metric, and from metrics to a tree.
import { answered, expect, test } from "./words.ts";

const QUESTION = "(kind:trend,series:!((select:(event:'Campaign sent'),measure:total)),interval:week,range:(last:90,unit:day))";

test("a report goes on a board, is seen through another range, and is moved, named and taken off", async ({ page, visit, words }) => {
  const { t, language } = words;
  await visit(`/trends?q=${QUESTION}`);
  await answered(page, words);
  await page.getByRole("button", { name: t("board.addTo") }).click();
  await page.getByRole("option", { name: t("board.newBoard") }).click();
  await expect(page).toHaveURL(/boards\//);
  const name = `E2E ${language} ${Date.now()}`;
  const title = page.getByRole("textbox", { name: t("board.name") });
  await title.fill(name);
  await title.press("Enter");
  const tile = page.locator("section[data-kind=question]");
  await expect(tile.getByRole("img").first()).toBeVisible();

  // Words, before the report.
  await page.getByRole("button", { name: t("board.add"), exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: t("board.kind.text") }).click();
  await dialog.getByLabel(t("board.text")).fill("## Hello\n<img src=x onerror=alert(1)> **there**");
  await dialog.getByRole("button", { name: t("board.addText") }).click();
  const written = page.locator("section[data-kind=text]");
  await expect(written.getByRole("heading", { name: "Hello" })).toBeVisible();
  await expect(written.locator("img")).toHaveCount(0);
  await written.hover();
  await written.getByRole("button", { name: t("board.tileMenu", { name: t("board.text") }) }).click();
  await page.getByRole("option", { name: t("board.earlier") }).click();
  await expect(page.locator("section[data-kind]").first()).toHaveAttribute("data-kind", "text");

  // Somebody's own look stands in the address; kept, it is everybody's.
  await page.getByRole("button", { name: t("board.setRange") }).click();
  await expect(page).toHaveURL(/q=\(range:/);
  await page.getByRole("button", { name: t("board.keepLook") }).click();
  await expect(page).not.toHaveURL(/q=\(range:/);
  await expect(page.getByRole("button", { name: t("board.eachRange") })).toBeVisible();

  await page.reload();
  await expect(page.getByRole("textbox", { name: t("board.name") })).toHaveValue(name);
  await expect(page.locator("section[data-kind]").first()).toHaveAttribute("data-kind", "text");

  await page.getByRole("button", { name: t("board.full") }).click();
  await expect(page.getByRole("button", { name: t("board.add"), exact: true })).toHaveCount(0);
  await page.getByRole("button", { name: t("board.leaveFull") }).click();
  await page.getByRole("button", { name: t("action.moreActions") }).click();
  await page.getByRole("option", { name: t("action.remove") }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page).toHaveURL(/boards$/);
  await expect(page.getByRole("link", { name })).toHaveCount(0);
});

test("a trend is followed as a metric with a target, and stands in a tree", async ({ page, visit, words }) => {
  const { t, language } = words;
  const name = `E2E metric ${language} ${Date.now()}`;
  await visit(`/trends?q=${QUESTION}`);
  await answered(page, words);
  await page.getByRole("button", { name: t("board.addTo") }).click();
  await page.getByRole("option", { name: t("metric.follow") }).click();
  await page.getByLabel(t("metric.name"), { exact: true }).fill(name);
  await page.getByLabel(t("metric.owner"), { exact: true }).fill("Ada");
  await page.getByLabel(t("metric.targetValue"), { exact: true }).fill("100000");
  await expect(page.getByRole("heading", { name: t("metric.preview") })).toBeVisible();
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
  await expect(page.getByText(t("metric.ownedBy", { owner: "Ada" }))).toBeVisible();
  await expect(page.getByText(t("metric.usedNowhere"))).toBeVisible();

  await page.getByRole("navigation").getByRole("link", { name: t("room.metric"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name })).toBeVisible();
  await page.getByRole("button", { name: t("metric.tree.create") }).click();
  await page.getByRole("button", { name: t("metric.tree.addTop") }).click();
  await page.getByRole("dialog").getByRole("option", { name }).click();
  const node = page.getByRole("article").filter({ hasText: name });
  await expect(node.getByRole("img").first()).toBeVisible();
  await node.getByRole("button", { name: t("board.tileMenu", { name }) }).click();
  await page.getByRole("option", { name: t("metric.tree.addBelow") }).click();
  await page.getByRole("dialog").getByLabel(t("metric.tree.text")).fill("Better templates");
  await page.getByRole("dialog").getByRole("button", { name: t("board.addText") }).click();
  await expect(page.getByRole("article")).toHaveCount(2);

  await node.getByRole("link", { name }).click();
  await expect(page.getByRole("link", { name: t("metric.tree.newName") })).toBeVisible();
  await page.getByRole("button", { name: t("metric.edit") }).click();
  await page.getByLabel(t("metric.verify")).check();
  await page.getByRole("button", { name: t("action.saveChanges") }).click();
  await expect(page.getByText(t("metric.verified"))).toBeVisible();
  await page.getByRole("button", { name: t("action.removeNamed", { name }) }).click();
  await expect(page.getByRole("dialog").getByText(t("metric.tree.newName"))).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: t("action.remove"), exact: true }).click();
  await expect(page.getByRole("rowheader", { name })).toHaveCount(0);
});
