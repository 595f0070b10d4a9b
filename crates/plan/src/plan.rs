//! The document, as it is written.

use crate::Convention;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the format, which every plan names.
pub const FORMAT: u32 = 1;
/// So many steps a `same_as` leads on.
pub(crate) const MOST_STEPS: usize = 10;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`FORMAT`]
    pub plan: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "Naming::is_empty")]
    pub naming: Naming,
    /// What becomes of an event that breaks a rule of its properties.
    #[serde(default, skip_serializing_if = "Level::is_accept")]
    pub on_violation: Level,
    #[serde(default, skip_serializing_if = "Level::is_accept")]
    pub on_unplanned_event: Level,
    #[serde(default, skip_serializing_if = "Level::is_accept")]
    pub on_unplanned_property: Level,
    /// What the company wants to reach; an event says which of them it serves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objectives: BTreeMap<String, Objective>,
    /// Shared: planned on every event, and what a property of an event may be the `same_as`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Property>,
    #[serde(default)]
    pub events: BTreeMap<String, PlannedEvent>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            plan: FORMAT,
            name: String::new(),
            description: String::new(),
            naming: Naming::default(),
            on_violation: Level::Accept,
            on_unplanned_event: Level::Accept,
            on_unplanned_property: Level::Accept,
            objectives: BTreeMap::new(),
            properties: BTreeMap::new(),
            events: BTreeMap::new(),
        }
    }
}

/// How names are written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Naming {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<Convention>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<Convention>,
    /// What becomes of an event with an unplanned name that is written otherwise.
    #[serde(default, skip_serializing_if = "Level::is_accept")]
    pub level: Level,
}

impl Naming {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What becomes of an event that breaks a rule; each is stricter than the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Kept and counted.
    #[default]
    Accept,
    /// Kept, counted, and marked on the event.
    Warn,
    /// Kept apart until somebody releases or drops it.
    Quarantine,
    /// Refused, and the reply says why.
    Reject,
}

impl Level {
    fn is_accept(&self) -> bool {
        *self == Self::Accept
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Warn => "warn",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not sent yet.
    Planned,
    #[default]
    Active,
    /// Should no longer be sent.
    Deprecated,
    /// Kept, and not offered where events are chosen.
    Hidden,
    /// Not kept.
    Blocked,
}

impl Status {
    fn is_active(&self) -> bool {
        *self == Self::Active
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Hidden => "hidden",
            Self::Blocked => "blocked",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedEvent {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When exactly it is sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trigger: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    #[serde(default, skip_serializing_if = "Status::is_active")]
    pub status: Status,
    /// The objective that it serves.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub objective: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Names that it had, or events that are the same: questions about this event count them too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_violation: Option<Level>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_unplanned_property: Option<Level>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Property>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    String,
    Number,
    /// A number without a fraction.
    Integer,
    Boolean,
    /// ISO 8601 / RFC 3339 as a text.
    Time,
    List,
    Object,
    Any,
}

impl Type {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::List => "list",
            Self::Object => "object",
            Self::Any => "any",
        }
    }
}

/// The rules of a property. What is left out is taken from the shared property that it is the `same_as`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Property {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Type>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// A regular expression (Rust's `regex`) found anywhere in a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What the elements of a list are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_violation: Option<Level>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Items {
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<Type>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl Plan {
    /// A property, the shared one that it is the `same_as`, and so on.
    pub(crate) fn chain<'a>(&'a self, property: &'a Property) -> impl Iterator<Item = &'a Property> {
        std::iter::successors(Some(property), |one| self.properties.get(one.same_as.as_deref()?)).take(1 + MOST_STEPS)
    }

    /// A property with what the shared one says that it is the `same_as`.
    #[must_use]
    pub fn resolved(&self, property: &Property) -> Property {
        let whole = self.chain(property).skip(1).fold(property.clone(), Property::or);
        Property { same_as: None, ..whole }
    }

    /// Every property of an event that the plan names: its own, then the shared ones that it has no own rules for.
    pub fn properties_of<'a>(&'a self, event: &'a PlannedEvent) -> impl Iterator<Item = (&'a String, Property)> {
        let shared = self.properties.iter().filter(|(name, _)| !event.properties.contains_key(*name));
        event.properties.iter().chain(shared).map(|(name, property)| (name, self.resolved(property)))
    }
}

impl Property {
    /// What it does not say itself, another says.
    fn or(self, other: &Self) -> Self {
        Self {
            same_as: self.same_as,
            kind: self.kind.or(other.kind),
            required: self.required.or(other.required),
            values: self.values.or_else(|| other.values.clone()),
            min: self.min.or(other.min),
            max: self.max.or(other.max),
            pattern: self.pattern.or_else(|| other.pattern.clone()),
            items: self.items.or_else(|| other.items.clone()),
            description: self.description.or_else(|| other.description.clone()),
            example: self.example.or_else(|| other.example.clone()),
            owner: self.owner.or_else(|| other.owner.clone()),
            status: self.status.or(other.status),
            on_violation: self.on_violation.or(other.on_violation),
        }
    }
}
