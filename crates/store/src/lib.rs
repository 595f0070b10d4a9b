//! Durable truth for events and recordings: what is acknowledged is here, once, and stays.
//!
//! An event goes from the **journal** (fsynced before anybody is told) to the **buffer** (in memory, seen by questions at once) to a
//! **segment** (Parquet, sealed) that the **manifest** names. Readers take a [`Snapshot`] and never wait for writers.
//!
//! Not here: profiles (the journal carries them to the catalog in order, see [`Store::profile_feed`]), what an event means, how a question is
//! answered, clocks beyond file ages.
//!
//! What must stay true:
//! - `Ok` from `append` means written and fsynced; a failed fsync stops all writing until a restart;
//! - no two visible rows are duplicates of each other: same name, person id as sent, time and insert id;
//! - a kill at any step leaves the state before or after it: files are written beside, synced, then named by one rename of the manifest;
//! - memory is bounded: by bytes in flight, by the buffer, by one bucket while merging;
//! - only this crate touches data files.

mod background;
mod cache;
mod checkpoint;
mod disk;
mod error;
mod faults;
mod feed;
mod folder;
mod inline;
mod inspect;
mod journal;
mod keys;
mod ledger;
mod links;
mod live;
mod manifest;
mod merge;
mod options;
mod project;
mod recording;
mod recovery;
mod refused;
mod segment;
mod snapshot;
mod steady;
mod store;
mod writer;

pub use checkpoint::CheckpointMark;
pub use disk::LastOfHours;
pub use error::StoreError;
pub use faults::Faults;
pub use feed::ProfileEntry;
pub use inline::{snapshot_after, snapshot_of};
pub use inspect::{Depth, Verified, inspect, is_in_use, may_write, verify};
pub use links::{LedgerChange, LedgerEntry, Links};
pub use live::{Live, LiveEvent};
pub use options::StoreOptions;
pub use project::EventName;
pub use recording::{RecordingIndex, RecordingLevel};
pub use recovery::Recovery;
pub use refused::{RefusedCount, RefusedRecord};
pub use segment::{MemorySegment, NOBODY, People, PropertyColumn, PropertyKind, Segment, SegmentBuilder, bucket_of, column};
pub use snapshot::Snapshot;
pub use store::{DiskLevel, Health, Store};
