// One visit: a browser context of its own, a person, and what the person does.
import { chanceOf } from "./chance.mjs";
import { handOf } from "./hand.mjs";
import { wait } from "../../packages/sdk/e2e/server.mjs";

const FIRST = { fr: ["camille", "lea", "manon", "hugo", "nadia", "jules", "ines", "theo", "karim", "louise"], en: ["olivia", "liam", "grace", "noah", "priya", "jack", "zoe", "oscar", "hannah", "felix"] };
const LAST = { fr: ["martin", "dubois", "moreau", "lefevre", "diallo", "petit", "roux", "benali", "girard", "lambert"], en: ["smith", "walker", "patel", "jones", "becker", "young", "hill", "khan", "wilson", "clark"] };
const COMPANIES = { fr: ["atelier.fr", "rivage.fr", "boreal.ca", "tilleul.fr", "mistral.fr", "cobalt.be", "verveine.ch"], en: ["kestrel.co.uk", "harbor.co.uk", "juniper.de", "copper.de", "meadow.co.uk"] };
const CAMPAIGNS = ["", "", "?utm_source=google&utm_medium=organic", "?utm_source=google&utm_medium=cpc&utm_campaign=emailing-fr", "?utm_source=linkedin&utm_medium=social&utm_campaign=founders", "?utm_source=newsletter&utm_medium=email&utm_campaign=autumn"];
/** What a simulated person's browser says it is. The browser is Chromium in any case. */
const AGENTS = {
  desktop: [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
  ],
  phone: [
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
  ],
};
const LONGEST_VISIT_S = 360;
const ECHO_MS = 1500;
const LONGEST_ECHO_MS = 10_000;

/** Who it is: the same for the same seed and number. */
export function personOf(seed, n, { isPhone: mustPhone, isDesktop } = {}) {
  const chance = chanceOf(seed * 7919 + n * 104729 + 1);
  const lang = chance.is(0.7) ? "fr" : "en";
  const isPhone = mustPhone || (!isDesktop && chance.is(0.22));
  const email = `${chance.one(FIRST[lang])}.${chance.one(LAST[lang])}.${n}@${chance.one(COMPANIES[lang])}`;
  const viewport = isPhone ? { width: 390, height: 844 } : chance.one([{ width: 1440, height: 900 }, { width: 1280, height: 800 }, { width: 1366, height: 768 }, { width: 1680, height: 1050 }]);
  return { chance, lang, isPhone, email, viewport, home: `/${chance.one(CAMPAIGNS)}`, agent: chance.one(AGENTS[isPhone ? "phone" : "desktop"]) };
}

/**
 * Plays one visit. `play(hand, person, { plant })` is the script; `isSignedIn` spares the sign-in page. `notes` hear what the tag sends, by the site, or, where the site is another's
 * (`isElsewhere`), by the browser. Returns what was planted, how long it took, and what went wrong with the script itself.
 */
export async function playVisit({ browser, site, id, person, pace = 1, isSignedIn = false, play, notes, isElsewhere = false }) {
  const { isPhone, viewport, lang, agent, chance, email } = person;
  const context = await browser.newContext({
    baseURL: site,
    viewport,
    userAgent: agent,
    locale: lang === "fr" ? "fr-FR" : "en-GB",
    timezoneId: lang === "fr" ? "Europe/Paris" : "Europe/London",
    hasTouch: isPhone,
    isMobile: isPhone,
    extraHTTPHeaders: { "x-visit": id },
  });
  if (isElsewhere) context.on("request", (request) => hearOf(request, id, notes));
  const planted = [];
  const began = Date.now();
  let fault;
  try {
    if (isSignedIn) {
      const reply = await context.request.post("/api/login", { data: { email } });
      if (!reply.ok()) throw new Error(`sign-in answered ${reply.status()}`);
    }
    const page = await context.newPage();
    const hand = handOf(page, chance, { isPhone, pace });
    const plant = (name, selector) => planted.push({ name, selector });
    let timer;
    const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`not done after ${LONGEST_VISIT_S} s`)), LONGEST_VISIT_S * 1000)));
    await Promise.race([play(hand, person, { plant }), late]).finally(() => clearTimeout(timer));
    // Leaves the site, as people do; what is on its way then outlives the page.
    await page.goto("about:blank");
    await quiet(() => notes.visit(id).events.size);
  } catch (error) {
    fault = error.message.split("\n")[0];
  }
  await context.close();
  return { id, planted, began, ms: Date.now() - began, fault };
}

/** What outlives the page has come when nothing came for a while. */
async function quiet(count) {
  const end = Date.now() + LONGEST_ECHO_MS;
  for (let n = count(), since = Date.now(); Date.now() - since < ECHO_MS && Date.now() < end; await wait(100)) {
    if (count() === n) continue;
    n = count();
    since = Date.now();
  }
}

function hearOf(request, id, notes) {
  const { pathname, searchParams } = new URL(request.url());
  const [path] = /\/v1\/(events|recordings)$/.exec(pathname) ?? [];
  const body = request.postDataBuffer();
  if (path && body) notes.hear({ visit: id, path, query: searchParams, body });
}
