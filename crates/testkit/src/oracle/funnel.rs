//! Conversion through steps, by trying every assignment of events to steps.
//!
//! [`attempts`] is the whole rule for one person and knows nothing of worlds, so that the engine's kernel can be held against it alone.

use super::{Row, Scene, distinct_keys, filter, mean, percentile, same_key, sessions, shown};
use serde_json::{Value, json};

/// One event of a person: its time, the steps and exclusions that it is an event of, and its session.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub time: i64,
    pub steps: Vec<bool>,
    pub exclusions: Vec<bool>,
    pub session: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ordered,
    Any,
    Strict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    Person,
    Total,
    Session,
}

#[derive(Clone, Debug)]
pub struct Rules {
    pub n_steps: usize,
    pub order: Order,
    /// At most so many milliseconds from the attempt's first event.
    pub window_ms: Option<i64>,
    /// Or so many sessions from its first.
    pub window_sessions: Option<usize>,
    pub count: Count,
    pub first_only: bool,
    pub ties_later: bool,
    /// (after, before), from 0.
    pub exclusions: Vec<(usize, usize)>,
    pub optional: Vec<bool>,
}

/// The event of each step, by position; `None` where it was not reached.
pub type Steps = Vec<Option<usize>>;

/// The attempts of one person that count and start in `range` (`to` excluded). Hits are in order of time.
#[must_use]
pub fn attempts(hits: &[Hit], rules: &Rules, range: (i64, i64)) -> Vec<Steps> {
    match rules.count {
        Count::Person => best(hits, rules, range, None).into_iter().collect(),
        Count::Total => one_after_another(hits, rules, range),
        Count::Session => {
            let mut sessions: Vec<usize> = hits.iter().map(|hit| hit.session).collect();
            sessions.sort_unstable();
            sessions.dedup();
            sessions.into_iter().filter_map(|session| best(hits, rules, range, Some(session))).collect()
        }
    }
}

fn opens(hit: &Hit, rules: &Rules, range: (i64, i64)) -> bool {
    let starts = if rules.order == Order::Any { hit.steps.contains(&true) } else { hit.steps[0] };
    starts && range.0 <= hit.time && hit.time < range.1
}

fn level(steps: &Steps) -> usize {
    steps.iter().rposition(Option::is_some).map_or(0, |last| last + 1)
}

fn best(hits: &[Hit], rules: &Rules, range: (i64, i64), session: Option<usize>) -> Option<Steps> {
    let mut best: Option<Steps> = None;
    for start in 0..hits.len() {
        if !opens(&hits[start], rules, range) || session.is_some_and(|one| hits[start].session != one) {
            continue;
        }
        let attempt = follow(hits, rules, start, session).steps;
        if best.as_ref().is_none_or(|best| level(&attempt) > level(best)) {
            best = Some(attempt);
        }
        if rules.first_only {
            break;
        }
    }
    best
}

/// A new attempt starts only when the last one ended: at its conversion, at an exclusion, or when its time was over.
fn one_after_another(hits: &[Hit], rules: &Rules, range: (i64, i64)) -> Vec<Steps> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = (from..hits.len()).find(|position| opens(&hits[*position], rules, range)) {
        let attempt = follow(hits, rules, start, None);
        from = match attempt.ended_by {
            Some(end) => end + 1,
            None => (start..hits.len()).find(|position| !in_window(hits, rules, start, *position, None)).unwrap_or(hits.len()),
        }
        .max(start + 1);
        found.push(attempt.steps);
    }
    found
}

fn in_window(hits: &[Hit], rules: &Rules, start: usize, position: usize, session: Option<usize>) -> bool {
    rules.window_ms.is_none_or(|ms| hits[position].time - hits[start].time <= ms)
        && rules.window_sessions.is_none_or(|n| (hits[start].session..hits[start].session + n).contains(&hits[position].session))
        && session.is_none_or(|session| hits[position].session == session)
}

struct Attempt {
    steps: Steps,
    ended_by: Option<usize>,
}

fn follow(hits: &[Hit], rules: &Rules, start: usize, session: Option<usize>) -> Attempt {
    let usable = |position: usize| in_window(hits, rules, start, position, session);
    let mut ended_by = None;
    let mut steps = vec![None; rules.n_steps];
    match rules.order {
        Order::Ordered => {
            let required: Vec<usize> = (0..rules.n_steps).filter(|step| !rules.optional[*step]).collect();
            let mut best: Vec<usize> = vec![start];
            try_ordered(hits, rules, &required, &usable, &mut vec![start], &mut best);
            for (step, position) in required.iter().zip(&best) {
                steps[*step] = Some(*position);
            }
            take_optional(hits, rules, &usable, &mut steps);
            if best.len() == required.len() {
                ended_by = best.last().copied();
            }
        }
        Order::Strict => {
            let mut best: Vec<usize> = vec![start];
            try_strict(hits, rules, &usable, &mut vec![start], &mut best);
            let last = best[best.len() - 1];
            if best.len() == rules.n_steps || last + 1 < hits.len() {
                ended_by = Some(last);
            }
            for (step, position) in best.into_iter().enumerate() {
                steps[step] = Some(position);
            }
        }
        Order::Any => {
            let mut seen: Vec<usize> = Vec::new();
            let mut level = 0;
            for position in (start..hits.len()).filter(|position| usable(*position)) {
                if rules.ties_later && level > 0 && steps[level - 1].is_some_and(|last: usize| hits[position].time <= hits[last].time) {
                    continue;
                }
                seen.push(position);
                if served(hits, rules.n_steps, &seen) > level {
                    steps[level] = Some(position);
                    level += 1;
                } else {
                    seen.pop();
                }
                if level == rules.n_steps {
                    ended_by = Some(position);
                    break;
                }
            }
        }
    }
    // An exclusion ends the attempt in whatever session it happens.
    exclude(hits, rules, &|position| in_window(hits, rules, start, position, None), &mut steps, &mut ended_by);
    Attempt { steps, ended_by }
}

/// Every way to serve the required steps with distinct events in order of time; the furthest, then the earliest at every step.
fn try_ordered(hits: &[Hit], rules: &Rules, required: &[usize], usable: &dyn Fn(usize) -> bool, path: &mut Vec<usize>, best: &mut Vec<usize>) {
    let times = |path: &[usize]| path.iter().map(|position| hits[*position].time).collect::<Vec<_>>();
    if path.len() > best.len() || (path.len() == best.len() && times(path) < times(best)) {
        best.clone_from(path);
    }
    if path.len() == required.len() {
        return;
    }
    let last = hits[path[path.len() - 1]].time;
    for position in 0..hits.len() {
        let in_order = if rules.ties_later { hits[position].time > last } else { hits[position].time >= last };
        if in_order && hits[position].steps[required[path.len()]] && usable(position) && !path.contains(&position) {
            path.push(position);
            try_ordered(hits, rules, required, usable, path, best);
            path.pop();
        }
    }
}

/// As above, but nothing stands between two steps; events of one millisecond stand in any order.
fn try_strict(hits: &[Hit], rules: &Rules, usable: &dyn Fn(usize) -> bool, path: &mut Vec<usize>, best: &mut Vec<usize>) {
    let times = |path: &[usize]| path.iter().map(|position| hits[*position].time).collect::<Vec<_>>();
    if path.len() > best.len() || (path.len() == best.len() && times(path) < times(best)) {
        best.clone_from(path);
    }
    if path.len() == rules.n_steps {
        return;
    }
    let last = hits[path[path.len() - 1]].time;
    let next_time = hits.iter().map(|hit| hit.time).filter(|time| *time > last).min();
    // What is left of the millisecond of the first step can stand before it; of a later one it would stand between.
    let may_leave = last == hits[path[0]].time || !(0..hits.len()).any(|position| hits[position].time == last && !path.contains(&position));
    for position in 0..hits.len() {
        let tied = hits[position].time == last && !path.contains(&position) && !rules.ties_later;
        let adjacent = tied || (may_leave && Some(hits[position].time) == next_time);
        if adjacent && hits[position].steps[path.len()] && usable(position) {
            path.push(position);
            try_strict(hits, rules, usable, path, best);
            path.pop();
        }
    }
}

/// How many distinct steps these events can serve, each event one.
fn served(hits: &[Hit], n_steps: usize, events: &[usize]) -> usize {
    fn most(hits: &[Hit], n_steps: usize, events: &[usize], taken: u64) -> usize {
        let Some((first, rest)) = events.split_first() else { return 0 };
        let mut best = most(hits, n_steps, rest, taken);
        for step in 0..n_steps {
            if hits[*first].steps[step] && taken & (1 << step) == 0 {
                best = best.max(1 + most(hits, n_steps, rest, taken | 1 << step));
            }
        }
        best
    }
    most(hits, n_steps, events, 0)
}

/// An optional step is taken when it happens between the steps around it, and those before it that are required were done.
fn take_optional(hits: &[Hit], rules: &Rules, usable: &dyn Fn(usize) -> bool, steps: &mut Steps) {
    for step in 1..rules.n_steps {
        if !rules.optional[step] {
            continue;
        }
        if (0..step).any(|earlier| !rules.optional[earlier] && steps[earlier].is_none()) {
            break;
        }
        let previous = hits[steps[..step].iter().flatten().last().copied().unwrap()].time;
        let next = steps[step + 1..].iter().flatten().next().map(|position| hits[*position].time);
        steps[step] = (0..hits.len()).find(|position| {
            let time = hits[*position].time;
            let late_enough = if rules.ties_later { time > previous } else { time >= previous };
            hits[*position].steps[step] && late_enough && next.is_none_or(|next| time <= next) && usable(*position) && !steps.contains(&Some(*position))
        });
    }
}

/// An exclusion after step i and before step j ends an attempt that had reached i and not j; what was reached before it stays.
fn exclude(hits: &[Hit], rules: &Rules, usable: &dyn Fn(usize) -> bool, steps: &mut Steps, ended_by: &mut Option<usize>) {
    let mut end: Option<usize> = None;
    for (j, (after, before)) in rules.exclusions.iter().enumerate() {
        let Some(from) = steps[*after] else { continue };
        for position in 0..hits.len() {
            let time = hits[position].time;
            let between = time > hits[from].time && steps[*before].is_none_or(|until| time < hits[until].time);
            if hits[position].exclusions[j] && between && usable(position) && end.is_none_or(|end| time < hits[end].time) {
                end = Some(position);
            }
        }
    }
    let Some(end) = end else { return };
    for step in steps.iter_mut().skip(1) {
        *step = step.filter(|position| hits[*position].time < hits[end].time);
    }
    *ended_by = Some(end);
}

// ---- the whole question

struct Counted {
    key: Vec<Value>,
    interval: Option<usize>,
    /// The time of each step.
    times: Vec<Option<i64>>,
    /// The amount at each step.
    amounts: Vec<f64>,
    /// A figure of what came between two steps.
    between: Option<f64>,
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let question = scene.question;
    let rules = rules(question);
    let bounds = question["interval"].as_str().map(|unit| scene.calendar.units(scene.range.0, scene.range.1, unit));
    let mut counted: Vec<Counted> = Vec::new();
    let rows = scene.existing();
    let everything: Vec<&Row<'_>> = scene.rows.iter().collect();
    let histories = scene.by_actor(&everything);
    let by_actor = scene.by_actor(&rows);
    for (actor, own) in &by_actor {
        let streams = streams(scene, own, &histories[actor], &rules);
        counted.extend(of_person(scene, &rules, &streams, None, scene.range));
        let Some(bounds) = &bounds else { continue };
        if rules.count == Count::Person {
            for (i, bound) in bounds.windows(2).enumerate() {
                let range = (bound[0].max(scene.range.0), bound[1].min(scene.range.1));
                counted.extend(of_person(scene, &rules, &streams, Some(i), range));
            }
        } else {
            for one in of_person(scene, &rules, &streams, None, scene.range) {
                let start = one.times.iter().flatten().min().copied().unwrap();
                let interval = bounds.windows(2).position(|bound| bound[0] <= start && start < bound[1]);
                counted.push(Counted { interval, ..one });
            }
        }
    }
    let mut keys = vec![Vec::new()];
    keys.extend(distinct_keys(counted.iter().map(|one| one.key.clone()).filter(|key| !key.is_empty())));
    let n = rules.n_steps;
    let counts = |key: &[Value], interval: Option<usize>| -> Vec<usize> {
        (0..n).map(|step| counted.iter().filter(|one| same_key(&one.key, key) && one.interval == interval && one.times[step].is_some()).count()).collect()
    };
    let mut groups = Vec::new();
    for key in &keys {
        let mine: Vec<&Counted> = counted.iter().filter(|one| same_key(&one.key, key) && one.interval.is_none()).collect();
        let steps: Vec<Value> = counts(key, None)
            .into_iter()
            .enumerate()
            .map(|(step, count)| {
                let since = |one: &&Counted| {
                    let before = one.times[..step].iter().flatten().last()?;
                    Some((one.times[step]? - before) as f64 / 1000.0)
                };
                let seconds: Vec<f64> = mine.iter().filter_map(since).collect();
                let mut row = json!({"count": count, "mean_seconds": shown(mean(&seconds)), "median_seconds": shown(percentile(&seconds, 50.0))});
                if question.get("sum").is_some() {
                    row["sum"] = shown(Some(mine.iter().map(|one| one.amounts[step]).sum()));
                }
                row
            })
            .collect();
        let mut group = json!({"breakdown": key, "steps": steps});
        if let Some(convert) = question.get("time_to_convert") {
            let at = |name: &str| convert[name].as_u64().unwrap() as usize - 1;
            let seconds: Vec<f64> = mine.iter().filter_map(|one| Some((one.times[at("to")]? - one.times[at("from")]?) as f64 / 1000.0)).collect();
            let edges: Vec<f64> = convert["edges"].as_array().unwrap().iter().map(|edge| edge.as_f64().unwrap()).collect();
            let bins: Vec<usize> = edges.windows(2).map(|edge| seconds.iter().filter(|one| edge[0] <= **one && **one < edge[1]).count()).collect();
            group["time_to_convert"] = json!({"mean_seconds": shown(mean(&seconds)), "median_seconds": shown(percentile(&seconds, 50.0)), "bins": bins});
        }
        if question.get("between").is_some() {
            let figures: Vec<f64> = mine.iter().filter_map(|one| one.between).collect();
            group["between"] = json!({"attempts": figures.len(), "mean": shown(mean(&figures)), "median": shown(percentile(&figures, 50.0))});
        }
        if let (Some(bounds), false) = (&bounds, key.is_empty()) {
            group["intervals"] = intervals(scene, bounds, &|i| counts(key, Some(i)));
        }
        groups.push(group);
    }
    let mut answer = json!({"groups": groups});
    if let Some(bounds) = &bounds {
        answer["intervals"] = intervals(scene, bounds, &|i| counts(&[], Some(i)));
    }
    answer
}

fn intervals(scene: &Scene<'_>, bounds: &[i64], counts: &dyn Fn(usize) -> Vec<usize>) -> Value {
    (0..bounds.len() - 1).map(|i| json!({"start": scene.calendar.written(bounds[i]), "steps": counts(i)})).collect()
}

fn rules(question: &Value) -> Rules {
    let n_steps = question["steps"].as_array().unwrap().len();
    let window = question.get("window").cloned().unwrap_or(json!({"n": 7, "unit": "day"}));
    let n = window["n"].as_i64().unwrap();
    let unit = window["unit"].as_str().unwrap();
    let ms = match unit {
        "second" => 1000,
        "minute" => 60_000,
        "hour" => 3_600_000,
        "day" => 86_400_000,
        "week" => 7 * 86_400_000,
        _ => 30 * 86_400_000,
    };
    let optional: Vec<u64> = question["optional"].as_array().into_iter().flatten().map(|step| step.as_u64().unwrap()).collect();
    Rules {
        n_steps,
        order: match question["order"].as_str() {
            Some("any") => Order::Any,
            Some("strict") => Order::Strict,
            _ => Order::Ordered,
        },
        window_ms: (unit != "session").then_some(n * ms),
        window_sessions: (unit == "session").then_some(n as usize),
        count: match question["count"].as_str() {
            Some("total") => Count::Total,
            Some("session") => Count::Session,
            _ => Count::Person,
        },
        first_only: question["reentry"] == "first",
        ties_later: question["ties"] == "later",
        exclusions: question["exclude"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| (one["after"].as_u64().unwrap_or(1) as usize - 1, one["before"].as_u64().map_or(n_steps, |n| n as usize) - 1))
            .collect(),
        optional: (1..=n_steps as u64).map(|step| optional.contains(&step)).collect(),
    }
}

/// A person's hits with the rows behind them; with held properties, one stream for each value that the rows carry.
type Stream<'s, 'w> = (Vec<Hit>, Vec<&'s Row<'w>>);

fn streams<'s, 'w>(scene: &Scene<'w>, own: &[&'s Row<'w>], whole: &[&'s Row<'w>], rules: &Rules) -> Vec<Stream<'s, 'w>> {
    let question = scene.question;
    let picked = |selector: &Value| scene.picked(own, whole, selector);
    let of_steps: Vec<Vec<&Row<'_>>> = question["steps"].as_array().unwrap().iter().map(picked).collect();
    let of_exclusions: Vec<Vec<&Row<'_>>> = question["exclude"].as_array().into_iter().flatten().map(|one| picked(&one["select"])).collect();
    let has = |list: &[&Row<'_>], row: &Row<'_>| list.iter().any(|one| std::ptr::eq(*one, row));
    let mut everything: Vec<(Hit, &Row<'_>)> = sessions::number(scene, own)
        .into_iter()
        .map(|(row, session)| {
            let steps = of_steps.iter().map(|list| has(list, row)).collect();
            let exclusions = of_exclusions.iter().map(|list| has(list, row)).collect();
            (Hit { time: row.event.time, steps, exclusions, session }, row)
        })
        // What lies before the range, or behind the last window, is of no attempt.
        .filter(|(hit, _)| scene.range.0 <= hit.time && rules.window_ms.is_none_or(|ms| hit.time < scene.range.1 + ms))
        // Only a strict funnel looks at events that are no steps.
        .filter(|(hit, row)| {
            let between = question.get("between").is_some_and(|between| scene.matches(row, &between["select"]));
            rules.order == Order::Strict || hit.steps.contains(&true) || hit.exclusions.contains(&true) || between
        })
        .collect();
    // Events of one millisecond may stand in any order; one is as good as another.
    let flags = |list: &[bool]| list.iter().rev().copied().collect::<Vec<bool>>();
    everything.sort_by_key(|(hit, _)| (hit.time, flags(&hit.exclusions), flags(&hit.steps)));
    let held: Vec<&str> = question["hold"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap()).collect();
    let value = |row: &Row<'_>| -> Option<Vec<String>> {
        held.iter().map(|name| row.event.properties.get(name).filter(|value| !value.is_null()).map(filter::text)).collect()
    };
    let mut values: Vec<Vec<String>> = everything.iter().filter_map(|(_, row)| value(row)).collect();
    values.sort();
    values.dedup();
    values.iter().map(|one| everything.iter().filter(|(_, row)| value(row).as_ref() == Some(one)).cloned().unzip()).collect()
}

fn of_person(scene: &Scene<'_>, rules: &Rules, streams: &[Stream<'_, '_>], interval: Option<usize>, range: (i64, i64)) -> Vec<Counted> {
    let question = scene.question;
    let broken_down = question["breakdown"].as_array().is_some_and(|parts| !parts.is_empty());
    let counted = |key: Vec<Value>, s: usize, steps: &Steps| {
        let (hits, rows) = &streams[s];
        let amount = |position: usize| rows[position].event.properties.get(question["sum"].as_str().unwrap_or_default()).and_then(Value::as_f64);
        Counted {
            key,
            interval,
            times: steps.iter().map(|step| step.map(|position| hits[position].time)).collect(),
            amounts: steps.iter().map(|step| step.and_then(amount).unwrap_or(0.0)).collect(),
            between: between(scene, &streams[s], steps),
        }
    };
    let mut all: Vec<(usize, Steps)> = Vec::new();
    for (s, (hits, _)) in streams.iter().enumerate() {
        all.extend(attempts(hits, rules, range).into_iter().map(|steps| (s, steps)));
    }
    let mut out = Vec::new();
    if rules.count != Count::Person {
        for (s, steps) in &all {
            let rows = &streams[*s].1;
            out.push(counted(Vec::new(), *s, steps));
            if broken_down {
                out.extend(attributed(scene, rows, steps).into_iter().map(|key| counted(key, *s, steps)));
            }
        }
        return out;
    }
    let start = |s: usize, steps: &Steps| steps.iter().flatten().map(|position| streams[s].0[*position].time).min();
    let better = |a: &(usize, Steps), b: &(usize, Steps)| level(&a.1) > level(&b.1) || (level(&a.1) == level(&b.1) && start(a.0, &a.1) < start(b.0, &b.1));
    let furthest = |list: &[(usize, Steps)]| list.iter().cloned().reduce(|best, one| if better(&one, &best) { one } else { best });
    let Some((s, steps)) = furthest(&all) else { return out };
    out.push(counted(Vec::new(), s, &steps));
    if !broken_down {
        return out;
    }
    if question.get("hold").is_some() {
        let keys = distinct_keys(all.iter().flat_map(|(s, steps)| attributed(scene, &streams[*s].1, steps)));
        for key in keys {
            let own: Vec<(usize, Steps)> =
                all.iter().filter(|(s, steps)| attributed(scene, &streams[*s].1, steps).iter().any(|one| same_key(one, &key))).cloned().collect();
            let (s, steps) = furthest(&own).unwrap();
            out.push(counted(key, s, &steps));
        }
        return out;
    }
    let (hits, rows) = &streams[s];
    if let Some(step) = question["attribute"].as_str().and_then(|word| word.strip_prefix("step:")) {
        // Once for each value that the person's events of that step have.
        let step = step.parse::<usize>().unwrap() - 1;
        let keys = distinct_keys(hits.iter().zip(rows).filter(|(hit, _)| hit.steps[step]).flat_map(|(_, row)| scene.segments(row)));
        for key in keys {
            let mut only = hits.clone();
            for (hit, row) in only.iter_mut().zip(rows) {
                hit.steps[step] &= scene.segments(row).iter().any(|one| same_key(one, &key));
            }
            out.extend(attempts(&only, rules, range).iter().map(|steps| counted(key.clone(), s, steps)));
        }
        return out;
    }
    out.extend(attributed(scene, rows, &steps).into_iter().map(|key| counted(key, s, &steps)));
    out
}

/// What a person did strictly between two steps, their own events left out.
fn between(scene: &Scene<'_>, (hits, rows): &Stream<'_, '_>, steps: &Steps) -> Option<f64> {
    let between = scene.question.get("between")?;
    let time = |name: &str, usual: usize| Some(hits[steps[between[name].as_u64().map_or(usual, |n| n as usize) - 1]?].time);
    let (from, to) = (time("from", 1)?, time("to", steps.len())?);
    let inside = (0..hits.len()).filter(|position| from < hits[*position].time && hits[*position].time < to && !steps.contains(&Some(*position)));
    let own: Vec<&Row<'_>> = inside.map(|position| rows[position]).filter(|row| scene.matches(row, &between["select"])).collect();
    match between["measure"]["sum"].as_str() {
        Some(property) => Some(own.iter().filter_map(|row| row.event.properties.get(property).and_then(Value::as_f64)).sum()),
        None => Some(own.len() as f64),
    }
}

/// The segments of an attempt: the values of the first (last) of its events, in time, that has one.
fn attributed(scene: &Scene<'_>, rows: &[&Row<'_>], steps: &Steps) -> Vec<Vec<Value>> {
    if let Some(step) = scene.question["attribute"].as_str().and_then(|word| word.strip_prefix("step:")) {
        return steps[step.parse::<usize>().unwrap() - 1].map(|position| scene.segments(rows[position])).unwrap_or_default();
    }
    let mut reached: Vec<usize> = steps.iter().flatten().copied().collect();
    reached.sort_unstable();
    if scene.question["attribute"] == "last" {
        reached.reverse();
    }
    let is_set = |position: &&usize| scene.segments(rows[**position]).iter().any(|key| key.iter().any(|value| !value.is_null()));
    let chosen = reached.iter().find(is_set).or(reached.first());
    chosen.map(|position| scene.segments(rows[*position])).unwrap_or_default()
}
