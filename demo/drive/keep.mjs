// Visits written down, so that a demo may tell them again without a browser: one line of JSON a visit, compressed by zstd.
import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";

/** The site's address in what is kept, whatever port it had. */
const ORIGIN = "https://courriel.example";
/** A window as large as all of it: most pages are alike. */
const ZSTD = ["-q", "-f", "--ultra", "-22", "--long=27"];

export function keepVisits(file, outcomes, notes, siteUrl) {
  const visits = outcomes.filter(({ fault }) => !fault).map(({ id, kind, began, person, ms, planted }) => {
    const { events, pieces } = notes.visit(id);
    return {
      visit: id,
      kind,
      began,
      ms,
      agent: person.agent,
      language: person.lang === "fr" ? "fr-FR,fr;q=0.9" : "en-GB,en;q=0.9",
      planted: planted.map(({ name }) => name),
      events: [...events.values()],
      pieces: [...pieces.values()].map(({ text }) => JSON.parse(text)),
    };
  });
  visits.sort((a, b) => a.began - b.began);
  const text = visits.map((visit) => JSON.stringify(visit)).join("\n").replaceAll(siteUrl, ORIGIN) + "\n";
  const plain = file.replace(/\.zst$/, "");
  writeFileSync(plain, text);
  if (plain === file) return;
  execFileSync("zstd", [...ZSTD, "--rm", plain, "-o", file]);
  console.log(`kept ${visits.length} visits: ${(text.length / 1e6).toFixed(1)} MB, ${(statSync(file).size / 1024).toFixed(0)} KB compressed, in ${file}`);
}
