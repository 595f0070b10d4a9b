// What the tests run against: one real Sillage with its own data, a site that carries the tag, and one Chromium for all of them. Between the site and Sillage each test has a
// door of its own, which can be shut or forgetful, and which keeps the bytes that went through. So tests may run beside each other: most of their time is waiting.
import { AsyncLocalStorage } from "node:async_hooks";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../../..");
const BINARY = process.env.SILLAGE_BINARY ?? join(ROOT, "target/release/sillage");
const FOLDERS = { s: "../dist/web", npm: "../dist/npm", replay: "../node_modules/@rrweb/replay/dist" };
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css" };

export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(condition, seconds = 10, what = "the condition") {
  // What comes in a moment on a quiet machine takes longer beside a build.
  const end = Date.now() + seconds * 4000;
  let seen;
  while (Date.now() < end) {
    seen = await condition();
    if (seen) return seen;
    await wait(50);
  }
  throw new Error(`${what} did not come in ${seconds * 4} s; last seen: ${JSON.stringify(seen)}`);
}

const doorOfTest = new AsyncLocalStorage();
const doors = new Map();
let opened;

export const house = {
  get door() {
    return doorOfTest.getStore();
  },
};

/** A test with its own door. */
export function scene(name, work) {
  return test(name, { timeout: 120_000 }, async () => {
    opened ??= openHouse().then((made) => Object.assign(house, made));
    await opened;
    const door = openDoor(house.server);
    doors.set(door.path, door);
    await doorOfTest.run(door, work);
  });
}

after(async () => {
  await opened;
  await house.close?.();
});

/** The options of a page, sent through the door of this test. */
export function throughDoor(options) {
  const { path } = doorOfTest.getStore();
  return { ...options, eventsPath: path, ...(options.recording && { recording: { ...options.recording, url: `${path}/recordings` } }) };
}

async function openHouse() {
  if (!existsSync(BINARY)) throw new Error(`no ${BINARY}: build Sillage first (make build), or name another with SILLAGE_BINARY`);
  const data = mkdtempSync(join(tmpdir(), "sillage-sdk-"));
  const port = await freePort();
  const sillage = spawn(BINARY, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await until(() => fetch(`${url}/ready`).then((reply) => reply.ok, () => false), 30, "Sillage");
  const token = readFileSync(join(data, readdirSync(data, { recursive: true }).find((name) => String(name).endsWith("setup-token"))), "utf8").trim();
  const json = { "content-type": "application/json" };
  const setup = await fetch(`${url}/api/setup`, { method: "POST", headers: json, body: JSON.stringify({ token, email: "ada@courriel.example", name: "Ada", password: "correct horse battery staple", language: "en" }) });
  const cookie = setup.headers.get("set-cookie").split(";")[0];
  const signed = { ...json, cookie };
  const project = await (await fetch(`${url}/api/projects`, { method: "POST", headers: signed, body: JSON.stringify({ name: "Courriel", timezone: "Europe/Paris" }) })).json();

  const site = await openSite(project.write_key, url);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

  return {
    server: url,
    site: site.url,
    browser,
    /** Everything that Sillage has, each event once. */
    async kept() {
      const reply = await fetch(`${url}/api/projects/${project.id}/export`, { headers: signed });
      return (await reply.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    },
    async events(name) {
      return (await this.kept()).filter((record) => record.event && (!name || record.event === name));
    },
    async person(id) {
      return (await fetch(`${url}/api/projects/${project.id}/people/${encodeURIComponent(id)}`, { headers: signed })).json();
    },
    /** What the screens get below a project's path. */
    async get(path, headers = {}) {
      return fetch(`${url}/api/projects/${project.id}/${path}`, { headers: { ...signed, ...headers } });
    },
    async ask(question) {
      return (await (await fetch(`${url}/api/projects/${project.id}/query`, { method: "POST", headers: signed, body: JSON.stringify(question) })).json()).answer;
    },
    async refused() {
      return (await fetch(`${url}/api/projects/${project.id}/refused`, { headers: signed })).json();
    },
    async close() {
      await browser.close();
      await site.close();
      sillage.kill();
      await new Promise((done) => sillage.once("exit", done));
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** `state` is open, shut (503), forgetful (kept, but the answer is lost) or a status to answer. */
function openDoor(server) {
  const door = {
    path: `/door${doors.size}`,
    state: "open",
    retryAfter: undefined,
    maxEvents: Infinity,
    nRefused: 0,
    bodies: [],
    recordings: [],
    clear() {
      door.state = "open";
      door.bodies = [];
      door.recordings = [];
    },
    /** All the records that went through, also those sent again. */
    records: () => door.bodies.flatMap((body) => JSON.parse(body).events),
    pass(incoming, reply, body) {
      const headers = { "access-control-allow-origin": incoming.headers.origin ?? "*", ...(door.retryAfter && { "retry-after": String(door.retryAfter) }) };
      door.nRefused += door.state === "shut" || typeof door.state === "number" ? 1 : 0;
      if (door.state === "shut" || typeof door.state === "number") return reply.writeHead(door.state === "shut" ? 503 : door.state, headers).end("{}");
      if (JSON.parse(body).events.length > door.maxEvents) return reply.writeHead(413, headers).end("{}");
      door.bodies.push(body.toString("utf8"));
      const isForgetful = door.state === "forgetful";
      const onward = request(`${server}/v1/events`, { method: "POST", headers: { "content-type": incoming.headers["content-type"] ?? "text/plain", "user-agent": incoming.headers["user-agent"] ?? "", "content-length": body.length } }, (answer) => {
        if (isForgetful) return answer.resume().on("end", () => reply.destroy());
        reply.writeHead(answer.statusCode, { ...headers, "content-type": "application/json" });
        answer.pipe(reply);
      });
      onward.on("error", () => reply.writeHead(502, headers).end());
      onward.end(body);
      return undefined;
    },
  };
  return door;
}

/** Pages of e2e/pages, the built tag below /s/, as a module below /npm/, the player below /replay/, and the doors. `?csp=` adds a policy, `?door=` says where the page sends to. */
async function openSite(key, server) {
  const site = createServer((incoming, reply) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const { pathname, searchParams } = new URL(incoming.url, "http://site");
      const body = Buffer.concat(chunks);
      const [, path, isRecording] = /^(\/door\d+)(\/recordings)?$/.exec(pathname) ?? [];
      const door = doors.get(path);
      if (door && !isRecording) return door.pass(incoming, reply, body);
      if (door) {
        if (typeof door.state === "number") return reply.writeHead(door.state).end("{}");
        door.recordings.push({ query: searchParams, body });
        return reply.writeHead(200).end("{}");
      }
      if (pathname.startsWith("/api/")) return answerOfSite(pathname, reply);
      const [, folder, name] = /^\/(s|npm|replay)\/(.+)$/.exec(pathname) ?? [];
      const file = folder ? join(HERE, FOLDERS[folder], name) : join(HERE, "pages", extname(pathname) ? pathname : `${pathname === "/" ? "/index" : `/${pathname.split("/")[1]}`}.html`);
      if (!existsSync(file)) return reply.writeHead(404).end("not here");
      const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream" };
      // As the server does where it serves the tag: pages of any host may load its parts.
      if (folder) headers["access-control-allow-origin"] = "*";
      if (searchParams.get("csp")) headers["content-security-policy"] = searchParams.get("csp");
      return reply.writeHead(200, headers).end(extname(file) === ".html" ? readFileSync(file, "utf8").replaceAll("{{key}}", key).replaceAll("{{server}}", server).replaceAll("{{elsewhere}}", `http://localhost:${site.address().port}`).replaceAll("{{door}}", searchParams.get("door") ?? "/v1/events") : readFileSync(file));
    });
  });
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${site.address().port}`, close: () => (site.closeAllConnections(), new Promise((done) => site.close(done))) };
}

/** /api/500, /api/slow-1500, /api/ok: what a page asks its own server. */
function answerOfSite(pathname, reply) {
  const [, , what = "ok"] = pathname.split("/");
  const [, slowMs] = /^slow-(\d+)/.exec(what) ?? [];
  setTimeout(() => reply.writeHead(/^\d+$/.test(what) ? Number(what) : 200).end("{}"), Number(slowMs ?? 0));
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
