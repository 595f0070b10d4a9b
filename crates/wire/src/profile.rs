//! Changes of profiles: `/engage`, `/groups`, and the person and group rows of the import form.
//!
//! A record may hold several operations; they apply in the order of the table of `/engage`: set, set once, add, append, union, remove, unset,
//! delete. `$last_seen` is written with every change of a person except a deletion, unless `$ignore_time` is set.

use crate::{
    clock::Moment,
    enrich::{PlaceNames, place_properties, says_where},
    identity::{self, Empty},
    record::unknown_field,
    refusal::{Reason, Stage},
    steps::{Door, check_properties},
};
use serde_json::{Map, Value};
use sillage_event::{Identity, ProfileChange, ProfileOp, Properties, Subject, person_of, time};

/// One record of `/engage`: `{"$token", "$distinct_id", "$set": {…}}`.
pub(crate) fn engage(mut record: Map<String, Value>, door: &Door<'_>) -> Result<Vec<ProfileChange>, Reason> {
    door.stage.set(Stage::Validate);
    let mut take_id = |name: &str| -> Result<Option<String>, Reason> {
        let value = record.remove(name).filter(|value| !value.is_null());
        value.map(|value| identity::id(value, name, door.limits, Empty::MeansNobody)).transpose()
    };
    let distinct_id = take_id("$distinct_id")?.unwrap_or_default();
    let device_id = take_id("$device_id")?;
    let user_id = take_id("$user_id")?;
    // `$distinct_id` is the profile that is meant; the ids beside it only tell whether it is a device.
    let named_user = user_id.filter(|user| distinct_id.is_empty() || *user == distinct_id);
    let person = person_of(&distinct_id, device_id.as_deref(), named_user.as_deref())
        .ok_or_else(|| Reason::validate("missing_id", "$distinct_id", "a profile change needs the id of the person"))?;
    let at = moment(record.remove("$time"), "$time", door)?;
    let is_seen = !is_set(record.get("$ignore_time"));
    let mut operations = operations(&mut record, MIXPANEL_OPERATIONS, door)?;
    let ip = record.remove("$ip").filter(|value| !value.is_null());
    let overrides: Properties = ["$latitude", "$longitude"].into_iter().filter_map(|name| record.remove_entry(name)).collect();
    door.stage.set(Stage::Enrich);
    let place = place(&operations, &overrides, ip.as_ref(), door);
    add_to_set(&mut operations, place);
    if is_seen {
        add_to_set(&mut operations, Properties::from_iter([("$last_seen".to_owned(), Value::from(time::to_rfc3339(at.time)))]));
    }
    Ok(changes(Subject::Person(person), at.time, operations))
}

/// One record of `/groups`: `{"$token", "$group_key", "$group_id", "$set": {…}}`.
pub(crate) fn groups(mut record: Map<String, Value>, door: &Door<'_>) -> Result<Vec<ProfileChange>, Reason> {
    door.stage.set(Stage::Validate);
    for name in ["$add", "$append"] {
        if record.contains_key(name) {
            return Err(Reason::validate("bad_operation", name, "groups take $set, $set_once, $unset, $remove, $union and $delete"));
        }
    }
    let at = moment(record.remove("$time"), "$time", door)?;
    let group_type = group_id(record.remove("$group_key"), "$group_key", door)?;
    let key = group_id(record.remove("$group_id"), "$group_id", door)?;
    let operations = operations(&mut record, MIXPANEL_OPERATIONS, door)?;
    Ok(changes(Subject::Group { r#type: group_type, key }, at.time, operations))
}

/// A row `{"person": id, "set": {…}, "created": …}` of the import form; `time` and the other operations may stand beside.
pub(crate) fn person_row(mut record: Map<String, Value>, door: &Door<'_>) -> Result<Vec<ProfileChange>, Reason> {
    door.stage.set(Stage::Validate);
    let person = record.remove("person").filter(|value| !value.is_null()).unwrap_or(Value::String(String::new()));
    let person = identity::id(person, "person", door.limits, Empty::IsRefused)?;
    let at = moment(record.remove("time"), "time", door)?;
    let created = match record.remove("created").filter(|value| !value.is_null()) {
        Some(created) => Some(
            time::from_json(&created).ok_or_else(|| Reason::validate("bad_time", "created", "created is not a time; send ISO 8601 or a number since 1970"))?,
        ),
        None => None,
    };
    let has_operation = NATIVE_OPERATIONS.iter().any(|(name, _)| record.contains_key(*name));
    let mut operations = if has_operation || created.is_none() { operations(&mut record, NATIVE_OPERATIONS, door)? } else { Vec::new() };
    if let Some((name, _)) = record.iter().next() {
        return Err(unknown_field(name, "person, time, created, set, set_once, add, append, union, remove, unset, delete"));
    }
    if let Some(created) = created {
        add_to_set(&mut operations, Properties::from_iter([("$created".to_owned(), Value::from(time::to_rfc3339(created)))]));
    }
    Ok(changes(Subject::Person(Identity::parse(&person)), at.time, operations))
}

/// A row `{"group_type", "group_key", "set": {…}}` of the import form.
pub(crate) fn group_row(mut record: Map<String, Value>, door: &Door<'_>) -> Result<Vec<ProfileChange>, Reason> {
    door.stage.set(Stage::Validate);
    let at = moment(record.remove("time"), "time", door)?;
    let group_type = group_id(record.remove("group_type"), "group_type", door)?;
    let key = group_id(record.remove("group_key"), "group_key", door)?;
    let operations = operations(&mut record, NATIVE_OPERATIONS, door)?;
    if let Some((name, _)) = record.iter().next() {
        return Err(unknown_field(name, "group_type, group_key, time, set, set_once, add, append, union, remove, unset, delete"));
    }
    Ok(changes(Subject::Group { r#type: group_type, key }, at.time, operations))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Set,
    SetOnce,
    Add,
    Append,
    Union,
    Remove,
    Unset,
    Delete,
}

const MIXPANEL_OPERATIONS: &[(&str, Operation)] = &[
    ("$set", Operation::Set),
    ("$set_once", Operation::SetOnce),
    ("$add", Operation::Add),
    ("$append", Operation::Append),
    ("$union", Operation::Union),
    ("$remove", Operation::Remove),
    ("$unset", Operation::Unset),
    ("$delete", Operation::Delete),
];

const NATIVE_OPERATIONS: &[(&str, Operation)] = &[
    ("set", Operation::Set),
    ("set_once", Operation::SetOnce),
    ("add", Operation::Add),
    ("append", Operation::Append),
    ("union", Operation::Union),
    ("remove", Operation::Remove),
    ("unset", Operation::Unset),
    ("delete", Operation::Delete),
];

fn operations(record: &mut Map<String, Value>, known: &[(&str, Operation)], door: &Door<'_>) -> Result<Vec<ProfileOp>, Reason> {
    let mut found = Vec::new();
    for (name, operation) in known {
        if let Some(value) = record.remove(*name) {
            found.push(operation.read(value, name, door)?);
        }
    }
    if found.is_empty() {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        return Err(Reason::validate("missing_operation", known[0].0, format!("a profile change needs one of {}", names.join(", "))));
    }
    Ok(found)
}

impl Operation {
    fn read(self, value: Value, field: &str, door: &Door<'_>) -> Result<ProfileOp, Reason> {
        if self == Self::Delete {
            // Mixpanel deletes whatever the value is; ours is a yes or no.
            let is_denied = field == "delete" && value != Value::Bool(true);
            return if is_denied { Err(Reason::validate("bad_operation", field, "delete takes true")) } else { Ok(ProfileOp::Delete) };
        }
        if self == Self::Unset {
            return names_to_unset(value, field).map(ProfileOp::Unset);
        }
        let Value::Object(values) = value else {
            return Err(Reason::validate("bad_operation", field, format!("{field} takes an object of names to values")));
        };
        let mut values = Properties::from(values);
        // The address of a person is never stored, by whatever door it comes.
        values.remove("$ip");
        check_properties(&mut values, field, door.limits)?;
        match self {
            Self::Set => Ok(ProfileOp::Set(values)),
            Self::SetOnce => Ok(ProfileOp::SetOnce(values)),
            Self::Append => Ok(ProfileOp::Append(values)),
            Self::Union => Ok(ProfileOp::Union(values)),
            Self::Remove => Ok(ProfileOp::Remove(values)),
            Self::Add | Self::Unset | Self::Delete => match values.iter().find(|(_, value)| !value.is_number()) {
                None => Ok(ProfileOp::Add(values)),
                Some((name, _)) => Err(Reason::validate("bad_operation", format!("{field}.{name}"), format!("{field} takes numbers only"))),
            },
        }
    }
}

fn names_to_unset(value: Value, field: &str) -> Result<Vec<String>, Reason> {
    let wrong = || Reason::validate("bad_operation", field, format!("{field} takes a list of names"));
    match value {
        Value::String(name) => Ok(vec![name]),
        Value::Array(names) => {
            let text = |name: Value| if let Value::String(name) = name { Ok(name) } else { Err(wrong()) };
            names.into_iter().map(text).collect()
        }
        _ => Err(wrong()),
    }
}

fn moment(value: Option<Value>, field: &str, door: &Door<'_>) -> Result<Moment, Reason> {
    door.clock.moment(value.filter(|value| !value.is_null()).as_ref(), field)
}

fn group_id(value: Option<Value>, field: &str, door: &Door<'_>) -> Result<String, Reason> {
    identity::key(value.filter(|value| !value.is_null()).unwrap_or(Value::String(String::new())), field, door.limits, Empty::IsRefused)
}

fn is_set(value: Option<&Value>) -> bool {
    matches!(value, Some(Value::Bool(true)))
        || value.and_then(Value::as_u64).is_some_and(|number| number != 0)
        || matches!(value.and_then(Value::as_str), Some("true" | "1"))
}

/// What the address of the client tells about where the person is, unless the change says it or removes the profile.
fn place(operations: &[ProfileOp], overrides: &Properties, ip: Option<&Value>, door: &Door<'_>) -> Properties {
    if !overrides.is_empty() {
        return overrides.clone();
    }
    let says_it = |operation: &ProfileOp| matches!(operation, ProfileOp::Set(values) | ProfileOp::SetOnce(values) if says_where(values));
    if operations.iter().any(says_it) {
        return Properties::new();
    }
    door.place(ip).map(|place| place_properties(place, PlaceNames::Profile).collect()).unwrap_or_default()
}

/// Adds what the server knows to the record's own `Set`, or as one more. What the record says itself wins; a deletion stays a deletion.
fn add_to_set(operations: &mut Vec<ProfileOp>, added: Properties) {
    if added.is_empty() || operations.contains(&ProfileOp::Delete) {
        return;
    }
    let own_set = operations.iter_mut().find_map(|operation| if let ProfileOp::Set(values) = operation { Some(values) } else { None });
    match own_set {
        Some(values) => {
            for (name, value) in added {
                values.get_or_insert_with(&name, || value);
            }
        }
        None => operations.push(ProfileOp::Set(added)),
    }
}

fn changes(subject: Subject, at: i64, operations: Vec<ProfileOp>) -> Vec<ProfileChange> {
    operations.into_iter().map(|op| ProfileChange { subject: subject.clone(), at, op }).collect()
}
