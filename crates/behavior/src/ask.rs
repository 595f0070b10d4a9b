use crate::Question;
use serde::Serialize;
use serde_json::Value;
use sillage_event::{AppendError, ProjectId};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// What a project says about itself that questions lean on; a question may override each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// IANA name.
    pub timezone: String,
    pub week_start_sunday: bool,
    pub session_timeout_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { timezone: "UTC".into(), week_start_sunday: false, session_timeout_ms: 30 * 60_000 }
    }
}

/// Tells a running question to stop, and how far it is. Cheap to clone; looked at between buckets.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Underway>);

#[derive(Debug, Default)]
struct Underway {
    is_cancelled: AtomicBool,
    events_read: AtomicU64,
}

impl Cancel {
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Relaxed)
    }

    /// The engine read so many more events for this question.
    pub fn note_events_read(&self, n_events: u64) {
        self.0.events_read.fetch_add(n_events, Ordering::Relaxed);
    }

    #[must_use]
    pub fn events_read(&self) -> u64 {
        self.0.events_read.load(Ordering::Relaxed)
    }
}

/// Answers questions about one project.
pub trait Ask: Send + Sync + 'static {
    fn ask(&self, project: ProjectId, settings: &Settings, question: Question, cancel: Cancel) -> impl Future<Output = Result<Reply, AskError>> + Send;
}

/// The answer, and what was done to get it.
#[derive(Clone, Debug, Serialize)]
pub struct Reply {
    pub kind: &'static str,
    pub answer: Value,
    pub explain: Explain,
    pub elapsed_ms: f64,
    /// False when data could not be read or an interval of the range has not ended; `explain` says which.
    pub complete: bool,
}

/// So that two reports that differ can be told apart.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Explain {
    /// The definition in words, in the language that the question asked for.
    pub definition: String,
    pub events_read: u64,
    pub people: Option<u64>,
    pub duplicates_dropped: u64,
    pub complete: bool,
    /// The first instant from which intervals are not over yet, RFC 3339.
    pub incomplete_from: Option<String>,
    pub notes: Vec<String>,
    pub timezone: String,
    pub range: Option<ExplainRange>,
}

/// Both RFC 3339; `to` is excluded.
#[derive(Clone, Debug, Serialize)]
pub struct ExplainRange {
    pub from: String,
    pub to: String,
}

/// Why a question was not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskError {
    pub code: AskErrorCode,
    pub message: String,
    /// The field of the question at fault, dotted.
    pub field: Option<String>,
}

/// Kinds that a caller can act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskErrorCode {
    /// The question is wrong: mend the field.
    Invalid,
    /// Too many groups, rows or bytes: narrow the question.
    LimitExceeded,
    TimedOut,
    Cancelled,
    NotFound,
    /// The store could not be read.
    Unavailable,
}

impl AskErrorCode {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "invalid_question",
            Self::LimitExceeded => "limit_exceeded",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
        }
    }
}

impl AskError {
    #[must_use]
    pub fn new(code: AskErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None }
    }

    #[must_use]
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: AskErrorCode::Invalid, message: message.into(), field: Some(field.into()) }
    }
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{field}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for AskError {}

/// What pickers, live views and profile pages need beside questions.
pub trait Browse: Send + Sync + 'static {
    /// Event names, most frequent first.
    fn names(&self, project: ProjectId) -> Result<Vec<NameInfo>, AskError>;
    /// Properties of events (all, or of one name), of persons, or of groups of a type.
    fn properties(&self, project: ProjectId, of: &str, event: Option<&str>) -> Result<Vec<PropertyInfo>, AskError>;
    /// The most frequent values of a property.
    fn values(&self, project: ProjectId, of: &str, property: &str, event: Option<&str>, search: Option<&str>, limit: usize)
    -> Result<Vec<ValueInfo>, AskError>;
    /// Newest first; `after` is the cursor of an earlier reply, 0 for the beginning.
    fn live(&self, project: ProjectId, after: u64, limit: usize) -> Result<LiveFeed, AskError>;
    /// Without a stage, all that is not in quarantine.
    fn refused(&self, project: ProjectId, query: &RefusedQuery) -> Result<RefusedFeed, AskError>;
    /// How many events wait in quarantine, and about how many bytes they take.
    fn in_quarantine(&self, project: ProjectId) -> Result<(u64, u64), AskError>;
    /// Takes refused records out, to be received again. What is refused again comes back under a new id.
    fn take_refused(&self, project: ProjectId, ids: Option<&[u64]>) -> Result<Vec<RefusedInfo>, AskError>;
    /// The identities that count for the person behind `id`, and who linked them.
    fn identities(&self, project: ProjectId, id: &str) -> Result<Vec<IdentityInfo>, AskError>;
    fn ledger(&self, project: ProjectId, id: &str) -> Result<Vec<LedgerEntry>, AskError>;
    /// Hands over how ids of the project came together and apart, oldest first, until it is told that nobody wants more.
    fn each_identity(&self, project: ProjectId, each: &mut dyn FnMut(LedgerEntry) -> bool) -> Result<(), AskError>;
    /// First and last time and number of events of the person behind `id`.
    fn activity(&self, project: ProjectId, id: &str) -> Result<Option<(i64, i64, u64)>, AskError>;
    /// Everybody whom an event or a profile tells of, the last seen first, then those who did nothing; `after` is the last of the page before.
    fn everybody(&self, project: ProjectId, after: Option<Seen>, limit: usize) -> Result<SeenPage, AskError>;
    /// People of events whose id holds a text, in any case, and who have no profile, which is found elsewhere.
    fn find_by_id(&self, project: ProjectId, text: &str, limit: usize) -> Result<Vec<String>, AskError>;
    /// Hands over every event, each once, in portions and no particular order, until it is told that nobody wants more. Of events of one person in one
    /// millisecond those behind the first have a `seq`, made from the order of their arrival where their client sent none.
    fn export(&self, project: ProjectId, each: &mut dyn FnMut(Vec<sillage_event::Event>) -> bool) -> Result<(), AskError>;
}

/// A place in the list of everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub person: sillage_event::PersonId,
    /// Their last event, milliseconds UTC; `None` when they did nothing.
    pub last: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeenPage {
    /// With the id as it was sent.
    pub people: Vec<(String, Seen)>,
    /// How many there are in all; told with the first page.
    pub total: Option<u64>,
    pub has_more: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NameInfo {
    pub name: String,
    pub count: u64,
    /// Milliseconds UTC.
    pub first_seen: i64,
    pub last_seen: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PropertyInfo {
    pub name: String,
    /// `string`, `number`, `boolean`, `list`.
    pub types: Vec<&'static str>,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ValueInfo {
    pub value: Value,
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LiveEvent {
    pub cursor: u64,
    /// The person that it counts for, after links.
    pub person: String,
    pub event: sillage_event::Event,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LiveFeed {
    pub cursor: u64,
    pub events: Vec<LiveEvent>,
    pub events_per_minute: u64,
    pub refused_per_minute: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RefusedQuery {
    pub before: Option<u64>,
    pub limit: usize,
    pub stage: Option<String>,
    pub code: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RefusedInfo {
    pub id: u64,
    #[serde(flatten)]
    pub record: sillage_event::Refused,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RefusedFeed {
    pub refused: Vec<RefusedInfo>,
    /// (code, stage, how many)
    pub counts: Vec<(String, String, u64)>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IdentityInfo {
    pub id: String,
    /// `user` or `device`.
    pub kind: &'static str,
    pub linked_at: Option<i64>,
    /// `event` or `operator`; none for the person's own id.
    pub by: Option<&'static str>,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LedgerEntry {
    pub number: u64,
    pub at: i64,
    /// `link`, `merge`, `split`.
    pub op: &'static str,
    pub from: String,
    pub into: Option<String>,
    pub by: String,
}

impl From<AppendError> for AskError {
    fn from(error: AppendError) -> Self {
        Self::new(AskErrorCode::Unavailable, error.to_string())
    }
}
