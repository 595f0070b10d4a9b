// What went to Sillage, visit by visit, and the table of what was planted and what of it was found.
import { gunzipSync } from "node:zlib";

/** Hears every request of the tag, and keeps what was in it by visit. */
export function openNotes() {
  const visits = new Map();
  const visit = (id) => {
    if (!visits.has(id)) visits.set(id, { events: new Map(), pieces: new Map() });
    return visits.get(id);
  };
  return {
    visit,
    hear({ visit: id, path, query, body }) {
      if (!id) return;
      const records = path === "/v1/events" ? JSON.parse(body.toString("utf8")).events : [];
      const noted = visit(id);
      for (const record of records) noted.events.set(record.insert_id ?? JSON.stringify(record), record);
      if (path === "/v1/recordings") {
        const name = `${query.get("session")} ${query.get("document")} ${query.get("seq")}`;
        const text = query.get("format") === "gzip" ? gunzipSync(body) : body;
        if (!noted.pieces.has(name)) noted.pieces.set(name, { name, bytesSent: body.length, text: text.toString("utf8") });
      }
    },
    /** Signals of a visit: told one by one after consent, counted in the summaries without. */
    signals(id) {
      const found = [];
      for (const { event, user_id: user, device_id: device, properties } of visit(id).events.values()) {
        if (event === "$friction") found.push({ name: properties.$signal, selector: properties.$selector ?? "", page: properties.$page, detail: properties });
        else if (event === "$page_summary" && !user && !device) for (const [name, n] of Object.entries(properties.signals ?? {})) for (let i = 0; i < n; i += 1) found.push({ name, selector: "", page: properties.$page });
      }
      return found;
    },
  };
}

/** Which of the planted ones were found, and which found ones nobody planted. Each found one serves once. */
export function matched(planted, found) {
  const left = [...found];
  const hits = planted.map((plant) => {
    const i = left.findIndex((one) => one.name === plant.name && (!plant.selector || !one.selector || one.selector.includes(plant.selector)));
    return { ...plant, isFound: i >= 0, found: i >= 0 ? left.splice(i, 1)[0] : undefined };
  });
  return { hits, unplanted: left };
}

/** `F1` to `F15` of the reference. */
const SIGNALS = {
  rage_click: "F1", dead_click: "F2", slow_click: "F3", error_click: "F4", repeated_clicks: "F5", u_turn: "F6", back_and_forth: "F6", loop: "F6", thrashed_cursor: "F7", scroll_bounce: "F8",
  form_refill: "F9", validation_error: "F9", submit_retry: "F9", form_abandon: "F9", reload_burst: "F10", slow_page: "F11", js_error: "F12", failed_request: "F13", hesitation: "F14", zoom_burst: "F15",
};
/** Told for information, not scored. */
export const UNSCORED = new Set(["hesitation"]);

/** The 95 % interval of Wilson of a share. */
function wilson(n, of, z = 1.96) {
  const share = n / of;
  const spread = z * Math.sqrt((share * (1 - share)) / of + z ** 2 / (4 * of ** 2));
  return [-spread, spread].map((half) => Math.min(1, Math.max(0, (share + z ** 2 / (2 * of) + half) / (1 + z ** 2 / of))));
}

/** `outcomes`: of each visit, `hits`, `unplanted`, `isClean`. Returns the lines, and whether what was asked for was reached. */
export function tableOf(outcomes, { least = 0.95, most = 0.02 } = {}) {
  const clean = outcomes.filter(({ isClean }) => isClean);
  const rows = Object.entries(SIGNALS).map(([name, number]) => {
    const planted = outcomes.flatMap(({ hits }) => hits).filter((hit) => hit.name === name);
    const nFound = planted.filter(({ isFound }) => isFound).length;
    const nFalse = clean.filter(({ unplanted }) => unplanted.some((one) => one.name === name)).length;
    return { name, number, nPlanted: planted.length, nFound, nFalse, isEnough: planted.length === 0 || nFound / planted.length >= least };
  });
  const nFalseVisits = clean.filter(({ unplanted }) => unplanted.some((one) => !UNSCORED.has(one.name))).length;
  const percent = (n, of) => (of ? `${((100 * n) / of).toFixed(1)} %` : "-");
  const range = (n, of) => (of ? `${wilson(n, of).map((share) => (100 * share).toFixed(1)).join(" to ")} %` : "-");
  const sum = (name) => rows.reduce((total, row) => total + row[name], 0);
  const lines = [
    `${"".padEnd(4)} ${"signal".padEnd(18)} ${"planted".padStart(8)} ${"found".padStart(6)} ${"share".padStart(8)} ${"95 % interval".padStart(16)} ${"false in clean visits".padStart(22)}`,
    ...rows.map(({ name, number, nPlanted, nFound, nFalse, isEnough }) => `${number.padEnd(4)} ${name.padEnd(18)} ${String(nPlanted).padStart(8)} ${String(nFound).padStart(6)} ${percent(nFound, nPlanted).padStart(8)} ${range(nFound, nPlanted).padStart(16)} ${`${nFalse} of ${clean.length}`.padStart(22)}${isEnough ? "" : "   MISSED"}`),
    `all signals: ${sum("nFound")} of ${sum("nPlanted")} found (${percent(sum("nFound"), sum("nPlanted"))}, ${range(sum("nFound"), sum("nPlanted"))})`,
    `clean visits with any false scored signal: ${nFalseVisits} of ${clean.length} (${percent(nFalseVisits, clean.length)}, ${range(nFalseVisits, clean.length)})`,
  ];
  return { lines, rows, isReached: rows.every(({ isEnough }) => isEnough) && (clean.length === 0 || nFalseVisits / clean.length < most), missing: rows.filter(({ nPlanted }) => nPlanted === 0).map(({ name }) => name) };
}
