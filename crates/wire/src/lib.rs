//! What strangers send, made into what we believe: every protocol's body becomes a [`sillage_event::Batch`], or a typed refusal.
//!
//! This crate does no IO and knows no clock, store or web server: the caller hands over a request as it was received ([`Received`]) and sends
//! the answer. What must stay true:
//!
//! - One bad record never loses the good ones, and every refused record is named with its index and its reason.
//! - No body makes it panic, overflow the stack, or take memory beyond the limits below.
//! - The address of a client is used to find a place and is never part of a batch.
//! - A request that is sent again gives events that count once: with the same ids, and the same times unless these follow from the arrival.
//!
//! # The path of a request
//! caps and decompression ([`decompress`]) → form, base64, envelope → records → for each: decode → whose → ignore → name → clock → identity →
//! properties → groups → insert id → links → enrich → plan. Each step may refuse the record; the code of the refusal says which.
//!
//! # Limits ([`Limits`])
//! | What | At most | Beyond |
//! |---|---|---|
//! | body as received | 10 MiB | 413 |
//! | body decompressed (gzip, deflate, zstd; once) | 20 MiB | 413, decompression stops there |
//! | records of a request | 20,000 native, 2,000 Mixpanel | 413 |
//! | projects named by the records of a request | 20 | `too_many_projects` |
//! | a record | 1 MiB | refused alone, `record_too_large`; 413 if no other was usable |
//! | nesting of a record | 64 levels | `too_deep` |
//! | values in a record, at all levels | 20,000 | `too_many_values` |
//! | properties of an event or profile change | 2,000 | `too_many_properties` |
//! | names of events, properties, group types | 255 bytes, no control characters | `name_too_long`, `bad_event_name`, `bad_property_name` |
//! | ids of persons, devices, sessions, groups, events | 255 bytes, no control characters | `id_too_long`, `bad_id` |
//! | a text value | 8 KiB | cut; `$truncated` on the event lists the properties |
//! | keys of one group type on one event | 255 | `too_many_groups` |
//!
//! # Codes of refused records
//! decode: `malformed_json`, `cut_short`, `after_end`, `not_an_object`, `invalid_utf8`, `lone_surrogate`, `number_out_of_range`,
//! `record_too_large`, `too_deep`, `too_many_values` · validate: `missing_event`, `bad_event_name`, `name_too_long`, `bad_properties`,
//! `bad_property_name`, `too_many_properties`, `unknown_field`, `missing_token`, `too_many_projects`, `missing_time`, `bad_time`, `too_old`, `time_before_1971`,
//! `time_in_future`, `missing_id`, `bad_id`, `id_too_long`, `placeholder_id`, `two_users`, `bad_merge`, `missing_insert_id`, `bad_insert_id`,
//! `bad_group`, `too_many_groups`, `bad_seq`, `missing_operation`, `bad_operation` · apply, after the reply, when a profile has no room for a change:
//! `profile_too_large`, `profile_too_many_properties` · plan, where the project has one: `plan_unplanned_event`, `plan_event_name`,
//! `plan_unplanned_property`, `plan_property_name`, `plan_required`, `plan_type`, `plan_values`, `plan_range`, `plan_pattern`, `quarantine_full` · any: `internal`.
//!
//! # JSON
//! Of a name that occurs twice in an object the last value counts, as in every browser. `__proto__` is a name like any other. A byte order mark is
//! skipped. NaN and Infinity are not JSON; 1e999 does not fit. Half a surrogate pair becomes U+FFFD at the Mixpanel doors for browsers, which cut
//! texts in the middle of an emoji, and is refused elsewhere. A NUL in a text value is kept, in a name or id it is refused.

mod clock;
mod decompress;
mod enrich;
mod error;
mod event_line;
mod fields;
mod identity;
mod identity_line;
mod import_form;
mod intake;
mod key;
mod limits;
mod lookup_table;
mod plan;
mod profile;
mod record;
mod recording;
mod refusal;
mod reply;
mod request;
mod split;
mod steps;

pub use decompress::{compress_zstd, decompress};
pub use enrich::{Geo, MaxMind, Place};
pub use error::WireError;
pub use event_line::event_line;
pub use identity_line::{IdentityLine, WrongField};
pub use import_form::ImportForm;
pub use key::{Key, Token};
pub use limits::Limits;
pub use lookup_table::{MOST_TABLE_BYTES, MOST_TABLE_ROWS, TableShape, table_column, table_shape};
pub use plan::PlanInForce;
pub use recording::{Known, Level, RecordingError, RecordingLimits, RecordingRequest, read_mixpanel_name, read_mixpanel_piece, read_name, read_piece};
pub use refusal::FailedRecord;
pub use reply::{NativeReply, Reply, mixpanel_reply};

use intake::Intake;
use reply::ReplyForm;
use request::Request;
use sillage_event::Batch;
use sillage_plan::Tally;
use std::{fmt, net::IpAddr};

/// The doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// `POST /v1/events`: the import form of `semantics.md`.
    NativeEvents,
    /// `/track`
    Track,
    /// `/import`
    Import,
    /// `/engage`
    Engage,
    /// `/groups`
    Groups,
}

impl Protocol {
    /// The path as refused records name it.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            Self::NativeEvents => "/v1/events",
            Self::Track => "/track",
            Self::Import => "/import",
            Self::Engage => "/engage",
            Self::Groups => "/groups",
        }
    }

    /// The door of a path, with or without a slash at its end; for the replay of refused records too.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let path = path.trim_end_matches('/');
        [Self::NativeEvents, Self::Track, Self::Import, Self::Engage, Self::Groups].into_iter().find(|door| door.path() == path)
    }
}

/// A request as it was received. GET requests have an empty body and their data in the query.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    pub path_kind: Protocol,
    pub content_type: Option<&'a str>,
    pub content_encoding: Option<&'a str>,
    /// Without the question mark.
    pub query: &'a str,
    pub body: &'a [u8],
    /// The header `Host`: the name under which the client knows this server.
    pub host: Option<&'a str>,
    pub user_agent: Option<&'a str>,
    pub accept_language: Option<&'a str>,
    /// The person's address: of the connection, or what a trusted proxy says.
    pub client_ip: Option<IpAddr>,
    /// Milliseconds UTC.
    pub received_at: i64,
    pub authorization: Option<&'a str>,
    /// The header `X-Sillage-Key`.
    pub key_header: Option<&'a str>,
    /// Tells this request from every other one; the same for one that is read again from what was kept of it.
    pub request_id: &'a str,
    /// The header `Idempotency-Key`: what the client calls this request, each time it sends it.
    pub idempotency_key: Option<&'a str>,
}

/// Keys, addresses and bodies stay out of logs.
impl fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("path_kind", &self.path_kind).field("body_bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// What the server brings to a request.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    pub limits: Limits,
    pub geo: Option<&'a dyn Geo>,
    /// The group types that a project knows. A property with such a name makes its value a group of the event. Asked once per project and request.
    pub group_types: &'a dyn Fn(&Token, Option<&Key>) -> Vec<String>,
    /// The tracking plan of a project; None where it has none. Asked as seldom as the group types.
    pub plan: &'a dyn Fn(&Token, Option<&Key>) -> Option<PlanInForce>,
    /// Secret of this installation, at best renewed each day: hides the address in the device id of somebody who sends no id.
    pub visitor_secret: &'a [u8],
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("limits", &self.limits).field("has_geo", &self.geo.is_some()).finish_non_exhaustive()
    }
}

/// What a request holds, checked.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Who sends, by the request as a whole. Always there for native events and imports.
    pub key: Option<Key>,
    /// What to keep, for each project that the records name; refused records among it, so a batch may hold nothing else.
    pub batches: Vec<(Token, Batch)>,
    /// In the order of the request.
    pub failed: Vec<FailedRecord>,
    /// What the events of each project broke of its tracking plan; projects where nothing was broken are left out.
    pub tallies: Vec<(Token, Tally)>,
    /// Records that are kept: events and profile changes, those in quarantine among them.
    pub accepted: u32,
    /// Events that the tracking plan keeps apart until somebody releases or drops them.
    pub quarantined: u32,
    /// Records that their sender asked to drop (`$ignore`), and events that the tracking plan blocks.
    pub ignored: u32,
    pub(crate) reply_form: ReplyForm,
}

/// Reads a request.
///
/// # Errors
/// Only when nothing of the request can be used: no body, no key, too large, not what its headers say.
pub fn receive(received: &Received<'_>, settings: &Settings<'_>) -> Result<Decoded, WireError> {
    let request = Request::read(received, &settings.limits)?;
    if request.key.is_none() && matches!(received.path_kind, Protocol::NativeEvents | Protocol::Import) {
        return Err(WireError::MissingKey);
    }
    let reply_form = ReplyForm::read(&request.parameters, request.is_form);
    let limit = match received.path_kind {
        Protocol::NativeEvents => settings.limits.native_records,
        _ => settings.limits.mixpanel_records,
    };
    let pieces = split::pieces(&request.payload, request.is_ndjson, limit).map_err(|_| WireError::TooManyRecords { limit })?;
    let mut intake = Intake::new(received, &request, &reply_form, settings);
    for (index, piece) in (0..).zip(&pieces) {
        intake.take(index, piece);
    }
    Ok(intake.into_decoded(reply_form))
}
