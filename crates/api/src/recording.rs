//! Recordings: what a player needs of one, deleting them, and how a project records. Lists of recordings are questions.
//!
//! What must stay true: whoever looks at a recording is in the audit log; what is deleted is gone with its notes and links.

mod door;
mod forget;
mod mark;
mod note;
mod segment;
mod setting;
mod share;

pub(crate) use door::{Receiving, receive_mixpanel};
pub(crate) use mark::add_marks;

use crate::{
    Api,
    access::{Caller, Inside, ToAdminister, ToRead, ToWrite},
    body::Json,
    error::ApiError,
    query::answer,
    time::shown,
};
use axum::{
    extract::{FromRequestParts, RawPathParams, State},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sillage_behavior::Question;
use sillage_catalog::{NewAuditEntry, Project};
use sillage_event::{
    ProjectId,
    recording::{Found, Marker},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// One request deletes at most so many; more are asked for again.
const MOST_DELETED: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get, delete))
        .routes(routes!(delete_many))
        .merge(segment::routes())
        .merge(note::routes())
        .merge(mark::routes())
        .merge(share::routes())
        .merge(setting::routes())
}

/// The doors that everybody's browsers send to.
pub(crate) fn public_routes() -> OpenApiRouter<Api> {
    door::routes().merge(forget::routes())
}

/// For whoever has a link.
pub(crate) fn shared_routes() -> OpenApiRouter<Api> {
    share::shared_routes()
}

/// What the path names inside the project: first the session, then what is its own.
pub(super) struct NamedSession {
    pub(super) session: String,
    pub(super) part: String,
}

impl FromRequestParts<Api> for NamedSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
        let mut named = path.iter().filter(|(name, _)| *name != "project").map(|(_, value)| value.to_owned());
        let session = named.next().ok_or_else(ApiError::not_found)?;
        Ok(Self { session, part: named.next().unwrap_or_default() })
    }
}

/// A recording as a player needs it. Times are milliseconds since 1970 by the recorded browser's clock, as in its events.
#[derive(Serialize, ToSchema)]
pub(super) struct Recording {
    /// The columns that lists have, and what the caller and the team added.
    #[schema(value_type = Object)]
    recording: Value,
    /// Page loads, by their first event.
    documents: Vec<RecordedDocument>,
    /// Parts to fetch and play in this order.
    segments: Vec<RecordedSegment>,
    /// The pages, as names.
    pages: Vec<RecordedPage>,
    /// What happened: clicks, signals, errors, requests, console lines, events, surveys, and the notes of people.
    markers: Vec<RecordedMarker>,
    /// Stretches in which something was done, from and to.
    activity: Vec<(i64, i64)>,
    /// Why it cannot be played, or not all of it.
    problems: Vec<RecordedProblem>,
}

/// One page load.
#[derive(Serialize, ToSchema)]
struct RecordedDocument {
    document: String,
    /// Stitches the page loads of a tab together.
    tab: String,
    start: i64,
    end: i64,
    /// The number of its first segment; null when it has none.
    first_segment: Option<u32>,
    /// The page was too large to be recorded: clicks, moves and scrolls only.
    is_interaction_only: bool,
    /// How it was masked.
    profile: RecordedProfile,
}

/// How a page was masked: by the tag, and at least by the server.
#[derive(Serialize, ToSchema)]
struct RecordedProfile {
    level: String,
    hash: String,
    recorder: String,
    server_level: String,
}

#[derive(Serialize, ToSchema)]
struct RecordedSegment {
    n: u32,
    document: String,
    t0: i64,
    t1: i64,
    /// Of JSON, without stylesheets.
    bytes: u64,
    /// It can be played without those before it.
    has_snapshot: bool,
}

#[derive(Serialize, ToSchema)]
struct RecordedPage {
    t: i64,
    page: String,
    document: String,
}

/// Something on the timeline.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordedMarker {
    t: i64,
    /// `click`, `input`, `signal`, `error`, `request`, `console`, `event`, `survey`, `trigger` or `note`
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    /// Beside these, by kind: `name`, `selector`, `severity`, `method`, `url`, `status`, `ms`, `level`, `text`, `x`, `y`, `id`, `error`, `tags`, `to`, `author`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    more: Map<String, Value>,
}

impl From<Marker> for RecordedMarker {
    fn from(marker: Marker) -> Self {
        Self { t: marker.t, kind: marker.kind, document: Some(marker.document), more: marker.more }
    }
}

#[derive(Serialize, ToSchema)]
struct RecordedProblem {
    /// `no_snapshot`, `interaction_only`, `missing_pieces`, `unread_styles`, `neutralised`, `dropped_events`, `cut_short` or `damaged`
    code: String,
    message: String,
    document: Option<String>,
}

impl Recording {
    pub(super) fn of(found: Found, columns: Value, notes: Vec<RecordedMarker>) -> Self {
        let segments: Vec<RecordedSegment> = found
            .segments
            .iter()
            .map(|one| RecordedSegment { n: one.n, document: one.document.clone(), t0: one.t0, t1: one.t1, bytes: one.bytes, has_snapshot: one.has_snapshot })
            .collect();
        let recorded = found.recorded;
        let pages =
            recorded.facts.page_views().into_iter().map(|view| RecordedPage { t: view.t, page: view.page.clone(), document: view.document.clone() }).collect();
        let documents = recorded.documents.into_iter().map(|document| RecordedDocument {
            first_segment: segments.iter().find(|segment| segment.document == document.document).map(|segment| segment.n),
            document: document.document,
            tab: document.tab,
            start: document.start,
            end: document.end,
            is_interaction_only: document.is_interaction_only,
            profile: RecordedProfile {
                level: document.profile.level,
                hash: document.profile.hash,
                recorder: document.profile.recorder,
                server_level: document.profile.server_level,
            },
        });
        let mut markers: Vec<RecordedMarker> = found.markers.into_iter().map(RecordedMarker::from).chain(notes).collect();
        markers.sort_by_key(|marker| marker.t);
        Self {
            recording: columns,
            documents: documents.collect(),
            pages,
            markers,
            activity: recorded.facts.active.0,
            problems: found.problems.into_iter().map(|one| RecordedProblem { code: one.code, message: one.message, document: one.document }).collect(),
            segments,
        }
    }
}

/// Looks a recording up, away from the threads that serve connections.
pub(super) async fn find(api: &Api, project: ProjectId, session: &str) -> Result<Found, ApiError> {
    let session = session.to_owned();
    let found = api.look_at_recordings(move |recordings| recordings.find(project, &session)).await?;
    found.ok_or_else(ApiError::not_found)
}

/// The columns of one recording, as lists have them.
pub(super) async fn columns(api: &Api, project: &Project, session: &str, caller: Option<&Caller>) -> Result<Value, ApiError> {
    let question = json!({
        "kind": "recordings", "range": {"from": "1971-01-01", "to": "2999-01-01"}, "limit": 1,
        "where": [{"field": "session", "op": "is", "value": session}],
    });
    let mut question = Question::from_json(&question)?;
    if let Some(caller) = caller {
        add_marks(api, project.id, caller, &mut question).await?;
    }
    let mut reply = answer(api, project, question, None).await?;
    Ok(reply.answer.pointer_mut("/recordings/0").map(Value::take).unwrap_or_else(|| json!({})))
}

/// One recording: what is in it, and where.
#[utoipa::path(get, path = "/api/projects/{project}/recordings/{session}", tag = "recording", params(("project" = u32, Path), ("session" = String, Path)), responses((status = 200, body = Recording)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, NamedSession { session, .. }: NamedSession) -> Result<axum::Json<Recording>, ApiError> {
    let project = inside.project.id;
    let found = find(&api, project, &session).await?;
    let start = found.recorded.facts.start;
    let notes = api.catalog.recording_notes(project, &session).await?.into_iter().map(|note| note::marker(note, start)).collect();
    let columns = columns(&api, &inside.project, &session, Some(&inside.caller)).await?;
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(project), action: "recording.view", object: &session, details: Value::Null };
    api.catalog.record(entry).await?;
    Ok(axum::Json(Recording::of(found, columns, notes)))
}

/// Delete a recording, with its notes and links. It is in no answer from then on, and off the disk within a minute.
#[utoipa::path(delete, path = "/api/projects/{project}/recordings/{session}", tag = "recording", params(("project" = u32, Path), ("session" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, NamedSession { session, .. }: NamedSession) -> Result<StatusCode, ApiError> {
    let gone = delete_sessions(&api, &inside.project, &inside.caller, vec![session], json!({})).await?;
    if gone == 0 { Err(ApiError::not_found()) } else { Ok(StatusCode::NO_CONTENT) }
}

/// Which recordings to delete: of a person, of a period, or those of a person in a period.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Deletion {
    /// Any id of the person.
    person: Option<String>,
    /// A day or an instant; recordings that begin from then on.
    from: Option<String>,
    /// A day, included, or an instant, excluded.
    to: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Deleted {
    deleted: usize,
    /// There are more: ask again.
    more: bool,
}

/// Delete the recordings of a person, of a period, or of both.
#[utoipa::path(
    post, path = "/api/projects/{project}/recordings/delete", tag = "recording", params(("project" = u32, Path)),
    request_body = Deletion, responses((status = 200, body = Deleted))
)]
async fn delete_many(State(api): State<Api>, inside: Inside<ToAdminister>, Json(body): Json<Deletion>) -> Result<axum::Json<Deleted>, ApiError> {
    let range = match (&body.from, &body.to) {
        (Some(from), Some(to)) => json!({"from": from, "to": to}),
        (None, None) if body.person.is_some() => json!({"from": "1971-01-01", "to": "2999-01-01"}),
        (None, None) => return Err(ApiError::invalid("person", "say whose recordings, or from when to when")),
        (None, _) => return Err(ApiError::invalid("from", "a period has a beginning and an end")),
        (_, None) => return Err(ApiError::invalid("to", "a period has a beginning and an end")),
    };
    let conditions: Vec<Value> = body.person.iter().map(|person| json!({"field": "person", "op": "is", "value": person})).collect();
    let question = json!({"kind": "recordings", "range": range, "where": conditions, "sort": "oldest", "limit": MOST_DELETED});
    let question = Question::from_json(&question).map_err(|error| {
        let error = ApiError::from(error);
        ApiError { field: error.field.map(|field| field.replace("range.", "")), ..error }
    })?;
    let reply = answer(&api, &inside.project, question, None).await?;
    let sessions: Vec<String> =
        reply.answer["recordings"].as_array().into_iter().flatten().filter_map(|one| one["session"].as_str().map(str::to_owned)).collect();
    let more = reply.answer["next"].is_string();
    let details = json!({"person": body.person, "from": body.from, "to": body.to});
    let deleted = delete_sessions(&api, &inside.project, &inside.caller, sessions, details).await?;
    Ok(axum::Json(Deleted { deleted, more }))
}

async fn delete_sessions(api: &Api, project: &Project, caller: &Caller, sessions: Vec<String>, mut details: Value) -> Result<usize, ApiError> {
    delete_as(api, project, &caller.actor(), sessions, &mut details).await
}

/// Deletes, and writes down who did.
async fn delete_as(api: &Api, project: &Project, actor: &str, sessions: Vec<String>, details: &mut Value) -> Result<usize, ApiError> {
    let id = project.id;
    let gone = api.look_at_recordings(move |recordings| recordings.delete(id, &sessions)).await?;
    api.catalog.forget_recordings(id, &gone).await?;
    let object = match gone.as_slice() {
        [] => return Ok(0),
        [one] => one.clone(),
        many => format!("{} recordings", many.len()),
    };
    details["deleted"] = Value::from(gone.len());
    let entry = NewAuditEntry { actor, project: Some(id), action: "recording.delete", object: &object, details: details.take() };
    api.catalog.record(entry).await?;
    Ok(gone.len())
}

/// When something is, for answers.
pub(super) fn at(ms: i64) -> String {
    shown(ms)
}
