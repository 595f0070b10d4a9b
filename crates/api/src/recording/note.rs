//! Notes on a recording: a text at a moment or over a stretch, with tags.

use super::{NamedSession, RecordedMarker, at, find};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::Json,
    error::ApiError,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_catalog::{NewRecordingNote, RecordingNote};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change, delete))
}

#[derive(Serialize, ToSchema)]
struct Notes {
    notes: Vec<Note>,
}

#[derive(Serialize, ToSchema)]
struct Note {
    id: String,
    text: String,
    tags: Vec<String>,
    /// From the beginning of the recording.
    from_ms: i64,
    to_ms: Option<i64>,
    author: String,
    created_at: String,
    updated_at: String,
}

impl From<RecordingNote> for Note {
    fn from(note: RecordingNote) -> Self {
        let NewRecordingNote { text, tags, from_ms, to_ms } = note.note;
        Self { id: note.id, text, tags, from_ms, to_ms, author: note.author, created_at: at(note.created_at), updated_at: at(note.updated_at) }
    }
}

/// A note on the timeline of a recording that begins at a time.
pub(super) fn marker(note: RecordingNote, start: i64) -> RecordedMarker {
    let more = json!({
        "id": note.id, "text": note.note.text, "tags": note.note.tags, "author": note.author,
        "from_ms": note.note.from_ms, "to_ms": note.note.to_ms, "to": note.note.to_ms.map(|to_ms| start + to_ms),
    });
    let Value::Object(more) = more else { unreachable!("an object was written above") };
    RecordedMarker { t: start + note.note.from_ms, kind: "note".to_owned(), document: None, more }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNote {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
    /// From the beginning of the recording.
    from_ms: i64,
    to_ms: Option<i64>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteChange {
    text: Option<String>,
    tags: Option<Vec<String>>,
    from_ms: Option<i64>,
    to_ms: Option<i64>,
}

/// The notes of a recording, by their place in it.
#[utoipa::path(get, path = "/api/projects/{project}/recordings/{session}/notes", tag = "recording_note", params(("project" = u32, Path), ("session" = String, Path)), responses((status = 200, body = Notes)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, NamedSession { session, .. }: NamedSession) -> Result<axum::Json<Notes>, ApiError> {
    find(&api, inside.project.id, &session).await?;
    let notes = api.catalog.recording_notes(inside.project.id, &session).await?;
    Ok(axum::Json(Notes { notes: notes.into_iter().map(Note::from).collect() }))
}

/// Write a note on a recording.
#[utoipa::path(
    post, path = "/api/projects/{project}/recordings/{session}/notes", tag = "recording_note", params(("project" = u32, Path), ("session" = String, Path)),
    request_body = NewNote, responses((status = 200, body = Note))
)]
async fn create(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    NamedSession { session, .. }: NamedSession,
    Json(body): Json<NewNote>,
) -> Result<axum::Json<Note>, ApiError> {
    find(&api, inside.project.id, &session).await?;
    let new = NewRecordingNote { text: body.text, tags: body.tags, from_ms: body.from_ms, to_ms: body.to_ms };
    Ok(axum::Json(api.catalog.add_recording_note(inside.project.id, &session, &new, &inside.caller.shown()).await?.into()))
}

/// Change a note.
#[utoipa::path(
    patch, path = "/api/projects/{project}/recordings/{session}/notes/{note}", tag = "recording_note",
    params(("project" = u32, Path), ("session" = String, Path), ("note" = String, Path)), request_body = NoteChange, responses((status = 200, body = Note))
)]
async fn change(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    NamedSession { session, part }: NamedSession,
    Json(body): Json<NoteChange>,
) -> Result<axum::Json<Note>, ApiError> {
    let project = inside.project.id;
    let old = api.catalog.recording_note(project, &session, &part).await?.note;
    let new = NewRecordingNote {
        text: body.text.unwrap_or(old.text),
        tags: body.tags.unwrap_or(old.tags),
        from_ms: body.from_ms.unwrap_or(old.from_ms),
        to_ms: body.to_ms.or(old.to_ms),
    };
    Ok(axum::Json(api.catalog.change_recording_note(project, &session, &part, &new).await?.into()))
}

/// Delete a note.
#[utoipa::path(
    delete, path = "/api/projects/{project}/recordings/{session}/notes/{note}", tag = "recording_note",
    params(("project" = u32, Path), ("session" = String, Path), ("note" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, NamedSession { session, part }: NamedSession) -> Result<StatusCode, ApiError> {
    api.catalog.delete_recording_note(inside.project.id, &session, &part).await?;
    Ok(StatusCode::NO_CONTENT)
}
