#!/usr/bin/env node
// How long the player takes to open, and a jump in it, in a recording of ten minutes: from the click in the list, or from the address, to the page on screen; from pressing on the time line to the frame
// that shows the moment. A real visit recorded by the real tag, a real server, the real player in Chromium, which is opened anew several times, so that most of what is jumped to was not fetched before.
//
//   node dev/seek.mjs [--openings 4] [--jumps 30] [--visit file.json.gz]     the visit is kept in that file, or taken from it
//
// --detail names each jump, --profile writes what the processor did (for the last opening; Chromium opens it). --screens takes the screens from elsewhere (`vite preview`), whose SILLAGE_URL is then to be http://127.0.0.1:PORT with --port. Ends with 1 where the slowest twentieth of the jumps reaches 300 ms, or the middle one of the openings a second.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { openBrowser, openServer } from "../../sdk/e2e/server.mjs";
import { recordLongVisit } from "./long-visit.mjs";

const { values: given } = parseArgs({ options: { openings: { type: "string", default: "4" }, jumps: { type: "string", default: "30" }, visit: { type: "string" }, screens: { type: "string" }, port: { type: "string" }, detail: { type: "boolean", default: false }, profile: { type: "string" } } });
const AT_MOST_MS = 300;
const OPENS_IN_MS = 1000;
const REST_MS = 500;

const pieces = await visitPieces();
const server = await openServer(given.port && Number(given.port));
const browser = await openBrowser();
try {
  const session = await send(pieces);
  const [jumps, openings] = [[], []];
  for (let n = 0; n < Number(given.openings); n += 1) jumps.push(...(await opening(session, n, openings)));
  process.exitCode = [tellOpenings(openings), tell(jumps)].every(Boolean) ? 0 : 1;
} finally {
  await browser.close();
  await server.close();
}

async function visitPieces() {
  if (given.visit && existsSync(given.visit)) return JSON.parse(gunzipSync(readFileSync(given.visit)).toString());
  const made = await recordLongVisit();
  if (given.visit) writeFileSync(given.visit, gzipSync(JSON.stringify(made)));
  return made;
}

async function send(all) {
  const { url, headers, project } = server;
  await fetch(`${url}/api/projects/${project.id}/recording-settings`, { method: "PUT", headers, body: JSON.stringify({ is_on: true, masking: "balanced", keep_days: 30 }) });
  // As if it had just been made.
  const late_ms = Date.now() - Math.max(...all.map(({ t1 }) => t1)) - 1000;
  for (const piece of all) {
    const moved = { ...piece, t0: piece.t0 + late_ms, t1: piece.t1 + late_ms, sent_at: piece.sent_at + late_ms, events: piece.events.map((event) => ({ ...event, timestamp: event.timestamp + late_ms })) };
    const query = new URLSearchParams({ key: project.write_key, session: piece.session, document: piece.document, seq: String(piece.seq), format: "gzip" });
    const reply = await fetch(`${url}/v1/recordings?${query}`, { method: "POST", headers: { "content-type": "text/plain" }, body: gzipSync(JSON.stringify(moved)) });
    if (!reply.ok) throw new Error(`a piece was refused: ${reply.status} ${await reply.text()}`);
  }
  const session = all[0].session;
  const events = all.flatMap((piece) => piece.events);
  const manifest = await (await fetch(`${url}/api/projects/${project.id}/recordings/${session}`, { headers })).json().catch(() => ({}));
  console.log(`${events.length} events in ${all.length} pieces, ${Math.round((events.at(-1).timestamp - events[0].timestamp) / 1000)} s, ${events.filter(({ type }) => type === 2).length} whole pages, ${manifest.segments?.length} segments`);
  return session;
}

/** Opens the player by its address, then from the list, and jumps about in it. */
async function opening(session, n, openings) {
  const base = given.screens ?? server.url;
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const [name, value] = server.headers.cookie.split("=");
  await context.addCookies([{ name, value, url: base }]);
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  await page.addInitScript(listen);
  const drawn = async () => (await page.waitForFunction(() => window.drawnMs, null, { polling: 20 })).jsonValue();
  await page.goto(`${base}/p/${server.project.id}/recordings/${session}`);
  const byAddress = await drawn();
  await page.goto(`${base}/p/${server.project.id}/recordings`);
  await page.getByRole("button", { name: /^(Watch|Regarder)$/ }).waitFor();
  await page.waitForTimeout(2500);
  await page.evaluate(() => (window.drawnMs = undefined));
  await page.getByRole("button", { name: /^(Watch|Regarder)$/ }).click();
  openings.push({ byAddress, fromList: await drawn() });
  await page.waitForTimeout(1500);
  const profiler = given.profile && (await context.newCDPSession(page));
  if (profiler) {
    await profiler.send("Profiler.enable");
    await profiler.send("Profiler.start");
  }
  const box = await page.locator("[role=slider]").first().boundingBox();
  const made = [];
  for (let jump = 0; jump < Number(given.jumps); jump += 1) {
    // Everywhere, in an order without order, and each opening elsewhere.
    const share = ((jump * 0.381966 + n * 0.137 + 0.05) % 1) * 0.98 + 0.01;
    await page.mouse.click(box.x + box.width * share, box.y + box.height / 2);
    const took = await page.waitForFunction(() => window.jumped, null, { polling: 20, timeout: 60_000 });
    made.push({ share, ...(await took.jsonValue()) });
    await page.evaluate(() => (window.jumped = undefined));
    await page.waitForTimeout(REST_MS);
  }
  if (profiler) writeFileSync(given.profile, JSON.stringify((await profiler.send("Profiler.stop")).profile));
  await context.close();
  return made;
}

/** Runs in the page: from the press to the player's word that the moment is on screen, and from the press, or the beginning of the page, to the frame with the recorded page in it. */
function listen() {
  let pressedAt = 0;
  let openedAt = 0;
  addEventListener("click", (event) => (openedAt = event.timeStamp), true);
  new MutationObserver(() => {
    const isDrawn = document.querySelector("[data-testid=player][data-drawn]") !== null;
    if (isDrawn && !window.isDrawn) requestAnimationFrame(() => setTimeout(() => (window.drawnMs = performance.now() - openedAt)));
    window.isDrawn = isDrawn;
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-drawn"] });
  addEventListener("pointerdown", (event) => (pressedAt = event.timeStamp), true);
  const stretches = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name !== "recording.seek") stretches.push([entry.name, Math.round(entry.duration)]);
      else if (pressedAt) {
        window.jumped = { ms: entry.startTime + entry.duration - pressedAt, stretches: stretches.splice(0) };
        pressedAt = 0;
      }
    }
  }).observe({ type: "measure" });
}

function tellOpenings(openings) {
  const middle = (name) => {
    const times = openings.map((one) => one[name]).sort((a, b) => a - b);
    return { median: Math.round(times[Math.floor(times.length / 2)]), slowest: Math.round(times.at(-1)) };
  };
  const [address, list] = [middle("byAddress"), middle("fromList")];
  console.log(`${openings.length} openings: by its address, nothing in the browser's cache, p50 ${address.median} ms, slowest ${address.slowest} ms; from the list p50 ${list.median} ms, slowest ${list.slowest} ms`);
  return address.median < OPENS_IN_MS && list.median < OPENS_IN_MS;
}

function tell(jumps) {
  const times = jumps.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(share * times.length))]);
  if (given.detail) for (const { share, ms, stretches } of jumps) console.log(share.toFixed(3), Math.round(ms), JSON.stringify(stretches));
  console.log(`${times.length} jumps: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, slowest ${at(1)} ms`);
  return at(0.95) < AT_MOST_MS;
}
