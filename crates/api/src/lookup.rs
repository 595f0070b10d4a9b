//! Lookup tables: files whose columns are read beside a property, in every question.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Named, read_body},
    custom_property::refuse_if_read,
    error::ApiError,
    time::shown,
};
use axum::{body::Body, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::expression::Expression;
use sillage_catalog::{NewAuditEntry, NewLookupTable};
use sillage_wire::{MOST_TABLE_BYTES, table_shape};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The file, and what JSON puts before its quotation marks.
const MOST_BODY_BYTES: usize = MOST_TABLE_BYTES + (MOST_TABLE_BYTES >> 2);

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(replace, delete)).routes(routes!(content))
}

#[derive(Serialize, ToSchema)]
struct LookupTables {
    lookups: Vec<LookupTable>,
}

/// A table without its rows.
#[derive(Serialize, ToSchema)]
struct LookupTable {
    id: String,
    /// What questions call it.
    name: String,
    description: String,
    /// The key first.
    columns: Vec<String>,
    rows: i64,
    created_by: String,
    created_at: String,
    updated_at: String,
}

impl From<sillage_catalog::LookupTable> for LookupTable {
    fn from(table: sillage_catalog::LookupTable) -> Self {
        Self {
            id: table.id,
            name: table.name,
            description: table.description,
            columns: table.columns,
            rows: table.n_rows,
            created_by: table.created_by,
            created_at: shown(table.created_at),
            updated_at: shown(table.updated_at),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLookupTableBody {
    name: String,
    description: Option<String>,
    /// The file: a heading, then rows; commas, semicolons or tabs between columns; the first column is the key. 100 MiB and a million rows at most.
    csv: String,
}

#[derive(Serialize, ToSchema)]
struct LookupFile {
    csv: String,
}

/// The lookup tables by name.
#[utoipa::path(get, path = "/api/projects/{project}/lookups", tag = "lookup", params(("project" = u32, Path)), responses((status = 200, body = LookupTables)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<LookupTables>, ApiError> {
    let tables = api.catalog.lookup_tables(inside.project.id).await?;
    Ok(axum::Json(LookupTables { lookups: tables.into_iter().map(LookupTable::from).collect() }))
}

/// Add a lookup table.
#[utoipa::path(
    post, path = "/api/projects/{project}/lookups", tag = "lookup", params(("project" = u32, Path)),
    request_body = NewLookupTableBody, responses((status = 200, body = LookupTable))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, body: Body) -> Result<axum::Json<LookupTable>, ApiError> {
    let new = checked(&api, body).await?;
    let table = api.catalog.create_lookup_table(inside.project.id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "lookup.create", &table.id, &table.name).await?;
    Ok(axum::Json(table.into()))
}

/// Put another file in the place of a lookup table's. History is read with the rows of now.
#[utoipa::path(
    put, path = "/api/projects/{project}/lookups/{lookup}", tag = "lookup", params(("project" = u32, Path), ("lookup" = String, Path)),
    request_body = NewLookupTableBody, responses((status = 200, body = LookupTable))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named, body: Body) -> Result<axum::Json<LookupTable>, ApiError> {
    let before = api.catalog.lookup_table(inside.project.id, &id).await?;
    let new = checked(&api, body).await?;
    if before.name != new.name.trim() {
        refuse_if_read(&api, inside.project.id, &|property| reads(property, &before.name, None), "renamed").await?;
    }
    for gone in before.columns.iter().filter(|column| !new.columns.contains(column)) {
        let done = format!("replaced by one without the column \"{gone}\"");
        refuse_if_read(&api, inside.project.id, &|property| reads(property, &before.name, Some(gone)), &done).await?;
    }
    let table = api.catalog.update_lookup_table(inside.project.id, &id, &new).await?;
    record(&api, &inside, "lookup.change", &table.id, &table.name).await?;
    Ok(axum::Json(table.into()))
}

/// Delete a lookup table that no cohort and no report reads.
#[utoipa::path(
    delete, path = "/api/projects/{project}/lookups/{lookup}", tag = "lookup", params(("project" = u32, Path), ("lookup" = String, Path)),
    responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let table = api.catalog.lookup_table(inside.project.id, &id).await?;
    refuse_if_read(&api, inside.project.id, &|property| reads(property, &table.name, None), "deleted").await?;
    api.catalog.delete_lookup_table(inside.project.id, &id).await?;
    record(&api, &inside, "lookup.delete", &id, &table.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The file of a lookup table as it was given.
#[utoipa::path(
    get, path = "/api/projects/{project}/lookups/{lookup}/file", tag = "lookup", params(("project" = u32, Path), ("lookup" = String, Path)),
    responses((status = 200, body = LookupFile))
)]
async fn content(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<LookupFile>, ApiError> {
    let table = api.catalog.lookup_table(inside.project.id, &id).await?;
    let csv = api.catalog.lookup_content(inside.project.id, &table.name).await?.ok_or_else(ApiError::not_found)?;
    Ok(axum::Json(LookupFile { csv }))
}

async fn checked(api: &Api, body: Body) -> Result<NewLookupTable, ApiError> {
    let bytes = read_body(body, MOST_BODY_BYTES, api.options.body_time, None).await?;
    // A large file is read away from the threads that serve connections.
    let read = tokio::task::spawn_blocking(move || {
        let body: NewLookupTableBody = serde_json::from_slice(&bytes)
            .map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, "bad_json", format!("send {{\"name\", \"csv\"}} as JSON: {error}")))?;
        let shape = table_shape(&body.csv).map_err(|message| ApiError::invalid("csv", message))?;
        let n_rows = i64::try_from(shape.rows).unwrap_or(i64::MAX);
        Ok(NewLookupTable { name: body.name, description: body.description.unwrap_or_default(), columns: shape.columns, n_rows, content: body.csv })
    });
    read.await.unwrap_or_else(|stopped| Err(ApiError::internal(&stopped)))
}

/// Whether a property is looked up in a table, in a column or in any.
fn reads(property: &str, table: &str, column: Option<&str>) -> bool {
    let formula = Expression::of_name(property).and_then(Result::ok);
    formula.is_some_and(|formula| formula.lookups().iter().any(|(in_table, in_column)| *in_table == table && column.is_none_or(|column| column == *in_column)))
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, id: &str, name: &str) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: id, details: json!({"name": name}) };
    Ok(api.catalog.record(entry).await?)
}
