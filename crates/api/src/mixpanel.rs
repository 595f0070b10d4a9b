//! The doors that the official Mixpanel clients knock at, unchanged but for the host.

use crate::{
    Api,
    ingest::{Delivery, Refusal, keep},
    recording::receive_mixpanel,
    tag::TagPath,
};
use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use sillage_wire::{Protocol, Reply, mixpanel_reply};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(track))
        .routes(routes!(import))
        .routes(routes!(engage))
        .routes(routes!(groups))
        .routes(routes!(settings))
        .routes(routes!(decide))
        .routes(routes!(flags))
        .routes(routes!(record))
}

/// The same doors with a slash at the end, as the browser client writes them.
pub(crate) fn twins() -> Router<Api> {
    Router::new()
        .route("/track/", get(track).post(track))
        .route("/import/", get(import).post(import))
        .route("/engage/", get(engage).post(engage))
        .route("/groups/", get(groups).post(groups))
        .route("/settings/", get(settings))
        .route("/decide/", get(decide).post(decide))
        .route("/flags/", get(flags).post(flags))
        .route("/record/", post(record))
}

/// The doors of browsers below the tag's path and under names that say nothing, for `api_host` and `api_routes` of the client: lists of blocked
/// addresses know the usual ones.
pub(crate) fn renamed(path: &TagPath) -> Router<Api> {
    ["", "/"].into_iter().fold(Router::new(), |router, slash| {
        router
            .route(&format!("{path}/t{slash}"), get(track).post(track))
            .route(&format!("{path}/p{slash}"), get(engage).post(engage))
            .route(&format!("{path}/g{slash}"), get(groups).post(groups))
    })
}

/// Events of browsers and apps, for at most five days.
#[utoipa::path(
    method(get, post), path = "/track", tag = "mixpanel", params(("data" = Option<String>, Query), ("verbose" = Option<u8>, Query)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 400, body = String, content_type = "text/plain"))
)]
async fn track(State(api): State<Api>, request: Request) -> Response {
    receive(&api, Protocol::Track, request).await
}

/// Events of any age, from servers. The client for Node.js sends a single one by GET.
#[utoipa::path(
    method(get, post), path = "/import", tag = "mixpanel", params(("data" = Option<String>, Query), ("strict" = Option<u8>, Query), ("project_id" = Option<String>, Query)),
    request_body(content = Value), responses((status = 200, body = Value), (status = 400, body = Value), (status = 401, body = Value))
)]
async fn import(State(api): State<Api>, request: Request) -> Response {
    receive(&api, Protocol::Import, request).await
}

/// Changes of people's profiles.
#[utoipa::path(
    method(get, post), path = "/engage", tag = "mixpanel", params(("data" = Option<String>, Query), ("verbose" = Option<u8>, Query)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 400, body = String, content_type = "text/plain"))
)]
async fn engage(State(api): State<Api>, request: Request) -> Response {
    receive(&api, Protocol::Engage, request).await
}

/// Changes of groups' profiles.
#[utoipa::path(
    method(get, post), path = "/groups", tag = "mixpanel", params(("data" = Option<String>, Query), ("verbose" = Option<u8>, Query)),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 400, body = String, content_type = "text/plain"))
)]
async fn groups(State(api): State<Api>, request: Request) -> Response {
    receive(&api, Protocol::Groups, request).await
}

/// Settings of the browser client: it keeps its own.
#[utoipa::path(get, path = "/settings", tag = "mixpanel", responses((status = 200, body = Value)))]
async fn settings() -> Json<Value> {
    Json(json!({"sdk_config": {"config": {}}}))
}

/// What old browser clients ask at their start: nothing to decide.
#[utoipa::path(method(get, post), path = "/decide", tag = "mixpanel", responses((status = 200, body = Value)))]
async fn decide() -> Json<Value> {
    Json(json!({"notifications": [], "surveys": [], "config": {"enable_collect_everything": false}}))
}

/// Feature flags: there are none.
#[utoipa::path(method(get, post), path = "/flags", tag = "mixpanel", responses((status = 200, body = Value)))]
async fn flags() -> Json<Value> {
    Json(json!({"flags": {}, "pending_first_time_events": []}))
}

/// Batches of session recordings. Success means that the batch is on the disk.
#[utoipa::path(
    post, path = "/record", tag = "mixpanel", params(("replay_id" = String, Query), ("seq" = u32, Query), ("format" = Option<String>, Query)),
    responses((status = 200, body = Value), (status = 400, body = Value), (status = 401, body = Value), (status = 429, body = Value), (status = 503, body = Value))
)]
async fn record(State(api): State<Api>, request: Request) -> Response {
    receive_mixpanel(&api, request).await
}

async fn receive(api: &Api, protocol: Protocol, request: Request) -> Response {
    let (delivery, read) = Delivery::read(api, protocol, request).await;
    let kept = match read {
        Ok(()) => keep(api, &delivery).await,
        Err(error) => Err(error.into()),
    };
    match kept {
        Ok((decoded, _)) => response(mixpanel_reply(&delivery.received(), Ok(&decoded))),
        Err(Refusal::Wire(error)) => response(mixpanel_reply(&delivery.received(), Err(&error))),
        Err(Refusal::Other(error)) => error.into_response(),
    }
}

fn response(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
    let mut response = (status, reply.body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(seconds) = reply.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
