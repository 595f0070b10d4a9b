// What a tag costs the page that carries it: time of the page's own thread, tasks that block it, bytes. Ours beside posthog-js and mixpanel-browser as they come from npm, with
// and without their recordings, on the same pages, with the same visit, served by the same server on this machine.
//
//   npm ci && node cost.mjs --runs 3                                        a measurement takes some eleven seconds: a quarter of an hour for all
//   node bench/tag/cost.mjs --pages app --tags none,sillage                  one page, some of the tags
//   node bench/tag/cost.mjs --keep FILE      instead, a visit of five page loads of each page with our recorder, written down for `xtask weigh`
//
// Times are of the processor, from Chromium's own trace, so that what else the machine does adds little. Each figure is the median of the runs; runs of all tags alternate.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { tasksDuring } from "./trace.mjs";
import { openBrowser, wait } from "../../packages/sdk/e2e/server.mjs";
import { PAGES, pageOf, stylesheet } from "./pages.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const LONG_TASK_MS = 50;
/** After the page has loaded, how long it still counts as beginning. */
const START_MS = 1000;
const TRIES = 3;
const PEERS = join(HERE, "node_modules");
const FOLDERS = { "/s/": join(HERE, "../../packages/sdk/dist/web"), "/ph/static/": join(PEERS, "posthog-js/dist"), "/ph/": join(PEERS, "posthog-js/dist"), "/mp/": join(PEERS, "mixpanel-browser/dist") };

const sillage = (recording) => `<script async src="/s/sillage.js" data-key="wk_cost" data-options='${JSON.stringify({ consent: { analytics: true, profiles: true, replay: true }, countDrivenBrowsers: true, recording: recording && { sample: 1, pages: ["."] } })}'></script>`;
const posthog = (recording) => `<script type="module">import posthog from "/ph/module.js"; posthog.init("phc_cost", { api_host: location.origin + "/ph", opt_out_useragent_filter: true, disable_session_recording: ${!recording}, disable_surveys: true });</script>`;
const mixpanel = (recording) => `<script>window.MIXPANEL_CUSTOM_LIB_URL = "/mp/mixpanel.min.js";${existsSync(PEERS) ? readFileSync(join(PEERS, "mixpanel-browser/dist/mixpanel-jslib-snippet.min.js"), "utf8") : ""}
  mixpanel.init("cost", { api_host: location.origin + "/mp", autocapture: true, track_pageview: true, lib_base_path: "/mp/", recorder_src: "/mp/mixpanel-recorder.min.js", record_sessions_percent: ${recording ? 100 : 0}, record_min_ms: 0 });</script>`;
const TAGS = {
  none: "",
  sillage: sillage(false),
  "posthog-js": posthog(false),
  "mixpanel-browser": mixpanel(false),
  "sillage, recording": sillage(true),
  "posthog-js, recording": posthog(true),
  "mixpanel-browser, recording": mixpanel(true),
};
/** What PostHog's server says to a browser: everything that is on by default, and recordings. */
const POSTHOG_CONFIG = { token: "phc_cost", hasFeatureFlags: false, featureFlags: {}, supportedCompression: ["gzip", "gzip-js"], autocapture_opt_out: false, autocaptureExceptions: true, capturePerformance: { web_vitals: true, network_timing: true }, captureDeadClicks: true, heatmaps: true, surveys: false, sessionRecording: { endpoint: "/s/", recorderVersion: "v2", consoleLogRecordingEnabled: true, sampleRate: null, scriptConfig: null } };

function openSite() {
  const visit = { sent: 0, loaded: 0, recorded: 0, posts: {}, pieces: [], open: new Set() };
  const style = stylesheet();
  const server = createServer((incoming, reply) => {
    const chunks = [];
    visit.open.add(incoming.url);
    reply.on("close", () => visit.open.delete(incoming.url));
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const { pathname, searchParams } = new URL(incoming.url, "http://site");
      const json = (value) => reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
      if (incoming.method === "POST") {
        const bytes = Buffer.concat(chunks).length;
        visit.sent += bytes;
        visit.posts[pathname] = (visit.posts[pathname] ?? 0) + bytes;
        if (/\/(recordings|record\/?|s\/?)$/.test(pathname)) visit.recorded += bytes;
        if (pathname === "/v1/recordings") visit.pieces.push({ body: Buffer.concat(chunks), isPacked: searchParams.get("format") === "gzip" });
        if (pathname.startsWith("/ph/flags")) return json(POSTHOG_CONFIG);
        return json(pathname.startsWith("/mp/") ? { code: 200, status: "OK" } : {});
      }
      if (/^\/ph\/array\/.*\/config$/.test(pathname)) return json(POSTHOG_CONFIG);
      if (pathname.startsWith("/mp/settings")) return json({ recording: { is_enabled: true } });
      if (pathname === "/style.css") return reply.writeHead(200, { "content-type": "text/css" }).end(style);
      const folder = Object.keys(FOLDERS).find((one) => pathname.startsWith(one));
      if (folder) {
        const file = join(FOLDERS[folder], pathname.slice(folder.length).replace(/^\d[\d.]*\//, ""));
        if (!existsSync(file)) return reply.writeHead(404).end();
        const packed = gzipSync(readFileSync(file), { level: 9 });
        visit.loaded += packed.length;
        return reply.writeHead(200, { "content-type": "text/javascript", "content-encoding": "gzip", "cache-control": "no-store" }).end(packed);
      }
      const name = pathname.slice(1);
      if (!PAGES.includes(name)) return reply.writeHead(404).end();
      return reply.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(pageOf(name, TAGS[searchParams.get("tag")]));
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({ url: `http://127.0.0.1:${server.address().port}`, visit, close: () => (server.closeAllConnections(), server.close()) })));
}

/** The same each time: look, move, click, type, scroll. */
async function look(page, site, name, tag) {
  await page.goto(`${site.url}/${name}?tag=${encodeURIComponent(tag)}`, { timeout: 30_000 });
  await wait(3500);
  for (let n = 0; n < 20; n += 1) {
    await page.mouse.move(200 + n * 20, 150 + n * 10);
    await wait(25);
  }
  for (let n = 0; n < 4; n += 1) {
    await page.mouse.click(180 + n * 90, 120 + n * 60);
    await wait(350);
  }
  if (name !== "article") await page.locator("input[name=name]").pressSequentially("a contact", { delay: 40 });
  for (let n = 0; n < 6; n += 1) {
    await page.mouse.wheel(0, 300);
    await wait(150);
  }
}

/** A visit of five page loads, as it was sent. */
async function kept(browser, site, name) {
  site.visit.pieces = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(() => Object.defineProperty(navigator, "webdriver", { get: () => false }));
  const page = await context.newPage();
  for (let n = 0; n < 5; n += 1) await look(page, site, name, "sillage, recording");
  await page.goto("about:blank");
  await wait(1500);
  await context.close();
  return { visit: name, pieces: site.visit.pieces.map(({ body, isPacked }) => JSON.parse((isPacked ? gunzipSync(body) : body).toString("utf8"))) };
}

/** A whole visit with one page. */
async function measure(browser, site, name, tag) {
  Object.assign(site.visit, { sent: 0, loaded: 0, recorded: 0, posts: {} });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(() => Object.defineProperty(navigator, "webdriver", { get: () => false }));
  const page = await context.newPage();
  let nElements = 0;
  const tasks = await tasksDuring(browser, page, async () => {
    await look(page, site, name, tag);
    await wait(2600);
    nElements = await page.evaluate(() => document.querySelectorAll("*").length);
  });
  await page.goto("about:blank");
  await wait(700);
  await context.close();
  const cpu = tasks.reduce((sum, task) => sum + task.cpuMs, 0);
  const long = tasks.filter(({ cpuMs }) => cpuMs >= LONG_TASK_MS);
  const start = tasks.filter((task) => task.sinceLoadMs < START_MS).reduce((sum, task) => sum + task.cpuMs, 0);
  return { nElements, cpu, start, nLong: long.length, long: long.reduce((sum, task) => sum + task.cpuMs, 0), longest: Math.max(...tasks.map((task) => task.cpuMs)), block: Math.max(...tasks.filter((task) => task.sinceLoadMs >= 0).map((task) => task.cpuMs)), loaded: site.visit.loaded, sent: site.visit.sent, recorded: site.visit.recorded, posts: { ...site.visit.posts } };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A browser that did not bring the page up says nothing of the tag: it is tried again, and said. */
async function measured(browser, site, name, tag) {
  for (let n = 1; ; n += 1) {
    try {
      return await measure(browser, site, name, tag);
    } catch (error) {
      console.error(`${name}, ${tag}, try ${n}: ${String(error.message).split("\n")[0]}; asked for and not answered: ${[...site.visit.open].join(", ") || "nothing"}`);
      await Promise.all(browser.contexts().map((context) => context.close()));
      await browser.stopTracing().catch(() => undefined);
      if (n === TRIES) throw error;
    }
  }
}

const { values: given } = parseArgs({ options: { runs: { type: "string", default: "3" }, tags: { type: "string" }, pages: { type: "string", default: PAGES.join(",") }, verbose: { type: "boolean", default: false }, keep: { type: "string" } } });
if (!existsSync(PEERS)) throw new Error("the peers are not installed: npm ci in bench/tag");
const site = await openSite();
const browser = await openBrowser();
if (given.keep) {
  const lines = [];
  for (const name of given.pages.split(",")) lines.push(JSON.stringify(await kept(browser, site, name)));
  writeFileSync(given.keep, lines.join("\n") + "\n");
  process.exit(0);
}
const tags = given.tags?.split(/,(?! )/) ?? Object.keys(TAGS);
const unknown = tags.find((tag) => !(tag in TAGS));
if (unknown) throw new Error(`no tag ${unknown}; there are ${Object.keys(TAGS).join("; ")}`);
const COLUMNS = [
  ["CPU ms", (run) => run.cpu, 0],
  ["more", (run, bare) => bare && run.cpu - bare.cpu, 0],
  ["at start", (run, bare) => bare && run.start - bare.start, 0],
  ["long tasks", (run) => run.nLong, 0],
  ["their ms", (run) => run.long, 0],
  ["longest ms", (run) => run.longest, 0],
  ["block ms", (run) => run.block, 0],
  ["script KB", (run) => run.loaded / 1000, 1],
  ["sent KB", (run) => run.sent / 1000, 1],
  ["recorded KB", (run) => run.recorded / 1000, 1],
];
console.log(`Median of ${given.runs} runs. CPU: the page's main thread over the whole visit; more: than without a tag; at start: of that, until ${START_MS} ms after the page had loaded; long tasks: of ${LONG_TASK_MS} ms of CPU and more; block: the longest that began after the page had loaded, the whole snapshot where one is taken; KB: of 1,000 bytes, scripts as gzip`);
for (const name of given.pages.split(",")) {
  const runs = new Map(tags.map((tag) => [tag, []]));
  for (let run = 0; run < Number(given.runs); run += 1) {
    for (const tag of tags) {
      runs.get(tag).push(await measured(browser, site, name, tag));
      process.stderr.write(`\r${name}, run ${run + 1} of ${given.runs}, ${tag}`.padEnd(70));
    }
  }
  process.stderr.write(`\r${"".padEnd(70)}\r`);
  const of = (tag) => runs.get(tag) && Object.fromEntries(["cpu", "start", "nLong", "long", "longest", "block", "loaded", "sent", "recorded", "nElements"].map((what) => [what, median(runs.get(tag).map((run) => run[what]))]));
  console.log(`\n${name}, ${of(tags[0]).nElements} elements\n${"tag".padEnd(28)} ${COLUMNS.map(([head]) => head.padStart(11)).join(" ")}`);
  for (const tag of tags) {
    const cells = COLUMNS.map(([, figure, digits]) => figure(of(tag), tag === "none" ? undefined : of("none")));
    console.log(`${tag.padEnd(28)} ${cells.map((cell, at) => (cell === undefined ? "" : cell.toFixed(COLUMNS[at][2])).padStart(11)).join(" ")}`);
    if (given.verbose) console.log("   ", JSON.stringify(runs.get(tag)[0].posts));
  }
}
await browser.close();
site.close();
