// The site of Courriel: static pages, an application, a few API routes of which some are slow or fail on purpose, and the tag of Sillage below a path of its own.
//
//   node demo/site/server.mjs --sillage http://127.0.0.1:7070 --key wk_… [--port 4173] [--cross-host] [--driven]
//
// What is wrong with the site on purpose stands in demo/site/README.md. Nothing of what people do here is kept.
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { answerOf } from "./answers.mjs";

/** Where the tag and its doors are found on this site: a path of the site's own, which lists of blocked addresses do not know. */
const MEASURE = "/mesure";
/** A driven visit sends below a path of its own: what outlives its page comes without the headers of the browser's context, and is of that visit all the same. */
const VISIT_IN_PATH = /^(?:\/~([^/]+))?(.*)$/;
const HERE = dirname(fileURLToPath(import.meta.url));
const TYPES = { ".css": "text/css", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml" };
/** The page of `/integrations` waits for a service that is slow. */
const SLOW_PAGE_MS = 4500;
const CLASSIC = { "/": "home", "/pricing": "pricing", "/integrations": "integrations", "/app/login": "sign-in" };
const POLICY = "default-src 'self'; script-src 'self'{{tag}}; style-src 'self'; img-src 'self' data:; connect-src 'self'{{tag}}; base-uri 'none'; frame-ancestors 'self'";

export const TAG_OPTIONS = {
  masking: { level: "balanced" },
  friction: { successEvents: ["E-mail edited"] },
  recording: { sample: 1, pages: ["."], console: true },
};

/**
 * Opens the site. `sillage` and `key` say where the tag sends to; `heard` hears of every request that goes there, and may answer it itself by returning a status.
 * `tagFolder` serves the tag from a folder of the site's own.
 */
export async function openSite({ sillage, key, port = 0, isCrossHost = false, isDriven = false, tagFolder, heard }) {
  const options = { ...TAG_OPTIONS, ...(isDriven && { countDrivenBrowsers: true }) };
  const server = createServer((incoming, reply) => {
    const chunks = [];
    incoming.on("data", (chunk) => chunks.push(chunk));
    incoming.on("end", () => {
      const address = new URL(incoming.url, `http://${incoming.headers.host}`);
      const body = Buffer.concat(chunks);
      if (address.pathname.startsWith(`${MEASURE}/`)) return passOn(address, incoming, body, reply);
      if (address.pathname.startsWith("/api/")) return answer(address, incoming, body, reply);
      if (address.pathname.startsWith("/assets/")) return fileIn(join(HERE, "assets"), address.pathname.slice("/assets".length), reply);
      return page(address, incoming, reply);
    });
  });

  function passOn({ pathname, search }, incoming, body, reply) {
    const [, visit, rest] = VISIT_IN_PATH.exec(pathname.slice(MEASURE.length));
    const status = incoming.method === "POST" ? heard?.({ visit, path: rest, query: new URLSearchParams(search), body }) : undefined;
    if (status) return reply.writeHead(status, { "content-type": "application/json" }).end("{}");
    if (tagFolder && incoming.method === "GET") return fileIn(tagFolder, rest, reply);
    const { host: _, connection: __, "x-visit": ___, ...headers } = incoming.headers;
    const forwarded = { ...headers, "x-forwarded-for": incoming.socket.remoteAddress ?? "" };
    const onward = request(`${sillage}${rest.startsWith("/v1/") ? rest : `/s${rest}`}${search}`, { method: incoming.method, headers: forwarded }, (answered) => {
      reply.writeHead(answered.statusCode, answered.headers);
      answered.pipe(reply);
    });
    onward.on("error", () => reply.headersSent || reply.writeHead(502).end());
    return onward.end(body);
  }

  function page({ pathname, searchParams, origin }, incoming, reply) {
    const path = pathname.replace(/(.)\/+$/, "$1");
    const isApp = path.startsWith("/app/") && !CLASSIC[path];
    const name = isApp ? "app" : CLASSIC[path];
    const cookies = new Map((incoming.headers.cookie ?? "").split("; ").map((pair) => pair.split("=")));
    const visit = incoming.headers["x-visit"];
    const lang = ["fr", "en"].find((one) => one === searchParams.get("lang")) ?? cookies.get("lang") ?? (/^en/.test(incoming.headers["accept-language"] ?? "") ? "en" : "fr");
    if (isApp && !cookies.get("who")) return reply.writeHead(302, { location: "/app/login" }).end();
    const html = pageIn(lang, name ?? "not-found", {
      path,
      other: lang === "fr" ? "en" : "fr",
      key,
      host: isCrossHost ? sillage : origin + MEASURE + (visit ? `/~${visit}` : ""),
      script: isCrossHost ? `${sillage}/s/sillage.js` : `${MEASURE}/sillage.js`,
      options: JSON.stringify(options).replaceAll('"', "&quot;"),
    });
    const headers = { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY.replaceAll("{{tag}}", isCrossHost ? ` ${sillage}` : ""), "cache-control": "no-store" };
    if (searchParams.get("lang")) headers["set-cookie"] = `lang=${lang}; path=/; SameSite=Lax`;
    setTimeout(() => reply.writeHead(name ? 200 : 404, headers).end(html), name === "integrations" ? SLOW_PAGE_MS : 0);
  }

  await new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), new Promise((done) => server.close(done))),
  };
}

/** `{{Tarifs|Pricing}}` says it in both languages; `{{:name}}` is a value. */
function pageIn(lang, name, values) {
  const frame = readFileSync(join(HERE, "pages", name === "app" ? "app.html" : "frame.html"), "utf8");
  const body = name === "app" ? "" : readFileSync(join(HERE, "pages", `${name}.html`), "utf8");
  return frame
    .replace("{{:body}}", () => body)
    .replace(/\{\{:(\w+)\}\}/g, (_, value) => (value === "lang" ? lang : (values[value] ?? "")))
    .replace(/\{\{([^{}|]*)\|([^{}|]*)\}\}/g, (_, french, english) => (lang === "fr" ? french : english));
}

function fileIn(folder, path, reply) {
  const file = join(folder, path);
  if (!file.startsWith(folder) || !existsSync(file)) return reply.writeHead(404).end();
  reply.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "cache-control": "max-age=600" });
  return createReadStream(file).pipe(reply);
}

function answer({ pathname, searchParams }, incoming, body, reply) {
  const { status, json, cookie, delayMs } = answerOf(incoming.method, pathname.slice("/api".length), searchParams, body.toString("utf8"));
  const headers = { "content-type": "application/json", "cache-control": "no-store", ...(cookie && { "set-cookie": cookie }) };
  setTimeout(() => reply.writeHead(status, headers).end(JSON.stringify(json)), delayMs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      sillage: { type: "string", default: "http://127.0.0.1:7070" },
      key: { type: "string", default: process.env.SILLAGE_KEY ?? "" },
      port: { type: "string", default: "4173" },
      "cross-host": { type: "boolean", default: false },
      driven: { type: "boolean", default: false },
    },
  });
  if (!values.key) {
    console.error("demo site: --key is missing: the write key of a project, wk_…, from its settings");
    process.exit(2);
  }
  const site = await openSite({ sillage: values.sillage.replace(/\/+$/, ""), key: values.key, port: Number(values.port), isCrossHost: values["cross-host"], isDriven: values.driven });
  console.log(`Courriel is at ${site.url}, and sends what happens to ${values.sillage}`);
}
