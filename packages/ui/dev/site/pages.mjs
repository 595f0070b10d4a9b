// A small site to record: Courriel, which sends campaigns. Three pages with a button that does nothing, a form that refuses, a
// request that fails. Served by whoever records it: the end-to-end tests and `record.mjs`.
import { readFileSync } from "node:fs";

const look = readFileSync(new URL("./look.css", import.meta.url), "utf8");

/** `tag` is the script element that records. */
export function pageOf(path, tag) {
  const inside = PAGES[path];
  if (!inside) return null;
  const link = (to, name) => `<a href="${to}"${to === path ? ' class="here"' : ""}>${name}</a>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Courriel</title><style>${look}</style>${tag}</head>
<body><header><b>Courriel</b><nav data-px-unmask>${link("/campaigns", "Campaigns")}${link("/campaigns/new", "New campaign")}${link("/audience", "Audience")}</nav></header>
<main>${inside}</main></body></html>`;
}

const ROWS = [
  ["Autumn letter", "Sent", 4210, "38 %"],
  ["Welcome, new readers", "Sent", 1284, "52 %"],
  ["Black Friday", "Draft", 0, "–"],
  ["Come back", "Sent", 892, "21 %"],
  ["Product news 14", "Sent", 5120, "34 %"],
  ["Survey of readers", "Draft", 0, "–"],
];

const PAGES = {
  "/campaigns": `
<div class="row"><div><h1>Campaigns</h1><p class="lead">Everything you sent, and what waits.</p></div><a class="button" href="/campaigns/new">New campaign</a></div>
<section class="card"><span class="ticker" id="ticker">12 are reading now</span><div class="figures"><div><strong>11,506</strong><span>letters sent</span></div><div><strong>37 %</strong><span>opened</span></div><div><strong>4.1 %</strong><span>clicked</span></div></div>
<div class="bars">${[40, 55, 62, 48, 80, 71, 90, 66, 58, 84, 95, 77].map((height) => `<i style="height:${height}%"></i>`).join("")}</div></section>
<section class="card"><table><thead><tr><th>Name</th><th>State</th><th>Recipients</th><th>Opened</th><th></th></tr></thead><tbody id="rows">
${ROWS.map(([name, state, n, opened]) => `<tr><td>${name}</td><td><span class="tag ${state === "Draft" ? "draft" : ""}">${state}</span></td><td>${n}</td><td>${opened}</td><td><button class="plain" data-open="${name}">Open</button></td></tr>`).join("")}
</tbody></table></section>
<dialog id="letter"><h2>Autumn letter</h2><p>Leaves fall, prices too. 4,210 recipients, sent on 12 November.</p><button id="shut">Close</button></dialog>
<script>
let n = 12; setInterval(() => { n += 1; document.getElementById("ticker").textContent = n + " are reading now"; }, 3000);
for (const button of document.querySelectorAll("[data-open]")) button.onclick = () => { document.querySelector("#letter h2").textContent = button.dataset.open; document.getElementById("letter").showModal(); };
document.getElementById("shut").onclick = () => document.getElementById("letter").close();
</script>`,
  "/campaigns/new": `
<h1>New campaign</h1><p class="lead">Three steps: the letter, the audience, the day.</p>
<section class="card"><form id="form" novalidate><label>Subject<input name="subject" placeholder="What readers see first"></label><label>Audience<select name="audience"><option value="">Choose…</option><option>All readers</option><option>New readers</option></select></label>
<label>Letter<textarea name="letter" rows="5" placeholder="Dear reader"></textarea></label><p class="problem" id="problem" hidden>Choose an audience first.</p>
<div class="row"><button type="button" class="plain" id="preview">Preview</button><button type="submit" id="send">Send campaign</button></div></form></section>
<section class="card" id="sent" hidden><h2>On its way</h2><p>Your letter reaches its readers within the hour.</p></section>
<script>
document.getElementById("form").onsubmit = async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  document.getElementById("problem").hidden = form.get("audience") !== "";
  if (form.get("audience") === "") return;
  const reply = await fetch("/api/campaigns", { method: "POST", body: "{}" }).catch(() => ({ ok: false }));
  console.warn("campaign was answered", reply.ok);
  if (!reply.ok) throw new Error("the campaign was not sent");
  document.getElementById("sent").hidden = false;
};
</script>`,
  "/audience": `
<h1>Audience</h1><p class="lead">6,318 readers in four lists.</p>
<section class="card"><table><thead><tr><th>List</th><th>Readers</th><th>Joined this month</th></tr></thead><tbody>
${["All readers", "New readers", "Customers", "Press"].map((name, index) => `<tr><td>${name}</td><td>${[6318, 812, 2240, 96][index]}</td><td>+${[214, 198, 61, 2][index]}</td></tr>`).join("")}
</tbody></table></section>
<section class="card">${"<p>Readers who did not open a letter for half a year are written to less often. They come back on their own, or with a letter made for them.</p>".repeat(14)}</section>`,
};
