// Builds the tag in both forms, and fails when one of them has outgrown its budget:
//   dist/web/sillage.js, dist/web/parts/*.js   for pages: one script, and modules that it loads when they are used
//   dist/npm/*                                 for applications: modules and types
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

const PARTS = ["heatmap", "friction", "vital", "error", "replay", "survey", "widget", "words"];
/** Bytes of gzip. */
const BUDGETS = { "sillage.js": 9 * 1024, "parts/heatmap.js": 4 * 1024, "parts/friction.js": 10 * 1024, "parts/vital.js": 8 * 1024, "parts/error.js": 3 * 1024, "parts/replay.js": 26 * 1024, "parts/survey.js": 6 * 1024, "parts/widget.js": 15 * 1024, "parts/words.js": 3 * 1024 };

const options = (entry, file, format) => ({
  configFile: false,
  logLevel: "warn",
  build: {
    target: "es2020",
    outDir: "dist/web",
    emptyOutDir: false,
    minify: false,
    modulePreload: false,
    lib: { entry, formats: [format], name: "sillageTag", fileName: () => file },
    rolldownOptions: { output: { codeSplitting: false } },
  },
});

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/web/parts", { recursive: true });
await build(options("src/script.ts", "sillage.js", "iife"));
for (const part of PARTS) await build(options(`src/${part}/part.ts`, `parts/${part}.js`, "es"));

// Here and not by Vite, which leaves the spaces in modules.
for (const file of ["sillage.js", ...PARTS.map((part) => `parts/${part}.js`)]) {
  const path = `dist/web/${file}`;
  const { code } = await minify(readFileSync(path, "utf8"), { ecma: 2020, module: file !== "sillage.js", toplevel: true, compress: { passes: 5, inline: 1, comparisons: false, pure_getters: true, unsafe_arrows: true, unsafe_methods: true, keep_fargs: false } });
  writeFileSync(path, code);
}

execFileSync("npx", ["tsc", "-p", "tsconfig.npm.json"], { stdio: "inherit" });

// What others wrote goes along inside: an application that takes the package takes no dependency with it.
for (const [name, file, user] of [["@rrweb/record", "rrweb.js", "replay"], ["web-vitals/attribution", "web-vitals.js", "vital"]]) {
  const entry = `dist/npm/${user}/entry.js`;
  writeFileSync(entry, `export * from "${name}";\n`);
  await build({ ...options(entry, file, "es"), build: { ...options(entry, file, "es").build, outDir: `dist/npm/${user}` } });
  rmSync(entry);
  const part = `dist/npm/${user}/part.js`;
  writeFileSync(part, readFileSync(part, "utf8").replace(`"${name}"`, `"./${file}"`));
}

const snippet = readFileSync("src/snippet.js", "utf8").replace(/^\/\/.*\n/gm, "").replace(/\s*\n\s*/g, "").trim();
writeFileSync("dist/web/snippet.html", `<script>${snippet}</script>\n<script async src="https://sillage.example.org/s/sillage.js"></script>\n`);

let isOver = false;
for (const [file, budget] of Object.entries(BUDGETS)) {
  const bytes = gzipSync(readFileSync(`dist/web/${file}`), { level: 9 }).length;
  isOver ||= bytes > budget;
  console.log(`${file.padEnd(20)} ${String(bytes).padStart(6)} of ${budget} bytes gzip${bytes > budget ? "  TOO LARGE" : ""}`);
}
const unexpected = readdirSync("dist/web/parts").filter((file) => !PARTS.includes(file.replace(/\.js$/, "")));
if (unexpected.length) console.log(`not expected in dist/web/parts: ${unexpected.join(", ")}`);
process.exit(isOver || unexpected.length ? 1 : 0);
