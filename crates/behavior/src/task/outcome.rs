//! Outcomes of attempts as what shows a survey, and a task as pages walk it: what decides in the browser (`packages/sdk/src/task`), with nothing that is not needed there.
//!
//! A page knows its own events and their properties, nothing of the person and nothing that the server adds. A rule that asks for more cannot be walked, and is refused
//! here rather than read otherwise than the engine does. The vectors in `contract/survey/outcomes.json` hold the engine and the tag to the same outcomes.

use super::{PAGE_EVENTS, Task, walk::End};
use crate::{
    expression::Expression,
    filter::{Filter, Of, Test},
    page_group::{self, PageMappings},
    question::Selector,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What an attempt came to. One that was slow or took another way was completed too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Completed,
    Slow,
    OffPath,
    Failed,
}

pub const OUTCOMES: [(&str, Outcome); 4] =
    [("completed", Outcome::Completed), ("slow", Outcome::Slow), ("off_path", Outcome::OffPath), ("failed", Outcome::Failed)];

/// Properties that the server adds to events when they arrive.
const ADDED: [&str; 13] = [
    "$bot",
    "$browser",
    "$browser_version",
    "$city",
    "$country",
    "$country_code",
    "$device_type",
    "$language",
    "$latitude",
    "$longitude",
    "$os",
    "$os_version",
    "$region",
];

/// A task as pages walk it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Walked {
    pub start: Vec<Rule>,
    pub completion: Vec<Rule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub abandon: Vec<Rule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Without, the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_ms: Option<i64>,
    pub tolerance: u32,
    /// The property that names pages.
    pub page: String,
    /// Events that do not pass do not exist.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Condition>,
    /// The rules of page groups, by the property that names them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, Vec<Value>>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    pub rules: Vec<Rule>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeatable: bool,
}

/// Any of these events, or any at all, that passes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub filter: Option<Condition>,
}

/// A filter on the properties of one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Condition {
    All { all: Vec<Condition> },
    Any { any: Vec<Condition> },
    Not { not: Box<Condition> },
    Event { event: Vec<String> },
    Property { property: String, op: &'static str, value: Value },
}

/// Why a page cannot walk a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwalkable {
    /// As in "asks for …".
    pub what: String,
}

impl Outcome {
    #[must_use]
    pub fn name(self) -> &'static str {
        OUTCOMES[self as usize].0
    }

    /// Those of an attempt that ended so.
    #[must_use]
    pub fn all_of(end: End, is_slow: bool, is_off_path: bool) -> Vec<Self> {
        if end != End::Completed {
            return vec![Self::Failed];
        }
        [(true, Self::Completed), (is_slow, Self::Slow), (is_off_path, Self::OffPath)].into_iter().filter_map(|(is, outcome)| is.then_some(outcome)).collect()
    }
}

impl Task {
    /// The task as pages walk it, and whether whose attempts count is left out because pages cannot tell.
    ///
    /// # Errors
    /// A rule asks for what no page knows.
    pub fn walked(&self, mappings: &PageMappings) -> Result<(Walked, bool), Unwalkable> {
        let steps = self.steps.iter().map(|step| Ok(Step { rules: rules(&step.select)?, optional: step.optional, repeatable: step.repeatable }));
        let filter = self.filter.as_ref().map(condition).transpose();
        let mut walked = Walked {
            start: rules(&self.start)?,
            completion: rules(&self.completion)?,
            abandon: self.abandon.as_ref().map(rules).transpose()?.unwrap_or_default(),
            steps: steps.collect::<Result<_, _>>()?,
            window_ms: self.window_ms(),
            tolerance: self.detour_tolerance,
            page: known(&self.page)?.to_owned(),
            filter: filter.clone().unwrap_or_default(),
            groups: BTreeMap::new(),
        };
        walked.groups = groups(&walked, mappings)?;
        Ok((walked, filter.is_err()))
    }
}

fn unwalkable(what: impl Into<String>) -> Unwalkable {
    Unwalkable { what: what.into() }
}

fn rules(select: &Selector) -> Result<Vec<Rule>, Unwalkable> {
    let own = select.filter.as_ref().map(condition).transpose()?;
    if select.alternatives.is_empty() {
        // Views are told apart by the client that sends them, and the tag is one.
        let is_page = PAGE_EVENTS.iter().all(|name| select.events.iter().any(|own| own == name));
        let events =
            if is_page { select.events.iter().filter(|name| !PAGE_EVENTS[1..].contains(&name.as_str())).cloned().collect() } else { select.events.clone() };
        return Ok(vec![Rule { events, filter: own }]);
    }
    let mut all = Vec::new();
    for one in &select.alternatives {
        for rule in rules(one)? {
            let filter = match (&own, rule.filter) {
                (Some(own), Some(filter)) => Some(Condition::All { all: vec![own.clone(), filter] }),
                (own, filter) => filter.or_else(|| own.clone()),
            };
            all.push(Rule { events: rule.events, filter });
        }
    }
    Ok(all)
}

fn condition(filter: &Filter) -> Result<Condition, Unwalkable> {
    let each = |parts: &[Filter]| parts.iter().map(condition).collect::<Result<Vec<_>, _>>();
    Ok(match filter {
        Filter::All(parts) => Condition::All { all: each(parts)? },
        Filter::Any(parts) => Condition::Any { any: each(parts)? },
        Filter::Not(part) => Condition::Not { not: Box::new(condition(part)?) },
        Filter::Event(event) => Condition::Event { event: event.clone() },
        Filter::Property { property, of: Of::Event, test } => {
            let (op, value) = test_of(test)?;
            Condition::Property { property: known(property)?.to_owned(), op, value }
        }
        Filter::Property { property, .. } => return Err(unwalkable(format!("a property that is not of the event, {property}"))),
        Filter::Cohort { .. } => return Err(unwalkable("a cohort")),
        Filter::Did { .. } => return Err(unwalkable("what somebody did at another time")),
        Filter::Time { .. } => return Err(unwalkable("the local time of an event")),
    })
}

/// A property that pages know of their events.
fn known(property: &str) -> Result<&str, Unwalkable> {
    if page_group::mapping_of(property).is_some() {
        return Ok(property);
    }
    if ADDED.contains(&property) {
        return Err(unwalkable(format!("what the server adds to an event, {property}")));
    }
    if Expression::of_name(property).is_some() {
        return Err(unwalkable("a formula"));
    }
    Ok(property)
}

fn test_of(test: &Test) -> Result<(&'static str, Value), Unwalkable> {
    Ok(match test {
        Test::Is(texts) => ("is", json!(texts)),
        Test::IsNot(texts) => ("is_not", json!(texts)),
        Test::Contains(texts) => ("contains", json!(texts)),
        Test::NotContains(texts) => ("not_contains", json!(texts)),
        Test::StartsWith(text) => ("starts_with", json!(text)),
        Test::EndsWith(text) => ("ends_with", json!(text)),
        Test::Matches(pattern) => ("matches", json!(pattern.as_str())),
        Test::Gt(number) => ("gt", json!(number)),
        Test::Gte(number) => ("gte", json!(number)),
        Test::Lt(number) => ("lt", json!(number)),
        Test::Lte(number) => ("lte", json!(number)),
        Test::Between(low, high) => ("between", json!([low, high])),
        Test::Set => ("set", Value::Null),
        Test::NotSet => ("not_set", Value::Null),
        Test::AnyOfList(texts) => ("is", json!(texts)),
        Test::AllOfList(_) | Test::Every(_) => return Err(unwalkable("every element of a list")),
        Test::Before(_) | Test::After(_) | Test::InLast { .. } => return Err(unwalkable("an instant")),
    })
}

/// The rules of the groups that are named; other groups keep their place and lose their name.
fn groups(walked: &Walked, mappings: &PageMappings) -> Result<BTreeMap<String, Vec<Value>>, Unwalkable> {
    let mut found = Named { properties: BTreeSet::from([walked.page.clone()]), ..Named::default() };
    let all = [&walked.start, &walked.completion, &walked.abandon].into_iter().chain(walked.steps.iter().map(|step| &step.rules)).flatten();
    for filter in all.filter_map(|rule| rule.filter.as_ref()).chain(&walked.filter) {
        filter.names(&mut found);
    }
    // Pages are told apart by their group where that is what names them.
    let keeps_all = found.in_part || page_group::mapping_of(&walked.page).is_some();
    let mut groups = BTreeMap::new();
    for property in found.properties {
        let Some(name) = page_group::mapping_of(&property) else { continue };
        let rules = match mappings.get(name) {
            Some(mapping) => mapping.rules.as_slice(),
            // Without one of the project's own, pages go by their paths.
            None if name.is_empty() => &[],
            None => return Err(unwalkable(format!("a page mapping that is not there, {name}"))),
        };
        let written = rules.iter().map(|rule| {
            let mut written = rule.written();
            if !keeps_all && !found.texts.contains(&rule.group) {
                written["group"] = Value::from("");
            }
            written
        });
        let written = written.collect();
        groups.insert(property, written);
    }
    Ok(groups)
}

#[derive(Debug, Default)]
struct Named {
    properties: BTreeSet<String>,
    /// Whole texts that are looked for.
    texts: BTreeSet<String>,
    /// A part of a text is looked for, which any may have.
    in_part: bool,
}

impl Condition {
    fn names(&self, found: &mut Named) {
        match self {
            Self::All { all: parts } | Self::Any { any: parts } => parts.iter().for_each(|part| part.names(found)),
            Self::Not { not } => not.names(found),
            Self::Event { .. } => {}
            Self::Property { property, op, value } => {
                found.properties.insert(property.clone());
                match (*op, value) {
                    ("is" | "is_not", Value::Array(list)) => found.texts.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
                    _ => found.in_part |= page_group::mapping_of(property).is_some(),
                }
            }
        }
    }
}
