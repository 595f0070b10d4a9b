//! How a project records: whether, how much the server masks at least, and for how long recordings are kept.

use crate::{
    Api,
    access::{Inside, ToAdminister, ToRead},
    body::Json,
    error::ApiError,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_catalog::{NewAuditEntry, RecordingSettings};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get, replace))
}

/// How a project records.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RecordingSettingsBody {
    /// Off: pieces are refused, and the tag records nothing more.
    is_on: bool,
    /// What the server masks at least, whatever the tag sends: `strict` (all texts but those marked `data-px-unmask`), `balanced` (digits, addresses, tokens) or
    /// `open` (addresses, tokens, long numbers). What is kept already stays as it is.
    masking: String,
    /// 1 to 180.
    keep_days: u32,
}

impl From<RecordingSettings> for RecordingSettingsBody {
    fn from(settings: RecordingSettings) -> Self {
        Self { is_on: settings.is_on, masking: settings.masking, keep_days: settings.keep_days }
    }
}

/// How the project records.
#[utoipa::path(get, path = "/api/projects/{project}/recording-settings", tag = "recording_setting", params(("project" = u32, Path)), responses((status = 200, body = RecordingSettingsBody)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<RecordingSettingsBody>, ApiError> {
    Ok(axum::Json(api.catalog.recording_settings(inside.project.id).await?.into()))
}

/// Change how the project records. Pieces that arrive within the next seconds may still be taken by the old settings.
#[utoipa::path(
    put, path = "/api/projects/{project}/recording-settings", tag = "recording_setting", params(("project" = u32, Path)),
    request_body = RecordingSettingsBody, responses((status = 200, body = RecordingSettingsBody))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToAdminister>,
    Json(body): Json<RecordingSettingsBody>,
) -> Result<axum::Json<RecordingSettingsBody>, ApiError> {
    let project = inside.project.id;
    let new = RecordingSettings { is_on: body.is_on, masking: body.masking, keep_days: body.keep_days };
    let old = api.catalog.recording_settings(project).await?;
    api.catalog.set_recording_settings(project, &new).await?;
    let days = new.keep_days;
    api.look_at_recordings(move |recordings| recordings.keep_days(project, days)).await?;
    api.receiving.forget_settings(project);
    let details = json!({
        "from": {"is_on": old.is_on, "masking": old.masking, "keep_days": old.keep_days},
        "to": {"is_on": new.is_on, "masking": new.masking, "keep_days": new.keep_days},
    });
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(project), action: "recording.settings", object: "recording-settings", details };
    api.catalog.record(entry).await?;
    Ok(axum::Json(new.into()))
}
