// An interview from the study to the deletion: written, opened, booked by a guest of another zone without JavaScript and with it, noted, cancelled, forgotten.
import type { Browser, Page } from "@playwright/test";
import { expect, test } from "./words.ts";

test.describe.configure({ mode: "serial", timeout: 120_000 });

const GUEST = { en: { talk: "I agree to take part", go: "Go on", booked: "It is booked", cancel: "Cancel the talk", cancelled: "The talk is cancelled", wrong: "This link opens nothing" }, fr: { talk: "J’accepte de participer", go: "Continuer", booked: "C’est réservé", cancel: "Annuler l’entretien", cancelled: "L’entretien est annulé", wrong: "Ce lien n’ouvre rien" } };
let study = "";
let recruit = "";

async function guest(browser: Browser, language: string, options: object = {}): Promise<Page> {
  const context = await browser.newContext({ locale: language === "fr" ? "fr-FR" : "en-GB", storageState: { cookies: [], origins: [] }, ...options });
  return context.newPage();
}

const titleOf = (language: string): string => (language === "fr" ? "Trier ses mails" : "Sorting mails");

test("the empty room says what a study is, and one is written and opened", async ({ page, visit, words: { t, language } }) => {
  await visit("/interviews/new");
  await page.getByLabel(t("interview.title")).fill(titleOf(language));
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("region", { name: t("interview.missing") })).toContainText(t("interview.problem.no_meeting"));
  await expect(page.getByRole("button", { name: t("interview.open") })).toBeDisabled();

  await page.getByLabel(t("interview.meeting")).fill("https://meet.example/sorting");
  await page.getByLabel(t("interview.timezone")).selectOption("Europe/Paris");
  await page.getByLabel(t("interview.notice")).fill("2");
  await page.getByRole("button", { name: t("interview.addQuestion") }).click();
  await page.getByLabel(t("interview.question", { n: 1 }), { exact: true }).fill(language === "fr" ? "Triez-vous vos mails ?" : "Do you sort your mails?");
  await page.getByLabel(t("interview.choice", { n: 1 }), { exact: true }).fill(language === "fr" ? "Oui" : "Yes");
  await page.getByLabel(t("interview.choice", { n: 2 }), { exact: true }).fill(language === "fr" ? "Non" : "No");
  await page.getByRole("button", { name: t("interview.addObserver") }).click();
  await page.getByLabel(t("interview.observer"), { exact: true }).fill("Bo");
  await page.getByRole("button", { name: t("action.save"), exact: true }).click();
  await expect(page.getByRole("button", { name: t("interview.open") })).toBeEnabled();
  await expect(page.getByRole("region", { name: t("interview.missing") })).toHaveCount(0);

  const calendar = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "DTSTART;TZID=Europe/Paris:20260105T093000", "DURATION:PT30M", "RRULE:FREQ=DAILY", "END:VEVENT", "BEGIN:VEVENT", "DTSTART:soon", "END:VEVENT", "END:VCALENDAR"].join("\r\n");
  await page.getByLabel(t("interview.calendarFile")).setInputFiles({ name: "ada.ics", mimeType: "text/calendar", buffer: Buffer.from(calendar) });
  await expect(page.getByText(t("interview.unread", { n: 1 }))).toBeVisible();

  await page.getByRole("button", { name: t("interview.open") }).click();
  await expect(page.getByText(t("interview.status.open"), { exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: t("interview.nobody") })).toBeVisible();
  study = /interviews\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
  recruit = (await page.locator("code").innerText()).trim();
  expect(recruit).toMatch(/^http.*\/interview\//);
  await visit("/interviews");
  await expect(page.getByRole("region", { name: t("room.interview") })).toContainText(titleOf(language));
});

test("a guest of another zone books, and the team sees it", async ({ browser, page, visit, words: { t, language } }) => {
  const words = GUEST[language];
  const theirs = await guest(browser, language, { timezoneId: "Asia/Kathmandu", viewport: { width: 390, height: 844 } });
  const reply = await theirs.goto(recruit);
  expect(reply?.headers()["x-robots-tag"]).toContain("noindex");
  await expect(theirs.getByRole("heading", { name: titleOf(language), level: 1 })).toBeVisible();
  await expect(theirs.getByText("Bo", { exact: true })).toBeVisible();
  await theirs.locator("input[name=name]").fill("Zoé");
  await theirs.locator("input[name=email]").fill(`zoe.${language}@example.org`);
  await theirs.locator("input[name=q0]").first().check();
  await theirs.getByText(words.talk).click();
  await theirs.getByRole("button", { name: words.go }).click();
  // The script chose the zone of the guest's machine.
  await expect(theirs).toHaveURL(/tz=Asia/);
  await expect(theirs.locator("select[name=tz]")).toHaveValue(/^Asia\/Kath?mandu$/);
  const first = theirs.locator("button[name=start]").first();
  const time = (await first.innerText()).trim();
  // Ten in Paris, since half past nine is taken: a quarter to two or a quarter to three in Nepal.
  expect(time).toMatch(/:\d5|h.\d5/);
  await first.click();
  await expect(theirs.getByRole("heading", { name: words.booked })).toBeVisible();
  await expect(theirs.locator(".when")).toContainText(/Asia\/Kath?mandu/);
  const file = theirs.waitForEvent("download");
  await theirs.locator("a[href$='invite.ics']").click();
  expect((await file).suggestedFilename()).toBe("invite.ics");
  expect(await theirs.context().cookies()).toEqual([]);

  await visit(`/interviews/${study}`);
  const row = page.getByRole("row", { name: /Zoé/ });
  await expect(row).toContainText(t("interview.of.booked"));
  await expect(row).toContainText(/Asia\/Kath?mandu/);
  await row.getByRole("link", { name: "Zoé" }).click();
  await expect(page.getByRole("heading", { name: t("interview.letter") })).toBeVisible();
  await expect(page.getByText(t("interview.noRecording"))).toBeVisible();

  await page.getByLabel(t("interview.note"), { exact: true }).fill("<b>Sorts</b> by sender");
  await page.getByLabel(t("interview.noteAt"), { exact: true }).fill("12:30");
  await page.getByLabel(t("interview.noteTags")).fill("sorting, habit");
  await page.getByRole("button", { name: t("interview.keepNote") }).click();
  await expect(page.getByText("<b>Sorts</b> by sender")).toBeVisible();
  await page.getByLabel(t("interview.upload"), { exact: true }).setInputFiles({ name: "talk.txt", mimeType: "text/plain", buffer: Buffer.from("Hello.") });
  await expect(page.getByRole("link", { name: "talk.txt" })).toBeVisible();
});

test("without JavaScript a guest books, moves and cancels; a taken time is not offered twice", async ({ browser, page, visit, words: { t, language } }) => {
  const words = GUEST[language];
  await visit(`/interviews/${study}`);
  await page.getByRole("button", { name: t("interview.invite"), exact: true }).click();
  await page.getByLabel(t("interview.addresses")).fill(`Bob <bob.${language}@example.org>, nonsense`);
  await page.getByRole("button", { name: t("interview.inviteN", { n: 2 }) }).click();
  await expect(page.getByText(t("interview.lettersCopy", { n: 1 }))).toBeVisible();
  await expect(page.getByText(t("interview.refused", { list: "nonsense" }))).toBeVisible();
  await page.getByRole("dialog").getByRole("link", { name: `bob.${language}@example.org` }).click();
  const link = /http\S+\/interview\/\S+/.exec(await page.locator("pre").innerText())?.[0] ?? "";
  expect(link).not.toBe("");

  const bob = await guest(browser, language, { javaScriptEnabled: false });
  await bob.goto(link);
  await bob.locator("input[name=q0]").first().check();
  await bob.locator("input[name=talk]").check();
  await bob.getByRole("button", { name: words.go }).click();
  // The host's zone, until another one is chosen by hand.
  await expect(bob.locator("select[name=tz]")).toHaveValue("Europe/Paris");
  await bob.locator("select[name=tz]").selectOption("Pacific/Chatham");
  await bob.locator("form[data-zone] button").click();
  await expect(bob.locator("select[name=tz]")).toHaveValue("Pacific/Chatham");
  const taken = await bob.locator("button[name=start]").first().getAttribute("value");
  // Another window takes the same time a moment before.
  const other = await guest(browser, language, { javaScriptEnabled: false });
  await other.goto(recruit);
  await other.locator("input[name=name]").fill("Eve");
  await other.locator("input[name=email]").fill(`eve.${language}@example.org`);
  await other.locator("input[name=q0]").first().check();
  await other.locator("input[name=talk]").check();
  await other.getByRole("button", { name: words.go }).click();
  await other.locator(`button[name=start][value="${taken}"]`).click();
  await expect(other.getByRole("heading", { name: words.booked })).toBeVisible();
  await bob.locator(`button[name=start][value="${taken}"]`).click();
  await expect(bob.getByRole("alert")).toBeVisible();
  await expect(bob.locator(`button[name=start][value="${taken}"]`)).toHaveCount(0);
  await bob.locator("button[name=start]").first().click();
  await expect(bob.getByRole("heading", { name: words.booked })).toBeVisible();
  await bob.getByRole("button", { name: words.cancel }).click();
  await expect(bob.getByRole("heading", { name: words.cancelled })).toBeVisible();

  await page.reload();
  await expect(page.getByText(t("interview.of.cancelled"), { exact: true })).toBeVisible();
  await page.getByRole("button", { name: t("interview.forget"), exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: t("interview.forget"), exact: true }).click();
  await expect(page.getByText(t("interview.forgotten", { talks: 1, notes: 0, files: 0, mails: 0 }))).toBeVisible();
  await bob.reload();
  await expect(bob.getByText(words.wrong)).toBeVisible();
});
