//! What an answer was read from: up to what time events were looked at, whether profiles were, and until when the clock says the same. Whatever changes
//! beyond that leaves the answer as it is.

use sillage_store::Snapshot;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use xxhash_rust::xxh3::Xxh3;

const MINUTE_MS: i64 = 60_000;

/// Notes what a question reads while it is answered.
#[derive(Debug)]
pub(crate) struct Footprint {
    until: AtomicI64,
    profiles: AtomicBool,
    stays_until: AtomicI64,
}

impl Default for Footprint {
    fn default() -> Self {
        Self { until: AtomicI64::new(i64::MIN), profiles: AtomicBool::new(false), stays_until: AtomicI64::new(i64::MAX) }
    }
}

impl Footprint {
    /// Only events before a time can matter.
    pub(crate) fn events_before(&self, time: i64) {
        self.until.fetch_max(time, Ordering::Relaxed);
    }

    /// Any event can matter.
    pub(crate) fn all_events(&self) {
        self.events_before(i64::MAX);
    }

    pub(crate) fn profiles(&self) {
        self.profiles.store(true, Ordering::Relaxed);
    }

    /// From a time on the clock gives another answer.
    pub(crate) fn clock_until(&self, time: i64) {
        self.stays_until.fetch_min(time, Ordering::Relaxed);
    }

    /// Of an answer that was made from a snapshot; profiles were as new as that version, or newer.
    pub(crate) fn read(&self, snapshot: &Snapshot, profiles_version: u64) -> Read {
        let until = self.until.load(Ordering::Relaxed);
        Read {
            version: snapshot.version,
            until,
            past: past_of(snapshot, until),
            profiles_version: self.profiles.load(Ordering::Relaxed).then_some(profiles_version),
            stays_until: self.stays_until.load(Ordering::Relaxed),
        }
    }
}

/// What moves with the clock is told again within its minute.
pub(crate) fn end_of_minute(now: i64) -> i64 {
    (now.div_euclid(MINUTE_MS) + 1) * MINUTE_MS
}

/// How things stand when a question is asked.
pub(crate) struct Versions<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) profiles: u64,
    pub(crate) clock: i64,
}

/// What an answer was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    version: u64,
    /// Nothing that happened from then on was looked at.
    until: i64,
    /// Stands for everything that happened before.
    past: u64,
    /// `None` where no profile was looked at.
    profiles_version: Option<u64>,
    /// From then on the clock gives another answer.
    stays_until: i64,
}

impl Read {
    /// Whether the same would be read now. Versions only grow: what was read later than now is as good.
    pub(crate) fn holds(&self, now: &Versions<'_>) -> bool {
        let events = self.version >= now.snapshot.version || (self.until < i64::MAX && self.past == past_of(now.snapshot, self.until));
        events && !self.is_over(now.clock) && self.profiles_version.is_none_or(|version| version >= now.profiles)
    }

    /// Whether the clock gives another answer by now.
    pub(crate) fn is_over(&self, clock: i64) -> bool {
        self.stays_until <= clock
    }
}

/// A number for the segments with events before a time, and for what is said of the whole: who is who, what is damaged, what was dropped.
fn past_of(snapshot: &Snapshot, until: i64) -> u64 {
    let mut hash = Xxh3::new();
    for one in [snapshot.links.len(), snapshot.damaged.len() as u64, snapshot.duplicates_dropped] {
        hash.update(&one.to_le_bytes());
    }
    let early = snapshot.segments.iter().filter(|segment| segment.time_range().is_some_and(|(first, _)| first < until));
    early.for_each(|segment| hash.update(&segment.id().to_le_bytes()));
    hash.digest()
}
