//! What pieces say about their session, added up.

use super::{Agent, Profile, Sender};
use crate::{Identity, PersonId, person_of};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Longer without activity is time in which nothing was done.
pub(super) const ACTIVE_GAP_MS: i64 = 10_000;
/// A session keeps so many of a kind of thing that is listed; counters go on.
const MOST_LISTED: usize = 2_000;

/// Stretches of activity: sorted, and more than the gap apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spans(pub Vec<(i64, i64)>);

impl Spans {
    /// Adds a stretch; those that come within the gap of each other become one.
    pub fn add(&mut self, from: i64, to: i64) {
        let (mut from, mut to) = (from.min(to), to.max(from));
        let first = self.0.partition_point(|one| one.1.saturating_add(ACTIVE_GAP_MS) < from);
        let end = self.0.partition_point(|one| one.0 <= to.saturating_add(ACTIVE_GAP_MS));
        if first < end {
            from = from.min(self.0[first].0);
            to = to.max(self.0[end - 1].1);
        }
        self.0.splice(first..end.max(first), [(from, to)]);
    }

    /// The sum of the gaps between one activity and the next, each at most ten seconds (px.md 2.1).
    #[must_use]
    pub fn active_ms(&self) -> i64 {
        let within: i64 = self.0.iter().map(|(from, to)| to - from).sum();
        within + ACTIVE_GAP_MS * (self.0.len().saturating_sub(1) as i64)
    }
}

/// A page of the session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PageSeen {
    pub t: i64,
    pub page: String,
    pub document: String,
}

/// A friction signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalSeen {
    pub t: i64,
    pub name: String,
    /// As the detector says; 1 where it says nothing.
    pub severity: f64,
    pub selector: String,
}

/// Something to see on the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    pub t: i64,
    /// `click`, `input`, `signal`, `error`, `request`, `console`, `event`, `survey`, …
    pub kind: String,
    pub document: String,
    /// What else is said of it.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// What a piece, or all of them together, tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// Of the first and the last event, milliseconds by the client's clock.
    pub start: i64,
    pub end: i64,
    #[serde(default)]
    pub active: Spans,
    #[serde(default)]
    pub pages: Vec<PageSeen>,
    #[serde(default)]
    pub clicks: u32,
    /// Changes of fields.
    #[serde(default)]
    pub keys: u32,
    /// The lowest point of any page that was on the screen.
    #[serde(default)]
    pub max_scroll_px: u32,
    #[serde(default)]
    pub signals: Vec<SignalSeen>,
    #[serde(default)]
    pub errors: u32,
    #[serde(default)]
    pub failed_requests: u32,
    #[serde(default)]
    pub console_errors: u32,
    #[serde(default)]
    pub events: BTreeSet<String>,
    /// Whole snapshots.
    #[serde(default)]
    pub snapshots: u32,
    #[serde(default)]
    pub is_interaction_only: bool,
    /// Stylesheets that the recorder could not read.
    #[serde(default)]
    pub unread_styles: u32,
    /// What was taken out because it would have run, loaded or led somewhere.
    #[serde(default)]
    pub neutralised: u32,
    /// Events that were not of a known form.
    #[serde(default)]
    pub dropped: u32,
}

impl Facts {
    /// Adds what another part of the session tells.
    pub fn add(&mut self, other: &Self) {
        let is_empty = self.start == 0 && self.end == 0;
        self.start = if is_empty { other.start } else { self.start.min(other.start) };
        self.end = if is_empty { other.end } else { self.end.max(other.end) };
        other.active.0.iter().for_each(|(from, to)| self.active.add(*from, *to));
        self.pages.extend(other.pages.iter().cloned());
        self.pages.sort();
        self.pages.truncate(MOST_LISTED);
        self.signals.extend(other.signals.iter().cloned());
        self.signals.sort_by(|a, b| (a.t, &a.name, &a.selector).cmp(&(b.t, &b.name, &b.selector)).then(a.severity.total_cmp(&b.severity)));
        self.signals.truncate(MOST_LISTED);
        self.events.extend(other.events.iter().cloned());
        while self.events.len() > MOST_LISTED {
            self.events.pop_last();
        }
        self.max_scroll_px = self.max_scroll_px.max(other.max_scroll_px);
        // Each whole snapshot counts them anew.
        self.unread_styles = self.unread_styles.max(other.unread_styles);
        self.is_interaction_only |= other.is_interaction_only;
        for (into, more) in [
            (&mut self.clicks, other.clicks),
            (&mut self.keys, other.keys),
            (&mut self.errors, other.errors),
            (&mut self.failed_requests, other.failed_requests),
            (&mut self.console_errors, other.console_errors),
            (&mut self.snapshots, other.snapshots),
            (&mut self.neutralised, other.neutralised),
            (&mut self.dropped, other.dropped),
        ] {
            *into = into.saturating_add(more);
        }
    }

    /// The pages in order, a page that follows itself once.
    #[must_use]
    pub fn page_views(&self) -> Vec<&PageSeen> {
        let mut views: Vec<&PageSeen> = Vec::new();
        for page in &self.pages {
            let same = views.iter().rev().find(|one| one.document == page.document).is_some_and(|last| last.page == page.page);
            if !same {
                views.push(page);
            }
        }
        views
    }
}

/// What is known of one page load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentFacts {
    pub document: String,
    pub tab: String,
    pub start: i64,
    pub end: i64,
    pub profile: Profile,
    pub snapshots: u32,
    pub is_interaction_only: bool,
    /// The pieces that are there: first and last of each run.
    pub pieces: Vec<(u32, u32)>,
}

impl DocumentFacts {
    /// Whether a piece is there.
    #[must_use]
    pub fn has(&self, seq: u32) -> bool {
        self.pieces.iter().any(|(first, last)| (*first..=*last).contains(&seq))
    }

    /// Pieces that later ones came without.
    #[must_use]
    pub fn missing(&self) -> u32 {
        let Some((_, last)) = self.pieces.last() else { return 0 };
        let have: u32 = self.pieces.iter().map(|(first, last)| last - first + 1).sum();
        (last + 1).saturating_sub(have)
    }

    fn add_piece(&mut self, seq: u32) {
        let at = self.pieces.partition_point(|(first, _)| *first <= seq);
        if self.has(seq) {
            return;
        }
        self.pieces.insert(at, (seq, seq));
        let mut runs: Vec<(u32, u32)> = Vec::with_capacity(self.pieces.len());
        for run in self.pieces.drain(..) {
            match runs.last_mut() {
                Some(last) if last.1.checked_add(1) == Some(run.0) => last.1 = run.1,
                _ => runs.push(run),
            }
        }
        self.pieces = runs;
    }
}

/// Everything that is known of a recording beside its events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    pub session: String,
    #[serde(default)]
    pub device: Option<String>,
    #[serde(default)]
    pub user: Option<String>,
    #[serde(default)]
    pub sender: Sender,
    #[serde(default)]
    pub agent: Agent,
    pub facts: Facts,
    /// By their first event.
    pub documents: Vec<DocumentFacts>,
    /// In the form that clients send.
    #[serde(default)]
    pub expanded_bytes: u64,
    /// Milliseconds UTC.
    pub first_received: i64,
    pub last_received: i64,
    /// The least difference between receiving and making a piece: what the client's clock is behind.
    #[serde(default)]
    pub clock_offset_ms: Option<i64>,
    /// Why pieces were refused, if any were.
    #[serde(default)]
    pub cut_short: Option<String>,
}

/// A smaller difference of clocks is mostly the way over the network.
const SKEW_TOLERATED_MS: i64 = 300_000;
const MINUTE_MS: i64 = 60_000;

impl Recorded {
    /// Adds a piece that is not there yet.
    pub fn add(&mut self, piece: &super::Piece) {
        if self.session.is_empty() {
            self.session.clone_from(&piece.name.session);
            self.first_received = piece.received_at;
            self.last_received = piece.received_at;
        }
        // Of what changes within a session the earliest known counts, whatever the order of arrival.
        let is_earliest = self.documents.is_empty() || piece.facts.start <= self.facts.start;
        if self.device.is_none() || (is_earliest && piece.device.is_some()) {
            self.device.clone_from(&piece.device);
        }
        if self.user.is_none() || (is_earliest && piece.user.is_some()) {
            self.user.clone_from(&piece.user);
        }
        if is_earliest {
            self.sender = piece.sender;
            self.agent.clone_from(&piece.agent);
        }
        self.facts.add(&piece.facts);
        self.expanded_bytes += piece.expanded_bytes;
        self.first_received = self.first_received.min(piece.received_at);
        self.last_received = self.last_received.max(piece.received_at);
        if let Some(offset) = piece.sent_at.map(|sent_at| piece.received_at - sent_at) {
            self.clock_offset_ms = Some(self.clock_offset_ms.map_or(offset, |known| if offset.abs() < known.abs() { offset } else { known }));
        }
        self.add_document(piece);
    }

    fn add_document(&mut self, piece: &super::Piece) {
        let facts = &piece.facts;
        match self.documents.iter_mut().find(|one| one.document == piece.name.document) {
            Some(document) => {
                document.start = document.start.min(facts.start);
                document.end = document.end.max(facts.end);
                document.snapshots += facts.snapshots;
                document.is_interaction_only |= facts.is_interaction_only;
                document.add_piece(piece.name.seq);
            }
            None => self.documents.push(DocumentFacts {
                document: piece.name.document.clone(),
                tab: piece.tab.clone(),
                start: facts.start,
                end: facts.end,
                profile: piece.profile.clone(),
                snapshots: facts.snapshots,
                is_interaction_only: facts.is_interaction_only,
                pieces: vec![(piece.name.seq, piece.name.seq)],
            }),
        }
        self.documents.sort_by(|a, b| (a.start, &a.document).cmp(&(b.start, &b.document)));
    }

    #[must_use]
    pub fn has(&self, document: &str, seq: u32) -> bool {
        self.documents.iter().any(|one| one.document == document && one.has(seq))
    }

    /// What is to be added to the client's times: whole minutes, and nothing for small differences.
    #[must_use]
    pub fn clock_shift_ms(&self) -> i64 {
        let offset = self.clock_offset_ms.unwrap_or(0);
        if offset.saturating_abs() < SKEW_TOLERATED_MS {
            return 0;
        }
        offset.saturating_add(MINUTE_MS / 2).div_euclid(MINUTE_MS).saturating_mul(MINUTE_MS)
    }

    /// Whose it is, before links.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        person_of("", self.device.as_deref(), self.user.as_deref())
    }

    /// As [`Recorded::identity`], for looking up; a recording of nobody has a number that nobody has.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.identity().map(|identity| identity.hash())
    }
}
