// The npm package `mixpanel-browser` in a real Chromium: browser.mjs URL WRITE_KEY CHROMIUM. Prints {"errors": [...], "beacons": n, "resent": n}.
//
// A page of another origin sends to the server and is left right after an event, once by a link and once by closing it: both events leave by a beacon.
// The client keeps what a beacon took, not knowing whether it arrived, and the next page sends it a second time.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, key, executablePath] = process.argv.slice(2);
const library = readFileSync(createRequire(import.meta.url).resolve("mixpanel-browser/dist/mixpanel.umd.js"));
const page = `<!doctype html><meta charset="utf-8"><title>Courriel</title><h1>Courriel</h1><script src="/mixpanel.js"></script>
<script>mixpanel.init(${JSON.stringify(key)}, { api_host: ${JSON.stringify(url)}, persistence: "localStorage", batch_flush_interval_ms: 1000, debug: true });</script>`;
const site = createServer((request, response) => {
  const script = request.url === "/mixpanel.js";
  response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
  response.end(script ? library : page);
});
await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
const address = `http://localhost:${site.address().port}/pricing?utm_source=newsletter`;

const errors = [];
// The insert ids of the events in a body: `data=` and base64 of JSON.
const insertIds = (body) => {
  const data = new URLSearchParams(body ?? "").get("data");
  const records = data ? [JSON.parse(Buffer.from(data, "base64").toString())].flat() : [];
  return records.map((record) => record.properties?.$insert_id).filter(Boolean);
};
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
// The client keeps quiet for what looks like a robot, and a headless Chromium says that it is one.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const context = await browser.newContext({ userAgent });
// Chromium does not report beacons of a page that goes away, so the page writes down what it hands to them.
await context.addInitScript(() => {
  const send = navigator.sendBeacon.bind(navigator);
  navigator.sendBeacon = (address, body) => {
    localStorage.beacons = JSON.stringify([...JSON.parse(localStorage.beacons ?? "[]"), body]);
    return send(address, body);
  };
  // The client writes its queue to the browser's storage under a lock that it tries for again and again; both are behind it when no key of the lock is left.
  window.written = async () => {
    do await new Promise((done) => setTimeout(done, 20));
    while (Object.keys(localStorage).some((name) => /:[XYZ]$/.test(name)));
  };
});
const posted = new Set();
context.on("request", (request) => {
  if (!request.url().startsWith(url)) return;
  for (const id of insertIds(request.postData())) posted.add(id);
});
context.on("response", (response) => {
  if (response.url().startsWith(url) && response.status() >= 400) errors.push(`${response.status()} ${response.url().slice(0, 120)}`);
});

const open = async () => {
  const tab = await context.newPage();
  tab.on("pageerror", (error) => errors.push(`page: ${error.message}`));
  tab.on("console", (message) => {
    if (message.type() === "error" && /CORS|blocked/.test(message.text())) errors.push(message.text());
  });
  await tab.goto(address);
  return tab;
};

const first = await open();
await first.evaluate(() => {
  mixpanel.track("Landed", { variant: "b" });
  mixpanel.identify("web-ada");
  mixpanel.track("Signed up");
  mixpanel.set_group("company", "web-acme");
  mixpanel.track("Campaign sent", { recipients: 120 });
});
// Every operation on people and groups; what comes of them is in test_official_clients.py. The client gets the lock of its queue in no particular order,
// so who makes several changes of one property at once cannot know which is the last: a person does not click that fast.
await first.evaluate(async () => {
  const { people } = mixpanel;
  const acme = mixpanel.get_group("company", "web-acme");
  const gone = mixpanel.get_group("company", "web-gone");
  const operations = [
    () => people.set({ $name: "Ada", plan: "free", tmp: 1, other: "x" }),
    () => people.set("plan", "pro"),
    () => people.set_once({ plan: "never", first: "kept" }),
    () => people.increment("logins", 3),
    () => people.increment("logins"),
    () => people.increment({ logins: 1, credits: -4 }),
    () => people.append("visited", "pricing"),
    () => people.append({ visited: "editor" }),
    () => people.union({ visited: ["editor", "billing"], tags: ["a", "b"] }),
    () => people.remove("visited", "pricing"),
    () => people.remove({ tags: "nothing" }),
    () => people.unset("tmp"),
    () => people.unset(["other", "nothing"]),
    () => people.clear_charges(),
    () => acme.set({ $name: "Acme", seats: 12, tmp: 1 }),
    () => acme.set_once({ seats: 1, since: 2020 }),
    () => acme.union("products", ["anvil", "rocket"]),
    () => acme.remove("products", "anvil"),
    () => acme.unset("tmp"),
    () => gone.set({ $name: "Gone" }),
    () => gone.delete(),
  ];
  for (const operation of operations) {
    operation();
    await window.written();
  }
});
await first.waitForTimeout(2500); // longer than the client's flush interval
// What is in the browser's storage stays there when the beacon is sent.
// Right after a batch was sent, so that the next one is not due before the page is left.
const sent = first.waitForResponse((response) => response.url().startsWith(url) && response.url().includes("/track"));
await first.evaluate(() => mixpanel.track("Stayed"));
await sent;
await first.evaluate(() => {
  mixpanel.track("Followed a link");
  return window.written();
});
await first.goto("about:blank");
await first.waitForTimeout(300);

const second = await open();
await second.evaluate(() => {
  mixpanel.track("Closed the tab");
  return window.written();
});
await second.close({ runBeforeUnload: true });
await new Promise((done) => setTimeout(done, 3000));

const third = await open();
await third.evaluate(() => mixpanel.track("Returned"));
await third.waitForTimeout(5000);
// Somebody else on the same machine, who goes again.
await third.evaluate(async () => {
  mixpanel.reset();
  mixpanel.identify("web-gone");
  mixpanel.people.set({ $name: "Gone" });
  await window.written();
  mixpanel.people.delete_user();
});
await third.waitForTimeout(1500); // longer than the client's flush interval
const beacons = JSON.parse(await third.evaluate(() => localStorage.beacons ?? "[]")).flatMap(insertIds);
await third.close({ runBeforeUnload: true });
await new Promise((done) => setTimeout(done, 300));
await browser.close();
site.close();
console.log(JSON.stringify({ errors, beacons: beacons.length, resent: beacons.filter((id) => posted.has(id)).length }));
