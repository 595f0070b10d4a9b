//! Events under a name of the project's own, made of events that clients send.
//!
//! What must stay true: a question that names one means what it is made of now; one that a cohort or a report names is not deleted or renamed under it.

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
use sillage_behavior::{
    Question,
    cohort::Definition,
    custom_event::{CustomEvents, MOST_ALTERNATIVES, add_merged},
    question::Selector,
};
use sillage_catalog::{NewAuditEntry, NewCustomEvent};
use sillage_event::ProjectId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete))
}

#[derive(Serialize, ToSchema)]
#[schema(as = CustomEvents)]
struct List {
    custom_events: Vec<CustomEvent>,
}

/// An event under a name of the project's own.
#[derive(Serialize, ToSchema)]
struct CustomEvent {
    id: String,
    /// What questions call it.
    name: String,
    description: String,
    /// A selector: `{"any_of": [{"event": "A", "where": …}, …]}`
    #[schema(value_type = written::Selector)]
    made_of: Value,
    /// Who made it.
    created_by: String,
    created_at: String,
    updated_at: String,
}

impl From<sillage_catalog::CustomEvent> for CustomEvent {
    fn from(event: sillage_catalog::CustomEvent) -> Self {
        Self {
            id: event.id,
            name: event.name,
            description: event.description,
            made_of: event.made_of,
            created_by: event.created_by,
            created_at: shown(event.created_at),
            updated_at: shown(event.updated_at),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomEventBody {
    name: String,
    description: Option<String>,
    #[schema(value_type = written::Selector)]
    made_of: Value,
}

/// The custom events by name.
#[utoipa::path(get, path = "/api/projects/{project}/custom-events", tag = "custom_event", params(("project" = u32, Path)), responses((status = 200, body = List)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<List>, ApiError> {
    let events = api.catalog.custom_events(inside.project.id).await?;
    Ok(axum::Json(List { custom_events: events.into_iter().map(CustomEvent::from).collect() }))
}

/// Save a custom event.
#[utoipa::path(
    post, path = "/api/projects/{project}/custom-events", tag = "custom_event", params(("project" = u32, Path)),
    request_body = NewCustomEventBody, responses((status = 200, body = CustomEvent))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewCustomEventBody>) -> Result<axum::Json<CustomEvent>, ApiError> {
    let new = checked(&api, inside.project.id, None, body).await?;
    let event = api.catalog.create_custom_event(inside.project.id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "custom_event.create", &event.id, &event.name).await?;
    Ok(axum::Json(event.into()))
}

/// One custom event.
#[utoipa::path(
    get, path = "/api/projects/{project}/custom-events/{custom_event}", tag = "custom_event",
    params(("project" = u32, Path), ("custom_event" = String, Path)), responses((status = 200, body = CustomEvent))
)]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<CustomEvent>, ApiError> {
    Ok(axum::Json(api.catalog.custom_event(inside.project.id, &id).await?.into()))
}

/// Save a custom event over itself. History is read with what it is made of now.
#[utoipa::path(
    put, path = "/api/projects/{project}/custom-events/{custom_event}", tag = "custom_event",
    params(("project" = u32, Path), ("custom_event" = String, Path)), request_body = NewCustomEventBody, responses((status = 200, body = CustomEvent))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewCustomEventBody>,
) -> Result<axum::Json<CustomEvent>, ApiError> {
    let before = api.catalog.custom_event(inside.project.id, &id).await?;
    if before.name != body.name.trim() {
        refuse_if_needed(&api, inside.project.id, &before.name, "renamed").await?;
    }
    let new = checked(&api, inside.project.id, Some(&id), body).await?;
    let event = api.catalog.update_custom_event(inside.project.id, &id, &new).await?;
    record(&api, &inside, "custom_event.change", &event.id, &event.name).await?;
    Ok(axum::Json(event.into()))
}

/// Delete a custom event that no cohort and no report names.
#[utoipa::path(
    delete, path = "/api/projects/{project}/custom-events/{custom_event}", tag = "custom_event",
    params(("project" = u32, Path), ("custom_event" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let event = api.catalog.custom_event(inside.project.id, &id).await?;
    refuse_if_needed(&api, inside.project.id, &event.name, "deleted").await?;
    api.catalog.delete_custom_event(inside.project.id, &id).await?;
    record(&api, &inside, "custom_event.delete", &id, &event.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The project's custom events, read.
pub(crate) async fn of_project(api: &Api, project: ProjectId) -> Result<CustomEvents, ApiError> {
    let mut events = CustomEvents::new();
    for event in api.catalog.custom_events(project).await? {
        let made_of = Selector::from_json(&event.made_of, &format!("custom_events.{}", event.name))?;
        events.insert(event.name, made_of);
    }
    if let Some(plan) = crate::plan::in_force(api, project).await? {
        add_merged(&mut events, crate::plan::merged_events(&plan.plan));
    }
    Ok(events)
}

/// A custom event is made of events that clients send.
async fn checked(api: &Api, project: ProjectId, id: Option<&str>, body: NewCustomEventBody) -> Result<NewCustomEvent, ApiError> {
    let made_of = Selector::from_json(&body.made_of, "made_of")?;
    if made_of.alternatives.len().max(made_of.events.len()) > MOST_ALTERNATIVES {
        return Err(ApiError::invalid("made_of.any_of", format!("takes at most {MOST_ALTERNATIVES} events")));
    }
    if made_of.first_time || made_of.alternatives.iter().any(|one| one.first_time) {
        return Err(ApiError::invalid("made_of.first_time", "belongs to the question that names the event"));
    }
    let named = made_of.names();
    if named.is_empty() {
        return Err(ApiError::invalid("made_of", "name the events that it is made of"));
    }
    let others = api.catalog.custom_events(project).await?;
    if let Some(other) = others.iter().find(|other| named.contains(&other.name.as_str()) && Some(other.id.as_str()) != id) {
        return Err(ApiError::invalid("made_of", format!("\"{}\" is a custom event itself; name the events that clients send", other.name)));
    }
    if let Some(other) = others.iter().find(|other| Some(other.id.as_str()) != id && names_of(&other.made_of).iter().any(|name| name == body.name.trim())) {
        return Err(ApiError::invalid("name", format!("the custom event \"{}\" is made of an event of this name", other.name)));
    }
    Ok(NewCustomEvent { name: body.name, description: body.description.unwrap_or_default(), made_of: body.made_of })
}

fn names_of(made_of: &Value) -> Vec<String> {
    Selector::from_json(made_of, "made_of").map(|made_of| made_of.names().into_iter().map(str::to_owned).collect()).unwrap_or_default()
}

/// Refuses when cohorts or reports name a custom event, and says which.
async fn refuse_if_needed(api: &Api, project: ProjectId, name: &str, done: &str) -> Result<(), ApiError> {
    let mut needing = Vec::new();
    for cohort in api.catalog.cohorts(project).await? {
        let Some(Ok(definition)) = cohort.definition.map(|definition| Definition::from_json(&definition, "definition")) else { continue };
        if definition.names_custom_event(name) {
            needing.push(format!("the cohort \"{}\"", cohort.name));
        }
    }
    for report in api.catalog.reports(project).await? {
        let Ok(question) = Question::from_json(&report.question) else { continue };
        if question.names_custom_event(name) {
            needing.push(format!("the report \"{}\"", report.name));
        }
    }
    if needing.is_empty() {
        return Ok(());
    }
    needing.truncate(5);
    Err(ApiError::new(StatusCode::CONFLICT, "needed", format!("{} name it, so it cannot be {done}", needing.join(", "))))
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, id: &str, name: &str) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: id, details: json!({"name": name}) };
    Ok(api.catalog.record(entry).await?)
}
