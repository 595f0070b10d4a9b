//! Saved cohorts: by conditions, found anew with each question, or lists of people.
//!
//! What must stay true: a saved cohort can be found, so what it names exists, none is made of itself, and one that others need is not deleted or renamed
//! under them. Questions call it by its id, or by its name.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, read_body},
    error::ApiError,
    query::answer,
    time::shown,
    written,
};
use axum::{body::Body, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{
    Question,
    cohort::{CohortName, Definition, Definitions, in_order},
};
use sillage_catalog::{NewAuditEntry, NewCohort, Project};
use sillage_event::ProjectId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A list of a million people.
const MAX_LIST_BYTES: usize = 64 << 20;
const MOST_LISTED: usize = 1_000_000;
const MAX_ID_BYTES: usize = 1000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete)).routes(routes!(replace_people))
}

#[derive(Serialize, ToSchema)]
struct Cohorts {
    cohorts: Vec<Cohort>,
}

/// People under a name.
#[derive(Serialize, ToSchema)]
struct Cohort {
    id: String,
    name: String,
    description: String,
    /// Its conditions. Null in the list of cohorts where it is a list of people itself.
    #[schema(value_type = Option<written::CohortDefinition>)]
    definition: Option<Value>,
    /// How many people are listed; null when it is made of conditions and found anew each time.
    listed: Option<u64>,
    /// Who made it.
    created_by: String,
    created_at: String,
    updated_at: String,
}

impl From<sillage_catalog::Cohort> for Cohort {
    fn from(cohort: sillage_catalog::Cohort) -> Self {
        Self {
            id: cohort.id,
            name: cohort.name,
            description: cohort.description,
            definition: cohort.definition,
            listed: cohort.listed,
            created_by: cohort.created_by,
            created_at: shown(cohort.created_at),
            updated_at: shown(cohort.updated_at),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCohortBody {
    name: String,
    description: Option<String>,
    /// Conditions; `{"people": ["u1"]}` for a list; `{"of": question, "at": cell}` for the people behind a number.
    #[schema(value_type = written::CohortDefinition)]
    definition: Value,
    /// Keep the people of now as a list, rather than the conditions.
    frozen: Option<bool>,
}

/// The saved cohorts by name. Those behind lists are left out; ask for one cohort to read them.
#[utoipa::path(get, path = "/api/projects/{project}/cohorts", tag = "cohort", params(("project" = u32, Path)), responses((status = 200, body = Cohorts)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Cohorts>, ApiError> {
    let cohorts = api.catalog.cohorts(inside.project.id).await?;
    Ok(axum::Json(Cohorts { cohorts: cohorts.into_iter().map(Cohort::from).collect() }))
}

/// Save a cohort.
#[utoipa::path(post, path = "/api/projects/{project}/cohorts", tag = "cohort", params(("project" = u32, Path)), request_body = NewCohortBody, responses((status = 200, body = Cohort)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewCohortBody>) -> Result<axum::Json<Cohort>, ApiError> {
    let new = checked(&api, &inside.project, None, body).await?;
    let cohort = api.catalog.create_cohort(inside.project.id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "cohort.create", &cohort.id, &cohort.name).await?;
    Ok(axum::Json(cohort.into()))
}

/// One cohort.
#[utoipa::path(get, path = "/api/projects/{project}/cohorts/{cohort}", tag = "cohort", params(("project" = u32, Path), ("cohort" = String, Path)), responses((status = 200, body = Cohort)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(cohort): Named) -> Result<axum::Json<Cohort>, ApiError> {
    Ok(axum::Json(api.catalog.cohort(inside.project.id, &cohort).await?.into()))
}

/// Save a cohort over itself.
#[utoipa::path(
    put, path = "/api/projects/{project}/cohorts/{cohort}", tag = "cohort", params(("project" = u32, Path), ("cohort" = String, Path)),
    request_body = NewCohortBody, responses((status = 200, body = Cohort))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, Json(body): Json<NewCohortBody>) -> Result<axum::Json<Cohort>, ApiError> {
    let before = api.catalog.cohort(inside.project.id, &id).await?;
    if before.name != body.name.trim() {
        refuse_if_needed(&api, inside.project.id, &id, &[before.name.as_str()], "call it by this name, so it cannot be renamed").await?;
    }
    let new = checked(&api, &inside.project, Some(&id), body).await?;
    let cohort = api.catalog.update_cohort(inside.project.id, &id, &new).await?;
    record(&api, &inside, "cohort.change", &cohort.id, &cohort.name).await?;
    Ok(axum::Json(cohort.into()))
}

/// Delete a cohort that no other cohort and no report needs.
#[utoipa::path(delete, path = "/api/projects/{project}/cohorts/{cohort}", tag = "cohort", params(("project" = u32, Path), ("cohort" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let cohort = api.catalog.cohort(inside.project.id, &id).await?;
    refuse_if_needed(&api, inside.project.id, &id, &[id.as_str(), cohort.name.as_str()], "need it, so it cannot be deleted").await?;
    api.catalog.delete_cohort(inside.project.id, &id).await?;
    record(&api, &inside, "cohort.delete", &id, &cohort.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a cohort a list of these people.
#[utoipa::path(
    put, path = "/api/projects/{project}/cohorts/{cohort}/people", tag = "cohort", params(("project" = u32, Path), ("cohort" = String, Path)),
    request_body(content = Vec<String>, description = "Ids as they were sent, a million at most; a device carries `$device:` in front"),
    responses((status = 200, body = Cohort))
)]
async fn replace_people(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, body: Body) -> Result<axum::Json<Cohort>, ApiError> {
    let before = api.catalog.cohort(inside.project.id, &id).await?;
    let people = listed_people(&read_body(body, MAX_LIST_BYTES, api.options.body_time, None).await?)?;
    let new = NewCohort { name: before.name, description: before.description, definition: json!({"people": people}) };
    let cohort = api.catalog.update_cohort(inside.project.id, &id, &new).await?;
    record(&api, &inside, "cohort.change", &cohort.id, &cohort.name).await?;
    Ok(axum::Json(Cohort { definition: None, ..cohort.into() }))
}

fn listed_people(bytes: &[u8]) -> Result<Vec<String>, ApiError> {
    let people: Vec<String> =
        serde_json::from_slice(bytes).map_err(|error| ApiError::invalid("people", format!("send a JSON list of ids, each a text: {error}")))?;
    if people.len() > MOST_LISTED {
        return Err(ApiError::invalid("people", format!("a cohort lists at most {MOST_LISTED} people, these are {}", people.len())));
    }
    if let Some(position) = people.iter().position(|id| id.is_empty() || id.len() > MAX_ID_BYTES) {
        return Err(ApiError::invalid(&format!("people[{position}]"), format!("an id has 1 to {MAX_ID_BYTES} bytes")));
    }
    Ok(people)
}

/// A cohort is a definition whose people can be found; `id` is the one that is replaced.
async fn checked(api: &Api, project: &Project, id: Option<&str>, body: NewCohortBody) -> Result<NewCohort, ApiError> {
    let definition = Definition::from_json(&body.definition, "definition")?;
    let mut needed = Vec::new();
    definition.uses(&mut needed);
    let mut definitions = Definitions::new();
    if let Some(id) = id {
        definitions.insert(id.to_owned(), definition.clone());
    }
    load(api, project.id, needed.iter().map(|name| name.name.clone()).collect(), &mut definitions).await?;
    let itself = id.map(|id| CohortName { name: id.to_owned(), field: "definition".to_owned() });
    let names: Vec<&CohortName> = itself.iter().chain(needed.iter().copied()).collect();
    in_order(&definitions, &names)?;
    let definition = if body.frozen == Some(true) { frozen(api, project, &body.definition).await? } else { body.definition };
    Ok(NewCohort { name: body.name, description: body.description.unwrap_or_default(), definition })
}

/// The people of now as a list.
async fn frozen(api: &Api, project: &Project, definition: &Value) -> Result<Value, ApiError> {
    let question = Question::from_json(&json!({"kind": "cohort", "definition": definition, "limit": MOST_LISTED}))?;
    let reply = answer(api, project, question, None).await?;
    if reply.answer["count"].as_u64() > Some(MOST_LISTED as u64) {
        return Err(ApiError::invalid("frozen", format!("a list holds at most {MOST_LISTED} people: narrow the definition, or save it with its conditions")));
    }
    let people: Vec<&Value> = reply.answer["people"].as_array().into_iter().flatten().map(|person| &person["id"]).collect();
    Ok(json!({"people": people}))
}

/// Adds to a question the saved cohorts that it names. Names that nobody saved stay undefined, and the answer says so.
pub(crate) async fn add_saved(api: &Api, project: ProjectId, question: &mut Question) -> Result<(), ApiError> {
    let undefined = question.undefined_cohorts();
    load(api, project, undefined, question.cohorts_mut()).await
}

async fn load(api: &Api, project: ProjectId, mut waiting: Vec<String>, into: &mut Definitions) -> Result<(), ApiError> {
    while let Some(called) = waiting.pop() {
        if into.contains_key(&called) {
            continue;
        }
        let Some(cohort) = api.catalog.cohort_called(project, &called).await? else { continue };
        let field = format!("cohorts.{called}");
        let definition = if cohort.id == called {
            Definition::from_json(&cohort.definition.unwrap_or_default(), &field)?
        } else {
            Definition::Cohort { name: CohortName { name: cohort.id, field }, inside: true }
        };
        let mut uses = Vec::new();
        definition.uses(&mut uses);
        waiting.extend(uses.into_iter().map(|name| name.name.clone()));
        into.insert(called, definition);
    }
    Ok(())
}

/// Refuses when other cohorts or reports call a cohort by one of these names, and says which.
async fn refuse_if_needed(api: &Api, project: ProjectId, id: &str, names: &[&str], so: &str) -> Result<(), ApiError> {
    let mut needing = Vec::new();
    for other in api.catalog.cohorts(project).await?.into_iter().filter(|other| other.id != id) {
        let Some(Ok(definition)) = other.definition.map(|definition| Definition::from_json(&definition, "definition")) else { continue };
        let mut uses = Vec::new();
        definition.uses(&mut uses);
        if uses.iter().any(|name| names.contains(&name.name.as_str())) {
            needing.push(format!("the cohort \"{}\"", other.name));
        }
    }
    for report in api.catalog.reports(project).await? {
        let Ok(question) = Question::from_json(&report.question) else { continue };
        if question.undefined_cohorts().iter().any(|name| names.contains(&name.as_str())) {
            needing.push(format!("the report \"{}\"", report.name));
        }
    }
    if needing.is_empty() {
        return Ok(());
    }
    needing.truncate(5);
    Err(ApiError::new(StatusCode::CONFLICT, "needed", format!("{} {so}", needing.join(", "))))
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, id: &str, name: &str) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: id, details: json!({"name": name}) };
    Ok(api.catalog.record(entry).await?)
}
