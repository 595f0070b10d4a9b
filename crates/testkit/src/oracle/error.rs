//! Errors and failed requests, group by group.

use super::{Row, Scene, sessions};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A row, and the session of somebody for whom it counts.
type Seen<'s, 'w> = (&'s Row<'w>, Option<(String, usize)>);

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let rows: Vec<&Row<'_>> =
        scene.existing().into_iter().filter(|row| scene.in_range(row.event.time) && ["$error", "$failed_request"].contains(&row.event.name.as_str())).collect();
    // Each row as often as it counts for somebody, with its session.
    let mut seen: Vec<Seen<'_, '_>> = Vec::new();
    for (actor, own) in sessions::of_everybody(scene, &rows) {
        seen.extend(own.into_iter().map(|(row, session)| (row, Some((actor.clone(), session)))));
    }
    if scene.question["actor"].is_null() || scene.question["actor"] == "person" {
        seen.extend(rows.iter().filter(|row| scene.actors(row).is_empty()).map(|row| (*row, None)));
    }
    let unit = scene.question["interval"].as_str().unwrap_or("day");
    let mut starts = scene.calendar.units(scene.range.0, scene.range.1, unit);
    starts.pop();
    let mut groups: BTreeMap<(bool, String), Vec<Seen<'_, '_>>> = BTreeMap::new();
    for (row, session) in seen {
        let property = |name: &str| row.event.properties.get(name).cloned().unwrap_or_default();
        let is_request = row.event.name == "$failed_request";
        let name = if is_request {
            json!({"method": property("$method"), "url": property("$url"), "status": property("$status")})
        } else {
            json!({"fingerprint": property("$fingerprint")})
        };
        groups.entry((is_request, name.to_string())).or_default().push((row, session));
    }
    let counts = |rows: &[Seen<'_, '_>]| {
        let sessions: BTreeSet<&(String, usize)> = rows.iter().filter_map(|(_, session)| session.as_ref()).collect();
        let people: BTreeSet<&String> = sessions.iter().map(|(actor, _)| actor).collect();
        (rows.len(), sessions.len(), people.len())
    };
    let mut sides: [Vec<(usize, usize, String, Value)>; 2] = Default::default();
    for ((is_request, name), rows) in &groups {
        let (times, sessions, people) = counts(rows);
        let mut row: Value = serde_json::from_str(name).unwrap();
        let at = |time: Option<i64>| {
            let mut text = scene.calendar.written(time.unwrap());
            let ms = time.unwrap().rem_euclid(1000);
            if ms != 0 {
                text.insert_str(19, &format!(".{ms:03}"));
            }
            text
        };
        row["times"] = json!(times);
        row["sessions"] = json!(sessions);
        row["people"] = json!(people);
        row["first_seen"] = json!(at(rows.iter().map(|(row, _)| row.event.time).min()));
        row["last_seen"] = json!(at(rows.iter().map(|(row, _)| row.event.time).max()));
        row["intervals"] =
            starts.iter().map(|start| rows.iter().filter(|(row, _)| scene.calendar.start(row.event.time, unit) == *start).count()).collect::<Vec<_>>().into();
        sides[usize::from(*is_request)].push((people, times, name.clone(), row));
    }
    for side in &mut sides {
        side.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(&b.2)));
    }
    let total = |is_request: bool| {
        let rows: Vec<Seen<'_, '_>> = groups.iter().filter(|(key, _)| key.0 == is_request).flat_map(|(_, rows)| rows.clone()).collect();
        let (times, sessions, people) = counts(&rows);
        json!({"times": times, "sessions": sessions, "people": people, "different": groups.keys().filter(|key| key.0 == is_request).count()})
    };
    let [errors, requests] = sides.map(|side| side.into_iter().map(|one| one.3).collect::<Vec<Value>>());
    json!({"totals": {"errors": total(false), "requests": total(true)}, "errors": errors, "requests": requests})
}
