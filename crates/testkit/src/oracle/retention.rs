//! Who comes back: each birth, each period, each later event, one by one.

use super::{Row, Scene, distinct_keys, filter, same_key, shown};
use serde_json::{Value, json};

struct Birth {
    unit: usize,
    /// Returned in each column, and with what amount.
    returned: Vec<bool>,
    amounts: Vec<f64>,
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let question = scene.question;
    let unit = question["unit"].as_str().unwrap_or("day");
    let bounds = scene.calendar.units(scene.range.0, scene.range.1, unit);
    let rows = scene.existing();
    let everything: Vec<&Row<'_>> = scene.rows.iter().collect();
    let histories = scene.by_actor(&everything);
    let by_actor = scene.by_actor(&rows);
    let mut births: Vec<(Vec<Value>, Birth)> = Vec::new();
    let mut keys: Vec<Vec<Value>> = vec![Vec::new()];
    for (actor, own) in &by_actor {
        let mut select = question["birth"].clone();
        if question["first_time"] == true {
            select["first_time"] = json!(true);
        }
        let mut born: Vec<&Row<'_>> = scene.picked(own, &histories[actor], &select).into_iter().filter(|row| scene.in_range(row.event.time)).collect();
        let returns = scene.picked(own, &histories[actor], &question["return"]);
        // Of two births of one millisecond the one that is no return is the birth.
        born.sort_by_key(|row| (row.event.time, returns.iter().any(|one| std::ptr::eq(*one, *row))));
        if question["first_time"] == true || question["first_time"] == "in_range" {
            born.truncate(1);
        }
        let segments = distinct_keys(born.iter().flat_map(|row| scene.segments(row)));
        for key in std::iter::once(Vec::new()).chain(segments.iter().cloned()) {
            for u in 0..bounds.len() - 1 {
                let in_unit = |row: &&&Row<'_>| bounds[u] <= row.event.time && row.event.time < bounds[u + 1];
                let of_key = |row: &&&Row<'_>| key.is_empty() || scene.segments(row).iter().any(|one| same_key(one, &key));
                if let Some(birth) = born.iter().filter(in_unit).find(of_key) {
                    births.push((key.clone(), birth_of(scene, birth, u, &returns)));
                }
            }
        }
        keys.extend(segments);
    }
    let keys = distinct_keys(keys.into_iter());
    let mut cohorts = Vec::new();
    let mut average = Vec::new();
    let mut averages = Vec::new();
    for key in &keys {
        let mut sums: Vec<(f64, f64)> = Vec::new();
        let mut size_of_all = 0;
        for u in 0..bounds.len() - 1 {
            let mine: Vec<&Birth> = births.iter().filter(|(own, birth)| birth.unit == u && same_key(own, key)).map(|(_, birth)| birth).collect();
            let n_columns = columns(question).len();
            let returned: Vec<usize> = (0..n_columns).map(|k| mine.iter().filter(|birth| birth.returned[k]).count()).collect();
            let complete: Vec<bool> = (0..n_columns).map(|k| ends_at(scene, bounds[u], bounds[u + 1], columns(question)[k].1) <= scene.world.now_ms).collect();
            let mut cohort =
                json!({"start": scene.calendar.written(bounds[u]), "breakdown": key, "size": mine.len(), "returned": returned, "complete": complete});
            if let Some(measure) = question["measure"].as_object() {
                let amount = |k: usize| {
                    let sum: f64 = mine.iter().filter(|birth| birth.returned[k]).map(|birth| birth.amounts[k]).sum();
                    match measure.contains_key("average") {
                        true if returned[k] == 0 => None,
                        true => Some(sum / returned[k] as f64),
                        false => Some(sum),
                    }
                };
                cohort["amounts"] = (0..n_columns).map(|k| shown(amount(k))).collect();
            }
            sums.resize(n_columns, (0.0, 0.0));
            size_of_all += mine.len();
            for k in 0..n_columns {
                if complete[k] {
                    let weight = if question["average"] == "weighted" { mine.len() as f64 } else { 1.0 };
                    sums[k].0 += returned[k] as f64 * weight;
                    sums[k].1 += mine.len() as f64 * weight;
                }
            }
            cohorts.push(cohort);
        }
        let row: Vec<Value> = sums.iter().map(|(back, born)| if *born == 0.0 { Value::Null } else { json!(back / born) }).collect();
        if key.is_empty() {
            average = row;
        } else {
            averages.push(json!({"breakdown": key, "average": row, "size": size_of_all}));
        }
    }
    let mut answer = json!({"cohorts": cohorts, "average": average});
    if question.get("breakdown").is_some() {
        answer["averages"] = json!(averages);
    }
    answer
}

/// The first and last period of each column.
fn columns(question: &Value) -> Vec<(i64, i64)> {
    let sizes: Vec<i64> = match question["brackets"].as_array() {
        Some(sizes) => sizes.iter().map(|size| size.as_i64().unwrap()).collect(),
        None => vec![1; question["periods"].as_u64().unwrap_or(12) as usize + 1],
    };
    let mut from = 0;
    sizes
        .into_iter()
        .map(|size| {
            from += size;
            (from - size, from - 1)
        })
        .collect()
}

fn unit_ms(unit: &str) -> i64 {
    match unit {
        "hour" => 3_600_000,
        "day" => 86_400_000,
        "week" => 7 * 86_400_000,
        _ => 30 * 86_400_000,
    }
}

/// When everybody born in a unit has had the whole of a period.
fn ends_at(scene: &Scene<'_>, start: i64, end: i64, period: i64) -> i64 {
    let unit = scene.question["unit"].as_str().unwrap_or("day");
    if scene.question["alignment"] == "rolling" {
        return end + (period + 1) * unit_ms(unit);
    }
    (0..period).fold(scene.calendar.end(start, unit), |at, _| scene.calendar.end(at, unit))
}

/// In which period after a birth a time lies.
fn period_of(scene: &Scene<'_>, birth: i64, time: i64, most: i64) -> Option<i64> {
    let unit = scene.question["unit"].as_str().unwrap_or("day");
    if scene.question["alignment"] == "rolling" {
        return Some((time - birth) / unit_ms(unit));
    }
    let label = scene.calendar.label(time, unit);
    let mut at = birth;
    for k in 0..=most {
        if scene.calendar.label(at, unit) == label {
            return Some(k);
        }
        at = scene.calendar.end(at, unit);
    }
    None
}

fn birth_of(scene: &Scene<'_>, birth: &Row<'_>, unit: usize, returns: &[&Row<'_>]) -> Birth {
    let question = scene.question;
    let columns = columns(question);
    let most = columns[columns.len() - 1].1;
    let property = question["measure"].as_object().map(|measure| measure.values().next().unwrap().as_str().unwrap());
    let mut counts = vec![0.0; columns.len()];
    let mut amounts = vec![0.0; columns.len()];
    for row in returns {
        // The birth event is never its own return.
        if row.event.time < birth.event.time || std::ptr::eq(*row, birth) {
            continue;
        }
        let Some(period) = period_of(scene, birth.event.time, row.event.time, most) else { continue };
        for (k, (first, last)) in columns.iter().enumerate() {
            if (*first..=*last).contains(&period) {
                counts[k] += 1.0;
                amounts[k] += property.and_then(|property| row.event.properties.get(property)).and_then(Value::as_f64).unwrap_or(0.0);
            }
        }
    }
    let alone: Vec<bool> = counts.iter().map(|n| *n > 0.0 && question.get("return_count").is_none_or(|with| filter::compare(*n, with))).collect();
    let n = alone.len();
    let returned = match question["criterion"].as_str() {
        Some("on_or_after") => (0..n).map(|k| alone[k..].contains(&true)).collect(),
        Some("on_or_before") => (0..n).map(|k| alone[..=k].contains(&true)).collect(),
        // The birth stands for period 0.
        Some("streak") => (0..n).map(|k| if k == 0 { alone[0] } else { alone[1..=k].iter().all(|yes| *yes) }).collect(),
        _ => alone,
    };
    if question["criterion"] == "on_or_after" {
        amounts = (0..n).map(|k| amounts[k..].iter().sum()).collect();
    }
    if question["criterion"] == "on_or_before" {
        amounts = (0..n).map(|k| amounts[..=k].iter().sum()).collect();
    }
    Birth { unit, returned, amounts }
}
