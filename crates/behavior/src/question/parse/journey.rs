//! The fields of a journey.

use super::{
    scope::read_window,
    selector::{property_name, read_filter, required_selector},
};
use crate::{
    page_group::{expression, glob, mapping_of},
    question::{
        AnchorAt, Journey, NodeName, Occurrence, Rename,
        fields::{Fields, Read, missing, not_allowed, written, wrong_type},
    },
};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn read_journey(fields: &mut Fields<'_>) -> Read<Journey> {
    let over_person = fields.choice("over", &[("session", false), ("person", true)])?.unwrap_or(false);
    let node_path = fields.at("node");
    let node = match fields.get("node") {
        None => NodeName::Event,
        Some(Value::String(word)) => match word.as_str() {
            "event" => NodeName::Event,
            "page" => NodeName::Page,
            // The name of the property without its mark.
            _ => match mapping_of(&format!("${word}")) {
                Some(_) => NodeName::Property(format!("${word}")),
                None => {
                    return Err(not_allowed(
                        &node_path,
                        format!("\"{word}\" is not allowed; use event, page, page_group, page_group:<mapping> or a map of event to property"),
                    ));
                }
            },
        },
        Some(Value::Object(map)) => {
            let mut rules = BTreeMap::new();
            for (event, value) in written(map) {
                let at = format!("{node_path}.{event}");
                let rule = match value {
                    Value::String(property) => (property.clone(), false),
                    other => {
                        let mut one = Fields::new(other, &at)?;
                        let property = property_name(&mut one)?;
                        let trim = one.choice("trim", &[("url", true)])?.unwrap_or(false);
                        one.done()?;
                        (property, trim)
                    }
                };
                rules.insert(event.clone(), rule);
            }
            NodeName::Properties(rules)
        }
        Some(other) => return Err(wrong_type(&node_path, "event, page, page_group or a map of event to property", other)),
    };
    let select = match fields.get("select") {
        Some(value) => Some(read_filter(value, &fields.at("select"), 0)?),
        None => None,
    };
    let reverse = fields.choice("direction", &[("forward", false), ("reverse", true)])?.unwrap_or(false);
    let mut anchor = None;
    if let Some(value) = fields.get("anchor") {
        let mut one = Fields::new(value, &fields.at("anchor"))?;
        let occurrence = one
            .choice(
                "occurrence",
                &[
                    ("first", Occurrence::First),
                    ("last", Occurrence::Last),
                    ("each", Occurrence::Each),
                    ("entry", Occurrence::Entry),
                    ("exit", Occurrence::Exit),
                ],
            )?
            .unwrap_or(Occurrence::First);
        let at = match one.text("node")? {
            Some(name) => AnchorAt::Node(name.to_owned()),
            None => AnchorAt::Select(required_selector(&mut one, "select")?),
        };
        one.done()?;
        anchor = Some((at, occurrence));
    }
    let mut until = None;
    if let Some(value) = fields.get("until") {
        let mut one = Fields::new(value, &fields.at("until"))?;
        let at = one.at("node");
        until = Some(one.text("node")?.ok_or_else(|| missing(&at, "a node's name"))?.to_owned());
        one.done()?;
    }
    let depth = fields.whole("depth", 1, 1_000_000)?.unwrap_or(5) as usize;
    let top = fields.whole("top", 1, 10_000)?.unwrap_or(10) as usize;
    let collapse_repeats = fields.flag("collapse_repeats")?.unwrap_or(true);
    let hide = fields.texts("hide")?.unwrap_or_default();
    let mut rename = Vec::new();
    if let Some(list) = fields.list("rename")? {
        let path = fields.at("rename");
        for (i, value) in list.iter().enumerate() {
            let mut one = Fields::new(value, &format!("{path}[{i}]"))?;
            let to_path = one.at("to");
            let to = one.text("to")?.ok_or_else(|| missing(&to_path, "the new name"))?.to_owned();
            if let Some(pattern) = one.text("glob")? {
                rename.push(Rename::Glob { pattern: glob(pattern).map_err(|_| not_allowed(&one.at("glob"), "is too long a pattern"))?, to });
            } else {
                let at = one.at("regex");
                let pattern = one.text("regex")?.ok_or_else(|| missing(&at, "glob or regex"))?;
                let pattern = expression(pattern).map_err(|_| not_allowed(&at, "is not a regular expression"))?;
                rename.push(Rename::Regex { pattern, to });
            }
            one.done()?;
        }
    }
    let window = match fields.get("window") {
        Some(value) => Some(read_window(value, &fields.at("window"))?),
        None => None,
    };
    let goal = if fields.has("goal") { Some(required_selector(fields, "goal")?) } else { None };
    if goal.as_ref().is_some_and(|goal| goal.first_time) {
        return Err(not_allowed(&fields.at("goal.first_time"), "is not what a goal can ask; a session reaches it or not"));
    }
    let friction = fields.flag("friction")?.unwrap_or(false);
    let nodes = fields.flag("nodes")?.unwrap_or(false);
    let loops = fields.flag("loops")?.unwrap_or(false);
    Ok(Journey { over_person, node, select, anchor, until, reverse, depth, top, collapse_repeats, hide, rename, window, goal, friction, nodes, loops })
}
