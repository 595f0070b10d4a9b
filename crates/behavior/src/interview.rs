//! Interviews: what a study is, when its host is free, and calendar files in and out.
//!
//! Nothing here knows the time of day or a connection. What must stay true: a slot that is offered lies whole within the host's hours on the
//! host's clock, whatever that clock does; what a calendar file says that cannot be read is told, never guessed; work on a file is bounded.

pub mod busy;
pub mod ics;
mod recurrence;
pub mod slot;
mod study;
mod windows_zone;

pub use study::{Approval, Choice, Host, Hours, LENGTHS_MINUTES, Observer, Problem, Question, Study, StudyError, Texts, is_email};

use jiff::{Timestamp, tz::TimeZone};

/// A stretch of time in milliseconds UTC; its end is no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub start_ms: i64,
    pub end_ms: i64,
}

impl Span {
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start_ms < other.end_ms && other.start_ms < self.end_ms
    }
}

/// Sorted, and what touches or overlaps is one.
#[must_use]
pub fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.start_ms < span.end_ms);
    spans.sort_unstable();
    let mut whole: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match whole.last_mut() {
            Some(last) if span.start_ms <= last.end_ms => last.end_ms = last.end_ms.max(span.end_ms),
            _ => whole.push(span),
        }
    }
    whole
}

/// A moment as a clock on a wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    pub year: i16,
    /// 1 is January.
    pub month: u8,
    pub day: u8,
    /// 1 is Monday.
    pub weekday: u8,
    pub hour: u8,
    pub minute: u8,
}

/// What the clock of a zone shows; UTC where there is no such zone.
#[must_use]
pub fn local(ms: i64, zone: &str) -> Local {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let at = Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(zone);
    let small = |n: i8| n.unsigned_abs();
    Local {
        year: at.year(),
        month: small(at.month()),
        day: small(at.day()),
        weekday: small(at.weekday().to_monday_one_offset()),
        hour: small(at.hour()),
        minute: small(at.minute()),
    }
}

/// Whether IANA names a zone so.
#[must_use]
pub fn is_zone(name: &str) -> bool {
    name.len() <= 64 && TimeZone::get(name).is_ok()
}

/// The zones that people pick from, in order; older names are among them, since machines still tell those.
#[must_use]
pub fn zone_names() -> Vec<String> {
    const PARTS: [&str; 9] = ["Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/", "Antarctica/"];
    let mut names: Vec<String> =
        jiff::tz::db().available().map(|name| name.as_str().to_owned()).filter(|name| PARTS.iter().any(|part| name.starts_with(part))).collect();
    names.push("UTC".to_owned());
    names.sort_unstable();
    names.dedup();
    names
}
