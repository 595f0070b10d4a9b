// The npm package `mixpanel-browser` in a real Chromium: browser.mjs URL WRITE_KEY CHROMIUM. Prints {"errors": [...], "requests": {...}}.
//
// A page of another origin sends to the server, is closed right after its last event (which leaves by a beacon), and is opened again
// (its queue, kept in the browser, is sent a second time).
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, key, executablePath] = process.argv.slice(2);
const library = readFileSync(createRequire(import.meta.url).resolve("mixpanel-browser/dist/mixpanel.umd.js"));
const page = `<!doctype html><meta charset="utf-8"><title>Courriel</title><h1>Courriel</h1><script src="/mixpanel.js"></script>
<script>mixpanel.init(${JSON.stringify(key)}, { api_host: ${JSON.stringify(url)}, persistence: "localStorage", debug: true });</script>`;
const site = createServer((request, response) => {
  const script = request.url === "/mixpanel.js";
  response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
  response.end(script ? library : page);
});
await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
const address = `http://localhost:${site.address().port}/pricing?utm_source=newsletter`;

const errors = [];
const requests = {};
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
// The client keeps quiet for what looks like a robot, and a headless Chromium says that it is one.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const context = await browser.newContext({ userAgent });
context.on("request", (request) => {
  if (!request.url().startsWith(url)) return;
  const kind = request.resourceType() === "ping" ? "beacon" : new URL(request.url()).pathname;
  requests[kind] = (requests[kind] ?? 0) + 1;
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
  mixpanel.people.set({ $name: "Ada W.", plan: "pro" });
  mixpanel.people.increment("logins", 2);
  mixpanel.track("Signed up");
  mixpanel.set_group("company", "acme");
  mixpanel.get_group("company", "acme").set({ $name: "Acme", seats: 12 });
  mixpanel.track("Campaign sent", { recipients: 120 });
});
await first.waitForTimeout(6500); // longer than the client's flush interval
await first.evaluate(() => mixpanel.track("Left"));
await first.close({ runBeforeUnload: true });
await new Promise((done) => setTimeout(done, 500));

const second = await open();
await second.evaluate(() => mixpanel.track("Returned"));
await second.waitForTimeout(6500);
await second.close({ runBeforeUnload: true });
await new Promise((done) => setTimeout(done, 300));
await browser.close();
site.close();
console.log(JSON.stringify({ errors, requests }));
