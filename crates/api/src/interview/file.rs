//! Recordings and transcripts of talks: uploaded as they arrive, and given back only to people of the project.

use super::{Place, record};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::Query,
    error::ApiError,
    time::shown,
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_catalog::{InterviewFile, MAX_INTERVIEW_FILE_BYTES};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// An upload that says nothing for so long is cut off; a slow one goes on.
const SILENCE: Duration = Duration::from_secs(60);
const PIECE_BYTES: usize = 256 * 1024;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(get, delete))
}

/// Something that was uploaded of a talk.
#[derive(Serialize, ToSchema)]
#[schema(as = InterviewFile)]
pub(super) struct File {
    id: String,
    /// `recording`, `transcript` or `other`.
    kind: String,
    name: String,
    bytes: u64,
    created_by: String,
    created_at: String,
}

pub(super) fn file_of(file: InterviewFile) -> File {
    File { id: file.id, kind: file.kind, name: file.name, bytes: file.n_bytes, created_by: file.created_by, created_at: shown(file.created_at) }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct NewFileQuery {
    /// As the file is called.
    name: String,
    /// `recording`, `transcript` or `other`.
    kind: String,
}

/// Upload a file of a talk: the body is the file, of the type `application/octet-stream`, at most 2 GB.
#[utoipa::path(
    post, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/files", tag = "interview_file",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path), NewFileQuery),
    request_body(content = String, content_type = "application/octet-stream"), responses((status = 200, body = File))
)]
async fn add(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    place: Place,
    Query(query): Query<NewFileQuery>,
    body: Body,
) -> Result<axum::Json<File>, ApiError> {
    let interview = api.catalog.interview(inside.project.id, &place.study, &place.participant).await?;
    // What says at once that it is too large is not read at all.
    if body.size_hint().lower() > MAX_INTERVIEW_FILE_BYTES {
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "a file takes at most 2 GB; send a shorter or smaller one"));
    }
    let pieces = stream::unfold(body.into_data_stream(), |mut pieces| async move {
        let piece = match tokio::time::timeout(SILENCE, pieces.next()).await {
            Ok(piece) => piece?.map_err(|error| error.to_string()),
            Err(_) => Err("nothing came for a minute".to_owned()),
        };
        Some((piece, pieces))
    });
    let by = inside.caller.shown();
    let file = api.catalog.keep_interview_file(&interview.id, &query.kind, &query.name, &by, Box::pin(pieces)).await?;
    record(&api, &inside, "interview.file", &interview.id, json!({"name": file.name, "bytes": file.n_bytes})).await?;
    Ok(axum::Json(file_of(file)))
}

/// A file of a talk, as it was uploaded.
#[utoipa::path(
    get, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/files/{file}", tag = "interview_file",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path), ("file" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = String))
)]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, place: Place) -> Result<Response, ApiError> {
    let interview = api.catalog.interview(inside.project.id, &place.study, &place.participant).await?;
    let (file, path) = api.catalog.interview_file(&interview.id, &place.part).await?;
    let opened = tokio::fs::File::open(&path).await.map_err(|error| ApiError::internal(&format!("{}: {error}", path.display())))?;
    let pieces = stream::unfold(Some(opened), |opened| async move {
        let mut opened = opened?;
        let mut piece = vec![0; PIECE_BYTES];
        match opened.read(&mut piece).await {
            Ok(0) => None,
            Ok(n) => {
                piece.truncate(n);
                Some((Ok(Bytes::from(piece)), Some(opened)))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    record(&api, &inside, "interview.file_read", &interview.id, json!({"name": file.name})).await?;
    let mut response = Body::from_stream(pieces).into_response();
    // Whatever it is, a browser saves it and runs nothing.
    let disposition = format!("attachment; filename*=UTF-8''{}", utf8_percent_encode(&file.name, NON_ALPHANUMERIC));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.n_bytes));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Delete a file of a talk.
#[utoipa::path(
    delete, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/files/{file}", tag = "interview_file",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path), ("file" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<StatusCode, ApiError> {
    let interview = api.catalog.interview(inside.project.id, &place.study, &place.participant).await?;
    let file = api.catalog.delete_interview_file(&interview.id, &place.part).await?;
    record(&api, &inside, "interview.file_delete", &interview.id, json!({"name": file.name})).await?;
    Ok(StatusCode::NO_CONTENT)
}
