//! What we believe: an event, a person, a profile change, their ids, time and values.
//!
//! This crate does no IO and knows no protocol, file or engine. What strangers send becomes these types in `wire`;
//! what rests on disk is built from them in `store`.

mod event;
mod identity;
pub mod page_summary;
mod profile;
mod properties;
pub mod recording;
pub mod time;
mod value;

pub use event::{BY_ARRIVAL, DAY_MS, Event, HOUR_MS, MAX_NAME_BYTES, Sent, arrival_window_ms, duplicate_key, duplicate_time};
pub use identity::{Actor, DEVICE_OF_A_DAY, Identity, PersonId, person_of, placeholder};
pub use profile::{ProfileChange, ProfileOp, Subject, history_of};
pub use properties::{EachProperty, Properties};
pub use value::{as_number, as_text, lookup, lookup_in, number_text};

use std::fmt;

/// The key of a project. It is part of every key and every plan; a foreign id answers like a missing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct ProjectId(pub u32);

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What one accepted request asks to keep. A batch is stored whole, in this order, or not at all.
#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Batch {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<ProfileChange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkChange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
}

impl Batch {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.profiles.is_empty() && self.links.is_empty() && self.refused.is_empty()
    }
}

/// A change to identities that does not follow from the events of the same batch: by hand, or brought along from another installation.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum LinkChange {
    /// From now on, everything of `from` counts for `into`.
    Merge { from: Identity, into: Identity, at: i64, by: String },
    /// Undo: `id` counts for itself again, whatever linked it.
    Split { id: Identity, at: i64, by: String },
    /// What an event that named both made of them elsewhere, before its events come here in another order.
    Link { device: String, user: String, at: i64 },
}

/// The stage of events that were accepted and are kept apart, as the tracking plan says, until somebody releases or drops them.
pub const QUARANTINE: &str = "quarantine";

/// A record that was not accepted, kept aside with its reason and its raw form so that it can be replayed.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Refused {
    /// When it arrived, milliseconds UTC.
    pub at: i64,
    /// Where it came in: `/v1/events`, `/track`, `/import`, `/engage`, `/groups`.
    pub source: String,
    /// The named step that refused it: `decode`, `validate`, `enrich`, `plan`, or `apply` for what was acknowledged and could not be done. [`QUARANTINE`]: it
    /// was acknowledged, and waits.
    pub stage: String,
    /// A stable code: `missing_event`, `bad_time`, `placeholder_id`, …
    pub code: String,
    /// The field at fault, dotted, if there is one.
    pub field: Option<String>,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Position in the request.
    pub index: u32,
    /// The record as it came, cut at 128 KiB; an event in quarantine, whole and in the import form; a change of a profile that could not be applied, whole and in the import form.
    pub raw: String,
    /// What the request said for all of its records and matters when one is received again, as a query: `ip=0&strict=1`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parameters: String,
    /// Of a change that was acknowledged first: its record of the journal. It is set aside once, however often that is read back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal_sequence: Option<u64>,
}

/// Where accepted batches go. A reply of `Ok` means: written to a checksummed log and fsynced.
pub trait Append: Send + Sync + 'static {
    /// Stores the batch, or says that it could not before anything was promised.
    fn append(&self, project: ProjectId, batch: Batch) -> impl Future<Output = Result<Appended, AppendError>> + Send;
}

/// What became of a stored batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    pub events: u32,
    /// Events that were already there and so count once.
    pub duplicates: u32,
    pub profiles: u32,
}

/// Why a batch was not stored. The caller has been promised nothing and may send it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// This project, or everybody together, has too many bytes in flight.
    Busy { retry_after_s: u32 },
    /// The disk is full, read-only or failing.
    Unavailable { reason: String, retry_after_s: u32 },
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { retry_after_s } => write!(f, "too many events in flight, send again in {retry_after_s} s"),
            Self::Unavailable { reason, .. } => write!(f, "events cannot be stored now: {reason}"),
        }
    }
}

impl std::error::Error for AppendError {}
