//! Properties under a name of the project's own: saved formulas.
//!
//! What must stay true: a question that names one means what it is made of now; one that a cohort or a report names is not deleted or renamed under it.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    error::ApiError,
    time::shown,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::{
    Question,
    cohort::Definition,
    custom_property::{CustomProperties, CustomProperty as Read},
    expression::{Expression, MARK},
    filter::Of,
};
use sillage_catalog::{NewAuditEntry, NewCustomProperty};
use sillage_event::ProjectId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete))
}

#[derive(Serialize, ToSchema)]
#[schema(as = CustomProperties)]
struct List {
    custom_properties: Vec<CustomProperty>,
}

/// A property under a name of the project's own.
#[derive(Serialize, ToSchema)]
struct CustomProperty {
    id: String,
    /// What questions call it.
    name: String,
    description: String,
    /// `event`, `person` or `group:<type>`
    of: String,
    /// Such as `=if(amount > 100, "large", "small")`.
    formula: String,
    /// Who made it.
    created_by: String,
    created_at: String,
    updated_at: String,
}

impl From<sillage_catalog::CustomProperty> for CustomProperty {
    fn from(property: sillage_catalog::CustomProperty) -> Self {
        Self {
            id: property.id,
            name: property.name,
            description: property.description,
            of: property.of,
            formula: property.formula,
            created_by: property.created_by,
            created_at: shown(property.created_at),
            updated_at: shown(property.updated_at),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomPropertyBody {
    name: String,
    description: Option<String>,
    /// `event`, `person` or `group:<type>`; `event` if it is not said.
    of: Option<String>,
    formula: String,
}

/// The custom properties by name.
#[utoipa::path(get, path = "/api/projects/{project}/custom-properties", tag = "custom_property", params(("project" = u32, Path)), responses((status = 200, body = List)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<List>, ApiError> {
    let properties = api.catalog.custom_properties(inside.project.id).await?;
    Ok(axum::Json(List { custom_properties: properties.into_iter().map(CustomProperty::from).collect() }))
}

/// Save a custom property.
#[utoipa::path(
    post, path = "/api/projects/{project}/custom-properties", tag = "custom_property", params(("project" = u32, Path)),
    request_body = NewCustomPropertyBody, responses((status = 200, body = CustomProperty))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewCustomPropertyBody>) -> Result<axum::Json<CustomProperty>, ApiError> {
    let new = checked(&api, inside.project.id, None, body).await?;
    let property = api.catalog.create_custom_property(inside.project.id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "custom_property.create", &property.id, &property.name).await?;
    Ok(axum::Json(property.into()))
}

/// One custom property.
#[utoipa::path(
    get, path = "/api/projects/{project}/custom-properties/{custom_property}", tag = "custom_property",
    params(("project" = u32, Path), ("custom_property" = String, Path)), responses((status = 200, body = CustomProperty))
)]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<CustomProperty>, ApiError> {
    Ok(axum::Json(api.catalog.custom_property(inside.project.id, &id).await?.into()))
}

/// Save a custom property over itself. History is read with the formula of now.
#[utoipa::path(
    put, path = "/api/projects/{project}/custom-properties/{custom_property}", tag = "custom_property",
    params(("project" = u32, Path), ("custom_property" = String, Path)), request_body = NewCustomPropertyBody, responses((status = 200, body = CustomProperty))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewCustomPropertyBody>,
) -> Result<axum::Json<CustomProperty>, ApiError> {
    let before = api.catalog.custom_property(inside.project.id, &id).await?;
    if before.name != body.name.trim() {
        refuse_if_needed(&api, inside.project.id, &before.name, "renamed").await?;
    }
    let new = checked(&api, inside.project.id, Some(&id), body).await?;
    let property = api.catalog.update_custom_property(inside.project.id, &id, &new).await?;
    record(&api, &inside, "custom_property.change", &property.id, &property.name).await?;
    Ok(axum::Json(property.into()))
}

/// Delete a custom property that no cohort and no report names.
#[utoipa::path(
    delete, path = "/api/projects/{project}/custom-properties/{custom_property}", tag = "custom_property",
    params(("project" = u32, Path), ("custom_property" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let property = api.catalog.custom_property(inside.project.id, &id).await?;
    refuse_if_needed(&api, inside.project.id, &property.name, "deleted").await?;
    api.catalog.delete_custom_property(inside.project.id, &id).await?;
    record(&api, &inside, "custom_property.delete", &id, &property.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The project's custom properties, read.
pub(crate) async fn of_project(api: &Api, project: ProjectId) -> Result<CustomProperties, ApiError> {
    let mut found = CustomProperties::new();
    for one in api.catalog.custom_properties(project).await? {
        let read = Read::from_json(&json!({"of": one.of, "formula": one.formula}), &format!("custom_properties.{}", one.name))?;
        found.insert(one.name, read);
    }
    Ok(found)
}

/// A custom property is a formula over properties that clients send.
async fn checked(api: &Api, project: ProjectId, id: Option<&str>, body: NewCustomPropertyBody) -> Result<NewCustomProperty, ApiError> {
    let of = body.of.unwrap_or_else(|| "event".to_owned());
    let read = Read::from_json(&json!({"of": of, "formula": body.formula}), "")?;
    if body.name.trim().starts_with(MARK) {
        return Err(ApiError::invalid("name", "a name does not begin with =, which is how formulas begin"));
    }
    let inputs = Expression::of_name(&read.formula).and_then(Result::ok).map(|formula| formula.inputs().to_vec()).unwrap_or_default();
    let others = api.catalog.custom_properties(project).await?;
    if let Some(other) = others.iter().find(|other| other.of == of && inputs.contains(&other.name)) {
        return Err(ApiError::invalid("formula", format!("\"{}\" is a custom property itself; name properties that clients send", other.name)));
    }
    let uses_this_name =
        |formula: &str| Expression::of_name(formula).and_then(Result::ok).is_some_and(|formula| formula.inputs().iter().any(|one| one == body.name.trim()));
    if let Some(other) = others.iter().find(|other| other.of == of && Some(other.id.as_str()) != id && uses_this_name(&other.formula)) {
        return Err(ApiError::invalid("name", format!("the custom property \"{}\" is made of a property of this name", other.name)));
    }
    Ok(NewCustomProperty { name: body.name, description: body.description.unwrap_or_default(), of: shown_of(&read.of), formula: read.formula })
}

fn shown_of(of: &Of) -> String {
    match of {
        Of::Group(kind) => format!("group:{kind}"),
        Of::Person | Of::PersonAtEvent => "person".to_owned(),
        Of::Event | Of::Session => "event".to_owned(),
    }
}

/// Refuses when cohorts or reports name a custom property, and says which.
async fn refuse_if_needed(api: &Api, project: ProjectId, name: &str, done: &str) -> Result<(), ApiError> {
    refuse_if_read(api, project, &|property| property == name, done).await
}

/// Refuses when cohorts or reports read such a property, and says which.
pub(crate) async fn refuse_if_read(api: &Api, project: ProjectId, is_such: &(dyn Fn(&str) -> bool + Sync), done: &str) -> Result<(), ApiError> {
    let mut needing = Vec::new();
    for cohort in api.catalog.cohorts(project).await? {
        let Some(Ok(definition)) = cohort.definition.map(|definition| Definition::from_json(&definition, "definition")) else { continue };
        if definition.property_names().iter().any(|one| is_such(one)) {
            needing.push(format!("the cohort \"{}\"", cohort.name));
        }
    }
    for report in api.catalog.reports(project).await? {
        let Ok(question) = Question::from_json(&report.question) else { continue };
        if question.property_names().iter().any(|one| is_such(one)) {
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
