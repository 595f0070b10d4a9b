use crate::{Api, door::HealthCheck, error::ApiError};
use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use std::sync::LazyLock;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(status)).routes(routes!(contract))
}

/// For machines that look after machines: no cookie, no origin.
pub(crate) fn plain_routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(ready))
}

#[derive(Serialize, ToSchema)]
struct Status {
    version: String,
    /// Nobody can sign in yet: the token that the server printed makes the first account.
    setup_required: bool,
    demo: bool,
    /// Where the browser tag is served: `/s` makes `/s/sillage.js`.
    tag_path: String,
}

/// What everybody may know about the installation.
#[utoipa::path(get, path = "/api/status", tag = "status", responses((status = 200, body = Status)))]
async fn status(State(api): State<Api>) -> Result<Json<Status>, ApiError> {
    let setup_required = api.catalog.setup_required().await?;
    Ok(Json(Status { version: api.options.version.to_owned(), setup_required, demo: api.options.demo, tag_path: api.options.tag_path.to_string() }))
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "status", responses((status = 200, body = serde_json::Value)))]
async fn contract() -> Json<&'static crate::contract::Contract> {
    static DOCUMENT: LazyLock<crate::contract::Contract> = LazyLock::new(crate::document);
    Json(&DOCUMENT)
}

#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`, or `degraded` when a check is not.
    status: &'static str,
    checks: Vec<HealthCheck>,
}

/// What is well and what is not. Always 200 while the server answers: `degraded` is for people to look at, not for restarts.
#[utoipa::path(get, path = "/health", tag = "status", responses((status = 200, body = Health)))]
async fn health(State(api): State<Api>) -> Json<Health> {
    let mut checks = (api.health)();
    let catalog = api.catalog.setup_required().await.map(drop);
    let message = catalog.as_ref().err().map(ToString::to_string).unwrap_or_default();
    checks.push(HealthCheck { name: "catalog".to_owned(), ok: catalog.is_ok(), vital: true, message });
    let status = if checks.iter().all(|check| check.ok) { "ok" } else { "degraded" };
    Json(Health { status, checks })
}

/// Whether requests may be sent here: 200 when all vital checks are well, else 503. A disk that fills is no reason to turn anybody away.
#[utoipa::path(get, path = "/ready", tag = "status", responses((status = 200, body = Health), (status = 503, body = Health)))]
async fn ready(state: State<Api>) -> (StatusCode, Json<Health>) {
    let health = health(state).await;
    let status = if serves(&health.0.checks) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, health)
}

fn serves(checks: &[HealthCheck]) -> bool {
    checks.iter().all(|check| check.ok || !check.vital)
}

#[cfg(test)]
mod tests {
    use super::{HealthCheck, serves};

    #[test]
    fn only_what_nothing_goes_on_without_turns_requests_away() {
        let check = |ok, vital| HealthCheck { name: "disk".into(), ok, vital, message: String::new() };
        assert!(serves(&[check(true, true), check(false, false), check(true, false)]));
        assert!(!serves(&[check(true, true), check(false, true)]));
    }
}
