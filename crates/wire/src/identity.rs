//! Who did it, as a record says. Links between ids over time are the store's.

use crate::{Limits, record::FieldNames, refusal::Reason};
use serde_json::Value;
use sillage_event::{Event, Identity, LinkChange, as_text, placeholder};

const DEVICE_PREFIX: &str = "$device:";

/// The ids of one event, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) distinct_id: Option<String>,
    pub(crate) device_id: Option<String>,
    pub(crate) user_id: Option<String>,
}

impl Ids {
    pub(crate) fn check(
        distinct_id: Option<Value>,
        device_id: Option<Value>,
        user_id: Option<Value>,
        names: &FieldNames,
        limits: &Limits,
    ) -> Result<Self, Reason> {
        let distinct_id = optional(distinct_id, |value| id(value, names.distinct_id, limits, Empty::MeansNobody))?;
        let device_id = optional(device_id, |value| id(value, names.device_id, limits, Empty::MeansNobody))?.filter(|id| !id.is_empty());
        let user_id = optional(user_id, |value| id(value, names.user_id, limits, Empty::MeansNobody))?.filter(|id| !id.is_empty());
        // The device may be written with its prefix, or only as the distinct id; an event that carries it beside a user links the two.
        let device_id = device_id.or_else(|| distinct_id.clone().filter(|id| id.starts_with(DEVICE_PREFIX)));
        let device_id = device_id.map(|id| id.strip_prefix(DEVICE_PREFIX).map(str::to_owned).unwrap_or(id));
        Ok(Self { distinct_id, device_id, user_id })
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.distinct_id.is_none() && self.device_id.is_none() && self.user_id.is_none()
    }
}

fn optional(value: Option<Value>, check: impl Fn(Value) -> Result<String, Reason>) -> Result<Option<String>, Reason> {
    value.map(check).transpose()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Empty {
    MeansNobody,
    IsRefused,
}

/// An id of a person: as [`key`], and a placeholder that many people would share is refused.
pub(crate) fn id(value: Value, field: &str, limits: &Limits, empty: Empty) -> Result<String, Reason> {
    let id = key(value, field, limits, empty)?;
    let bare = id.strip_prefix(DEVICE_PREFIX).unwrap_or(&id);
    if !id.is_empty() && (bare.trim().is_empty() || placeholder(bare)) {
        let message = format!("{id:?} stands for nobody in particular and would make one giant person; send the id, or nothing");
        return Err(Reason::validate("placeholder_id", field, message));
    }
    Ok(id)
}

/// A key of a group or a session as text: a number is read as its digits.
pub(crate) fn key(value: Value, field: &str, limits: &Limits, empty: Empty) -> Result<String, Reason> {
    let id = match value {
        Value::String(text) => text,
        Value::Number(_) => as_text(&value).unwrap_or_default(),
        _ => return Err(Reason::validate("bad_id", field, "an id must be a text or a number")),
    };
    if id.is_empty() {
        return match empty {
            Empty::MeansNobody => Ok(id),
            Empty::IsRefused => Err(Reason::validate("missing_id", field, "an id is missing")),
        };
    }
    if id.len() > limits.id_bytes {
        return Err(Reason::validate("id_too_long", field, format!("the id is {} bytes, the limit is {}", id.len(), limits.id_bytes)));
    }
    if id.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Reason::validate("bad_id", field, "an id must not hold control characters"));
    }
    Ok(id)
}

/// What the identity events of the Mixpanel protocols ask for. The event itself is kept; `$identify` gains the device and the user that it links.
///
/// Two user ids never merge by themselves. An id is taken for an anonymous one if it is a device, or made like a UUID. The caller of `$identify` only
/// says that an id changed, often from one user to another, so a link that cannot be is no error there; `$create_alias` and `$merge` ask for a
/// merge, and are refused with a reason.
pub(crate) fn link(event: &mut Event, names: &FieldNames, limits: &Limits) -> Result<Option<LinkChange>, Reason> {
    match event.name.as_str() {
        "$identify" => identify(event, limits),
        "$create_alias" => create_alias(event, names, limits),
        "$merge" => merge(event, limits),
        _ => Ok(None),
    }
}

fn identify(event: &mut Event, limits: &Limits) -> Result<Option<LinkChange>, Reason> {
    let property = |name: &str| -> Result<Option<String>, Reason> {
        let value = event.properties.get(name).filter(|value| !value.is_null()).cloned();
        Ok(optional(value, |value| id(value, &format!("properties.{name}"), limits, Empty::MeansNobody))?.filter(|id| !id.is_empty()))
    };
    let identified = property("$identified_id")?;
    let anonymous = match property("$anon_distinct_id")? {
        Some(id) => Some(id),
        None => property("$anon_id")?,
    };
    let sent = Some(event.distinct_id.clone()).filter(|id| !id.is_empty() && !id.starts_with(DEVICE_PREFIX) && Some(id) != anonymous.as_ref());
    let Some(user) = event.user_id.clone().or(identified).or(sent) else { return Ok(None) };
    if user.starts_with(DEVICE_PREFIX) {
        return Ok(None);
    }
    event.user_id = Some(user.clone());
    let Some(anonymous) = anonymous.filter(|id| *id != user) else { return Ok(None) };
    if let Some(device) = anonymous.strip_prefix(DEVICE_PREFIX) {
        event.device_id.get_or_insert_with(|| device.to_owned());
        return Ok(None);
    }
    if !is_anonymous(&anonymous) || event.device_id.as_ref() == Some(&anonymous) {
        return Ok(None);
    }
    event.device_id.get_or_insert_with(|| anonymous.clone());
    Ok(attach(anonymous, user, event))
}

fn create_alias(event: &mut Event, names: &FieldNames, limits: &Limits) -> Result<Option<LinkChange>, Reason> {
    let alias = event.properties.get("alias").cloned().unwrap_or(Value::String(String::new()));
    let alias = id(alias, "properties.alias", limits, Empty::IsRefused)?;
    let original = match &event.device_id {
        Some(device) if *device == event.distinct_id => format!("{DEVICE_PREFIX}{device}"),
        _ => event.sent_id().to_owned(),
    };
    if original.is_empty() {
        return Err(Reason::validate("missing_id", names.distinct_id, "an alias needs the id that it stands for"));
    }
    if alias == original {
        return Ok(None);
    }
    if let Some(user) = event.user_id.as_ref().filter(|user| **user != alias) {
        return Err(two_users("properties.alias", user, &alias));
    }
    if is_anonymous(&original) && !alias.starts_with(DEVICE_PREFIX) {
        return Ok(attach(original, alias, event));
    }
    if is_anonymous(&alias) && !original.starts_with(DEVICE_PREFIX) {
        return Ok(attach(alias, original, event));
    }
    Err(two_users("properties.alias", &original, &alias))
}

fn merge(event: &mut Event, limits: &Limits) -> Result<Option<LinkChange>, Reason> {
    const FIELD: &str = "properties.$distinct_ids";
    let Some(Value::Array(ids)) = event.properties.get("$distinct_ids") else {
        return Err(Reason::validate("bad_merge", FIELD, "$distinct_ids must be a list of two ids"));
    };
    let [first, second] = ids.as_slice() else {
        return Err(Reason::validate("bad_merge", FIELD, format!("$distinct_ids must hold two ids, not {}", ids.len())));
    };
    let first = id(first.clone(), FIELD, limits, Empty::IsRefused)?;
    let second = id(second.clone(), FIELD, limits, Empty::IsRefused)?;
    match (is_anonymous(&first), is_anonymous(&second)) {
        _ if first == second => Ok(None),
        (true, false) => Ok(attach(first, second, event)),
        (false, true) => Ok(attach(second, first, event)),
        _ => Err(two_users(FIELD, &first, &second)),
    }
}

/// A device is linked by the event that names it beside the user, under the rule that the first user keeps it. A bare id under which events came
/// as if it were a user needs a merge; `by` is then the name of the event, so that the ledger tells it from an operator's.
fn attach(anonymous: String, user: String, event: &mut Event) -> Option<LinkChange> {
    if let Some(device) = anonymous.strip_prefix(DEVICE_PREFIX) {
        event.device_id = Some(device.to_owned());
        event.user_id = Some(user);
        return None;
    }
    Some(LinkChange::Merge { from: Identity::parse(&anonymous), into: Identity::parse(&user), at: event.time, by: event.name.clone() })
}

fn two_users(field: &str, first: &str, second: &str) -> Reason {
    let message = format!("{first:?} and {second:?} are two users, which never merge by themselves; merge them by hand if they are one person");
    Reason::validate("two_users", field, message)
}

/// A device, a UUID, or the five groups of hexadecimal digits that old browser clients made for themselves.
fn is_anonymous(id: &str) -> bool {
    id.starts_with(DEVICE_PREFIX)
        || ((32..=64).contains(&id.len()) && id.split('-').count() == 5 && id.split('-').all(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_hexdigit())))
}
