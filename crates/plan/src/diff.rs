//! What two plans differ in.

use crate::Plan;
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    Added,
    Removed,
    Changed,
}

impl ChangeKind {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// One difference, as deep as it lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub kind: ChangeKind,
    /// Dotted, as errors name it.
    pub field: String,
    /// Null where it was not there.
    pub before: Value,
    /// Null where it is no more.
    pub after: Value,
}

/// What was done to `before` to make `after`, in the order of the fields. An event or property that is new or gone is one change.
#[must_use]
pub fn diff(before: &Plan, after: &Plan) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&Value::from(before), &Value::from(after), "", &mut changes);
    changes
}

fn compare(before: &Value, after: &Value, field: &str, changes: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        let kind = match (before.is_null(), after.is_null()) {
            (true, _) => ChangeKind::Added,
            (_, true) => ChangeKind::Removed,
            _ => ChangeKind::Changed,
        };
        changes.push(Change { kind, field: field.to_owned(), before: before.clone(), after: after.clone() });
        return;
    };
    let empty = Map::new();
    let is_list_of_names = |name: &str| matches!(name, "events" | "properties" | "objectives");
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        match (old.get(name), new.get(name)) {
            (None, Some(Value::Object(added))) if is_list_of_names(name) && !is_entry(field) => {
                compare(&Value::Object(empty.clone()), &Value::Object(added.clone()), &path, changes);
            }
            (Some(Value::Object(removed)), None) if is_list_of_names(name) && !is_entry(field) => {
                compare(&Value::Object(removed.clone()), &Value::Object(empty.clone()), &path, changes);
            }
            (was, is) => compare(was.unwrap_or(&Value::Null), is.unwrap_or(&Value::Null), &path, changes),
        }
    }
}

/// Whether the names below a field are those that people give.
fn is_entry(field: &str) -> bool {
    matches!(field.rsplit('.').next(), Some("events" | "properties" | "objectives"))
}
