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
    let mut periods = Vec::new();
    for key in &keys {
        for bound in bounds.windows(2) {
            let mut units: BTreeMap<&String, BTreeMap<String, f64>> = BTreeMap::new();
            for (actor, row) in &mine {
                let inside = bound[0] <= row.event.time && row.event.time < bound[1];
                if inside && (key.is_empty() || scene.segments(row).iter().any(|one| same_key(one, key))) {
                    *units.entry(actor).or_default().entry(scene.calendar.label(row.event.time, unit)).or_default() += 1.0;
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
    json!({"periods": periods})
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
