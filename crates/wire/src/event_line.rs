//! Events in the import form, as lines: exports, and what is kept apart.

use serde::Serialize;
use serde_json::{Map, Value};
use sillage_event::{Event, Properties, time::to_rfc3339};

/// The groups of an event, so that they are the same where another set of group types is known. A list under the name of a group type is read as its keys
/// wherever questions are asked; a single value there came before the type was known and names no group.
fn groups_of(event: &Event, group_types: &[String]) -> Map<String, Value> {
    let mut groups: Map<String, Value> = event.groups.iter().map(|(kind, keys)| (kind.clone(), Value::from(keys.clone()))).collect();
    for kind in group_types {
        let Some(value) = event.properties.get(kind).filter(|_| !groups.contains_key(kind)) else { continue };
        let is_keys = value.as_array().is_some_and(|keys| !keys.is_empty() && keys.iter().all(|key| key.as_str().is_some_and(|key| !key.is_empty())));
        groups.insert(kind.clone(), if is_keys { value.clone() } else { Value::Array(Vec::new()) });
    }
    groups
}

/// An event as it would be sent again.
#[derive(Serialize)]
struct EventLine<'a> {
    event: &'a str,
    /// Also where only a user was sent, since that is what tells one event from another.
    distinct_id: &'a str,
    time: String,
    insert_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    groups: Map<String, Value>,
    properties: &'a Properties,
}

/// Adds a line of the import form that reads back as this event. `group_types` are those that the project knows.
pub fn event_line(event: &Event, group_types: &[String], out: &mut Vec<u8>) {
    let line = EventLine {
        event: &event.name,
        distinct_id: if event.distinct_id.is_empty() { event.user_id.as_deref().unwrap_or_default() } else { &event.distinct_id },
        time: to_rfc3339(event.time),
        insert_id: &event.insert_id,
        device_id: event.device_id.as_deref(),
        user_id: event.user_id.as_deref(),
        session_id: event.session_id.as_deref(),
        seq: event.seq,
        groups: groups_of(event, group_types),
        properties: &event.properties,
    };
    // A tree of plain values always has a form as JSON.
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
}
