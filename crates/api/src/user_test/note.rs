//! What people who watched wrote about participants.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    error::ApiError,
    recording::NamedSession,
    time::shown,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use sillage_catalog::{NewUserTestNote, UserTestNote};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

#[derive(Serialize, ToSchema)]
struct ParticipantNotes {
    /// In the order in which they were written.
    notes: Vec<ParticipantNote>,
}

#[derive(Serialize, ToSchema)]
struct ParticipantNote {
    id: String,
    participant: String,
    /// The task that it is about, if one.
    task: Option<String>,
    text: String,
    tags: Vec<String>,
    author: String,
    created_at: String,
}

impl From<UserTestNote> for ParticipantNote {
    fn from(note: UserTestNote) -> Self {
        let NewUserTestNote { participant, task, text, tags } = note.note;
        Self { id: note.id, participant, task, text, tags, author: note.author, created_at: shown(note.created_at) }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewParticipantNote {
    participant: String,
    task: Option<String>,
    text: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// What was written about the participants of a test.
#[utoipa::path(get, path = "/api/projects/{project}/user-tests/{user_test}/notes", tag = "user_test_note", params(("project" = u32, Path), ("user_test" = String, Path)), responses((status = 200, body = ParticipantNotes)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<ParticipantNotes>, ApiError> {
    api.catalog.user_test(inside.project.id, &id).await?;
    let notes = api.catalog.user_test_notes(inside.project.id, &id).await?;
    Ok(axum::Json(ParticipantNotes { notes: notes.into_iter().map(ParticipantNote::from).collect() }))
}

/// Write a note about a participant.
#[utoipa::path(
    post, path = "/api/projects/{project}/user-tests/{user_test}/notes", tag = "user_test_note", params(("project" = u32, Path), ("user_test" = String, Path)),
    request_body = NewParticipantNote, responses((status = 200, body = ParticipantNote))
)]
async fn create(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewParticipantNote>,
) -> Result<axum::Json<ParticipantNote>, ApiError> {
    let new = NewUserTestNote { participant: body.participant, task: body.task, text: body.text, tags: body.tags };
    Ok(axum::Json(api.catalog.add_user_test_note(inside.project.id, &id, &new, &inside.caller.shown()).await?.into()))
}

/// Delete a note.
#[utoipa::path(
    delete, path = "/api/projects/{project}/user-tests/{user_test}/notes/{note}", tag = "user_test_note",
    params(("project" = u32, Path), ("user_test" = String, Path), ("note" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, NamedSession { session: id, part }: NamedSession) -> Result<StatusCode, ApiError> {
    api.catalog.delete_user_test_note(inside.project.id, &id, &part).await?;
    Ok(StatusCode::NO_CONTENT)
}
