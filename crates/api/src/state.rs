use crate::{
    client_address::Network,
    door::{AppendDoor, AskDoor, HealthCheck, RecordingDoor},
    error::ApiError,
    ingest::Intake,
    query::Running,
    recording::Receiving,
    survey::{Alerts, Showing},
    tag::TagPath,
    throttle::Throttle,
    user_test::Recruiting,
};
use sillage_behavior::{Ask, AskError, AskErrorCode, Browse};
use sillage_catalog::{Catalog, Clock};
use sillage_event::{
    Append,
    recording::{ReadError, Recordings},
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// The parts that the doors open on.
pub struct Parts<A, K, B, R> {
    pub catalog: Catalog,
    pub append: Arc<A>,
    pub ask: Arc<K>,
    pub browse: Arc<B>,
    pub recordings: Arc<R>,
    /// What is well and what is not, for `/health`; cheap, since anybody may ask.
    pub health: Arc<dyn Fn() -> Vec<HealthCheck> + Send + Sync>,
}

/// Settings, few. What each costs is said beside it.
pub struct Options {
    /// Shown in `/api/status`.
    pub version: &'static str,
    pub demo: bool,
    /// Where people reach the server. With `https` the session cookie is bound to it and to encrypted connections; people who then come by
    /// plain HTTP cannot sign in.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed. One too many lets strangers choose the address that they are counted under.
    pub trusted_proxies: Vec<Network>,
    /// Places from addresses; without it events carry none.
    pub geo: Option<Arc<dyn sillage_wire::Geo>>,
    pub limits: sillage_wire::Limits,
    /// Bytes of events being received at once, over all clients. More takes more memory, several times as much while bodies are read.
    pub intake_bytes: usize,
    /// A client that takes longer to send a body is cut off.
    pub body_time: Duration,
    /// Questions answered at once; more share the same processors.
    pub questions_at_once: usize,
    /// After so long a question is stopped and answers an error.
    pub question_time: Duration,
    /// Where the browser tag is served.
    pub tag_path: TagPath,
    /// None: no mail is sent.
    pub mail: Option<MailBy>,
}

/// By which mails go out, as administrators are told.
#[derive(Clone, Debug)]
pub struct MailBy {
    /// Host and port.
    pub server: String,
    pub from: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            demo: false,
            public_url: None,
            trusted_proxies: Vec::new(),
            geo: None,
            limits: sillage_wire::Limits::default(),
            intake_bytes: 64 << 20,
            body_time: Duration::from_secs(30),
            questions_at_once: 8,
            question_time: Duration::from_secs(60),
            tag_path: TagPath::default(),
            mail: None,
        }
    }
}

/// What every handler holds. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api {
    inner: Arc<Inner>,
}

/// Only this crate can name it; it is public because `Api` leads to it.
pub struct Inner {
    pub(crate) catalog: Catalog,
    pub(crate) clock: Clock,
    pub(crate) append: Arc<dyn AppendDoor>,
    pub(crate) ask: Arc<dyn AskDoor>,
    browse: Arc<dyn Browse>,
    pub(crate) health: Arc<dyn Fn() -> Vec<HealthCheck> + Send + Sync>,
    pub(crate) options: Options,
    pub(crate) throttle: Throttle,
    pub(crate) running: Running,
    /// For strangers: people who are signed in always find a place beside them.
    pub(crate) places_by_link: Semaphore,
    pub(crate) intake: Intake,
    pub(crate) recordings: Arc<dyn RecordingDoor>,
    pub(crate) receiving: Receiving,
    pub(crate) showing: Showing,
    pub(crate) alerts: Alerts,
    pub(crate) recruiting: Recruiting,
}

impl Api {
    pub fn new<A: Append, K: Ask, B: Browse, R: Recordings>(parts: Parts<A, K, B, R>, options: Options) -> Self {
        let inner = Inner {
            clock: parts.catalog.clock(),
            catalog: parts.catalog,
            append: parts.append,
            ask: parts.ask,
            browse: parts.browse,
            recordings: parts.recordings,
            receiving: Receiving::default(),
            showing: Showing::default(),
            alerts: Alerts::default(),
            recruiting: Recruiting::default(),
            health: parts.health,
            throttle: Throttle::default(),
            running: Running::new(options.questions_at_once),
            places_by_link: Semaphore::new((options.questions_at_once / 2).max(1)),
            intake: Intake::new(options.intake_bytes),
            options,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Whether people come by HTTPS, so that cookies must not travel otherwise.
    pub(crate) fn is_https(&self) -> bool {
        self.options.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// Looks something up in the store, away from the threads that serve connections.
    pub(crate) async fn browse<T, F>(&self, look: F) -> Result<T, AskError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Browse) -> Result<T, AskError> + Send + 'static,
    {
        let browse = Arc::clone(&self.browse);
        tokio::task::spawn_blocking(move || look(browse.as_ref()))
            .await
            .unwrap_or_else(|stopped| Err(AskError::new(AskErrorCode::Unavailable, format!("the lookup stopped: {stopped}"))))
    }

    /// Looks at recordings, or changes them, away from the threads that serve connections.
    pub(crate) async fn look_at_recordings<T, F>(&self, look: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn RecordingDoor) -> Result<T, ReadError> + Send + 'static,
    {
        let recordings = Arc::clone(&self.recordings);
        let looked = tokio::task::spawn_blocking(move || look(recordings.as_ref())).await.map_err(|stopped| ApiError::internal(&stopped))?;
        looked.map_err(|error| ApiError::internal(&error))
    }
}

impl std::ops::Deref for Api {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inner").field("version", &self.options.version).finish_non_exhaustive()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("public_url", &self.public_url).field("geo", &self.geo.is_some()).finish_non_exhaustive()
    }
}

impl<A, K, B, R> fmt::Debug for Parts<A, K, B, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parts")
    }
}
