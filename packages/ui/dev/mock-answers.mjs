// Naive answers over the story's events, for looking at screens without the engine. Honest arithmetic, no options: what a
// question asks beyond the plain case is ignored here, and only here.
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** `more` holds the kinds that are answered elsewhere. */
export function answer(world, question, now_ms, more = {}) {
  const kind = question.kind === "people" ? question.of.kind : question.kind;
  const range = rangeOf((question.of ?? question).range, now_ms);
  if (question.kind === "people") return peopleBehind(world, question, range, now_ms);
  if (question.kind === "timeline") return timeline(world, question);
  const answers = { trend, funnel, retention, frequency, lifecycle, journey, ...more };
  return answers[kind](world, question, range, now_ms);
}

export function rangeOf(range, now_ms) {
  if (!range) return [0, now_ms];
  if ("last" in range) {
    const unit = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, quarter: 91 * DAY_MS, year: 365 * DAY_MS }[range.unit];
    const to = floor(now_ms, range.unit === "hour" ? "hour" : "day") + (range.unit === "hour" ? HOUR_MS : DAY_MS);
    return [floor(to - range.last * unit, range.unit), to];
  }
  return [Date.parse(range.from), Date.parse(range.to) + (range.to.length === 10 ? DAY_MS : 0)];
}

function floor(ms, unit) {
  const date = new Date(ms);
  if (unit === "hour") return Math.floor(ms / HOUR_MS) * HOUR_MS;
  if (unit === "day") return Math.floor(ms / DAY_MS) * DAY_MS;
  if (unit === "week") return Math.floor((ms - 4 * DAY_MS) / (7 * DAY_MS)) * 7 * DAY_MS + 4 * DAY_MS;
  const month = unit === "quarter" ? date.getUTCMonth() - (date.getUTCMonth() % 3) : unit === "year" ? 0 : date.getUTCMonth();
  return Date.UTC(date.getUTCFullYear(), month, 1);
}

function starts([from, to], unit) {
  const out = [];
  for (let at = floor(from, unit); at < to; ) {
    out.push(at);
    at = floor(at + { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 32 * DAY_MS, quarter: 93 * DAY_MS }[unit], unit);
  }
  return out;
}

const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "+00:00");

function propertyOf(world, event, { property, of }) {
  const value = of === "person" ? world.byId.get(event.person)?.properties[property] : event.properties[property];
  return value === undefined ? null : value;
}

export function passes(world, event, filter) {
  if (!filter) return true;
  if (filter.all) return filter.all.every((one) => passes(world, event, one));
  if (filter.any) return filter.any.length === 0 || filter.any.some((one) => passes(world, event, one));
  if (filter.not) return !passes(world, event, filter.not);
  if (!filter.property) return true;
  const value = propertyOf(world, event, filter);
  const wanted = [filter.value].flat().map(String);
  switch (filter.op) {
    case "is": return value !== null && wanted.includes(String(value));
    case "is_not": return !wanted.includes(String(value));
    case "contains": return value !== null && String(value).toLowerCase().includes(wanted[0].toLowerCase());
    case "set": return value !== null;
    case "not_set": return value === null;
    case "gt": return value > filter.value;
    case "gte": return value >= filter.value;
    case "lt": return value !== null && value < filter.value;
    case "lte": return value !== null && value <= filter.value;
    default: return true;
  }
}

export function matches(world, event, selector, filter) {
  const named = selector.any_of ? selector.any_of.includes(event.event) : selector.event === null || selector.event === undefined || selector.event === event.event;
  return named && passes(world, event, selector.where) && passes(world, event, filter);
}

function select(world, selector, question, [from, to]) {
  return world.events.filter((event) => event.time >= from && event.time < to && matches(world, event, selector, question.filter));
}

function segments(world, events, breakdown, top = 12) {
  if (!breakdown?.length) return [{ breakdown: [], events }];
  const groups = new Map();
  for (const event of events) {
    const values = breakdown.map((one) => propertyOf(world, event, one.bucket ?? one));
    const key = JSON.stringify(values);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  const ranked = [...groups].sort((a, b) => b[1].length - a[1].length);
  const kept = ranked.slice(0, top).map(([key, list]) => ({ breakdown: JSON.parse(key), events: list }));
  const rest = ranked.slice(top);
  if (rest.length > 0) kept.push({ breakdown: breakdown.map(() => null), other: rest.length, events: rest.flatMap(([, list]) => list) });
  return [{ breakdown: [], events }, ...kept];
}

function measured(events, measure) {
  if (measure === "unique" || measure?.active) return new Set(events.map((event) => event.person)).size;
  if (measure === "sessions") return new Set(events.map((event) => event.session)).size;
  if (measure === "total") return events.length;
  const [name, property] = Object.entries(measure)[0];
  const numbers = events.map((event) => event.properties[property]).filter((value) => typeof value === "number").sort((a, b) => a - b);
  if (name === "sum") return numbers.reduce((sum, value) => sum + value, 0);
  if (name === "per_person") return events.length / Math.max(1, new Set(events.map((event) => event.person)).size);
  if (numbers.length === 0) return null;
  if (name === "average") return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return numbers[Math.floor(numbers.length / 2)];
}

function trend(world, question, range) {
  const one = (within) => {
    const times = starts(within, question.interval);
    const series = question.series.flatMap((asked) => {
      const lines = segments(world, select(world, asked.select, question, within), question.breakdown, question.top);
      return lines.map((line) => ({
        label: asked.label,
        breakdown: line.breakdown,
        ...(line.other ? { other: line.other } : {}),
        values: times.map((time, index) => measured(line.events.filter((event) => event.time >= time && event.time < (times[index + 1] ?? Infinity)), asked.measure)),
        total: measured(line.events, asked.measure),
      }));
    });
    for (const formula of question.formulas ?? []) {
      const at = (values) => Function(...values.map((_, index) => String.fromCharCode(65 + index)), `return ${formula.replace(/[^A-Z0-9+\-*/(). ]/g, "")}`)(...values);
      series.push({ label: formula, breakdown: [], values: times.map((_, index) => finite(at(series.slice(0, question.series.length).map((line) => line.values[index] ?? 0)))), total: finite(at(series.slice(0, question.series.length).map((line) => line.total ?? 0))) });
    }
    return { times: times.map(iso), series };
  };
  const out = one(range);
  return question.compare ? { ...out, compare: one([range[0] - (range[1] - range[0]), range[0]]) } : out;
}

const finite = (value) => (Number.isFinite(value) ? value : null);

function windowMs(window) {
  return window.n * { second: 1000, minute: 60_000, hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS, session: DAY_MS }[window.unit];
}

function attempts(world, question, range) {
  const out = [];
  for (const [person, events] of world.byPerson) {
    let best = null;
    for (const start of events.filter((event) => event.time >= range[0] && event.time < range[1] && matches(world, event, question.steps[0], question.filter))) {
      const times = [start.time];
      for (const event of events) {
        if (event.time <= times.at(-1) || event.time > start.time + windowMs(question.window)) continue;
        if (times.length < question.steps.length && matches(world, event, question.steps[times.length], question.filter)) times.push(event.time);
      }
      if (!best || times.length > best.times.length) best = { person, start, times };
    }
    if (best) out.push(best);
  }
  return out;
}

function wilson(count, n) {
  if (n === 0) return [null, null];
  const p = count / n;
  const z = 1.96;
  const middle = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / (1 + (z * z) / n);
  return [middle - half, middle + half];
}

function stepsOf(question, list) {
  return question.steps.map((step, index) => {
    const reached = list.filter((one) => one.times.length > index);
    const before = index === 0 ? reached.length : list.filter((one) => one.times.length >= index).length;
    const seconds = reached.map((one) => (one.times[index] - one.times[index - 1]) / 1000).sort((a, b) => a - b);
    const [low, high] = wilson(reached.length, list.length);
    return {
      label: step.event ?? "*",
      count: reached.length,
      conversion: list.length === 0 ? null : reached.length / list.length,
      conversion_low: low,
      conversion_high: high,
      from_previous: before === 0 ? null : reached.length / before,
      dropped: index === 0 ? 0 : before - reached.length,
      median_seconds: index === 0 || seconds.length === 0 ? null : seconds[Math.floor(seconds.length / 2)],
      mean_seconds: index === 0 || seconds.length === 0 ? null : seconds.reduce((sum, value) => sum + value, 0) / seconds.length,
    };
  });
}

function funnel(world, question, range) {
  const list = attempts(world, question, range);
  const groups = [{ breakdown: [], list }];
  if (question.breakdown?.length) {
    const values = new Map();
    for (const one of list) {
      const key = JSON.stringify(question.breakdown.map((part) => propertyOf(world, one.start, part)));
      values.set(key, [...(values.get(key) ?? []), one]);
    }
    for (const [key, members] of values) groups.push({ breakdown: JSON.parse(key), list: members });
  }
  const intervalsOf = (members) => starts(range, question.interval).map((start, index, all) => ({ start: iso(start), steps: question.steps.map((_, step) => members.filter((one) => one.start.time >= start && one.start.time < (all[index + 1] ?? Infinity) && one.times.length > step).length) }));
  const last = question.steps.length - 1;
  return {
    groups: groups.map((group) => {
      const steps = stepsOf(question, group.list);
      const whole = stepsOf(question, list)[last];
      const converted = group.list.filter((one) => one.times.length > last).map((one) => (one.times[last] - one.times[0]) / 1000).sort((a, b) => a - b);
      const edges = [0, 300, 600, 1200, 1800, 3600, 7200, 21_600, 86_400, 259_200, 604_800];
      const rest = { n: list.length - group.list.length, converted: whole.count - steps[last].count };
      const pooled = list.length === 0 ? 0 : whole.count / list.length;
      const z = rest.n > 0 ? ((steps[last].conversion ?? 0) - rest.converted / rest.n) / Math.sqrt(pooled * (1 - pooled) * (1 / Math.max(1, group.list.length) + 1 / rest.n)) : 0;
      return {
        breakdown: group.breakdown,
        steps,
        significance: group.breakdown.length === 0 ? null : { p_value: Math.min(1, 2 * Math.exp(-0.717 * Math.abs(z) - 0.416 * z * z)), better: z > 0, enough: group.list.length >= 30 },
        ...(question.time_to_convert ? { time_to_convert: { edges, bins: edges.slice(0, -1).map((edge, index) => converted.filter((value) => value >= edge && value < edges[index + 1]).length), median_seconds: converted[Math.floor(converted.length / 2)] ?? null, mean_seconds: converted.length === 0 ? null : converted.reduce((sum, value) => sum + value, 0) / converted.length } } : {}),
        ...(question.interval && group.breakdown.length > 0 ? { intervals: intervalsOf(group.list) } : {}),
      };
    }),
    ...(question.interval ? { intervals: intervalsOf(list) } : {}),
  };
}

function cohorts(world, question, range) {
  const units = starts(range, question.unit);
  const born = units.map(() => new Map());
  for (const [person, events] of world.byPerson) {
    const births = events.filter((event) => matches(world, event, question.birth, question.filter));
    for (const birth of question.first_time ? births.slice(0, 1) : births) {
      const index = units.findLastIndex((unit) => birth.time >= unit);
      if (birth.time >= range[0] && birth.time < range[1] && index >= 0 && !born[index].has(person)) born[index].set(person, birth);
    }
  }
  return { units, born };
}

function retention(world, question, range, now_ms) {
  const { units, born } = cohorts(world, question, range);
  const unit_ms = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS, month: 30.4 * DAY_MS }[question.unit];
  const rows = units.map((unit, index) => {
    const returned = Array.from({ length: question.periods + 1 }, (_, period) => returners(world, question, born[index], unit, unit_ms, period).length);
    return { start: iso(unit), breakdown: [], size: born[index].size, returned, complete: returned.map((_, period) => unit + (period + 1) * unit_ms <= now_ms) };
  });
  const average = Array.from({ length: question.periods + 1 }, (_, period) => {
    const over = rows.filter((row) => row.complete[period] && row.size > 0);
    return over.length === 0 ? null : over.reduce((sum, row) => sum + row.returned[period], 0) / over.reduce((sum, row) => sum + row.size, 0);
  });
  return { cohorts: rows, average };
}

function returners(world, question, born, unit, unit_ms, period) {
  return [...born].filter(([person, birth]) => world.byPerson.get(person).some((event) => event !== birth && event.time > birth.time && event.time >= unit + period * unit_ms && event.time < unit + (period + 1) * unit_ms && matches(world, event, question.return, question.filter))).map(([person]) => person);
}

function frequency(world, question, range) {
  const n_units = { "week day": 7, "month day": 31, "month week": 5, "day hour": 24 }[`${question.period} ${question.unit}`] ?? 7;
  const unit_ms = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS }[question.unit];
  return {
    periods: starts(range, question.period).map((start, index, all) => {
      const active = new Map();
      for (const event of select(world, question.select, question, [start, all[index + 1] ?? range[1]])) active.set(event.person, (active.get(event.person) ?? new Set()).add(Math.floor(event.time / unit_ms)));
      const people = Array.from({ length: n_units }, (_, n) => [...active.values()].filter((days) => (question.mode === "at_least" ? days.size > n : days.size === n + 1)).length);
      return { start: iso(start), people };
    }),
  };
}

function lifecycle(world, question, range) {
  const all = starts([range[0] - 100 * DAY_MS, range[1]], question.interval);
  const active = all.map((start, index) => new Set(select(world, question.select, question, [start, all[index + 1] ?? range[1]]).map((event) => event.person)));
  const seen = new Set();
  const rows = all.map((start, index) => {
    const before = active[index - 1] ?? new Set();
    const row = { start: iso(start), new: 0, returning: 0, resurrected: 0, dormant: [...before].filter((person) => !active[index].has(person)).length };
    for (const person of active[index]) row[before.has(person) ? "returning" : seen.has(person) ? "resurrected" : "new"] += 1;
    active[index].forEach((person) => seen.add(person));
    return row;
  });
  return { intervals: rows.filter((row) => Date.parse(row.start) >= floor(range[0], question.interval)) };
}

function journey(world, question, range) {
  const sessions = new Map();
  for (const event of world.events) if (event.time >= range[0] && event.time < range[1]) sessions.set(event.session, [...(sessions.get(event.session) ?? []), event]);
  const paths = new Map();
  let count = 0;
  for (const events of sessions.values()) {
    let names = events.map((event) => (question.node === "page" ? (event.properties.$current_url ?? event.event) : event.event)).filter((name, index, list) => name !== list[index - 1]);
    if (question.direction === "reverse") names.reverse();
    const anchor = question.anchor?.select?.event;
    if (anchor) {
      if (!names.includes(anchor)) continue;
      names = names.slice(names.indexOf(anchor));
    }
    count += 1;
    const nodes = names.slice(0, question.depth);
    const key = JSON.stringify(nodes);
    const path = paths.get(key) ?? { nodes, count: 0, exits: 0 };
    path.count += 1;
    if (names.length <= question.depth) path.exits += 1;
    paths.set(key, path);
  }
  const root = { node: null, count, exits: 0, children: new Map() };
  for (const path of paths.values()) {
    let at = root;
    path.nodes.forEach((name, index) => {
      if (!at.children.has(name)) at.children.set(name, { node: name, count: 0, exits: 0, children: new Map() });
      at = at.children.get(name);
      at.count += path.count;
      if (index === path.nodes.length - 1) at.exits += path.exits;
    });
  }
  const plain = (node) => ({ ...node, children: [...node.children.values()].sort((a, b) => b.count - a.count).map(plain) });
  return { paths: [...paths.values()].sort((a, b) => b.count - a.count), tree: plain(root), count, distinct_paths: paths.size };
}

function timeline(world, question) {
  const events = (world.byPerson.get(question.person) ?? []).toReversed();
  const from = question.before ? Number(question.before) : 0;
  const page = events.slice(from, from + (question.limit ?? 100));
  return { events: page.map((event) => ({ event: event.event, time: iso(event.time), distinct_id: event.person, device_id: event.device, user_id: event.person, session_id: event.session, insert_id: event.insert_id, groups: {}, properties: event.properties })), next: from + page.length < events.length ? String(from + page.length) : null };
}

function peopleBehind(world, { of, at, limit = 100 }, range, now_ms) {
  let people = [];
  if (of.kind === "funnel") {
    people = attempts(world, of, range).filter((one) => (at.dropped ? one.times.length === at.step - 1 : one.times.length >= at.step)).map((one) => ({ id: one.person, times: one.times.slice(0, at.step).map(iso) }));
  } else if (of.kind === "retention") {
    const { units, born } = cohorts(world, of, range);
    const index = units.findIndex((unit) => iso(unit) === at.cohort);
    const unit_ms = { day: DAY_MS, week: 7 * DAY_MS, month: 30.4 * DAY_MS }[of.unit];
    people = (at.period === undefined ? [...born[index].keys()] : returners(world, of, born[index], units[index], unit_ms, at.period)).map((id) => ({ id, times: null }));
  } else {
    const selector = of.series?.[at.series ?? 0]?.select ?? of.select ?? { event: null };
    const start = at.time ?? at.interval ?? at.period;
    const unit = of.interval ?? of.period ?? "day";
    const within = start ? [Date.parse(start), starts([Date.parse(start), Date.parse(start) + 94 * DAY_MS], unit)[1] ?? now_ms] : range;
    const found = select(world, selector, of, within).filter((event) => !at.breakdown || JSON.stringify(of.breakdown.map((one) => propertyOf(world, event, one))) === JSON.stringify(at.breakdown));
    people = [...new Set(found.map((event) => event.person))].map((id) => ({ id, times: null }));
  }
  return { count: people.length, people: people.slice(0, limit) };
}
