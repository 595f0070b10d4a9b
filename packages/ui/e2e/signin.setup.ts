import { expect, test } from "@playwright/test";
import { messagesOf } from "../src/i18n/catalogue.ts";
import { STATE } from "./words.ts";

const { EMAIL, PASSWORD } = process.env;

test("one signs in with e-mail and password", async ({ page }) => {
  if (!EMAIL || !PASSWORD) throw new Error("set EMAIL and PASSWORD to an account of the server at BASE_URL");
  const { t } = messagesOf("en");
  await page.addInitScript(() => localStorage.setItem("sillage.language", "en"));
  await page.goto("/");
  await expect(page.getByRole("heading", { name: t("signin.title") })).toBeVisible();
  await page.getByLabel(t("field.email")).fill(EMAIL);
  await page.getByLabel(t("field.password")).fill("not the password");
  await page.getByRole("button", { name: t("signin.action") }).click();
  await expect(page.getByText(t("signin.wrong"))).toBeVisible();
  await page.getByLabel(t("field.password")).fill(PASSWORD);
  await page.getByRole("button", { name: t("signin.action") }).click();
  await expect(page).toHaveURL(/\/p\/\d+/);
  await page.context().storageState({ path: STATE });
});
