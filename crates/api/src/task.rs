//! Tasks: what a team wants done, kept version by version, and the scorecard and attempts of each, asked of the engine as anybody could ask.
//!
//! What must stay true: a definition that is kept can be read. An attempt is nowhere but in answers.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    query::{Answer, answer},
    time::shown,
    written,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sillage_behavior::{
    Question,
    task::{CSAT, Task as Definition},
};
use sillage_catalog::{CatalogError, NewAuditEntry, NewTask};
use sillage_event::ProjectId;
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(check))
        .routes(routes!(get, replace, delete))
        .routes(routes!(versions))
        .routes(routes!(scorecard, ask_scorecard))
        .routes(routes!(attempts, ask_attempts))
}

#[derive(Serialize, ToSchema)]
struct Tasks {
    /// The first made first.
    tasks: Vec<Task>,
}

/// A task that matters.
#[derive(Serialize, ToSchema)]
struct Task {
    id: String,
    name: String,
    /// Who answers for it.
    owner: String,
    /// From 1; another definition is another version.
    version: u32,
    #[schema(value_type = written::TaskDefinition)]
    definition: Value,
    created_by: String,
    created_at: String,
    updated_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTaskBody {
    name: String,
    /// Who answers for it, in your words.
    #[serde(default)]
    owner: String,
    #[schema(value_type = written::TaskDefinition)]
    definition: Value,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskToCheck {
    #[schema(value_type = written::TaskDefinition)]
    definition: Value,
}

#[derive(Serialize, ToSchema)]
struct CheckedTask {
    /// The steps as they are called.
    steps: Vec<CheckedStep>,
    /// What could be better, in codes: `no_steps` (no way is another way), `all_optional` (no step has to be done).
    warnings: Vec<String>,
}

/// A step of the way.
#[derive(Serialize, ToSchema)]
struct CheckedStep {
    id: String,
    label: String,
}

#[derive(Serialize, ToSchema)]
struct TaskVersions {
    /// The latest first.
    versions: Vec<TaskVersion>,
}

/// A definition that a task had.
#[derive(Serialize, ToSchema)]
struct TaskVersion {
    version: u32,
    #[schema(value_type = written::TaskDefinition)]
    definition: Value,
    created_by: String,
    created_at: String,
}

/// Which time, and what of it. Everything else is asked with POST.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ScorecardQuery {
    /// The first day; with `to`.
    from: Option<String>,
    /// The last day.
    to: Option<String>,
    /// So many days until today, in place of both; 30 where nothing is said.
    last: Option<u32>,
    /// `day`, `week` or `month`.
    interval: Option<String>,
    /// `previous`: the time just before stands beside.
    compare: Option<String>,
    /// `attempts` or `people`.
    count: Option<String>,
    /// The language of `explain`: `en` or `fr`.
    language: Option<String>,
}

/// Which attempts, in which order. Everything else is asked with POST.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AttemptsQuery {
    /// The first day; with `to`.
    from: Option<String>,
    /// The last day.
    to: Option<String>,
    /// So many days until today, in place of both; 30 where nothing is said.
    last: Option<u32>,
    /// `attempts` or `people`.
    count: Option<String>,
    /// The language of `explain`: `en` or `fr`.
    language: Option<String>,
    /// `as_planned`, `slow`, `off_path` or `failed`.
    class: Option<String>,
    /// A card's name.
    card: Option<String>,
    /// What comes first.
    sort: Option<String>,
    /// Only attempts with a recording.
    recorded: Option<bool>,
    limit: Option<u32>,
    skip: Option<u32>,
}

/// The project's tasks.
#[utoipa::path(get, path = "/api/projects/{project}/tasks", tag = "task", params(("project" = u32, Path)), responses((status = 200, body = Tasks)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Tasks>, ApiError> {
    let tasks = api.catalog.tasks(inside.project.id).await?;
    Ok(axum::Json(Tasks { tasks: tasks.into_iter().map(Task::from).collect() }))
}

/// Define a task. Attempts at it are found in all of history at once.
#[utoipa::path(post, path = "/api/projects/{project}/tasks", tag = "task", params(("project" = u32, Path)), request_body = NewTaskBody, responses((status = 200, body = Task)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewTaskBody>) -> Result<axum::Json<Task>, ApiError> {
    let task = api.catalog.create_task(inside.project.id, &kept(body)?, &inside.caller.shown()).await?;
    record(&api, &inside, "task.create", &task).await?;
    Ok(axum::Json(task.into()))
}

/// Read a definition without keeping it.
#[utoipa::path(post, path = "/api/projects/{project}/tasks/check", tag = "task", params(("project" = u32, Path)), request_body = TaskToCheck, responses((status = 200, body = CheckedTask)))]
async fn check(_inside: Inside<ToRead>, Json(body): Json<TaskToCheck>) -> Result<axum::Json<CheckedTask>, ApiError> {
    let definition = Definition::from_json(&body.definition, "definition")?;
    let warnings = match definition.path() {
        path if path.n_steps == 0 => vec!["no_steps".to_owned()],
        path if path.mandatory == 0 => vec!["all_optional".to_owned()],
        _ => Vec::new(),
    };
    let steps = definition.steps.into_iter().map(|step| CheckedStep { id: step.id, label: step.label });
    Ok(axum::Json(CheckedTask { steps: steps.collect(), warnings }))
}

/// One task.
#[utoipa::path(get, path = "/api/projects/{project}/tasks/{task}", tag = "task", params(("project" = u32, Path), ("task" = String, Path)), responses((status = 200, body = Task)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Task>, ApiError> {
    Ok(axum::Json(api.catalog.task(inside.project.id, &id).await?.into()))
}

/// Change a task. Another definition is a new version, and holds for all of history.
#[utoipa::path(
    put, path = "/api/projects/{project}/tasks/{task}", tag = "task", params(("project" = u32, Path), ("task" = String, Path)),
    request_body = NewTaskBody, responses((status = 200, body = Task))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Json(body): Json<NewTaskBody>) -> Result<axum::Json<Task>, ApiError> {
    let task = api.catalog.change_task(inside.project.id, &id, &kept(body)?, &inside.caller.shown()).await?;
    record(&api, &inside, "task.change", &task).await?;
    Ok(axum::Json(task.into()))
}

/// Delete a task, with its versions. Events stay.
#[utoipa::path(delete, path = "/api/projects/{project}/tasks/{task}", tag = "task", params(("project" = u32, Path), ("task" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let task = api.catalog.task(inside.project.id, &id).await?;
    api.catalog.delete_task(inside.project.id, &id).await?;
    record(&api, &inside, "task.delete", &task).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The definitions that a task had.
#[utoipa::path(get, path = "/api/projects/{project}/tasks/{task}/versions", tag = "task", params(("project" = u32, Path), ("task" = String, Path)), responses((status = 200, body = TaskVersions)))]
async fn versions(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<TaskVersions>, ApiError> {
    api.catalog.task(inside.project.id, &id).await?;
    let versions = api.catalog.task_versions(inside.project.id, &id).await?;
    let versions = versions.into_iter().map(|one| TaskVersion {
        version: one.version,
        definition: one.definition,
        created_by: one.created_by,
        created_at: shown(one.created_at),
    });
    Ok(axum::Json(TaskVersions { versions: versions.collect() }))
}

/// The scorecard of a task: all eight cards in one answer.
#[utoipa::path(
    get, path = "/api/projects/{project}/tasks/{task}/scorecard", tag = "task", params(("project" = u32, Path), ("task" = String, Path), ScorecardQuery),
    responses((status = 200, body = written::Answer))
)]
async fn scorecard(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Query(query): Query<ScorecardQuery>,
) -> Result<axum::Json<Answer>, ApiError> {
    let mut asked = Map::new();
    asked.insert("range".to_owned(), range(query.from, query.to, query.last));
    put(&mut asked, [("interval", query.interval), ("count", query.count), ("language", query.language)]);
    match query.compare.as_deref() {
        None => {}
        Some("previous") => drop(asked.insert("compare".to_owned(), json!({"previous": 1}))),
        Some(other) => {
            let message = format!("\"{other}\" is not allowed here; use previous, or POST with any other range");
            return Err(ApiError { field: Some("compare".to_owned()), ..ApiError::new(StatusCode::BAD_REQUEST, "not_allowed", message) });
        }
    }
    of_task(&api, &inside, &id, "task", asked).await
}

/// The same with everything that a question of kind `task` takes beside `kind` and `task`.
#[utoipa::path(
    post, path = "/api/projects/{project}/tasks/{task}/scorecard", tag = "task", params(("project" = u32, Path), ("task" = String, Path)),
    request_body(content = Value, description = "`range`, `filter`, `breakdown`, `interval`, `compare` and the other fields of a question of kind `task`; without `range` the last 30 days"),
    responses((status = 200, body = written::Answer))
)]
async fn ask_scorecard(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Json(body): Json<Map<String, Value>>,
) -> Result<axum::Json<Answer>, ApiError> {
    of_task(&api, &inside, &id, "task", body).await
}

/// Attempts at a task, in the order in which they are worth watching.
#[utoipa::path(
    get, path = "/api/projects/{project}/tasks/{task}/attempts", tag = "task", params(("project" = u32, Path), ("task" = String, Path), AttemptsQuery),
    responses((status = 200, body = written::Answer))
)]
async fn attempts(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Query(query): Query<AttemptsQuery>,
) -> Result<axum::Json<Answer>, ApiError> {
    let mut asked = Map::new();
    asked.insert("range".to_owned(), range(query.from, query.to, query.last));
    put(&mut asked, [("sort", query.sort), ("count", query.count), ("language", query.language)]);
    let mut at = Map::new();
    put(&mut at, [("class", query.class), ("card", query.card)]);
    asked.insert("at".to_owned(), at.into());
    put(&mut asked, [("limit", query.limit), ("skip", query.skip)]);
    put(&mut asked, [("recorded", query.recorded)]);
    of_task(&api, &inside, &id, "attempts", asked).await
}

/// The same with everything that a question of kind `attempts` takes beside `kind` and `task`.
#[utoipa::path(
    post, path = "/api/projects/{project}/tasks/{task}/attempts", tag = "task", params(("project" = u32, Path), ("task" = String, Path)),
    request_body(content = Value, description = "`range`, `at`, `sort`, `limit` and the other fields of a question of kind `attempts`; without `range` the last 30 days"),
    responses((status = 200, body = written::Answer))
)]
async fn ask_attempts(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Json(body): Json<Map<String, Value>>,
) -> Result<axum::Json<Answer>, ApiError> {
    of_task(&api, &inside, &id, "attempts", body).await
}

/// Asks about a task that is kept.
async fn of_task(api: &Api, inside: &Inside<ToRead>, id: &str, kind: &str, mut asked: Map<String, Value>) -> Result<axum::Json<Answer>, ApiError> {
    let task = api.catalog.task(inside.project.id, id).await?;
    for (name, value) in [("kind", Value::from(kind)), ("task", task.definition)] {
        if asked.insert(name.to_owned(), value).is_some() {
            let message = "is said by the address; leave it out";
            return Err(ApiError { field: Some(name.to_owned()), ..ApiError::new(StatusCode::BAD_REQUEST, "not_allowed", message) });
        }
    }
    asked.entry("range").or_insert_with(|| range(None, None, None));
    let question = Question::from_json(&Value::Object(asked))?;
    Ok(axum::Json(answer(api, &inside.project, question, None).await?.into()))
}

/// Tells questions about tasks how many points the question of satisfaction has that is linked to each.
pub(crate) async fn use_in(api: &Api, project: ProjectId, question: &mut Question) -> Result<(), ApiError> {
    let mut linked = BTreeSet::new();
    question.each_task(&mut |asked| {
        if asked.csat_points.is_none() {
            linked.extend(asked.task.surveys[CSAT].clone());
        }
    });
    for id in linked {
        let survey = match api.catalog.survey(project, &id).await {
            Err(CatalogError::NotFound) => continue,
            found => found?,
        };
        let csat = survey.definition["questions"].as_array().into_iter().flatten().find(|one| one["kind"] == "csat");
        let points = csat.and_then(|one| one["points"].as_u64()).map(|points| points as u32);
        question.each_task(&mut |asked| {
            if asked.csat_points.is_none() && asked.task.surveys[CSAT].as_deref() == Some(&id) {
                asked.csat_points = points;
            }
        });
    }
    Ok(())
}

fn range(from: Option<String>, to: Option<String>, last: Option<u32>) -> Value {
    match (from, to) {
        (None, None) => json!({"last": last.unwrap_or(30), "unit": "day"}),
        (from, to) => json!({"from": from, "to": to}),
    }
}

fn put<V: Into<Value>>(into: &mut Map<String, Value>, fields: impl IntoIterator<Item = (&'static str, Option<V>)>) {
    into.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
}

fn kept(body: NewTaskBody) -> Result<NewTask, ApiError> {
    Definition::from_json(&body.definition, "definition")?;
    Ok(NewTask { name: body.name, owner: body.owner, definition: body.definition })
}

impl From<sillage_catalog::Task> for Task {
    fn from(task: sillage_catalog::Task) -> Self {
        Self {
            id: task.id,
            name: task.name,
            owner: task.owner,
            version: task.version,
            definition: task.definition,
            created_by: task.created_by,
            created_at: shown(task.created_at),
            updated_at: shown(task.updated_at),
        }
    }
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, task: &sillage_catalog::Task) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let details = json!({"name": task.name, "version": task.version});
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: &task.id, details };
    Ok(api.catalog.record(entry).await?)
}
