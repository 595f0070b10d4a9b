// What the site's API answers. Nothing is kept between requests: who signed in stands in a cookie, and the lists are made up anew, always the same.
const TEMPLATES = ["newsletter", "promotion", "welcome", "invitation", "survey", "blank"];
/** The newsletter is put together by a service that takes its time. */
const SLOW_TEMPLATE_MS = 2200;
const LONGEST_SUBJECT = 60;
/** Only this form of a phone number is taken, and nowhere said. */
const PHONE = /^\+33 \d( \d\d){4}$/;
const SHORTEST_REASON = 30;
const COUNTRIES = { fr: "FR", be: "BE", ch: "CH", uk: "GB", de: "DE", es: "ES", ca: "CA" };

/** The answer to a request: status, body, a cookie, and how long it takes. */
export function answerOf(method, path, query, body) {
  const given = parsed(body);
  const [, what, id] = path.split("/");
  switch (`${method} ${what}`) {
    case "POST login":
      return signIn(given);
    case "GET contacts":
      return ok({ contacts: contacts() }, 60);
    case "POST contacts":
      return PHONE.test(given.phone ?? "") ? ok({}, 120) : refused("phone", 180);
    case "GET estimate":
      return ok({ contacts: 40 + ((query.get("segment") ?? "").length * 397 + Number(query.get("n") ?? 0) * 13) % 6200 }, 150);
    case "GET template":
      return TEMPLATES.includes(id) ? ok({ template: id, blocks: 3 + id.length % 4 }, id === "newsletter" ? SLOW_TEMPLATE_MS : 90) : refused("template", 0);
    // Drafts whose subject is long are lost, which the page does not say.
    case "PUT draft":
      return (given.subject ?? "").length > LONGEST_SUBJECT ? { status: 503, json: { error: "draft store is not there" }, delayMs: 200 } : ok({}, 80);
    case "POST spam-check":
      return { status: 500, json: { error: "no scorer" }, delayMs: 350 };
    case "POST schedule":
      return ok({ id: 4711 }, 300);
    case "POST cancel":
      return (given.words ?? "").length < SHORTEST_REASON ? refused("words", 150) : ok({}, 250);
    default:
      return { status: 404, json: { error: "not here" }, delayMs: 0 };
  }
}

function signIn({ email = "" }) {
  const [local, domain] = String(email).toLowerCase().split("@");
  if (!local || !domain?.includes(".")) return refused("email", 120);
  const name = local.split(/[.\d_-]+/).filter(Boolean).map((word) => word[0].toUpperCase() + word.slice(1)).join(" ");
  const company = domain.split(".")[0];
  const user = {
    id: `visitor-${local.replace(/\W+/g, "-")}`,
    name,
    company: company[0].toUpperCase() + company.slice(1),
    country: COUNTRIES[domain.split(".").pop()] ?? "FR",
    plan: ["free", "pro", "team"][company.length % 3],
  };
  return { ...ok({ user }, 160), cookie: `who=${encodeURIComponent(JSON.stringify(user))}; path=/; SameSite=Lax` };
}

function contacts() {
  const first = ["Léa", "Hugo", "Nadia", "Jules", "Inès", "Karim", "Olivia", "Noah", "Emma", "Jack", "Marta", "Felix"];
  const last = ["Martin", "Petit", "Diallo", "Moreau", "Benali", "Leroy", "Smith", "Walker", "Khan", "Becker"];
  return Array.from({ length: 36 }, (_, n) => ({ name: `${first[n % first.length]} ${last[(n * 7) % last.length]}`, email: `${first[n % first.length][0].toLowerCase()}.${last[(n * 7) % last.length].toLowerCase()}${n}@mail.example`, tag: ["client", "prospect", "newsletter"][n % 3], opened: (n * 17) % 100 }));
}

const ok = (json, delayMs) => ({ status: 200, json, delayMs });
const refused = (field, delayMs) => ({ status: 422, json: { field }, delayMs });

function parsed(text) {
  try {
    return JSON.parse(text || "{}");
  } catch {
    return {};
  }
}
