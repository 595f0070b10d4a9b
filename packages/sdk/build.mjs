// Builds the tag in both forms, and fails when one of them has outgrown its budget:
//   dist/web/sillage.js, dist/web/parts/*.js   for pages: one script, and modules that it loads when they are used; the recorder is what the part `replay` loads
//   dist/npm/*                                 for applications: modules and types
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { minify } from "terser";
import { build } from "vite";

const PARTS = ["heatmap", "friction", "vital", "error", "replay", "survey", "task", "widget", "words", "test"];
/** Where a part's source is not in a folder of its name. */
const FOLDERS = { test: "user-test" };
const RECORDER = "@rrweb/record";
/** Bytes of gzip. */
const BUDGETS = { "sillage.js": 9 * 1024, "parts/heatmap.js": 4 * 1024, "parts/friction.js": 10 * 1024, "parts/vital.js": 8 * 1024, "parts/error.js": 3 * 1024, "parts/replay.js": 5 * 1024, "parts/recorder.js": 20 * 1024, "parts/survey.js": 6 * 1024, "parts/task.js": 4 * 1024, "parts/widget.js": 15 * 1024, "parts/words.js": 3 * 1024, "parts/test.js": 12 * 1024 };
/** Both together are what recording costs. */
const RECORDER_BUDGET = 26 * 1024;

/**
 * rrweb without what draws canvases off: no canvas is ever recorded, and its code is a tenth of the whole. The version is pinned, so what is cut is known; where it is not found, the build fails.
 */
const withoutCanvas = {
  name: "without-canvas",
  transform(code, id) {
    if (!id.includes(`${RECORDER}/dist/record.js`)) return null;
    const cut = (from, to) => {
      const start = code.indexOf(from);
      const end = code.indexOf(to, start) + to.length;
      if (start < 0 || end < start) throw new Error(`${RECORDER} has changed: there is no ${from.trim()}`);
      code = code.slice(0, start) + code.slice(end);
    };
    cut('    if (recordCanvas && sampling === "all")', "});\n");
    for (const method of ["initCanvasFPSObserver", "initCanvasMutationObserver", "startPendingCanvasMutationFlusher", "startRAFTimestamping", "flushPendingCanvasMutations", "flushPendingCanvasMutationFor"]) cut(`\n  ${method}(`, "\n  }");
    cut("const blob = typeof self", "\n");
    return { code, map: null };
  },
};

const options = (entry, file, format, external = []) => ({
  configFile: false,
  plugins: [withoutCanvas],
  logLevel: "warn",
  build: {
    target: "es2020",
    outDir: "dist/web",
    emptyOutDir: false,
    minify: false,
    modulePreload: false,
    lib: { entry, formats: [format], name: "sillageTag", fileName: () => file },
    rolldownOptions: { external, output: { codeSplitting: false } },
  },
});

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/web/parts", { recursive: true });
await build(options("src/script.ts", "sillage.js", "iife"));
for (const part of PARTS) await build(options(`src/${FOLDERS[part] ?? part}/part.ts`, `parts/${part}.js`, "es", [RECORDER]));
writeFileSync("dist/recorder.js", `export { record } from "${RECORDER}";\n`);
await build(options("dist/recorder.js", "parts/recorder.js", "es"));
rmSync("dist/recorder.js");
writeFileSync("dist/web/parts/replay.js", readFileSync("dist/web/parts/replay.js", "utf8").replace(`"${RECORDER}"`, '"./recorder.js"'));

// Here and not by Vite, which leaves the spaces in modules.
for (const file of Object.keys(BUDGETS)) {
  const path = `dist/web/${file}`;
  const { code } = await minify(readFileSync(path, "utf8"), { ecma: 2020, module: file !== "sillage.js", toplevel: true, compress: { drop_console: file === "parts/recorder.js", passes: 5, inline: 1, comparisons: false, pure_getters: true, unsafe_arrows: true, unsafe_methods: true, keep_fargs: false } });
  writeFileSync(path, code);
}

execFileSync("npx", ["tsc", "-p", "tsconfig.npm.json"], { stdio: "inherit" });

// What others wrote goes along inside: an application that takes the package takes no dependency with it.
for (const [name, file, user] of [[RECORDER, "rrweb.js", "replay"], ["web-vitals/attribution", "web-vitals.js", "vital"]]) {
  const entry = `dist/npm/${user}/entry.js`;
  writeFileSync(entry, `export * from "${name}";\n`);
  await build({ ...options(entry, file, "es"), build: { ...options(entry, file, "es").build, outDir: `dist/npm/${user}` } });
  rmSync(entry);
  const part = `dist/npm/${user}/part.js`;
  writeFileSync(part, readFileSync(part, "utf8").replace(`"${name}"`, `"./${file}"`));
}

const snippet = readFileSync("src/snippet.js", "utf8").replace(/^\/\/.*\n/gm, "").replace(/\s*\n\s*/g, "").trim();
writeFileSync("dist/web/snippet.html", `<script>${snippet}</script>\n<script async src="https://sillage.example.org/s/sillage.js"></script>\n`);

const bytesOf = (file) => gzipSync(readFileSync(`dist/web/${file}`), { level: 9 }).length;
const rows = [...Object.entries(BUDGETS).map(([file, budget]) => [file, bytesOf(file), budget]), ["recording in all", bytesOf("parts/replay.js") + bytesOf("parts/recorder.js"), RECORDER_BUDGET]];
for (const [what, bytes, budget] of rows) console.log(`${what.padEnd(20)} ${String(bytes).padStart(6)} of ${budget} bytes gzip${bytes > budget ? "  TOO LARGE" : ""}`);
const unexpected = readdirSync("dist/web/parts").filter((file) => !(`parts/${file}` in BUDGETS));
if (unexpected.length) console.log(`not expected in dist/web/parts: ${unexpected.join(", ")}`);
process.exit(rows.some(([, bytes, budget]) => bytes > budget) || unexpected.length ? 1 : 0);
