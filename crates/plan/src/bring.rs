//! A plan from a text, whoever's format it is.

use crate::{Plan, from_lexicon, from_segment, lexicon::is_lexicon, read, read::ReadError};
use serde_json::Value;

/// Whose format a text is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Our own, YAML or JSON.
    Plan,
    /// A CSV file of Mixpanel's Lexicon.
    Lexicon,
    /// A tracking plan of Segment's Protocols, as its API gives it.
    Segment,
}

impl Origin {
    /// The format that a text seems to be in.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if is_lexicon(text) {
            return Self::Lexicon;
        }
        match serde_json::from_str::<Value>(text) {
            Ok(Value::Object(document)) if document.contains_key("plan") || document.get("events").is_some_and(Value::is_object) => Self::Plan,
            Ok(Value::Object(_) | Value::Array(_)) => Self::Segment,
            _ => Self::Plan,
        }
    }
}

/// Reads it, and tells what has no place in a plan.
///
/// # Errors
/// When it is not of that format.
pub fn bring(text: &str, origin: Origin) -> Result<(Plan, Vec<String>), ReadError> {
    match origin {
        Origin::Plan => Ok((read(text)?, Vec::new())),
        Origin::Lexicon => from_lexicon(text),
        Origin::Segment => from_segment(text),
    }
}
