//! One record, from its bytes to named fields. Nothing here is believed yet: [`crate::steps`] makes an [`sillage_event::Event`] of it, or a refusal.

use crate::{
    Limits,
    fields::{Fields, Sent},
    refusal::Reason,
    split::{Fault, Piece, line_piece},
};
use memchr::memmem;
use serde_json::Value;
use sillage_event::Properties;
use std::borrow::Cow;

/// The record as it came, for the quarantine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a>(pub(crate) &'a [u8]);

const QUARANTINE_BYTES: usize = 128 << 10;

impl Raw<'_> {
    /// The insert id of a record that was refused, so that its sender finds it again. Read anew, since the steps have taken the record apart.
    pub(crate) fn insert_id(&self, limits: &Limits) -> Option<String> {
        let record = decode(&line_piece(self.0), limits, Surrogates::Repair).ok()?;
        let id = record.get("insert_id").or_else(|| record.properties()?.get("$insert_id"))?.as_str()?;
        (id.len() <= limits.id_bytes).then(|| id.to_owned())
    }

    /// Cut at 128 KiB, beyond which a record cannot be replayed, and without the address of the client: an IP is never stored.
    pub(crate) fn for_quarantine(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.0[..self.0.len().min(QUARANTINE_BYTES)]).into_owned();
        for name in ["\"ip\"", "\"$ip\""] {
            let mut from = 0;
            while let Some(at) = text[from..].find(name) {
                from += at + name.len();
                let after_blanks = |at: usize, byte: char| text[at..].trim_start().strip_prefix(byte).map(|rest| text.len() - rest.len());
                let Some(start) = after_blanks(from, ':').and_then(|at| after_blanks(at, '"')) else { continue };
                let end = text[start..].find('"').map_or(text.len(), |len| start + len);
                text.replace_range(start..end, "");
                from = start;
            }
        }
        text
    }
}

/// How the clients of a protocol call the fields, for messages.
#[derive(Debug)]
pub(crate) struct FieldNames {
    pub(crate) time: &'static str,
    pub(crate) distinct_id: &'static str,
    pub(crate) device_id: &'static str,
    pub(crate) user_id: &'static str,
    pub(crate) insert_id: &'static str,
    pub(crate) session_id: &'static str,
}

pub(crate) const MIXPANEL_NAMES: FieldNames = FieldNames {
    time: "properties.time",
    distinct_id: "properties.distinct_id",
    device_id: "properties.$device_id",
    user_id: "properties.$user_id",
    insert_id: "properties.$insert_id",
    session_id: "properties.$session_id",
};

pub(crate) const NATIVE_NAMES: FieldNames =
    FieldNames { time: "time", distinct_id: "distinct_id", device_id: "device_id", user_id: "user_id", insert_id: "insert_id", session_id: "session_id" };

/// An event as decoded: fields by meaning, of any type, none of them checked.
#[derive(Debug)]
pub(crate) struct EventRecord {
    pub(crate) names: &'static FieldNames,
    pub(crate) event: Option<Value>,
    pub(crate) time: Option<Value>,
    pub(crate) distinct_id: Option<Value>,
    pub(crate) device_id: Option<Value>,
    pub(crate) user_id: Option<Value>,
    pub(crate) insert_id: Option<Value>,
    pub(crate) session_id: Option<Value>,
    pub(crate) seq: Option<Value>,
    pub(crate) groups: Option<Value>,
    pub(crate) token: Option<Value>,
    pub(crate) ip: Option<Value>,
    pub(crate) ignore: Option<Value>,
    pub(crate) properties: Properties,
}

impl EventRecord {
    /// `{"event", "properties": {…}}`, everything else among the properties. Other fields beside them are metadata of the mobile clients.
    pub(crate) fn of_mixpanel(mut record: Fields<'_>) -> Result<Self, Reason> {
        let event = record.remove("event");
        let properties = properties_of(record.take_properties())?;
        Ok(Self::new(&MIXPANEL_NAMES, event, properties))
    }

    /// The import form of `semantics.md`. Where a field is absent, the property of Mixpanel's name stands for it, so that exports of Mixpanel read too.
    pub(crate) fn of_import_form(mut record: Fields<'_>) -> Result<Self, Reason> {
        let event = record.remove("event");
        let properties = properties_of(record.take_properties())?;
        let mut own = Self::empty(&NATIVE_NAMES, None);
        for (name, value) in record.into_others() {
            let field = match &*name {
                "time" => &mut own.time,
                "distinct_id" => &mut own.distinct_id,
                "device_id" => &mut own.device_id,
                "user_id" => &mut own.user_id,
                "insert_id" => &mut own.insert_id,
                "session_id" => &mut own.session_id,
                "seq" => &mut own.seq,
                "groups" => &mut own.groups,
                _ if value.is_null() => continue,
                _ => return Err(unknown_field(&name, "event, distinct_id, time, properties, device_id, user_id, insert_id, session_id, seq, groups")),
            };
            *field = Some(value).filter(|value| !value.is_null());
        }
        let of_properties = Self::new(&NATIVE_NAMES, event, properties);
        Ok(Self {
            time: own.time.or(of_properties.time),
            distinct_id: own.distinct_id.or(of_properties.distinct_id),
            device_id: own.device_id.or(of_properties.device_id),
            user_id: own.user_id.or(of_properties.user_id),
            insert_id: own.insert_id.or(of_properties.insert_id),
            session_id: own.session_id.or(of_properties.session_id),
            seq: own.seq,
            groups: own.groups,
            ..of_properties
        })
    }

    fn empty(names: &'static FieldNames, event: Option<Value>) -> Self {
        Self {
            names,
            event,
            time: None,
            distinct_id: None,
            device_id: None,
            user_id: None,
            insert_id: None,
            session_id: None,
            seq: None,
            groups: None,
            token: None,
            ip: None,
            ignore: None,
            properties: Properties::new(),
        }
    }

    fn new(names: &'static FieldNames, event: Option<Value>, mut properties: Properties) -> Self {
        // Most events have none of them among their properties, and looking each up costs more than one look at every name.
        if !properties.keys().any(|name| is_field_of_mixpanel(name)) {
            return Self { properties, ..Self::empty(names, event) };
        }
        Self {
            time: take(&mut properties, &["time", "$time"]),
            distinct_id: take(&mut properties, &["distinct_id", "$distinct_id"]),
            device_id: take(&mut properties, &["$device_id"]),
            user_id: take(&mut properties, &["$user_id"]),
            insert_id: take(&mut properties, &["$insert_id"]),
            session_id: take(&mut properties, &["$session_id"]),
            token: take(&mut properties, &["token"]),
            ip: take(&mut properties, &["ip", "$ip"]),
            ignore: take(&mut properties, &["$ignore"]),
            properties,
            ..Self::empty(names, event)
        }
    }
}

/// Takes all the names away and gives the first that is set. `null` is not set.
pub(crate) fn take(properties: &mut Properties, names: &[&str]) -> Option<Value> {
    let mut first = None;
    for name in names {
        let value = properties.remove(name).filter(|value| !value.is_null());
        first = first.or(value);
    }
    first
}

pub(crate) fn unknown_field(name: &str, known: &str) -> Reason {
    let name: String = name.chars().take(80).collect();
    let message = format!("field {name:?} is not known; the fields are: {known}");
    Reason::validate("unknown_field", name, message)
}

/// What [`EventRecord::new`] takes from among the properties.
fn is_field_of_mixpanel(name: &str) -> bool {
    matches!(
        name,
        "time" | "$time" | "distinct_id" | "$distinct_id" | "$device_id" | "$user_id" | "$insert_id" | "$session_id" | "token" | "ip" | "$ip" | "$ignore"
    )
}

fn properties_of(sent: Option<Sent>) -> Result<Properties, Reason> {
    match sent {
        None | Some(Sent::Other(Value::Null)) => Ok(Properties::new()),
        Some(Sent::Properties(properties)) => Ok(properties),
        Some(Sent::Other(_)) => Err(Reason::validate("bad_properties", "properties", "properties must be an object of names to values")),
    }
}

/// Whether a text may hold half of a surrogate pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surrogates {
    /// Browsers cut texts in the middle of an emoji; the half becomes U+FFFD.
    Repair,
    Refuse,
}

/// Parses one record. Its size, depth and width are checked before anything is allocated for it.
pub(crate) fn decode<'a>(piece: &Piece<'a>, limits: &Limits, surrogates: Surrogates) -> Result<Fields<'a>, Reason> {
    match piece.fault {
        Some(Fault::NotClosed) => {
            return Err(Reason::decode("cut_short", "the list is not closed: what followed the last record did not arrive; the records before are kept"));
        }
        Some(Fault::AfterEnd) => return Err(Reason::decode("after_end", "something follows the end of the list; send one list")),
        Some(Fault::CutShort) => {
            return Err(Reason::decode("cut_short", "the body ends inside this record, or its brackets do not match; the records before it are kept"));
        }
        None => {}
    }
    if piece.bytes.len() > limits.record_bytes {
        let message = format!("the record is {} bytes, the limit is {}", piece.bytes.len(), limits.record_bytes);
        return Err(Reason::decode("record_too_large", message));
    }
    if piece.depth > limits.depth {
        return Err(Reason::decode("too_deep", format!("the record nests {} levels, the limit is {}", piece.depth, limits.depth)));
    }
    if piece.values > limits.values {
        return Err(Reason::decode("too_many_values", format!("the record holds about {} values, the limit is {}", piece.values, limits.values)));
    }
    let parsed = serde_json::from_slice(piece.bytes).or_else(|error| match surrogates {
        Surrogates::Repair => match with_whole_surrogates(piece.bytes) {
            Cow::Owned(repaired) => serde_json::from_slice(&repaired).map(Fields::into_owned),
            Cow::Borrowed(_) => Err(error),
        },
        Surrogates::Refuse => Err(error),
    });
    parsed.map_err(|error| {
        let is_json = error.is_data() && serde_json::from_slice::<Value>(piece.bytes).is_ok();
        if is_json { Reason::decode("not_an_object", "a record must be a JSON object") } else { malformed(piece.bytes, &error) }
    })
}

fn malformed(bytes: &[u8], error: &serde_json::Error) -> Reason {
    if std::str::from_utf8(bytes).is_err() {
        return Reason::decode("invalid_utf8", "the record is not UTF-8");
    }
    let said = error.to_string();
    if said.contains("number out of range") {
        return Reason::decode("number_out_of_range", format!("a number does not fit a double: {said}"));
    }
    if said.contains("surrogate") || said.contains("end of hex escape") {
        return Reason::decode("lone_surrogate", format!("a text holds half of a surrogate pair: {said}"));
    }
    let near = near(bytes, error.column());
    let hint = if near.contains("NaN") || near.contains("Infinity") { "; NaN and Infinity are not JSON, leave the property out" } else { "" };
    Reason::decode("malformed_json", format!("not JSON: {said}{hint}"))
}

fn near(bytes: &[u8], column: usize) -> Cow<'_, str> {
    let at = column.min(bytes.len());
    String::from_utf8_lossy(&bytes[at.saturating_sub(2)..(at + 10).min(bytes.len())])
}

/// The JSON with every `\ud8xx` that lacks its other half written as `\ufffd`.
fn with_whole_surrogates(json: &[u8]) -> Cow<'_, [u8]> {
    let mut repaired: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(found) = memmem::find(&json[at..], b"\\") {
        let escape = at + found;
        match surrogate_at(json, escape) {
            Some(0xd800..0xdc00) if matches!(surrogate_at(json, escape + 6), Some(0xdc00..0xe000)) => at = escape + 12,
            Some(0xd800..0xe000) => {
                repaired.get_or_insert_with(|| json.to_vec())[escape..escape + 6].copy_from_slice(b"\\ufffd");
                at = escape + 6;
            }
            _ => at = (escape + 2).min(json.len()),
        }
    }
    repaired.map_or(Cow::Borrowed(json), Cow::Owned)
}

/// The code of `\uXXXX` at this place.
fn surrogate_at(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
