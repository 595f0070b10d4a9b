//! The columns that recordings are found, filtered and sorted by.

use super::{Agent, Recorded, SCORE_VERSION, Sender, score_of, session_key};
use crate::{PersonId, person_of};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Why a recording cannot be played, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable, one of [`PROBLEMS`].
    pub code: String,
    pub message: String,
    /// The page load that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
}

/// All codes of problems.
pub const PROBLEMS: [&str; 8] = ["no_snapshot", "interaction_only", "missing_pieces", "unread_styles", "neutralised", "dropped_events", "cut_short", "damaged"];

/// One recording in the index. Texts that many have in common are shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub session: Arc<str>,
    /// [`session_key`] of the session.
    pub session_key: u64,
    pub device_id: Option<Arc<str>>,
    pub user_id: Option<Arc<str>>,
    /// Before links.
    pub person: Option<PersonId>,
    pub sender: Sender,
    /// Milliseconds UTC, by the server's clock.
    pub start: i64,
    pub end: i64,
    /// What was added to the client's times for that.
    pub clock_shift_ms: i64,
    pub active_ms: i64,
    /// In order; a page that follows itself once.
    pub pages: Vec<Arc<str>>,
    pub clicks: u32,
    pub keys: u32,
    pub max_scroll_px: u32,
    /// Those that happened, by name.
    pub signals: Vec<(Arc<str>, u32)>,
    pub score: u32,
    pub score_version: u32,
    pub errors: u32,
    pub failed_requests: u32,
    pub console_errors: u32,
    pub events: Vec<Arc<str>>,
    pub device: Option<Arc<str>>,
    pub browser: Option<Arc<str>>,
    pub os: Option<Arc<str>>,
    pub country: Option<Arc<str>>,
    pub is_bot: bool,
    /// On disk; of one that goes on, about.
    pub bytes: u64,
    pub has_snapshot: bool,
    /// Codes of [`Problem`].
    pub problems: Vec<Arc<str>>,
    /// Pieces may still come.
    pub is_live: bool,
    /// When its last piece arrived.
    pub last_received: i64,
}

impl Row {
    /// The row of a recording; `share` gives texts that are the same one memory.
    pub fn of(recorded: &Recorded, bytes: u64, share: &mut dyn FnMut(&str) -> Arc<str>) -> Self {
        let facts = &recorded.facts;
        let shift = recorded.clock_shift_ms();
        let mut signals: BTreeMap<&str, u32> = BTreeMap::new();
        facts.signals.iter().for_each(|signal| *signals.entry(&signal.name).or_default() += 1);
        let mut problems: Vec<Arc<str>> = problems_of(recorded).iter().map(|problem| share(&problem.code)).collect();
        problems.dedup();
        let agent = &recorded.agent;
        let mut shared = |text: &Option<String>| text.as_deref().map(&mut *share);
        let (device, browser, os, country) = (shared(&agent.device), shared(&agent.browser), shared(&agent.os), shared(&agent.country));
        Self {
            session: Arc::from(recorded.session.as_str()),
            session_key: session_key(&recorded.session),
            device_id: recorded.device.as_deref().map(Arc::from),
            user_id: recorded.user.as_deref().map(Arc::from),
            person: recorded.person(),
            sender: recorded.sender,
            start: facts.start + shift,
            end: facts.end + shift,
            clock_shift_ms: shift,
            active_ms: facts.active.active_ms(),
            pages: facts.page_views().into_iter().map(|view| share(&view.page)).collect(),
            clicks: facts.clicks,
            keys: facts.keys,
            max_scroll_px: facts.max_scroll_px,
            signals: signals.into_iter().map(|(name, n)| (share(name), n)).collect(),
            score: score_of(facts),
            score_version: SCORE_VERSION,
            errors: facts.errors,
            failed_requests: facts.failed_requests,
            console_errors: facts.console_errors,
            events: facts.events.iter().map(|name| share(name)).collect(),
            device,
            browser,
            os,
            country,
            is_bot: agent.is_bot,
            bytes,
            has_snapshot: facts.snapshots > 0,
            problems,
            is_live: false,
            last_received: recorded.last_received,
        }
    }

    /// As it is written to disk.
    #[must_use]
    pub fn stored(&self) -> StoredRow {
        let texts = |list: &[Arc<str>]| list.iter().map(|text| text.to_string()).collect();
        let text = |one: &Option<Arc<str>>| one.as_ref().map(|text| text.to_string());
        StoredRow {
            session: self.session.to_string(),
            device_id: text(&self.device_id),
            user_id: text(&self.user_id),
            sender: self.sender,
            start: self.start,
            end: self.end,
            clock_shift_ms: self.clock_shift_ms,
            active_ms: self.active_ms,
            pages: texts(&self.pages),
            clicks: self.clicks,
            keys: self.keys,
            max_scroll_px: self.max_scroll_px,
            signals: self.signals.iter().map(|(name, n)| (name.to_string(), *n)).collect(),
            score: self.score,
            score_version: self.score_version,
            errors: self.errors,
            failed_requests: self.failed_requests,
            console_errors: self.console_errors,
            events: texts(&self.events),
            agent: Agent { device: text(&self.device), browser: text(&self.browser), os: text(&self.os), country: text(&self.country), is_bot: self.is_bot },
            has_snapshot: self.has_snapshot,
            problems: texts(&self.problems),
            last_received: self.last_received,
        }
    }

    #[must_use]
    pub fn duration_ms(&self) -> i64 {
        self.end - self.start
    }

    #[must_use]
    pub fn signal(&self, name: &str) -> u32 {
        self.signals.iter().find(|(one, _)| &**one == name).map_or(0, |(_, n)| *n)
    }

    /// About how much memory it takes, shared texts aside.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.session.len()
            + self.device_id.as_ref().map_or(0, |id| id.len() + 16)
            + self.user_id.as_ref().map_or(0, |id| id.len() + 16)
            + 16 * (self.pages.len() + self.events.len() + self.problems.len() + 1)
            + 24 * self.signals.len()
    }
}

/// A [`Row`] on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredRow {
    pub session: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    sender: Sender,
    pub start: i64,
    end: i64,
    #[serde(default)]
    clock_shift_ms: i64,
    active_ms: i64,
    pages: Vec<String>,
    clicks: u32,
    keys: u32,
    max_scroll_px: u32,
    signals: Vec<(String, u32)>,
    score: u32,
    score_version: u32,
    errors: u32,
    failed_requests: u32,
    console_errors: u32,
    events: Vec<String>,
    agent: Agent,
    has_snapshot: bool,
    problems: Vec<String>,
    last_received: i64,
}

impl StoredRow {
    /// The row; `share` gives texts that are the same one memory.
    pub fn row(&self, bytes: u64, share: &mut dyn FnMut(&str) -> Arc<str>) -> Row {
        let person = person_of("", self.device_id.as_deref(), self.user_id.as_deref()).map(|identity| identity.hash());
        let agent = &self.agent;
        let mut shared = |text: &Option<String>| text.as_deref().map(&mut *share);
        let (device, browser, os, country) = (shared(&agent.device), shared(&agent.browser), shared(&agent.os), shared(&agent.country));
        Row {
            session: Arc::from(self.session.as_str()),
            session_key: session_key(&self.session),
            device_id: self.device_id.as_deref().map(Arc::from),
            user_id: self.user_id.as_deref().map(Arc::from),
            person,
            sender: self.sender,
            start: self.start,
            end: self.end,
            clock_shift_ms: self.clock_shift_ms,
            active_ms: self.active_ms,
            pages: self.pages.iter().map(|text| share(text)).collect(),
            clicks: self.clicks,
            keys: self.keys,
            max_scroll_px: self.max_scroll_px,
            signals: self.signals.iter().map(|(name, n)| (share(name), *n)).collect(),
            score: self.score,
            score_version: self.score_version,
            errors: self.errors,
            failed_requests: self.failed_requests,
            console_errors: self.console_errors,
            events: self.events.iter().map(|text| share(text)).collect(),
            device,
            browser,
            os,
            country,
            is_bot: agent.is_bot,
            bytes,
            has_snapshot: self.has_snapshot,
            problems: self.problems.iter().map(|text| share(text)).collect(),
            is_live: false,
            last_received: self.last_received,
        }
    }
}

/// What a viewer should be told.
#[must_use]
pub fn problems_of(recorded: &Recorded) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |code: &str, document: Option<&str>, message: String| {
        problems.push(Problem { code: code.to_owned(), message, document: document.map(str::to_owned) });
    };
    for document in &recorded.documents {
        let named = Some(document.document.as_str());
        if document.is_interaction_only {
            add("interaction_only", named, "the page had more elements than may be recorded: clicks, moves and scrolls are there, the page is not".to_owned());
        } else if document.snapshots == 0 {
            add("no_snapshot", named, "the first snapshot of this page did not arrive, so there is nothing to draw what followed on".to_owned());
        }
        let missing = document.missing();
        if missing > 0 {
            add("missing_pieces", named, format!("pieces that did not arrive: {missing}; what happened in them is not shown"));
        }
    }
    let facts = &recorded.facts;
    if facts.unread_styles > 0 {
        let n = facts.unread_styles;
        add("unread_styles", None, format!("stylesheets of other hosts that the browser did not let the recorder read: {n}; add crossorigin to their links"));
    }
    if facts.neutralised > 0 {
        add("neutralised", None, format!("things that would have run or led somewhere were taken out: {}", facts.neutralised));
    }
    if facts.dropped > 0 {
        add("dropped_events", None, format!("events of a form that is not known were left out: {}", facts.dropped));
    }
    if let Some(why) = &recorded.cut_short {
        add("cut_short", None, format!("the rest was not kept: {why}"));
    }
    problems
}
