//! What pickers offer: names of events, properties, values.

use crate::{
    Api,
    access::{Inside, ToRead},
    body::Query,
    error::ApiError,
    page_mapping, plan,
    time::shown,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sillage_behavior::{PropertyInfo, ValueInfo, page_group};
use sillage_event::ProjectId;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_NAMES: usize = 500;
const MAX_NAMES: usize = 10_000;
const DEFAULT_VALUES: usize = 50;
const MAX_VALUES: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(names)).routes(routes!(properties)).routes(routes!(values))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct NamesQuery {
    /// Text that the name holds, in any case.
    search: Option<String>,
    limit: Option<usize>,
    /// Also events that the tracking plan hides or blocks, and those that count under another name.
    all: Option<bool>,
}

#[derive(Serialize, ToSchema)]
struct EventNames {
    events: Vec<EventName>,
}

#[derive(Serialize, ToSchema)]
struct EventName {
    name: String,
    count: u64,
    first_seen: String,
    last_seen: String,
}

/// The events of the project, most frequent first, as its tracking plan offers them.
#[utoipa::path(get, path = "/api/projects/{project}/names", tag = "browse", params(("project" = u32, Path), NamesQuery), responses((status = 200, body = EventNames)))]
async fn names(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<NamesQuery>) -> Result<axum::Json<EventNames>, ApiError> {
    let project = inside.project.id;
    let mut found = api.browse(move |browse| browse.names(project)).await?;
    if query.all != Some(true) {
        found = plan::offered(&api, project, found).await?;
    }
    let search = query.search.unwrap_or_default().to_lowercase();
    let wanted = found.into_iter().filter(|name| name.name.to_lowercase().contains(&search)).take(query.limit.unwrap_or(DEFAULT_NAMES).min(MAX_NAMES));
    let shown = wanted.map(|name| EventName { name: name.name, count: name.count, first_seen: shown(name.first_seen), last_seen: shown(name.last_seen) });
    Ok(axum::Json(EventNames { events: shown.collect() }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PropertiesQuery {
    /// `event` (default), `person` or `group:<type>`
    of: Option<String>,
    /// Only of events of this name.
    event: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct PropertyNames {
    properties: Vec<PropertyName>,
}

#[derive(Serialize, ToSchema)]
struct PropertyName {
    name: String,
    /// Of `string`, `number`, `boolean`, `list`.
    types: Vec<&'static str>,
    count: u64,
}

/// The properties of events, people or groups, most frequent first.
#[utoipa::path(get, path = "/api/projects/{project}/properties", tag = "browse", params(("project" = u32, Path), PropertiesQuery), responses((status = 200, body = PropertyNames)))]
async fn properties(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<PropertiesQuery>) -> Result<axum::Json<PropertyNames>, ApiError> {
    let project = inside.project.id;
    let of = read_of(query.of)?;
    let event = query.event.filter(|event| !event.is_empty());
    let is_of_events = of == "event";
    let mut found = api.browse(move |browse| browse.properties(project, &of, event.as_deref())).await?;
    if is_of_events {
        add_page_groups(&api, project, &mut found).await?;
    }
    let shown = found.into_iter().map(|property| PropertyName { name: property.name, types: property.types, count: property.count });
    Ok(axum::Json(PropertyNames { properties: shown.collect() }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ValuesQuery {
    property: String,
    /// `event` (default), `person` or `group:<type>`
    of: Option<String>,
    /// Only in events of this name.
    event: Option<String>,
    /// Text that the value holds, in any case.
    search: Option<String>,
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
struct PropertyValues {
    values: Vec<PropertyValue>,
}

#[derive(Serialize, ToSchema)]
struct PropertyValue {
    value: Value,
    count: u64,
}

/// The values of a property, most frequent first.
#[utoipa::path(get, path = "/api/projects/{project}/values", tag = "browse", params(("project" = u32, Path), ValuesQuery), responses((status = 200, body = PropertyValues)))]
async fn values(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<ValuesQuery>) -> Result<axum::Json<PropertyValues>, ApiError> {
    let project = inside.project.id;
    let of = read_of(query.of)?;
    let event = query.event.filter(|event| !event.is_empty());
    let search = query.search.filter(|search| !search.is_empty());
    let limit = query.limit.unwrap_or(DEFAULT_VALUES).clamp(1, MAX_VALUES);
    let found = match page_group::mapping_of(&query.property).filter(|_| of == "event") {
        Some(name) => page_groups(&api, project, name, event, search.as_deref(), limit).await?,
        None => api.browse(move |browse| browse.values(project, &of, &query.property, event.as_deref(), search.as_deref(), limit)).await?,
    };
    let shown = found.into_iter().map(|value| PropertyValue { value: value.value, count: value.count });
    Ok(axum::Json(PropertyValues { values: shown.collect() }))
}

/// Events that tell their page have a property for each way of grouping pages.
async fn add_page_groups(api: &Api, project: ProjectId, properties: &mut Vec<PropertyInfo>) -> Result<(), ApiError> {
    let Some(at) = properties.iter().position(|property| page_group::ADDRESSES.contains(&property.name.as_str())) else { return Ok(()) };
    let count = properties[at].count;
    let others = api.catalog.page_mappings(project).await?.into_iter().filter(|mapping| !mapping.is_default);
    let names = std::iter::once(page_group::PROPERTY.to_owned()).chain(others.map(|mapping| format!("{}:{}", page_group::PROPERTY, mapping.name)));
    properties.splice(at..at, names.map(|name| PropertyInfo { name, types: vec!["string"], count }));
    Ok(())
}

/// The groups of the most frequent addresses.
async fn page_groups(
    api: &Api,
    project: ProjectId,
    mapping: &str,
    event: Option<String>,
    search: Option<&str>,
    limit: usize,
) -> Result<Vec<ValueInfo>, ApiError> {
    let mapping = page_mapping::of_project(api, project, &[mapping.to_owned()]).await?.into_values().next().unwrap_or_default();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for property in page_group::ADDRESSES {
        let event = event.clone();
        let addresses = api.browse(move |browse| browse.values(project, "event", property, event.as_deref(), None, MAX_VALUES)).await?;
        // Who sends whole addresses sends their paths beside them.
        if !counts.is_empty() {
            break;
        }
        for value in addresses {
            let group = value.value.as_str().map(|address| mapping.group_of(address));
            *counts.entry(group.unwrap_or_default()).or_default() += value.count;
        }
    }
    let wanted = search.unwrap_or_default().to_lowercase();
    let mut groups: Vec<(String, u64)> = counts.into_iter().filter(|(group, _)| !group.is_empty() && group.to_lowercase().contains(&wanted)).collect();
    groups.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(groups.into_iter().take(limit).map(|(group, count)| ValueInfo { value: Value::from(group), count }).collect())
}

fn read_of(of: Option<String>) -> Result<String, ApiError> {
    let of = of.unwrap_or_else(|| "event".to_owned());
    let is_known = of == "event" || of == "person" || of.strip_prefix("group:").is_some_and(|name| !name.is_empty());
    if is_known { Ok(of) } else { Err(ApiError::invalid("of", "give `event`, `person` or `group:<type>`")) }
}
