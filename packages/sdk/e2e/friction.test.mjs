// Friction, vitals and errors in Chromium: what a person does to real controls, and what a calm visit does not cause.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { house, scene, started, throughDoor, until, wait } from "./house.mjs";

const OPTIONS = { consent: { analytics: true, profiles: true }, countDrivenBrowsers: true, gatherMs: 100 };

async function visit(options = OPTIONS, path = "/trouble") {
  const context = await house.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${house.site}${path}?options=${encodeURIComponent(JSON.stringify(throughDoor(options)))}`);
  await started(page, "friction");
  await started(page, "vital");
  // Often enough for the part of the page that changes by itself to be known as such.
  await page.evaluate(() => new Promise((done) => {
    let left = 5;
    new MutationObserver(() => (left -= 1) || done()).observe(document.getElementById("ticker"), { childList: true });
  }));
  return { page, context };
}
/** Each once, however often it was sent. */
const signals = () => [...new Map(house.door.records().filter((record) => record.event === "$friction").map((record) => [record.insert_id, record.properties])).values()];
const signal = (name, seconds = 9) => until(() => signals().find((one) => one.$signal === name), seconds, name);
const click = async (page, selector, n, gapMs) => {
  const box = await page.locator(selector).boundingBox();
  for (let i = 0; i < n; i += 1) {
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await wait(gapMs);
  }
};

describe("friction, vitals, errors", { concurrency: 6 }, () => {
scene("a control that is switched off, clicked again and again: rage and a dead click", async () => {
  const { page, context } = await visit();
  await click(page, "#off", 4, 120);
  const rage = await signal("rage_click");
  assert.equal(rage.$selector, '[id="off"]');
  // All four, unless the machine took its time over the first.
  assert.ok(rage.$clicks === 4 || rage.$clicks === 3, String(rage.$clicks));
  const dead = await signal("dead_click");
  assert.equal(dead.$disabled, true);
  await context.close();
});

scene("a control that does nothing, one that answers late, one that fails, one that throws", async () => {
  const { page, context } = await visit();
  await page.click("#nothing");
  await signal("dead_click");
  await page.click("#late");
  await signal("slow_click");
  await page.click("#fails");
  await until(() => signals().filter((one) => one.$signal === "error_click").length === 1, 5, "the failed request");
  await wait(300);
  await page.click("#throws");
  await until(() => signals().filter((one) => one.$signal === "error_click").length === 2, 5, "the error");
  assert.deepEqual(signals().filter((one) => one.$signal === "dead_click").map((one) => one.$selector), ['[id="nothing"]']);
  assert.ok(!signals().some((one) => one.$signal === "js_error" || one.$signal === "failed_request"), "told twice");
  const error = await until(() => house.door.records().find((record) => record.event === "$error"), 5, "the error itself");
  assert.equal(error.properties.$kind, "TypeError");
  assert.ok(!JSON.stringify(error).includes("ada@secret.example"), "what the message quoted left the page");
  assert.ok(house.door.records().some((record) => record.event === "$failed_request" && record.properties.$status === 500));
  assert.match(await page.evaluate(async () => (await fetch("/api/ok")).status + " " + String(new XMLHttpRequest().open)), /^200 /);
  await context.close();
});

scene("a cursor that is thrashed, a page searched up and down, a form that is given up", async () => {
  const { page, context } = await visit();
  // Until it is told: on a busy machine some of the moves come too late to be one movement.
  const doing = async (name, act) => {
    for (let i = 0; i < 400 && !signals().some((one) => one.$signal === name); i += 1) await act(i);
    return signal(name);
  };
  await doing("thrashed_cursor", async (i) => {
    await page.mouse.move(i % 2 ? 500 : 250, 300);
    await wait(55);
  });
  await doing("scroll_bounce", async (i) => {
    await page.mouse.wheel(0, i % 2 ? -1200 : 1200);
    await wait(260);
  });
  await page.fill("input[name=email]", "ada@secret.example");
  await page.focus("input[name=company]");
  await page.goto("about:blank");
  const abandon = await signal("form_abandon");
  assert.equal(abandon.$last_field, 'input[name="company"]');
  const summary = await until(() => house.door.records().filter((record) => record.event === "$page_summary").find((record) => record.properties.forms), 5, "the forms of the summary");
  assert.equal(summary.properties.forms[0].fields[0].changes, 1);
  assert.ok(!JSON.stringify(house.door.bodies).includes("ada@secret"));
  await context.close();
});

scene("in an application of one page, what ends with a page is told of that page, and what begins of the next", async () => {
  const { page, context } = await visit();
  await page.fill("input[name=email]", "ada@secret.example");
  await page.focus("input[name=company]");
  for (const path of ["/next", "/trouble", "/next", "/trouble", "/next"]) {
    await page.evaluate((to) => history.pushState({}, "", to), path);
    // Not so soon that it is a redirect.
    await wait(400);
    await page.keyboard.press("Shift");
  }
  await signal("form_abandon");
  await signal("back_and_forth");
  await until(() => house.door.records().some((record) => record.event === "$web_vitals"), 5, "the vitals");
  await page.goto("about:blank");
  const records = house.door.records();
  const views = records.filter((record) => record.event === "$pageview").map(({ properties }) => properties);
  const pageOf = new Map(views.map((view) => [view.$page_view_id, view.$page]));
  assert.equal(pageOf.size, 6);
  for (const { event, properties } of records) assert.equal(pageOf.get(properties.$page_view_id), properties.$page, `${event} ${properties.$signal ?? ""} has the page of one view and the id of another`);
  const ofFirst = records.filter((record) => record.properties.$page_view_id === views[0].$page_view_id);
  const told = ofFirst.map(({ event, properties }) => properties.$signal ?? event);
  assert.ok(told.includes("form_abandon") && told.includes("$web_vitals"), String(told));
  const summary = ofFirst.findLast((record) => record.event === "$page_summary").properties;
  assert.equal(summary.forms[0].fields[0].changes, 1);
  assert.equal(typeof summary.vitals.$ttfb_ms, "number");
  assert.equal(summary.signals.form_abandon, 1);
  await context.close();
});

scene("reloads, and there and back across page loads", async () => {
  // How soon is soon is not what is tried here, and this machine may be slow.
  const { page, context } = await visit({ ...OPTIONS, friction: { reloadsWithinMs: 300_000, uTurnDwellMs: 300_000 } });
  await page.reload();
  await started(page, "friction");
  await page.reload();
  await signal("reload_burst");
  // Not so soon that it is a redirect.
  await wait(400);
  await page.goto(`${house.site}/second`);
  await started(page, "friction");
  await page.click("#works");
  await page.goto(`${house.site}/trouble`);
  await signal("u_turn");
  await context.close();
});

scene("a calm visit gives no signal, whatever answers it", async () => {
  const { page, context } = await visit();
  await page.click("#works");
  await wait(400);
  await page.click("#box");
  await page.click("#details summary");
  await wait(300);
  await page.click("#dialog-open");
  await wait(300);
  await page.click("#dialog-close");
  await page.click("#jump");
  await wait(400);
  await page.click("#swallow");
  await click(page, "#next", 5, 150);
  await page.dblclick("h1");
  await page.click("#asks");
  await page.mouse.move(300, 200, { steps: 12 });
  for (const y of [400, 400, 400]) {
    await page.mouse.wheel(0, y);
    await wait(250);
  }
  await page.fill("input[name=email]", "ada@secret.example");
  await page.click("#go");
  await page.waitForURL("**/second*");
  await wait(3200);
  await page.close();
  await wait(300);
  assert.deepEqual(signals().map((one) => `${one.$signal} ${one.$selector ?? one.$page}`), []);
  await context.close();
});

scene("without consent, signals are counted in the summary and told of nobody; a driven browser gives none", async () => {
  const { page, context } = await visit({ countDrivenBrowsers: true, gatherMs: 100 });
  await page.evaluate(() => {
    window.heard = [];
    window.sillage.on((moment) => moment.kind === "signal" && window.heard.push(moment.signal.name));
  });
  await click(page, "#nothing", 4, 120);
  await until(() => page.evaluate(() => window.heard.includes("rage_click")), 9, "the signal, on the page");
  await page.evaluate(() => history.pushState({}, "", "/next"));
  const summary = await until(() => house.door.records().find((record) => record.properties.signals?.rage_click), 5, "the count");
  assert.equal(summary.properties.signals.rage_click, 1);
  assert.ok(!house.door.records().some((record) => record.event !== "$page_summary" || record.device_id));
  await context.close();

  house.door.clear();
  const driven = await house.browser.newContext();
  const other = await driven.newPage();
  await other.goto(`${house.site}/trouble?options=${encodeURIComponent(JSON.stringify(throughDoor({ ...OPTIONS, countDrivenBrowsers: false })))}`);
  await wait(1200);
  assert.ok(!(await other.evaluate(() => performance.getEntriesByType("resource").some((entry) => entry.name.endsWith("parts/friction.js")))));
  await driven.close();
});

scene("vitals arrive when the page goes, each with its element", async () => {
  const { page, context } = await visit();
  await page.evaluate(() => {
    window.slowest = 0;
    new PerformanceObserver((list) => (window.slowest = Math.max(window.slowest, ...list.getEntries().map((entry) => entry.duration)))).observe({ type: "event", durationThreshold: 16 });
  });
  await page.click("#heavy");
  await until(() => page.evaluate(() => window.slowest >= 100), 9, "the browser's word on how long the click took");
  await page.goto("about:blank");
  const vitals = await until(() => house.door.records().find((record) => record.event === "$web_vitals"), 5, "the vitals");
  assert.equal(typeof vitals.properties.$lcp_ms, "number");
  assert.equal(typeof vitals.properties.$ttfb_ms, "number");
  assert.ok(vitals.properties.$inp_ms >= 100, JSON.stringify(vitals.properties));
  assert.equal(vitals.properties.$inp_selector, '[id="heavy"]');
  await context.close();
});
});
