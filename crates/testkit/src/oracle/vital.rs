//! Each page view's vitals, looked for in its events from the last one back.

use super::{Row, Scene, distinct_keys, percentile, same_key, shown};
use serde_json::{Value, json};

const VITALS: [(&str, &str, f64, f64); 5] = [
    ("lcp", "$lcp_ms", 2500.0, 4000.0),
    ("inp", "$inp_ms", 200.0, 500.0),
    ("cls", "$cls", 0.1, 0.25),
    ("fcp", "$fcp_ms", 1800.0, 3000.0),
    ("ttfb", "$ttfb_ms", 800.0, 1800.0),
];

struct View<'s, 'w> {
    rows: Vec<&'s Row<'w>>,
}

fn value(of: Option<&Value>, vital: &str) -> Option<f64> {
    let value = of?.as_f64()?;
    // A layout shift is told to a thousandth, times to a millisecond.
    let scale = if vital == "cls" { 1000.0 } else { 1.0 };
    let rounded = (value * scale).round();
    (rounded >= 0.0).then(|| rounded / scale)
}

impl View<'_, '_> {
    fn vital(&self, (name, property, ..): (&str, &str, f64, f64)) -> Option<f64> {
        let told = |row: &&&Row<'_>| row.event.name == "$web_vitals";
        let own = |row: &&Row<'_>| value(row.event.properties.get(property), name);
        let summed = |row: &&Row<'_>| value(row.event.properties.get("vitals").and_then(|vitals| vitals.get(property)), name);
        let last = self.rows.iter().rev().filter(told).find_map(own);
        last.or_else(|| self.rows.iter().rev().filter(|row| row.event.name == "$page_summary").find_map(summed))
    }
}

/// Whose, and which.
type Id = (Option<String>, Option<Value>);

fn page_views<'s, 'w>(scene: &Scene<'w>, rows: &[&'s Row<'w>]) -> Vec<Vec<&'s Row<'w>>> {
    let mut groups: Vec<(Id, Vec<&'s Row<'w>>)> = Vec::new();
    for row in rows {
        let mut actors: Vec<Option<String>> = scene.actors(row).into_iter().map(Some).collect();
        if actors.is_empty() && (scene.question["actor"].is_null() || scene.question["actor"] == "person") {
            actors.push(None);
        }
        let id =
            row.event.properties.get("$page_view_id").filter(|id| !id.is_null()).map(|id| json!(id.as_str().map_or_else(|| id.to_string(), str::to_owned)));
        for actor in actors {
            let key = (actor, id.clone());
            match groups.iter_mut().find(|(one, _)| id.is_some() && *one == key) {
                Some((_, members)) => members.push(row),
                None => groups.push((key, vec![row])),
            }
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let rows: Vec<&Row<'_>> = scene
        .existing()
        .into_iter()
        .filter(|row| scene.in_range(row.event.time) && ["$web_vitals", "$page_summary"].contains(&row.event.name.as_str()))
        .collect();
    let views: Vec<View<'_, '_>> = page_views(scene, &rows).into_iter().map(|rows| View { rows }).collect();
    let views: Vec<&View<'_, '_>> = views.iter().filter(|view| VITALS.iter().any(|vital| view.vital(*vital).is_some())).collect();
    let unit = scene.question["interval"].as_str().unwrap_or("day");
    let mut starts = scene.calendar.units(scene.range.0, scene.range.1, unit);
    starts.pop();
    let mut answer = line(&views);
    answer["page_views"] = json!(views.len());
    answer["intervals"] = starts
        .into_iter()
        .map(|start| {
            let own: Vec<&View<'_, '_>> = views.iter().copied().filter(|view| scene.calendar.start(view.rows[0].event.time, unit) == start).collect();
            let mut row = line(&own);
            row["start"] = json!(scene.calendar.written(start));
            row
        })
        .collect();
    if scene.question.get("breakdown").is_some() {
        let keys = distinct_keys(views.iter().flat_map(|view| scene.segments(view.rows[0])));
        answer["groups"] = keys
            .iter()
            .map(|key| {
                let own: Vec<&View<'_, '_>> = views.iter().copied().filter(|view| scene.segments(view.rows[0]).iter().any(|one| same_key(one, key))).collect();
                let mut row = line(&own);
                row["breakdown"] = json!(key);
                row
            })
            .collect();
    }
    answer
}

fn line(views: &[&View<'_, '_>]) -> Value {
    let mut line = json!({});
    for vital in VITALS {
        let values: Vec<f64> = views.iter().filter_map(|view| view.vital(vital)).collect();
        let good = values.iter().filter(|value| **value <= vital.2).count();
        let poor = values.iter().filter(|value| **value > vital.3).count();
        line[vital.0] =
            json!({"n": values.len(), "p75": shown(percentile(&values, 75.0)), "good": good, "needs_work": values.len() - good - poor, "poor": poor});
    }
    line
}
