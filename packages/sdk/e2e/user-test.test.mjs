// A user test in Chromium, against a real Sillage: a link is followed, two tasks are done, and what is told, recorded and added up is what happened.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { gunzipSync } from "node:zlib";
import { house, scene, throughDoor, until, wait } from "./house.mjs";

const T = (en, fr) => ({ en, fr });

/** Two tasks: to the second page, and something that the page does not offer. */
const definition = (more = {}) => ({
  languages: ["en", "fr"],
  url: `${house.site}/`,
  intro: T("Help us make the editor easier.", "Aidez-nous à simplifier l’éditeur."),
  tasks: [
    { id: "second", title: T("Find the second page", "Trouver la deuxième page"), scenario: T("You want to see the second page of the site.", "Vous voulez voir la deuxième page du site."), success: { on: "page", page: { value: "/second" } }, path: [{ value: "/" }, { value: "/second" }] },
    { id: "export", title: T("Export", "Exporter"), scenario: T("You want your campaigns as a file on your disk.", "Vous voulez vos campagnes dans un fichier."), success: { on: "event", event: "Exported", where: [{ property: "format", value: "csv" }] }, url: "/" },
  ],
  end: { title: T("Thank you", "Merci") },
  ...more,
});

async function published(more) {
  const made = await house.post("user-tests", { name: "Editor", definition: definition(more) });
  const test = await house.post(`user-tests/${made.id}/publish`, {});
  assert.equal(test.status, "running");
  return test;
}

async function participant(code, options = {}, context = undefined, path = "/") {
  const own = context ?? (await house.browser.newContext());
  const page = await own.newPage();
  await page.goto(`${house.site}${path}?sillage_test=${code}&options=${encodeURIComponent(JSON.stringify(throughDoor({ gatherMs: 100, recording: { sample: 0, pages: [] }, ...options })))}`);
  return { page, close: () => own.close() };
}

const bar = (page) => page.locator("[data-px-widget=test]");
const question = (page) => page.locator("[data-px-widget=survey]");
const told = (name) => house.door.records().filter((record) => record.event === name);
const button = (page, name) => bar(page).getByRole("button", { name, exact: true });

async function agree(page) {
  await bar(page).getByRole("dialog").waitFor({ timeout: 15_000 });
  for (const box of await bar(page).getByRole("checkbox").all()) await box.check();
  await button(page, "Begin").click();
}

/** With a pointer, choosing is answering. */
const rate = (page, score) => question(page).getByRole("radio", { name: new RegExp(`^${score} of 7`) }).locator("..").click();

describe("user tests", { concurrency: 4 }, () => {
  scene("a participant without consent agrees, succeeds directly, gives up, and is heard to the end", async () => {
    const test = await published();
    const { page, close } = await participant(test.code);
    await bar(page).getByRole("dialog").waitFor({ timeout: 15_000 });
    // Nothing before agreement: no event, no recording; one tick is not enough.
    await bar(page).getByRole("checkbox").first().check();
    await button(page, "Begin").click();
    await bar(page).getByRole("alert").getByText("Tick both").waitFor();
    await wait(600);
    assert.deepEqual(house.door.records().filter((record) => record.event !== "$page_summary"), []);
    assert.equal(house.door.recordings.length, 0);
    await bar(page).getByRole("checkbox").nth(1).check();
    await button(page, "Begin").click();
    await bar(page).getByText("Task 1 of 2, one more after this").waitFor();
    // The code has left the address.
    assert.ok(!page.url().includes("sillage_test"));
    await button(page, "Start").click();
    await bar(page).getByText("Task 1 of 2 · Find the second page").waitFor();
    await page.click("h1");
    await page.click("#onward");
    // Across a load of the page: the rule is met, and the question comes.
    await question(page).getByText("how difficult or easy").waitFor({ timeout: 15_000 });
    assert.equal(page.url().split("?")[0], `${house.site}/second`);
    await rate(page, 6);
    await bar(page).getByText("Task 2 of 2, the last one").waitFor();
    await button(page, "Start").click();
    await page.waitForURL((url) => url.pathname === "/");
    await bar(page).getByText("Task 2 of 2 · Export").waitFor({ timeout: 15_000 });
    // What is not meant does not end it.
    await page.evaluate(() => window.sillage.track("Exported", { format: "pdf" }));
    await page.click("#works");
    await page.reload();
    await bar(page).getByText("Task 2 of 2 · Export").waitFor({ timeout: 15_000 });
    await button(page, "I couldn’t do it").click();
    await question(page).getByRole("textbox").fill("There is no such button");
    await question(page).getByRole("button", { name: "Next" }).click();
    await rate(page, 2);
    // The SUS: strongly agree with what is good, disagree with what is not.
    const rows = question(page).getByRole("radiogroup");
    await until(async () => (await rows.count()) === 10, 10, "the ten statements");
    for (let i = 0; i < 10; i += 1) await rows.nth(i).getByRole("radio").nth(i % 2 ? 1 : 3).locator("..").click();
    await question(page).getByRole("button", { name: "Send" }).click();
    await bar(page).getByRole("heading", { name: "Thank you" }).waitFor();
    await until(() => told("$test_completed").length === 1, 10, "the end");

    const [started] = told("$test_started");
    assert.deepEqual({ test: started.properties.$test, version: started.properties.$test_version, language: started.properties.$test_language }, { test: test.id, version: 1, language: "en" });
    assert.ok(started.device_id && started.session_id && started.distinct_id === `$device:${started.device_id}`);
    const ended = told("$test_task_ended").map(({ properties: { $task, $outcome, $direct, $pages, $lostness } }) => ({ $task, $outcome, $direct, $pages, $lostness }));
    assert.deepEqual(ended, [
      { $task: "second", $outcome: "success", $direct: true, $pages: ["/", "/second"], $lostness: 0 },
      { $task: "export", $outcome: "gave_up", $direct: undefined, $pages: ["/"], $lostness: undefined },
    ]);
    const [first, second] = told("$test_task_ended");
    assert.deepEqual([first.properties.$clicks, first.properties.$misclicks, second.properties.$clicks, second.properties.$misclicks], [2, 1, 1, 0]);
    assert.ok(first.properties.$elapsed_ms > 0 && second.properties.$elapsed_ms > 0);
    assert.equal(new Set(house.door.records().filter((record) => record.event.startsWith("$test_")).map((record) => record.properties.$test_participant)).size, 1);
    // The site itself was given no leave, and so has no events of the person.
    assert.deepEqual(house.door.records().filter((record) => record.event === "$pageview"), []);

    // Recorded from the first task on, under the session that the events name, though the site records nobody.
    await until(() => house.door.recordings.length > 0, 10, "a recording");
    const pieces = house.door.recordings.map(({ query, body }) => JSON.parse((query.get("format") === "gzip" ? gunzipSync(body) : body).toString("utf8")));
    assert.ok(pieces.every((piece) => piece.session === started.session_id));
    assert.ok(pieces.flatMap((piece) => piece.events).some((event) => event.type === 2), "the page is in it");
    assert.ok(pieces[0].t0 >= started.time);

    // It is over: the tab remembers nothing, and the next page is one like any other.
    await button(page, "Close").click();
    await wait(3000);
    assert.deepEqual(await page.evaluate(() => Object.keys(sessionStorage).filter((name) => name.includes("sillage"))), []);
    const nPieces = house.door.recordings.length;
    await page.goto(`${house.site}/second`);
    await wait(1500);
    assert.equal(await bar(page).count(), 0);
    assert.equal(house.door.recordings.length, nPieces);
    await close();

    const all = await until(async () => {
      const found = await house.post(`user-tests/${test.id}/results`, {});
      return found.results.completed === 1 ? found : null;
    }, 10, "the results");
    const [one, two] = all.results.tasks;
    assert.deepEqual([one.n, one.direct, one.indirect, one.ease.mean.value, one.lostness.value], [1, 1, 0, 6, 0]);
    assert.deepEqual([two.n, two.succeeded, two.gave_up, two.ease.mean.value], [1, 0, 1, 2]);
    assert.equal(all.results.sus.score.value, 75);
    // One participant is compared with nobody.
    assert.equal(all.results.benchmark, null);
    assert.equal(all.participants[0].state, "completed");
    assert.equal(all.participants[0].tasks.export.reason, "There is no such button");
    assert.equal(all.participants[0].tasks.second.session, started.session_id);
    const file = await (await house.get(`user-tests/${test.id}/export`)).text();
    assert.ok(file.includes("There is no such button") && file.includes("/ > /second"));
  });

  scene("with consent the visit's own ids are used, a detour is indirect, and leaving ends it", async () => {
    const test = await published();
    const { page, close } = await participant(test.code, { consent: { analytics: true, profiles: true } });
    await agree(page);
    const { session, device } = await page.evaluate(() => window.sillage.ids());
    await button(page, "Start").click();
    await bar(page).getByText("Task 1 of 2 · Find the second page").waitFor();
    await page.evaluate(() => {
      history.pushState({}, "", "/detour");
      history.pushState({}, "", "/second");
    });
    await rate(page, 7);
    await button(page, "Start").click();
    await page.waitForURL((url) => url.pathname === "/");
    await bar(page).getByText("Task 2 of 2 · Export").waitFor({ timeout: 15_000 });
    await button(page, "Leave the test").click();
    // One may think again.
    await button(page, "Go on with the test").click();
    await button(page, "Leave the test").click();
    await button(page, "Leave the test").click();
    await until(() => told("$test_left").length === 1, 10, "that it was left");
    assert.deepEqual(told("$test_task_ended").map(({ properties: { $outcome, $direct } }) => [$outcome, $direct]), [["success", false], ["gave_up", undefined]]);
    assert.ok(told("$test_task_ended").every((record) => record.session_id === session && record.device_id === device));
    await close();
  });

  scene("who does not fit is thanked, a wrong answer is a failure, and time runs out", async () => {
    const choice = (id, more = {}) => ({ id, text: T(id, id), ...more });
    const test = await published({
      screener: [{ id: "buys", text: T("Do you buy online?", "Achetez-vous en ligne ?"), choices: [choice("yes", { passes: true }), choice("no")] }],
      tasks: [
        { id: "price", title: T("Price", "Prix"), scenario: T("You wonder what it costs.", "Vous vous demandez le prix."), ease: false, success: { on: "done", check: { text: T("What does it cost?", "Combien ?"), choices: [choice("ten", { is_right: true }), choice("twelve")] } } },
        { id: "wait", title: T("Wait", "Attendre"), scenario: T("You look for something that takes long.", "Vous cherchez longtemps."), ease: false, time_limit_s: 10, success: { on: "click", selector: "#never" } },
      ],
      after: { sus: false },
    });
    const other = await participant(test.code);
    await agree(other.page);
    await question(other.page).getByText("no", { exact: true }).click();
    await bar(other.page).getByText("Thank you for your answers").waitFor();
    await until(() => told("$test_left").some((record) => record.properties.$reason === "screened_out"), 10, "that it was refused");
    await other.close();
    assert.equal(house.door.recordings.length, 0);

    const { page, close } = await participant(test.code);
    await agree(page);
    await question(page).getByText("yes", { exact: true }).click();
    await button(page, "Start").click();
    await button(page, "I’m done").click();
    await question(page).getByText("twelve", { exact: true }).click();
    await button(page, "Start").click();
    await until(() => told("$test_task_ended").length === 2, 20, "the end of time");
    assert.deepEqual(told("$test_task_ended").map(({ properties: { $task, $outcome, $elapsed_ms } }) => [$task, $outcome, $task === "wait" ? $elapsed_ms : null]), [["price", "failed", null], ["wait", "timed_out", 10_000]]);
    await bar(page).getByRole("heading", { name: "Thank you" }).waitFor();
    await close();
    const all = await until(async () => {
      const found = await house.post(`user-tests/${test.id}/results`, {});
      return found.results.completed === 1 ? found : null;
    }, 10, "the results");
    assert.deepEqual([all.results.started, all.results.screened_out, all.results.tasks[0].failed, all.results.tasks[1].timed_out], [2, 1, 1, 1]);
  });

  scene("a test that is over says so, a keyboard is enough, and no thank you is heard", async () => {
    const test = await published();
    const { page, close } = await participant(test.code);
    const card = bar(page).getByRole("dialog");
    await card.waitFor({ timeout: 15_000 });
    // The focus is in the card, and goes round in it.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    assert.deepEqual(await Promise.all((await bar(page).getByRole("checkbox").all()).map((box) => box.isChecked())), [true, true]);
    await button(page, "No, thank you").focus();
    await page.keyboard.press("Enter");
    await bar(page).waitFor({ state: "detached" });
    await wait(600);
    assert.deepEqual(house.door.records().filter((record) => record.event.startsWith("$test")), []);
    await close();
    await house.put(`user-tests/${test.id}/status`, { status: "closed" });
    const late = await participant(test.code);
    await bar(late.page).getByText("This test takes nobody at the moment").waitFor({ timeout: 15_000 });
    await late.close();
  });
});
