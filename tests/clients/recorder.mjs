// Session recording by the npm package `mixpanel-browser` in a real Chromium: recorder.mjs URL WRITE_KEY CHROMIUM. Prints {"errors": [...], "replay": id, "posted": n}.
//
// A page of another origin records itself as the client does it out of the box, is clicked on and typed into, and is left.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [url, key, executablePath] = process.argv.slice(2);
const library = readFileSync(createRequire(import.meta.url).resolve("mixpanel-browser/dist/mixpanel.umd.js"));
const page = `<!doctype html><meta charset="utf-8"><title>Courriel</title><style>button{color:red}</style><h1>Campaigns of Ada</h1><input id="name"><button id="send">Send</button><p id="out"></p>
<script src="/mixpanel.js"></script>
<script>document.getElementById("send").onclick = () => { document.getElementById("out").textContent = "Sent to everybody"; console.error("Not so fast, Ada"); };
mixpanel.init(${JSON.stringify(key)}, { api_host: ${JSON.stringify(url)}, persistence: "localStorage", record_sessions_percent: 100, record_min_ms: 0 });</script>`;
const site = createServer((request, response) => {
  const script = request.url === "/mixpanel.js";
  response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html" });
  response.end(script ? library : page);
});
await new Promise((ready) => site.listen(0, "127.0.0.1", ready));

const errors = [];
let posted = 0;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
const userAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const context = await browser.newContext({ userAgent });
context.on("response", (response) => {
  if (!response.url().startsWith(url)) return;
  if (response.status() >= 400) errors.push(`${response.status()} ${response.url().slice(0, 160)}`);
  else if (response.url().includes("/record/")) posted += 1;
});
const tab = await context.newPage();
tab.on("pageerror", (error) => errors.push(`page: ${error.message}`));
tab.on("console", (message) => {
  if (message.type() === "error" && /CORS|blocked/.test(message.text())) errors.push(message.text());
});
await tab.goto(`http://localhost:${site.address().port}/campaigns/4711815?token=secret`);
await tab.waitForTimeout(1500);
await tab.fill("#name", "Ada Lovelace");
await tab.click("#send");
await tab.mouse.move(200, 200, { steps: 10 });
for (let waited = 0; waited < 40 && posted < 1; waited += 1) await tab.waitForTimeout(500);
const replay = await tab.evaluate(() => window.mixpanel.get_session_recording_properties().$mp_replay_id);
await tab.evaluate(() => window.mixpanel.track("Campaign sent"));
await tab.waitForTimeout(1000);
await tab.evaluate(() => window.mixpanel.stop_session_recording());
await tab.waitForTimeout(2000);
await browser.close();
site.close();
console.log(JSON.stringify({ errors, replay, posted }));
