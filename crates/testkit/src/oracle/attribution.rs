//! Conversions given to the touches before them, one conversion after the other.

use super::{Row, Scene, filter, shown};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let attribution = &scene.question["attribution"];
    let unit = scene.question["interval"].as_str().unwrap_or("day");
    let bounds = scene.calendar.units(scene.range.0, scene.range.1, unit);
    let n = bounds.len() - 1;
    let lookback = attribution.get("lookback").map_or(30 * 86_400_000, |window| window["n"].as_i64().unwrap() * 3_600_000);
    let rows = scene.existing();
    let history: Vec<&Row<'_>> = scene.rows.iter().collect();
    let histories = scene.by_actor(&history);
    let any = json!({"event": null});
    let touch = attribution.get("touch").unwrap_or(&any);
    let mut lines = Vec::new();
    for series in scene.question["series"].as_array().unwrap() {
        let measure = series.get("measure").cloned().unwrap_or(json!("total"));
        // By segment: the value of each interval, then of the range.
        let mut found: BTreeMap<String, (Value, Vec<f64>)> = BTreeMap::new();
        let mut add = |segment: Option<&Value>, slots: &[usize], amount: f64| {
            let key = segment.map_or_else(|| json!([]), |value| json!([value]));
            let name = segment.map_or("overall".to_owned(), |value| if value.is_null() { "not set".to_owned() } else { format!("={}", filter::text(value)) });
            let line = found.entry(name).or_insert_with(|| (key, vec![0.0; n + 1]));
            slots.iter().for_each(|slot| line.1[*slot] += amount);
        };
        add(None, &[], 0.0);
        let slot_of = |row: &Row<'_>| (0..n).find(|slot| (bounds[*slot]..bounds[*slot + 1]).contains(&row.event.time)).unwrap();
        let amount_of = |row: &Row<'_>| match measure["sum"].as_str() {
            Some(property) => row.event.properties.get(property).and_then(Value::as_f64).unwrap_or(0.0),
            None => 1.0,
        };
        for (who, own) in scene.by_actor(&rows) {
            let touches: Vec<&Row<'_>> = scene
                .picked(&own, &histories[&who], touch)
                .into_iter()
                .filter(|row| row.event.time >= scene.range.0 - lookback && row.event.time < scene.range.1)
                .filter(|row| scene.part(row, &attribution["by"]).iter().any(|value| !value.is_null()))
                .collect();
            let conversions: Vec<&Row<'_>> =
                scene.picked(&own, &histories[&who], &series["select"]).into_iter().filter(|row| scene.in_range(row.event.time)).collect();
            let mut counted: Vec<(&Row<'_>, Vec<usize>)> = Vec::new();
            if measure == "unique" {
                let choose = |of: Vec<&'_ Row<'_>>| {
                    if attribution["conversion"] == "first" {
                        of.first().map(|row| row.event.insert_id.clone())
                    } else {
                        of.last().map(|row| row.event.insert_id.clone())
                    }
                };
                for slot in 0..=n {
                    let within: Vec<&Row<'_>> = conversions.iter().copied().filter(|row| slot == n || slot_of(row) == slot).collect();
                    if let Some(id) = choose(within) {
                        counted.push((conversions.iter().find(|row| row.event.insert_id == id).unwrap(), vec![slot]));
                    }
                }
            } else {
                counted = conversions.iter().map(|row| (*row, vec![slot_of(row), n])).collect();
            }
            for (conversion, slots) in counted {
                let amount = amount_of(conversion);
                add(None, &slots, amount);
                let before: Vec<&&Row<'_>> =
                    touches.iter().filter(|row| row.event.time <= conversion.event.time && row.event.time >= conversion.event.time - lookback).collect();
                if before.is_empty() {
                    add(Some(&Value::Null), &slots, amount);
                }
                let mut took_part: Vec<Value> = Vec::new();
                for (i, row) in before.iter().enumerate() {
                    let values = scene.part(row, &attribution["by"]);
                    for value in &values {
                        let share = if attribution["model"] == "participation" {
                            if took_part.iter().any(|other| filter::same(other, value)) {
                                continue;
                            }
                            took_part.push(value.clone());
                            1.0
                        } else {
                            weight(&attribution["model"], i, &before, conversion) / values.len() as f64
                        };
                        add(Some(value), &slots, share * amount);
                    }
                }
            }
        }
        if scene.question["actor"].is_null() || scene.question["actor"] == "person" {
            for row in rows.iter().filter(|row| row.person.is_none() && scene.in_range(row.event.time) && scene.matches(row, &series["select"])) {
                if measure != "unique" && series["select"]["first_time"] != true {
                    add(None, &[slot_of(row), n], amount_of(row));
                    add(Some(&Value::Null), &[slot_of(row), n], amount_of(row));
                }
            }
        }
        for (key, values) in found.into_values() {
            let label = series["label"].clone();
            lines.push(json!({"label": label, "breakdown": key, "values": values[..n].iter().map(|value| shown(Some(*value))).collect::<Vec<_>>(), "total": shown(Some(values[n]))}));
        }
    }
    json!({"series": lines})
}

fn weight(model: &Value, i: usize, touches: &[&&Row<'_>], conversion: &Row<'_>) -> f64 {
    let n = touches.len();
    let by_position = |first: f64, between: f64, last: f64| match (n, i) {
        (1, _) => 1.0,
        (2, 0) => first / (first + last),
        (2, _) => last / (first + last),
        (_, 0) => first / (first + between + last),
        (n, i) if i + 1 == n => last / (first + between + last),
        (n, _) => between / (first + between + last) / (n as f64 - 2.0),
    };
    let decayed = |row: &Row<'_>| 0.5f64.powf((conversion.event.time - row.event.time) as f64 / (7.0 * 86_400_000.0));
    match model.as_str() {
        Some("first") => f64::from(u8::from(i == 0)),
        Some("linear") => 1.0 / n as f64,
        Some("time_decay") => decayed(touches[i]) / touches.iter().map(|row| decayed(row)).sum::<f64>(),
        Some("u") => by_position(0.4, 0.2, 0.4),
        Some("j") => by_position(0.2, 0.2, 0.6),
        Some("inverse_j") => by_position(0.6, 0.2, 0.2),
        None if model.is_object() => by_position(model["first"].as_f64().unwrap(), model["between"].as_f64().unwrap(), model["last"].as_f64().unwrap()),
        _ => f64::from(u8::from(i + 1 == n)),
    }
}
