//! The questions, the answers and the pure kernels.
//!
//! A [`Question`] is what a person asks, already checked; a kernel turns one person's ordered events into what that person
//! contributes; the engine in `query` feeds the kernels and adds the contributions up. No IO, no engine, no clock here.
//!
//! What must stay true: contributions are added by a commutative, associative merge, so an answer does not depend on
//! threads, buckets, segments or machines; an unknown field of a question is an error that names it.

pub mod alert;
mod ask;
pub mod attribution;
pub mod calendar;
pub mod cohort;
pub mod custom_event;
pub mod custom_property;
pub mod driver;
pub mod expression;
pub mod feature;
pub mod filter;
pub mod formula;
pub mod frequency;
pub mod friction;
pub mod funnel;
pub mod heatmap;
pub mod impact;
pub mod interview;
pub mod journey;
pub mod lifecycle;
pub mod metric;
pub mod normal;
pub mod page_group;
pub mod question;
pub mod recording;
pub mod retention;
pub mod session;
pub mod statistics;
pub mod survey;
pub mod task;
pub mod user_test;
pub mod vital;

pub use ask::{
    Ask, AskError, AskErrorCode, Browse, Cancel, Explain, ExplainRange, IdentityInfo, LedgerEntry, LiveEvent, LiveFeed, NameInfo, PropertyInfo, RefusedFeed,
    RefusedInfo, RefusedQuery, Reply, Seen, SeenPage, Settings, ValueInfo,
};
pub use question::{Question, QuestionError};

/// One event of one person as a kernel sees it. Hits of a person come in order of time, then tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Milliseconds UTC.
    pub time: i64,
    /// Which selectors of the question it satisfies, one bit each.
    pub mask: u64,
    /// Where its side values are: breakdown, amounts, node, held values.
    pub row: u32,
}
