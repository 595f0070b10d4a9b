// Invented people of Courriel for the mock server: a seeded year-less story of sign-ups, campaigns and departures.
const DAY_MS = 86_400_000;
const FIRST = ["Anna", "Léo", "Camille", "Noah", "Inès", "Hugo", "Zoé", "Marc", "Sofia", "Paul", "Emma", "Louis", "Chloé", "Adam", "Jade", "Théo", "Nina", "Oscar", "Lucie", "Yanis"];
const LAST = ["Martin", "Bernard", "Smith", "Dubois", "Moreau", "Garcia", "Nguyen", "Petit", "Brown", "Roux", "Fontaine", "Weber", "Rossi", "Haddad", "Silva"];
const PAGES = ["/dashboard", "/contacts", "/audience", "/template", "/editor", "/schedule", "/campaign/sent", "/pricing", "/account"];

function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function story(now_ms, n_people = 700) {
  const random = seeded(7);
  const pick = (list, skew = 1) => list[Math.floor(random() ** skew * list.length)];
  const people = [];
  const events = [];
  for (let i = 0; i < n_people; i += 1) {
    const first = pick(FIRST);
    const last = pick(LAST);
    const id = `${first}.${last}${i}@example.com`.normalize("NFD").replace(/[^\w.@]/g, "").toLowerCase();
    const joined = now_ms - random() ** 0.8 * 90 * DAY_MS;
    const plan = pick(["free", "free", "pro", "team"]);
    const country = pick(["FR", "FR", "FR", "BE", "CH", "CA", "GB", "DE"], 1.4);
    const channel = pick(["google", "newsletter", "linkedin", "partner", null], 1.3);
    const loyal = random() < (plan === "free" ? 0.25 : 0.6);
    const person = { id, name: `${first} ${last}`, email: id, properties: { $name: `${first} ${last}`, $email: id, plan, country, channel, company: `Company ${i % 90}`, language: country === "FR" ? "fr" : "en" }, first: joined, last: joined, device: `d-${(i * 7919).toString(36)}` };
    people.push(person);
    let session = 0;
    const add = (event, time, properties = {}) => {
      if (time > now_ms) return;
      person.last = Math.max(person.last, time);
      events.push({ event, time, person: id, device: person.device, session: `s-${i}-${session}`, insert_id: `${i}-${events.length}`, properties: { $browser: pick(["Chrome", "Safari", "Firefox"], 1.5), $os: pick(["Windows", "Mac OS X", "iOS", "Android"], 1.3), channel, ...properties } });
    };
    add("$pageview", joined - 60_000, { $current_url: "https://courriel.example/pricing" });
    add("Sign up", joined, { plan });
    let at = joined;
    while (at < now_ms) {
      session += 1;
      const n_pages = 1 + Math.floor(random() * 4);
      for (let p = 0; p < n_pages; p += 1) add("$pageview", at + p * 40_000, { $current_url: `https://courriel.example${pick(PAGES, 1.4)}` });
      if (random() < 0.55) {
        add("Create campaign", at + 200_000, { template: pick(["blank", "news", "promo"]) });
        if (random() < 0.74) {
          add("Choose audience", at + 260_000 + random() * 200_000, { contacts: Math.floor(random() * 5000) });
          if (random() < (plan === "free" ? 0.55 : 0.8)) {
            add("Schedule campaign", at + 600_000 + random() * 900_000);
            if (random() < 0.9) add("Send campaign", at + 1_700_000 + random() * 3_600_000, { recipients: Math.floor(random() * 4000), amount: Math.round(random() * 9000) / 100 });
          }
        }
      }
      if (random() < 0.04) add("Upgrade plan", at + 300_000, { amount: pick([19, 49, 99]) });
      if (!loyal && random() < 0.35) break;
      at += (loyal ? 2.2 : 5) * DAY_MS * (0.4 + random() * 1.4);
    }
  }
  events.sort((a, b) => a.time - b.time);
  return { people, events };
}
