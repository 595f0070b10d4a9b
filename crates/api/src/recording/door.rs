//! The doors that browsers send pieces of recordings to: the tag's, and the official Mixpanel client's.

use crate::{
    Api, access,
    body::{BodyError, Share, read_body},
    client_address::client_address,
    error::ApiError,
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;
use sillage_catalog::RecordingSettings;
use sillage_event::{
    ProjectId,
    recording::{KeepError, Kept, Piece, PieceName},
};
use sillage_wire::{Key, Known, Level, RecordingError, RecordingLimits, RecordingRequest, read_mixpanel_name, read_mixpanel_piece, read_name, read_piece};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Who waits longer to be read is told to come back.
const READ_PATIENCE: Duration = Duration::from_secs(10);
/// For so long settings are believed without looking them up again.
const REMEMBER_MS: i64 = 5_000;
/// Bytes of bodies in memory at once, apart from those of events.
const BODY_BYTES: usize = 24 << 20;
/// Documents and nodes that later pieces may build on; beyond either, those that were not heard of for longest are forgotten, and masked as if unknown.
const MOST_DOCUMENTS: usize = 4_000;
const MOST_NODES: usize = 1_000_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(receive))
}

/// What receiving recordings remembers and how much of it may go on at once.
pub(crate) struct Receiving {
    bytes: Arc<Semaphore>,
    readers: Semaphore,
    settings: Mutex<HashMap<ProjectId, (Arc<RecordingSettings>, i64)>>,
    known: Mutex<HashMap<DocumentKey, (Known, i64)>>,
    /// One visitor's recordings are looked for and deleted at a time.
    pub(super) forgetting: Semaphore,
}

type DocumentKey = (ProjectId, String, String);

impl Default for Receiving {
    fn default() -> Self {
        // One processor is left for events and questions.
        let readers = std::thread::available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
        Self {
            bytes: Arc::new(Semaphore::new(BODY_BYTES)),
            readers: Semaphore::new(readers),
            settings: Mutex::default(),
            known: Mutex::default(),
            forgetting: Semaphore::new(1),
        }
    }
}

impl Receiving {
    pub(crate) fn forget_settings(&self, project: ProjectId) {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }

    /// Taken out while a piece is read; a piece of the same document that is read meanwhile finds nothing, and masks more.
    fn take_known(&self, key: &DocumentKey) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(key).map(|(known, _)| known).unwrap_or_default()
    }

    fn put_known(&self, key: DocumentKey, known: Known, now: i64) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.is_empty() {
            all.insert(key, (known, now));
        }
        let n_nodes = |all: &HashMap<DocumentKey, (Known, i64)>| all.values().map(|(known, _)| known.len()).sum::<usize>();
        if all.len() > MOST_DOCUMENTS || (all.len().is_multiple_of(64) && n_nodes(&all) > MOST_NODES) {
            let mut times: Vec<i64> = all.values().map(|(_, at)| *at).collect();
            times.sort_unstable();
            let middle = times[times.len() / 2];
            all.retain(|_, (_, at)| *at > middle);
        }
    }
}

async fn settings(api: &Api, project: ProjectId) -> Result<Arc<RecordingSettings>, ApiError> {
    let now = api.clock.now_ms();
    let known = api.receiving.settings.lock().unwrap_or_else(PoisonError::into_inner).get(&project).cloned();
    if let Some((settings, until)) = known
        && now < until
    {
        return Ok(settings);
    }
    let settings = Arc::new(api.catalog.recording_settings(project).await?);
    api.receiving.settings.lock().unwrap_or_else(PoisonError::into_inner).insert(project, (Arc::clone(&settings), now + REMEMBER_MS));
    Ok(settings)
}

/// What became of a piece.
#[derive(Serialize, ToSchema)]
struct PieceReceipt {
    /// It was there already, and counts once.
    duplicate: bool,
}

/// Send a piece of a recording, as the tag does (`docs/decisions/recording-wire.md`). Success means that it is on the disk; sending it again changes nothing.
#[utoipa::path(
    post, path = "/v1/recordings", tag = "recording_door",
    params(
        ("key" = String, Query, description = "The write key"), ("session" = String, Query), ("document" = String, Query), ("seq" = u32, Query),
        ("format" = String, Query, description = "gzip or json")
    ),
    request_body(content = String, content_type = "text/plain", description = "The piece: JSON, packed as `format` says"),
    responses(
        (status = 200, body = PieceReceipt), (status = 400, description = "It cannot be read; the reason names the field"), (status = 401, description = "Unknown key"),
        (status = 403, description = "The project takes no recordings"), (status = 410, description = "The recording was deleted"),
        (status = 413, description = "Too large, or the session is"), (status = 429, description = "Again after `Retry-After`"), (status = 503, description = "Again after `Retry-After`"),
    )
)]
async fn receive(State(api): State<Api>, request: Request) -> Response {
    match take(&api, request, Form::Tag).await {
        Ok(kept) => axum::Json(PieceReceipt { duplicate: kept == Kept::Duplicate }).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// A batch of the official Mixpanel client, answered as it expects.
pub(crate) async fn receive_mixpanel(api: &Api, request: Request) -> Response {
    match take(api, request, Form::Mixpanel).await {
        Ok(_) => axum::Json(json!({"code": 200, "status": "OK"})).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Tag,
    Mixpanel,
}

/// Why a piece was not kept.
enum Refusal {
    Recording(RecordingError),
    Keep(KeepError),
    Body(BodyError),
    Off,
    Other(ApiError),
}

impl From<RecordingError> for Refusal {
    fn from(error: RecordingError) -> Self {
        Self::Recording(error)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}

impl From<KeepError> for Refusal {
    fn from(error: KeepError) -> Self {
        Self::Keep(error)
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let api_error = match self {
            Self::Recording(error) => {
                let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
                return (status, axum::Json(error.body())).into_response();
            }
            Self::Keep(error) => {
                let message = error.to_string();
                match error {
                    KeepError::Busy { retry_after_s } => ApiError::too_many(retry_after_s, message),
                    KeepError::Unavailable { retry_after_s, .. } => {
                        ApiError { retry_after_s: Some(retry_after_s), ..ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message) }
                    }
                    KeepError::Deleted => ApiError::new(StatusCode::GONE, "deleted", message),
                    KeepError::SessionTooLarge { .. } => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "session_too_large", message),
                    KeepError::SessionTooLong { .. } => ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "session_too_long", message),
                }
            }
            Self::Body(error) => error.into(),
            Self::Off => ApiError::new(StatusCode::FORBIDDEN, "recordings_off", "this project takes no recordings"),
            Self::Other(error) => error,
        };
        // A browser reads one line; the header is for programs.
        let retry = api_error.retry_after_s;
        let mut response = api_error.into_response();
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

async fn take(api: &Api, request: Request, form: Form) -> Result<Kept, Refusal> {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let text = |name: &header::HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let authorization = text(&header::AUTHORIZATION);
    let (key, name) = match form {
        Form::Tag => read_name(&query, authorization, text(&crate::ingest::KEY_HEADER))?,
        Form::Mixpanel => read_mixpanel_name(&query, authorization)?,
    };
    let project = project_of(api, &key).await?.ok_or(RecordingError::Wire(sillage_wire::WireError::InvalidKey))?;
    let settings = settings(api, project).await?;
    if !settings.is_on {
        return Err(Refusal::Off);
    }
    // A piece that is there already is not read again.
    let named = name.clone();
    let has = api.look_at_recordings(move |recordings| Ok(recordings.has(project, &named))).await?;
    if has? {
        return Ok(Kept::Duplicate);
    }
    let limits = RecordingLimits::default();
    let mut share = Share::new(&api.receiving.bytes);
    let body = read_body(body, limits.compressed_bytes, api.options.body_time, Some(&mut share)).await?;
    let client = client_address(&parts.headers, &parts.extensions, &api.options.trusted_proxies);
    let arrived = Arrived { project, form, name, level: Level::parse(&settings.masking).unwrap_or_default(), query, headers: parts.headers, body, client };
    let piece = read(api, arrived).await?;
    Ok(api.recordings.keep(project, piece).await?)
}

struct Arrived {
    project: ProjectId,
    form: Form,
    name: PieceName,
    level: Level,
    query: String,
    headers: HeaderMap,
    body: bytes::Bytes,
    client: Option<IpAddr>,
}

/// Reads a piece on a thread of its own, since that only computes.
async fn read(api: &Api, arrived: Arrived) -> Result<Piece, Refusal> {
    let busy = || KeepError::Busy { retry_after_s: 2 };
    let place = tokio::time::timeout(READ_PATIENCE, api.receiving.readers.acquire()).await;
    let _place = place.map_err(|_| busy())?.map_err(|_| busy())?;
    let (api, received_at) = (api.clone(), api.clock.now_ms());
    let reading = tokio::task::spawn_blocking(move || {
        let Arrived { project, form, name, level, query, headers, body, client } = arrived;
        let text = |name: &header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let request = RecordingRequest {
            query: &query,
            body: &body,
            content_encoding: text(&header::CONTENT_ENCODING),
            user_agent: text(&header::USER_AGENT),
            client_ip: client,
            geo: api.options.geo.as_deref(),
            received_at,
            limits: RecordingLimits::default(),
        };
        let key = (project, name.session.clone(), name.document.clone());
        let mut known = api.receiving.take_known(&key);
        let piece = match form {
            Form::Tag => read_piece(&request, &name, level, &mut known),
            Form::Mixpanel => read_mixpanel_piece(&request, &name, level, &mut known),
        };
        api.receiving.put_known(key, known, received_at);
        piece
    });
    Ok(reading.await.map_err(|stopped| ApiError::internal(&stopped))??)
}

pub(super) async fn project_of(api: &Api, key: &Key) -> Result<Option<ProjectId>, ApiError> {
    match key {
        Key::Write(key) if key.starts_with("sk_") => access::project_of_sending_key(api, key).await,
        Key::Write(key) => Ok(api.catalog.project_of_write_key(key).await?),
        Key::Account { .. } => Ok(None),
    }
}
