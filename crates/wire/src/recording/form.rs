//! The forms of requests: the tag's (`docs/decisions/recording-wire.md`) and that of the official Mixpanel browser client.

use super::{
    digest::Gathered,
    json::{Json, JsonError},
    scrub::{Known, Level, Scrub},
};
use crate::{Geo, Key, WireError, decompress::decompress, enrich::describe_agent, key, request::Parameters};
use serde_json::{Value, json};
use sillage_event::recording::{Agent, Piece, PieceName, Profile, Sender};
use std::{borrow::Cow, net::IpAddr};

const MOST_ID_BYTES: usize = 128;
const MOST_SEQ: i64 = 1_000_000;
const WEEK_MS: i64 = 7 * 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// What a piece may be at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordingLimits {
    /// Bytes as received.
    pub compressed_bytes: usize,
    /// Bytes of JSON. Decompression stops there.
    pub expanded_bytes: usize,
    pub events: usize,
}

impl Default for RecordingLimits {
    fn default() -> Self {
        Self { compressed_bytes: 2 << 20, expanded_bytes: 12 << 20, events: 20_000 }
    }
}

/// A request as it was received.
#[derive(Clone, Copy)]
pub struct RecordingRequest<'a> {
    /// Without the question mark.
    pub query: &'a str,
    pub body: &'a [u8],
    pub content_encoding: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub client_ip: Option<IpAddr>,
    pub geo: Option<&'a dyn Geo>,
    /// Milliseconds UTC.
    pub received_at: i64,
    pub limits: RecordingLimits,
}

/// Addresses and bodies stay out of logs.
impl std::fmt::Debug for RecordingRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordingRequest").field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Why a piece was refused. Nothing of it was kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    #[error(transparent)]
    Wire(#[from] WireError),
    #[error("{field} is missing")]
    MissingField { field: &'static str },
    #[error("{field}: {message}")]
    BadField { field: &'static str, message: String },
    #[error("{field} of the body is another than in the address")]
    WrongName { field: &'static str },
    #[error("the body is no JSON: it breaks at byte {at}")]
    MalformedJson { at: usize },
    #[error("the page is nested deeper than 512 levels")]
    TooDeep,
    #[error("the piece holds more than {limit} events")]
    TooManyEvents { limit: usize },
    #[error("version {version} of the form is not known; this server reads version 1")]
    UnknownVersion { version: i64 },
    #[error("the time {t} of an event is no time of a piece that was made just now")]
    BadTime { t: i64 },
    #[error("the piece holds no event that is known")]
    NoEvents,
}

impl RecordingError {
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Wire(error) => error.status(),
            Self::TooManyEvents { .. } => 413,
            _ => 400,
        }
    }

    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wire(error) => error.code(),
            Self::MissingField { .. } => "missing_field",
            Self::BadField { .. } => "bad_field",
            Self::WrongName { .. } => "wrong_name",
            Self::MalformedJson { .. } => "malformed_json",
            Self::TooDeep => "too_deep",
            Self::TooManyEvents { .. } => "too_many_events",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::BadTime { .. } => "bad_time",
            Self::NoEvents => "no_events",
        }
    }

    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::MissingField { field } | Self::BadField { field, .. } | Self::WrongName { field } => Some(field),
            _ => None,
        }
    }

    /// `{"error": {"code", "message", "field"}}`
    #[must_use]
    pub fn body(&self) -> Value {
        json!({"error": {"code": self.code(), "message": self.to_string(), "field": self.field()}})
    }
}

/// What the tag says before its body is read: whose piece, and which.
pub fn read_name(query: &str, authorization: Option<&str>, key_header: Option<&str>) -> Result<(Key, PieceName), RecordingError> {
    let parameters = Parameters::of_query(query);
    let key = key::of_request(authorization, key_header, &parameters)?.ok_or(WireError::MissingKey)?;
    let session = id("session", parameters.get("session"))?;
    let document = id("document", parameters.get("document"))?;
    let seq = parameters.get("seq").ok_or(RecordingError::MissingField { field: "seq" })?;
    Ok((key, PieceName { session, document, seq: sequence(seq)? }))
}

/// As [`read_name`], of the official Mixpanel client: a recording is a session of its own, and its events are numbered in one row.
pub fn read_mixpanel_name(query: &str, authorization: Option<&str>) -> Result<(Key, PieceName), RecordingError> {
    let parameters = Parameters::of_query(query);
    let key = key::of_request(authorization, None, &parameters)?.ok_or(WireError::MissingKey)?;
    let replay = id("replay_id", parameters.get("replay_id"))?;
    let seq = parameters.get("seq").ok_or(RecordingError::MissingField { field: "seq" })?;
    Ok((key, PieceName { session: replay.clone(), document: replay, seq: sequence(seq)? }))
}

/// Reads a piece of the tag. `known` remembers what later pieces of the same document build on.
pub fn read_piece(request: &RecordingRequest<'_>, name: &PieceName, level: Level, known: &mut Known) -> Result<Piece, RecordingError> {
    let parameters = Parameters::of_query(request.query);
    let body = unpacked(request, parameters.get("format").or(Some("json")))?;
    let mut root = parsed(&body)?;
    let version = root.get("v").and_then(Json::as_whole).ok_or(RecordingError::MissingField { field: "v" })?;
    if version != 1 {
        return Err(RecordingError::UnknownVersion { version });
    }
    for (field, named) in [("session", &name.session), ("document", &name.document)] {
        if root.get(field).and_then(Json::as_text) != Some(named) {
            return Err(RecordingError::WrongName { field });
        }
    }
    if root.get("seq").and_then(Json::as_whole) != Some(i64::from(name.seq)) {
        return Err(RecordingError::WrongName { field: "seq" });
    }
    let tab = id("tab", root.get("tab").and_then(Json::as_text))?;
    let device = root.get("device").and_then(Json::as_text).map(|device| id("device", Some(device))).transpose()?;
    let sent_at = root.get("sent_at").and_then(Json::as_whole);
    let word = |name: &str| {
        let text = root.get("profile").and_then(|profile| profile.get(name)?.as_text()).unwrap_or_default();
        text.chars().filter(|letter| !letter.is_control()).take(64).collect::<String>()
    };
    let profile = Profile { level: word("level"), hash: word("hash"), recorder: word("recorder"), server_level: level.as_str().to_owned() };
    let events = match root.get_mut("events") {
        Some(Json::List(events)) => std::mem::take(events),
        _ => return Err(RecordingError::MissingField { field: "events" }),
    };
    let base = Piece { tab, device, profile, sent_at, ..blank(request, name, Sender::Tag) };
    with_events(request, base, events, level, known)
}

/// Reads a batch of the official Mixpanel client: a JSON list of rrweb events.
pub fn read_mixpanel_piece(request: &RecordingRequest<'_>, name: &PieceName, level: Level, known: &mut Known) -> Result<Piece, RecordingError> {
    let parameters = Parameters::of_query(request.query);
    let format = if parameters.get("format") == Some("gzip") { "gzip" } else { "json" };
    let body = unpacked(request, Some(format))?;
    let Json::List(events) = parsed(&body)? else { return Err(RecordingError::MissingField { field: "events" }) };
    let someone = |name: &'static str| {
        parameters.get(name).filter(|text| !text.is_empty() && !sillage_event::placeholder(text)).map(|text| id(name, Some(text))).transpose()
    };
    let recorder = format!("mixpanel-browser {}", parameters.get("$lib_version").unwrap_or_default().chars().take(30).collect::<String>());
    let profile = Profile { level: "mixpanel".to_owned(), hash: String::new(), recorder, server_level: level.as_str().to_owned() };
    let base =
        Piece { tab: name.document.clone(), device: someone("$device_id")?, user: someone("$user_id")?, profile, ..blank(request, name, Sender::Mixpanel) };
    with_events(request, base, events, level, known)
}

fn blank(request: &RecordingRequest<'_>, name: &PieceName, sender: Sender) -> Piece {
    let described = describe_agent(request.user_agent.unwrap_or_default());
    let country = request.geo.zip(request.client_ip).and_then(|(geo, ip)| geo.locate(ip)?.country_code);
    Piece {
        name: name.clone(),
        tab: String::new(),
        device: None,
        user: None,
        sender,
        profile: Profile::default(),
        agent: Agent { country, ..described },
        received_at: request.received_at,
        sent_at: None,
        facts: Default::default(),
        markers: Vec::new(),
        body: Vec::new(),
        styles: Vec::new(),
        expanded_bytes: 0,
    }
}

fn unpacked(request: &RecordingRequest<'_>, format: Option<&str>) -> Result<bytes::Bytes, RecordingError> {
    let RecordingLimits { compressed_bytes, expanded_bytes, .. } = request.limits;
    if request.body.len() > compressed_bytes {
        return Err(WireError::BodyTooLarge { bytes: request.body.len(), limit: compressed_bytes }.into());
    }
    let encoding = match format {
        Some("gzip") => Some("gzip"),
        Some("json") => request.content_encoding,
        _ => return Err(RecordingError::BadField { field: "format", message: "use gzip or json".to_owned() }),
    };
    if request.body.is_empty() {
        return Err(WireError::EmptyBody.into());
    }
    Ok(decompress(encoding, request.body, expanded_bytes)?)
}

fn parsed(body: &[u8]) -> Result<Json<'_>, RecordingError> {
    Json::parse(body).map_err(|error| match error {
        JsonError::Malformed(at) => RecordingError::MalformedJson { at },
        JsonError::TooDeep => RecordingError::TooDeep,
    })
}

fn id(field: &'static str, text: Option<&str>) -> Result<String, RecordingError> {
    let text = text.filter(|text| !text.is_empty()).ok_or(RecordingError::MissingField { field })?;
    if text.len() > MOST_ID_BYTES || text.chars().any(char::is_control) {
        return Err(RecordingError::BadField { field, message: format!("takes at most {MOST_ID_BYTES} bytes and no control characters") });
    }
    Ok(text.to_owned())
}

fn sequence(text: &str) -> Result<u32, RecordingError> {
    let seq = text.parse::<i64>().ok().filter(|seq| (0..=MOST_SEQ).contains(seq)).and_then(|seq| u32::try_from(seq).ok());
    seq.ok_or(RecordingError::BadField { field: "seq", message: format!("must be a whole number from 0 to {MOST_SEQ}") })
}

/// Scrubs, measures and writes the events.
fn with_events(request: &RecordingRequest<'_>, mut piece: Piece, events: Vec<Json<'_>>, level: Level, known: &mut Known) -> Result<Piece, RecordingError> {
    if events.len() > request.limits.events {
        return Err(RecordingError::TooManyEvents { limit: request.limits.events });
    }
    let made_at = piece.sent_at.unwrap_or(request.received_at);
    let document = piece.name.document.clone();
    let mut gathered = Gathered::default();
    let mut scrub = Scrub::new(level, known);
    let mut dropped = 0;
    let mut written: Vec<(i64, Vec<u8>)> = Vec::with_capacity(events.len());
    for event in events {
        let (Some(kind), Some(t)) = (event.get("type").and_then(Json::as_whole), event.get("timestamp").and_then(Json::as_whole)) else {
            dropped += 1;
            continue;
        };
        if !(made_at - WEEK_MS..=made_at + HOUR_MS).contains(&t) || t <= 0 {
            return Err(RecordingError::BadTime { t });
        }
        let Json::Object(members) = event else { continue };
        let data = members.into_iter().rev().find(|(name, _)| name == "data").map_or(Json::Object(Vec::new()), |(_, data)| data);
        let mut keep = |kind: i64, data: &Json<'_>| {
            let mut bytes = format!("{{\"type\":{kind},\"data\":").into_bytes();
            data.write(&mut bytes);
            bytes.extend_from_slice(format!(",\"timestamp\":{t}}}").as_bytes());
            written.push((t, bytes));
        };
        match kind {
            5 => {
                let tag = data.get("tag").and_then(Json::as_text).unwrap_or_default().to_owned();
                match gathered.note(&document, t, &tag, data.get("payload").unwrap_or(&Json::Null)) {
                    Some(payload) => {
                        gathered.event(&document, kind, t, &Json::Null);
                        keep(5, &Json::Object(vec![(Cow::Borrowed("tag"), Json::text(tag)), (Cow::Borrowed("payload"), payload)]));
                    }
                    None => dropped += 1,
                }
            }
            6 => {
                for (tag, payload) in notes_of_plugin(&data) {
                    if let Some(payload) = gathered.note(&document, t, tag, &payload) {
                        gathered.event(&document, 5, t, &Json::Null);
                        keep(5, &Json::Object(vec![(Cow::Borrowed("tag"), Json::text(tag)), (Cow::Borrowed("payload"), payload)]));
                    }
                }
            }
            0..=4 => match scrub.data(kind, data) {
                Some(data) => {
                    gathered.event(&document, kind, t, &data);
                    keep(kind, &data);
                }
                None => dropped += 1,
            },
            _ => dropped += 1,
        }
    }
    if written.is_empty() {
        return Err(RecordingError::NoEvents);
    }
    let Scrub { neutralised, unread_styles, styles, .. } = scrub;
    piece.facts = gathered.facts;
    piece.facts.neutralised = neutralised;
    piece.facts.unread_styles = unread_styles;
    piece.facts.dropped = dropped;
    piece.markers = gathered.markers;
    piece.markers.sort_by_key(|marker| marker.t);
    piece.styles = styles;
    // As recorders write them; a stable sort leaves what is in order as it is.
    written.sort_by_key(|(t, ..)| *t);
    piece.body = Vec::with_capacity(written.iter().map(|(_, bytes)| bytes.len() + 1).sum());
    for (_, bytes) in written {
        piece.body.extend_from_slice(&bytes);
        piece.body.push(b'\n');
    }
    piece.expanded_bytes = piece.body.len() as u64 + piece.styles.iter().map(|style| style.json.len() as u64).sum::<u64>();
    Ok(piece)
}

/// Lines of the console and requests, as rrweb's plugins tell them, in our words. Headers and bodies are left behind.
fn notes_of_plugin<'a>(data: &Json<'a>) -> Vec<(&'static str, Json<'a>)> {
    let plugin = data.get("plugin").and_then(Json::as_text).unwrap_or_default();
    let Some(payload) = data.get("payload") else { return Vec::new() };
    let text = |of: &Json<'a>, name: &str| Json::text(of.get(name).and_then(Json::as_text).unwrap_or_default().to_owned());
    let number = |of: &Json<'a>, name: &str| of.get(name).filter(|value| matches!(value, Json::Number(_))).cloned().unwrap_or(Json::whole(0));
    if plugin.starts_with("rrweb/console") {
        let words: Vec<&str> = payload.get("payload").and_then(Json::as_list).unwrap_or_default().iter().filter_map(Json::as_text).collect();
        // A page's own texts, said aloud: masked as they are.
        let said = super::text::mask(&words.join(" ")).into_owned();
        return vec![("console", Json::Object(vec![(Cow::Borrowed("level"), text(payload, "level")), (Cow::Borrowed("text"), Json::text(said))]))];
    }
    if plugin.starts_with("rrweb/network") {
        let requests = payload.get("requests").and_then(Json::as_list).unwrap_or_default();
        let note = |one: &Json<'a>| {
            let url = one.get("name").or_else(|| one.get("url")).and_then(Json::as_text).unwrap_or_default().to_owned();
            let ms = one.get("duration").filter(|value| matches!(value, Json::Number(_))).cloned().unwrap_or(Json::whole(0));
            let members = vec![
                (Cow::Borrowed("method"), text(one, "method")),
                (Cow::Borrowed("url"), Json::text(url)),
                (Cow::Borrowed("status"), number(one, "status")),
                (Cow::Borrowed("ms"), ms),
            ];
            ("request", Json::Object(members))
        };
        return requests.iter().filter(|one| one.get("status").is_some()).take(200).map(note).collect();
    }
    Vec::new()
}
