//! A segment: some events of one project, frozen, in the order that makes behavioural questions cheap.
//!
//! Rows are split into `2^bucket_bits` buckets by the top bits of the person's hash; inside a bucket they stand in order
//! of (event name, person, time, tie). A row names its person by an ordinal: the position in the bucket's sorted list of
//! people. People that an event does not name have no person and stand under ordinal [`NOBODY`], last.
//!
//! What must stay true: buckets are ranges of the hash, so a coarser segment's bucket is the union of a finer one's;
//! `people` is sorted by hash and unique; the rows of one event in one bucket are contiguous; no two rows of a segment
//! are duplicates of each other.

mod build;
mod memory;

pub use build::SegmentBuilder;
pub use memory::MemorySegment;

use crate::{LastOfHours, StoreError};
use arrow_array::RecordBatch;
use sillage_event::PersonId;
use std::{fmt, ops::Range, sync::Arc};

/// The ordinal of rows that belong to nobody.
pub const NOBODY: u32 = u32::MAX;

/// Fixed columns of every segment. Properties follow, see [`PropertyColumn::column_name`].
pub mod column {
    /// `UInt32`: ordinal of the person in the bucket.
    pub const PERSON: &str = "person";
    /// `Int64`: milliseconds UTC.
    pub const TIME: &str = "time";
    /// `UInt32`: rank among this person's events of the same millisecond, by client sequence, then arrival. Usually 0.
    pub const TIE: &str = "tie";
    /// `Dictionary<Int32, Utf8>`: event name.
    pub const EVENT: &str = "event";
    /// `Dictionary<Int32, Utf8>`, not null; empty when the event names nobody: the id as it was sent.
    pub const DISTINCT_ID: &str = "distinct_id";
    /// `Dictionary<Int32, Utf8>`.
    pub const DEVICE_ID: &str = "device_id";
    /// `Dictionary<Int32, Utf8>`.
    pub const USER_ID: &str = "user_id";
    /// `Utf8`.
    pub const INSERT_ID: &str = "insert_id";
    /// `Dictionary<Int32, Utf8>`.
    pub const SESSION_ID: &str = "session_id";
    /// `Int64`: milliseconds UTC.
    pub const RECEIVED_AT: &str = "received_at";
    /// `Int64`, null when not sent: client sequence.
    pub const SEQ: &str = "seq";
    /// `Utf8`: the properties that have no column of their own, as one JSON object, or null.
    pub const OVERFLOW: &str = "overflow";
    /// `Binary`, of segments on disk that hold page summaries: what [`sillage_event::page_summary`] makes of their lists, null elsewhere. It is derived: a segment
    /// without it, as older ones are, is read from the lists themselves.
    pub const SUMMARY: &str = "summary";
}

/// How a property is stored. One property may have several columns, one per kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropertyKind {
    /// `Dictionary<Int32, Utf8>`
    Text,
    /// `Float64`
    Number,
    /// `Boolean`
    Flag,
    /// `Utf8` holding a JSON list or object
    Json,
    /// `Dictionary<Int32, Utf8>`: the key of a group of the type that `name` says; several keys as a JSON list in the `Json` column of the same name
    Group,
}

/// One property column of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct PropertyColumn {
    pub name: String,
    pub kind: PropertyKind,
}

impl PropertyColumn {
    /// The name of the Parquet column: `p.plan:text`, `g.company:group`.
    #[must_use]
    pub fn column_name(&self) -> String {
        let (prefix, suffix) = match self.kind {
            PropertyKind::Text => ("p", "text"),
            PropertyKind::Number => ("p", "number"),
            PropertyKind::Flag => ("p", "flag"),
            PropertyKind::Json => ("p", "json"),
            PropertyKind::Group => ("g", "group"),
        };
        format!("{prefix}.{}:{suffix}", self.name)
    }

    /// Reads a column name back.
    #[must_use]
    pub fn parse(column: &str) -> Option<Self> {
        let (name, kind) = column.get(2..)?.rsplit_once(':')?;
        let kind = match (column.get(..2)?, kind) {
            ("p.", "text") => PropertyKind::Text,
            ("p.", "number") => PropertyKind::Number,
            ("p.", "flag") => PropertyKind::Flag,
            ("p.", "json") => PropertyKind::Json,
            ("g.", "group") => PropertyKind::Group,
            _ => return None,
        };
        Some(Self { name: name.to_owned(), kind })
    }
}

/// The people of one bucket of one segment, sorted by hash.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub hashes: Vec<PersonId>,
}

/// The read side of a segment, in memory or on disk. Reading is cheap to start and takes only what is named.
pub trait Segment: Send + Sync + fmt::Debug {
    /// Unique in the project for ever; newer segments have larger ids.
    fn id(&self) -> u64;
    fn rows(&self) -> u64;
    /// First and last time in it, both included; `None` when it is empty.
    fn time_range(&self) -> Option<(i64, i64)>;
    fn bucket_bits(&self) -> u32;
    /// How many entries of the link ledger had been applied when its people were resolved.
    fn links_applied(&self) -> u64;
    /// Names of the events in it, sorted; the index is the code used below.
    fn event_names(&self) -> &[Arc<str>];
    /// How many rows of this event there are in all buckets.
    fn event_count(&self, event: usize) -> u64;
    /// Hours (UTC) in which the event happened, by their start in milliseconds, and how often; `None` when rows have to be read for it.
    fn event_hours(&self, event: usize) -> Result<Option<Vec<(i64, u64)>>, StoreError>;
    /// The last event of each hour (UTC) of each person; `None` when rows have to be read for it.
    fn last_of_hours(&self, bucket: usize) -> Result<Option<Arc<LastOfHours>>, StoreError>;
    fn properties(&self) -> &[PropertyColumn];
    /// Whether some row keeps properties in [`column::OVERFLOW`].
    fn has_overflow(&self) -> bool;
    /// Whether there is a [`column::SUMMARY`].
    fn has_summaries(&self) -> bool;
    fn people(&self, bucket: usize) -> Result<Arc<People>, StoreError>;
    /// The identity string (as [`sillage_event::Identity`] displays) of people by ordinal.
    fn person_names(&self, bucket: usize) -> Result<Arc<Vec<Arc<str>>>, StoreError>;
    /// The rows of one event in one bucket; empty when there are none.
    fn event_rows(&self, bucket: usize, event: usize) -> Range<usize>;
    fn bucket_rows(&self, bucket: usize) -> usize;
    /// The named columns of the given ascending, disjoint row ranges of one bucket. A column that the segment does not have is an error:
    /// look at [`Segment::properties`] first. Columns come in the order asked.
    fn read(&self, bucket: usize, rows: &[Range<usize>], columns: &[&str]) -> Result<RecordBatch, StoreError>;
}

/// The bucket of a hash at a given fineness.
#[must_use]
pub fn bucket_of(person: PersonId, bits: u32) -> usize {
    if bits == 0 { 0 } else { (person.0 >> (64 - bits)) as usize }
}

fn missing_column(name: &str) -> StoreError {
    StoreError::Invalid(format!("the segment has no column {name}"))
}
