use crate::{
    Api,
    access::{Inside, ToAdminister},
    body::{Json, Named},
    error::ApiError,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_catalog::{NewAuditEntry, Scope, Scopes};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(delete))
}

#[derive(Serialize, ToSchema)]
struct ApiKeys {
    keys: Vec<ApiKey>,
}

#[derive(Serialize, ToSchema)]
struct ApiKey {
    id: String,
    name: String,
    /// Of `read`, `write`, `admin`.
    scopes: Vec<&'static str>,
    created_at: String,
    last_used_at: Option<String>,
}

impl From<sillage_catalog::ApiKey> for ApiKey {
    fn from(key: sillage_catalog::ApiKey) -> Self {
        Self {
            id: key.id,
            name: key.name,
            scopes: key.scopes.iter().map(Scope::as_str).collect(),
            created_at: shown(key.created_at),
            last_used_at: shown_if(key.last_used_at),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    name: String,
    /// Of `read`, `write`, `admin`; one does not contain another.
    scopes: Vec<String>,
}

#[derive(Serialize, ToSchema)]
struct CreatedApiKey {
    #[serde(flatten)]
    key: ApiKey,
    /// Shown this once.
    secret: String,
}

/// The project's API keys, without their secrets.
#[utoipa::path(get, path = "/api/projects/{project}/keys", tag = "key", params(("project" = u32, Path)), responses((status = 200, body = ApiKeys)))]
async fn list(State(api): State<Api>, inside: Inside<ToAdminister>) -> Result<axum::Json<ApiKeys>, ApiError> {
    let keys = api.catalog.api_keys(inside.project.id).await?;
    Ok(axum::Json(ApiKeys { keys: keys.into_iter().map(ApiKey::from).collect() }))
}

/// Make an API key.
#[utoipa::path(post, path = "/api/projects/{project}/keys", tag = "key", params(("project" = u32, Path)), request_body = NewApiKey, responses((status = 200, body = CreatedApiKey)))]
async fn create(State(api): State<Api>, inside: Inside<ToAdminister>, Json(body): Json<NewApiKey>) -> Result<axum::Json<CreatedApiKey>, ApiError> {
    let read = |(position, text): (usize, &String)| {
        Scope::parse(text).ok_or_else(|| ApiError::invalid(&format!("scopes[{position}]"), "give `read`, `write` or `admin`"))
    };
    let scopes = Scopes::new(body.scopes.iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?);
    let actor = inside.caller.actor();
    let (key, secret) = api.catalog.create_api_key(inside.project.id, &body.name, &scopes, &actor).await?;
    let details = json!({"name": key.name, "scopes": scopes.to_string()});
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "key.create", object: &key.id, details };
    api.catalog.record(entry).await?;
    Ok(axum::Json(CreatedApiKey { key: key.into(), secret }))
}

/// End an API key at once.
#[utoipa::path(delete, path = "/api/projects/{project}/keys/{key}", tag = "key", params(("project" = u32, Path), ("key" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToAdminister>, Named(key): Named) -> Result<StatusCode, ApiError> {
    api.catalog.delete_api_key(inside.project.id, &key).await?;
    let actor = inside.caller.actor();
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "key.delete", object: &key, details: json!({}) };
    api.catalog.record(entry).await?;
    Ok(StatusCode::NO_CONTENT)
}
