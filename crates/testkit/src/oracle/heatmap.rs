//! Heatmaps, page view by page view and element by element, from the lists as they were sent.

use super::{Row, Scene, sessions, shown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

struct View<'s, 'w> {
    actor: Option<String>,
    session: usize,
    summaries: Vec<&'s Row<'w>>,
    signs: Vec<&'s Row<'w>>,
}

/// One element of one page view.
#[derive(Clone, Debug, Default)]
struct Seen {
    exposed_ms: f64,
    clicks: f64,
    first: Option<(f64, Option<f64>)>,
    hover_ms: f64,
    rage: bool,
    dead: bool,
}

fn amount(row: &Row<'_>, name: &str) -> f64 {
    row.event.properties.get(name).and_then(Value::as_f64).unwrap_or(0.0)
}

fn list(row: &Row<'_>, name: &str) -> Vec<Value> {
    let list = row.event.properties.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    // One element that is not in the tag's form spoils the list.
    if ["elements", "clicks"].contains(&name) && list.iter().any(|one| !one["sel"].is_string()) { Vec::new() } else { list }
}

fn is_on_page(scene: &Scene<'_>, row: &Row<'_>) -> bool {
    match scene.question["page"].as_str() {
        Some(page) => row.event.properties.get("$page") == Some(&json!(page)),
        None => scene.passes(row, &scene.question["pages"]),
    }
}

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let goal = scene.question.get("goal").cloned();
    let is_goal = |row: &Row<'_>| goal.as_ref().is_some_and(|goal| scene.matches(row, goal));
    let of_page = |row: &Row<'_>| ["$page_summary", "$friction"].contains(&row.event.name.as_str()) && is_on_page(scene, row);
    let rows: Vec<&Row<'_>> = scene.existing().into_iter().filter(|row| scene.in_range(row.event.time) && (of_page(row) || is_goal(row))).collect();
    let mut goals: Vec<(String, usize, i64)> = Vec::new();
    let mut views: Vec<View<'_, '_>> = Vec::new();
    for (actor, own) in sessions::of_everybody(scene, &rows) {
        goals.extend(own.iter().filter(|(row, _)| is_goal(row)).map(|(row, session)| (actor.clone(), *session, row.event.time)));
        let own: Vec<(&Row<'_>, usize)> = own.into_iter().filter(|(row, _)| of_page(row)).collect();
        views.extend(page_views(Some(&actor), &own));
    }
    if scene.question["actor"].is_null() || scene.question["actor"] == "person" {
        let nobody: Vec<(&Row<'_>, usize)> = rows.iter().filter(|row| scene.actors(row).is_empty() && of_page(row)).map(|row| (*row, 0)).collect();
        views.extend(page_views(None, &nobody));
    }
    if let Some(device) = scene.question["device"].as_str() {
        views.retain(|view| {
            let width = view.summaries.iter().map(|row| amount(row, "$view_width")).find(|width| *width > 0.0);
            let is = match width {
                None => "",
                Some(width) if width < 768.0 => "mobile",
                Some(width) if width < 1024.0 => "tablet",
                Some(_) => "desktop",
            };
            is == device
        });
    }
    let measured: Vec<&View<'_, '_>> = views.iter().filter(|view| view.summaries.iter().any(|row| amount(row, "$doc_height") > 0.0)).collect();
    let reach: Vec<Value> = (1..=20)
        .map(|step| {
            let least = f64::from(step) * 0.05 - 1e-9;
            let n = measured.iter().filter(|view| view.summaries.iter().any(|row| amount(row, "$depth") >= least)).count();
            json!({"page_views": n, "share": shown((!measured.is_empty()).then(|| n as f64 / measured.len() as f64))})
        })
        .collect();
    let all_summaries: Vec<&Row<'_>> = views.iter().flat_map(|view| view.summaries.clone()).collect();
    let clicks: f64 = all_summaries.iter().map(|row| amount(row, "$n_clicks")).sum();
    let attention: Vec<Value> = (0..20)
        .map(|band| {
            let ms: f64 = all_summaries.iter().map(|row| list(row, "bands_ms").get(band).and_then(Value::as_f64).unwrap_or(0.0)).sum();
            shown((!measured.is_empty()).then(|| ms / measured.len() as f64))
        })
        .collect();
    let people: BTreeSet<&String> = views.iter().filter_map(|view| view.actor.as_ref()).collect();
    let session_keys: BTreeSet<(&String, usize)> = views.iter().filter_map(|view| Some((view.actor.as_ref()?, view.session))).collect();
    let n_sessions = session_keys.len();

    let of_views: Vec<(&View<'_, '_>, BTreeMap<String, Seen>)> = views.iter().map(|view| (view, elements(view))).collect();
    let names: BTreeSet<&String> = of_views.iter().flat_map(|(_, elements)| elements.keys()).collect();
    let scale = Scale { n: views.len(), n_sessions, clicks, goals: &goals };
    let mut rows: Vec<(f64, usize, Value)> = Vec::new();
    for name in names {
        let own: Vec<(&View<'_, '_>, Seen)> = of_views.iter().filter_map(|(view, elements)| Some((*view, elements.get(name)?.clone()))).collect();
        let mut row = metrics(&own, &scale, goal.is_some());
        row["selector"] = json!(name);
        rows.push((own.iter().map(|(_, seen)| seen.clicks).sum(), own.iter().filter(|(_, seen)| seen.exposed_ms > 0.0).count(), row));
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then_with(|| a.2["selector"].as_str().cmp(&b.2["selector"].as_str())));
    let zones: Vec<Value> = scene.question["zones"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|zone| {
            let selectors: Vec<&str> = zone["selector"]
                .as_array()
                .map_or_else(|| vec![zone["selector"].as_str().unwrap()], |list| list.iter().map(|one| one.as_str().unwrap()).collect());
            let is_in =
                |name: &String| selectors.iter().any(|one| name == one || name.starts_with(&format!("{one} > ")) || name.starts_with(&format!("{one} >>> ")));
            let own: Vec<(&View<'_, '_>, Seen)> = of_views
                .iter()
                .filter(|(_, elements)| elements.keys().any(is_in))
                .map(|(view, elements)| (*view, elements.iter().filter(|(name, _)| is_in(name)).fold(Seen::default(), |joined, (_, seen)| join(joined, seen))))
                .collect();
            let mut row = metrics(&own, &scale, goal.is_some());
            row["name"] = zone["name"].clone();
            row
        })
        .collect();
    json!({
        "page_views": views.len(), "sessions": n_sessions, "people": people.len(), "measured": measured.len(), "clicks": clicks,
        "reach": reach, "attention_ms": attention, "elements": rows.into_iter().map(|one| one.2).collect::<Vec<_>>(), "zones": zones,
    })
}

fn page_views<'s, 'w>(actor: Option<&String>, own: &[(&'s Row<'w>, usize)]) -> Vec<View<'s, 'w>> {
    let mut grouped: Vec<(Option<String>, View<'s, 'w>)> = Vec::new();
    for (row, session) in own {
        let id = row.event.properties.get("$page_view_id").filter(|id| !id.is_null()).map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
        let at = match grouped.iter().position(|(one, _)| id.is_some() && *one == id) {
            Some(at) => at,
            None => {
                grouped.push((id, View { actor: actor.cloned(), session: *session, summaries: Vec::new(), signs: Vec::new() }));
                grouped.len() - 1
            }
        };
        if row.event.name == "$page_summary" { grouped[at].1.summaries.push(row) } else { grouped[at].1.signs.push(row) }
    }
    grouped.into_iter().map(|(_, view)| view).filter(|view| !view.summaries.is_empty()).collect()
}

fn elements(view: &View<'_, '_>) -> BTreeMap<String, Seen> {
    let mut elements: BTreeMap<String, Seen> = BTreeMap::new();
    for one in view.summaries.iter().flat_map(|row| list(row, "elements")) {
        let seen = elements.entry(one["sel"].as_str().unwrap().to_owned()).or_default();
        seen.exposed_ms += one["exposed_ms"].as_f64().unwrap_or(0.0);
        seen.hover_ms += one["hover_ms"].as_f64().unwrap_or(0.0);
        seen.clicks += one["clicks"].as_f64().unwrap_or(0.0);
        if let Some(first) = one["first_click_ms"].as_f64()
            && seen.first.is_none_or(|own| first < own.0)
        {
            seen.first = Some((first, one["hesitation_ms"].as_f64()));
        }
    }
    for sign in &view.signs {
        let property = |name: &str| sign.event.properties.get(name).and_then(Value::as_str);
        let signal = property("$signal");
        if let (Some("rage_click" | "dead_click"), Some(selector)) = (signal, property("$selector")) {
            let seen = elements.entry(selector.to_owned()).or_default();
            seen.rage |= signal == Some("rage_click");
            seen.dead |= signal == Some("dead_click");
        }
    }
    elements
}

fn join(zone: Seen, seen: &Seen) -> Seen {
    let first = match (zone.first, seen.first) {
        (Some(a), Some(b)) => Some(if b.0 < a.0 { b } else { a }),
        (a, b) => a.or(b),
    };
    Seen {
        exposed_ms: zone.exposed_ms.max(seen.exposed_ms),
        clicks: zone.clicks + seen.clicks,
        first,
        hover_ms: zone.hover_ms.max(seen.hover_ms),
        rage: zone.rage || seen.rage,
        dead: zone.dead || seen.dead,
    }
}

struct Scale<'a> {
    n: usize,
    n_sessions: usize,
    clicks: f64,
    goals: &'a [(String, usize, i64)],
}

fn metrics(own: &[(&View<'_, '_>, Seen)], scale: &Scale<'_>, has_goal: bool) -> Value {
    let count = |is: &dyn Fn(&Seen) -> bool| own.iter().filter(|(_, seen)| is(seen)).count();
    let share = |part: f64, whole: f64| shown((whole > 0.0).then(|| part / whole));
    let n = scale.n as f64;
    let (exposed, clicked) = (count(&|seen| seen.exposed_ms > 0.0), count(&|seen| seen.clicks > 0.0));
    let both = count(&|seen| seen.exposed_ms > 0.0 && seen.clicks > 0.0);
    let hovered = count(&|seen| seen.hover_ms >= 200.0);
    let clicks: f64 = own.iter().map(|(_, seen)| seen.clicks).sum();
    let exposed_ms: f64 = own.iter().map(|(_, seen)| seen.exposed_ms).sum();
    let hover_ms: f64 = own.iter().filter(|(_, seen)| seen.hover_ms >= 200.0).map(|(_, seen)| seen.hover_ms).sum();
    let sessions: BTreeSet<(&String, usize)> =
        own.iter().filter(|(_, seen)| seen.clicks > 0.0).filter_map(|(view, _)| Some((view.actor.as_ref()?, view.session))).collect();
    let people: BTreeSet<&String> = sessions.iter().map(|(actor, _)| *actor).collect();
    let converted: BTreeSet<&String> = own
        .iter()
        .filter(|(_, seen)| seen.clicks > 0.0)
        .filter_map(|(view, seen)| {
            let began = view.summaries.iter().map(|row| row.event.time - amount(row, "$elapsed_ms") as i64).min()?;
            let clicked = began + seen.first?.0 as i64;
            let actor = view.actor.as_ref()?;
            scale.goals.iter().any(|(who, session, time)| who == actor && *session == view.session && *time >= clicked).then_some(actor)
        })
        .collect();
    let mut row = json!({
        "exposed_page_views": exposed, "exposure_rate": share(exposed as f64, n), "exposure_ms": share(exposed_ms, exposed as f64),
        "clicks": clicks, "clicked_page_views": clicked, "click_rate": share(clicked as f64, n), "click_share": share(clicks, scale.clicks),
        "click_rate_of_sessions": share(sessions.len() as f64, scale.n_sessions as f64),
        "recurrence": share(clicks, clicked as f64), "attractiveness": share(both as f64, exposed as f64),
        "hovered_page_views": hovered, "hover_ms": share(hover_ms, hovered as f64),
        "rage_page_views": count(&|seen| seen.rage), "dead_page_views": count(&|seen| seen.dead),
        "clicked_sessions": sessions.len(), "clicked_people": people.len(), "enough": scale.n >= 100, "enough_clicks": clicked >= 30,
    });
    if has_goal {
        row["converted_people"] = json!(converted.len());
        row["conversion_per_click"] = share(converted.len() as f64, people.len() as f64);
    }
    row
}
