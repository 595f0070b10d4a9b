// Recordings in Chromium: when they begin, what is in them, what must never be, and how their pieces travel.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { gunzipSync } from "node:zlib";
import { house, recording, scene, started, throughDoor, until, wait } from "./house.mjs";

const RECORDED = { consent: { analytics: true, profiles: true, replay: true }, countDrivenBrowsers: true, gatherMs: 100, recording: { sample: 1, pages: ["."], console: true } };

async function visit(options = RECORDED, path = "/secrets", prepare = undefined) {
  const context = await house.browser.newContext();
  if (prepare) await context.addInitScript(prepare);
  const page = await context.newPage();
  await page.goto(`${house.site}${path}?options=${encodeURIComponent(JSON.stringify(throughDoor(options)))}`);
  return { page, context };
}
/** The pieces that arrived, each once, unpacked. */
function pieces() {
  const all = house.door.recordings.map(({ query, body }) => ({ query, ...JSON.parse((query.get("format") === "gzip" ? gunzipSync(body) : body).toString("utf8")) }));
  return [...new Map(all.map((piece) => [`${piece.session} ${piece.document} ${piece.seq}`, piece])).values()];
}
const events = () => pieces().flatMap((piece) => piece.events);
const hasSnapshot = () => events().some((event) => event.type === 2);
const notes = (tag) => events().filter((event) => event.type === 5 && event.data.tag === tag).map((event) => event.data.payload);

async function actOnSecrets(page) {
  await page.fill("input[name=name]", "LEAK-typed");
  await page.type("#editable", "LEAK-edited");
  await page.fill("textarea", "LEAK-typed-area");
  await page.selectOption("select", { index: 1 });
  await page.check("input[name=agree]");
  await page.click("#send");
  await page.click("#change");
  await wait(600);
  await page.click("h1");
  await wait(2500);
}

describe("recordings", { concurrency: 8 }, () => {
scene("no secret planted in the page leaves it, by recording, event, summary or signal", async () => {
  const { page, context } = await visit();
  await until(hasSnapshot, 10, "the first snapshot");
  await actOnSecrets(page);
  await page.goto("about:blank");
  const sources = () => new Set(events().filter((event) => event.type === 3).map((event) => event.data.source));
  await until(() => [0, 2, 5].every((source) => sources().has(source)), 8, "changes, clicks and inputs");
  await wait(500);
  const everything = JSON.stringify(pieces()) + house.door.bodies.join("\n") + house.door.recordings.map(({ query }) => query.toString()).join("\n");
  const leaks = [...new Set(everything.match(/LEAK[\w-]*/g) ?? [])];
  assert.deepEqual(leaks, []);
  for (const shape of ["4111 1111", "3000 6000", "12 34 56 78", "006 084", "ada.leak", "secret.example"]) assert.ok(!everything.includes(shape), `${shape} left the page`);
  // And what may be seen is.
  assert.ok(everything.includes("Shown menu"), "what is marked to be shown is masked");
  assert.ok(everything.includes("\uf101"), "icons lost their letters");
  await context.close();
});

scene("balanced shows texts without numbers and addresses, open shows them; passwords and cards never", async () => {
  for (const level of ["balanced", "open"]) {
    house.door.clear();
    const { page, context } = await visit({ ...RECORDED, masking: { level } });
    await until(hasSnapshot, 10, "the first snapshot");
    await wait(2300);
    const everything = JSON.stringify(events());
    assert.ok(everything.includes("LEAK-text in a heading"), `${level}: texts are masked`);
    for (const secret of ["LEAK-password", "LEAK-unmasked-password", "LEAK-card", "LEAK-hidden", "LEAK-masked-within", "LEAK-blocked", "LEAK-data", "LEAK-href", "LEAK-meta", "LEAK-comment", "srcdoc=", "LEAK-poster", "ada.leak", "4111 1111"]) assert.ok(!everything.includes(secret), `${level}: ${secret} left the page`);
    assert.equal(everything.includes('"LEAK-value"'), level === "open");
    await page.close();
    await context.close();
  }
});

scene("pieces are numbered from 0 without gaps, and arrive again under the same name when the server was away", async () => {
  const { page, context } = await visit(RECORDED, "/");
  await until(hasSnapshot, 10, "the first snapshot");
  house.door.state = 503;
  await page.mouse.move(300, 300, { steps: 10 });
  await page.click("#works");
  await until(() => house.door.nRefusedPieces > 0, 9, "a piece that was refused");
  house.door.state = "open";
  await page.click("#onward");
  await page.waitForURL("**/second*");
  await page.mouse.move(100, 300, { steps: 5 });
  await until(() => new Set(pieces().map((piece) => piece.document)).size === 2, 12, "the recording of the second page");
  await until(() => {
    const first = pieces().filter((piece) => piece.document === pieces()[0].document).map((piece) => piece.seq).sort((a, b) => a - b);
    return first.length >= 2 && first.every((seq, i) => seq === i);
  }, 12, "all the pieces of the first page");
  const all = pieces();
  assert.equal(new Set(all.map((piece) => piece.session)).size, 1);
  assert.equal(new Set(all.map((piece) => piece.tab)).size, 1);
  assert.ok(all.every((piece) => piece.v === 1 && piece.profile.level === "strict" && piece.query.get("seq") === String(piece.seq)));
  for (const document of new Set(all.map((piece) => piece.document))) assert.equal(all.filter((piece) => piece.document === document).sort((a, b) => a.seq - b.seq)[0].events[0].type, 4);
  await context.close();
});

const loaded = (page, name) => page.evaluate((file) => performance.getEntriesByType("resource").some((entry) => entry.name.endsWith(file)), `parts/${name}.js`);

scene("nothing is recorded, nor its code loaded, without consent, on pages that are not listed, on private ones, under GPC", async () => {
  const isLoaded = (page) => loaded(page, "replay");
  for (const [options, path, loads, prepare] of [
    [{ ...RECORDED, consent: { analytics: true } }, "/", false],
    [RECORDED, "/", false, () => Object.defineProperty(navigator, "globalPrivacyControl", { value: true })],
    [{ ...RECORDED, recording: { sample: 1 } }, "/", true],
    [{ ...RECORDED, recording: { sample: 1, pages: ["("] } }, "/", true],
    [{ ...RECORDED, recording: { sample: 1, pages: ["^/second"] } }, "/", true],
    [{ ...RECORDED, recording: { sample: 0, pages: ["."] } }, "/", true],
  ]) {
    const { page, context } = await visit(options, path, prepare);
    if (loads) await until(() => isLoaded(page), 10, `the recorder's code for ${JSON.stringify(options)}`);
    await wait(900);
    assert.equal(await isLoaded(page), loads, JSON.stringify(throughDoor(options)));
    assert.ok(!(await loaded(page, "recorder")), `the recorder itself: ${JSON.stringify(options)}`);
    await page.evaluate(() => history.pushState({}, "", "/checkout/card"));
    await page.click("#works");
    await page.close();
    await context.close();
  }
  await wait(300);
  assert.deepEqual(pieces(), []);
});

scene("what was recorded plays: the page as it was, its texts masked, its changes in place", async () => {
  const { page, context } = await visit(RECORDED, "/secrets");
  await until(hasSnapshot, 10, "the first snapshot");
  await page.fill("input[name=name]", "typed");
  await page.click("#change");
  await until(() => events().some((event) => event.type === 3 && event.data.source === 0 && event.data.adds?.length), 8, "the change");
  await until(() => events().some((event) => event.type === 3 && event.data.source === 5), 8, "what was typed, masked");
  const recorded = events().sort((a, b) => a.timestamp - b.timestamp);
  const player = await context.newPage();
  const asked = [];
  player.on("request", (request) => asked.push(request.url()));
  await player.goto(`${house.site}/play`);
  const faults = await player.evaluate(async (all) => {
    const { Replayer } = await import("/replay/replay.js");
    const warned = [];
    console.warn = (...values) => warned.push(values.map(String).join(" "));
    const replayer = new Replayer(all, { root: document.body, mouseTail: false });
    window.frameOf = replayer.iframe;
    replayer.pause(all[all.length - 1].timestamp - all[0].timestamp);
    for (let n = 0; n < 100 && !replayer.iframe.contentDocument.querySelector("#out p"); n += 1) await new Promise((done) => setTimeout(done, 100));
    await new Promise((done) => setTimeout(done, 300));
    return warned.filter((text) => /could not|not found|missing/i.test(text));
  }, recorded);
  assert.deepEqual(faults, []);
  const seen = await player.evaluate(() => {
    const { contentDocument: page } = window.frameOf;
    const name = page.querySelector("input[name=name]");
    return { h1: page.querySelector("h1").textContent, nav: page.querySelector("nav a").textContent, name: name.value, added: page.querySelector("#out p")?.textContent, fields: page.querySelectorAll("input").length, shadow: page.querySelector("#host").shadowRoot?.querySelector("p").textContent };
  });
  assert.deepEqual(seen, { h1: "••••-•••• •• • •••••••", nav: "Shown menu", name: "•••••", added: "••••-•••••", fields: 9, shadow: "••••-••••••" });
  assert.ok(!asked.some((url) => /LEAK|token|avatars/.test(url)), asked.join("\n"));
  await context.close();
});

scene("from the page to the player: recorded by the tag, kept by the server, found by what happened, played from its segments", async () => {
  const options = { ...RECORDED, recording: { ...RECORDED.recording, url: `${house.server}/v1/recordings` } };
  const context = await house.browser.newContext();
  const page = await context.newPage();
  const answers = [];
  page.on("response", (response) => response.url().startsWith(`${house.server}/v1/recordings`) && answers.push(response.status()));
  // No door of the test: what the tag of a customer's page does.
  await page.goto(`${house.site}/secrets?options=${encodeURIComponent(JSON.stringify(options))}`);
  await until(() => answers.length, 12, "the first piece");
  await page.fill("input[name=name]", "LEAK-typed");
  await page.click("#change");
  await page.evaluate(() => window.sillage.track("Gave up"));
  await wait(2600);
  await page.goto(`${house.site}/secrets?again=1&options=${encodeURIComponent(JSON.stringify(options))}`);
  await until(() => answers.length >= 3, 12, "pieces of the second page");
  await page.click("h1");
  await wait(2600);
  assert.deepEqual([...new Set(answers)], [200]);
  const question = { kind: "recordings", range: { last: 2, unit: "day" }, where: [{ field: "event", op: "is", value: "Gave up" }, { field: "page", op: "is", value: "/secrets" }] };
  const found = await until(async () => ((await house.ask(question)).recordings.find((one) => one.clicks >= 2)), 10, "the recording in the list");
  assert.ok(found.has_snapshot && found.is_live && found.keys >= 1 && found.device === "Desktop" && found.active_seconds > 0, JSON.stringify(found));
  const { documents, markers, pages, problems, recording, segments } = await (await house.get(`recordings/${found.session}`)).json();
  assert.equal(recording.session, found.session);
  assert.deepEqual(problems, []);
  assert.equal(documents.length, 2);
  assert.equal(new Set(documents.map((document) => document.tab)).size, 1);
  assert.deepEqual(pages.map((one) => one.page), ["/secrets", "/secrets/:id", "/secrets"]);
  for (const kind of ["click", "input", "event"]) assert.ok(markers.some((marker) => marker.kind === kind), kind);
  assert.ok(segments[0].has_snapshot && segments[0].t1 - segments[0].t0 <= 15_000);
  const events = [];
  for (const { n, document } of segments) {
    if (document !== documents[0].document) continue;
    const reply = await house.get(`recordings/${found.session}/segments/${n}`, { "accept-encoding": "gzip" });
    assert.equal(reply.headers.get("content-encoding"), "gzip");
    events.push(...(await reply.json()));
  }
  assert.deepEqual([...new Set(JSON.stringify([events, markers, recording]).match(/LEAK[\w-]*/g) ?? [])], []);
  const player = await context.newPage();
  await player.goto(`${house.site}/play`);
  const seen = await player.evaluate(async (all) => {
    const { Replayer } = await import("/replay/replay.js");
    const warned = [];
    console.warn = (...values) => warned.push(values.map(String).join(" "));
    const replayer = new Replayer(all, { root: document.body, mouseTail: false });
    replayer.pause(all[all.length - 1].timestamp - all[0].timestamp);
    await new Promise((done) => setTimeout(done, 500));
    const page = replayer.iframe.contentDocument;
    return { faults: warned.filter((text) => /could not|not found|missing/i.test(text)), h1: page.querySelector("h1").textContent, nav: page.querySelector("nav a").textContent, name: page.querySelector("input[name=name]").value, added: page.querySelector("#out p")?.textContent };
  }, events);
  assert.deepEqual(seen, { faults: [], h1: "••••-•••• •• • •••••••", nav: "Shown menu", name: "••••-•••••", added: "••••-•••••" });
  await context.close();
});

scene("what is done on an element that is marked to be ignored is in no recording", async () => {
  const { page, context } = await visit(RECORDED, "/zones");
  await until(hasSnapshot, 10, "the first snapshot");
  await page.click("#ignored");
  await page.click("#bar");
  const clicks = () => events().filter((event) => event.type === 3 && event.data.source === 2 && event.data.type === 2);
  await until(() => clicks().length, 8, "the click");
  await wait(2400);
  assert.equal(clicks().length, 1);
  await context.close();
});

scene("withdrawing ends the recording at once", async () => {
  const { page, context } = await visit(RECORDED, "/");
  await until(hasSnapshot, 10, "the first snapshot");
  await page.evaluate(() => window.sillage.consent({ replay: false }));
  await wait(300);
  house.door.clear();
  await page.click("#works");
  await wait(2500);
  await page.close();
  assert.deepEqual(pieces(), []);
  await context.close();
});

scene("a trigger sends what happened before it", async () => {
  const { page, context } = await visit({ ...RECORDED, recording: { sample: 0, pages: ["."], triggers: { events: ["Gave up"] } } }, "/");
  await started(page, "replay");
  await recording(page);
  await page.click("#works");
  await wait(300);
  assert.deepEqual(pieces(), []);
  await page.evaluate(() => window.sillage.track("Gave up"));
  await page.click("#works");
  await until(hasSnapshot, 8, "what was before");
  const clicks = () => events().filter((event) => event.type === 3 && event.data.source === 2 && event.data.type === 2);
  await until(() => clicks().length === 2, 5, "both clicks");
  assert.equal(notes("trigger")[0].why, "Gave up");
  await context.close();
});

scene("a session that is not sampled loads no recorder, until the page asks for one", async () => {
  const { page, context } = await visit({ ...RECORDED, recording: { sample: 0, pages: ["."] } }, "/");
  await started(page, "replay");
  await page.click("#works");
  await wait(600);
  assert.ok(!(await loaded(page, "recorder")));
  await page.evaluate(() => window.sillage.recording(true));
  await until(hasSnapshot, 8, "the page, asked for");
  assert.ok(await loaded(page, "recorder"));
  await page.evaluate(() => window.sillage.recording(false));
  await page.click("#works");
  await wait(2600);
  assert.ok(!events().some((event) => event.type === 3 && event.data.source === 2 && event.data.type === 2), "neither the click before nor the one after");
  await context.close();
});

scene("a page of too many elements is recorded without its contents", async () => {
  const { page, context } = await visit({ ...RECORDED, recording: { ...RECORDED.recording, maxElements: 10 } }, "/");
  await until(() => notes("start").length, 10, "the beginning");
  await page.click("#works");
  await until(() => events().some((event) => event.type === 3 && event.data.source === 2), 8, "the click");
  assert.equal(notes("start")[0].is_interaction_only, true);
  assert.ok(!hasSnapshot());
  await context.close();
});

scene("a page that never stops changing stays within its budget, and the page itself goes on", async () => {
  const { page, context } = await visit(RECORDED, "/");
  await until(hasSnapshot, 10, "the first snapshot");
  await page.evaluate(() => {
    window.rounds = 0;
    const out = document.getElementById("out");
    window.churn = setInterval(() => {
      out.innerHTML = Array.from({ length: 400 }, (_, i) => `<p class="row"><span>${i} ${window.rounds}</span></p>`).join("");
      window.rounds += 1;
    }, 40);
  });
  for (let i = 0; i < 30; i += 1) {
    await page.mouse.move(100 + i * 3, 200);
    await wait(100);
  }
  await until(() => page.evaluate(() => window.rounds > 20), 8, "the page going on");
  const bytes = () => events().filter((event) => event.type === 3 && event.data.source === 0).reduce((sum, event) => sum + JSON.stringify(event).length, 0);
  await until(() => bytes() > 10_000, 8, "the first of the changes");
  await wait(2300);
  assert.ok(bytes() < 1_300_000, `${bytes()} bytes of changes`);
  await context.close();
});
});
