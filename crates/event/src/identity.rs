use serde::{Deserialize, Serialize};
use std::fmt;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A 64-bit hash of an [`Identity`]. Ordering by it is what spreads people evenly over buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonId(pub u64);

/// A name for somebody: a user that the application knows, or a device that nobody has claimed yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    User(String),
    Device(String),
}

/// The prefix that the official clients put before a device in `distinct_id`.
const DEVICE_PREFIX: &str = "$device:";

/// The prefix of the devices that stand for whoever sent none: they last a day, and are nobody's.
pub const DEVICE_OF_A_DAY: &str = "ip-";

impl Identity {
    /// Reads an id as it is shown: `$device:` in front means a device.
    #[must_use]
    pub fn parse(id: &str) -> Self {
        match id.strip_prefix(DEVICE_PREFIX) {
            Some(device) => Self::Device(device.to_owned()),
            None => Self::User(id.to_owned()),
        }
    }

    #[must_use]
    pub fn hash(&self) -> PersonId {
        match self {
            Self::User(id) => PersonId(xxh3_64_with_seed(id.as_bytes(), 1)),
            Self::Device(id) => PersonId(xxh3_64_with_seed(id.as_bytes(), 2)),
        }
    }
}

/// As it is shown and as it was sent: a device carries its prefix.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => f.write_str(id),
            Self::Device(id) => write!(f, "{DEVICE_PREFIX}{id}"),
        }
    }
}

/// Who an event belongs to before links: the user if it names one, else a `distinct_id` that is no device, else the device.
#[must_use]
pub fn person_of(distinct_id: &str, device_id: Option<&str>, user_id: Option<&str>) -> Option<Identity> {
    if let Some(user) = user_id.filter(|id| !id.is_empty()) {
        return Some(Identity::User(user.to_owned()));
    }
    let device = device_id.filter(|id| !id.is_empty());
    if let Some(id) = distinct_id.strip_prefix(DEVICE_PREFIX) {
        return Some(Identity::Device(id.to_owned()));
    }
    if !distinct_id.is_empty() && Some(distinct_id) != device {
        return Some(Identity::User(distinct_id.to_owned()));
    }
    device.map(|id| Identity::Device(id.to_owned()))
}

/// Ids that clients send by mistake for nobody; they would make one giant person and are refused.
#[must_use]
pub fn placeholder(id: &str) -> bool {
    const PLACEHOLDERS: [&str; 21] = [
        "00000000-0000-0000-0000-000000000000",
        "anon",
        "anonymous",
        "nil",
        "none",
        "null",
        "n/a",
        "na",
        "undefined",
        "unknown",
        "<nil>",
        "0",
        "-1",
        "true",
        "false",
        "[]",
        "{}",
        "nan",
        "[object object]",
        "guest",
        "not_authenticated",
    ];
    id.len() <= 36 && PLACEHOLDERS.contains(&id.trim().to_ascii_lowercase().as_str())
}

/// Who is counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Actor {
    #[default]
    Person,
    Device,
    Group(String),
}
