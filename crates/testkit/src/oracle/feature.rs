//! Each feature, counted person by person.

use super::{Row, Scene, mean, percentile, shown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let any = json!({"event": null});
    let population = scene.question.get("population").unwrap_or(&any);
    let unit = scene.question["unit"].as_str().unwrap_or("week");
    let n_periods = scene.question["periods"].as_i64().unwrap_or(4);
    let rows = scene.existing();
    let history = scene.rows.iter().collect::<Vec<_>>();
    let histories = scene.by_actor(&history);
    let people = scene.by_actor(&rows);
    let days_of = |rows: &[&Row<'_>]| rows.iter().map(|row| scene.calendar.start(row.event.time, "day")).collect::<BTreeSet<_>>().len();
    let active: BTreeMap<&String, usize> =
        people.iter().map(|(who, own)| (who, days_of(&inside(scene, scene.picked(own, &histories[who], population))))).filter(|(_, days)| *days > 0).collect();
    let most = (active.len() as f64 * scene.question["power_share"].as_f64().unwrap_or(0.1)).floor() as usize;
    let reaching = |least: usize| active.values().filter(|days| **days >= least).count();
    let least = active.values().copied().filter(|least| reaching(*least) <= most).min();
    let is_power = |who: &String| least.is_some_and(|least| active[who] >= least);
    let n_power = active.keys().filter(|who| is_power(who)).count();
    let features: Vec<Value> = scene.question["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|selector| {
            let mut uses: Vec<(&String, Vec<&Row<'_>>, Vec<&Row<'_>>)> = Vec::new();
            for who in active.keys() {
                let whole = scene.picked(&people[*who], &histories[*who], selector);
                let own = inside(scene, whole.clone());
                if !own.is_empty() {
                    uses.push((who, own, whole));
                }
            }
            let times: Vec<f64> = uses.iter().map(|one| one.1.len() as f64).collect();
            let days: Vec<f64> = uses.iter().map(|one| days_of(&one.1) as f64).collect();
            let retention: Vec<Value> = (1..=n_periods)
                .map(|k| {
                    let (mut eligible, mut returned) = (0, 0);
                    for (_, own, whole) in &uses {
                        let mut start = scene.calendar.start(own[0].event.time, unit);
                        for _ in 0..k {
                            start = scene.calendar.end(start, unit);
                        }
                        let end = scene.calendar.end(start, unit);
                        if end <= scene.world.now_ms {
                            eligible += 1;
                            returned += usize::from(whole.iter().any(|row| (start..end).contains(&row.event.time)));
                        }
                    }
                    json!({"period": k, "eligible": eligible, "returned": returned})
                })
                .collect();
            let power = uses.iter().filter(|one| is_power(one.0)).count();
            json!({
                "people": uses.len(),
                "adoption": shown((!active.is_empty()).then(|| uses.len() as f64 / active.len() as f64)),
                "uses": times.iter().sum::<f64>(),
                "mean_uses": shown(mean(&times)),
                "median_uses": shown(percentile(&times, 50.0)),
                "mean_days": shown(mean(&days)),
                "median_days": shown(percentile(&days, 50.0)),
                "retention": retention,
                "power_users": {"people": power},
                "others": {"people": uses.len() - power},
            })
        })
        .collect();
    json!({"people": active.len(), "power_users": {"people": n_power, "days_at_least": least}, "features": features})
}

fn inside<'s, 'w>(scene: &Scene<'_>, rows: Vec<&'s Row<'w>>) -> Vec<&'s Row<'w>> {
    rows.into_iter().filter(|row| scene.in_range(row.event.time)).collect()
}
