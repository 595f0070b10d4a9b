//! The door by which a visitor who withdraws has the recordings of their device deleted (px.md, PR-2).
//!
//! Who knows the device's id may ask: it is random, and only that browser and the project's own people have it. The deletion is in the audit log like any other.

use super::{Deleted, MOST_DELETED, delete_as, door::project_of};
use crate::{Api, error::ApiError, query::answer};
use axum::{
    extract::{Query, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::json;
use sillage_behavior::Question;
use sillage_wire::Key;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Shorter ones could be guessed.
const SHORTEST_DEVICE_BYTES: usize = 16;
const LONGEST_DEVICE_BYTES: usize = 128;
/// Who it was, for the audit log.
const VISITOR: &str = "visitor";

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(forget))
}

#[derive(Deserialize)]
struct Forget {
    #[serde(default)]
    key: String,
    #[serde(default)]
    device: String,
}

/// Delete the recordings of a device, for the visitor who withdraws. Nothing more of its sessions is kept.
#[utoipa::path(
    post, path = "/v1/recordings/forget", tag = "recording_door",
    params(("key" = String, Query, description = "The write key"), ("device" = String, Query, description = "The device id, as the tag's `ids()` tells it")),
    responses((status = 200, body = Deleted), (status = 400, description = "The device is missing or too short"), (status = 401, description = "Unknown key"))
)]
async fn forget(State(api): State<Api>, Query(asked): Query<Forget>) -> Result<axum::Json<Deleted>, ApiError> {
    if !(SHORTEST_DEVICE_BYTES..=LONGEST_DEVICE_BYTES).contains(&asked.device.len()) {
        return Err(ApiError::invalid("device", "give the device's own id, as sillage.ids().device tells it before the consent is withdrawn"));
    }
    let project = project_of(&api, &Key::Write(asked.key))
        .await?
        .ok_or_else(|| ApiError::new(StatusCode::UNAUTHORIZED, "invalid_key", "give the project's write key, which begins with wk_"))?;
    let project = api.catalog.project(project).await?;
    let mut deleted = Deleted { deleted: 0, more: true };
    // One by one: nobody waits long, and nobody makes the server work long.
    let _turn = api.receiving.forgetting.acquire().await.map_err(|stopped| ApiError::internal(&stopped))?;
    let question = json!({
        "kind": "recordings", "range": {"from": "1971-01-01", "to": "2999-01-01"}, "sort": "oldest", "limit": MOST_DELETED,
        "where": [{"field": "device_id", "op": "is", "value": asked.device}],
    });
    let reply = answer(&api, &project, Question::from_json(&question)?, None).await?;
    let found = reply.answer["recordings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let sessions: Vec<String> = found.iter().filter_map(|one| one["session"].as_str().map(str::to_owned)).collect();
    deleted.more = reply.answer["next"].is_string();
    if !sessions.is_empty() {
        deleted.deleted = delete_as(&api, &project, VISITOR, sessions, &mut json!({"device": asked.device})).await?;
    }
    Ok(axum::Json(deleted))
}
