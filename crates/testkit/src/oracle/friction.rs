//! Friction, page view by page view: the table of px.md 2.4 read row by row.

use super::{Row, Scene, distinct_keys, percentile, same_key, sessions, shown};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Factor, points for each, how many count, and the factor that counts before it towards the same cap.
const TABLE: [(&str, f64, f64, Option<&str>); 21] = [
    ("rage_click", 4.0, 4.0, None),
    ("error_click", 4.0, 3.0, None),
    ("failed_request", 3.0, 3.0, None),
    ("js_error", 2.0, 3.0, None),
    ("dead_click", 1.0, 5.0, None),
    ("dead_click_on_control", 2.0, 5.0, None),
    ("slow_click", 0.5, 4.0, Some("very_slow_click")),
    ("very_slow_click", 1.5, 4.0, None),
    ("repeated_clicks", 1.5, 3.0, None),
    ("reload_burst", 2.0, 2.0, None),
    ("u_turn", 1.5, 3.0, None),
    ("back_and_forth", 2.0, 3.0, Some("loop")),
    ("loop", 2.0, 3.0, None),
    ("scroll_bounce", 1.5, 2.0, None),
    ("thrashed_cursor", 1.0, 3.0, None),
    ("form_refill", 1.5, 3.0, None),
    ("validation_error", 1.0, 4.0, None),
    ("submit_retry", 2.0, 2.0, None),
    ("form_abandon", 2.0, 2.0, None),
    ("slow_page", 1.5, 1.0, None),
    ("zoom_burst", 0.0, 3.0, None),
];

struct View<'s, 'w> {
    actor: Option<String>,
    session: usize,
    first: &'s Row<'w>,
    page: Option<String>,
    /// By factor: how often, and the points of all of them.
    factors: BTreeMap<String, (f64, f64)>,
    /// Selector, and points, of each signal with an element.
    elements: Vec<(String, f64)>,
    active_ms: f64,
}

impl View<'_, '_> {
    fn points(&self) -> f64 {
        self.factors.values().map(|(_, points)| points).sum()
    }

    fn score(&self) -> f64 {
        (100.0 * (1.0 - (-self.points() / 10.0).exp())).round()
    }
}

/// Rows with their sessions.
type Members<'s, 'w> = Vec<(&'s Row<'w>, usize)>;

fn text(row: &Row<'_>, name: &str) -> Option<String> {
    match row.event.properties.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

fn amount(row: &Row<'_>, name: &str) -> Option<f64> {
    row.event.properties.get(name)?.as_f64()
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let goal = scene.question.get("goal").cloned();
    let rows: Vec<&Row<'_>> = scene
        .existing()
        .into_iter()
        .filter(|row| scene.in_range(row.event.time))
        .filter(|row| ["$page_summary", "$friction"].contains(&row.event.name.as_str()) || goal.as_ref().is_some_and(|goal| scene.matches(row, goal)))
        .collect();
    let mut views: Vec<View<'_, '_>> = Vec::new();
    let mut reached: BTreeSet<(String, usize)> = BTreeSet::new();
    for (actor, own) in sessions::of_everybody(scene, &rows) {
        for (row, session) in &own {
            if goal.as_ref().is_some_and(|goal| scene.matches(row, goal)) {
                reached.insert((actor.clone(), *session));
            }
        }
        views.extend(page_views(scene, Some(&actor), &own));
    }
    let nobody: Vec<(&Row<'_>, usize)> = rows.iter().filter(|row| scene.actors(row).is_empty()).map(|row| (*row, 0)).collect();
    if scene.question["actor"].is_null() || scene.question["actor"] == "person" {
        views.extend(page_views(scene, None, &nobody));
    }

    let all: Vec<&View<'_, '_>> = views.iter().collect();
    let total: f64 = all.iter().map(|view| view.points()).sum();
    let share = |points: f64| shown((total > 0.0).then(|| points / total));
    let mut answer = line(&all);
    let unit = scene.question["interval"].as_str().unwrap_or("day");
    let mut starts = scene.calendar.units(scene.range.0, scene.range.1, unit);
    starts.pop();
    answer["intervals"] = starts
        .into_iter()
        .map(|start| {
            let own: Vec<&View<'_, '_>> = all.iter().copied().filter(|view| scene.calendar.start(view.first.event.time, unit) == start).collect();
            let mut row = line(&own);
            row["start"] = json!(scene.calendar.written(start));
            row["factors"] = by_factor(&own);
            row
        })
        .collect();
    let mut factors: Vec<(f64, usize, Value)> = Vec::new();
    for (rank, (factor, ..)) in TABLE.iter().enumerate() {
        let own: Vec<&View<'_, '_>> = all.iter().copied().filter(|view| view.factors.contains_key(*factor)).collect();
        if own.is_empty() {
            continue;
        }
        let (times, points) = own.iter().fold((0.0, 0.0), |sum, view| (sum.0 + view.factors[*factor].0, sum.1 + view.factors[*factor].1));
        let (people, sessions) = who(&own);
        factors.push((
            points,
            rank,
            json!({"factor": factor, "points": shown(Some(points)), "share": share(points), "times": shown(Some(times)),
            "page_views": own.len(), "people": people, "sessions": sessions}),
        ));
    }
    factors.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    answer["factors"] = factors.into_iter().map(|one| one.2).collect();
    let pages: BTreeSet<&String> = all.iter().filter_map(|view| view.page.as_ref()).collect();
    let mut rows: Vec<(f64, Value)> = Vec::new();
    for page in pages {
        let own: Vec<&View<'_, '_>> = all.iter().copied().filter(|view| view.page.as_ref() == Some(page)).collect();
        let points: f64 = own.iter().map(|view| view.points()).sum();
        if points > 0.0 {
            let mut row = line(&own);
            row["page"] = json!(page);
            row["share"] = share(points);
            row["factors"] = by_factor(&own);
            rows.push((points, row));
        }
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1["page"].as_str().cmp(&b.1["page"].as_str())));
    answer["pages"] = rows.into_iter().map(|one| one.1).collect();
    answer["elements"] = elements(&all);
    if goal.is_some() {
        answer["conversion"] = conversion(&all, &reached);
    }
    if scene.question.get("breakdown").is_some() {
        let keys = distinct_keys(all.iter().flat_map(|view| scene.segments(view.first)));
        answer["groups"] = keys
            .iter()
            .map(|key| {
                let own: Vec<&View<'_, '_>> = all.iter().copied().filter(|view| scene.segments(view.first).iter().any(|one| same_key(one, key))).collect();
                let mut row = line(&own);
                row["breakdown"] = json!(key);
                row
            })
            .collect();
    }
    answer
}

fn page_views<'s, 'w>(scene: &Scene<'w>, actor: Option<&String>, own: &[(&'s Row<'w>, usize)]) -> Vec<View<'s, 'w>> {
    let mut grouped: Vec<(Option<String>, Members<'s, 'w>)> = Vec::new();
    for (row, session) in own.iter().filter(|(row, _)| ["$page_summary", "$friction"].contains(&row.event.name.as_str())) {
        let id = text(row, "$page_view_id");
        match grouped.iter_mut().find(|(one, _)| id.is_some() && *one == id) {
            Some((_, members)) => members.push((row, *session)),
            None => grouped.push((id, vec![(row, *session)])),
        }
    }
    grouped.into_iter().map(|(_, members)| page_view(scene, actor.cloned(), &members)).collect()
}

fn page_view<'s, 'w>(scene: &Scene<'_>, actor: Option<String>, members: &[(&'s Row<'w>, usize)]) -> View<'s, 'w> {
    let is_summary = |row: &&&Row<'_>| row.event.name == "$page_summary";
    let rows: Vec<&'s Row<'w>> = members.iter().map(|(row, _)| *row).collect();
    let summaries: Vec<&&Row<'_>> = rows.iter().filter(is_summary).collect();
    let signs: Vec<&'s Row<'w>> = rows.iter().copied().filter(|row| row.event.name == "$friction").collect();
    let mut counted: BTreeMap<String, f64> = BTreeMap::new();
    for row in &summaries {
        if let Some(Value::Object(counts)) = row.event.properties.get("signals") {
            for (name, n) in counts {
                if let Some(n) = n.as_f64().filter(|n| *n > 0.0) {
                    *counted.entry(name.clone()).or_default() += n.floor();
                }
            }
        }
    }
    let mut times: BTreeMap<String, f64> = BTreeMap::new();
    let mut told: BTreeMap<String, f64> = BTreeMap::new();
    let mut counting: Vec<(Option<String>, String, f64)> = Vec::new();
    for sign in &signs {
        let Some(signal) = text(sign, "$signal") else { continue };
        if !TABLE.iter().any(|row| row.0 == signal) || signal == "very_slow_click" || signal == "dead_click_on_control" {
            continue;
        }
        *told.entry(signal.clone()).or_default() += 1.0;
        if is_part_of_another(sign, &signal, &signs) {
            continue;
        }
        let severity = amount(sign, "$severity").unwrap_or(1.0);
        let (factor, n) = match signal.as_str() {
            "dead_click" if sign.event.properties.get("$looks_clickable") == Some(&json!(true)) => ("dead_click_on_control", 1.0),
            "slow_click" if severity >= 2.0 => ("very_slow_click", 1.0),
            "slow_page" => ("slow_page", severity.clamp(0.0, 1.0)),
            other => (other, 1.0),
        };
        *times.entry(factor.to_owned()).or_default() += n;
        counting.push((text(sign, "$selector"), factor.to_owned(), n));
    }
    for (name, n) in &counted {
        let known = TABLE.iter().any(|row| row.0 == name) && name != "very_slow_click" && name != "dead_click_on_control";
        let beyond = n - told.get(name).copied().unwrap_or(0.0);
        if known && beyond > 0.0 {
            *times.entry(name.clone()).or_default() += beyond;
        }
    }
    times.retain(|_, n| *n > 0.0);
    let weight = |name: &str| {
        let row = TABLE.iter().find(|row| row.0 == name).unwrap();
        let own = &scene.question["weights"][name];
        (own["points"].as_f64().unwrap_or(row.1), own["cap"].as_f64().unwrap_or(row.2), row.3)
    };
    let mut factors: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for (name, n) in &times {
        let (points, mut cap, before) = weight(name);
        if let Some(before) = before {
            let n_before = times.get(before).copied().unwrap_or(0.0).min(weight(before).1);
            cap = (cap - n_before).max(0.0);
        }
        factors.insert(name.clone(), (*n, points * n.min(cap)));
    }
    let elements = counting.into_iter().filter_map(|(selector, factor, n)| {
        let (times, points) = factors.get(&factor).copied().unwrap_or_default();
        // Points are kept to a millionth.
        Some((selector?, if times > 0.0 { (points / times * n * 1e6).round() / 1e6 } else { 0.0 }))
    });
    View {
        actor,
        session: members[0].1,
        first: members[0].0,
        page: summaries.iter().find_map(|row| text(row, "$page")).or_else(|| text(members[0].0, "$page")),
        elements: elements.collect(),
        active_ms: summaries.iter().filter_map(|row| amount(row, "$active_ms")).map(|ms| ms.max(0.0).floor()).sum(),
        factors,
    }
}

fn is_part_of_another(sign: &Row<'_>, signal: &str, all: &[&Row<'_>]) -> bool {
    let within = |other: &str, field: &str, ms: &dyn Fn(&Row<'_>) -> f64| {
        all.iter().any(|one| {
            let after = (sign.event.time - one.event.time) as f64;
            text(one, "$signal").as_deref() == Some(other)
                && text(sign, field).is_some()
                && text(sign, field) == text(one, field)
                && after >= 0.0
                && after <= ms(one)
        })
    };
    if sign.event.properties.get("$in_rage") == Some(&json!(true)) {
        return true;
    }
    match signal {
        "dead_click" => within("rage_click", "$selector", &|one| amount(one, "$duration_ms").unwrap_or(0.0)),
        "js_error" => within("error_click", "$fingerprint", &|_| 1000.0),
        "failed_request" => within("error_click", "$url", &|_| 10_500.0),
        _ => false,
    }
}

/// People and sessions.
fn who(views: &[&View<'_, '_>]) -> (usize, usize) {
    let people: BTreeSet<&String> = views.iter().filter_map(|view| view.actor.as_ref()).collect();
    let sessions: BTreeSet<(&String, usize)> = views.iter().filter_map(|view| Some((view.actor.as_ref()?, view.session))).collect();
    (people.len(), sessions.len())
}

fn session_scores(views: &[&View<'_, '_>]) -> BTreeMap<(String, usize), f64> {
    let mut points: BTreeMap<(String, usize), f64> = BTreeMap::new();
    for view in views {
        if let Some(actor) = &view.actor {
            *points.entry((actor.clone(), view.session)).or_default() += view.points();
        }
    }
    points.into_iter().map(|(session, points)| (session, (100.0 * (1.0 - (-points / 15.0).exp())).round())).collect()
}

fn by_factor(views: &[&View<'_, '_>]) -> Value {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for (factor, (_, points)) in views.iter().flat_map(|view| &view.factors) {
        *sums.entry(factor.clone()).or_default() += points;
    }
    sums.into_iter().filter(|(_, points)| *points > 0.0).map(|(factor, points)| (factor, shown(Some(points)))).collect::<Map<_, _>>().into()
}

fn tiers(scores: &[f64]) -> Value {
    let between = |low: f64, high: f64| scores.iter().filter(|score| (low..high).contains(*score)).count();
    json!({"none": between(0.0, 1.0), "low": between(1.0, 30.0), "medium": between(30.0, 60.0), "high": between(60.0, 101.0)})
}

fn line(views: &[&View<'_, '_>]) -> Value {
    let scores: Vec<f64> = views.iter().map(|view| view.score()).collect();
    let session_scores: Vec<f64> = session_scores(views).into_values().collect();
    let points: f64 = views.iter().map(|view| view.points()).sum();
    let minutes: f64 = views.iter().map(|view| view.active_ms).sum::<f64>() / 60_000.0;
    let mean = |of: &[f64]| (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64);
    let n_high = |of: &[f64]| of.iter().filter(|score| **score >= 60.0).count();
    let share = |of: &[f64]| (!of.is_empty()).then(|| n_high(of) as f64 / of.len() as f64);
    let (people, sessions) = who(views);
    json!({
        "page_views": views.len(), "people": people, "sessions": sessions, "points": shown(Some(points)),
        "points_per_active_minute": shown((minutes > 0.0).then(|| points / minutes)),
        "mean": shown(mean(&scores)), "p99": shown(percentile(&scores, 99.0)), "high": n_high(&scores), "share_high": shown(share(&scores)), "tiers": tiers(&scores),
        "session_mean": shown(mean(&session_scores)), "sessions_high": n_high(&session_scores), "share_sessions_high": shown(share(&session_scores)),
        "session_tiers": tiers(&session_scores),
    })
}

fn elements(views: &[&View<'_, '_>]) -> Value {
    let keys: BTreeSet<(Option<&String>, &String)> =
        views.iter().flat_map(|view| view.elements.iter().map(|(selector, _)| (view.page.as_ref(), selector))).collect();
    let mut rows: Vec<(f64, usize, Value)> = Vec::new();
    for (page, selector) in keys {
        let own: Vec<&View<'_, '_>> =
            views.iter().copied().filter(|view| view.page.as_ref() == page && view.elements.iter().any(|(one, _)| one == selector)).collect();
        let all: Vec<f64> = own.iter().flat_map(|view| view.elements.iter().filter(|(one, _)| one == selector).map(|(_, points)| *points)).collect();
        let points: f64 = all.iter().sum();
        let (people, sessions) = who(&own);
        rows.push((
            points,
            all.len(),
            json!({"page": page, "selector": selector, "points": shown(Some(points)), "times": all.len(),
            "page_views": own.len(), "people": people, "sessions": sessions}),
        ));
    }
    let rounded = |points: f64| (points * 1e6).round() as i64;
    let named = |row: &Value, name: &str| row[name].as_str().map(str::to_owned);
    rows.sort_by_key(|(points, times, row)| (std::cmp::Reverse(rounded(*points)), std::cmp::Reverse(*times), named(row, "page"), named(row, "selector")));
    rows.into_iter().map(|one| one.2).collect()
}

fn conversion(views: &[&View<'_, '_>], reached: &BTreeSet<(String, usize)>) -> Value {
    let scores = session_scores(views);
    let side = |with: bool| {
        let own: Vec<&(String, usize)> = scores.iter().filter(|(_, score)| (**score >= 30.0) == with).map(|(session, _)| session).collect();
        let n_reached = own.iter().filter(|session| reached.contains(**session)).count();
        json!({"sessions": own.len(), "reached": n_reached, "rate": shown((!own.is_empty()).then(|| n_reached as f64 / own.len() as f64))})
    };
    json!({"with": side(true), "without": side(false)})
}
