// A stand-in for the server, for looking at the screens alone: `npm run mock`, then `npm run dev` in another terminal.
// It keeps everything in memory and answers the doors that the screens use. MOCK_STATE=setup starts without an account,
// MOCK_STATE=empty without events, MOCK_SLOW_MS delays every question.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { answer, rangeOf } from "./mock-answers.mjs";
import * as groups from "./mock-groups.mjs";
import { openRecordings, recordingRoutes, recordingsAnswer } from "./mock-recordings.mjs";
import { story } from "./mock-story.mjs";

const port = Number(process.env.PORT ?? 7070);
const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const state = process.env.MOCK_STATE ?? "full";
const slow_ms = Number(process.env.MOCK_SLOW_MS ?? 0);
const { people, events } = state === "full" ? story(Date.now()) : { people: [], events: [] };
const world = { people, events, byId: new Map(people.map((person) => [person.id, person])), byPerson: Map.groupBy ? Map.groupBy(events, (event) => event.person) : grouped(events) };

function grouped(list) {
  const out = new Map();
  for (const event of list) out.set(event.person, [...(out.get(event.person) ?? []), event]);
  return out;
}

let signedIn = state !== "setup" && process.env.MOCK_SIGNED_IN === "1";
let setupRequired = state === "setup";
const user = { id: "1", email: "anna@example.com", name: "Anna Martin", language: process.env.MOCK_LANGUAGE ?? "en", role: "admin" };
const projects = state === "setup" ? [] : [project(1, "Courriel", "Europe/Paris")];
const keys = [{ id: "k1", name: "Nightly export", scopes: ["read"], created_at: "2026-09-02T08:00:00Z", last_used_at: new Date(Date.now() - 7_200_000).toISOString() }];
const report = (id, name, kind, question, ago_ms) => ({ id, name, kind, question: { kind, ...question }, view: {}, created_by: "Anna Martin", created_at: "2026-09-02T08:00:00Z", updated_at: new Date(Date.now() - ago_ms).toISOString() });
const reports = state === "full" ? [
  report("r1", "Campaigns sent by plan", "trend", { series: [{ select: { event: "Send campaign" }, measure: "total" }], range: { last: 12, unit: "week" }, interval: "week", breakdown: [{ property: "plan", of: "person" }] }, 3_600_000),
  report("r2", "From sign-up to first campaign", "funnel", { steps: [{ event: "Sign up" }, { event: "Create campaign" }, { event: "Choose audience" }, { event: "Schedule campaign" }, { event: "Send campaign" }], window: { n: 7, unit: "day" }, range: { last: 90, unit: "day" } }, 86_400_000 * 2),
  report("r3", "Weekly retention of new accounts", "retention", { birth: { event: "Sign up" }, return: { event: "Send campaign" }, first_time: true, unit: "week", periods: 10, range: { last: 12, unit: "week" } }, 86_400_000 * 9),
] : [];
const cohortOf = (id, name, definition) => ({ id, name, description: "", definition, listed: definition.people?.length ?? null, created_by: "Anna Martin", created_at: "2026-09-02T08:00:00Z", updated_at: new Date().toISOString() });
const cohorts = state === "full" ? [cohortOf("c1", "Senders of the month", { all: [{ did: { event: "Send campaign" }, count: { op: "gte", value: 3 }, within: { last: 30, unit: "day" } }] })] : [];
const customEvents = [];
const refused = state === "full" ? [
  { id: 31, at: new Date(Date.now() - 60_000).toISOString(), source: "/track", stage: "validate", code: "missing_event", field: "event", message: "an event needs a name", index: 3, raw: '{"properties":{"token":"wk_demo","distinct_id":"u7"}}' },
  { id: 30, at: new Date(Date.now() - 500_000).toISOString(), source: "/v1/events", stage: "validate", code: "too_far_ahead", field: "time", message: "the time 2031-01-01T00:00:00Z is more than a day ahead of the server", index: 0, raw: '{"event":"Send campaign","distinct_id":"u9","time":"2031-01-01T00:00:00Z"}' },
  { id: 29, at: new Date(Date.now() - 900_000).toISOString(), source: "/import", stage: "decode", code: "invalid_json", field: null, message: "expected a comma or a closing brace at byte 18", index: 12, raw: '{"event":"Sign up" "properties":{}}' },
] : [];
openRecordings(people, Date.now());
let arrived = events.slice(-60);
let cursor = 1000;

function project(id, name, timezone) {
  return { id, name, timezone, week_start: "monday", session_timeout_minutes: 30, write_key: "wk_7c1f9a2e5b804d6f", events: events.length, created_at: "2026-08-20T09:00:00Z", role: "admin" };
}

const wire = (event, at) => ({ cursor: at, received_at: new Date(event.received ?? event.time).toISOString(), event: event.event, time: new Date(event.time).toISOString(), distinct_id: event.person, person: event.person, device_id: event.device, user_id: event.person, session_id: event.session, insert_id: event.insert_id, groups: {}, properties: event.properties });

class Refusal extends Error {
  constructor(status, code, message, field = null) {
    super(message);
    Object.assign(this, { status, code, field });
  }
}

const routes = [
  ...recordingRoutes(user, missing),
  ["GET", /^\/api\/status$/, () => ({ version: "0.1.0", setup_required: setupRequired, demo: false, tag_path: "/s" }), true],
  ["POST", /^\/api\/setup$/, (_, body) => {
    if (body.token !== "token") throw new Refusal(403, "forbidden", "this is not the token that the server printed");
    Object.assign(user, { email: body.email, name: body.name, language: body.language });
    setupRequired = false;
    signedIn = true;
    return { user };
  }, true],
  ["POST", /^\/api\/session$/, (_, body) => {
    if (body.password !== "password") throw new Refusal(401, "unauthenticated", "wrong e-mail address or password");
    signedIn = true;
    return { user };
  }, true],
  ["DELETE", /^\/api\/session$/, () => void (signedIn = false)],
  ["GET", /^\/api\/me$/, () => ({ user, projects })],
  ["PATCH", /^\/api\/me$/, (_, body) => ({ user: Object.assign(user, body), projects })],
  ["POST", /^\/api\/projects$/, (_, body) => projects[projects.push(project(projects.length + 1, body.name, body.timezone)) - 1]],
  ["PATCH", /^\/api\/projects\/(\d+)$/, ([id], body) => Object.assign(projects.find((one) => one.id === Number(id)), body)],
  ["GET", /keys$/, () => ({ keys })],
  ["POST", /keys$/, (_, body) => ({ ...keys[keys.push({ id: `k${keys.length + 1}`, ...body, created_at: new Date().toISOString(), last_used_at: null }) - 1], secret: "sk_4be2a0d9c3f17e85a6b1" })],
  ["POST", /write-key$/, () => Object.assign(projects[0], { write_key: `wk_${Date.now().toString(16)}` })],
  ["DELETE", /keys\/(.+)$/, ([id]) => void keys.splice(keys.findIndex((one) => one.id === id), 1)],
  ["GET", /names$/, (_, __, query) => ({ events: counted(events, (event) => event.event).filter((one) => one.value.toLowerCase().includes((query.get("search") ?? "").toLowerCase())).map((one) => ({ name: one.value, count: one.count, first_seen: "2026-08-20T09:00:00Z", last_seen: new Date().toISOString() })) })],
  ["GET", /properties$/, (_, __, query) => ({ properties: query.get("of") === "person" ? propertiesOf(people) : propertiesOf(events.filter((event) => !query.get("event") || event.event === query.get("event"))) })],
  ["GET", /values$/, (_, __, query) => ({ values: counted(query.get("of") === "person" ? people : events, (one) => one.properties[query.get("property")]).filter((one) => String(one.value).includes(query.get("search") ?? "")).slice(0, 50) })],
  ["POST", /query$/, async (_, body) => {
    if (slow_ms > 0) await new Promise((done) => setTimeout(done, slow_ms));
    const now = Date.now();
    const started = performance.now();
    const result = body.kind === "recordings" ? recordingsAnswer(body) : answer(world, body, now, groups);
    const range = rangeOf((body.of ?? body).range, now);
    const unit = body.interval ?? body.unit ?? "day";
    const running = range[1] > now ? new Date(Math.floor(now / 86_400_000) * 86_400_000 - (unit === "week" ? ((new Date(now).getUTCDay() + 6) % 7) * 86_400_000 : 0)).toISOString() : null;
    return { kind: body.kind, answer: result, elapsed_ms: performance.now() - started, complete: running === null, explain: { definition: "The mock server counts events of its invented story.", events_read: events.length, people: people.length, duplicates_dropped: 0, complete: running === null, incomplete_from: running, notes: [], timezone: "Europe/Paris", range: { from: new Date(range[0]).toISOString(), to: new Date(range[1]).toISOString() } } };
  }],
  ["GET", /live$/, (_, __, query) => {
    if (state === "full" && Math.random() < 0.7) {
      const event = events[Math.floor(Math.random() * events.length)];
      arrived.push({ ...event, received: Date.now(), time: Date.now(), insert_id: String(cursor) });
      cursor += 1;
    }
    const first = cursor - arrived.length;
    const after = Number(query.get("after") ?? 0);
    return { cursor, events: arrived.map((event, index) => wire(event, first + index + 1)).filter((event) => event.cursor > after).toReversed().slice(0, Number(query.get("limit") ?? 100)), events_per_minute: arrived.length, refused_per_minute: refused.length > 0 ? 1 : 0 };
  }],
  ["GET", /refused$/, (_, __, query) => ({ refused: refused.filter((one) => !query.get("code") || one.code === query.get("code")), counts: refused.map((one) => ({ code: one.code, stage: one.stage, count: 1 })) })],
  ["POST", /replay$/, (_, body) => ({ replayed: 1, refused_again: (body.ids ?? refused).length - 1, results: [] })],
  ["GET", /people$/, (_, __, query) => {
    const search = (query.get("search") ?? "").toLowerCase();
    const found = people.filter((person) => `${person.name} ${person.id}`.toLowerCase().includes(search)).sort((a, b) => b.last - a.last);
    const from = Number(query.get("before") ?? 0);
    const limit = Number(query.get("limit") ?? 50);
    return { people: found.slice(from, from + limit).map((person) => ({ id: person.id, name: person.name, email: person.email, properties: person.properties, first_seen: new Date(person.first).toISOString(), last_seen: new Date(person.last).toISOString() })), total: found.length, next: from + limit < found.length ? String(from + limit) : null };
  }],
  ["GET", /people\/([^/]+)\/ledger$/, ([id]) => ({ ledger: [{ number: 1, at: new Date(world.byId.get(id)?.first ?? 0).toISOString(), action: "link", from: `$device:${world.byId.get(id)?.device}`, to: id, by: "event" }] })],
  ["POST", /people\/([^/]+)\/(merge|split)$/, () => undefined],
  ["GET", /people\/([^/]+)$/, ([id]) => {
    const person = world.byId.get(id);
    if (!person) throw new Refusal(404, "not_found", "nobody has this id");
    return { id, name: person.name, email: person.email, properties: person.properties, first_seen: new Date(person.first).toISOString(), last_seen: new Date(person.last).toISOString(), events: world.byPerson.get(id)?.length ?? 0, identities: [{ id, kind: "user", linked_at: null, by: null, reason: "" }, { id: `$device:${person.device}`, kind: "device", linked_at: new Date(person.first).toISOString(), by: "event", reason: "sent together" }] };
  }],
  ["GET", /custom-events$/, () => ({ custom_events: customEvents })],
  ["POST", /custom-events$/, (_, body) => customEvents[customEvents.push({ id: `e${customEvents.length + 1}`, description: "", created_by: user.name, created_at: new Date().toISOString(), updated_at: new Date().toISOString(), ...body }) - 1]],
  ["PUT", /custom-events\/([^/]+)$/, ([id], body) => Object.assign(customEvents.find((one) => one.id === id) ?? missing(), body)],
  ["DELETE", /custom-events\/([^/]+)$/, ([id]) => void customEvents.splice(customEvents.findIndex((one) => one.id === id), 1)],
  ["GET", /cohorts$/, () => ({ cohorts })],
  ["POST", /cohorts$/, (_, body) => cohorts[cohorts.push(cohortOf(`c${cohorts.length + 1}`, body.name, body.definition)) - 1]],
  ["GET", /cohorts\/([^/]+)$/, ([id]) => cohorts.find((one) => one.id === id) ?? missing()],
  ["PUT", /cohorts\/([^/]+)$/, ([id], { name, description, definition }) => Object.assign(cohorts.find((one) => one.id === id) ?? missing(), { name, description, definition })],
  ["DELETE", /cohorts\/([^/]+)$/, ([id]) => void cohorts.splice(cohorts.findIndex((one) => one.id === id), 1)],
  ["GET", /reports$/, () => ({ reports })],
  ["POST", /reports$/, (_, body) => reports[reports.push({ id: `r${reports.length + 1}`, created_by: user.name, created_at: new Date().toISOString(), updated_at: new Date().toISOString(), view: {}, ...body }) - 1]],
  ["GET", /reports\/([^/]+)$/, ([id]) => reports.find((one) => one.id === id) ?? missing()],
  ["PUT", /reports\/([^/]+)$/, ([id], body) => Object.assign(reports.find((one) => one.id === id) ?? missing(), body, { updated_at: new Date().toISOString() })],
  ["DELETE", /reports\/([^/]+)$/, ([id]) => void reports.splice(reports.findIndex((one) => one.id === id), 1)],
];

function missing() {
  throw new Refusal(404, "not_found", "there is no such thing here");
}

function counted(list, valueOf) {
  const counts = new Map();
  for (const one of list) {
    const value = valueOf(one);
    if (value !== undefined && value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function propertiesOf(list) {
  const types = new Map();
  for (const one of list) for (const [name, value] of Object.entries(one.properties)) if (value !== null) types.set(name, { type: typeof value, count: (types.get(name)?.count ?? 0) + 1 });
  return [...types].map(([name, { type, count }]) => ({ name, types: [type], count })).sort((a, b) => b.count - a.count);
}

const MIME = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };

createServer(async (request, response) => {
  const url = new URL(request.url, "http://localhost");
  const json = (status, body) => response.writeHead(status, { "Content-Type": "application/json" }).end(body === undefined ? "" : JSON.stringify(body));
  if (!url.pathname.startsWith("/api/")) {
    const file = join(dist, normalize(url.pathname));
    const found = extname(file) !== "" && file.startsWith(dist) && existsSync(file) ? file : join(dist, "index.html");
    response.writeHead(200, { "Content-Type": MIME[extname(found)] ?? "application/octet-stream" });
    return createReadStream(found).pipe(response);
  }
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const route = routes.find(([method, pattern]) => method === request.method && pattern.test(url.pathname));
    if (!route) return json(404, { error: { code: "not_found", message: "no such door", field: null } });
    if (!signedIn && !route[3]) return json(401, { error: { code: "unauthenticated", message: "sign in first", field: null } });
    const result = await route[2](route[1].exec(url.pathname).slice(1).map(decodeURIComponent), body, url.searchParams);
    json(result === undefined ? 204 : 200, result);
  } catch (error) {
    json(error.status ?? 500, { error: { code: error.code ?? "unexpected", message: error.message, field: error.field ?? null } });
  }
}).listen(port, "127.0.0.1", () => console.log(`mock server on http://127.0.0.1:${port}`));
