//! Paths: each session (or person) written out as a list of nodes, then cut.

use super::{Row, Scene, sessions};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn answer(scene: &Scene<'_>) -> Value {
    let question = scene.question;
    let inside: Vec<&Row<'_>> = scene
        .existing()
        .into_iter()
        .filter(|row| scene.in_range(row.event.time) && question.get("select").is_none_or(|select| scene.passes(row, select)))
        .collect();
    let mut counts: BTreeMap<Vec<String>, (u64, u64)> = BTreeMap::new();
    for own in scene.by_actor(&inside).into_values() {
        let walks: Vec<Vec<&Row<'_>>> = if question["over"] == "person" {
            vec![own]
        } else {
            let numbered = sessions::number(scene, &own);
            let n = numbered.iter().map(|(_, n)| n + 1).max().unwrap_or(0);
            (0..n).map(|n| numbered.iter().filter(|(_, one)| *one == n).map(|(row, _)| *row).collect()).collect()
        };
        for walk in walks {
            for (path, ends) in paths(scene, &walk) {
                let slot = counts.entry(path).or_default();
                slot.0 += 1;
                slot.1 += u64::from(ends);
            }
        }
    }
    let paths: Vec<Value> = counts.iter().map(|(path, (count, exits))| json!({"nodes": path, "count": count, "exits": exits})).collect();
    json!({"paths": paths, "count": counts.values().map(|one| one.0).sum::<u64>()})
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
        _ => row.event.name.clone(),
    };
    let hidden = scene.question["hide"].as_array().into_iter().flatten().any(|name| *name == *node);
    (!hidden).then_some(node)
}

/// The paths of one walk, in walking order of the question's direction, with whether each ends where the walk does.
fn paths(scene: &Scene<'_>, walk: &[&Row<'_>]) -> Vec<(Vec<String>, bool)> {
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
