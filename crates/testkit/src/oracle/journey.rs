//! Paths: each session (or person) written out as a list of nodes, then cut.

use super::{Row, Scene, sessions};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let question = scene.question;
    let exists: Vec<&Row<'_>> = scene.existing().into_iter().filter(|row| scene.in_range(row.event.time)).collect();
    let is_walked = |row: &Row<'_>| question.get("select").is_none_or(|select| scene.passes(row, select));
    let mut counts: BTreeMap<Vec<String>, [u64; 4]> = BTreeMap::new();
    let mut walks: Vec<Walk> = Vec::new();
    for own in scene.by_actor(&exists).into_values() {
        let inside: Vec<&Row<'_>> = own.iter().copied().filter(|row| is_walked(row)).collect();
        let numbered: Vec<(&Row<'_>, usize)> =
            if question["over"] == "person" { inside.iter().map(|row| (*row, 0)).collect() } else { sessions::number(scene, &inside) };
        let n = numbered.iter().map(|(_, n)| n + 1).max().unwrap_or(0);
        let mut happened = vec![[false; 2]; n];
        for row in &own {
            let session = if is_walked(row) {
                numbered.iter().find(|(one, _)| std::ptr::eq(one.event, row.event)).map(|(_, n)| *n)
            } else {
                beside(scene, row, &numbered)
            };
            let Some(session) = session else { continue };
            happened[session][0] |= question.get("goal").is_some_and(|goal| scene.matches(row, goal));
            happened[session][1] |= row.event.name == "$friction" && row.event.properties.get("$signal") != Some(&json!("hesitation"));
        }
        for (session, happened) in happened.iter().enumerate() {
            let walk: Vec<&Row<'_>> = numbered.iter().filter(|(_, one)| *one == session).map(|(row, _)| *row).collect();
            let found = paths(scene, &walk);
            if !found.is_empty() {
                walks.push((nodes_of(scene, &walk).into_iter().map(|(node, _)| node).collect(), *happened));
            }
            for (path, ends) in found {
                let slot = counts.entry(path).or_default();
                let sums = [true, ends, happened[0], happened[1]];
                slot.iter_mut().zip(sums).for_each(|(sum, counts)| *sum += u64::from(counts));
            }
        }
    }
    let mut answer = json!({"count": counts.values().map(|one| one[0]).sum::<u64>()});
    let paths = counts.iter().map(|(path, [count, exits, conversions, with_friction])| {
        let path = json!({"nodes": path, "count": count, "exits": exits});
        with_outcomes(question, path, *conversions, *with_friction)
    });
    answer["paths"] = paths.collect();
    if question["nodes"] == true {
        let names: BTreeSet<&String> = walks.iter().flat_map(|(nodes, _)| nodes).collect();
        answer["distinct_nodes"] = json!(names.len());
        let mut nodes: Vec<Value> = names.into_iter().map(|name| node_json(question, name, &walks)).collect();
        nodes.sort_by_key(|node| std::cmp::Reverse((node["exits"].as_u64(), node["views"].as_u64())));
        answer["nodes"] = nodes.into();
    }
    if question["loops"] == true {
        answer["loops"] = loops_json(&walks);
    }
    answer
}

fn with_outcomes(question: &Value, mut of: Value, conversions: u64, with_friction: u64) -> Value {
    if question.get("goal").is_some() {
        of["conversions"] = json!(conversions);
    }
    if question["friction"] == true {
        of["with_friction"] = json!(with_friction);
    }
    of
}

/// The session of an event that is not walked over: of the walked event before it, else of the one behind, where the two go together.
fn beside(scene: &Scene<'_>, row: &Row<'_>, numbered: &[(&Row<'_>, usize)]) -> Option<usize> {
    let time = row.event.time;
    let together = |other: &Row<'_>| {
        scene.question["over"] == "person" || (other.event.session_id == row.event.session_id && (other.event.time - time).abs() <= sessions::timeout_ms(scene))
    };
    let before = numbered.iter().rfind(|(one, _)| one.event.time <= time);
    let after = numbered.iter().find(|(one, _)| one.event.time > time);
    before.filter(|(one, _)| together(one)).or_else(|| after.filter(|(one, _)| together(one))).map(|(_, n)| *n)
}

/// The nodes of a walk, and whether the goal was reached and friction met in it.
type Walk = (Vec<String>, [bool; 2]);

fn node_json(question: &Value, name: &str, walks: &[Walk]) -> Value {
    let with = |is: &dyn Fn(&Walk) -> bool| walks.iter().filter(|walk| is(walk)).count() as u64;
    let saw = |walk: &Walk| walk.0.iter().any(|node| node == name);
    let views: usize = walks.iter().map(|(nodes, _)| nodes.iter().filter(|node| *node == name).count()).sum();
    let node = json!({
        "node": name,
        "views": views,
        "sessions": with(&saw),
        "entries": with(&|walk| walk.0[0] == name),
        "exits": with(&|walk| walk.0[walk.0.len() - 1] == name),
        "bounces": with(&|walk| walk.0.len() == 1 && walk.0[0] == name),
    });
    with_outcomes(question, node, with(&|walk| saw(walk) && walk.1[0]), with(&|walk| saw(walk) && walk.1[1]))
}

fn loops_json(walks: &[Walk]) -> Value {
    let mut pairs: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    let mut at_least = [0u64; 5];
    for (nodes, _) in walks {
        let mut own: BTreeMap<(String, String), u64> = BTreeMap::new();
        for i in 2..nodes.len() {
            if nodes[i] == nodes[i - 2] && nodes[i] != nodes[i - 1] {
                *own.entry((nodes[i].clone(), nodes[i - 1].clone())).or_default() += 1;
            }
        }
        for (n, sum) in at_least.iter_mut().enumerate() {
            *sum += u64::from(own.values().any(|count| *count as usize > n));
        }
        for (pair, count) in own {
            let sum = pairs.entry(pair).or_default();
            *sum = (sum.0 + count, sum.1 + 1);
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let pairs: Vec<Value> =
        pairs.iter().map(|((node, through), (count, sessions))| json!({"node": node, "through": through, "count": count, "sessions": sessions})).collect();
    json!({"pairs": pairs, "at_least": at_least})
}

fn name_of(scene: &Scene<'_>, row: &Row<'_>) -> Option<String> {
    let node = match scene.question["node"].as_str() {
        Some("page") => {
            let url = row.event.properties.get("$current_url")?.as_str()?;
            let mut page = url.split(['?', '#']).next().unwrap().to_owned();
            while page.ends_with('/') {
                page.pop();
            }
            if page.is_empty() { "/".to_owned() } else { page }
        }
        Some("page_group") => group_of(row)?,
        _ => row.event.name.clone(),
    };
    let hidden = scene.question["hide"].as_array().into_iter().flatten().any(|name| *name == *node);
    (!hidden).then_some(node)
}

/// By the rules that tests ask with: `/a` and what lies below it is "Section A"; all else goes by its path.
fn group_of(row: &Row<'_>) -> Option<String> {
    let set = |name: &str| row.event.properties.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let address = set("$current_url").or_else(|| set("$page"))?;
    let path = address.trim_start_matches("https://x.example").split(['?', '#']).next().unwrap().trim_end_matches('/');
    Some(match path {
        "" => "/".to_owned(),
        "/a" => "Section A".to_owned(),
        path if path.starts_with("/a/") => "Section A".to_owned(),
        path => path.to_owned(),
    })
}

/// The nodes of a walk, in order of time, with whether each is the anchor.
fn nodes_of(scene: &Scene<'_>, walk: &[&Row<'_>]) -> Vec<(String, bool)> {
    let question = scene.question;
    let mut nodes: Vec<(String, bool)> = Vec::new();
    let anchor = question.get("anchor");
    for row in walk {
        let Some(name) = name_of(scene, row) else { continue };
        let is_anchor = anchor.is_some_and(|anchor| anchor.get("select").map_or_else(|| anchor["node"] == *name, |select| scene.matches(row, select)));
        match nodes.last_mut() {
            Some((last, was)) if *last == name && question["collapse_repeats"] != false => *was |= is_anchor,
            _ => nodes.push((name, is_anchor)),
        }
    }
    nodes
}

/// The paths of one walk, in walking order of the question's direction, with whether each ends where the walk does.
fn paths(scene: &Scene<'_>, walk: &[&Row<'_>]) -> Vec<(Vec<String>, bool)> {
    let question = scene.question;
    let mut nodes = nodes_of(scene, walk);
    let anchor = question.get("anchor");
    let reverse = question["direction"] == "reverse";
    if reverse {
        nodes.reverse();
    }
    let marked: Vec<usize> = (0..nodes.len()).filter(|i| nodes[*i].1).collect();
    let starts: Vec<usize> = match anchor.map(|anchor| anchor["occurrence"].as_str().unwrap_or("first")) {
        None => (0..nodes.len().min(1)).collect(),
        Some("each") => marked,
        // First and last in time, whichever way is walked.
        Some("first") => {
            if reverse {
                marked.last().copied().into_iter().collect()
            } else {
                marked.first().copied().into_iter().collect()
            }
        }
        Some("last") => {
            if reverse {
                marked.first().copied().into_iter().collect()
            } else {
                marked.last().copied().into_iter().collect()
            }
        }
        Some(_) => marked.into_iter().filter(|i| *i == 0).collect(),
    };
    let depth = question["depth"].as_u64().unwrap_or(5) as usize;
    let mut found = Vec::new();
    for start in starts {
        let mut path: Vec<String> = nodes[start..].iter().map(|(name, _)| name.clone()).collect();
        if let Some(until) = question["until"]["node"].as_str() {
            let Some(at) = path.iter().position(|name| name == until) else { continue };
            path.truncate(at + 1);
        }
        let ends = path.len() <= depth;
        path.truncate(depth);
        found.push((path, ends));
    }
    found
}
