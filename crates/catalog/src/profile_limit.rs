//! How much a profile holds, and the sentence for a change that it has no room for.
//!
//! Not here: what becomes of such a change; whoever applies the feed keeps it aside.

use serde_json::Value;
use sillage_event::{ProfileChange, ProfileOp, Properties, Subject};

/// Bytes of a profile as JSON: lists that are appended to for ever would grow without end.
pub const MAX_PROFILE_BYTES: usize = 1024 * 1024;
pub const MAX_PROFILE_PROPERTIES: usize = 2_000;
const SHOWN_CHARACTERS: usize = 80;

/// A change that a profile has no room for. The profile stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Among the changes that were to be applied.
    pub position: usize,
    /// Stable, for machines: `profile_too_large`, `profile_too_many_properties`.
    pub code: &'static str,
    /// The operation and the property, as a record of the import form names them.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// What a profile would hold too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMuch {
    Bytes(usize),
    Properties(usize),
}

impl LeftOut {
    pub(crate) fn new(position: usize, change: &ProfileChange, too_much: TooMuch) -> Self {
        let (operation, name) = largest(&change.op);
        let field = format!("{operation}.{name}");
        let whose = match &change.subject {
            Subject::Person(identity) => format!("the profile of {}", shortened(&identity.to_string())),
            Subject::Group { r#type, key } => format!("the profile of the {} {}", shortened(r#type), shortened(key)),
        };
        let (code, message) = match too_much {
            TooMuch::Bytes(bytes) => (
                "profile_too_large",
                format!(
                    "{whose} would have {bytes} bytes with this change of {name}, the limit is {MAX_PROFILE_BYTES}: unset or shorten what it no longer needs, or send what goes on growing as events, then receive this again"
                ),
            ),
            TooMuch::Properties(n) => (
                "profile_too_many_properties",
                format!(
                    "{whose} would have {n} properties with this change ({name} and others), the limit is {MAX_PROFILE_PROPERTIES}: unset those it no longer needs, or put values of one kind into one list or object, then receive this again"
                ),
            ),
        };
        Self { position, code, field, message }
    }
}

/// How many properties a profile has after the change, at most.
pub(crate) fn n_after(now: &Properties, op: &ProfileOp) -> usize {
    match op {
        ProfileOp::Set(values) | ProfileOp::SetOnce(values) | ProfileOp::Add(values) | ProfileOp::Append(values) | ProfileOp::Union(values) => {
            // Nearly always there is room for all of them, and none has to be looked up.
            if now.len() + values.len() <= MAX_PROFILE_PROPERTIES {
                return now.len() + values.len();
            }
            now.len() + values.keys().filter(|name| !now.contains_key(name)).count()
        }
        ProfileOp::Remove(_) | ProfileOp::Unset(_) | ProfileOp::Delete => now.len(),
    }
}

/// The operation, and the name of its property with the longest value.
fn largest(op: &ProfileOp) -> (&'static str, String) {
    let (operation, value) = op.as_written();
    let name = match &value {
        Value::Object(values) => values.iter().max_by_key(|(_, value)| value.to_string().len()).map(|(name, _)| name.as_str()),
        Value::Array(names) => names.first().and_then(Value::as_str),
        _ => None,
    };
    (operation, name.map(shortened).unwrap_or_default())
}

fn shortened(text: &str) -> String {
    text.chars().take(SHOWN_CHARACTERS).collect()
}
