//! How pages are grouped: mappings under names, tried on addresses and on real traffic, and what to begin with.
//!
//! What must stay true: a question is answered by the rules of now, so history is grouped anew with every change; a mapping that a cohort or a report needs
//! is not deleted or renamed under it.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named},
    custom_property::refuse_if_read,
    error::ApiError,
    query,
    time::shown,
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{
    Question,
    page_group::{self, PageMappings},
};
use sillage_catalog::{NewAuditEntry, NewPageMapping, Project};
use sillage_event::ProjectId;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const MOST_VERSIONS: u32 = 50;
const MOST_URLS: usize = 200;
/// Distinct addresses of real traffic that are looked at, the most viewed ones.
const MOST_ADDRESSES: usize = 5000;
const MOST_LISTED: usize = 50;
const DAYS: u32 = 30;
/// What clients call a view of a page. Of a project without any of them, every event tells its page.
const PAGE_VIEWS: [&str; 3] = ["$pageview", "$mp_web_page_view", "Page View"];

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, replace, delete)).routes(routes!(check)).routes(routes!(suggest))
}

#[derive(Serialize, ToSchema)]
#[schema(as = PageMappings)]
struct List {
    page_mappings: Vec<PageMapping>,
}

/// A way of grouping pages.
#[derive(Serialize, ToSchema)]
struct PageMapping {
    id: String,
    /// Questions name its property `$page_group:<name>`.
    name: String,
    description: String,
    /// Whether `$page_group` alone means it.
    is_default: bool,
    /// In order: the first that an address meets says its group.
    rules: Vec<PageRule>,
    /// Counts changes of the rules from 1.
    version: u32,
    created_by: String,
    created_at: String,
    updated_by: String,
    updated_at: String,
}

/// Pages that are one group.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PageMappingRule)]
#[serde(deny_unknown_fields)]
struct PageRule {
    /// `glob` (`*` stands for anything), `is`, `under` (a page and all below it), `starts_with`, `ends_with`, `contains` (in any case) or `matches` (a regular expression).
    #[serde(default = "glob")]
    op: String,
    /// With a `/` in front it is compared with the path, else with the whole address.
    value: String,
    group: String,
}

fn glob() -> String {
    "glob".to_owned()
}

impl TryFrom<sillage_catalog::PageMapping> for PageMapping {
    type Error = ApiError;

    fn try_from(mapping: sillage_catalog::PageMapping) -> Result<Self, ApiError> {
        Ok(Self {
            id: mapping.id,
            name: mapping.name,
            description: mapping.description,
            is_default: mapping.is_default,
            rules: read_rules(mapping.rules)?,
            version: mapping.version,
            created_by: mapping.created_by,
            created_at: shown(mapping.created_at),
            updated_by: mapping.updated_by,
            updated_at: shown(mapping.updated_at),
        })
    }
}

fn read_rules(rules: Value) -> Result<Vec<PageRule>, ApiError> {
    serde_json::from_value(rules).map_err(|error| ApiError::internal(&error))
}

#[derive(Serialize, ToSchema)]
struct PageMappingWithVersions {
    #[serde(flatten)]
    mapping: PageMapping,
    /// Newest first; the rules of one of them can be saved again.
    versions: Vec<PageMappingVersion>,
}

#[derive(Serialize, ToSchema)]
struct PageMappingVersion {
    version: u32,
    rules: Vec<PageRule>,
    created_by: String,
    created_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPageMappingBody {
    name: String,
    description: Option<String>,
    /// Make it the project's own. The first mapping is that anyway.
    is_default: Option<bool>,
    rules: Vec<PageRule>,
}

/// The page mappings, the project's own first.
#[utoipa::path(get, path = "/api/projects/{project}/page-mappings", tag = "page_mapping", params(("project" = u32, Path)), responses((status = 200, body = List)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<List>, ApiError> {
    let mappings = api.catalog.page_mappings(inside.project.id).await?;
    Ok(axum::Json(List { page_mappings: mappings.into_iter().map(PageMapping::try_from).collect::<Result<_, _>>()? }))
}

/// Save a page mapping.
#[utoipa::path(
    post, path = "/api/projects/{project}/page-mappings", tag = "page_mapping", params(("project" = u32, Path)),
    request_body = NewPageMappingBody, responses((status = 200, body = PageMapping))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewPageMappingBody>) -> Result<axum::Json<PageMapping>, ApiError> {
    let new = checked(body)?;
    let mapping = api.catalog.create_page_mapping(inside.project.id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "page_mapping.create", &mapping).await?;
    Ok(axum::Json(mapping.try_into()?))
}

/// One page mapping, with the versions before.
#[utoipa::path(
    get, path = "/api/projects/{project}/page-mappings/{page_mapping}", tag = "page_mapping",
    params(("project" = u32, Path), ("page_mapping" = String, Path)), responses((status = 200, body = PageMappingWithVersions))
)]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<PageMappingWithVersions>, ApiError> {
    let mapping = api.catalog.page_mapping(inside.project.id, &id).await?.try_into()?;
    let version = |one: sillage_catalog::PageMappingVersion| {
        let rules = read_rules(one.rules)?;
        Ok(PageMappingVersion { version: one.version, rules, created_by: one.created_by, created_at: shown(one.created_at) })
    };
    let versions = api.catalog.page_mapping_versions(inside.project.id, &id, MOST_VERSIONS).await?;
    Ok(axum::Json(PageMappingWithVersions { mapping, versions: versions.into_iter().map(version).collect::<Result<_, ApiError>>()? }))
}

/// Save a page mapping over itself: its name, its rules and their order. History is grouped by the rules of now.
#[utoipa::path(
    put, path = "/api/projects/{project}/page-mappings/{page_mapping}", tag = "page_mapping",
    params(("project" = u32, Path), ("page_mapping" = String, Path)), request_body = NewPageMappingBody, responses((status = 200, body = PageMapping))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    Named(id): Named,
    Json(body): Json<NewPageMappingBody>,
) -> Result<axum::Json<PageMapping>, ApiError> {
    let before = api.catalog.page_mapping(inside.project.id, &id).await?;
    let new = checked(body)?;
    if before.name != new.name.trim() {
        refuse_if_needed(&api, inside.project.id, &before.name, "renamed").await?;
    }
    let mapping = api.catalog.update_page_mapping(inside.project.id, &id, &new, &inside.caller.shown()).await?;
    record(&api, &inside, "page_mapping.change", &mapping).await?;
    Ok(axum::Json(mapping.try_into()?))
}

/// Delete a page mapping that no cohort and no report needs.
#[utoipa::path(
    delete, path = "/api/projects/{project}/page-mappings/{page_mapping}", tag = "page_mapping",
    params(("project" = u32, Path), ("page_mapping" = String, Path)), responses((status = 204))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, Named(id): Named) -> Result<StatusCode, ApiError> {
    let mapping = api.catalog.page_mapping(inside.project.id, &id).await?;
    refuse_if_needed(&api, inside.project.id, &mapping.name, "deleted").await?;
    if mapping.is_default {
        if api.catalog.page_mappings(inside.project.id).await?.len() > 1 {
            return Err(ApiError::new(StatusCode::CONFLICT, "needed", "it is the project's own mapping; make another one so first"));
        }
        refuse_if_needed(&api, inside.project.id, "", "deleted").await?;
    }
    api.catalog.delete_page_mapping(inside.project.id, &id).await?;
    record(&api, &inside, "page_mapping.delete", &mapping).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageMappingToCheck {
    rules: Vec<PageRule>,
    /// Addresses to try them on, at most 200.
    urls: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
struct PageMappingCheck {
    urls: Vec<CheckedUrl>,
    traffic: PageTraffic,
}

/// What becomes of an address.
#[derive(Serialize, ToSchema)]
struct CheckedUrl {
    url: String,
    /// Its path with ids folded where no rule takes it.
    group: String,
    /// Positions of the rules that it meets, from 0; the first says the group.
    rules: Vec<usize>,
}

/// What becomes of the views of pages of the last 30 days.
#[derive(Serialize, ToSchema)]
struct PageTraffic {
    views: u64,
    /// Of pages that no rule takes.
    unmapped_views: u64,
    /// Views that each rule gave their group, rule by rule.
    by_rule: Vec<u64>,
    /// Addresses that rules of different groups meet, most viewed first.
    overlaps: Vec<PageOverlap>,
    overlaps_in_all: usize,
    /// Pages that no rule takes, ids folded, most viewed first.
    unmapped: Vec<PageCount>,
    unmapped_in_all: usize,
}

#[derive(Serialize, ToSchema)]
struct PageOverlap {
    url: String,
    views: u64,
    /// Positions of the rules, from 0; the first says the group.
    rules: Vec<usize>,
}

#[derive(Serialize, ToSchema)]
struct PageCount {
    page: String,
    views: u64,
}

/// Try rules, saved or not, on addresses and on the traffic of the last 30 days.
#[utoipa::path(
    post, path = "/api/projects/{project}/page-mappings/check", tag = "page_mapping", params(("project" = u32, Path)),
    request_body = PageMappingToCheck, responses((status = 200, body = PageMappingCheck))
)]
async fn check(State(api): State<Api>, inside: Inside<ToRead>, Json(body): Json<PageMappingToCheck>) -> Result<axum::Json<PageMappingCheck>, ApiError> {
    let mapping = mapping_of(&body.rules)?;
    let urls = body.urls.unwrap_or_default();
    if urls.len() > MOST_URLS {
        return Err(ApiError::invalid("urls", format!("takes at most {MOST_URLS} addresses")));
    }
    let urls = urls.into_iter().map(|url| CheckedUrl { group: mapping.group_of(&url), rules: mapping.met(&url).collect(), url }).collect();
    let addresses = addresses(&api, &inside.project).await?;
    let coverage = mapping.coverage(&addresses);
    let (overlaps_in_all, unmapped_in_all) = (coverage.overlaps.len(), coverage.unmapped.len());
    let overlap = |one: page_group::Overlap| PageOverlap { url: one.address, views: one.views, rules: one.rules };
    let traffic = PageTraffic {
        views: coverage.views,
        unmapped_views: coverage.unmapped_views,
        by_rule: coverage.by_rule,
        overlaps: coverage.overlaps.into_iter().take(MOST_LISTED).map(overlap).collect(),
        overlaps_in_all,
        unmapped: coverage.unmapped.into_iter().take(MOST_LISTED).map(|(page, views)| PageCount { page, views }).collect(),
        unmapped_in_all,
    };
    Ok(axum::Json(PageMappingCheck { urls, traffic }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PageMappingToComplete {
    /// Pages that these take are left alone.
    rules: Option<Vec<PageRule>>,
    /// Parts of the path that make a group, 1 to 4; 1 without it.
    depth: Option<usize>,
    /// What the page without a path is called; `Home` without it.
    home: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct PageSuggestions {
    /// Most viewed first.
    suggestions: Vec<PageSuggestion>,
}

/// A rule, and what of the last 30 days it would take.
#[derive(Serialize, ToSchema)]
struct PageSuggestion {
    rule: PageRule,
    /// Distinct pages, ids folded.
    pages: usize,
    views: u64,
    /// Its part of all views.
    share: f64,
    examples: Vec<String>,
}

/// Rules for pages of real traffic that no rule takes yet.
#[utoipa::path(
    post, path = "/api/projects/{project}/page-mappings/suggestions", tag = "page_mapping", params(("project" = u32, Path)),
    request_body = PageMappingToComplete, responses((status = 200, body = PageSuggestions))
)]
async fn suggest(State(api): State<Api>, inside: Inside<ToRead>, Json(body): Json<PageMappingToComplete>) -> Result<axum::Json<PageSuggestions>, ApiError> {
    let mapping = mapping_of(&body.rules.unwrap_or_default())?;
    let depth = body.depth.unwrap_or(1);
    if !(1..=4).contains(&depth) {
        return Err(ApiError::invalid("depth", "must lie between 1 and 4"));
    }
    let addresses = addresses(&api, &inside.project).await?;
    let all: u64 = addresses.iter().map(|(_, views)| views).sum();
    let suggestions = mapping.suggestions(&addresses, depth, body.home.as_deref().unwrap_or("Home"));
    let shown = |one: page_group::Suggestion| PageSuggestion {
        rule: PageRule { op: one.op.to_owned(), value: one.value, group: one.group },
        pages: one.pages,
        views: one.views,
        share: one.views as f64 / all.max(1) as f64,
        examples: one.examples,
    };
    Ok(axum::Json(PageSuggestions { suggestions: suggestions.into_iter().take(MOST_LISTED).map(shown).collect() }))
}

/// Gives a question the mappings that it names and does not bring.
pub(crate) async fn use_in(api: &Api, project: ProjectId, question: &mut Question) -> Result<(), ApiError> {
    let names = question.page_mapping_names();
    if names.is_empty() {
        return Ok(());
    }
    question.give_page_mappings(&of_project(api, project, &names.into_iter().collect::<Vec<_>>()).await?);
    Ok(())
}

/// Mappings of the project, read; those that there are none of are missing.
pub(crate) async fn of_project(api: &Api, project: ProjectId, names: &[String]) -> Result<PageMappings, ApiError> {
    let mut found = PageMappings::new();
    for one in api.catalog.page_mappings(project).await? {
        let mapping = Arc::new(page_group::PageMapping::from_json(&one.rules, "rules")?);
        if one.is_default && names.iter().any(String::is_empty) {
            found.insert(String::new(), Arc::clone(&mapping));
        }
        if names.contains(&one.name) {
            found.insert(one.name, mapping);
        }
    }
    Ok(found)
}

fn checked(body: NewPageMappingBody) -> Result<NewPageMapping, ApiError> {
    mapping_of(&body.rules)?;
    let rules = json!(body.rules);
    Ok(NewPageMapping { name: body.name, description: body.description.unwrap_or_default(), is_default: body.is_default.unwrap_or(false), rules })
}

fn mapping_of(rules: &[PageRule]) -> Result<page_group::PageMapping, ApiError> {
    Ok(page_group::PageMapping::from_json(&json!(rules), "rules")?)
}

/// Addresses of the pages seen in the last days, with their views.
async fn addresses(api: &Api, project: &Project) -> Result<Vec<(String, u64)>, ApiError> {
    let found = addresses_of(api, project, json!({"any_of": PAGE_VIEWS})).await?;
    if found.is_empty() { addresses_of(api, project, json!({"event": null})).await } else { Ok(found) }
}

async fn addresses_of(api: &Api, project: &Project, select: Value) -> Result<Vec<(String, u64)>, ApiError> {
    let breakdown: Vec<Value> = page_group::ADDRESSES.iter().map(|property| json!({"property": property})).collect();
    let question = json!({
        "kind": "trend", "series": [{"select": select}], "range": {"last": DAYS, "unit": "day"}, "interval": "month",
        "breakdown": breakdown, "top": MOST_ADDRESSES,
    });
    let reply = query::answer(api, project, Question::from_json(&question)?, None).await?;
    let mut views: BTreeMap<String, u64> = BTreeMap::new();
    for series in reply.answer["series"].as_array().into_iter().flatten() {
        let segment = series["breakdown"].as_array().into_iter().flatten();
        let address = segment.filter_map(Value::as_str).find(|address| !address.is_empty());
        if let (Some(address), Some(n)) = (address, series["total"].as_f64()) {
            *views.entry(address.to_owned()).or_default() += n as u64;
        }
    }
    Ok(views.into_iter().collect())
}

/// Refuses when cohorts or reports need a mapping, and says which.
async fn refuse_if_needed(api: &Api, project: ProjectId, name: &str, done: &str) -> Result<(), ApiError> {
    refuse_if_read(api, project, &|property| page_group::mapping_names(&[property.to_owned()]).contains(name), done).await
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, mapping: &sillage_catalog::PageMapping) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    let details = json!({"name": mapping.name, "version": mapping.version});
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: &mapping.id, details };
    Ok(api.catalog.record(entry).await?)
}
