//! Each candidate of a driver question: who did it, and its table cell by cell.

use super::{Row, Scene, shown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let any = json!({"event": null});
    let population = scene.question.get("population").unwrap_or(&any);
    let window_ms = scene.question.get("window").map_or(i64::MAX / 4, |window| window["n"].as_i64().unwrap() * 3_600_000);
    let rows = scene.existing();
    let history = scene.rows.iter().collect::<Vec<_>>();
    let histories = scene.by_actor(&history);
    let mut all: Vec<(BTreeSet<String>, bool)> = Vec::new();
    for (who, own) in scene.by_actor(&rows) {
        let inside: Vec<&Row<'_>> = own.iter().copied().filter(|row| scene.in_range(row.event.time)).collect();
        let Some(entry) = scene.picked(&inside, &histories[&who], population).first().map(|row| row.event.time) else { continue };
        let goal = scene.picked(&inside, &histories[&who], &scene.question["goal"]).into_iter().map(|row| row.event.time).find(|time| *time >= entry);
        let during: Vec<&&Row<'_>> = inside
            .iter()
            .filter(|row| row.event.time >= entry && row.event.time - entry <= window_ms && goal.is_none_or(|goal| row.event.time < goal))
            .collect();
        let mut did = BTreeSet::new();
        for times in scene.question["times"].as_array().cloned().unwrap_or(vec![json!(1)]) {
            for row in &during {
                let n = during.iter().filter(|other| other.event.name == row.event.name).count();
                if n as i64 >= times.as_i64().unwrap() {
                    did.insert(format!("{} {times}", row.event.name));
                }
            }
        }
        for (position, part) in scene.question["properties"].as_array().into_iter().flatten().enumerate() {
            for value in during.iter().flat_map(|row| scene.part(row, part)).filter(|value| !value.is_null()) {
                did.insert(format!("{position}={}", super::filter::text(&value)));
            }
        }
        all.push((did, goal.is_some()));
    }
    let fewest = scene.question["fewest_people"].as_u64().unwrap_or(30);
    let names: BTreeSet<&String> = all.iter().flat_map(|(did, _)| did).collect();
    let rows: BTreeMap<String, Value> = names.into_iter().map(|name| (name.clone(), table(&all, name, fewest))).collect();
    let reached = all.iter().filter(|one| one.1).count();
    json!({"people": all.len(), "goal": {"people": reached}, "found": rows.len(), "by_name": rows})
}

/// The two-by-two table of one candidate, cell by cell.
fn table(all: &[(BTreeSet<String>, bool)], name: &str, fewest: u64) -> Value {
    let cell = |did: bool, reached: bool| all.iter().filter(|one| one.0.contains(name) == did && one.1 == reached).count() as f64;
    let (a, b, c, d) = (cell(true, true), cell(true, false), cell(false, true), cell(false, false));
    let n = a + b + c + d;
    let chi_square: f64 = [(a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d)]
        .into_iter()
        .map(|(seen, row, column)| {
            let expected = row * column / n;
            if expected == 0.0 { 0.0 } else { (seen - expected).powi(2) / expected }
        })
        .sum();
    let expected_all = [(a + b) * (a + c), (a + b) * (b + d), (c + d) * (a + c), (c + d) * (b + d)].map(|product| product / n);
    let enough = a + b >= fewest as f64 && c + d >= fewest as f64 && expected_all.iter().all(|cell| *cell >= 5.0);
    let has_margins = expected_all.iter().all(|cell| *cell > 0.0);
    let sign = if a * d >= b * c { 1.0 } else { -1.0 };
    json!({
        "people": a + b,
        "reached": a,
        "support": shown(Some((a + b) / n)),
        "rate": shown(Some(a / (a + b))),
        "rate_of_others": shown((c + d > 0.0).then(|| c / (c + d))),
        "lift": shown((a + c > 0.0).then(|| a / (a + b) / ((a + c) / n))),
        "phi": shown(has_margins.then(|| sign * (chi_square / n).sqrt())),
        "chi_square": shown(enough.then_some(chi_square)),
        "enough": enough,
    })
}
