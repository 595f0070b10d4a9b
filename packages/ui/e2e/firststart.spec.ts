// The first start, on a server that nobody signed in to yet: the one-time token, the first account, the first project, the
// snippet as it stands there, and the event that it sends.
import { execFileSync } from "node:child_process";
import { expect, test } from "@playwright/test";
import { messagesOf } from "../src/i18n/catalogue.ts";

test.use({ storageState: { cookies: [], origins: [] } });

test("whoever holds the token sets Sillage up and sees the first event arrive", async ({ page, browser, locale }) => {
  const { t, language } = messagesOf(locale?.startsWith("fr") ? "fr" : "en");
  const address = process.env.FIRST_START;
  if (!address) throw new Error("set FIRST_START to the address that a new server prints, as tests/screens.py does");
  const { origin, searchParams } = new URL(address);

  // Without the token the address leads here too, and a wrong one does not open.
  await page.goto(origin);
  await expect(page.getByRole("heading", { name: t("setup.title") })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  const fill = async () => {
    await page.getByLabel(t("field.name")).fill("Ada");
    await page.getByLabel(t("field.email")).fill("ada@courriel.example");
    await page.getByLabel(t("field.password")).fill("correct horse battery staple");
  };
  await page.getByLabel(t("setup.token")).fill("not the token");
  await fill();
  await page.getByRole("button", { name: t("setup.action") }).click();
  await expect(page.getByRole("alert")).toBeVisible();

  await page.goto(address);
  await expect(page.getByLabel(t("setup.token"))).toHaveValue(searchParams.get("token") ?? "");
  await fill();
  await page.getByRole("button", { name: t("setup.action") }).click();

  await expect(page.getByRole("heading", { name: t("newProject.first") })).toBeVisible();
  await page.getByLabel(t("newProject.name")).fill("Courriel");
  await page.getByRole("button", { name: t("newProject.action") }).click();
  await expect(page).toHaveURL(/\/p\/\d+\/start/);
  await expect(page.getByText(t("start.waiting"))).toBeVisible();

  await page.getByRole("radio", { name: "curl" }).click();
  const snippet = await page.locator("pre").innerText();
  expect(snippet).toContain(origin);
  execFileSync("bash", ["-c", snippet], { stdio: "pipe" });
  await expect(page.getByText(t("start.arrived", { event: "Sign up" }))).toBeVisible();
  await page.getByRole("link", { name: t("start.firstTrend") }).click();
  await expect(page.getByRole("region", { name: t("report.table") }).first()).toBeVisible();

  // The token is used up: its address leads to the sign-in now.
  const late = await (await browser.newContext({ storageState: { cookies: [], origins: [] }, locale })).newPage();
  await late.goto(address);
  await expect(late.getByRole("heading", { name: t("signin.title") })).toBeVisible();
});
