use crate::{Identity, Properties, identity};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

pub const DAY_MS: i64 = 86_400_000;
pub const HOUR_MS: i64 = 3_600_000;
/// Names of events and properties are at most this long.
pub const MAX_NAME_BYTES: usize = 255;
/// How the insert id of an event begins whose time is not the one that its client sent, but follows from when it arrived.
pub const BY_ARRIVAL: &str = "arrival:";

/// One thing that one actor did at one moment. Only validated events have this type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    #[serde(rename = "e")]
    pub name: String,
    /// Milliseconds since 1970, UTC, corrected for a skewed client clock.
    #[serde(rename = "t")]
    pub time: i64,
    /// The id as it was sent; empty means that nobody in particular did it. A device may come as `$device:<id>`.
    #[serde(rename = "i", default, skip_serializing_if = "String::is_empty")]
    pub distinct_id: String,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Never empty: made from the content when the client sent none.
    #[serde(rename = "k")]
    pub insert_id: String,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The client's own counter, monotonic in a session; orders events of the same millisecond.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Group type to keys.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<(String, Vec<String>)>,
    #[serde(rename = "p", default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    /// When the server received it, milliseconds UTC.
    #[serde(rename = "r", default)]
    pub received_at: i64,
}

/// What tells an event without an id of its own from another one with the same content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent<'a> {
    /// The time that its client gave.
    At(i64),
    /// The request that it came in: no time was given.
    With(&'a str),
}

impl Event {
    /// Who did it, as far as the event itself says. Links between devices and users come on top.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        identity::person_of(&self.distinct_id, self.device_id.as_deref(), self.user_id.as_deref())
    }

    /// The person id as sent, for the key under which duplicates fall together.
    #[must_use]
    pub fn sent_id(&self) -> &str {
        match (&self.user_id, self.distinct_id.as_str(), &self.device_id) {
            (_, id, _) if !id.is_empty() => id,
            (Some(user), _, _) => user,
            (_, _, Some(device)) => device,
            _ => "",
        }
    }

    /// Two events with this key in the same project are one event: name, person id as sent, time and insert id.
    #[must_use]
    pub fn duplicate_key(&self) -> u64 {
        duplicate_key(&self.name, self.sent_id(), self.time, &self.insert_id)
    }

    /// An insert id for an event that came without one: its content and its rank among equal events of the request. `sent` is what tells it from
    /// the same content at another moment.
    #[must_use]
    pub fn derived_insert_id(&self, sent: Sent<'_>, rank: usize) -> String {
        let mut hash = Xxh3::new();
        hash.update(self.name.as_bytes());
        hash.update(&[0]);
        hash.update(self.sent_id().as_bytes());
        match sent {
            Sent::At(time) => hash.update(&time.to_le_bytes()),
            Sent::With(request) => {
                hash.update(&[0]);
                hash.update(request.as_bytes());
            }
        }
        hash.update(serde_json::to_string(&self.properties).unwrap_or_default().as_bytes());
        hash.update(&(rank as u64).to_le_bytes());
        format!("auto-{:032x}", hash.digest128())
    }
}

/// For how long an event with this insert id is taken for the same one although it arrived at another time; `None` when its time is its own.
#[must_use]
pub fn arrival_window_ms(insert_id: &str) -> Option<i64> {
    insert_id.starts_with(BY_ARRIVAL).then_some(DAY_MS)
}

/// The time as it counts for telling duplicates: the window of the arrival where the time follows from it. Who looks for a duplicate looks into the
/// window before as well.
#[must_use]
pub fn duplicate_time(time: i64, insert_id: &str) -> i64 {
    arrival_window_ms(insert_id).map_or(time, |window_ms| time.div_euclid(window_ms))
}

/// See [`Event::duplicate_key`].
#[must_use]
pub fn duplicate_key(name: &str, sent_id: &str, time: i64, insert_id: &str) -> u64 {
    let mut buffer = Vec::with_capacity(name.len() + sent_id.len() + insert_id.len() + 10);
    buffer.extend_from_slice(name.as_bytes());
    buffer.push(0);
    buffer.extend_from_slice(sent_id.as_bytes());
    buffer.push(0);
    buffer.extend_from_slice(insert_id.as_bytes());
    buffer.extend_from_slice(&duplicate_time(time, insert_id).to_le_bytes());
    xxh3_64(&buffer)
}
