//! User tests: making, publishing and stopping them, the page that invites to one, and what participants did.
//!
//! What must stay true: a definition that is kept can be read; what participants do was published, and had nothing standing in its way then; a version never changes.

mod door;
mod gather;
mod landing;
mod note;
mod results;

pub(crate) use door::Recruiting;
pub(crate) use landing::pages;

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    error::ApiError,
    survey::SurveyProblem,
    time::shown,
    written,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{survey::Level, user_test::UserTest as Definition};
use sillage_catalog::{NewAuditEntry, NewUserTest, SurveyStatus};
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
        .merge(note::routes())
}

/// What pages of participants ask.
pub(crate) fn public_routes() -> OpenApiRouter<Api> {
    door::routes()
}

#[derive(Serialize, ToSchema)]
struct UserTests {
    tests: Vec<UserTestInList>,
}

/// A test, with how it does.
#[derive(Serialize, ToSchema)]
struct UserTestInList {
    id: String,
    /// In the link that participants follow.
    code: String,
    name: String,
    /// `draft`, `running`, `paused` or `closed`.
    status: String,
    /// The latest that was published; 0 before the first.
    version: u32,
    n_tasks: u64,
    /// Took part, and did all of it.
    started: u64,
    completed: u64,
    created_by: String,
    created_at: String,
    updated_at: String,
    published_at: Option<String>,
}

/// A test as it is being edited.
#[derive(Serialize, ToSchema)]
struct UserTest {
    id: String,
    /// In the link that participants follow: `/test/{code}` here, and `?sillage_test={code}` on the site.
    code: String,
    name: String,
    /// `draft`, `running`, `paused` or `closed`.
    status: String,
    /// The latest that was published; 0 before the first.
    version: u32,
    /// With everything that it leaves to the defaults.
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
    /// What is being edited differs from what participants do.
    changed: bool,
    problems: Vec<SurveyProblem>,
    created_by: String,
    created_at: String,
    updated_at: String,
    published_at: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserTestBody {
    name: String,
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserTestToCheck {
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
}

#[derive(Serialize, ToSchema)]
struct CheckedUserTest {
    /// With everything that it leaves to the defaults.
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
    problems: Vec<SurveyProblem>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewUserTestStatus {
    /// `running` opens the latest version again; `paused` or `closed` takes nobody more.
    status: String,
}

#[derive(Serialize, ToSchema)]
struct UserTestVersions {
    /// The latest first.
    versions: Vec<UserTestVersion>,
}

/// A test as it was published.
#[derive(Serialize, ToSchema)]
struct UserTestVersion {
    version: u32,
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
    created_by: String,
    created_at: String,
}

/// The project's user tests, the latest changed first.
#[utoipa::path(get, path = "/api/projects/{project}/user-tests", tag = "user_test", params(("project" = u32, Path)), responses((status = 200, body = UserTests)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<UserTests>, ApiError> {
    let tests = api.catalog.user_tests(inside.project.id).await?;
    let counts = if tests.iter().any(|test| test.version > 0) { gather::counts(&api, &inside.project).await? } else { Default::default() };
    let tests = tests.into_iter().map(|test| {
        let count = counts.get(&test.id).copied().unwrap_or_default();
        UserTestInList {
            n_tasks: test.definition["tasks"].as_array().map_or(0, Vec::len) as u64,
            started: count.started,
            completed: count.completed,
            id: test.id,
            code: test.code,
            name: test.name,
            status: test.status.as_str().to_owned(),
            version: test.version,
            created_by: test.created_by,
            created_at: shown(test.created_at),
            updated_at: shown(test.updated_at),
            published_at: test.published_at.map(shown),
        }
    });
    Ok(axum::Json(UserTests { tests: tests.collect() }))
}

/// Make a user test. Nobody takes part before it is published.
#[utoipa::path(post, path = "/api/projects/{project}/user-tests", tag = "user_test", params(("project" = u32, Path)), request_body = NewUserTestBody, responses((status = 200, body = UserTest)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewUserTestBody>) -> Result<axum::Json<UserTest>, ApiError> {
    let test = api.catalog.create_user_test(inside.project.id, &kept(body)?, &inside.caller.shown()).await?;
    record(&api, &inside, "user_test.create", &test).await?;
    Ok(axum::Json(whole(&api, &inside, test).await?))
}

/// Read a definition without keeping it: what it leaves to the defaults, and what stands in its way.
#[utoipa::path(post, path = "/api/projects/{project}/user-tests/check", tag = "user_test", params(("project" = u32, Path)), request_body = UserTestToCheck, responses((status = 200, body = CheckedUserTest)))]
async fn check(_inside: Inside<ToRead>, Json(body): Json<UserTestToCheck>) -> Result<axum::Json<CheckedUserTest>, ApiError> {
    let definition = Definition::from_json(&body.definition, "definition")?;
    let problems = definition.problems().into_iter().map(SurveyProblem::from).collect();
    Ok(axum::Json(CheckedUserTest { definition: as_json(&definition)?, problems }))
}

/// One user test.
#[utoipa::path(get, path = "/api/projects/{project}/user-tests/{user_test}", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)), responses((status = 200, body = UserTest)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<UserTest>, ApiError> {
    let test = api.catalog.user_test(inside.project.id, &id).await?;
    Ok(axum::Json(whole(&api, &inside, test).await?))
}

/// Change a user test. What participants do stays as it is until it is published.
#[utoipa::path(
    put, path = "/api/projects/{project}/user-tests/{user_test}", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)),
    request_body = NewUserTestBody, responses((status = 200, body = UserTest))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewUserTestBody>,
) -> Result<axum::Json<UserTest>, ApiError> {
    let test = api.catalog.change_user_test(inside.project.id, &id, &kept(body)?).await?;
    record(&api, &inside, "user_test.change", &test).await?;
    Ok(axum::Json(whole(&api, &inside, test).await?))
}

/// Delete a user test, and the notes about its participants. What they did are events, and stay.
#[utoipa::path(delete, path = "/api/projects/{project}/user-tests/{user_test}", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let test = api.catalog.user_test(inside.project.id, &id).await?;
    api.catalog.delete_user_test(inside.project.id, &id).await?;
    record(&api, &inside, "user_test.delete", &test).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open what was edited to participants, from now on. Refused while something stands in its way.
#[utoipa::path(post, path = "/api/projects/{project}/user-tests/{user_test}/publish", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)), responses((status = 200, body = UserTest)))]
async fn publish(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<axum::Json<UserTest>, ApiError> {
    let test = api.catalog.user_test(inside.project.id, &id).await?;
    let definition = Definition::from_json(&test.definition, "definition")?;
    if let Some(problem) = definition.problems().into_iter().find(|problem| problem.level == Level::Error) {
        let message = format!("it cannot be published yet: {} {}", problem.field, problem.message);
        return Err(ApiError { field: Some(format!("definition.{}", problem.field)), ..ApiError::new(StatusCode::CONFLICT, "not_ready", message) });
    }
    let test = api.catalog.publish_user_test(inside.project.id, &id, &inside.caller.shown()).await?;
    record(&api, &inside, "user_test.publish", &test).await?;
    Ok(axum::Json(whole(&api, &inside, test).await?))
}

/// Pause or close a user test, or go on with its latest version. Who is at it may finish.
#[utoipa::path(
    put, path = "/api/projects/{project}/user-tests/{user_test}/status", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)),
    request_body = NewUserTestStatus, responses((status = 200, body = UserTest))
)]
async fn change_status(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewUserTestStatus>,
) -> Result<axum::Json<UserTest>, ApiError> {
    let status = SurveyStatus::parse(&body.status).filter(|status| *status != SurveyStatus::Draft);
    let Some(status) = status else {
        let message = format!("\"{}\" is no status here; use running, paused or closed", body.status);
        return Err(ApiError { field: Some("status".to_owned()), ..ApiError::new(StatusCode::BAD_REQUEST, "not_allowed", message) });
    };
    if api.catalog.user_test(inside.project.id, &id).await?.version == 0 {
        return Err(ApiError::new(StatusCode::CONFLICT, "not_published", "nobody could take part yet; publish it first"));
    }
    let test = api.catalog.stop_user_test(inside.project.id, &id, status).await?;
    record(&api, &inside, "user_test.status", &test).await?;
    Ok(axum::Json(whole(&api, &inside, test).await?))
}

/// What was published, version by version.
#[utoipa::path(get, path = "/api/projects/{project}/user-tests/{user_test}/versions", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)), responses((status = 200, body = UserTestVersions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<UserTestVersions>, ApiError> {
    api.catalog.user_test(inside.project.id, &id).await?;
    let versions = api.catalog.user_test_versions(inside.project.id, &id).await?;
    let versions = versions.into_iter().map(|one| UserTestVersion {
        version: one.version,
        definition: one.definition,
        created_by: one.created_by,
        created_at: shown(one.created_at),
    });
    Ok(axum::Json(UserTestVersions { versions: versions.collect() }))
}

/// Reads what is to be kept, in the form in which it is kept: with its defaults, so that later ones change no test that is there.
fn kept(body: NewUserTestBody) -> Result<NewUserTest, ApiError> {
    let definition = Definition::from_json(&body.definition, "definition")?;
    Ok(NewUserTest { name: body.name, definition: as_json(&definition)? })
}

fn as_json(definition: &Definition) -> Result<Value, ApiError> {
    serde_json::to_value(definition).map_err(|error| ApiError::internal(&error))
}

async fn whole<N>(api: &Api, inside: &Inside<N>, test: sillage_catalog::UserTest) -> Result<UserTest, ApiError> {
    let problems = Definition::from_json(&test.definition, "definition")?.problems();
    let latest = api.catalog.user_test_versions(inside.project.id, &test.id).await?.into_iter().next();
    Ok(UserTest {
        changed: latest.is_none_or(|latest| latest.definition != test.definition),
        problems: problems.into_iter().map(SurveyProblem::from).collect(),
        id: test.id,
        code: test.code,
        name: test.name,
        status: test.status.as_str().to_owned(),
        version: test.version,
        definition: test.definition,
        created_by: test.created_by,
        created_at: shown(test.created_at),
        updated_at: shown(test.updated_at),
        published_at: test.published_at.map(shown),
    })
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, test: &sillage_catalog::UserTest) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let details = json!({"name": test.name, "version": test.version, "status": test.status.as_str()});
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: &test.id, details };
    Ok(api.catalog.record(entry).await?)
}
