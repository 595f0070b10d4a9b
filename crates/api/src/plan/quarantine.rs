//! Events that the plan keeps apart: looked at, released as they came, or dropped.
//!
//! What must stay true: a released event is kept before it leaves the quarantine, so that a stop in between loses nothing; it counts once all the same.

use super::record;
use crate::{
    Api,
    access::{Inside, ToAdminister, ToRead, ToWrite},
    body::{Json, Query},
    error::ApiError,
    ingest,
    refused::{self, MAX_REPLAYED},
    time::shown,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{RefusedInfo, RefusedQuery};
use sillage_event::{Batch, ProjectId, QUARANTINE};
use sillage_wire::ImportForm;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_EVENTS: usize = 50;
const MOST_EVENTS: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(quarantine)).routes(routes!(release)).routes(routes!(drop_events))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct QuarantineQuery {
    /// The id of the last event of the page before.
    before: Option<u64>,
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
struct Quarantine {
    /// Newest first.
    events: Vec<QuarantinedEvent>,
    /// How many wait in all.
    count: u64,
}

/// An event that waits.
#[derive(Serialize, ToSchema)]
struct QuarantinedEvent {
    id: u64,
    /// When it arrived.
    at: String,
    /// The rule that it broke, `plan_type` and so on.
    code: String,
    field: Option<String>,
    message: String,
    /// The event in the import form.
    event: Value,
}

impl From<RefusedInfo> for QuarantinedEvent {
    fn from(info: RefusedInfo) -> Self {
        let record = info.record;
        let event = serde_json::from_str(&record.raw).unwrap_or_else(|_| Value::from(record.raw));
        Self { id: info.id, at: shown(record.at), code: record.code, field: record.field, message: record.message, event }
    }
}

/// The events that wait in quarantine.
#[utoipa::path(get, path = "/api/projects/{project}/plan/quarantine", tag = "plan", params(("project" = u32, Path), QuarantineQuery), responses((status = 200, body = Quarantine)))]
async fn quarantine(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<QuarantineQuery>) -> Result<axum::Json<Quarantine>, ApiError> {
    let project = inside.project.id;
    let wanted = RefusedQuery {
        before: query.before,
        limit: query.limit.unwrap_or(DEFAULT_EVENTS).clamp(1, MOST_EVENTS),
        stage: Some(QUARANTINE.to_owned()),
        code: None,
    };
    let look = move |browse: &dyn sillage_behavior::Browse| Ok((browse.refused(project, &wanted)?.refused, browse.in_quarantine(project)?.0));
    let (found, count) = api.browse(look).await?;
    Ok(axum::Json(Quarantine { events: found.into_iter().map(QuarantinedEvent::from).collect(), count }))
}

/// Either `ids` or `"all": true`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Waiting {
    ids: Option<Vec<u64>>,
    all: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct Released {
    /// Events that are kept like any other now.
    released: u64,
    /// Ids under which nothing waits (any more), and events that cannot be read back.
    failed: Vec<NotReleased>,
}

#[derive(Serialize, ToSchema)]
struct NotReleased {
    id: u64,
    message: String,
}

#[derive(Serialize, ToSchema)]
struct Dropped {
    /// Events that are gone for good.
    dropped: u64,
}

/// Let events out of quarantine: they count as of when they happened.
#[utoipa::path(
    post, path = "/api/projects/{project}/plan/quarantine/release", tag = "plan", params(("project" = u32, Path)),
    request_body = Waiting, responses((status = 200, body = Released))
)]
async fn release(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<Waiting>) -> Result<axum::Json<Released>, ApiError> {
    let project = inside.project.id;
    let mut done = Released { released: 0, failed: Vec::new() };
    for (id, info) in wanted(&api, project, body).await? {
        match release_one(&api, project, info).await? {
            Ok(()) => done.released += 1,
            Err(message) => done.failed.push(NotReleased { id, message }),
        }
    }
    record(&api, &inside, "plan.release", &done.released.to_string(), json!({"failed": done.failed.len()})).await?;
    Ok(axum::Json(done))
}

/// Throw events in quarantine away, for good.
#[utoipa::path(
    post, path = "/api/projects/{project}/plan/quarantine/drop", tag = "plan", params(("project" = u32, Path)),
    request_body = Waiting, responses((status = 200, body = Dropped))
)]
async fn drop_events(State(api): State<Api>, inside: Inside<ToAdminister>, Json(body): Json<Waiting>) -> Result<axum::Json<Dropped>, ApiError> {
    let project = inside.project.id;
    let ids: Vec<u64> = wanted(&api, project, body).await?.into_iter().filter_map(|(_, info)| Some(info?.id)).collect();
    let dropped = ids.len() as u64;
    if !ids.is_empty() {
        api.browse(move |browse| browse.take_refused(project, Some(&ids)).map(drop)).await?;
    }
    record(&api, &inside, "plan.drop", &dropped.to_string(), Value::Null).await?;
    Ok(axum::Json(Dropped { dropped }))
}

async fn wanted(api: &Api, project: ProjectId, body: Waiting) -> Result<refused::Found, ApiError> {
    match (body.ids, body.all) {
        (Some(ids), None | Some(false)) if ids.len() <= MAX_REPLAYED => refused::named(api, project, ids, Some(QUARANTINE)).await,
        (Some(_), None | Some(false)) => Err(ApiError::invalid("ids", format!("give at most {MAX_REPLAYED} ids"))),
        (None, Some(true)) => refused::all(api, project, Some(QUARANTINE)).await,
        _ => Err(ApiError::invalid("ids", "give either `ids` or `\"all\": true`")),
    }
}

/// What was kept is an event that passed every step but the plan's.
async fn release_one(api: &Api, project: ProjectId, info: Option<RefusedInfo>) -> Result<Result<(), String>, ApiError> {
    let Some(RefusedInfo { id, record }) = info else { return Ok(Err("no event waits under this id (any more)".to_owned())) };
    let mut batch = Batch::default();
    let mut form = ImportForm::new(record.source, record.at, api.options.limits);
    if let Err(failed) = form.line(record.raw.as_bytes(), &mut batch) {
        return Ok(Err(failed.message));
    }
    ingest::append(api, project, batch).await?;
    api.browse(move |browse| browse.take_refused(project, Some(&[id])).map(drop)).await?;
    Ok(Ok(()))
}
