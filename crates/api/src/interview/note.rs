//! What is written down during and after a talk.

use super::{Place, record};
use crate::{
    Api,
    access::{Inside, ToWrite},
    body::Json,
    error::ApiError,
    time::shown,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_catalog::{InterviewNote, NewInterviewNote};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(change, delete))
}

/// A note, by its place in the talk.
#[derive(Serialize, ToSchema)]
#[schema(as = InterviewNote)]
pub(super) struct Note {
    id: String,
    text: String,
    tags: Vec<String>,
    /// From the beginning of the talk.
    at_ms: i64,
    /// Where a stretch of the talk ends.
    to_ms: Option<i64>,
    is_highlight: bool,
    author: String,
    created_at: String,
    updated_at: String,
}

pub(super) fn note_of(note: InterviewNote) -> Note {
    let InterviewNote { id, note, author, created_at, updated_at } = note;
    let NewInterviewNote { text, tags, at_ms, to_ms, is_highlight } = note;
    Note { id, text, tags, at_ms, to_ms, is_highlight, author, created_at: shown(created_at), updated_at: shown(updated_at) }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewInterviewNote)]
struct NewNoteBody {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    at_ms: i64,
    to_ms: Option<i64>,
    #[serde(default)]
    is_highlight: bool,
}

impl From<NewNoteBody> for NewInterviewNote {
    fn from(body: NewNoteBody) -> Self {
        let tags = body.tags.into_iter().map(|tag| tag.trim().to_owned()).collect();
        Self { text: body.text, tags, at_ms: body.at_ms, to_ms: body.to_ms, is_highlight: body.is_highlight }
    }
}

/// Write a note.
#[utoipa::path(
    post, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/notes", tag = "interview_note",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path)), request_body = NewNoteBody, responses((status = 200, body = Note))
)]
async fn add(State(api): State<Api>, inside: Inside<ToWrite>, place: Place, Json(body): Json<NewNoteBody>) -> Result<axum::Json<Note>, ApiError> {
    let interview = api.catalog.interview(inside.project.id, &place.study, &place.participant).await?;
    let note = api.catalog.add_interview_note(&interview.id, &body.into(), &inside.caller.shown()).await?;
    Ok(axum::Json(note_of(note)))
}

/// Change a note.
#[utoipa::path(
    put, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/notes/{note}", tag = "interview_note",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path), ("note" = String, Path)),
    request_body = NewNoteBody, responses((status = 200, body = Note))
)]
async fn change(State(api): State<Api>, inside: Inside<ToWrite>, place: Place, Json(body): Json<NewNoteBody>) -> Result<axum::Json<Note>, ApiError> {
    let interview = api.catalog.interview(inside.project.id, &place.study, &place.participant).await?;
    let note = api.catalog.change_interview_note(&interview.id, &place.part, &body.into()).await?;
    Ok(axum::Json(note_of(note)))
}

/// Delete a note.
#[utoipa::path(
    delete, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/notes/{note}", tag = "interview_note",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path), ("note" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<StatusCode, ApiError> {
    let interview = api.catalog.interview(inside.project.id, &place.study, &place.participant).await?;
    api.catalog.delete_interview_note(&interview.id, &place.part).await?;
    record(&api, &inside, "interview.note_delete", &interview.id, json!({"note": place.part})).await?;
    Ok(StatusCode::NO_CONTENT)
}
