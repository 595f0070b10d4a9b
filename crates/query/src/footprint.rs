//! What an answer was read from: up to what time events were looked at, and whether profiles were. Whatever changes beyond that leaves the answer as it is.

use sillage_store::Snapshot;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use xxhash_rust::xxh3::Xxh3;

/// Notes what a question reads while it is answered.
#[derive(Debug)]
pub(crate) struct Footprint {
    until: AtomicI64,
    profiles: AtomicBool,
}

impl Default for Footprint {
    fn default() -> Self {
        Self { until: AtomicI64::new(i64::MIN), profiles: AtomicBool::new(false) }
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

    /// Of an answer that was made from a snapshot; profiles were as new as that version, or newer.
    pub(crate) fn read(&self, snapshot: &Snapshot, profiles_version: u64) -> Read {
        let until = self.until.load(Ordering::Relaxed);
        Read {
            version: snapshot.version,
            until,
            past: past_of(snapshot, until),
            profiles_version: self.profiles.load(Ordering::Relaxed).then_some(profiles_version),
        }
    }
}

/// How things stand when a question is asked.
pub(crate) struct Versions<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) profiles: u64,
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
}

impl Read {
    /// Whether the same would be read now. Versions only grow: what was read later than now is as good.
    pub(crate) fn holds(&self, now: &Versions<'_>) -> bool {
        let events = self.version >= now.snapshot.version || (self.until < i64::MAX && self.past == past_of(now.snapshot, self.until));
        events && self.profiles_version.is_none_or(|version| version >= now.profiles)
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
