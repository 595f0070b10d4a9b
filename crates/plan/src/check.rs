//! One event against a plan.

use crate::{Items, Level, Plan, PlannedEvent, Problem, Property, Severity, Status, Type, is_reserved, problems, read::pattern};
use regex::Regex;
use serde_json::Value;
use sillage_event::{Properties, time};
use std::{collections::HashMap, sync::Arc};

/// A plan, made ready to check events quickly.
#[derive(Debug)]
pub struct Compiled {
    /// By the name that it has, and by those that it had.
    events: HashMap<String, (Arc<EventRules>, bool)>,
    /// Planned on every event, in the order of names.
    shared: Vec<PropertyRules>,
    naming: crate::Naming,
    on_unplanned_event: Level,
}

#[derive(Debug)]
struct EventRules {
    status: Status,
    /// In the order of names, as the properties of events are.
    properties: Vec<PropertyRules>,
    on_unplanned_property: Level,
}

#[derive(Debug)]
struct PropertyRules {
    name: String,
    required: bool,
    status: Status,
    level: Level,
    value: ValueRules,
    items: Option<ValueRules>,
}

#[derive(Debug)]
struct ValueRules {
    kind: Type,
    values: Option<Vec<Value>>,
    min: Option<f64>,
    max: Option<f64>,
    pattern: Option<Arc<Regex>>,
}

/// The patterns of a plan, each compiled once.
type Patterns = HashMap<String, Arc<Regex>>;

/// What an event may go against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    UnplannedEvent,
    EventName,
    UnplannedProperty,
    PropertyName,
    Required,
    Type,
    Values,
    Range,
    Pattern,
    Deprecated,
    OldName,
    Blocked,
}

impl Rule {
    pub const ALL: [Self; 12] = [
        Self::UnplannedEvent,
        Self::EventName,
        Self::UnplannedProperty,
        Self::PropertyName,
        Self::Required,
        Self::Type,
        Self::Values,
        Self::Range,
        Self::Pattern,
        Self::Deprecated,
        Self::OldName,
        Self::Blocked,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::UnplannedEvent => "unplanned_event",
            Self::EventName => "event_name",
            Self::UnplannedProperty => "unplanned_property",
            Self::PropertyName => "property_name",
            Self::Required => "required",
            Self::Type => "type",
            Self::Values => "values",
            Self::Range => "range",
            Self::Pattern => "pattern",
            Self::Deprecated => "deprecated",
            Self::OldName => "old_name",
            Self::Blocked => "blocked",
        }
    }

    /// As replies and lists of what was refused name it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnplannedEvent => "plan_unplanned_event",
            Self::EventName => "plan_event_name",
            Self::UnplannedProperty => "plan_unplanned_property",
            Self::PropertyName => "plan_property_name",
            Self::Required => "plan_required",
            Self::Type => "plan_type",
            Self::Values => "plan_values",
            Self::Range => "plan_range",
            Self::Pattern => "plan_pattern",
            Self::Deprecated => "plan_deprecated",
            Self::OldName => "plan_old_name",
            Self::Blocked => "plan_blocked",
        }
    }

    /// What is wrong and how to mend it, for the reply to whoever sent it.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::UnplannedEvent => "the tracking plan has no event of this name; add it to the plan, or send a planned one",
            Self::EventName => "the name is not written as the tracking plan says",
            Self::UnplannedProperty => "the tracking plan has no such property for this event; add it to the plan, or leave it out",
            Self::PropertyName => "the name of the property is not written as the tracking plan says",
            Self::Required => "the tracking plan requires this property; send it",
            Self::Type => "the value is of another type than the tracking plan says",
            Self::Values => "the value is none of those that the tracking plan allows",
            Self::Range => "the number is outside the range of the tracking plan",
            Self::Pattern => "the text does not match the pattern of the tracking plan",
            Self::Deprecated => "the tracking plan says that this is no longer sent",
            Self::OldName => "the tracking plan has another name for this event",
            Self::Blocked => "the tracking plan blocks this",
        }
    }
}

/// One rule that an event breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation<'a> {
    /// None where the event itself is meant.
    pub property: Option<&'a str>,
    pub rule: Rule,
    pub level: Level,
    /// None where there is none.
    pub value: Option<&'a Value>,
}

/// What is to become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Keep,
    /// Keep, and mark it.
    Warn,
    Quarantine,
    Reject,
    /// Blocked: it is not kept, and nobody is told of an error.
    Drop,
}

/// What an event does against a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict<'a> {
    pub fate: Fate,
    /// In the order of properties; those of the event itself first.
    pub violations: Vec<Violation<'a>>,
}

impl<'a> Verdict<'a> {
    /// The first that is as strict as what decided.
    #[must_use]
    pub fn reason(&self) -> Option<&Violation<'a>> {
        self.violations.iter().reduce(|worst, one| if one.level > worst.level { one } else { worst })
    }

    /// Properties that are to be taken off.
    pub fn blocked(&self) -> impl Iterator<Item = &'a str> {
        self.violations.iter().filter(|violation| violation.rule == Rule::Blocked).filter_map(|violation| violation.property)
    }
}

impl Compiled {
    /// Makes a plan ready.
    ///
    /// # Errors
    /// The first error that [`problems`] finds.
    pub fn new(plan: &Plan) -> Result<Self, Problem> {
        if let Some(problem) = problems(plan).into_iter().find(|problem| problem.severity == Severity::Error) {
            return Err(problem);
        }
        let (mut events, mut patterns) = (HashMap::new(), Patterns::new());
        for (name, event) in &plan.events {
            let rules = Arc::new(EventRules::new(plan, event, &mut patterns));
            for old in &event.replaces {
                events.insert(old.clone(), (Arc::clone(&rules), true));
            }
            events.insert(name.clone(), (rules, false));
        }
        Ok(Self {
            events,
            shared: plan
                .properties
                .iter()
                .map(|(name, property)| PropertyRules::new(name, &plan.resolved(property), plan.on_violation, &mut patterns))
                .collect(),
            naming: plan.naming.clone(),
            on_unplanned_event: plan.on_unplanned_event,
        })
    }

    /// Judges one event.
    #[must_use]
    pub fn check<'a>(&'a self, name: &'a str, properties: &'a Properties) -> Verdict<'a> {
        let mut violations = Vec::new();
        let mut add = |property, rule, level, value| violations.push(Violation { property, rule, level, value });
        let (rules, on_unplanned_property) = match self.events.get(name) {
            Some((rules, is_old_name)) => {
                if *is_old_name {
                    add(None, Rule::OldName, Level::Accept, None);
                }
                match rules.status {
                    Status::Blocked => add(None, Rule::Blocked, Level::Accept, None),
                    Status::Deprecated => add(None, Rule::Deprecated, Level::Accept, None),
                    Status::Planned | Status::Active | Status::Hidden => {}
                }
                if rules.status == Status::Blocked {
                    return Verdict { fate: Fate::Drop, violations };
                }
                (&rules.properties, Some(rules.on_unplanned_property))
            }
            // The clients' own events have properties of their own.
            None if is_reserved(name) => return Verdict { fate: Fate::Keep, violations },
            None => {
                add(None, Rule::UnplannedEvent, self.on_unplanned_event, None);
                if self.naming.events.is_some_and(|convention| !convention.holds(name)) {
                    add(None, Rule::EventName, self.naming.level, None);
                }
                // All of its properties are unplanned with it; those that every event has are checked.
                (&self.shared, None)
            }
        };
        check_properties(rules, properties, on_unplanned_property.map(|level| (level, &self.naming)), &mut violations);
        let strictest = violations.iter().map(|violation| violation.level).max().unwrap_or_default();
        let fate = match strictest {
            Level::Accept => Fate::Keep,
            Level::Warn => Fate::Warn,
            Level::Quarantine => Fate::Quarantine,
            Level::Reject => Fate::Reject,
        };
        Verdict { fate, violations }
    }

    /// Whether the plan names this event, now or formerly.
    #[must_use]
    pub fn names(&self, event: &str) -> bool {
        self.events.contains_key(event)
    }
}

/// Walks rules and properties side by side; both are in the order of names.
fn check_properties<'a>(
    rules: &'a [PropertyRules],
    properties: &'a Properties,
    on_unplanned: Option<(Level, &crate::Naming)>,
    violations: &mut Vec<Violation<'a>>,
) {
    let mut rules = rules.iter().peekable();
    let missing = |rule: &'a PropertyRules, violations: &mut Vec<Violation<'a>>| {
        if rule.required {
            violations.push(Violation { property: Some(&rule.name), rule: Rule::Required, level: rule.level, value: None });
        }
    };
    for (name, value) in properties {
        while let Some(rule) = rules.next_if(|rule| rule.name.as_str() < name.as_str()) {
            missing(rule, violations);
        }
        match rules.next_if(|rule| rule.name == *name) {
            Some(rule) if value.is_null() => missing(rule, violations),
            Some(rule) => rule.check(value, violations),
            None => {
                let Some((level, naming)) = on_unplanned.filter(|_| !is_reserved(name)) else { continue };
                let mut add = |rule, level| violations.push(Violation { property: Some(name), rule, level, value: Some(value) });
                add(Rule::UnplannedProperty, level);
                if naming.properties.is_some_and(|convention| !convention.holds(name)) {
                    add(Rule::PropertyName, naming.level);
                }
            }
        }
    }
    rules.for_each(|rule| missing(rule, violations));
}

impl EventRules {
    fn new(plan: &Plan, event: &PlannedEvent, patterns: &mut Patterns) -> Self {
        let level = event.on_violation.unwrap_or(plan.on_violation);
        let mut properties: Vec<PropertyRules> =
            plan.properties_of(event).map(|(name, property)| PropertyRules::new(name, &property, level, patterns)).collect();
        properties.sort_by(|a, b| a.name.cmp(&b.name));
        Self { status: event.status, properties, on_unplanned_property: event.on_unplanned_property.unwrap_or(plan.on_unplanned_property) }
    }
}

impl PropertyRules {
    fn new(name: &str, property: &Property, level: Level, patterns: &mut Patterns) -> Self {
        let status = property.status.unwrap_or_default();
        Self {
            name: name.to_owned(),
            required: property.required.unwrap_or_default() && !matches!(status, Status::Planned | Status::Deprecated | Status::Blocked),
            status,
            level: property.on_violation.unwrap_or(level),
            value: ValueRules {
                kind: property.kind.unwrap_or(if property.items.is_some() { Type::List } else { Type::Any }),
                values: property.values.clone(),
                min: property.min,
                max: property.max,
                pattern: compiled(property.pattern.as_deref(), patterns),
            },
            items: property.items.as_ref().map(|items| ValueRules::of_items(items, patterns)),
        }
    }

    fn check<'a>(&'a self, value: &'a Value, violations: &mut Vec<Violation<'a>>) {
        let mut add = |rule, level| violations.push(Violation { property: Some(&self.name), rule, level, value: Some(value) });
        match self.status {
            Status::Blocked => return add(Rule::Blocked, Level::Accept),
            Status::Deprecated => add(Rule::Deprecated, Level::Accept),
            Status::Planned | Status::Active | Status::Hidden => {}
        }
        let broken = self.value.broken(value).or_else(|| {
            let (items, elements) = self.items.as_ref().zip(value.as_array())?;
            elements.iter().find_map(|element| items.broken(element))
        });
        if let Some(rule) = broken {
            add(rule, self.level);
        }
    }
}

impl ValueRules {
    fn of_items(items: &Items, patterns: &mut Patterns) -> Self {
        Self {
            kind: items.kind.unwrap_or(Type::Any),
            values: items.values.clone(),
            min: items.min,
            max: items.max,
            pattern: compiled(items.pattern.as_deref(), patterns),
        }
    }

    /// The first rule that a value breaks.
    fn broken(&self, value: &Value) -> Option<Rule> {
        if !is_of(value, self.kind) {
            return Some(Rule::Type);
        }
        if self.values.as_ref().is_some_and(|values| !values.iter().any(|allowed| is_same(allowed, value))) {
            return Some(Rule::Values);
        }
        if let Some(number) = value.as_f64()
            && (self.min.is_some_and(|min| number < min) || self.max.is_some_and(|max| number > max))
        {
            return Some(Rule::Range);
        }
        let text = value.as_str()?;
        self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)).then_some(Rule::Pattern)
    }
}

/// Patterns of a plan without errors compile.
fn compiled(text: Option<&str>, patterns: &mut Patterns) -> Option<Arc<Regex>> {
    let text = text?;
    if let Some(known) = patterns.get(text) {
        return Some(Arc::clone(known));
    }
    let new = Arc::new(pattern(text).ok()?);
    patterns.insert(text.to_owned(), Arc::clone(&new));
    Some(new)
}

/// Whether a value is of a type.
pub(crate) fn is_of(value: &Value, kind: Type) -> bool {
    match kind {
        Type::Any => true,
        Type::String => value.is_string(),
        Type::Number => value.is_number(),
        Type::Integer => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Type::Boolean => value.is_boolean(),
        Type::Time => value.as_str().is_some_and(|text| text.parse::<f64>().is_err() && time::from_text(text).is_some()),
        Type::List => value.is_array(),
        Type::Object => value.is_object(),
    }
}

/// Numbers are the same whatever way they are written.
fn is_same(allowed: &Value, value: &Value) -> bool {
    match (allowed.as_f64(), value.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => allowed == value,
    }
}

/// The type that a value has, for a proposal.
pub(crate) fn type_of(value: &Value) -> Type {
    match value {
        Value::Null => Type::Any,
        Value::Bool(_) => Type::Boolean,
        Value::Number(_) => Type::Number,
        Value::String(_) if is_of(value, Type::Time) => Type::Time,
        Value::String(_) => Type::String,
        Value::Array(_) => Type::List,
        Value::Object(_) => Type::Object,
    }
}
