//! Lines over time: for each series and segment, the rows of each interval, looked at one interval after another.

use super::{Row, Scene, distinct_keys, filter, mean, percentile, same_key, sessions, shown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The value of each interval, and of the whole range.
type LineValues = (Vec<Option<f64>>, Option<f64>);

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let mut answer = lines(scene, scene.range);
    if let Some(back) = scene.question["compare"]["previous"].as_i64() {
        let unit = scene.question["interval"].as_str().unwrap_or("day");
        let n = scene.calendar.units(scene.range.0, scene.range.1, unit).len() as i64 - 1;
        let first = scene.calendar.start(scene.range.0, unit);
        let mut earlier = first;
        for _ in 0..n * back {
            earlier = scene.calendar.start(earlier - 1, unit);
        }
        let from = earlier + (scene.range.0 - first);
        answer["compare"] = lines(scene, (from, from + scene.range.1 - scene.range.0));
    }
    answer
}

/// A row with the actor it counts for (none for rows of nobody), its session and its segments.
#[derive(Clone)]
struct Seen<'s, 'w> {
    row: &'s Row<'w>,
    /// Events and length of each of its sessions.
    session_figures: Vec<(usize, f64)>,
    actors: Vec<String>,
    sessions: Vec<(String, usize)>,
    segments: Vec<Vec<Value>>,
}

/// What `top` leaves over, as a key that no value has.
const OTHER: &str = "\u{1}other";

/// The rows of each series, with what of them lies in a range.
fn seen_of<'s, 'w>(scene: &Scene<'_>, existing: &[&'s Row<'w>], range: (i64, i64)) -> Vec<Vec<Seen<'s, 'w>>> {
    let question = scene.question;
    let whole: Vec<&Row<'_>> = scene.rows.iter().collect();
    let inside: Vec<&Row<'_>> = existing.iter().copied().filter(|row| range.0 <= row.event.time && row.event.time < range.1).collect();

    let mut per_series: Vec<Vec<Seen<'_, '_>>> = Vec::new();
    for series in question["series"].as_array().unwrap() {
        let select = &series["select"];
        let as_actor = series["actor"].as_str().or(question["actor"].as_str()).unwrap_or("person");
        let histories = scene.by_actor_as(&whole, as_actor);
        let numbered = sessions::of_everybody_as(scene, &inside, as_actor);
        let mut seen = Vec::new();
        for row in existing {
            if !scene.matches(row, select) {
                continue;
            }
            let mut actors = scene.actors_as(row, as_actor);
            if select["first_time"] == true {
                // A person's earliest event of the name and condition in all of history.
                actors.retain(|actor| scene.picked(&[row], &histories[actor], select).len() == 1);
                if actors.is_empty() {
                    continue;
                }
            }
            let nobody_counts = as_actor == "person";
            if actors.is_empty() && !nobody_counts {
                continue;
            }
            let figures_of = |actor: &String| {
                let list = numbered.get(actor)?;
                let n = list.iter().find(|(one, _)| std::ptr::eq(*one, *row))?.1;
                let times: Vec<i64> = list.iter().filter(|(_, one)| *one == n).map(|(one, _)| one.event.time).collect();
                Some((times.len(), (times[times.len() - 1] - times[0]) as f64 / 1000.0))
            };
            let session_figures = actors.iter().filter_map(figures_of).collect();
            let session_of =
                |actor: &String| numbered.get(actor).and_then(|list| list.iter().find(|(one, _)| std::ptr::eq(*one, *row))).map(|(_, n)| (actor.clone(), *n));
            seen.push(Seen { row, session_figures, sessions: actors.iter().filter_map(session_of).collect(), segments: scene.segments(row), actors });
        }
        per_series.push(seen);
    }
    per_series
}

/// The segments with the most events of the range keep their names; how many do not.
fn keep_top(per_series: &mut [Vec<Seen<'_, '_>>], range: (i64, i64), top: usize) -> (Vec<Vec<Value>>, usize) {
    let mut counts: Vec<(Vec<Value>, BTreeSet<usize>)> = Vec::new();
    for one in per_series.iter().flatten().filter(|one| range.0 <= one.row.event.time && one.row.event.time < range.1) {
        for key in &one.segments {
            let at = counts.iter().position(|(other, _)| same_key(other, key)).unwrap_or_else(|| {
                counts.push((key.clone(), BTreeSet::new()));
                counts.len() - 1
            });
            // An event of two series is one event.
            counts[at].1.insert(std::ptr::from_ref(one.row) as usize);
        }
    }
    // As segments are listed: not set last, texts before numbers.
    let order = |key: &[Value]| (key[0].is_null(), key[0].is_number(), key[0].as_f64().map(|number| (number * 1e6) as i64), filter::text(&key[0]));
    counts.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| order(&a.0).cmp(&order(&b.0))));
    let n_others = counts.len().saturating_sub(top);
    (counts.into_iter().take(top).map(|(key, _)| key).collect(), n_others)
}

fn rename_others(per_series: &mut [Vec<Seen<'_, '_>>], kept: &[Vec<Value>]) {
    for segments in per_series.iter_mut().flatten().map(|one| &mut one.segments) {
        for key in segments.iter_mut().filter(|key| !kept.iter().any(|other| same_key(other, key))) {
            *key = vec![json!(OTHER)];
        }
    }
}

fn lines(scene: &Scene<'_>, range: (i64, i64)) -> Value {
    let question = scene.question;
    let unit = question["interval"].as_str().unwrap_or("day");
    let bounds = scene.calendar.units(range.0, range.1, unit);
    let existing = scene.existing();
    let mut per_series = seen_of(scene, &existing, range);

    // What a rolling mean needs from before the range.
    let n_before = if question["cumulative"] == true { 0 } else { question["rolling"].as_u64().unwrap_or(1) - 1 };
    let mut bounds_before = vec![bounds[0]];
    for _ in 0..n_before {
        bounds_before.insert(0, scene.calendar.start(bounds_before[0] - 1, unit));
    }
    let mut before = seen_of(scene, &existing, (bounds_before[0], bounds[0]));
    let mut n_others = None;
    if let Some(top) = question["top"].as_u64() {
        let (kept, others) = keep_top(&mut per_series, range, top as usize);
        rename_others(&mut per_series, &kept);
        rename_others(&mut before, &kept);
        n_others = Some(others);
    }

    let mut keys = vec![Vec::new()];
    let of_range = |one: &&Seen<'_, '_>| range.0 <= one.row.event.time && one.row.event.time < range.1;
    keys.extend(distinct_keys(per_series.iter().flatten().flat_map(|one| one.segments.clone())));

    let mut out = Vec::new();
    let mut known = BTreeSet::new();
    let mut base: BTreeMap<(usize, usize), LineValues> = BTreeMap::new();
    let mut base_before: BTreeMap<(usize, usize), Vec<Option<f64>>> = BTreeMap::new();
    let all_series = question["series"].as_array().unwrap();
    for (s, series) in all_series.iter().enumerate() {
        let measure = series.get("measure").cloned().unwrap_or(json!("total"));
        for (k, key) in keys.iter().enumerate() {
            let mine: Vec<&Seen<'_, '_>> = per_series[s].iter().filter(|one| key.is_empty() || one.segments.iter().any(|own| same_key(own, key))).collect();
            if measure.get("per_session").is_some() || measure["unique"].is_string() {
                let of_key = |one: &Seen<'_, '_>| key.is_empty() || one.segments.iter().any(|own| same_key(own, key));
                let counted = |from: i64, to: i64| {
                    chosen(&measure, &per_series[s], range, (from, to)).into_iter().filter(|(one, _)| of_key(one)).map(|(_, value)| value).collect::<Vec<f64>>()
                };
                let all: Vec<Vec<f64>> = bounds.windows(2).map(|bound| counted(bound[0].max(range.0), bound[1].min(range.1))).collect();
                let whole = counted(range.0, range.1);
                let fold = |values: &[f64]| folded(&measure, values);
                let (values, total) = (all.iter().map(|values| fold(values)).collect::<Vec<_>>(), fold(&whole));
                base.insert((s, k), (values.clone(), total));
                base_before.insert((s, k), Vec::new());
                if k == 0 || !whole.is_empty() || all.iter().any(|values| !values.is_empty()) {
                    known.insert(k);
                    out.push(line(question, series["label"].as_str(), s, key, &[], values, total));
                }
                continue;
            }
            let values_of = |mine: &[&Seen<'_, '_>], bounds: &[i64], range: (i64, i64)| -> Vec<Option<f64>> {
                let of_interval = |bound: &[i64]| {
                    let from = match measure["active"].as_i64() {
                        Some(days) => (0..days).fold(bound[1], |at, _| scene.calendar.start(at - 1, "day")),
                        None => bound[0].max(range.0),
                    };
                    let to = bound[1].min(range.1);
                    let rows: Vec<&Seen<'_, '_>> = mine.iter().copied().filter(|one| from <= one.row.event.time && one.row.event.time < to).collect();
                    value(&measure, &rows)
                };
                bounds.windows(2).map(of_interval).collect()
            };
            let values = values_of(&mine, &bounds, range);
            let mine_before: Vec<&Seen<'_, '_>> = before[s].iter().filter(|one| key.is_empty() || one.segments.iter().any(|own| same_key(own, key))).collect();
            base_before.insert((s, k), values_of(&mine_before, &bounds_before, (bounds_before[0], bounds[0])));
            let in_range: Vec<&Seen<'_, '_>> = mine.iter().copied().filter(of_range).collect();
            let total = value(&measure, &in_range);
            let mut shown_values = values.clone();
            if question["cumulative"] == true {
                shown_values = cumulated(&measure, &values, &bounds, &in_range);
            }
            base.insert((s, k), (values, total));
            // What nobody did counts as events only.
            let of_people = measure == "unique" || measure == "sessions" || measure.get("active").is_some() || measure.get("per_person").is_some();
            let empty =
                in_range.iter().all(|one| of_people && one.actors.is_empty()) && base[&(s, k)].0.iter().all(|value| value.is_none_or(|value| value == 0.0));
            if k == 0 || !empty {
                known.insert(k);
                let label = series["label"].as_str().or(series["select"]["label"].as_str());
                let mut written = line(question, label, s, key, &base_before[&(s, k)], shown_values, total);
                if let Some(edges) = measure["then"]["distribution"].as_array() {
                    written["distribution"] = distribution(&measure, edges, &mine, &bounds, range);
                }
                out.push(written);
            }
        }
    }
    for formula in question["formulas"].as_array().into_iter().flatten() {
        let formula = formula.as_str().unwrap();
        for (k, key) in keys.iter().enumerate() {
            let slots = bounds.len() - 1;
            let at = |i: usize| evaluate(formula, &|s| base[&(s, k)].0[i].unwrap_or(0.0));
            let mut values: Vec<Option<f64>> = (0..slots).map(at).collect();
            let total = evaluate(formula, &|s| base[&(s, k)].1.unwrap_or(0.0));
            if question["cumulative"] == true {
                values = run_up(&values);
            }
            let at_before = |i: usize| evaluate(formula, &|s| base_before[&(s, k)][i].unwrap_or(0.0));
            let values_before: Vec<Option<f64>> = (0..n_before as usize).map(at_before).collect();
            if known.contains(&k) {
                out.push(line(question, Some(formula), all_series.len(), key, &values_before, values, total));
            }
        }
    }
    for row in out.iter_mut().filter(|row| row["breakdown"][0] == OTHER) {
        row["breakdown"] = json!(vec![Value::Null; question["breakdown"].as_array().unwrap().len()]);
        row["other"] = json!(n_others);
    }
    json!({"times": bounds[..bounds.len() - 1].iter().map(|start| scene.calendar.written(*start)).collect::<Vec<_>>(), "series": out})
}

fn line(
    question: &Value,
    label: Option<&str>,
    series: usize,
    key: &[Value],
    before: &[Option<f64>],
    mut values: Vec<Option<f64>>,
    total: Option<f64>,
) -> Value {
    if let Some(k) = question["rolling"].as_u64() {
        let all = [before, &values].concat();
        let mean_of = |i: usize| mean(&all[(i + 1).saturating_sub(k as usize)..=i].iter().flatten().copied().collect::<Vec<_>>());
        values = (before.len()..all.len()).map(mean_of).collect();
    }
    let mut line = json!({"series": series, "breakdown": key, "values": values.into_iter().map(shown).collect::<Vec<_>>(), "total": shown(total)});
    if let Some(label) = label {
        line["label"] = json!(label);
    }
    line
}

fn run_up(values: &[Option<f64>]) -> Vec<Option<f64>> {
    (0..values.len()).map(|i| Some(values[..=i].iter().flatten().sum())).collect()
}

/// People, sessions and distinct values: those seen so far. Everything else: the sum of the values.
fn cumulated(measure: &Value, values: &[Option<f64>], bounds: &[i64], in_range: &[&Seen<'_, '_>]) -> Vec<Option<f64>> {
    if *measure == "unique" || *measure == "sessions" || measure.get("distinct").is_some() {
        let so_far = |end: i64| in_range.iter().copied().filter(|one| one.row.event.time < end).collect::<Vec<_>>();
        return bounds[1..].iter().map(|end| value(measure, &so_far(*end))).collect();
    }
    run_up(values)
}

fn value(measure: &Value, rows: &[&Seen<'_, '_>]) -> Option<f64> {
    match measure.as_str() {
        Some("total") => return Some(rows.iter().map(|one| one.actors.len().max(1) as f64).sum()),
        Some("unique") => return Some(people(rows).len() as f64),
        Some("sessions") => return Some(rows.iter().flat_map(|one| one.sessions.clone()).collect::<BTreeSet<_>>().len() as f64),
        _ => {}
    }
    if measure.get("active").is_some() {
        return Some(people(rows).len() as f64);
    }
    if let Some(inner) = measure.get("per_person") {
        let mut of_people = Vec::new();
        for person in people(rows) {
            let own: Vec<&Row<'_>> = rows.iter().filter(|one| one.actors.contains(&person)).map(|one| one.row).collect();
            of_people.extend(if *inner == "total" { Some(own.len() as f64) } else { aggregate(inner, &own) });
        }
        return match measure.get("then").unwrap_or(&json!("average")) {
            then if then.get("distribution").is_some() => Some(of_people.len() as f64),
            Value::String(word) => combine(word, &of_people),
            percent => percentile(&of_people, percent["percentile"].as_f64().unwrap()),
        };
    }
    let repeated: Vec<&Row<'_>> = rows.iter().flat_map(|one| std::iter::repeat_n(one.row, one.actors.len().max(1))).collect();
    aggregate(measure, &repeated)
}

/// What counts in a span of time, and with what figure: sessions by the first of their events there, or people by the first (last) of theirs.
fn chosen<'x, 's, 'w>(measure: &Value, seen: &'x [Seen<'s, 'w>], range: (i64, i64), (from, to): (i64, i64)) -> Vec<(&'x Seen<'s, 'w>, f64)> {
    let inside = |one: &&Seen<'_, '_>, (from, to): (i64, i64)| from <= one.row.event.time && one.row.event.time < to;
    let Some(inner) = measure.get("per_session") else {
        let rows: Vec<&Seen<'_, '_>> = seen.iter().filter(|one| inside(one, (from, to))).collect();
        let of_person = |person: String| {
            let mut own = rows.iter().copied().filter(|one| one.actors.contains(&person));
            if measure["unique"] == "first" { own.next() } else { own.next_back() }
        };
        return people(&rows).into_iter().filter_map(of_person).map(|one| (one, 1.0)).collect();
    };
    let rows: Vec<&Seen<'_, '_>> = seen.iter().filter(|one| inside(one, range)).collect();
    let sessions: BTreeSet<(String, usize)> = rows.iter().flat_map(|one| one.sessions.clone()).collect();
    let mut found = Vec::new();
    for session in sessions {
        let own: Vec<&Seen<'_, '_>> = rows.iter().copied().filter(|one| one.sessions.contains(&session)).collect();
        let at = own[0].sessions.iter().position(|one| *one == session).unwrap();
        let (n_events, seconds) = own[0].session_figures[at];
        let value = match inner.as_str() {
            Some("total") => Some(own.len() as f64),
            Some("events") => Some(n_events as f64),
            Some(_) => Some(seconds),
            None => aggregate(inner, &own.iter().map(|one| one.row).collect::<Vec<_>>()),
        };
        if let Some(value) = value.filter(|_| inside(&own[0], (from, to))) {
            found.push((own[0], value));
        }
    }
    found
}

fn folded(measure: &Value, values: &[f64]) -> Option<f64> {
    if measure["unique"].is_string() {
        return Some(values.len() as f64);
    }
    match measure.get("then").unwrap_or(&json!("average")) {
        Value::String(word) => combine(word, values),
        percent => percentile(values, percent["percentile"].as_f64().unwrap()),
    }
}

/// How many people have how much, in the whole range and in each interval.
fn distribution(measure: &Value, edges: &[Value], mine: &[&Seen<'_, '_>], bounds: &[i64], range: (i64, i64)) -> Value {
    let edges: Vec<f64> = edges.iter().map(|edge| edge.as_f64().unwrap()).collect();
    let figures = |from: i64, to: i64| -> Vec<f64> {
        let rows: Vec<&Seen<'_, '_>> = mine.iter().copied().filter(|one| from <= one.row.event.time && one.row.event.time < to).collect();
        let of_person = |person: String| {
            let own: Vec<&Row<'_>> = rows.iter().filter(|one| one.actors.contains(&person)).map(|one| one.row).collect();
            if measure["per_person"] == "total" { Some(own.len() as f64) } else { aggregate(&measure["per_person"], &own) }
        };
        people(&rows).into_iter().filter_map(of_person).collect()
    };
    let bins =
        |figures: &[f64]| -> Vec<usize> { edges.windows(2).map(|pair| figures.iter().filter(|one| pair[0] <= **one && **one < pair[1]).count()).collect() };
    let whole = figures(range.0, range.1);
    let intervals: Vec<Vec<usize>> = bounds.windows(2).map(|bound| bins(&figures(bound[0].max(range.0), bound[1].min(range.1)))).collect();
    json!({
        "bins": bins(&whole),
        "below": whole.iter().filter(|one| **one < edges[0]).count(),
        "above": whole.iter().filter(|one| **one >= edges[edges.len() - 1]).count(),
        "intervals": intervals,
    })
}

fn people(rows: &[&Seen<'_, '_>]) -> BTreeSet<String> {
    rows.iter().flat_map(|one| one.actors.clone()).collect()
}

/// A measure of a property over rows.
fn aggregate(measure: &Value, rows: &[&Row<'_>]) -> Option<f64> {
    if let Some(p) = measure.get("percentile") {
        return percentile(&numbers(rows, measure["property"].as_str().unwrap()), p.as_f64().unwrap());
    }
    let (word, property) = measure.as_object().unwrap().iter().next().unwrap();
    let property = property.as_str().unwrap();
    if word == "distinct" {
        let values = rows.iter().filter_map(|row| row.event.properties.get(property)).filter(|value| !value.is_null());
        return Some(values.map(filter::text).collect::<BTreeSet<_>>().len() as f64);
    }
    combine(word, &numbers(rows, property))
}

fn combine(word: &str, numbers: &[f64]) -> Option<f64> {
    match word {
        "sum" => Some(numbers.iter().sum()),
        "average" => mean(numbers),
        "median" => percentile(numbers, 50.0),
        "min" => numbers.iter().copied().reduce(f64::min),
        _ => numbers.iter().copied().reduce(f64::max),
    }
}

fn numbers(rows: &[&Row<'_>], property: &str) -> Vec<f64> {
    rows.iter().filter_map(|row| row.event.properties.get(property).and_then(Value::as_f64)).collect()
}

/// Formulas of the tests have the forms `A`, `A op B` and `A op B op 100`, read from the left.
fn evaluate(formula: &str, series: &dyn Fn(usize) -> f64) -> Option<f64> {
    let mut words = formula.split_whitespace();
    let read = |word: &str| word.parse().unwrap_or_else(|_| series((word.as_bytes()[0] - b'A') as usize));
    let mut value: f64 = read(words.next().unwrap());
    while let (Some(op), Some(word)) = (words.next(), words.next()) {
        let right = read(word);
        value = match op {
            "+" => value + right,
            "-" => value - right,
            "*" => value * right,
            _ if right == 0.0 => return None,
            _ => value / right,
        };
    }
    Some(value)
}
