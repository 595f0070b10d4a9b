//! The fields of a journey.

use super::{
    scope::read_window,
    selector::{property_name, read_filter, required_selector},
};
use crate::question::{
    AnchorAt, Journey, NodeName, Occurrence, Rename,
    fields::{Fields, Read, missing, not_allowed, written, wrong_type},
};
use regex::Regex;
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
            _ => return Err(not_allowed(&node_path, format!("\"{word}\" is not allowed; use event, page or a map of event to property"))),
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
        Some(other) => return Err(wrong_type(&node_path, "event, page or a map of event to property", other)),
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
            let build = |pattern: &str, at: &str| {
                regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().map_err(|_| not_allowed(at, "is not a regular expression"))
            };
            if let Some(glob) = one.text("glob")? {
                let pattern = format!("(?s)^{}$", regex::escape(glob).replace("\\*", ".*"));
                rename.push(Rename::Glob { pattern: build(&pattern, &one.at("glob"))?, to });
            } else {
                let at = one.at("regex");
                let pattern: Regex = build(one.text("regex")?.ok_or_else(|| missing(&at, "glob or regex"))?, &at)?;
                rename.push(Rename::Regex { pattern, to });
            }
            one.done()?;
        }
    }
    let window = match fields.get("window") {
        Some(value) => Some(read_window(value, &fields.at("window"))?),
        None => None,
    };
    Ok(Journey { over_person, node, select, anchor, until, reverse, depth, top, collapse_repeats, hide, rename, window })
}
