//! From a snapshot to an answer.
//!
//! A question becomes a [`scan::Request`]: which events, which columns, which side values. The scan decodes only those, bucket by
//! bucket, puts each person's events in order and hands them to the kernels of `behavior`; partial answers of buckets are added up.
//!
//! What must stay true: every plan is made for one project's snapshot; the same question gives the same answer whatever the
//! segments, buckets, threads and compaction state; memory is bounded by the buckets in flight and by what [`Limits`] says of
//! everything else; a cancelled question stops before its next bucket.

mod activity;
mod attribution;
mod behind;
mod browse;
mod cohort;
mod driver;
mod engine;
mod error;
mod everybody;
mod explain;
mod feature;
mod footprint;
mod frequency;
mod friction;
mod funnel;
mod group;
mod hashed;
mod heatmap;
mod impact;
mod journey;
mod lifecycle;
mod memory;
mod people;
mod predicate;
mod property;
mod quantile;
mod recording;
mod remember;
mod retention;
mod scan;
mod session_property;
mod sessions;
mod task;
mod timeline;
mod trend;
mod vital;

pub use activity::Activity;
pub use engine::{Engine, History, Limits, Source};
pub use timeline::events_at;
