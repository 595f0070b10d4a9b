// The three pages on which tags are measured: an article, an application of some 1,300 elements, a table of some 30,000. The same for every tag; nothing in them is random.
const RULES = 900;

export function stylesheet() {
  const properties = ["color:#223", "padding:4px 8px", "margin:0 0 8px", "border:1px solid #ddd", "background:#fff", "display:block", "font-size:14px", "line-height:1.5"];
  const rules = Array.from({ length: RULES }, (_, n) => `.${["card", "row", "cell", "btn", "nav", "form", "badge", "grid"][n % 8]}-${n} > .inner:not(.off){${properties.slice(n % 5).join(";")}}`);
  return `body{font:16px/1.5 sans-serif;margin:0 auto;max-width:1100px;padding:0 16px}td{border-bottom:1px solid #ddd;padding:4px 8px}.on{outline:2px solid #36c}\n${rules.join("\n")}`;
}

const WORDS = "campaign audience template editor schedule contact message opening click reader subject letter hour list plan team report".split(" ");
const sentence = (n) => Array.from({ length: 18 }, (_, i) => WORDS[(n * 7 + i * 5) % WORDS.length]).join(" ");

const BODIES = {
  article: () => `<main><h1>How letters are read</h1>${Array.from({ length: 24 }, (_, n) => `<section><h2>${sentence(n).slice(0, 40)}</h2><p>${sentence(n)} <a href="#s${n}">${WORDS[n % WORDS.length]}</a> ${sentence(n + 3)}</p></section>`).join("")}</main>`,
  app: () => app(120),
  table: () => app(2990),
};
export const PAGES = Object.keys(BODIES);

function app(rows) {
  return `<header><nav>${WORDS.map((word) => `<a href="#${word}">${word}</a>`).join("")}</nav></header><main><p id="ticker">0</p><form id="form"><label>Name <input name="name"></label><label>Subject <input name="subject"></label><button type="button">Save</button></form>
    <table><tbody>${Array.from({ length: rows }, (_, n) => `<tr class="row"><td>${n}</td><td><a href="#c${n}">${sentence(n).slice(0, 24)}</a></td><td><span>${WORDS[n % WORDS.length]}</span></td><td><button type="button">Edit</button></td><td>${(n * 37) % 100} %</td></tr>`).join("")}</tbody></table></main>`;
}

/** The page by that name, with `head` of the tag in it. It answers clicks, and a part of it changes by itself twice a second. */
export function pageOf(name, head) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title><link rel="stylesheet" href="/style.css">${head}</head><body>${BODIES[name]()}
    <script>
      document.addEventListener("click", (event) => event.target.closest("a,button,p")?.classList.toggle("on"));
      const ticker = document.getElementById("ticker");
      if (ticker) setInterval(() => (ticker.textContent = String(Number(ticker.textContent) + 1)), 500);
    </script></body></html>`;
}
