use crate::{
    Api,
    access::{Caller, Inside, OfInstallation, ToAdminister, ToRead, role_of},
    body::{Json, Query},
    error::ApiError,
    time::shown,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_catalog::{NewAuditEntry, NewProject, ProjectChange, Role, WeekStart};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, change)).routes(routes!(rotate_write_key)).routes(routes!(audit))
}

#[derive(Serialize, ToSchema)]
pub(crate) struct Project {
    id: u32,
    name: String,
    /// An IANA name: `Europe/Paris`.
    timezone: String,
    /// `monday` or `sunday`
    week_start: &'static str,
    session_timeout_minutes: u32,
    /// Public: it lets events in and nothing out.
    write_key: String,
    /// How many events are kept; null when it cannot be told now.
    events: Option<u64>,
    created_at: String,
    /// What the caller may do here: `admin`, `editor` or `viewer`.
    role: &'static str,
}

impl Project {
    pub(crate) async fn with_events(api: &Api, project: sillage_catalog::Project, role: Role) -> Result<Self, ApiError> {
        let id = project.id;
        let names = api.browse(move |browse| browse.names(id)).await;
        Ok(Self {
            id: id.0,
            name: project.name,
            timezone: project.timezone,
            week_start: project.week_start.as_str(),
            session_timeout_minutes: project.session_timeout_minutes,
            write_key: project.write_key,
            events: names.ok().map(|names| names.iter().map(|name| name.count).sum()),
            created_at: shown(project.created_at),
            role: role.as_str(),
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProjectBody {
    name: String,
    timezone: String,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProjectChangeBody {
    name: Option<String>,
    timezone: Option<String>,
    /// `monday` or `sunday`
    week_start: Option<String>,
    session_timeout_minutes: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct Projects {
    projects: Vec<Project>,
}

/// The projects that the caller may see; an API key sees its own.
#[utoipa::path(get, path = "/api/projects", tag = "project", responses((status = 200, body = Projects)))]
async fn list(State(api): State<Api>, caller: Caller) -> Result<axum::Json<Projects>, ApiError> {
    let visible = match &caller {
        Caller::User(signed_in) => api.catalog.projects_of(&signed_in.user).await?,
        Caller::Key(key) => vec![(api.catalog.project(key.project).await?, role_of(key))],
    };
    let mut projects = Vec::with_capacity(visible.len());
    for (project, role) in visible {
        projects.push(Project::with_events(&api, project, role).await?);
    }
    Ok(axum::Json(Projects { projects }))
}

/// Make a project.
#[utoipa::path(post, path = "/api/projects", tag = "project", request_body = NewProjectBody, responses((status = 200, body = Project)))]
async fn create(State(api): State<Api>, OfInstallation(caller): OfInstallation, Json(body): Json<NewProjectBody>) -> Result<axum::Json<Project>, ApiError> {
    let project = api.catalog.create_project(&NewProject { name: body.name, timezone: body.timezone }).await?;
    let entry = NewAuditEntry { actor: &caller.actor(), project: Some(project.id), action: "project.create", object: &project.name, details: Value::Null };
    api.catalog.record(entry).await?;
    Ok(axum::Json(Project::with_events(&api, project, Role::Admin).await?))
}

/// One project.
#[utoipa::path(get, path = "/api/projects/{project}", tag = "project", params(("project" = u32, Path)), responses((status = 200, body = Project)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<Project>, ApiError> {
    Ok(axum::Json(Project::with_events(&api, inside.project, inside.role).await?))
}

/// Change a project. History is read with the new settings.
#[utoipa::path(patch, path = "/api/projects/{project}", tag = "project", params(("project" = u32, Path)), request_body = ProjectChangeBody, responses((status = 200, body = Project)))]
async fn change(State(api): State<Api>, inside: Inside<ToAdminister>, Json(body): Json<ProjectChangeBody>) -> Result<axum::Json<Project>, ApiError> {
    let read_week_start = |text: &str| WeekStart::parse(text).ok_or_else(|| ApiError::invalid("week_start", "give `monday` or `sunday`"));
    let change = ProjectChange {
        name: body.name,
        timezone: body.timezone,
        week_start: body.week_start.as_deref().map(read_week_start).transpose()?,
        session_timeout_minutes: body.session_timeout_minutes,
    };
    let project = api.catalog.update_project(inside.project.id, &change).await?;
    let details = json!({
        "name": project.name, "timezone": project.timezone,
        "week_start": project.week_start.as_str(), "session_timeout_minutes": project.session_timeout_minutes,
    });
    let entry = NewAuditEntry { actor: &inside.caller.actor(), project: Some(project.id), action: "project.change", object: &project.name, details };
    api.catalog.record(entry).await?;
    Ok(axum::Json(Project::with_events(&api, project, inside.role).await?))
}

/// Give the project a new write key; the old one works for a week more.
#[utoipa::path(post, path = "/api/projects/{project}/write-key", tag = "project", params(("project" = u32, Path)), responses((status = 200, body = Project)))]
async fn rotate_write_key(State(api): State<Api>, inside: Inside<ToAdminister>) -> Result<axum::Json<Project>, ApiError> {
    let project = api.catalog.rotate_write_key(inside.project.id).await?;
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(project.id), action: "write_key.rotate", object: &project.name, details: Value::Null };
    api.catalog.record(entry).await?;
    Ok(axum::Json(Project::with_events(&api, project, inside.role).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct AuditQuery {
    /// The position of the last entry of the page before.
    before: Option<i64>,
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct Audit {
    entries: Vec<AuditEntry>,
}

#[derive(Serialize, ToSchema)]
struct AuditEntry {
    position: i64,
    at: String,
    /// `user:<id>`, `key:<id>` or `console`
    actor: String,
    /// A noun and a verb: `report.delete`.
    action: String,
    object: String,
    details: Value,
}

/// Who did what in the project, the latest first.
#[utoipa::path(get, path = "/api/projects/{project}/audit", tag = "project", params(("project" = u32, Path), AuditQuery), responses((status = 200, body = Audit)))]
async fn audit(State(api): State<Api>, inside: Inside<ToAdminister>, Query(query): Query<AuditQuery>) -> Result<axum::Json<Audit>, ApiError> {
    let entries = api.catalog.audit(Some(inside.project.id), query.before, query.limit.unwrap_or(100).clamp(1, 1000)).await?;
    let shown = entries.into_iter().map(|entry| AuditEntry {
        position: entry.position,
        at: shown(entry.at),
        actor: entry.actor,
        action: entry.action,
        object: entry.object,
        details: entry.details,
    });
    Ok(axum::Json(Audit { entries: shown.collect() }))
}
