//! Links to one recording for people without an account: for a while, revocable, counted and logged, and opening nothing else.

use super::{NamedSession, Recording, at, columns, find, segment};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::Json,
    error::ApiError,
};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_catalog::{MAX_SHARE_MS, NewAuditEntry, RecordingShare};
use sillage_event::time;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_SHARE_MS: i64 = 7 * 86_400_000;
/// Who was recorded, and where, is for the team.
const KEPT_BACK: [&str; 6] = ["person", "device_id", "country", "watched", "notes", "bytes"];

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

pub(super) fn shared_routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(shared)).routes(routes!(shared_segment))
}

#[derive(Serialize, ToSchema)]
struct Shares {
    shares: Vec<Share>,
}

/// A link to a recording.
#[derive(Serialize, ToSchema)]
struct Share {
    id: String,
    /// Only in the reply that made it: it is kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// Where playing begins.
    at_ms: i64,
    created_by: String,
    created_at: String,
    expires_at: String,
    revoked_at: Option<String>,
    views: i64,
}

impl Share {
    fn of(share: RecordingShare, token: Option<String>) -> Self {
        Self {
            id: share.id,
            token,
            at_ms: share.at_ms,
            created_by: share.created_by,
            created_at: at(share.created_at),
            expires_at: at(share.expires_at),
            revoked_at: share.revoked_at.map(at),
            views: share.views,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewShare {
    /// Where playing begins, from the beginning of the recording.
    #[serde(default)]
    at_ms: i64,
    /// RFC 3339, at most 30 days ahead; a week when left out.
    expires_at: Option<String>,
}

/// The links of a recording, the latest first.
#[utoipa::path(get, path = "/api/projects/{project}/recordings/{session}/shares", tag = "recording_share", params(("project" = u32, Path), ("session" = String, Path)), responses((status = 200, body = Shares)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, NamedSession { session, .. }: NamedSession) -> Result<axum::Json<Shares>, ApiError> {
    find(&api, inside.project.id, &session).await?;
    let shares = api.catalog.recording_shares(inside.project.id, &session).await?;
    Ok(axum::Json(Shares { shares: shares.into_iter().map(|share| Share::of(share, None)).collect() }))
}

/// Make a link to a recording: `/shared/recordings/<token>` on the screens.
#[utoipa::path(
    post, path = "/api/projects/{project}/recordings/{session}/shares", tag = "recording_share", params(("project" = u32, Path), ("session" = String, Path)),
    request_body = NewShare, responses((status = 200, body = Share))
)]
async fn create(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    NamedSession { session, .. }: NamedSession,
    Json(body): Json<NewShare>,
) -> Result<axum::Json<Share>, ApiError> {
    let project = inside.project.id;
    find(&api, project, &session).await?;
    let lifetime_ms = match &body.expires_at {
        None => DEFAULT_SHARE_MS,
        Some(text) => time::from_text(text).ok_or_else(|| ApiError::invalid("expires_at", "give a time such as 2026-01-31T12:00:00Z"))? - api.clock.now_ms(),
    };
    let (share, token) = api.catalog.share_recording(project, &session, body.at_ms, lifetime_ms.min(MAX_SHARE_MS + 1), &inside.caller.shown()).await?;
    let details = json!({"share": share.id, "expires_at": at(share.expires_at)});
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(project), action: "recording.share", object: &session, details };
    api.catalog.record(entry).await?;
    Ok(axum::Json(Share::of(share, Some(token))))
}

/// Take a link back.
#[utoipa::path(
    delete, path = "/api/projects/{project}/recordings/{session}/shares/{share}", tag = "recording_share",
    params(("project" = u32, Path), ("session" = String, Path), ("share" = String, Path)), responses((status = 204))
)]
async fn revoke(State(api): State<Api>, inside: Inside<ToWrite>, NamedSession { session, part }: NamedSession) -> Result<StatusCode, ApiError> {
    let project = inside.project.id;
    api.catalog.revoke_recording_share(project, &session, &part).await?;
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(project), action: "recording.unshare", object: &session, details: json!({"share": part}) };
    api.catalog.record(entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A shared recording, and where playing begins.
#[derive(Serialize, ToSchema)]
struct SharedRecording {
    at_ms: i64,
    expires_at: String,
    #[serde(flatten)]
    recording: Recording,
}

async fn share_of(api: &Api, token: &str) -> Result<RecordingShare, ApiError> {
    api.catalog.recording_share_of(token).await?.ok_or_else(ApiError::not_found)
}

/// The recording that a link opens. Who was recorded is not told, nor are the team's notes.
#[utoipa::path(get, path = "/api/shared/recordings/{token}", tag = "recording_share", params(("token" = String, Path)), responses((status = 200, body = SharedRecording)))]
async fn shared(State(api): State<Api>, NamedSession { session: token, .. }: NamedSession) -> Result<Response, ApiError> {
    let share = share_of(&api, &token).await?;
    let found = find(&api, share.project, &share.session).await?;
    let project = api.catalog.project(share.project).await?;
    let mut columns = columns(&api, &project, &share.session, None).await?;
    if let Value::Object(columns) = &mut columns {
        KEPT_BACK.iter().for_each(|name| drop(columns.remove(*name)));
    }
    api.catalog.count_shared_view(&share.id).await?;
    let actor = format!("share:{}", share.id);
    let entry = NewAuditEntry { actor: &actor, project: Some(share.project), action: "recording.shared_view", object: &share.session, details: Value::Null };
    api.catalog.record(entry).await?;
    let recording = Recording::of(found, columns, Vec::new());
    Ok(unindexed(axum::Json(SharedRecording { at_ms: share.at_ms, expires_at: at(share.expires_at), recording }).into_response()))
}

/// The events of a segment of the recording that a link opens.
#[utoipa::path(
    get, path = "/api/shared/recordings/{token}/segments/{segment}", tag = "recording_share", params(("token" = String, Path), ("segment" = u32, Path)),
    responses((status = 200, body = Vec<serde_json::Value>))
)]
async fn shared_segment(State(api): State<Api>, NamedSession { session: token, part }: NamedSession, headers: HeaderMap) -> Result<Response, ApiError> {
    let share = share_of(&api, &token).await?;
    segment::serve(&api, share.project, share.session, &part, &headers).await.map(unindexed)
}

/// Search engines keep away.
fn unindexed(mut response: Response) -> Response {
    response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}
