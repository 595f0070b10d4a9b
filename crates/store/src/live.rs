//! The last events of a project as they arrive, and how many a minute. Memory only: after a restart it begins empty.

use sillage_event::{Event, PersonId};
use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

const KEPT: usize = 1_000;
const MINUTE: Duration = Duration::from_secs(60);

/// An event that was just accepted.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// Grows with each accepted event; ask for those after it.
    pub cursor: u64,
    pub event: Arc<Event>,
    /// Whom it counted for when it arrived.
    pub person: Option<PersonId>,
}

/// The newest events first, and the pace.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// Pass it as `after` next time.
    pub cursor: u64,
    pub events: Vec<LiveEvent>,
    pub events_per_minute: u64,
    pub refused_per_minute: u64,
}

#[derive(Debug)]
pub(crate) struct LiveTail {
    ring: VecDeque<LiveEvent>,
    cursor: u64,
    /// Seconds with something in them: when, accepted, refused.
    pace: VecDeque<(Instant, u64, u64)>,
}

impl LiveTail {
    pub(crate) fn new() -> Self {
        Self { ring: VecDeque::new(), cursor: 0, pace: VecDeque::new() }
    }

    pub(crate) fn push(&mut self, event: Event, person: Option<PersonId>) {
        self.cursor += 1;
        if self.ring.len() == KEPT {
            self.ring.pop_front();
        }
        self.ring.push_back(LiveEvent { cursor: self.cursor, event: Arc::new(event), person });
    }

    pub(crate) fn note_pace(&mut self, accepted: u64, refused: u64) {
        let now = Instant::now();
        while self.pace.front().is_some_and(|(at, ..)| now - *at > MINUTE) {
            self.pace.pop_front();
        }
        match self.pace.back_mut() {
            Some((at, n_accepted, n_refused)) if now - *at < Duration::from_secs(1) => {
                *n_accepted += accepted;
                *n_refused += refused;
            }
            _ => self.pace.push_back((now, accepted, refused)),
        }
    }

    pub(crate) fn read(&self, after: Option<u64>, limit: usize) -> Live {
        let after = after.unwrap_or(0);
        let now = Instant::now();
        let recent = self.pace.iter().filter(|(at, ..)| now - *at <= MINUTE);
        let (events_per_minute, refused_per_minute) = recent.fold((0, 0), |(events, refused), (_, n, r)| (events + n, refused + r));
        let events = self.ring.iter().rev().take_while(|one| one.cursor > after).take(limit).cloned().collect();
        Live { cursor: self.cursor, events, events_per_minute, refused_per_minute }
    }
}
