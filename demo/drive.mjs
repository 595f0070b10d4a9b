#!/usr/bin/env node
// Sends simulated visits of named kinds of people through the site of Courriel, in real Chromium, against a running Sillage; or judges the detectors of friction by them.
//
//   node demo/drive.mjs --url http://127.0.0.1:7070 --key wk_… --visits 60 --parallel 4     visits, each kind as often as its weight says
//   node demo/drive.mjs --url … --key … --kind rage_clicks --visits 5                        of one kind
//   node demo/drive.mjs --check [--times 6]                                                  of each signal so many plants, and calm visits; ends with 1 where it is not enough
//   node demo/drive.mjs … --keep demo/visits/courriel.ndjson.zst                                writes down what the tag sent, for `sillage demo` to tell again
//
// --part 1/3 makes a third of the visits, where the machine is somebody else's for the rest of the time; the lines of --keep FILE.ndjson of all parts are those of the whole, and --outcomes FILE
// adds what each visit gave to that file and prints the table of all that is in it.
// Without --url a Sillage of its own is started (target/release/sillage, or SILLAGE_BINARY) and thrown away at the end. --site names a site that runs already and was started with
// --driven; without it one is opened. --tag serves the tag from a folder instead of from Sillage, for trying a build. --seed changes who comes.
import { appendFileSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { openBrowser, openServer, wait } from "../packages/sdk/e2e/server.mjs";
import { keepVisits } from "./drive/keep.mjs";
import { matched, openNotes, tableOf } from "./drive/found.mjs";
import { PEOPLE } from "./drive/people.mjs";
import { CALM, PLANTS } from "./drive/plants.mjs";
import { personOf, playVisit } from "./drive/visit.mjs";
import { chanceOf } from "./drive/chance.mjs";
import { openSite } from "./site/server.mjs";

const { values: given } = parseArgs({
  options: {
    url: { type: "string" },
    key: { type: "string", default: process.env.SILLAGE_KEY ?? "" },
    site: { type: "string" },
    tag: { type: "string" },
    visits: { type: "string", default: "60" },
    parallel: { type: "string", default: "4" },
    kind: { type: "string" },
    seed: { type: "string", default: "7" },
    check: { type: "boolean", default: false },
    times: { type: "string", default: "6" },
    only: { type: "string" },
    keep: { type: "string" },
    part: { type: "string", default: "1/1" },
    outcomes: { type: "string" },
  },
});
const seed = Number(given.seed);
/** Between the first visits. */
const APART_MS = 2500;

/** Visits to make: who, and what they do. */
function planOfPeople() {
  const kinds = Object.entries(PEOPLE);
  if (given.kind && !PEOPLE[given.kind]) stop(`no kind ${given.kind}; there are ${kinds.map(([name]) => name).join(", ")}`);
  const wanted = Number(given.visits);
  const total = kinds.reduce((sum, [, { weight }]) => sum + weight, 0);
  // As many of each kind as its weight says, the largest remainders first, and then mixed.
  const shares = kinds.map(([name, { weight }]) => ({ name, exact: given.kind ? (name === given.kind ? wanted : 0) : (weight * wanted) / total }));
  const counts = new Map(shares.map(({ name, exact }) => [name, Math.floor(exact)]));
  const left = wanted - [...counts.values()].reduce((sum, n) => sum + n, 0);
  for (const { name } of [...shares].sort((a, b) => (b.exact % 1) - (a.exact % 1)).slice(0, left)) counts.set(name, counts.get(name) + 1);
  const chance = chanceOf(seed);
  const names = [...counts].flatMap(([name, n]) => Array(n).fill(name)).map((name) => ({ name, at: chance.next() })).sort((a, b) => a.at - b.at);
  return names.map(({ name }, n) => {
    const { pace, isClean = false, isDesktop, isPhoneOnly, visit } = PEOPLE[name];
    return { id: `${name}-${n}`, kind: name, isClean, pace, person: personOf(seed, n, { isDesktop, isPhone: isPhoneOnly }), play: visit };
  });
}

function planOfCheck() {
  const times = Number(given.times);
  const wanted = (name) => !given.only || given.only.split(",").some((one) => name.startsWith(one));
  const plants = Object.entries(PLANTS).filter(([name]) => wanted(name)).flatMap(([name, { start, play, isPhone, isDesktop }]) =>
    Array.from({ length: times }, (_, n) => ({
      id: `${name}-${n}`, kind: name, isClean: false, isSignedIn: true, person: personOf(seed + 100, n * 31 + name.length, { isPhone, isDesktop }),
      async play(hand, person, { plant }) {
        await start(hand);
        await hand.think(0.3, 1);
        await play(hand, plant);
      },
    })));
  const calm = Object.entries(CALM).filter(([name]) => wanted(`calm_${name}`)).flatMap(([name, play]) => Array.from({ length: times }, (_, n) => ({ id: `calm_${name}-${n}`, kind: `calm_${name}`, isClean: true, isSignedIn: true, person: personOf(seed + 200, n * 37 + name.length), play })));
  // Mixed, so that what a busy minute of the machine does to one kind it does to all.
  const chance = chanceOf(seed + 1);
  return [...plants, ...calm].map((visit) => ({ visit, at: chance.next() })).sort((a, b) => a.at - b.at).map(({ visit }) => visit);
}

async function main() {
  if (given.url && !given.key) stop("--key is missing: the write key of a project, wk_…, from its settings");
  const own = given.url ? undefined : await openServer();
  const notes = openNotes();
  const sillage = given.url?.replace(/\/+$/, "") ?? own.url;
  const key = own?.project.write_key ?? given.key;
  const heard = (request) => {
    notes.hear(request);
    // What is kept in a file needs no place in the server.
    return given.keep && request.path === "/v1/recordings" ? 200 : undefined;
  };
  const site = given.site ? { url: given.site, close: () => undefined } : await openSite({ sillage, key, isDriven: true, tagFolder: given.tag && resolve(given.tag), heard });
  const browser = await openBrowser();
  const [part, of] = given.part.split("/").map(Number);
  const plan = (given.check ? planOfCheck() : planOfPeople()).filter((_, n) => n % of === part - 1);
  // Who takes long begins, so that nobody is waited for at the end.
  plan.sort((a, b) => (b.pace ?? 1) - (a.pace ?? 1));
  console.log(`${plan.length} visits, ${given.parallel} at a time, through ${site.url} to ${sillage}`);
  const outcomes = [];
  const began = Date.now();
  let next = 0;
  async function work(_, n) {
    // Not all at once: a page that loads beside six others is a slow page.
    await wait(n * APART_MS);
    while (next < plan.length) {
      const visit = plan[next++];
      const done = await playVisit({ browser, site: site.url, ...visit, notes, isElsewhere: Boolean(given.site) });
      const outcome = { ...visit, ...done, ...matched(done.planted, notes.signals(visit.id)) };
      outcomes.push(outcome);
      tell(outcome, outcomes.length, plan.length, Date.now() - began);
    }
  }
  await Promise.all(Array.from({ length: Number(given.parallel) }, work));
  await browser.close();
  await site.close();
  if (given.keep) keepVisits(given.keep, outcomes, notes, site.url);
  const { lines, isReached, missing } = tableOf(given.outcomes ? added(given.outcomes, outcomes) : outcomes);
  const faults = outcomes.filter(({ fault }) => fault);
  console.log(`\n${lines.join("\n")}\n${sumOf(outcomes, notes)}`);
  for (const { id, fault } of faults) console.log(`the script of ${id} did not come to its end: ${fault}`);
  await own?.close();
  // A visit that could not be played says nothing about detectors; many of them say that the check itself is worth nothing.
  const isWorth = faults.length <= plan.length * 0.02 && !(given.check && !given.only && missing.length);
  process.exit(given.check && !(isReached && isWorth) ? 1 : 0);
}

/** With those of earlier parts. A visit whose script broke down says nothing. */
function added(file, outcomes) {
  const worth = outcomes.filter(({ fault }) => !fault);
  appendFileSync(file, worth.map(({ id, isClean, hits, unplanted }) => JSON.stringify({ id, isClean, hits: hits.map(({ name, isFound }) => ({ name, isFound })), unplanted: unplanted.map(({ name }) => ({ name })) })).join("\n") + "\n");
  return readFileSync(file, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

function tell({ id, ms, hits, unplanted, isClean, fault }, n, of, sinceMs) {
  const missed = hits.filter(({ isFound }) => !isFound).map(({ name, selector }) => `${name} ${selector ?? ""}`.trim());
  const extra = unplanted.map(({ name, selector, page }) => `${name} ${selector || page}`);
  const words = [`${hits.length - missed.length} of ${hits.length} planted found`, missed.length && `missed: ${missed.join(", ")}`, extra.length && `${isClean ? "FALSE" : "also"}: ${extra.join(", ")}`, fault && `script: ${fault}`];
  console.log(`${String(n).padStart(4)}/${of} ${String(Math.round(sinceMs / 1000)).padStart(5)} s  ${id.padEnd(34)} ${(ms / 1000).toFixed(0).padStart(4)} s  ${words.filter(Boolean).join("; ")}`);
}

function sumOf(outcomes, notes) {
  const all = outcomes.map(({ id }) => notes.visit(id));
  const nEvents = all.reduce((sum, { events }) => sum + events.size, 0);
  const pieces = all.flatMap((visit) => [...visit.pieces.values()]);
  const seconds = outcomes.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  return `${outcomes.length} visits of ${(seconds / outcomes.length).toFixed(0)} s on average: ${nEvents} events, ${pieces.length} pieces of recordings, ${(pieces.reduce((sum, { bytesSent }) => sum + bytesSent, 0) / 1e6).toFixed(2)} MB on the wire`;
}

function stop(why) {
  console.error(`demo/drive.mjs: ${why}`);
  process.exit(2);
}

await main();
