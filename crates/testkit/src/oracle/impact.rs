//! Adopters and non-adopters, day by day and person by person.

use super::{Row, Scene, mean, shown};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One person on one side.
struct Seen {
    /// (relative day, how much) of every day on which they were there.
    days: Vec<(i64, f64)>,
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let n = scene.question["days"].as_i64().unwrap_or(15);
    let rows = scene.existing();
    let people = scene.by_actor(&rows);
    let any = json!({"event": null});
    let population = scene.question.get("population").unwrap_or(&any);
    let first = |own: &[&Row<'_>], selector: &Value| {
        let whole: Vec<&Row<'_>> = own.to_vec();
        scene.picked(own, &whole, selector).first().map(|row| row.event.time)
    };
    let until = {
        let mut end = scene.calendar.end(scene.range.1 - 1, "day");
        for _ in 0..n {
            end = scene.calendar.end(end, "day");
        }
        end
    };
    let launches: BTreeMap<&String, Option<i64>> =
        people.iter().map(|(who, own)| (who, first(own, &scene.question["launch"]).filter(|time| *time < until))).collect();
    let first_adoption = launches.values().flatten().copied().filter(|time| scene.in_range(*time)).min();
    let (mut adopters, mut others, mut earlier) = (Vec::new(), Vec::new(), 0);
    for (who, own) in &people {
        let Some(since) = first(own, population).filter(|time| *time < until) else { continue };
        let (side, zero) = match launches[who] {
            Some(time) if time < scene.range.0 => {
                earlier += 1;
                continue;
            }
            Some(time) if scene.in_range(time) => (&mut adopters, time),
            Some(_) => continue,
            None => match first_adoption {
                Some(time) => (&mut others, time),
                None => continue,
            },
        };
        let seen = there(scene, own, zero, since, n);
        if !seen.days.is_empty() {
            side.push(seen);
        }
    }
    let sums = |side: &[Seen]| -> Vec<(u64, f64)> {
        (-n..=n)
            .map(|day| {
                let amounts: Vec<f64> = side.iter().flat_map(|one| &one.days).filter(|(at, _)| *at == day).map(|(_, amount)| *amount).collect();
                (amounts.len() as u64, amounts.iter().sum())
            })
            .collect()
    };
    let (of_adopters, of_others) = (sums(&adopters), sums(&others));
    let rate = |(people, amount): (u64, f64)| (people > 0).then(|| amount / people as f64);
    let side = |day: (u64, f64)| json!({"people": day.0, "amount": day.1, "rate": shown(rate(day))});
    let days: Vec<Value> =
        (0..=2 * n as usize).map(|i| json!({"day": i as i64 - n, "adopters": side(of_adopters[i]), "non_adopters": side(of_others[i])})).collect();
    let means = |days: &[(u64, f64)]| mean(&days.iter().filter_map(|day| rate(*day)).collect::<Vec<_>>());
    let middle = n as usize;
    let (before, after) = (means(&of_adopters[..middle]), means(&of_adopters[middle + 1..]));
    let (others_before, others_after) = (means(&of_others[..middle]), means(&of_others[middle + 1..]));
    let changes = |side: &[Seen]| -> Vec<f64> { side.iter().filter_map(change).collect() };
    let (changed, others_changed) = (changes(&adopters), changes(&others));
    let effect = mean(&changed).zip(mean(&others_changed)).map(|(a, b)| a - b);
    let variance = |values: &[f64]| {
        let mean = mean(values)?;
        (values.len() > 1).then(|| values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0))
    };
    let error = variance(&changed).zip(variance(&others_changed)).map(|(a, b)| (a / changed.len() as f64 + b / others_changed.len() as f64).sqrt());
    let expected = match (before, others_before, others_after) {
        (Some(before), Some(others_before), Some(others_after)) if others_before != 0.0 => {
            Some(others_after * (1.0 + (before - others_before) / others_before))
        }
        _ => None,
    };
    let difference = expected.zip(after).map(|(expected, after)| after - expected);
    json!({
        "adopters": {"people": adopters.len(), "compared": changed.len(), "before": shown(before), "after": shown(after)},
        "non_adopters": {"people": others.len(), "compared": others_changed.len(), "before": shown(others_before), "after": shown(others_after)},
        "earlier_adopters": earlier,
        "days": days,
        "expected": shown(expected),
        "difference": shown(difference),
        "effect": shown(effect),
        "standard_error": shown(error),
        "enough": changed.len() >= 30 && others_changed.len() >= 30,
    })
}

fn there(scene: &Scene<'_>, own: &[&Row<'_>], zero: i64, since: i64, n: i64) -> Seen {
    let mut days = Vec::new();
    let mut start = scene.calendar.start(zero, "day");
    for _ in 0..n {
        start = scene.calendar.start(start - 1, "day");
    }
    for day in -n..=n {
        let end = scene.calendar.end(start, "day");
        if since < end && end <= scene.world.now_ms {
            let done: Vec<&&Row<'_>> =
                own.iter().filter(|row| (start..end).contains(&row.event.time) && scene.matches(row, &scene.question["metric"])).collect();
            let amount = match &scene.question["measure"] {
                Value::String(word) if word == "unique" => f64::from(u8::from(!done.is_empty())),
                Value::Object(measure) => {
                    let property = measure["sum"].as_str().unwrap();
                    done.iter().filter_map(|row| row.event.properties.get(property)?.as_f64()).sum()
                }
                _ => done.len() as f64,
            };
            days.push((day, amount));
        }
        start = end;
    }
    Seen { days }
}

fn change(one: &Seen) -> Option<f64> {
    let side = |after: bool| one.days.iter().filter(|(day, _)| if after { *day > 0 } else { *day < 0 }).map(|(_, amount)| *amount).collect::<Vec<_>>();
    Some(mean(&side(true))? - mean(&side(false))?)
}
