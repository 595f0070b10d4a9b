//! A recording: what a person saw and did on the pages of one session, as the browser's recorder tells it.
//!
//! It arrives in **pieces**; a piece's name is (session, document, sequence), so that sending it again changes nothing. What a piece says about the
//! session beside its events are its [`Facts`]: they add up in any order, and together they give the [`Row`] that a recording is found by.
//!
//! Not here: how pieces are read and made harmless (`wire`), kept (`store`), or found (`query`).
//!
//! What must stay true: facts are added by a commutative, associative merge, so a row does not depend on the order in which pieces arrive.

mod facts;
mod row;
mod score;
#[cfg(test)]
mod tests;

pub use facts::{DocumentFacts, Facts, Marker, PageSeen, Recorded, SignalSeen, Spans};
pub use row::{PROBLEMS, Problem, Row, StoredRow, problems_of};
pub use score::{SCORE_VERSION, SIGNALS, page_points, score_of};

use crate::ProjectId;
use std::fmt;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What a piece is called within a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct PieceName {
    /// The session id of the events.
    pub session: String,
    /// One page load.
    pub document: String,
    /// 0, 1, 2, … within a document.
    pub seq: u32,
}

/// Which recorder sent it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    #[default]
    Tag,
    Mixpanel,
}

/// How the client says it masked.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    pub level: String,
    pub hash: String,
    pub recorder: String,
    /// What the server masked at least, whatever the client did.
    #[serde(default)]
    pub server_level: String,
}

/// Browser, system and place, from the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Agent {
    /// `Desktop`, `Mobile`, `Tablet`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(default)]
    pub is_bot: bool,
}

pub const FULL_SNAPSHOT: u8 = 2;
pub const META: u8 = 4;

/// A stylesheet taken out of the events, named by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Style {
    pub hash: u128,
    /// As a JSON text, quotes included: it is put back as it is.
    pub json: Vec<u8>,
}

/// In front of a stylesheet's name, where it was taken out: `"@sillage-style/<32 hexadecimal digits>"`.
pub const STYLE_MARK: &str = "@sillage-style/";

/// A piece that was read, checked and made harmless.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    pub name: PieceName,
    pub tab: String,
    pub device: Option<String>,
    pub user: Option<String>,
    pub sender: Sender,
    pub profile: Profile,
    pub agent: Agent,
    /// Milliseconds UTC.
    pub received_at: i64,
    /// By the client's clock, when the piece was made.
    pub sent_at: Option<i64>,
    pub facts: Facts,
    pub markers: Vec<Marker>,
    /// The events' JSON in order of time, a line each: `{"type":…,"data":…,"timestamp":…}`, see [`event_head`].
    pub body: Vec<u8>,
    pub styles: Vec<Style>,
    /// What it took in the client's form, for the caps of a session.
    pub expanded_bytes: u64,
}

/// What became of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Written and synced.
    Stored,
    /// It was there already.
    Duplicate,
}

/// Why a piece was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeepError {
    Busy {
        retry_after_s: u32,
    },
    /// Recordings wait: the disk fills, is broken, or the store closes.
    Unavailable {
        reason: String,
        retry_after_s: u32,
    },
    /// The recording was deleted, and stays so.
    Deleted,
    /// More than the cap of a session.
    SessionTooLarge {
        cap_bytes: u64,
    },
    SessionTooLong {
        cap_hours: u32,
    },
}

impl fmt::Display for KeepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { retry_after_s } => write!(f, "too many recordings in flight, send again in {retry_after_s} s"),
            Self::Unavailable { reason, .. } => write!(f, "recordings cannot be kept now: {reason}"),
            Self::Deleted => f.write_str("this recording was deleted; nothing more of its session is kept"),
            Self::SessionTooLarge { cap_bytes } => write!(f, "the recording of this session has more than {} MB for its active time", cap_bytes >> 20),
            Self::SessionTooLong { cap_hours } => write!(f, "a recording lasts at most {cap_hours} hours"),
        }
    }
}

impl std::error::Error for KeepError {}

/// Part of a recording that plays on its own when it has a whole snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentInfo {
    pub n: u32,
    pub document: String,
    pub t0: i64,
    pub t1: i64,
    /// As JSON, without stylesheets.
    pub bytes: u64,
    pub has_snapshot: bool,
}

/// A recording as a player needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub row: Row,
    pub recorded: Recorded,
    pub segments: Vec<SegmentInfo>,
    /// In order of time.
    pub markers: Vec<Marker>,
    pub problems: Vec<Problem>,
}

/// Recordings of all projects, kept somewhere.
pub trait Recordings: Send + Sync + 'static {
    /// Whether a piece is there already; `Err` when it will not be kept whatever is in it. Cheap, for before the body is read.
    fn has(&self, project: ProjectId, name: &PieceName) -> Result<bool, KeepError>;
    /// Keeps a piece. `Ok` means written to a checksummed log and fsynced.
    fn keep(&self, project: ProjectId, piece: Piece) -> impl Future<Output = Result<Kept, KeepError>> + Send;
    fn find(&self, project: ProjectId, session: &str) -> Result<Option<Found>, ReadError>;
    /// The events of a segment as a JSON list, stylesheets in their places.
    fn segment(&self, project: ProjectId, session: &str, n: u32) -> Result<Option<Vec<u8>>, ReadError>;
    /// Deletes recordings for good; durable when it returns. Says which of them were there.
    fn delete(&self, project: ProjectId, sessions: &[String]) -> Result<Vec<String>, ReadError>;
    /// How long recordings are kept.
    fn keep_days(&self, project: ProjectId, days: u32) -> Result<(), ReadError>;
}

/// Stored recordings could not be read or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(pub String);

/// The type and the time of an event, read off the ends of its line.
#[must_use]
pub fn event_head(line: &[u8]) -> Option<(u8, i64)> {
    let kind = line.strip_prefix(b"{\"type\":")?;
    let kind = std::str::from_utf8(&kind[..kind.iter().position(|byte| *byte == b',')?]).ok()?.parse().ok()?;
    let rest = line.strip_suffix(b"}")?;
    let digits = &rest[rest.iter().rposition(|byte| *byte == b':')? + 1..];
    Some((kind, std::str::from_utf8(digits).ok()?.parse().ok()?))
}

/// How a session id is told apart in columns of events: never 0.
#[must_use]
pub fn session_key(session: &str) -> u64 {
    xxh3_64_with_seed(session.as_bytes(), 5).max(1)
}
