//! What was refused and why, and receiving it once more.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Query},
    error::ApiError,
    ingest::{self, Delivery, Refusal},
    time::shown,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::{RefusedInfo, RefusedQuery};
use sillage_catalog::{NewAuditEntry, Project};
use sillage_event::{Batch, ProfileChange, ProjectId, QUARANTINE};
use sillage_wire::Protocol;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_RECORDS: usize = 50;
const MAX_RECORDS: usize = 1_000;
/// Of one request; who has more asks again.
pub(crate) const MAX_REPLAYED: usize = 10_000;
/// What was refused is listed in pages of so many when all of it is replayed.
const PAGE: usize = 500;
/// Results of single records in one reply.
const MAX_RESULTS: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(replay))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RefusedListQuery {
    /// The id of the last record of the page before.
    before: Option<u64>,
    limit: Option<usize>,
    stage: Option<String>,
    code: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RefusedList {
    /// Newest first.
    refused: Vec<RefusedRecord>,
    counts: Vec<RefusedCount>,
}

#[derive(Serialize, ToSchema)]
struct RefusedRecord {
    id: u64,
    at: String,
    /// The door: `/v1/events`, `/track`, …
    source: String,
    stage: String,
    /// Stable, for machines.
    code: String,
    field: Option<String>,
    message: String,
    /// Its position in the request.
    index: u32,
    /// As it came, cut at 128 KiB; a change of a profile that could not be applied, whole and in the import form.
    raw: String,
}

#[derive(Serialize, ToSchema)]
struct RefusedCount {
    code: String,
    stage: String,
    count: u64,
}

impl From<RefusedInfo> for RefusedRecord {
    fn from(info: RefusedInfo) -> Self {
        let record = info.record;
        Self {
            id: info.id,
            at: shown(record.at),
            source: record.source,
            stage: record.stage,
            code: record.code,
            field: record.field,
            message: record.message,
            index: record.index,
            raw: record.raw,
        }
    }
}

/// Records that were refused, kept aside with their reason.
#[utoipa::path(get, path = "/api/projects/{project}/refused", tag = "refused", params(("project" = u32, Path), RefusedListQuery), responses((status = 200, body = RefusedList)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<RefusedListQuery>) -> Result<axum::Json<RefusedList>, ApiError> {
    let project = inside.project.id;
    let query = RefusedQuery {
        before: query.before,
        limit: query.limit.unwrap_or(DEFAULT_RECORDS).clamp(1, MAX_RECORDS),
        stage: query.stage.filter(|stage| !stage.is_empty()),
        code: query.code.filter(|code| !code.is_empty()),
    };
    let feed = api.browse(move |browse| browse.refused(project, &query)).await?;
    Ok(axum::Json(RefusedList {
        refused: feed.refused.into_iter().map(RefusedRecord::from).collect(),
        counts: feed.counts.into_iter().filter(|(_, stage, _)| stage != QUARANTINE).map(|(code, stage, count)| RefusedCount { code, stage, count }).collect(),
    }))
}

/// Either `ids` or `"all": true`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Replay {
    ids: Option<Vec<u64>>,
    all: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct Replayed {
    /// Records that are kept now.
    replayed: u64,
    /// Records that stay aside, for the same or another reason.
    refused_again: u64,
    /// For the first thousand records.
    results: Vec<ReplayResult>,
}

#[derive(Serialize, ToSchema)]
struct ReplayResult {
    id: u64,
    ok: bool,
    /// Why not.
    message: Option<String>,
}

/// Receive refused records once more, as of the time when they came. What is good now is kept, and counts once however often it is replayed.
#[utoipa::path(post, path = "/api/projects/{project}/refused/replay", tag = "refused", params(("project" = u32, Path)), request_body = Replay, responses((status = 200, body = Replayed)))]
async fn replay(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<Replay>) -> Result<axum::Json<Replayed>, ApiError> {
    let project = inside.project.id;
    let records = match (body.ids, body.all) {
        (Some(ids), None | Some(false)) if ids.len() <= MAX_REPLAYED => named(&api, project, ids, None).await?,
        (Some(_), None | Some(false)) => return Err(ApiError::invalid("ids", format!("give at most {MAX_REPLAYED} ids"))),
        (None, Some(true)) => all(&api, project, None).await?,
        _ => return Err(ApiError::invalid("ids", "give either `ids` or `\"all\": true`")),
    };
    let mut replayed = Replayed { replayed: 0, refused_again: 0, results: Vec::new() };
    for (id, record) in records {
        let outcome = match record {
            Some(record) => replay_one(&api, &inside.project, record).await?,
            None => Err("there is no such record (any more)".to_owned()),
        };
        match outcome {
            Ok(()) => replayed.replayed += 1,
            Err(_) => replayed.refused_again += 1,
        }
        if replayed.results.len() < MAX_RESULTS {
            replayed.results.push(ReplayResult { id, ok: outcome.is_ok(), message: outcome.err() });
        }
    }
    let details = json!({"replayed": replayed.replayed, "refused_again": replayed.refused_again});
    let entry = NewAuditEntry { actor: &inside.caller.actor(), project: Some(project), action: "refused.replay", object: "refused", details };
    api.catalog.record(entry).await?;
    Ok(axum::Json(replayed))
}

pub(crate) type Found = Vec<(u64, Option<RefusedInfo>)>;

/// Records by their ids; those in quarantine only where that is the stage.
pub(crate) async fn named(api: &Api, project: ProjectId, ids: Vec<u64>, stage: Option<&'static str>) -> Result<Found, ApiError> {
    let look = move |browse: &dyn sillage_behavior::Browse| {
        let find = |id: u64| {
            let query = RefusedQuery { before: id.checked_add(1), limit: 1, stage: stage.map(str::to_owned), ..RefusedQuery::default() };
            let found = browse.refused(project, &query)?.refused.into_iter().find(|info| info.id == id);
            Ok((id, found))
        };
        ids.into_iter().map(find).collect()
    };
    Ok(api.browse(look).await?)
}

pub(crate) async fn all(api: &Api, project: ProjectId, stage: Option<&'static str>) -> Result<Found, ApiError> {
    let look = move |browse: &dyn sillage_behavior::Browse| {
        let mut found = Vec::new();
        let mut before = None;
        while found.len() < MAX_REPLAYED {
            let page = browse.refused(project, &RefusedQuery { before, limit: PAGE, stage: stage.map(str::to_owned), ..RefusedQuery::default() })?.refused;
            let Some(last) = page.last() else { break };
            before = Some(last.id);
            found.extend(page.into_iter().map(|info| (info.id, Some(info))));
        }
        Ok(found)
    };
    Ok(api.browse(look).await?)
}

/// Keeps the record, and only then takes it out from what was refused: a stop in between leaves it in both, where it counts once.
async fn replay_one(api: &Api, project: &Project, info: RefusedInfo) -> Result<Result<(), String>, ApiError> {
    let record = info.record;
    let Some(protocol) = Protocol::of_path(&record.source) else { return Ok(Err(format!("nothing is received at {} any more", record.source))) };
    let delivery = Delivery::again(protocol, record, &project.write_key)?;
    let decoded = match ingest::decode(api, &delivery).await {
        Ok(decoded) => decoded,
        Err(Refusal::Wire(error)) if error.retry_after_s().is_none() => return Ok(Err(error.to_string())),
        Err(refusal) => return Err(refusal.into()),
    };
    if let Some(failed) = decoded.failed.first() {
        return Ok(Err(failed.message.clone()));
    }
    let changes: Vec<ProfileChange> = decoded.batches.iter().flat_map(|(_, batch)| batch.profiles.iter().cloned()).collect();
    if !changes.is_empty()
        && let Some(left_out) = api.catalog.would_leave_out(project.id, &changes).await?
    {
        return Ok(Err(left_out.message));
    }
    for (_, batch) in decoded.batches {
        // Whatever token it carries, it was refused in this project and is kept in this one; what the plan keeps apart by now goes there.
        let refused = batch.refused.into_iter().filter(|record| record.stage == QUARANTINE).collect();
        ingest::append(api, project.id, Batch { refused, ..batch }).await?;
    }
    let (id, project) = (info.id, project.id);
    api.browse(move |browse| browse.take_refused(project, Some(&[id])).map(drop)).await?;
    Ok(Ok(()))
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Wire(error) => match error.retry_after_s() {
                Some(seconds) => Self::too_many(seconds, error.to_string()),
                None => Self::invalid("raw", error.to_string()),
            },
            Refusal::Other(error) => error,
        }
    }
}
