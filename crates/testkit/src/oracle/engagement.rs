//! In how many units people are active, and how that changes from one interval to the next.

use super::{Row, Scene, distinct_keys, filter, same_key};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn frequency(scene: &Scene<'_>) -> Value {
    let question = scene.question;
    let period = question["period"].as_str().unwrap_or("month");
    let unit = question["unit"].as_str().unwrap_or("day");
    let bounds = if period == "range" { vec![scene.range.0, scene.range.1] } else { scene.calendar.units(scene.range.0, scene.range.1, period) };
    let rows = scene.existing();
    let everything: Vec<&Row<'_>> = scene.rows.iter().collect();
    let histories = scene.by_actor(&everything);
    let mut mine: Vec<(String, &Row<'_>)> = Vec::new();
    for (actor, own) in scene.by_actor(&rows) {
        for row in scene.picked(&own, &histories[&actor], &question["select"]) {
            if scene.in_range(row.event.time) {
                mine.push((actor.clone(), row));
            }
        }
    }
    let mut keys = vec![Vec::new()];
    keys.extend(distinct_keys(mine.iter().flat_map(|(_, row)| scene.segments(row))));
    // Units from the beginning of the range, several together where the question says so.
    let all_units = scene.calendar.units(scene.range.0, scene.range.1, unit);
    let together = question["unit_count"].as_u64().unwrap_or(1) as usize;
    let unit_of = |row: &Row<'_>| (all_units.iter().filter(|start| **start <= row.event.time).count() - 1) / together;
    let mut periods = Vec::new();
    let mut gaps = Vec::new();
    for key in &keys {
        if question["gaps"] == true {
            gaps.push(gaps_of(scene, &mine, key, &unit_of));
        }
        for bound in bounds.windows(2) {
            let mut units: BTreeMap<&String, BTreeMap<usize, f64>> = BTreeMap::new();
            for (actor, row) in &mine {
                let inside = bound[0] <= row.event.time && row.event.time < bound[1];
                if inside && (key.is_empty() || scene.segments(row).iter().any(|one| same_key(one, key))) {
                    *units.entry(actor).or_default().entry(unit_of(row)).or_default() += 1.0;
                }
            }
            let active: Vec<usize> =
                units.values().map(|units| units.values().filter(|n| question.get("count").is_none_or(|with| filter::compare(**n, with))).count()).collect();
            let most = active.iter().copied().max().unwrap_or(0);
            let at_least = question["mode"] == "at_least";
            let people: Vec<usize> = (1..=most).map(|i| active.iter().filter(|n| if at_least { **n >= i } else { **n == i }).count()).collect();
            let start = if period == "range" { scene.range.0 } else { bound[0] };
            let mut row = json!({"start": scene.calendar.written(start), "people_without_end": people});
            if question.get("breakdown").is_some() {
                row["breakdown"] = json!(key);
            }
            periods.push(row);
        }
    }
    let mut answer = json!({"periods": periods});
    if question["gaps"] == true {
        answer["gaps"] = json!(gaps);
    }
    answer
}

/// How many units lie between two times, usually, for everybody who came in two units.
fn gaps_of(scene: &Scene<'_>, mine: &[(String, &Row<'_>)], key: &[Value], unit_of: &dyn Fn(&Row<'_>) -> usize) -> Value {
    let mut units: BTreeMap<&String, BTreeMap<usize, f64>> = BTreeMap::new();
    for (actor, row) in mine.iter().filter(|(_, row)| key.is_empty() || scene.segments(row).iter().any(|one| same_key(one, key))) {
        *units.entry(actor).or_default().entry(unit_of(row)).or_default() += 1.0;
    }
    let mut usual: Vec<f64> = Vec::new();
    for of_person in units.values() {
        let active: Vec<usize> =
            of_person.iter().filter(|(_, n)| scene.question.get("count").is_none_or(|with| filter::compare(**n, with))).map(|(unit, _)| *unit).collect();
        let between: Vec<f64> = active.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
        usual.extend(super::percentile(&between, 50.0));
    }
    let most = usual.iter().copied().fold(0.0, f64::max).ceil() as usize;
    let people: Vec<usize> = (1..=most).map(|n| usual.iter().filter(|gap| gap.ceil() as usize == n).count()).collect();
    json!({"breakdown": key, "count": usual.len(), "median": super::shown(super::percentile(&usual, 50.0)), "p80": super::shown(super::percentile(&usual, 80.0)), "people": people})
}

pub(super) fn lifecycle(scene: &Scene<'_>) -> Value {
    let question = scene.question;
    let unit = question["interval"].as_str().unwrap_or("week");
    let bounds = scene.calendar.units(scene.range.0, scene.range.1, unit);
    let rows = scene.existing();
    let people = scene.by_actor(&rows);
    let mut intervals = Vec::new();
    for bound in bounds.windows(2) {
        let before = scene.calendar.start(bound[0] - 1, unit);
        let active = |from: i64, to: i64| -> BTreeSet<&String> {
            people
                .iter()
                .filter(|(_, own)| own.iter().any(|row| from <= row.event.time && row.event.time < to && scene.matches(row, &question["select"])))
                .map(|(actor, _)| actor)
                .collect()
        };
        let (now, last, ever) = (active(bound[0], bound[1]), active(before, bound[0]), active(i64::MIN, before));
        intervals.push(json!({
            "start": scene.calendar.written(bound[0]),
            "new": now.iter().filter(|one| !last.contains(*one) && !ever.contains(*one)).count(),
            "returning": now.iter().filter(|one| last.contains(*one)).count(),
            "resurrected": now.iter().filter(|one| !last.contains(*one) && ever.contains(*one)).count(),
            "dormant": last.iter().filter(|one| !now.contains(*one)).count(),
        }));
    }
    json!({"intervals": intervals})
}
