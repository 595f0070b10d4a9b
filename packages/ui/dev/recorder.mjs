// Records a visit with the real tag in real Chromium, and hands back the pieces as they were sent. Used to make recordings for the
// mock server and for measurements; nothing of the product needs it.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { pageOf } from "./site/pages.mjs";

const TAG = new URL("../../sdk/dist/web/", import.meta.url);

/** `visit` drives the page; `pages` may bring other pages than the small site's. */
export async function record(visit, { recording = {}, masking = { level: "balanced" }, viewport = { width: 1280, height: 800 }, pages = pageOf, context: more = {} } = {}) {
  const pieces = [];
  const options = { consent: { analytics: true, profiles: true, replay: true }, countDrivenBrowsers: true, masking, recording: { sample: 1, pages: ["."], console: true, ...recording } };
  const tag = `<script async src="/s/sillage.js" data-key="wk_test" data-options='${JSON.stringify(options)}'></script>`;
  const site = createServer((request, reply) => {
    const url = new URL(request.url, "http://site");
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      if (url.pathname === "/v1/recordings") {
        pieces.push(JSON.parse((url.searchParams.get("format") === "gzip" ? gunzipSync(body) : body).toString()));
        return reply.writeHead(200).end("{}");
      }
      if (url.pathname.startsWith("/s/")) return reply.writeHead(200, { "content-type": "text/javascript" }).end(readFileSync(new URL(`.${url.pathname.slice(2)}`, TAG)));
      if (url.pathname.startsWith("/v1/")) return reply.writeHead(200).end("{}");
      const page = pages(url.pathname, tag);
      if (page === null) return reply.writeHead(url.pathname.startsWith("/api/") ? 500 : 404).end("{}");
      return reply.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    });
  });
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  try {
    const context = await browser.newContext({ viewport, ...more });
    const page = await context.newPage();
    await visit(page, `http://127.0.0.1:${site.address().port}`, context);
    await page.goto("about:blank");
    await page.waitForTimeout(1500);
  } finally {
    await browser.close();
    site.closeAllConnections();
    await new Promise((done) => site.close(done));
  }
  const once = new Map(pieces.map((piece) => [`${piece.session} ${piece.document} ${piece.seq}`, piece]));
  return [...once.values()].sort((a, b) => a.t0 - b.t0 || a.seq - b.seq);
}
