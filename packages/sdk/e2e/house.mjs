// What the tests run against: one real Sillage with its own data, a site that carries the tag, and one Chromium for all of them. Between the site and Sillage each test has a
// door of its own, which can be shut or forgetful, and which keeps the bytes that went through. So tests may run beside each other: most of their time is waiting.
import { AsyncLocalStorage } from "node:async_hooks";
import { existsSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { dirname, extname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBrowser, openServer, until } from "./server.mjs";

export { until, wait } from "./server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const FOLDERS = { s: "../dist/web", npm: "../dist/npm", replay: "../node_modules/@rrweb/replay/dist" };
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css" };

const doorOfTest = new AsyncLocalStorage();
const doors = new Map();
let opened;

export const house = {
  get door() {
    return doorOfTest.getStore();
  },
};

/** A test with its own door. Most of them measure time, and where the machine has other things to do a second of it can be anybody's: as with the screens, CI asks once more before it says no. */
export function scene(name, work) {
  return test(name, { timeout: 240_000 }, async (context) => {
    opened ??= openHouse().then((made) => Object.assign(house, made));
    await opened;
    const attempt = () => {
      const door = openDoor(house.server);
      doors.set(door.path, door);
      return doorOfTest.run(door, work);
    };
    try {
      await attempt();
    } catch (fault) {
      if (!process.env.CI) throw fault;
      context.diagnostic(`asked once more: ${fault.message}`);
      await attempt();
    }
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

/** A part of the tag is loaded and at work: from now on, what happens is seen by it. */
export async function started(page, name) {
  const address = await until(() => page.evaluate((part) => performance.getEntriesByType("resource").map((entry) => entry.name).find((one) => one.includes(`/parts/${part}.js`) || one.includes(`/${part}/part.js`)), name), 10, `the part ${name}`);
  // The tag asked for the same module before: what it does with it comes first.
  await page.evaluate((url) => import(url).then(() => new Promise((done) => setTimeout(done))), address);
}

/** The recorder follows the page: it hears what is written into fields, which shows. */
export async function recording(page) {
  await until(() => page.evaluate(() => !String(Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set).includes("[native code]")), 10, "the recorder at work");
}

async function openHouse() {
  const { url, headers, project, close } = await openServer();
  const site = await openSite(project.write_key, url);
  const browser = await openBrowser();

  return {
    server: url,
    site: site.url,
    browser,
    /** Everything that Sillage has, each event once. */
    async kept() {
      const reply = await fetch(`${url}/api/projects/${project.id}/export`, { headers });
      return (await reply.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    },
    async events(name) {
      return (await this.kept()).filter((record) => record.event && (!name || record.event === name));
    },
    async person(id) {
      return (await fetch(`${url}/api/projects/${project.id}/people/${encodeURIComponent(id)}`, { headers })).json();
    },
    /** What the screens get below a project's path. */
    async get(path, more = {}) {
      return fetch(`${url}/api/projects/${project.id}/${path}`, { headers: { ...headers, ...more } });
    },
    async post(path, body) {
      return (await fetch(`${url}/api/projects/${project.id}/${path}`, { method: "POST", headers, body: JSON.stringify(body) })).json();
    },
    async put(path, body) {
      return (await fetch(`${url}/api/projects/${project.id}/${path}`, { method: "PUT", headers, body: JSON.stringify(body) })).json();
    },
    async ask(question) {
      return (await (await fetch(`${url}/api/projects/${project.id}/query`, { method: "POST", headers, body: JSON.stringify(question) })).json()).answer;
    },
    async refused() {
      return (await fetch(`${url}/api/projects/${project.id}/refused`, { headers })).json();
    },
    async close() {
      await browser.close();
      await site.close();
      await close();
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
    nRefusedPieces: 0,
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
        door.nRefusedPieces += typeof door.state === "number" ? 1 : 0;
        if (typeof door.state === "number") return reply.writeHead(door.state).end("{}");
        door.recordings.push({ query: searchParams, body });
        return reply.writeHead(200).end("{}");
      }
      if (pathname.startsWith("/api/")) return answerOfSite(pathname, reply);
      if (pathname === "/v1/surveys" || pathname === "/v1/user-tests") return passOn(`${server}${incoming.url}`, incoming, reply, body);
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

/** To Sillage and back, as a site does that gives the tag a path of its own. */
function passOn(url, { method, headers }, reply, body) {
  const onward = request(url, { method, headers }, (answer) => {
    reply.writeHead(answer.statusCode, answer.headers);
    answer.pipe(reply);
  });
  onward.on("error", () => reply.writeHead(502).end());
  onward.end(body);
}

/** /api/500, /api/slow-1500, /api/ok: what a page asks its own server. */
function answerOfSite(pathname, reply) {
  const [, , what = "ok"] = pathname.split("/");
  const [, slowMs] = /^slow-(\d+)/.exec(what) ?? [];
  setTimeout(() => reply.writeHead(/^\d+$/.test(what) ? Number(what) : 200).end("{}"), Number(slowMs ?? 0));
}
