//! Surveys: making, publishing and stopping them. Their answers are events; what they add up to is asked of the same engine as everything else.
//!
//! What must stay true: a definition that is kept can be read; what people are shown was published, and had nothing standing in its way then; a version never changes.

mod alerts;
pub(crate) mod answers;
mod door;
mod outcomes;
mod page;
pub(crate) mod responses;
mod results;
mod share;
mod themes;
mod why;

pub use alerts::tell_of_answers;
pub(crate) use alerts::{Alerts, ends_among, tell_later};
pub(crate) use door::Showing;
pub(crate) use page::routes as page_routes;

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    error::ApiError,
    time::shown,
    written,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::survey::{Level, Problem as Found, Survey as Definition};
use sillage_catalog::{NewAuditEntry, NewSurvey, SurveyStatus};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(check))
        .routes(routes!(get, replace, delete))
        .routes(routes!(publish))
        .routes(routes!(change_status))
        .routes(routes!(versions))
        .merge(results::routes())
        .merge(responses::routes())
        .merge(themes::routes())
        .merge(why::routes())
        .merge(share::routes())
        .merge(alerts::routes())
}

/// What everybody's pages ask.
pub(crate) fn public_routes() -> OpenApiRouter<Api> {
    door::routes()
}

#[derive(Serialize, ToSchema)]
struct Surveys {
    surveys: Vec<SurveyInList>,
}

/// A survey, with how it does.
#[derive(Serialize, ToSchema)]
struct SurveyInList {
    id: String,
    name: String,
    /// `draft`, `running`, `paused` or `closed`.
    status: String,
    /// The latest that was published; 0 before the first.
    version: u32,
    /// The kinds of its questions, in order.
    kinds: Vec<String>,
    /// How often it was shown, and how many answers were begun and completed.
    shown: u64,
    started: u64,
    completed: u64,
    created_by: String,
    created_at: String,
    updated_at: String,
    published_at: Option<String>,
}

/// A survey as it is being edited.
#[derive(Serialize, ToSchema)]
struct Survey {
    id: String,
    name: String,
    /// `draft`, `running`, `paused` or `closed`.
    status: String,
    /// The latest that was published; 0 before the first.
    version: u32,
    /// With everything that it leaves to the defaults.
    #[schema(value_type = written::SurveyDefinition)]
    definition: Value,
    /// What is being edited differs from what people are shown.
    changed: bool,
    problems: Vec<SurveyProblem>,
    created_by: String,
    created_at: String,
    updated_at: String,
    published_at: Option<String>,
}

/// What stands in the way of publishing it, or could be better.
#[derive(Serialize, ToSchema)]
pub(crate) struct SurveyProblem {
    /// `error` or `warning`.
    level: String,
    /// Stable, for programs.
    code: String,
    /// Where: `questions[2].text.fr`.
    field: String,
    message: String,
}

impl From<Found> for SurveyProblem {
    fn from(found: Found) -> Self {
        let level = if found.level == Level::Error { "error" } else { "warning" };
        Self { level: level.to_owned(), code: found.code.to_owned(), field: found.field, message: found.message }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSurveyBody {
    name: String,
    #[schema(value_type = written::SurveyDefinition)]
    definition: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SurveyToCheck {
    #[schema(value_type = written::SurveyDefinition)]
    definition: Value,
}

#[derive(Serialize, ToSchema)]
struct CheckedSurvey {
    /// With everything that it leaves to the defaults.
    #[schema(value_type = written::SurveyDefinition)]
    definition: Value,
    problems: Vec<SurveyProblem>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSurveyStatus {
    /// `running` shows the latest version again; `paused` or `closed` shows it no more.
    status: String,
}

#[derive(Serialize, ToSchema)]
struct SurveyVersions {
    /// The latest first.
    versions: Vec<SurveyVersion>,
}

/// A survey as it was published.
#[derive(Serialize, ToSchema)]
struct SurveyVersion {
    version: u32,
    #[schema(value_type = written::SurveyDefinition)]
    definition: Value,
    created_by: String,
    created_at: String,
}

/// The project's surveys, the latest changed first.
#[utoipa::path(get, path = "/api/projects/{project}/surveys", tag = "survey", params(("project" = u32, Path)), responses((status = 200, body = Surveys)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Surveys>, ApiError> {
    let surveys = api.catalog.surveys(inside.project.id).await?;
    let counts = if surveys.iter().any(|survey| survey.version > 0) { answers::counts(&api, &inside.project).await? } else { Default::default() };
    let kinds = |definition: &Value| {
        let questions = definition["questions"].as_array().map(Vec::as_slice).unwrap_or_default();
        questions.iter().filter_map(|question| question["kind"].as_str().map(str::to_owned)).collect()
    };
    let surveys = surveys.into_iter().map(|survey| {
        let count = counts.get(&survey.id).copied().unwrap_or_default();
        SurveyInList {
            kinds: kinds(&survey.definition),
            shown: count.shown,
            started: count.started,
            completed: count.completed,
            id: survey.id,
            name: survey.name,
            status: survey.status.as_str().to_owned(),
            version: survey.version,
            created_by: survey.created_by,
            created_at: shown(survey.created_at),
            updated_at: shown(survey.updated_at),
            published_at: survey.published_at.map(shown),
        }
    });
    Ok(axum::Json(Surveys { surveys: surveys.collect() }))
}

/// Make a survey. Nobody is shown it before it is published.
#[utoipa::path(post, path = "/api/projects/{project}/surveys", tag = "survey", params(("project" = u32, Path)), request_body = NewSurveyBody, responses((status = 200, body = Survey)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewSurveyBody>) -> Result<axum::Json<Survey>, ApiError> {
    let survey = api.catalog.create_survey(inside.project.id, &kept(body)?, &inside.caller.shown()).await?;
    record(&api, &inside, "survey.create", &survey).await?;
    Ok(axum::Json(whole(&api, &inside, survey).await?))
}

/// Read a definition without keeping it: what it leaves to the defaults, and what stands in its way.
#[utoipa::path(post, path = "/api/projects/{project}/surveys/check", tag = "survey", params(("project" = u32, Path)), request_body = SurveyToCheck, responses((status = 200, body = CheckedSurvey)))]
async fn check(State(api): State<Api>, inside: Inside<ToRead>, Json(body): Json<SurveyToCheck>) -> Result<axum::Json<CheckedSurvey>, ApiError> {
    let definition = Definition::from_json(&body.definition, "definition")?;
    let problems = problems_of(&api, &inside, &definition).await?;
    Ok(axum::Json(CheckedSurvey { definition: as_json(&definition)?, problems }))
}

/// One survey.
#[utoipa::path(get, path = "/api/projects/{project}/surveys/{survey}", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)), responses((status = 200, body = Survey)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Survey>, ApiError> {
    let survey = api.catalog.survey(inside.project.id, &id).await?;
    Ok(axum::Json(whole(&api, &inside, survey).await?))
}

/// Change a survey. What people are shown stays as it is until it is published.
#[utoipa::path(
    put, path = "/api/projects/{project}/surveys/{survey}", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = NewSurveyBody, responses((status = 200, body = Survey))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Json(body): Json<NewSurveyBody>) -> Result<axum::Json<Survey>, ApiError> {
    let new = kept(body)?;
    refuse_other_kinds(&api, &inside, &id, &new.definition).await?;
    let survey = api.catalog.change_survey(inside.project.id, &id, &new).await?;
    record(&api, &inside, "survey.change", &survey).await?;
    Ok(axum::Json(whole(&api, &inside, survey).await?))
}

/// Delete a survey. Its answers are events, and stay.
#[utoipa::path(delete, path = "/api/projects/{project}/surveys/{survey}", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let survey = api.catalog.survey(inside.project.id, &id).await?;
    api.catalog.delete_survey(inside.project.id, &id).await?;
    api.showing.forget(inside.project.id);
    record(&api, &inside, "survey.delete", &survey).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show people what was edited, from now on. Refused while something stands in its way.
#[utoipa::path(post, path = "/api/projects/{project}/surveys/{survey}/publish", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)), responses((status = 200, body = Survey)))]
async fn publish(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<axum::Json<Survey>, ApiError> {
    let survey = api.catalog.survey(inside.project.id, &id).await?;
    let definition = Definition::from_json(&survey.definition, "definition")?;
    if let Some(problem) = problems_of(&api, &inside, &definition).await?.into_iter().find(|problem| problem.level == "error") {
        let message = format!("it cannot be published yet: {} {}", problem.field, problem.message);
        return Err(ApiError { field: Some(format!("definition.{}", problem.field)), ..ApiError::new(StatusCode::CONFLICT, "not_ready", message) });
    }
    let survey = api.catalog.publish_survey(inside.project.id, &id, &inside.caller.shown()).await?;
    api.showing.forget(inside.project.id);
    record(&api, &inside, "survey.publish", &survey).await?;
    Ok(axum::Json(whole(&api, &inside, survey).await?))
}

/// Pause or close a survey, or go on with its latest version.
#[utoipa::path(
    put, path = "/api/projects/{project}/surveys/{survey}/status", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = NewSurveyStatus, responses((status = 200, body = Survey))
)]
async fn change_status(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewSurveyStatus>,
) -> Result<axum::Json<Survey>, ApiError> {
    let status = SurveyStatus::parse(&body.status).filter(|status| *status != SurveyStatus::Draft);
    let Some(status) = status else {
        let message = format!("\"{}\" is no status here; use running, paused or closed", body.status);
        return Err(ApiError { field: Some("status".to_owned()), ..ApiError::new(StatusCode::BAD_REQUEST, "not_allowed", message) });
    };
    if api.catalog.survey(inside.project.id, &id).await?.version == 0 {
        return Err(ApiError::new(StatusCode::CONFLICT, "not_published", "nobody was shown it yet; publish it first"));
    }
    let survey = api.catalog.stop_survey(inside.project.id, &id, status).await?;
    api.showing.forget(inside.project.id);
    record(&api, &inside, "survey.status", &survey).await?;
    Ok(axum::Json(whole(&api, &inside, survey).await?))
}

/// What was published, version by version.
#[utoipa::path(get, path = "/api/projects/{project}/surveys/{survey}/versions", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)), responses((status = 200, body = SurveyVersions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<SurveyVersions>, ApiError> {
    api.catalog.survey(inside.project.id, &id).await?;
    let versions = api.catalog.survey_versions(inside.project.id, &id).await?;
    let versions = versions.into_iter().map(|one| SurveyVersion {
        version: one.version,
        definition: one.definition,
        created_by: one.created_by,
        created_at: shown(one.created_at),
    });
    Ok(axum::Json(SurveyVersions { versions: versions.collect() }))
}

/// Reads what is to be kept, in the form in which it is kept: with its defaults, so that later ones change no survey that is there.
fn kept(body: NewSurveyBody) -> Result<NewSurvey, ApiError> {
    let definition = Definition::from_json(&body.definition, "definition")?;
    Ok(NewSurvey { name: body.name, definition: as_json(&definition)? })
}

fn as_json(definition: &Definition) -> Result<Value, ApiError> {
    serde_json::to_value(definition).map_err(|error| ApiError::internal(&error))
}

/// Answers name a question by its id: one that was published under another kind would mix answers that do not add up.
async fn refuse_other_kinds(api: &Api, inside: &Inside<ToWrite>, id: &str, definition: &Value) -> Result<(), ApiError> {
    let questions = |of: &Value| of["questions"].as_array().cloned().unwrap_or_default();
    for version in api.catalog.survey_versions(inside.project.id, id).await? {
        let before = questions(&version.definition);
        for (i, question) in questions(definition).iter().enumerate() {
            let other = before.iter().find(|one| one["id"] == question["id"] && (one["kind"] != question["kind"] || one["points"] != question["points"]));
            if let Some(other) = other {
                let message =
                    format!("version {} asked a question of kind {} under this id: give the new one an id of its own", version.version, other["kind"]);
                let field = Some(format!("definition.questions[{i}].id"));
                return Err(ApiError { field, ..ApiError::new(StatusCode::CONFLICT, "other_kind", message) });
            }
        }
    }
    Ok(())
}

async fn whole<N>(api: &Api, inside: &Inside<N>, survey: sillage_catalog::Survey) -> Result<Survey, ApiError> {
    let problems = problems_of(api, inside, &Definition::from_json(&survey.definition, "definition")?).await?;
    let latest = api.catalog.survey_versions(inside.project.id, &survey.id).await?.into_iter().next();
    Ok(Survey {
        changed: latest.is_none_or(|latest| latest.definition != survey.definition),
        problems,
        id: survey.id,
        name: survey.name,
        status: survey.status.as_str().to_owned(),
        version: survey.version,
        definition: survey.definition,
        created_by: survey.created_by,
        created_at: shown(survey.created_at),
        updated_at: shown(survey.updated_at),
        published_at: survey.published_at.map(shown),
    })
}

/// Everything that stands in its way, errors first: what it says of itself, and of the tasks that it names.
async fn problems_of<N>(api: &Api, inside: &Inside<N>, definition: &Definition) -> Result<Vec<SurveyProblem>, ApiError> {
    let mut problems: Vec<SurveyProblem> = definition.problems().into_iter().map(SurveyProblem::from).collect();
    problems.extend(outcomes::problems(api, &inside.project, definition).await?);
    problems.sort_by_key(|problem| problem.level != "error");
    Ok(problems)
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, survey: &sillage_catalog::Survey) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let details = json!({"name": survey.name, "version": survey.version, "status": survey.status.as_str()});
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: &survey.id, details };
    Ok(api.catalog.record(entry).await?)
}

/// A survey as people are asked it.
struct Asking {
    survey: sillage_catalog::Survey,
    /// 0 before the first.
    version: u32,
    definition: Definition,
    json: Value,
}

/// What was published last; what is being edited where nothing was.
async fn published(api: &Api, project: sillage_event::ProjectId, id: &str) -> Result<Asking, ApiError> {
    let survey = api.catalog.survey(project, id).await?;
    let latest = api.catalog.survey_versions(project, id).await?.into_iter().next();
    let (version, json) = latest.map_or_else(|| (0, survey.definition.clone()), |latest| (latest.version, latest.definition));
    Ok(Asking { definition: Definition::from_json(&json, "definition")?, survey, version, json })
}
