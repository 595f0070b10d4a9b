//! The steps that make an event of a decoded record. Each may drop the record with a typed reason; the order is the order of [`accept`].

use crate::{
    Limits,
    clock::{Clock, Moment},
    enrich::{Geo, Place, PlaceNames, Visitor, place_properties, says_where},
    identity::{self, Empty, Ids},
    record::EventRecord,
    refusal::{Reason, Stage},
};
use serde_json::Value;
use sillage_event::{BY_ARRIVAL, Event, LinkChange, MAX_NAME_BYTES, Properties, Sent, time};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    net::IpAddr,
};

/// What a record needs to know about the request that it came in.
pub(crate) struct Door<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) clock: Clock,
    pub(crate) received_at: i64,
    /// Tells this request from every other one.
    pub(crate) request_id: &'a str,
    /// What the client calls this request, each time it sends it.
    pub(crate) idempotency_key: Option<&'a str>,
    /// Which fields must be there.
    pub(crate) demands: Demands,
    pub(crate) visitor: Visitor<'a>,
    pub(crate) geo: Option<&'a dyn Geo>,
    /// The last address looked up: most requests come from one.
    pub(crate) last_place: RefCell<Option<(IpAddr, Option<Place>)>>,
    /// Where the record is, so that a panic is reported at its place.
    pub(crate) stage: Cell<Stage>,
}

impl Door<'_> {
    /// Where the address is that a record asks to use, which `ip` says.
    pub(crate) fn place(&self, ip: Option<&Value>) -> Option<Place> {
        let geo = self.geo?;
        let address = self.visitor.address(ip)?;
        if let Some((last, place)) = self.last_place.borrow().as_ref()
            && *last == address
        {
            return place.clone();
        }
        let place = geo.locate(address);
        *self.last_place.borrow_mut() = Some((address, place.clone()));
        place
    }
}

/// How complete an event must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demands {
    /// A name; all else has a sensible default.
    Name,
    /// `/import`: also an id of somebody (which may be empty).
    NameAndId,
    /// `/import?strict=1`: also an insert id of Mixpanel's form.
    Everything,
}

pub(crate) enum Outcome {
    Accepted(Box<Event>, Option<LinkChange>),
    /// The client asked for it to be dropped (`$ignore`).
    Ignored,
}

/// Counts equal events of one request that came without an insert id.
pub(crate) type Ranks = HashMap<String, usize>;

pub(crate) fn accept(mut record: EventRecord, token: &str, group_types: &[String], ranks: &mut Ranks, door: &Door<'_>) -> Result<Outcome, Reason> {
    if is_truthy(record.ignore.as_ref()) {
        return Ok(Outcome::Ignored);
    }
    door.stage.set(Stage::Validate);
    let name = event_name(record.event.take())?;
    let is_identity_event = matches!(name.as_str(), "$identify" | "$create_alias" | "$merge");
    let moment = match record.time.as_ref() {
        None if is_identity_event => Moment { time: door.received_at, original: None, is_missing: true },
        sent => door.clock.moment(sent, record.names.time)?,
    };
    let ids = Ids::check(record.distinct_id.take(), record.device_id.take(), record.user_id.take(), record.names, door.limits)?;
    let ids = somebody(ids, &record, is_identity_event, token, door)?;
    let cut = check_properties(&mut record.properties, "properties", door.limits)?;
    let groups = groups(record.groups.take(), &record.properties, group_types, door.limits)?;
    let mut event = Event {
        name,
        time: moment.time,
        distinct_id: ids.distinct_id.unwrap_or_default(),
        device_id: ids.device_id,
        user_id: ids.user_id,
        insert_id: String::new(),
        session_id: session_id(record.session_id.take(), record.names.session_id, door.limits)?,
        seq: sequence(record.seq.take())?,
        groups,
        properties: std::mem::take(&mut record.properties),
        received_at: door.received_at,
    };
    let sent = insert_id(record.insert_id.take(), record.names.insert_id, is_identity_event, door)?;
    event.insert_id = own_insert_id(sent, &event, &moment, ranks, door);
    let link = identity::link(&mut event, record.names, door.limits)?;
    door.stage.set(Stage::Enrich);
    enrich(&mut event.properties, record.ip.as_ref(), door);
    flag(&mut event.properties, moment.original, cut);
    Ok(Outcome::Accepted(Box::new(event), link))
}

/// True, a number other than 0, or a text that is not empty.
fn is_truthy(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        _ => false,
    }
}

fn event_name(value: Option<Value>) -> Result<String, Reason> {
    const FIELD: &str = "event";
    match value {
        None | Some(Value::Null) => Err(Reason::validate("missing_event", FIELD, "the name of the event is missing")),
        Some(Value::String(name)) if name.trim().is_empty() => Err(Reason::validate("missing_event", FIELD, "the name of the event is empty")),
        Some(Value::String(name)) => checked_name(name, FIELD, "bad_event_name"),
        Some(_) => Err(Reason::validate("bad_event_name", FIELD, "the name of an event must be a text")),
    }
}

fn checked_name(name: String, field: &str, code: &'static str) -> Result<String, Reason> {
    check_name(&name, field, code).map(|()| name)
}

fn check_name(name: &str, field: &str, code: &'static str) -> Result<(), Reason> {
    if name.len() > MAX_NAME_BYTES {
        return Err(Reason::validate("name_too_long", field, format!("the name is {} bytes, the limit is {MAX_NAME_BYTES}", name.len())));
    }
    if name.is_empty() || name.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Reason::validate(code, field, "a name must not be empty or hold control characters"));
    }
    Ok(())
}

/// An event that names nobody at all gets the device of its request; an empty `distinct_id` says that nobody did it.
fn somebody(mut ids: Ids, record: &EventRecord, is_identity_event: bool, token: &str, door: &Door<'_>) -> Result<Ids, Reason> {
    if !ids.is_missing() || is_identity_event {
        return Ok(ids);
    }
    if door.demands != Demands::Name {
        let message = "an import needs the id of who did it; send an empty text if nobody in particular did";
        return Err(Reason::validate("missing_id", record.names.distinct_id, message));
    }
    ids.device_id = door.visitor.device_id(token);
    Ok(ids)
}

/// Checks the names, cuts long texts, and gives the names of the properties that were cut.
pub(crate) fn check_properties(properties: &mut Properties, field: &str, limits: &Limits) -> Result<Vec<String>, Reason> {
    if properties.len() > limits.properties {
        let message = format!("{} properties, the limit is {}", properties.len(), limits.properties);
        return Err(Reason::validate("too_many_properties", field, message));
    }
    let mut cut = Vec::new();
    for (name, value) in properties.iter_mut() {
        if name.len() > MAX_NAME_BYTES || name.is_empty() || name.bytes().any(|byte| byte.is_ascii_control()) {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            check_name(name, &format!("{field}.{shown}"), "bad_property_name")?;
        }
        if cut_texts(value, limits.text_bytes) {
            cut.push(name.clone());
        }
    }
    Ok(cut)
}

/// Whether anything was cut. The depth is bounded by [`Limits::depth`].
fn cut_texts(value: &mut Value, limit: usize) -> bool {
    match value {
        Value::String(text) if text.len() > limit => {
            text.truncate(text.floor_char_boundary(limit));
            text.shrink_to_fit();
            true
        }
        Value::Array(list) => list.iter_mut().fold(false, |cut, one| cut_texts(one, limit) | cut),
        Value::Object(inner) => inner.values_mut().fold(false, |cut, one| cut_texts(one, limit) | cut),
        _ => false,
    }
}

/// The groups that a record names, and the properties that are called like a group type of the project. A type that is named without a key has none.
fn groups(named: Option<Value>, properties: &Properties, group_types: &[String], limits: &Limits) -> Result<Vec<(String, Vec<String>)>, Reason> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    let mut without_key: Vec<String> = Vec::new();
    match named {
        None => {}
        Some(Value::Object(named)) => {
            for (group_type, keys) in named {
                let field = format!("groups.{}", group_type.chars().take(40).collect::<String>());
                check_name(&group_type, &field, "bad_group")?;
                let keys = group_keys(&keys, &field, limits, Unfit::Refuse)?;
                if keys.is_empty() {
                    without_key.push(group_type);
                } else {
                    groups.push((group_type, keys));
                }
            }
        }
        Some(_) => return Err(Reason::validate("bad_group", "groups", "groups must be an object of group types to keys")),
    }
    for group_type in group_types {
        let Some(value) = properties.get(group_type) else { continue };
        if without_key.contains(group_type) || groups.iter().any(|(named, _)| named == group_type) {
            continue;
        }
        let keys = group_keys(value, "properties", limits, Unfit::LeaveOut)?;
        if !keys.is_empty() {
            groups.push((group_type.clone(), keys));
        }
    }
    Ok(groups)
}

/// What becomes of a value that can be no group key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unfit {
    /// The field `groups` is for groups and nothing else.
    Refuse,
    /// A property keeps its value whatever it is; it only names no group then.
    LeaveOut,
}

fn group_keys(value: &Value, field: &str, limits: &Limits, unfit: Unfit) -> Result<Vec<String>, Reason> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    if list.len() > limits.group_keys && unfit == Unfit::Refuse {
        return Err(Reason::validate("too_many_groups", field, format!("{} keys, the limit is {}", list.len(), limits.group_keys)));
    }
    let mut keys: Vec<String> = Vec::new();
    for one in list.iter().take(limits.group_keys).filter(|one| !one.is_null()) {
        match identity::key(one.clone(), field, limits, Empty::MeansNobody) {
            Ok(key) if key.is_empty() || keys.contains(&key) => {}
            Ok(key) => keys.push(key),
            Err(reason) if unfit == Unfit::Refuse => return Err(reason),
            Err(_) => {}
        }
    }
    Ok(keys)
}

fn session_id(value: Option<Value>, field: &str, limits: &Limits) -> Result<Option<String>, Reason> {
    let Some(value) = value else { return Ok(None) };
    Ok(Some(identity::key(value, field, limits, Empty::MeansNobody)?).filter(|id| !id.is_empty()))
}

fn sequence(value: Option<Value>) -> Result<Option<u64>, Reason> {
    match value {
        None => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| Reason::validate("bad_seq", "seq", "seq must be a whole number from 0")),
    }
}

fn insert_id(value: Option<Value>, field: &str, is_identity_event: bool, door: &Door<'_>) -> Result<Option<String>, Reason> {
    let is_strict = door.demands == Demands::Everything && !is_identity_event;
    let Some(value) = value.filter(|value| value.as_str() != Some("") || is_strict) else {
        return if is_strict { Err(Reason::validate("missing_insert_id", field, "a strict import needs an insert id for each event")) } else { Ok(None) };
    };
    let id = identity::id(value, field, door.limits, Empty::IsRefused)?;
    let is_mixpanel_form = id.len() <= 36 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_strict && !is_mixpanel_form {
        return Err(Reason::validate("bad_insert_id", field, "the insert id must be at most 36 bytes of A-Z, a-z, 0-9 and -"));
    }
    Ok(Some(id))
}

/// As it was sent, or from the content as it was sent, before anything is added that may differ when the request is sent again.
fn own_insert_id(sent: Option<String>, event: &Event, moment: &Moment, ranks: &mut Ranks, door: &Door<'_>) -> String {
    let original = moment.original.map(|(original, _)| original);
    // With neither a time nor an id, an event is a new one each time it arrives, unless the client names the request.
    let is_new = sent.is_none() && moment.is_missing && door.idempotency_key.is_none();
    let id = sent.unwrap_or_else(|| {
        let request = door.idempotency_key.unwrap_or(door.request_id);
        let told_by = if moment.is_missing { Sent::With(request) } else { Sent::At(original.unwrap_or(event.time)) };
        let first = event.derived_insert_id(told_by, 0);
        let rank = ranks.entry(first.clone()).or_insert(0);
        *rank += 1;
        if *rank == 1 { first } else { event.derived_insert_id(told_by, *rank - 1) }
    });
    // What is sent again arrives at another time: the id says that it is to be found whenever it came.
    let marked = match original {
        Some(original) => format!("{BY_ARRIVAL}{original}:{id}"),
        None if moment.is_missing && !is_new => format!("{BY_ARRIVAL}{id}"),
        None => return id,
    };
    // It must come in again where an export is imported.
    if marked.len() <= door.limits.id_bytes { marked } else { format!("{BY_ARRIVAL}{}", event.derived_insert_id(Sent::With(&marked), 0)) }
}

fn enrich(properties: &mut Properties, ip: Option<&Value>, door: &Door<'_>) {
    door.visitor.describe(properties);
    if says_where(properties) {
        return;
    }
    if let Some(place) = door.place(ip) {
        properties.extend(place_properties(place, PlaceNames::Event));
    }
}

/// What was changed is said on the event: `$original_time` with `$time_flag`, `$truncated`.
fn flag(properties: &mut Properties, original: Option<(i64, &'static str)>, cut: Vec<String>) {
    if let Some((original, why)) = original {
        properties.insert("$original_time".to_owned(), Value::from(time::to_rfc3339(original)));
        properties.insert("$time_flag".to_owned(), Value::from(why));
    }
    if !cut.is_empty() {
        properties.insert("$truncated".to_owned(), Value::from(cut));
    }
}
