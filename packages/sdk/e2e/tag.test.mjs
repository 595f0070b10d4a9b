// The tag in Chromium, against a real Sillage: what it sends, what it keeps, and what it does to pages that are not kind to it.
import assert from "node:assert/strict";
import { describe } from "node:test";
import { house, scene, started, throughDoor, until, wait } from "./house.mjs";

const CONSENTED = { consent: { analytics: true, profiles: true }, countDrivenBrowsers: true };

async function visit(options = CONSENTED, path = "/", context = undefined) {
  const own = context ?? (await house.browser.newContext());
  const page = await own.newPage();
  await page.goto(`${house.site}${path}${path.includes("?") ? "&" : "?"}options=${encodeURIComponent(JSON.stringify(throughDoor(options)))}`);
  return { page, context: own, close: () => own.close() };
}
const ids = (page) => page.evaluate(() => window.sillage.ids());
const sent = (name) => house.door.records().filter((record) => record.event === name);
const stored = (page) => page.evaluate(() => [...Object.entries(localStorage), ...Object.entries(sessionStorage)].map(([name, value]) => `${name}=${value}`));

describe("the tag", { concurrency: 8 }, () => {
scene("page views, clicks, changes and submits arrive, with a session and a device, and without any value", async () => {
  const { page, close } = await visit();
  await page.click("#works");
  await page.fill("input[name=email]", "secret@person.example");
  await page.selectOption("select[name=plan]", "pro");
  await page.click("#go");
  const { device, session } = await ids(page);
  const mine = async () => (await house.events()).filter((event) => event.device_id === device);
  const seen = await until(async () => ((await mine()).some((event) => event.event === "$submit") ? mine() : null), 10, "the submit");
  const of = (name) => seen.filter((event) => event.event === name);
  assert.equal(of("$pageview").length, 1);
  assert.equal(of("$pageview")[0].properties.$page, "/");
  assert.deepEqual(of("$click").map((event) => event.properties.$selector).sort(), ['[id="go"]', '[id="works"]']);
  assert.deepEqual(of("$change").map((event) => event.properties.$selector).sort(), ['input[name="email"]', 'select[name="plan"]']);
  assert.ok(seen.every((event) => event.session_id === session));
  assert.ok(!JSON.stringify(house.door.bodies).includes("secret@person"), "a value left the page");
  assert.ok(!JSON.stringify(house.door.bodies).includes("options="), "a parameter of the address left the page");
  assert.deepEqual((await house.refused()).refused ?? [], []);
  await close();
});

scene("a single-page application: a change of path is a page view, a change of parameters is not", async () => {
  const { page, close } = await visit();
  await page.evaluate(() => {
    history.pushState({}, "", "/orders/12345");
    history.replaceState({}, "", "/orders/67890?page=2");
    history.pushState({}, "", "/orders/67890/edit");
    history.back();
  });
  await until(() => sent("$pageview").length >= 4, 5, "four page views");
  await wait(300);
  assert.deepEqual(sent("$pageview").map((event) => event.properties.$page), ["/", "/orders/:id", "/orders/:id/edit", "/orders/:id"]);
  assert.match(sent("$pageview")[1].properties.$referrer, /\/$/);
  await close();
});

scene("a classic site: the summary and the last events of a page outlive it, and count once although they are sent again", async () => {
  const { page, close } = await visit({ ...CONSENTED, gatherMs: 60_000 });
  await started(page, "heatmap");
  await page.evaluate(() => window.sillage.track("Just before leaving", { n: 1 }));
  const { device } = await ids(page);
  await page.click("#onward");
  await page.waitForURL("**/second*");
  await page.evaluate(() => window.sillage.flush());
  const mine = async (name) => (await house.events(name)).filter((event) => event.device_id === device);
  await until(async () => (await mine("Just before leaving")).length, 5, "the last event");
  const hasClick = (event) => event.properties.$page === "/" && event.properties.elements.some((one) => one.sel === '[id="onward"]' && one.clicks === 1);
  await until(async () => (await mine("$page_summary")).some(hasClick), 5, "the summary of the first page, with its click");
  await until(async () => (await mine("$pageview")).length === 2, 5, "both page views");
  await page.close();
  await until(async () => (await mine("$page_summary")).some((event) => event.properties.$page === "/second"), 5, "the summary of the page that was closed");
  assert.equal((await mine("Just before leaving")).length, 1);
  assert.equal((await mine("$page_summary")).filter(hasClick).length, 1);
  assert.deepEqual((await mine("$pageview")).map((event) => event.properties.$page).sort(), ["/", "/second"]);
  await close();
});

scene("back and forth in the browser's own history: each page is viewed once each time, out of its cache too", async () => {
  const { page, close } = await visit();
  await page.click("#onward");
  await page.waitForURL("**/second*");
  await until(() => sent("$pageview").some((event) => event.properties.$page === "/second"), 8, "the second page");
  await page.goBack();
  await until(() => new Set(sent("$pageview").map((event) => event.insert_id)).size === 3, 8, "the third page view");
  await wait(400);
  const views = [...new Map(sent("$pageview").map((event) => [event.insert_id, event.properties])).values()];
  assert.deepEqual(views.map((view) => `${view.$page} ${view.$navigation}`), ["/ load", "/second load", "/ back"]);
  await close();
});

scene("nothing is lost while the server is away, and nothing counts twice when its answers are", async () => {
  house.door.state = "shut";
  const { page, context, close } = await visit();
  await page.evaluate(() => window.sillage.track("While away", { n: 1 }));
  const { device } = await ids(page);
  await until(async () => (await stored(page)).some((line) => line.includes("While away")), 15, "the queue on the device");
  await page.close();
  house.door.state = "forgetful";
  const again = await visit(CONSENTED, "/", context);
  await again.page.evaluate(() => window.sillage.flush());
  await until(() => sent("While away").length >= 1, 10, "the event, sent by the next page");
  await again.page.close();
  house.door.state = "open";
  const third = await visit(CONSENTED, "/", context);
  await third.page.evaluate(() => setTimeout(() => window.sillage.flush(), 500));
  await until(() => sent("While away").length >= 2, 10, "the event, sent again");
  const kept = (await house.events("While away")).filter((event) => event.device_id === device);
  assert.equal(kept.length, 1);
  assert.equal(new Set(sent("While away").map((event) => event.insert_id)).size, 1);
  await close();
});

scene("a server that takes only small requests gets small ones; one that asks to wait is left alone for so long", async () => {
  house.door.maxEvents = 3;
  const { page, close } = await visit({ ...CONSENTED, gatherMs: 400 });
  await page.evaluate(() => {
    for (let n = 0; n < 20; n += 1) window.sillage.track("Many", { n });
  });
  await until(() => sent("Many").length >= 20, 10, "all twenty");
  assert.deepEqual(sent("Many").map((event) => event.properties.n), Array.from({ length: 20 }, (_, n) => n));
  house.door.state = 429;
  house.door.retryAfter = 8;
  await page.evaluate(() => window.sillage.track("Patient"));
  await until(() => house.door.nRefused > 0, 10, "the first attempt");
  house.door.state = "open";
  await page.evaluate(() => window.sillage.flush());
  await wait(1500);
  assert.equal(sent("Patient").length, 0, "it came before it was asked to");
  await until(() => sent("Patient").length, 20, "the event");
  await close();
});

scene("offline, events wait and come when the browser is back", async () => {
  const { page, context, close } = await visit();
  await until(() => sent("$pageview").length, 5, "the page view");
  await context.setOffline(true);
  await page.evaluate(() => window.sillage.track("In a tunnel"));
  await wait(600);
  assert.equal(sent("In a tunnel").length, 0);
  await context.setOffline(false);
  await until(() => sent("In a tunnel").length, 8, "the event");
  await until(async () => !(await stored(page)).some((line) => line.includes("In a tunnel")), 5, "an empty queue on the device");
  await close();
});

scene("who it is: identify ties the device to the user, groups and properties arrive, reset makes somebody else", async () => {
  const { page, close } = await visit();
  const before = await ids(page);
  await page.evaluate(() => {
    window.sillage.track("Anonymous");
    window.sillage.register({ plan: "pro", when: new Date(0), time: "soon", token: "kept" });
    window.sillage.identify("u-1", { name: "Ada" });
    window.sillage.group("company", "acme", { seats: 5 });
    window.sillage.people.add({ logins: 1 });
    window.sillage.track("Known", { emoji: "😀".slice(0, 1), nested: { a: [1, NaN] }, big: 10n, self: window });
    window.sillage.flush();
  });
  const known = await until(async () => (await house.events("Known"))[0], 8, "the event");
  assert.equal(known.user_id, "u-1");
  assert.deepEqual(known.groups, { company: ["acme"] });
  assert.equal(known.properties.plan, "pro");
  assert.equal(known.properties.emoji, "\ufffd");
  assert.equal(known.properties.big, "10");
  const person = JSON.stringify(await until(async () => {
    const found = await house.person("u-1");
    return JSON.stringify(found).includes("Ada") ? found : null;
  }, 8, "the person"));
  assert.ok(person.includes("logins"));
  await page.evaluate(() => {
    window.sillage.reset();
    window.sillage.track("Somebody else");
    window.sillage.identify("undefined");
    window.sillage.track("Still nobody");
    window.sillage.flush();
  });
  const nobody = await until(async () => (await house.events("Still nobody"))[0], 8, "the event");
  assert.equal(nobody.user_id, undefined);
  assert.equal(nobody.properties.plan, undefined);
  assert.notEqual(nobody.device_id, before.device);
  const anonymous = (await house.events("Anonymous"))[0];
  assert.equal(anonymous.device_id, before.device);
  await close();
});

scene("exempt until consent: page summaries that name nobody, nothing on the device", async () => {
  const { page, context, close } = await visit({});
  await started(page, "heatmap");
  await page.mouse.move(200, 200);
  await page.click("#works");
  await page.evaluate(() => {
    window.sillage.track("Not allowed");
    window.sillage.identify("u-2");
  });
  await page.evaluate(() => history.pushState({}, "", "/next"));
  const summary = await until(() => sent("$page_summary")[0], 5, "the summary");
  assert.deepEqual(Object.keys(summary).sort(), ["event", "insert_id", "properties", "seq", "time"]);
  assert.equal(summary.properties.$n_clicks, 1);
  assert.deepEqual(await stored(page), []);
  assert.deepEqual(await context.cookies(), []);
  assert.ok(house.door.records().every((record) => record.event === "$page_summary"));

  await page.evaluate(() => window.sillage.consent({ analytics: true, profiles: true }, { version: "1", mechanism: "banner" }));
  await until(() => sent("$consent").length, 5, "the proof");
  assert.equal(sent("$pageview").length, 1);
  assert.ok((await stored(page)).length > 0);
  const first = await ids(page);
  assert.ok(first.device);
  await page.evaluate(() => {
    window.sillage.track("Withdrawn a moment later");
    window.sillage.consent({ analytics: false });
  });
  await wait(500);
  assert.equal(sent("Withdrawn a moment later").length, 0);
  assert.deepEqual(await stored(page), []);
  await page.evaluate(() => window.sillage.consent({ analytics: true }));
  assert.notEqual((await ids(page)).device, first.device);
  await close();
});

scene("who withdraws what the site took for granted stays withdrawn on the next page", async () => {
  const { page, context, close } = await visit();
  await page.evaluate(() => window.sillage.consent({ analytics: false }));
  const left = await stored(page);
  assert.equal(left.length, 1, left.join("\n"));
  assert.match(left[0], /^sillage-consent.*"analytics":false/);
  await page.close();
  const next = await visit(CONSENTED, "/second", context);
  assert.equal((await next.page.evaluate(() => window.sillage.state())).mode, "exempt");
  await close();
});

scene("opting out ends everything, on the next page too", async () => {
  const { page, context, close } = await visit();
  await until(() => sent("$pageview").length, 5, "the page view");
  await page.evaluate(() => {
    window.sillage.track("Not any more");
    window.sillage.optOut();
    window.sillage.track("Nor this");
  });
  house.door.clear();
  const next = await visit(CONSENTED, "/second", context);
  await wait(600);
  await next.page.close();
  await wait(200);
  assert.deepEqual(house.door.records(), []);
  await close();
});

scene("a browser that says Global Privacy Control is not profiled", async () => {
  const context = await house.browser.newContext();
  await context.addInitScript(() => Object.defineProperty(navigator, "globalPrivacyControl", { value: true }));
  const { page, close } = await visit({ ...CONSENTED, consent: { analytics: true, profiles: true, replay: true } }, "/", context);
  await page.evaluate(() => window.sillage.identify("u-3"));
  assert.deepEqual(await page.evaluate(() => window.sillage.state().choices), { analytics: true, replay: false, surveysLink: false, profiles: false });
  assert.equal((await ids(page)).user, "");
  await close();
});

scene("Do Not Track is honoured where the site says so, and not looked at elsewhere", async () => {
  for (const [respectDnt, isHeld] of [[true, true], [undefined, false]]) {
    const context = await house.browser.newContext();
    await context.addInitScript(() => Object.defineProperty(navigator, "doNotTrack", { value: "1" }));
    const { page, close } = await visit({ ...CONSENTED, respectDnt, consent: { analytics: true, profiles: true, replay: true }, recording: { sample: 1, pages: ["."] } }, "/", context);
    await page.evaluate(() => window.sillage.identify("u-dnt"));
    assert.deepEqual(await page.evaluate(() => window.sillage.state().choices), { analytics: true, replay: !isHeld, surveysLink: false, profiles: !isHeld });
    assert.equal((await ids(page)).user, isHeld ? "" : "u-dnt");
    await close();
  }
});

scene("one session for all tabs; another after half an hour of nothing; a timer keeps none alive", async () => {
  const first = await visit();
  await first.page.mouse.click(400, 60);
  const second = await visit(CONSENTED, "/second", first.context);
  assert.equal((await ids(second.page)).session, (await ids(first.page)).session);
  const old = (await ids(second.page)).session;
  await second.page.evaluate(() => {
    for (const name of Object.keys(localStorage).filter((one) => one.endsWith(".session"))) {
      const [id, began, active] = localStorage[name].split(" ");
      localStorage[name] = [id, Number(began) - 1_900_000, Number(active) - 1_900_000].join(" ");
    }
  });
  await second.page.close();
  await first.page.close();
  const third = await visit(CONSENTED, "/", first.context);
  assert.notEqual((await ids(third.page)).session, old);
  await first.close();
});

scene("pages that are not kind: nothing is thrown into them, and the events arrive", async () => {
  const context = await house.browser.newContext();
  await context.addInitScript(() => {
    // The page breaks its own window, not those of the frames in it.
    if (window !== window.top) return;
    Array.prototype.toJSON = () => "broken";
    String.prototype.toJSON = () => "broken";
    Object.prototype.key = "polluted";
    Object.prototype.consent = { analytics: false };
    window.fetch = () => {
      throw new Error("no fetch here");
    };
    window.setTimeout = () => 0;
    EventTarget.prototype.addEventListener = function () {};
    window.MutationObserver = class {};
    Object.defineProperty(window, "localStorage", { get: () => { throw new Error("no storage here"); } });
    console.warn = () => { throw new Error("no console here"); };
  });
  const { page, close } = await visit(CONSENTED, "/", context);
  await page.click("#works");
  await page.evaluate(() => {
    const cyclic = {};
    cyclic.self = cyclic;
    window.sillage.track("Survived", { list: [1, 2], cyclic, __proto__: { x: 1 }, get bad() { throw new Error("a getter that throws"); } });
    window.sillage.track("Survived", { list: [1, 2] });
    window.sillage.track();
    window.sillage.identify({});
    window.sillage.people.set(null);
    window.sillage.on("nothing");
    window.sillage.flush();
  });
  const survived = await until(() => sent("Survived")[0], 8, "the event");
  assert.deepEqual(survived.properties.list, [1, 2]);
  await until(() => sent("$click").length, 8, "the click");
  assert.deepEqual(await page.evaluate(() => window.faults), []);
  await close();
});

scene("full storage: events go all the same", async () => {
  const { page, close } = await visit({ ...CONSENTED, gatherMs: 300 });
  await page.evaluate(() => {
    let text = "x".repeat(1_000_000);
    while (text) {
      try {
        localStorage.setItem(`full${Object.keys(localStorage).length}`, text);
      } catch {
        text = text.slice(0, text.length / 2);
      }
    }
    window.sillage.track("No room");
    window.sillage.register({ x: "y".repeat(5000) });
    window.sillage.track("No room", { n: 2 });
  });
  await until(() => sent("No room").length === 2, 8, "both events");
  assert.equal(sent("No room")[1].properties.x.length, 5000);
  assert.deepEqual(await page.evaluate(() => window.faults), []);
  await close();
});

scene("a strict policy with a nonce: the tag and its parts load, nothing is violated", async () => {
  const context = await house.browser.newContext();
  const policy = "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self'; require-trusted-types-for 'script'";
  const page = await context.newPage();
  const violations = [];
  page.on("console", (message) => message.type() === "error" && violations.push(`${message.text()} ${message.location().url}`));
  await page.goto(`${house.site}/strict?door=${house.door.path}&csp=${encodeURIComponent(policy)}`);
  await until(() => sent("$pageview").length, 5, "the page view");
  // Each page has its summary; that of the first may be too early for the part that makes them.
  for (let n = 0; n < 40 && !sent("$page_summary").some(({ properties }) => properties.elements); n += 1) {
    await page.evaluate((name) => history.pushState({}, "", `/strict/${"abcdefgh"[name % 8]}`), n);
    await wait(250);
  }
  assert.ok(sent("$page_summary").some(({ properties }) => properties.elements), "the part that makes summaries was not loaded");
  assert.deepEqual(violations.filter((text) => !/favicon/.test(text)), []);
  await context.close();
});

scene("a script of one host, a page of another, a server of a third: parts load, events arrive, no leave is asked for", async () => {
  const context = await house.browser.newContext();
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.goto(`${house.site}/other`);
  await page.click("#works");
  await until(async () => (await house.events("$click")).some((event) => event.properties.$page === "/other"), 8, "the click");
  for (const part of ["heatmap", "friction", "vital", "error"]) await until(() => asked.includes(`GET /s/parts/${part}.js`), 8, `the request for ${part}`);
  await started(page, "heatmap");
  await page.goto("about:blank");
  await until(async () => (await house.events("$page_summary")).some((event) => event.properties.$page === "/other" && event.properties.elements), 8, "the summary");
  assert.ok(!asked.some((request) => request.startsWith("OPTIONS")), asked.join("\n"));
  await context.close();
});

scene("the snippet keeps calls until the tag is there, and the tag loads once", async () => {
  const context = await house.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${house.site}/snippet?door=${house.door.path}`);
  await until(() => sent("Before the tag").length, 5, "the call that came before the tag");
  assert.equal(sent("Before the tag").length, 1);
  assert.equal(sent("Before the tag")[0].user_id, "u-9");
  await context.close();
});

scene("wrong options and calls are named, with what to do, and cost nothing else", async () => {
  const context = await house.browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  const options = { ...CONSENTED, sessionMinutes: "long", autocaptur: true, masking: { unmask: ["p >", "nav"] } };
  await page.goto(`${house.site}/?options=${encodeURIComponent(JSON.stringify(throughDoor(options)))}`);
  await page.evaluate(() => {
    window.sillage.track("");
    window.sillage.identify(null);
    window.sillage.init({ key: "wk_other" });
  });
  await until(() => ["sessionMinutes", "autocaptur ", "p >", "track:", "identify:"].every((word) => said.some((text) => text.includes(word))), 5, "the sentences").catch((error) => {
    throw new Error(`${error.message}\n${said.join("\n")}`);
  });
  await until(() => sent("$pageview").length, 5, "the page view");
  await context.close();
});

scene("a key that the server does not know is said, and nothing more is sent", async () => {
  const context = await house.browser.newContext();
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  await page.goto(`${house.site}/?options=${encodeURIComponent(JSON.stringify(throughDoor({ ...CONSENTED, key: "wk_nobody" })))}`);
  await until(() => said.some((text) => text.includes("does not know the key")), 6, "the sentence");
  const n = house.door.bodies.length;
  await page.evaluate(() => window.sillage.track("More"));
  await wait(500);
  assert.equal(house.door.bodies.length, n);
  await context.close();
});
});
