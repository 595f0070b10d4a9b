//! What an account has watched, and what a question about recordings has to know of it.

use super::{NamedSession, find};
use crate::{
    Api,
    access::{Caller, Inside, ToRead},
    error::ApiError,
};
use axum::{extract::State, http::StatusCode};
use sillage_behavior::{Question, question::Kind, recording::Marks};
use sillage_event::ProjectId;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(watched, unwatched))
}

/// Fills in what the caller and the team wrote on recordings.
pub(crate) async fn add_marks(api: &Api, project: ProjectId, caller: &Caller, question: &mut Question) -> Result<(), ApiError> {
    if let Kind::Recordings(recordings) = &mut question.kind {
        let watched = api.catalog.watched_recordings(project, &caller.actor()).await?;
        recordings.marks = Marks { watched, notes: api.catalog.recording_note_texts(project).await? };
    }
    Ok(())
}

/// Mark a recording as watched by the caller.
#[utoipa::path(put, path = "/api/projects/{project}/recordings/{session}/watched", tag = "recording_mark", params(("project" = u32, Path), ("session" = String, Path)), responses((status = 204)))]
async fn watched(State(api): State<Api>, inside: Inside<ToRead>, NamedSession { session, .. }: NamedSession) -> Result<StatusCode, ApiError> {
    set(&api, &inside, &session, true).await
}

/// Mark a recording as not watched by the caller.
#[utoipa::path(delete, path = "/api/projects/{project}/recordings/{session}/watched", tag = "recording_mark", params(("project" = u32, Path), ("session" = String, Path)), responses((status = 204)))]
async fn unwatched(State(api): State<Api>, inside: Inside<ToRead>, NamedSession { session, .. }: NamedSession) -> Result<StatusCode, ApiError> {
    set(&api, &inside, &session, false).await
}

async fn set(api: &Api, inside: &Inside<ToRead>, session: &str, is_watched: bool) -> Result<StatusCode, ApiError> {
    find(api, inside.project.id, session).await?;
    api.catalog.set_recording_watched(inside.project.id, &inside.caller.actor(), session, is_watched).await?;
    Ok(StatusCode::NO_CONTENT)
}
