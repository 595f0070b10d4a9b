//! The tracking plan: a draft that people write, versions that are published, and what arrives beside them.
//!
//! What must stay true: only a plan without errors is published; what is published is in force for the next request, on this server; a draft is not written
//! over by somebody who saw an older one. Checking events is `sillage_plan`'s, on the way in it is `wire` that asks.

mod enforce;
mod exchange;
mod health;
mod observed;
mod quarantine;

pub use enforce::count_violations;
pub(crate) use enforce::{Plans, for_intake, in_force, merged_events};
pub(crate) use observed::offered;

use crate::{
    Api,
    access::{Inside, ToAdminister, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    time::shown,
    written,
};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_catalog::{NewAuditEntry, PlanDraft, PlanVersion};
use sillage_event::ProjectId;
use sillage_plan::{Plan, Severity, diff, problems};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const MOST_VERSIONS: u32 = 100;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(keep, discard))
        .routes(routes!(publish))
        .routes(routes!(check))
        .routes(routes!(file))
        .routes(routes!(versions))
        .routes(routes!(version))
        .merge(exchange::routes())
        .merge(health::routes())
        .merge(observed::routes())
        .merge(quarantine::routes())
}

/// The plan of a project.
#[derive(Serialize, ToSchema)]
struct PlanState {
    /// What is in force; null until something is published.
    published: Option<PublishedPlan>,
    /// What is being written; null where nothing is.
    draft: Option<DraftedPlan>,
    /// Events that wait in quarantine.
    quarantined: u64,
}

/// A version that was published.
#[derive(Serialize, ToSchema)]
struct PublishedPlan {
    /// From 1.
    version: u32,
    /// What its reviewer wrote.
    note: String,
    published_by: String,
    published_at: String,
    #[schema(value_type = written::TrackingPlan)]
    document: Value,
}

impl From<PlanVersion> for PublishedPlan {
    fn from(plan: PlanVersion) -> Self {
        let PlanVersion { version, document, note, published_by, published_at } = plan;
        Self { version, note, published_by, published_at: shown(published_at), document }
    }
}

/// A plan that is being written.
#[derive(Serialize, ToSchema)]
struct DraftedPlan {
    /// Grows with each change; who writes or publishes says which one they saw.
    revision: u32,
    /// The version that it began from; 0 is none.
    base_version: u32,
    changed_by: String,
    changed_at: String,
    #[schema(value_type = written::TrackingPlan)]
    document: Value,
    /// Errors first. With an error it cannot be published.
    problems: Vec<PlanProblem>,
    /// What differs from the plan in force.
    changes: Vec<PlanChange>,
}

/// Something that is wrong with a plan.
#[derive(Serialize, ToSchema)]
struct PlanProblem {
    /// `error` or `warning`
    severity: &'static str,
    /// Dotted: `events.Campaign Sent.properties.amount.min`
    field: String,
    message: String,
}

/// A difference between two plans.
#[derive(Serialize, ToSchema)]
struct PlanChange {
    /// `added`, `removed` or `changed`
    kind: &'static str,
    /// Dotted.
    field: String,
    /// Null where it was not there.
    before: Value,
    /// Null where it is no more.
    after: Value,
}

/// A plan, as a document or as the text of a file; one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanToCheck {
    #[schema(value_type = Option<written::TrackingPlan>)]
    document: Option<Value>,
    /// YAML or JSON.
    text: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanToKeep {
    #[schema(value_type = Option<written::TrackingPlan>)]
    document: Option<Value>,
    /// YAML or JSON.
    text: Option<String>,
    /// The revision of the draft that was seen, 0 for none: another one is not written over. Left out: any.
    revision: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct CheckedPlan {
    /// Whether it could be published.
    ok: bool,
    problems: Vec<PlanProblem>,
    /// The version in force that it is compared with; 0 is none.
    version: u32,
    changes: Vec<PlanChange>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanToPublish {
    /// The revision of the draft that was seen.
    revision: u32,
    /// What changes and why, for who reads the versions later.
    #[serde(default)]
    note: String,
}

#[derive(Serialize, ToSchema)]
struct PlanVersions {
    /// Newest first, a hundred at most.
    versions: Vec<PlanVersionInfo>,
}

#[derive(Serialize, ToSchema)]
struct PlanVersionInfo {
    version: u32,
    note: String,
    published_by: String,
    published_at: String,
    events: u64,
    /// What it changed; of the oldest of the list it is left out.
    changes: Option<u64>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PlanFileQuery {
    /// `yaml` (default) or `json`
    format: Option<String>,
    /// `published` (default) or `draft`
    of: Option<String>,
}

/// The plan in force, and the draft with what is wrong with it and what it changes.
#[utoipa::path(get, path = "/api/projects/{project}/plan", tag = "plan", params(("project" = u32, Path)), responses((status = 200, body = PlanState)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<PlanState>, ApiError> {
    let project = inside.project.id;
    let (published, draft) = tokio::try_join!(api.catalog.published_plan(project), api.catalog.plan_draft(project))?;
    let (quarantined, _) = api.browse(move |browse| browse.in_quarantine(project)).await?;
    let draft = draft.map(|draft| drafted(draft, published.as_ref())).transpose()?;
    Ok(axum::Json(PlanState { published: published.map(PublishedPlan::from), draft, quarantined }))
}

/// Keep a draft. It may still have errors, as long as it has the shape of a plan.
#[utoipa::path(
    put, path = "/api/projects/{project}/plan/draft", tag = "plan", params(("project" = u32, Path)),
    request_body = PlanToKeep, responses((status = 200, body = DraftedPlan))
)]
async fn keep(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<PlanToKeep>) -> Result<axum::Json<DraftedPlan>, ApiError> {
    let plan = read(body.document, body.text)?;
    let draft = keep_draft(&api, &inside, &plan, body.revision).await?;
    record(&api, &inside, "plan.draft", &draft.revision.to_string(), json!({"events": plan.events.len()})).await?;
    Ok(axum::Json(draft))
}

/// Throw the draft away.
#[utoipa::path(delete, path = "/api/projects/{project}/plan/draft", tag = "plan", params(("project" = u32, Path)), responses((status = 204)))]
async fn discard(State(api): State<Api>, inside: Inside<ToWrite>) -> Result<StatusCode, ApiError> {
    let draft = api.catalog.plan_draft(inside.project.id).await?.ok_or_else(ApiError::not_found)?;
    api.catalog.drop_plan_draft(inside.project.id).await?;
    record(&api, &inside, "plan.discard", &draft.revision.to_string(), Value::Null).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Put the draft in force: from the next request on, events are checked against it.
#[utoipa::path(
    post, path = "/api/projects/{project}/plan/publish", tag = "plan", params(("project" = u32, Path)),
    request_body = PlanToPublish, responses((status = 200, body = PublishedPlan))
)]
async fn publish(State(api): State<Api>, inside: Inside<ToAdminister>, Json(body): Json<PlanToPublish>) -> Result<axum::Json<PublishedPlan>, ApiError> {
    let project = inside.project.id;
    let draft = api.catalog.plan_draft(project).await?.ok_or_else(ApiError::not_found)?;
    let plan = sillage_plan::from_json(&draft.document).map_err(|error| wrong(&error.field, error.message))?;
    if let Some(problem) = problems(&plan).into_iter().find(|problem| problem.severity == Severity::Error) {
        return Err(wrong(&problem.field, problem.message));
    }
    let published = api.catalog.publish_plan(project, body.revision, &body.note, &inside.caller.shown()).await?;
    api.intake.plans.forget(project);
    record(&api, &inside, "plan.publish", &published.version.to_string(), json!({"events": plan.events.len(), "note": published.note})).await?;
    Ok(axum::Json(published.into()))
}

/// What is wrong with a plan and what it would change, without keeping it.
#[utoipa::path(
    post, path = "/api/projects/{project}/plan/check", tag = "plan", params(("project" = u32, Path)),
    request_body = PlanToCheck, responses((status = 200, body = CheckedPlan))
)]
async fn check(State(api): State<Api>, inside: Inside<ToRead>, Json(body): Json<PlanToCheck>) -> Result<axum::Json<CheckedPlan>, ApiError> {
    let plan = read(body.document, body.text)?;
    let published = api.catalog.published_plan(inside.project.id).await?;
    let problems = problems(&plan);
    Ok(axum::Json(CheckedPlan {
        ok: problems.iter().all(|problem| problem.severity != Severity::Error),
        problems: problems.into_iter().map(PlanProblem::from).collect(),
        version: published.as_ref().map_or(0, |published| published.version),
        changes: changes(published.as_ref(), &plan)?,
    }))
}

/// The plan as a file, for git: YAML or JSON.
#[utoipa::path(
    get, path = "/api/projects/{project}/plan/file", tag = "plan", params(("project" = u32, Path), PlanFileQuery),
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn file(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<PlanFileQuery>) -> Result<Response, ApiError> {
    let project = inside.project.id;
    let plan = plan_of(&api, project, query.of.as_deref()).await?;
    let (kind, text) = match query.format.as_deref() {
        None | Some("yaml") => ("application/yaml; charset=utf-8", sillage_plan::to_yaml(&plan)),
        Some("json") => ("application/json", sillage_plan::to_json(&plan)),
        Some(_) => return Err(ApiError::invalid("format", "give `yaml` or `json`")),
    };
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

async fn plan_of(api: &Api, project: ProjectId, of: Option<&str>) -> Result<Plan, ApiError> {
    let document = match of {
        None | Some("published") => api.catalog.published_plan(project).await?.map(|plan| plan.document),
        Some("draft") => api.catalog.plan_draft(project).await?.map(|draft| draft.document),
        Some(_) => return Err(ApiError::invalid("of", "give `published` or `draft`")),
    };
    stored(&document.ok_or_else(ApiError::not_found)?)
}

/// The versions that were published.
#[utoipa::path(get, path = "/api/projects/{project}/plan/versions", tag = "plan", params(("project" = u32, Path)), responses((status = 200, body = PlanVersions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<PlanVersions>, ApiError> {
    let stored_versions = api.catalog.plan_versions(inside.project.id, MOST_VERSIONS).await?;
    let plans: Vec<Plan> = stored_versions.iter().map(|version| stored(&version.document)).collect::<Result<_, _>>()?;
    let versions = stored_versions.into_iter().enumerate().map(|(at, version)| PlanVersionInfo {
        version: version.version,
        note: version.note,
        published_by: version.published_by,
        published_at: shown(version.published_at),
        events: plans[at].events.len() as u64,
        changes: plans.get(at + 1).map(|before| diff(before, &plans[at]).len() as u64),
    });
    Ok(axum::Json(PlanVersions { versions: versions.collect() }))
}

/// One version. Kept as a draft and published, it is in force again.
#[utoipa::path(
    get, path = "/api/projects/{project}/plan/versions/{version}", tag = "plan",
    params(("project" = u32, Path), ("version" = u32, Path)), responses((status = 200, body = PublishedPlan))
)]
async fn version(State(api): State<Api>, inside: Inside<ToRead>, Named(version): Named) -> Result<axum::Json<PublishedPlan>, ApiError> {
    let version = version.parse().map_err(|_| ApiError::not_found())?;
    Ok(axum::Json(api.catalog.plan_version(inside.project.id, version).await?.into()))
}

fn read(document: Option<Value>, text: Option<String>) -> Result<Plan, ApiError> {
    let read = match (document, text) {
        (Some(document), None) => sillage_plan::from_json(&document),
        (None, Some(text)) => sillage_plan::read(&text),
        _ => return Err(ApiError::invalid("document", "give either `document` or `text`")),
    };
    read.map_err(|error| wrong(&error.field, error.message))
}

fn wrong(field: &str, message: String) -> ApiError {
    ApiError::invalid(if field.is_empty() { "document" } else { field }, message)
}

/// What the catalog keeps was read before.
fn stored(document: &Value) -> Result<Plan, ApiError> {
    sillage_plan::from_json(document).map_err(|error| ApiError::internal(&error))
}

async fn keep_draft<N>(api: &Api, inside: &Inside<N>, plan: &Plan, revision: Option<u32>) -> Result<DraftedPlan, ApiError> {
    let project = inside.project.id;
    let draft = api.catalog.keep_plan_draft(project, &Value::from(plan), revision, &inside.caller.shown()).await?;
    drafted(draft, api.catalog.published_plan(project).await?.as_ref())
}

/// What people work on: the draft, else a copy of the plan in force, else an empty plan; with its revision.
async fn working_copy(api: &Api, project: ProjectId) -> Result<(Plan, u32), ApiError> {
    if let Some(draft) = api.catalog.plan_draft(project).await? {
        return Ok((stored(&draft.document)?, draft.revision));
    }
    let published = api.catalog.published_plan(project).await?;
    Ok((published.map(|published| stored(&published.document)).transpose()?.unwrap_or_default(), 0))
}

fn drafted(draft: PlanDraft, published: Option<&PlanVersion>) -> Result<DraftedPlan, ApiError> {
    let plan = stored(&draft.document)?;
    Ok(DraftedPlan {
        revision: draft.revision,
        base_version: draft.base_version,
        changed_by: draft.changed_by,
        changed_at: shown(draft.changed_at),
        problems: problems(&plan).into_iter().map(PlanProblem::from).collect(),
        changes: changes(published, &plan)?,
        document: draft.document,
    })
}

fn changes(published: Option<&PlanVersion>, plan: &Plan) -> Result<Vec<PlanChange>, ApiError> {
    let before = published.map(|published| stored(&published.document)).transpose()?.unwrap_or_default();
    Ok(diff(&before, plan).into_iter().map(PlanChange::from).collect())
}

impl From<sillage_plan::Problem> for PlanProblem {
    fn from(problem: sillage_plan::Problem) -> Self {
        let severity = if problem.severity == Severity::Error { "error" } else { "warning" };
        Self { severity, field: problem.field, message: problem.message }
    }
}

impl From<sillage_plan::Change> for PlanChange {
    fn from(change: sillage_plan::Change) -> Self {
        Self { kind: change.kind.name(), field: change.field, before: change.before, after: change.after }
    }
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, object: &str, details: Value) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    Ok(api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object, details }).await?)
}
