//! Sessions: the client's own where one was sent, else whatever follows on the same device within the timeout and a day.

use super::{Row, Scene, distinct_keys, mean, percentile, same_key, shown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 86_400_000;

/// One actor's rows with the number of the session of each, counted from 0 in order of first events.
pub(crate) fn number<'s, 'w>(scene: &Scene<'_>, rows: &[&'s Row<'w>]) -> Vec<(&'s Row<'w>, usize)> {
    let by = &scene.question["session_by"];
    if let Some(property) = by["property"].as_str() {
        let mut values: Vec<String> = Vec::new();
        let mut numbered = Vec::new();
        for row in rows {
            let value = super::filter::at_path(row.event, property);
            if value.is_null() {
                continue;
            }
            let value = super::filter::text(&value);
            let n = values.iter().position(|one| *one == value).unwrap_or_else(|| {
                values.push(value);
                values.len() - 1
            });
            numbered.push((*row, n));
        }
        return numbered;
    }
    if by.get("start").is_some() {
        let (mut numbered, mut n, mut is_open) = (Vec::new(), 0, false);
        for row in rows {
            if !is_open && scene.matches(row, &by["start"]) {
                is_open = true;
                numbered.push((*row, n));
            } else if is_open {
                numbered.push((*row, n));
                if scene.matches(row, &by["end"]) {
                    is_open = false;
                    n += 1;
                }
            }
        }
        return numbered;
    }
    let timeout = timeout_ms(scene);
    let mut numbered: Vec<(&Row<'_>, usize)> = Vec::new();
    let mut next = 0;
    for row in rows {
        let of_session = |n: usize, numbered: &[(&Row<'_>, usize)]| numbered.iter().find(|(_, one)| *one == n).map(|(row, _)| row.event.time);
        let found = match &row.event.session_id {
            Some(id) => numbered.iter().find(|(one, _)| one.event.session_id.as_ref() == Some(id)).map(|(_, n)| *n),
            None => numbered
                .iter()
                .rev()
                .find(|(one, _)| one.event.device_id == row.event.device_id)
                .filter(|(last, n)| row.event.time - last.event.time <= timeout && row.event.time - of_session(*n, &numbered).unwrap() <= DAY_MS)
                .map(|(_, n)| *n),
        };
        let n = found.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        numbered.push((row, n));
    }
    numbered
}

pub(crate) fn of_everybody<'s, 'w>(scene: &Scene<'w>, rows: &[&'s Row<'w>]) -> BTreeMap<String, Vec<(&'s Row<'w>, usize)>> {
    of_everybody_as(scene, rows, scene.question["actor"].as_str().unwrap_or("person"))
}

pub(crate) fn of_everybody_as<'s, 'w>(scene: &Scene<'w>, rows: &[&'s Row<'w>], actor: &str) -> BTreeMap<String, Vec<(&'s Row<'w>, usize)>> {
    scene.by_actor_as(rows, actor).into_iter().map(|(actor, own)| (actor, number(scene, &own))).collect()
}

pub(crate) fn timeout_ms(scene: &Scene<'_>) -> i64 {
    let timeout = &scene.question["session_timeout"];
    let unit = match timeout["unit"].as_str() {
        Some("second") => 1000,
        Some("hour") => 3_600_000,
        _ => 60_000,
    };
    timeout["n"].as_i64().unwrap_or(30) * unit
}

struct Session<'s, 'w> {
    actor: String,
    rows: Vec<&'s Row<'w>>,
    segments: Vec<Vec<Value>>,
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let inside: Vec<&Row<'_>> = scene.existing().into_iter().filter(|row| scene.in_range(row.event.time)).collect();
    let mut sessions: Vec<Session<'_, '_>> = Vec::new();
    for (actor, numbered) in of_everybody(scene, &inside) {
        let numbers: BTreeSet<usize> = numbered.iter().map(|(_, n)| *n).collect();
        for n in numbers {
            let rows: Vec<&Row<'_>> = numbered.iter().filter(|(_, one)| *one == n).map(|(row, _)| *row).collect();
            sessions.push(Session { actor: actor.clone(), segments: scene.segments(rows[0]), rows });
        }
    }
    let summed = |mine: &[&Session<'_, '_>]| {
        let seconds: Vec<f64> = mine.iter().map(|one| (one.rows[one.rows.len() - 1].event.time - one.rows[0].event.time) as f64 / 1000.0).collect();
        json!({
            "count": mine.len(),
            "people": mine.iter().map(|one| &one.actor).collect::<BTreeSet<_>>().len(),
            "bounces": mine.iter().filter(|one| one.rows.len() == 1).count(),
            "mean_seconds": shown(mean(&seconds)),
            "median_seconds": shown(percentile(&seconds, 50.0)),
        })
    };
    let mut answer = summed(&sessions.iter().collect::<Vec<_>>());
    if scene.question.get("breakdown").is_some() {
        let keys = distinct_keys(sessions.iter().flat_map(|one| one.segments.clone()));
        answer["groups"] = keys
            .iter()
            .map(|key| {
                let mut group = summed(&sessions.iter().filter(|one| one.segments.iter().any(|own| same_key(own, key))).collect::<Vec<_>>());
                group["breakdown"] = json!(key);
                group
            })
            .collect();
    }
    let mut list: Vec<(i64, Value)> = sessions
        .iter()
        .map(|one| {
            let (first, last) = (one.rows[0], one.rows[one.rows.len() - 1]);
            let value = json!({"person": one.actor, "events": one.rows.len(), "entry": first.event.name, "exit": last.event.name});
            (first.event.time, value)
        })
        .collect();
    list.sort_by_key(|(start, _)| std::cmp::Reverse(*start));
    if scene.question["actor"].is_null() {
        answer["list"] = list.into_iter().map(|(_, value)| value).collect();
    }
    answer
}
