//! From a text to a plan, and everything that is wrong with it, each with its field and what to do.

use crate::{Convention, FORMAT, Items, Level, Plan, Property, Type, is_reserved, plan::MOST_STEPS};
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a plan as a text.
pub const MOST_BYTES: usize = 1 << 20;
const MOST_EVENTS: usize = 5_000;
const MOST_PROPERTIES: usize = 2_000;
const MOST_VALUES: usize = 1_000;
/// Properties with the values that they allow, on all events together: the shared ones stand on each.
const MOST_RULES: usize = 500_000;
/// Different ones.
const MOST_PATTERNS: usize = 250;
const MOST_PATTERN_CHARS: usize = 1_000;
/// Bytes that a pattern may take once it is compiled.
const PATTERN_BYTES: usize = 1 << 18;
const MOST_NAME_BYTES: usize = sillage_event::MAX_NAME_BYTES;
const MOST_TEXT_CHARS: usize = 4_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The plan cannot be used.
    Error,
    /// It can, and would be better otherwise.
    Warning,
}

/// Something that is wrong with a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    /// Dotted, as it is written: `events.Campaign Sent.properties.amount.min`.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// Why a text is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if field.is_empty() { String::new() } else { format!("{field}: ") })]
pub struct ReadError {
    /// Empty where the text as a whole is wrong.
    pub field: String,
    pub message: String,
}

impl ReadError {
    pub(crate) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// Reads YAML or JSON, which is YAML too. A name that stands twice in one place is an error.
///
/// # Errors
/// When it is no YAML, or not of the shape of a plan. What else is wrong, [`problems`] says.
pub fn read(text: &str) -> Result<Plan, ReadError> {
    if text.len() > MOST_BYTES {
        return Err(ReadError::new("", format!("a plan takes at most {MOST_BYTES} bytes; this one has {}", text.len())));
    }
    let value: Value = serde_saphyr::from_str(text).map_err(|error| {
        let said = error.without_snippet().to_string();
        ReadError::new("", format!("this is neither YAML nor JSON: {}", said.lines().next().unwrap_or_default()))
    })?;
    from_json(&value)
}

/// Reads a plan that is JSON already.
///
/// # Errors
/// As [`read`].
pub fn from_json(value: &Value) -> Result<Plan, ReadError> {
    let Some(document) = value.as_object() else {
        return Err(ReadError::new("", "a plan is a map with the fields `plan: 1` and `events`"));
    };
    if document.get("plan").and_then(Value::as_u64) != Some(u64::from(FORMAT)) {
        return Err(ReadError::new("plan", format!("begin with `plan: {FORMAT}`, the version of the format that this program reads")));
    }
    expect_maps(document)?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        ReadError::new(if path == "." { String::new() } else { path }, error.into_inner().to_string().replace(" at line 0 column 0", ""))
    })
}

/// A list in place of a map is an error, which a reader of types would take for its fields in order.
fn expect_maps(document: &Map<String, Value>) -> Result<(), ReadError> {
    let one = |value: &Value, field: String| match value {
        Value::Array(_) => Err(ReadError::new(field, "is a map with named fields, and not a list")),
        _ => Ok(()),
    };
    let entries = |whole: &Value, name: &str| whole.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    let properties = |whole: &Value, path: &str| {
        entries(whole, "properties").iter().try_for_each(|(name, property)| {
            one(property, format!("{path}properties.{name}"))?;
            property.get("items").map_or(Ok(()), |items| one(items, format!("{path}properties.{name}.items")))
        })
    };
    let whole = Value::Object(document.clone());
    document.get("naming").map_or(Ok(()), |naming| one(naming, "naming".to_owned()))?;
    entries(&whole, "objectives").iter().try_for_each(|(name, objective)| one(objective, format!("objectives.{name}")))?;
    properties(&whole, "")?;
    entries(&whole, "events").iter().try_for_each(|(name, event)| {
        one(event, format!("events.{name}"))?;
        properties(event, &format!("events.{name}."))
    })
}

/// Everything that is wrong with a plan, errors first, in the order of the document.
#[must_use]
pub fn problems(plan: &Plan) -> Vec<Problem> {
    let mut found = Finder { plan, problems: Vec::new(), patterns: BTreeMap::new() };
    found.plan();
    found.problems.sort_by_key(|problem| problem.severity);
    found.problems
}

/// A pattern, compiled under caps of size; its time is linear.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    if text.chars().count() > MOST_PATTERN_CHARS {
        return Err(format!("takes at most {MOST_PATTERN_CHARS} characters"));
    }
    RegexBuilder::new(text).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) if text.contains("\\w") || text.contains("\\d") => {
            "is too large once compiled, since `\\w` and `\\d` stand for the letters and digits of all writings; write `[A-Za-z0-9_]` and `[0-9]`, or repeat less".to_owned()
        }
        regex::Error::CompiledTooBig(_) => "is too large once compiled; repeat less".to_owned(),
        other => format!("is no regular expression: {}", other.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ")),
    })
}

struct Finder<'a> {
    plan: &'a Plan,
    problems: Vec<Problem>,
    /// Those that were met, and what is wrong with them.
    patterns: BTreeMap<String, Option<String>>,
}

/// The rules of a value, wherever they stand.
struct ValueRules<'a> {
    kind: Option<Type>,
    values: Option<&'a [Value]>,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<&'a str>,
}

impl<'a> From<&'a Items> for ValueRules<'a> {
    fn from(items: &'a Items) -> Self {
        Self { kind: items.kind, values: items.values.as_deref(), min: items.min, max: items.max, pattern: items.pattern.as_deref() }
    }
}

impl<'a> From<&'a Property> for ValueRules<'a> {
    fn from(rule: &'a Property) -> Self {
        Self { kind: rule.kind, values: rule.values.as_deref(), min: rule.min, max: rule.max, pattern: rule.pattern.as_deref() }
    }
}

impl Finder<'_> {
    fn error(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { severity: Severity::Error, field: field.into(), message: message.into() });
    }

    fn warning(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.problems.push(Problem { severity: Severity::Warning, field: field.into(), message: message.into() });
    }

    fn plan(&mut self) {
        let plan = self.plan;
        let n_rules = self.n_rules();
        if n_rules > MOST_RULES {
            let message = format!(
                "{n_rules} properties and allowed values, shared ones counted on each event; a plan takes at most {MOST_RULES}: share less, or use patterns in place of long lists"
            );
            return self.error("events", message);
        }
        self.text("name", &plan.name);
        self.text("description", &plan.description);
        if plan.events.len() > MOST_EVENTS {
            self.error("events", format!("takes at most {MOST_EVENTS} events; use properties in place of names that are made while the program runs"));
        }
        for (name, objective) in &plan.objectives {
            self.name(&format!("objectives.{name}"), name);
            self.text(&format!("objectives.{name}.description"), &objective.description);
        }
        self.properties("properties", &plan.properties);
        // Which event a name means.
        let mut meant: BTreeMap<&str, &str> = plan.events.keys().map(|name| (name.as_str(), name.as_str())).collect();
        for (name, event) in &plan.events {
            let field = format!("events.{name}");
            self.name(&field, name);
            self.convention(&field, name, plan.naming.events);
            for (part, text) in [("description", &event.description), ("trigger", &event.trigger), ("owner", &event.owner), ("objective", &event.objective)] {
                self.text(&format!("{field}.{part}"), text);
            }
            if event.description.is_empty() {
                self.warning(format!("{field}.description"), "say what this event means, so that everybody reads it alike");
            }
            if event.owner.is_empty() {
                self.warning(format!("{field}.owner"), "say who answers for this event");
            }
            if event.objective.is_empty() && !plan.objectives.is_empty() {
                self.warning(format!("{field}.objective"), "say which objective it serves; what serves none need not be measured");
            }
            if !event.objective.is_empty() && !plan.objectives.is_empty() && !plan.objectives.contains_key(&event.objective) {
                let known = plan.objectives.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                self.error(format!("{field}.objective"), format!("there is no objective \"{}\"; name one of `objectives`: {known}", event.objective));
            }
            for (i, old) in event.replaces.iter().enumerate() {
                let at = format!("{field}.replaces[{i}]");
                self.name(&at, old);
                if is_reserved(old) {
                    self.error(at, format!("\"{old}\" is a client's own event and goes on meaning what it does"));
                } else if let Some(other) = meant.insert(old, name) {
                    self.error(at, format!("\"{old}\" means the event \"{other}\" already; one name means one event"));
                }
            }
            self.properties(&format!("{field}.properties"), &event.properties);
        }
        if self.patterns.len() > MOST_PATTERNS {
            self.error("events", format!("a plan takes at most {MOST_PATTERNS} different patterns"));
        }
    }

    fn n_rules(&self) -> usize {
        let of = |property: &Property| {
            let values = self.plan.chain(property).find_map(|one| one.values.as_ref()).map_or(0, Vec::len);
            let items = self.plan.chain(property).find_map(|one| one.items.as_ref()).and_then(|items| items.values.as_ref()).map_or(0, Vec::len);
            1 + values + items
        };
        let sum = |properties: &BTreeMap<String, Property>| properties.values().map(of).sum::<usize>();
        let shared = sum(&self.plan.properties);
        shared + self.plan.events.values().map(|event| shared + sum(&event.properties)).sum::<usize>()
    }

    fn properties(&mut self, field: &str, properties: &BTreeMap<String, Property>) {
        if properties.len() > MOST_PROPERTIES {
            self.error(field, format!("takes at most {MOST_PROPERTIES} properties"));
        }
        for (name, property) in properties {
            let field = format!("{field}.{name}");
            self.name(&field, name);
            self.convention(&field, name, self.plan.naming.properties);
            for (part, text) in [("description", &property.description), ("owner", &property.owner)] {
                self.text(&format!("{field}.{part}"), text.as_deref().unwrap_or_default());
            }
            if !self.same_as(&field, property) {
                continue;
            }
            // Rules of its own are looked at beside those that it takes over, and named where it writes them.
            let whole = self.plan.resolved(property);
            self.rules(&field, &ValueRules::from(&whole));
            if let Some(items) = &whole.items {
                if whole.kind.is_some_and(|kind| !matches!(kind, Type::List | Type::Any)) {
                    self.error(format!("{field}.items"), "belongs to `type: list`");
                }
                self.rules(&format!("{field}.items"), &ValueRules::from(items));
            }
        }
    }

    /// Whether what it is the same as exists, and leads nowhere in a circle.
    fn same_as(&mut self, field: &str, property: &Property) -> bool {
        let mut met: BTreeSet<&str> = BTreeSet::new();
        let mut next = property.same_as.as_deref();
        while let Some(name) = next {
            let Some(shared) = self.plan.properties.get(name) else {
                self.error(format!("{field}.same_as"), format!("there is no shared property \"{name}\"; add it to `properties` at the top of the plan"));
                return false;
            };
            if !met.insert(name) {
                self.error(format!("{field}.same_as"), format!("goes in a circle by way of \"{name}\"; give one of these properties rules of its own"));
                return false;
            }
            if met.len() > MOST_STEPS {
                self.error(format!("{field}.same_as"), format!("leads on more than {MOST_STEPS} times; name the property with the rules itself"));
                return false;
            }
            next = shared.same_as.as_deref();
        }
        true
    }

    fn rules(&mut self, field: &str, rules: &ValueRules<'_>) {
        let is_number = matches!(rules.kind, None | Some(Type::Number | Type::Integer | Type::Any));
        if (rules.min.is_some() || rules.max.is_some()) && !is_number {
            self.error(format!("{field}.{}", if rules.min.is_some() { "min" } else { "max" }), "belongs to `type: number` or `integer`");
        }
        if let (Some(min), Some(max)) = (rules.min, rules.max)
            && min > max
        {
            self.error(format!("{field}.min"), format!("{min} is above `max`, {max}, so that no value could be right"));
        }
        if let Some(values) = rules.values {
            if values.is_empty() || values.len() > MOST_VALUES {
                self.error(format!("{field}.values"), format!("give 1 to {MOST_VALUES} values, or leave it out"));
            }
            for (i, value) in values.iter().enumerate() {
                if !crate::check::is_of(value, rules.kind.unwrap_or(Type::Any)) || value.is_null() || value.is_object() || value.is_array() {
                    let kind = rules.kind.unwrap_or(Type::Any).name();
                    self.error(format!("{field}.values[{i}]"), format!("{value} is no value of the type {kind}"));
                }
            }
        }
        if let Some(text) = rules.pattern {
            if !matches!(rules.kind, None | Some(Type::String | Type::Time | Type::Any)) {
                self.error(format!("{field}.pattern"), "belongs to `type: string`");
            }
            if let Some(message) = self.wrong_pattern(text) {
                self.error(format!("{field}.pattern"), message);
            }
        }
    }

    /// Each is compiled once, and none once there are too many.
    fn wrong_pattern(&mut self, text: &str) -> Option<String> {
        if !self.patterns.contains_key(text) {
            let wrong = if self.patterns.len() < MOST_PATTERNS { pattern(text).err() } else { None };
            self.patterns.insert(text.to_owned(), wrong);
        }
        self.patterns.get(text).cloned().flatten()
    }

    fn name(&mut self, field: &str, name: &str) {
        if name.trim().is_empty() || name.len() > MOST_NAME_BYTES || name.chars().any(char::is_control) {
            self.error(field, format!("a name has 1 to {MOST_NAME_BYTES} bytes, all on one line"));
        }
    }

    fn convention(&mut self, field: &str, name: &str, convention: Option<Convention>) {
        let Some(convention) = convention.filter(|convention| !is_reserved(name) && !convention.holds(name)) else { return };
        let message = format!("is not written as `naming` says; for example \"{}\"", convention.example());
        if self.plan.naming.level == Level::Reject { self.error(field, message) } else { self.warning(field, message) }
    }

    fn text(&mut self, field: &str, text: &str) {
        if text.chars().count() > MOST_TEXT_CHARS {
            self.error(field, format!("takes at most {MOST_TEXT_CHARS} characters"));
        }
    }
}
