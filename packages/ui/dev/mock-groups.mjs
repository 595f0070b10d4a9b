// More naive answers over the story: sessions, cohorts, drivers, features and impact. As in mock-answers.mjs the arithmetic
// is honest and the options are few.
import { matches, passes, rangeOf } from "./mock-answers.mjs";

const DAY_MS = 86_400_000;
const share = (part, whole) => (whole === 0 ? null : part / whole);
const mean = (numbers) => share(numbers.reduce((sum, one) => sum + one, 0), numbers.length);
const median = (numbers) => (numbers.length === 0 ? null : numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]);

function wilson(count, n) {
  if (n === 0) return null;
  const z = 1.96;
  const p = count / n;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Two-sided tail of the normal distribution, after Abramowitz and Stegun 26.2.17. */
function tail(z) {
  const x = Math.abs(z);
  const t = 1 / (1 + 0.2316419 * x);
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  return Math.min(1, 2 * density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))));
}

function inRange(world, question, range) {
  return world.events.filter((event) => event.time >= range[0] && event.time < range[1] && passes(world, event, question.filter)).toSorted((a, b) => a.time - b.time);
}

function byPerson(events) {
  const out = new Map();
  for (const event of events) out.set(event.person, [...(out.get(event.person) ?? []), event]);
  return out;
}

export function sessions(world, question, range) {
  const found = new Map();
  for (const event of inRange(world, question, range)) {
    const key = `${event.person} ${event.session}`;
    found.set(key, [...(found.get(key) ?? []), event]);
  }
  const list = [...found.values()].toSorted((a, b) => b[0].time - a[0].time);
  const seconds = list.map((one) => (one.at(-1).time - one[0].time) / 1000);
  const iso = (ms) => new Date(ms).toISOString();
  return {
    count: list.length,
    people: new Set(list.map((one) => one[0].person)).size,
    bounces: list.filter((one) => one.length === 1).length,
    mean_seconds: mean(seconds),
    median_seconds: median(seconds),
    list: list.slice(0, question.limit ?? 100).map((one) => ({ person: one[0].person, start: iso(one[0].time), end: iso(one.at(-1).time), events: one.length, entry: one[0].event, exit: one.at(-1).event })),
  };
}

/** Whether somebody belongs to a definition. */
function belongs(world, person, definition, now_ms) {
  const own = world.byPerson.get(person.id) ?? [];
  const within = (event, range) => {
    if (!range) return true;
    const [from, to] = range.since ? [Date.parse(range.since), Infinity] : rangeOf(range, now_ms);
    return event.time >= from && event.time < to;
  };
  if (definition.all) return definition.all.every((one) => belongs(world, person, one, now_ms));
  if (definition.any) return definition.any.some((one) => belongs(world, person, one, now_ms));
  if (definition.not) return !belongs(world, person, definition.not, now_ms);
  if (definition.people) return definition.people.includes(person.id);
  if (definition.did_not) return !own.some((event) => matches(world, event, definition.did_not) && within(event, definition.within));
  if (definition.did) {
    const { op = "gte", value = 1 } = definition.count ?? {};
    const n = own.filter((event) => matches(world, event, definition.did) && within(event, definition.within)).length;
    return { gte: n >= value, gt: n > value, lte: n <= value, lt: n < value, eq: n === value }[op];
  }
  if (definition.sequence) {
    let next = 0;
    for (const event of own.toSorted((a, b) => a.time - b.time)) if (definition.sequence[next] && matches(world, event, definition.sequence[next])) next += 1;
    return next === definition.sequence.length;
  }
  if (definition.property) return passes(world, { person: person.id, properties: {} }, { ...definition, of: "person" });
  return true;
}

export function cohort(world, question, _range, now_ms) {
  const people = world.people.filter((person) => belongs(world, person, question.definition, now_ms));
  return { count: people.length, people: people.slice(0, question.limit ?? 100).map(({ id }) => ({ id, times: null })) };
}

export function driver(world, question, range) {
  const did = new Map();
  const everybody = { did: 0, reached: 0 };
  for (const events of byPerson(inRange(world, question, range)).values()) {
    const goalAt = events.findIndex((event) => matches(world, event, question.goal));
    const reached = goalAt !== -1;
    everybody.did += 1;
    everybody.reached += Number(reached);
    for (const name of new Set(events.slice(0, reached ? goalAt : undefined).map((event) => event.event))) {
      const tally = did.get(name) ?? { did: 0, reached: 0 };
      tally.did += 1;
      tally.reached += Number(reached);
      did.set(name, tally);
    }
  }
  const n = everybody.did;
  const g = everybody.reached;
  const candidates = [...did].map(([event, { did: d, reached: a }]) => {
    const phi = (a * (n - d - g + a) - (d - a) * (g - a)) / Math.sqrt(d * (n - d) * g * (n - g));
    const enough = d >= 30 && n - d >= 30;
    const p_value = enough ? tail(Math.sqrt(n) * phi) : null;
    return { event, times: 1, people: d, reached: a, support: share(d, n), rate: share(a, d), rate_interval: wilson(a, d), rate_of_others: share(g - a, n - d), lift: g === 0 ? null : a / d / (g / n), recall: share(a, g), phi: Number.isFinite(phi) ? phi : null, chi_square: n * phi * phi, p_value, q_value: p_value, enough };
  });
  candidates.sort((a, b) => Number(b.enough) - Number(a.enough) || Math.abs(b.phi ?? 0) - Math.abs(a.phi ?? 0));
  return { people: n, goal: { people: g, rate: share(g, n) }, found: candidates.length, tested: candidates.filter((one) => one.enough).length, candidates };
}

export function feature(world, question, range) {
  const people = byPerson(inRange(world, question, range));
  const days = (events) => new Set(events.map((event) => Math.floor(event.time / DAY_MS))).size;
  const activeDays = [...people.values()].map(days).toSorted((a, b) => a - b);
  const least = activeDays[Math.floor(activeDays.length * (1 - (question.power_share ?? 0.1)))] ?? null;
  const isPower = (events) => least !== null && days(events) >= least;
  const names = [...new Set(world.events.map((event) => event.event))].filter((name) => !name.startsWith("$"));
  const selectors = question.features ?? names.slice(0, 20).map((event) => ({ event }));
  const power = [...people.values()].filter(isPower).length;
  const features = selectors.map((selector) => {
    const users = [...people.values()].map((events) => ({ all: events, own: events.filter((event) => matches(world, event, selector)) })).filter(({ own }) => own.length > 0);
    const ofPower = users.filter(({ all }) => isPower(all)).length;
    const [a, b] = [share(ofPower, power), share(users.length - ofPower, people.size - power)];
    const pooled = users.length / people.size;
    const z = (a - b) / Math.sqrt(pooled * (1 - pooled) * (1 / power + 1 / (people.size - power)));
    return {
      label: selector.label ?? selector.event ?? selector.any_of?.join(", "),
      people: users.length,
      adoption: share(users.length, people.size),
      adoption_interval: wilson(users.length, people.size),
      uses: users.reduce((sum, { own }) => sum + own.length, 0),
      mean_uses: mean(users.map(({ own }) => own.length)),
      median_uses: median(users.map(({ own }) => own.length)),
      mean_days: mean(users.map(({ own }) => days(own))),
      median_days: median(users.map(({ own }) => days(own))),
      retention: Array.from({ length: question.periods ?? 4 }, (_, period) => {
        const back = users.filter(({ own }) => own.some((event) => Math.floor((event.time - own[0].time) / (7 * DAY_MS)) === period + 1)).length;
        return { period: period + 1, eligible: users.length, returned: back, rate: share(back, users.length), interval: wilson(back, users.length) };
      }),
      power_users: { people: ofPower, share: a },
      others: { people: users.length - ofPower, share: b },
      difference: a === null || b === null ? null : a - b,
      lift: b ? a / b : null,
      p_value: Number.isFinite(z) ? tail(z) : null,
      q_value: Number.isFinite(z) ? tail(z) : null,
    };
  });
  return { people: people.size, power_users: { people: power, days_at_least: least, enough: power >= 30 }, features };
}

export function impact(world, question, range) {
  const each = question.days ?? 15;
  const dayOf = (ms) => Math.floor(ms / DAY_MS);
  const zeros = new Map();
  for (const event of world.events.toSorted((a, b) => a.time - b.time)) if (!zeros.has(event.person) && matches(world, event, question.launch)) zeros.set(event.person, event.time);
  const first = dayOf([...zeros.values()].find((time) => time >= range[0] && time < range[1]) ?? range[0]);
  const side = () => ({ people: 0, changes: [], amounts: new Map() });
  const sides = { adopters: side(), non_adopters: side() };
  for (const person of world.people) {
    const zero = zeros.get(person.id);
    if (zero !== undefined && (zero < range[0] || zero >= range[1])) continue;
    const group = zero === undefined ? sides.non_adopters : sides.adopters;
    const middle = zero === undefined ? first : dayOf(zero);
    const own = new Map();
    for (const event of world.byPerson.get(person.id) ?? []) if (matches(world, event, question.metric)) own.set(dayOf(event.time) - middle, (own.get(dayOf(event.time) - middle) ?? 0) + 1);
    const over = (from, to) => Array.from({ length: to - from }, (_, index) => own.get(from + index) ?? 0);
    group.people += 1;
    group.changes.push(mean(over(1, each + 1)) - mean(over(-each, 0)));
    for (let day = -each; day <= each; day += 1) group.amounts.set(day, (group.amounts.get(day) ?? 0) + (own.get(day) ?? 0));
  }
  const rate = (group, day) => share(group.amounts.get(day) ?? 0, group.people);
  const told = (group) => ({ people: group.people, compared: group.changes.length, before: mean(Array.from({ length: each }, (_, index) => rate(group, index - each) ?? 0)), after: mean(Array.from({ length: each }, (_, index) => rate(group, index + 1) ?? 0)) });
  const variance = (list) => mean(list.map((one) => (one - mean(list)) ** 2)) ?? 0;
  const { adopters, non_adopters: others } = sides;
  const effect = adopters.people && others.people ? mean(adopters.changes) - mean(others.changes) : null;
  const error = Math.sqrt(variance(adopters.changes) / Math.max(1, adopters.people) + variance(others.changes) / Math.max(1, others.people));
  const [a, b] = [told(adopters), told(others)];
  const expected = b.before ? (b.after * a.before) / b.before : null;
  return {
    adopters: a,
    non_adopters: b,
    earlier_adopters: [...zeros.values()].filter((time) => time < range[0]).length,
    days: Array.from({ length: 2 * each + 1 }, (_, index) => ({ day: index - each, adopters: { people: adopters.people, amount: adopters.amounts.get(index - each) ?? 0, rate: rate(adopters, index - each) }, non_adopters: { people: others.people, amount: others.amounts.get(index - each) ?? 0, rate: rate(others, index - each) } })),
    expected,
    difference: expected === null ? null : a.after - expected,
    relative: expected ? a.after / expected - 1 : null,
    effect,
    standard_error: error,
    interval: effect === null ? null : [effect - 1.96 * error, effect + 1.96 * error],
    p_value: effect === null || error === 0 ? null : tail(effect / error),
    enough: adopters.people >= 30 && others.people >= 30,
  };
}
