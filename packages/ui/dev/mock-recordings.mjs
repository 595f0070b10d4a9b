// Recordings of the mock server: three real ones, made by `record.mjs`, told as those of many people. It answers the doors of the
// player and enough of the list to look at it: sorts, and filters on figures and pages.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const pieces = JSON.parse(gunzipSync(readFileSync(new URL("recordings.json.gz", import.meta.url))));
/** Another recording to look at, as pieces in a file: `MOCK_RECORDING=pieces.json`, under the session `other`. */
const other = process.env.MOCK_RECORDING ? read(gathered(JSON.parse(readFileSync(process.env.MOCK_RECORDING)))) : null;
const originals = [...new Set(pieces.map(({ session }) => session))].map((session) => read(pieces.filter((piece) => piece.session === session)));
const kept = new Map();

/** Pieces put together to half a minute, as the server does. */
function gathered(own) {
  const out = [];
  for (const piece of own.toSorted((a, b) => a.t0 - b.t0)) {
    const last = out.findLast(({ document }) => document === piece.document);
    const isLong = !last || piece.t1 - last.t0 > (out.indexOf(last) === 0 ? 15_000 : 30_000);
    if (isLong || piece.events.some((event) => event?.type === 2)) out.push({ ...piece });
    else Object.assign(last, { events: [...last.events, ...piece.events], t1: piece.t1 });
  }
  return out;
}

function read(own) {
  const start = Math.min(...own.map(({ t0 }) => t0));
  const segments = own.map((piece, n) => ({ n, document: piece.document, t0: piece.t0 - start, t1: piece.t1 - start, bytes: JSON.stringify(piece.events).length, has_snapshot: piece.events.some((event) => event?.type === 2) }));
  const documents = [...new Set(own.map(({ document }) => document))].map((document) => {
    const of = segments.filter((segment) => segment.document === document);
    const first = own.find((piece) => piece.document === document);
    return { document, tab: first.tab, start: of[0].t0, end: of.at(-1).t1, first_segment: of[0].n, is_interaction_only: false, profile: first.profile };
  });
  const pages = [];
  const markers = [];
  const gestures = [];
  for (const piece of own) {
    for (const { type, data, timestamp } of piece.events.filter((event) => event?.data && Number.isFinite(event.timestamp))) {
      const t = timestamp - start;
      const at = { t, document: piece.document };
      if (type === 4 && URL.canParse(data.href)) pages.push({ ...at, page: new URL(data.href).pathname });
      if (type === 5 && data.tag === "page") pages.push({ ...at, page: data.payload.page });
      if (type === 5 && ["signal", "event", "error", "request", "console"].includes(data.tag)) markers.push({ ...data.payload, ...(data.tag === "error" ? { name: data.payload.kind } : {}), ...at, kind: data.tag });
      if (type !== 3) continue;
      if (data.source === 2 && data.type === 2) markers.push({ ...at, kind: "click" });
      if (data.source === 5 && markers.findLast(({ kind }) => kind === "input")?.t !== t) markers.push({ ...at, kind: "input" });
      if ([1, 2, 3, 5].includes(data.source)) gestures.push(t);
    }
  }
  const activity = [];
  for (const t of gestures.sort((a, b) => a - b)) {
    const last = activity.at(-1);
    if (last && t - last[1] < 4000) last[1] = t;
    else activity.push([t, t + 300]);
  }
  const order = (list) => list.sort((a, b) => a.t - b.t);
  order(pages);
  order(markers);
  const count = (fits) => markers.filter(fits).length;
  const signals = {};
  for (const { kind, name } of markers) if (kind === "signal") signals[name] = (signals[name] ?? 0) + 1;
  const end = Math.max(...segments.map(({ t1 }) => t1));
  return {
    segments, documents, pages, markers, activity, events: own.map((piece) => piece.events),
    row: { duration_seconds: end / 1000, active_seconds: activity.reduce((sum, [from, to]) => sum + to - from, 0) / 1000, pages: new Set(pages.map(({ page }) => page)).size, page_names: pages.map(({ page }) => page), entry: pages[0]?.page ?? null, exit: pages.at(-1)?.page ?? null, clicks: count(({ kind }) => kind === "click"), keys: count(({ kind }) => kind === "input"), signals, score: Math.min(100, Object.values(signals).reduce((sum, n) => sum + n * 14, 0)), errors: count(({ kind }) => kind === "error"), failed_requests: count(({ kind, status }) => kind === "request" && status >= 400), bytes: segments.reduce((sum, { bytes }) => sum + bytes, 0) },
  };
}

const BROWSERS = [["Chrome", "Windows"], ["Safari", "macOS"], ["Firefox", "Linux"], ["Chrome", "Android"]];

/** As many recordings as there is patience to look at, of the people of the story. */
export function openRecordings(people, now) {
  const all = people.slice(0, 140).map((person, index) => {
    const original = originals[index % originals.length];
    const isPhone = index % originals.length === 2;
    const start = now - index * 3_700_000 - 240_000;
    const session = `s${index}`;
    return { session, original, notes: [], shares: [], row: { session, person: index % 9 === 8 ? null : person.id, start: new Date(start).toISOString(), end: new Date(start + original.row.duration_seconds * 1000).toISOString(), ...original.row, device: isPhone ? "Mobile" : "Desktop", browser: BROWSERS[index % 4][0], os: BROWSERS[index % 4][1], country: ["FR", "BE", "DE", "CA"][index % 4], watched: index % 5 === 1, notes: 0 } };
  });
  for (const one of all) kept.set(one.session, one);
  if (other) kept.set("other", { ...all[0], session: "other", original: other, notes: [], shares: [], row: { ...all[0].row, ...other.row, session: "other", start: new Date(now - 900_000).toISOString() } });
}

const SORTS = {
  newest: (a, b) => b.start.localeCompare(a.start), oldest: (a, b) => a.start.localeCompare(b.start), shortest: (a, b) => a.duration_seconds - b.duration_seconds, longest: (a, b) => b.duration_seconds - a.duration_seconds, active: (a, b) => b.active_seconds - a.active_seconds,
  most_rage: (a, b) => (b.signals.rage_click ?? 0) - (a.signals.rage_click ?? 0), score: (a, b) => b.score - a.score, errors: (a, b) => b.errors - a.errors, clicks: (a, b) => b.clicks - a.clicks,
};

export function recordingsAnswer({ where = [], sort = "newest", limit = 50, before, of }) {
  const valueOf = (row, field) => (field === "has_snapshot" ? true : field.startsWith("signal:") ? (row.signals[field.slice(7)] ?? 0) : field === "page" ? row.page_names : (row[field] ?? null));
  const fits = (row) =>
    where.every(({ field, op, value }) => {
      const found = [valueOf(row, field)].flat();
      if (op === "gte") return found[0] >= value;
      if (op === "lte") return found[0] <= value;
      if (op === "between") return found[0] >= value[0] && found[0] <= value[1];
      if (op === "contains") return found.some((one) => String(one).includes(value));
      if (op === "starts_with") return found.some((one) => String(one).startsWith(value));
      return found.includes(value) === (op !== "is_not");
    });
  const rows = [...kept.values()].map(({ row, notes }) => ({ ...row, notes: notes.length, ...(of ? { moment_ms: Math.round(row.duration_seconds * 400) } : {}) })).filter(fits).sort(SORTS[sort]);
  const from = Number(before ?? 0);
  return { count: rows.length, recordings: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null };
}

const find = (session, missing) => kept.get(session) ?? missing();
const manifest = ({ row, original, notes }) => ({ recording: { ...row, notes: notes.length }, documents: original.documents, segments: original.segments, pages: original.pages, markers: original.markers, activity: original.activity, problems: [] });

const settings = { is_on: true, masking: "balanced", keep_days: 90 };

export const recordingRoutes = (user, missing) => [
  ["GET", /recording-settings$/, () => settings],
  ["PUT", /recording-settings$/, (_, body) => Object.assign(settings, body)],
  ["GET", /recordings\/([^/]+)$/, ([session]) => (session.startsWith("tok") ? { ...manifest(find(session.slice(3), missing)), at_ms: 4000 } : manifest(find(session, missing)))],
  ["DELETE", /recordings\/([^/]+)$/, ([session]) => void kept.delete(session)],
  ["GET", /recordings\/([^/]+)\/segments\/(\d+)$/, ([session, n]) => find(session.replace(/^tok/, ""), missing).original.events[Number(n)] ?? missing()],
  ["PUT", /recordings\/([^/]+)\/watched$/, ([session]) => void (find(session, missing).row.watched = true)],
  ["DELETE", /recordings\/([^/]+)\/watched$/, ([session]) => void (find(session, missing).row.watched = false)],
  ["GET", /recordings\/([^/]+)\/notes$/, ([session]) => ({ notes: find(session, missing).notes.toSorted((a, b) => a.from_ms - b.from_ms) })],
  ["POST", /recordings\/([^/]+)\/notes$/, ([session], body) => { const { notes } = find(session, missing); return notes[notes.push({ id: `n${notes.length + 1}`, author: user.name, created_at: new Date().toISOString(), ...body }) - 1]; }],
  ["PATCH", /recordings\/([^/]+)\/notes\/([^/]+)$/, ([session, id], body) => Object.assign(find(session, missing).notes.find((note) => note.id === id) ?? missing(), body)],
  ["DELETE", /recordings\/([^/]+)\/notes\/([^/]+)$/, ([session, id]) => { const { notes } = find(session, missing); notes.splice(notes.findIndex((note) => note.id === id), 1); }],
  ["GET", /recordings\/([^/]+)\/shares$/, ([session]) => ({ shares: find(session, missing).shares })],
  ["POST", /recordings\/([^/]+)\/shares$/, ([session], body) => { const share = { id: `h${Date.now()}`, created_by: user.name, created_at: new Date().toISOString(), views: 0, revoked_at: null, ...body }; find(session, missing).shares.push(share); return { ...share, token: `tok${session}` }; }],
  ["DELETE", /recordings\/([^/]+)\/shares\/([^/]+)$/, ([session, id]) => { const { shares } = find(session, missing); shares.splice(shares.findIndex((share) => share.id === id), 1); }],
];
