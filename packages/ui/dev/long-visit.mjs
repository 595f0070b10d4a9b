// Ten minutes of work in a lively application, for measuring: 120 rows that change, a ticker, a dialog, a form, and 230 KB of styles. Its clock runs ten times as fast as ours, so that
// it takes a minute to record; what the tag sees, it sees by that clock.
import { record } from "./recorder.mjs";

const FASTER = 10;
const LENGTH_MS = 600_000;
const ROWS = 120;
const RULES = 2600;

/** The pieces that the tag sent. They end about now. */
export function recordLongVisit() {
  return record(visit, { pages: (path, tag) => (path === "/work" || path === "/work/again" ? pageOf(tag) : null) });
}

async function visit(page, site) {
  const startedAt = Date.now();
  await page.addInitScript(fastClock, { startedAt, faster: FASTER, ahead_ms: LENGTH_MS - LENGTH_MS / FASTER });
  const until = (minute) => startedAt + (minute * 60_000) / FASTER;
  await page.goto(`${site}/work`);
  let n = 0;
  for (const [minute, path] of [[6, null], [10, "/work/again"]]) {
    if (path) await page.goto(site + path);
    await page.waitForSelector("#rows tr");
    while (Date.now() < until(minute)) await act(page, (n += 1));
  }
}

/** One after the other, again and again: reads on, looks at a row, writes, sorts, waits. */
async function act(page, n) {
  const wander = () => page.mouse.move(80 + ((n * 197) % 1000), 120 + ((n * 131) % 600), { steps: 12 });
  await wander();
  switch (n % 6) {
    case 0:
      await page.mouse.wheel(0, n % 4 === 0 ? -500 : 400);
      break;
    case 1:
      await page.locator("#rows tr button").nth((n * 7) % ROWS).click();
      await page.waitForTimeout(120);
      await page.click("#shut");
      break;
    case 2:
      await page.locator("#find").fill("");
      await page.locator("#find").pressSequentially(["Autumn", "letter", "Winter"][n % 3], { delay: 12 });
      break;
    case 3:
      await page.click("#sort");
      break;
    case 4:
      await page.locator("#rows input").nth((n * 5) % ROWS).click();
      break;
    default:
      await page.click("#dead");
  }
  await page.waitForTimeout(250);
}

/** Runs in the page, before anything else. */
function fastClock({ startedAt, faster, ahead_ms }) {
  const [dateNow, perfNow] = [Date.now.bind(Date), performance.now.bind(performance)];
  Date.now = () => Math.round(startedAt - ahead_ms + (dateNow() - startedAt) * faster);
  performance.now = () => perfNow() * faster;
}

function pageOf(tag) {
  const rows = Array.from({ length: ROWS }, (_, n) => `<tr class="r${n}"><td><input type="checkbox" aria-label="Choose"></td><td><b>Letter ${n}</b><small>to list ${n % 9}</small></td><td>${(n * 7919) % 5000}</td><td><span class="badge b${n % 4}">sent</span></td><td><div class="bar"><i style="width:${(n * 37) % 100}%"></i></div></td><td><button>Open</button></td></tr>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Courriel at work</title><style>${styles()}</style>${tag}</head><body data-px-unmask>
<header><b>Courriel</b><nav><a href="#a">Letters</a><a href="#b">Lists</a><a href="#c">Reports</a></nav><span id="ticker">0 readers now</span></header>
<main><aside>${Array.from({ length: 40 }, (_, n) => `<a class="side s${n}" href="#s${n}"><i></i><span>Folder ${n}</span></a>`).join("")}</aside>
<section><form><input id="find" placeholder="Find"><button type="button" id="sort">Sort</button><button type="button" id="dead">Preview</button></form>
<table><tbody id="rows">${rows}</tbody></table></section></main><dialog id="about"><h2>About it</h2><ul></ul><button id="shut">Close</button></dialog>
<script>
const rows = document.querySelector("#rows"), about = document.querySelector("#about");
let n = 0;
// Every second of the page's clock a figure or two change, and every twenty a row comes and one goes.
setInterval(() => {
  n += 1;
  document.querySelector("#ticker").textContent = (n * 37) % 900 + " readers now";
  const row = rows.children[(n * 13) % rows.children.length];
  row.children[2].textContent = (n * 7919) % 5000;
  row.querySelector("i").style.width = (n * 31) % 100 + "%";
  if (n % 20 === 0) { rows.append(rows.lastElementChild.cloneNode(true)); rows.firstElementChild.remove(); }
}, ${1000 / FASTER});
document.querySelector("#sort").onclick = () => rows.append(...[...rows.children].sort((a, b) => a.children[2].textContent - b.children[2].textContent).slice(0, 40));
rows.onclick = ({ target }) => {
  if (target.tagName !== "BUTTON") return;
  about.querySelector("ul").innerHTML = Array.from({ length: 25 }, (_, i) => "<li>Reader <b>" + i + "</b> of " + target.closest("tr").className + "</li>").join("");
  about.showModal();
};
document.querySelector("#shut").onclick = () => about.close();
document.querySelector("#find").oninput = ({ target }) => { for (const row of rows.children) row.classList.toggle("quiet", !row.textContent.includes(target.value)); };
</script></body></html>`;
}

/** As much as a framework brings: most of it fits nothing on the page. */
function styles() {
  const own = `*{box-sizing:border-box}body{margin:0;font:14px/1.4 system-ui,sans-serif;color:#1d2433;background:#f7f8fb}header{display:flex;gap:24px;padding:14px 24px;background:#fff;border-bottom:1px solid #e4e7ec}main{display:grid;grid-template-columns:200px 1fr;gap:20px;padding:20px}.side{display:block;padding:4px}table{width:100%;border-collapse:collapse;background:#fff}td{padding:6px 10px;border-bottom:1px solid #eef0f4}tr:hover td{background:#f2f4ff}tr.quiet{opacity:.4}.bar{width:120px;height:8px;background:#eef}.bar i{display:block;height:8px;background:#4f46e5}.badge{padding:2px 8px;border-radius:9px;background:#eef2ff}`;
  const others = Array.from({ length: RULES }, (_, n) => `.u${n}-m:hover>.x${n % 90},.u${n}.is-${n % 7}{margin:${n % 40}px;padding:${n % 12}px ${n % 9}px;color:rgb(${n % 255},${(n * 3) % 255},80)}`);
  return own + others.join("");
}
