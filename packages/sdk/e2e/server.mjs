// A real Sillage with its own data, set up, with one project; and the browser. What the tag is tried against, here and by demo/drive.mjs.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const BINARY = process.env.SILLAGE_BINARY ?? join(ROOT, "target/release/sillage");

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

/** `headers` are those of somebody who signed in. */
export async function openServer(portWanted) {
  if (!existsSync(BINARY)) throw new Error(`no ${BINARY}: build Sillage first (make build), or name another with SILLAGE_BINARY`);
  const data = mkdtempSync(join(tmpdir(), "sillage-sdk-"));
  const port = portWanted || (await freePort());
  const sillage = spawn(BINARY, ["serve", "--data", data, "--listen", `127.0.0.1:${port}`], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  await until(() => fetch(`${url}/ready`).then((reply) => reply.ok, () => false), 30, "Sillage");
  const token = readFileSync(join(data, readdirSync(data, { recursive: true }).find((name) => String(name).endsWith("setup-token"))), "utf8").trim();
  const json = { "content-type": "application/json" };
  const setup = await fetch(`${url}/api/setup`, { method: "POST", headers: json, body: JSON.stringify({ token, email: "ada@courriel.example", name: "Ada", password: "correct horse battery staple", language: "en" }) });
  const cookie = setup.headers.get("set-cookie").split(";")[0];
  const headers = { ...json, cookie };
  const project = await (await fetch(`${url}/api/projects`, { method: "POST", headers, body: JSON.stringify({ name: "Courriel", timezone: "Europe/Paris" }) })).json();
  return {
    url,
    data,
    headers,
    project,
    pid: sillage.pid,
    async close() {
      sillage.kill();
      await new Promise((done) => sillage.once("exit", done));
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
