//! What whoever has a link to a board is answered: the board, and what its tiles show.
//!
//! What must stay true: a link opens its board and nothing else, and no answer opens people; an address that is wrong, revoked or of a board that is
//! gone answers like one that never was; strangers take only a share of the places where questions are answered, and no answer is asked anew for them.

use super::stripped::{SharedBoardBody, SharedTile};
use crate::{
    Api,
    board::{self, TileLook},
    body::Json,
    client_address::{client_address, throttle_key},
    error::ApiError,
    time::shown,
    written,
};
use axum::{
    extract::{FromRequestParts, RawPathParams, State},
    http::{HeaderName, HeaderValue, StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sillage_catalog::{MAX_PASSWORD_BYTES, Project, ShareKind, ShareLink};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Carries that somebody gave the password: no cookie, since none of ours reaches a frame on another site.
const PASS: &str = "x-share-pass";
/// Who asks when so many by link wait already is told to come back.
const WAIT: std::time::Duration = std::time::Duration::from_secs(20);

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(open)).routes(routes!(unlock)).routes(routes!(tile))
}

/// What a link opens.
#[derive(Serialize, ToSchema)]
struct OpenedLink {
    /// It asks for a password, and tells nothing before.
    locked: bool,
    /// When it expires, if it does.
    expires_at: Option<String>,
    /// Whoever looks may choose another range.
    range_open: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    board: Option<SharedBoardBody>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GivenPassword {
    password: String,
}

/// That somebody gave the password.
#[derive(Serialize, ToSchema)]
struct SharePass {
    /// Goes into the header `X-Share-Pass`.
    pass: String,
    /// Then it is asked for again.
    expires_at: String,
}

/// How whoever looks by a link wants to see it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SharedLook {
    /// In place of the board's range, where the link allows it.
    #[schema(value_type = Option<written::Range>)]
    range: Option<Value>,
    /// The language of what is said: `en` or `fr`.
    language: Option<String>,
}

/// The board that a link opens, once its password was given if it has one. An address that opens nothing answers 404; one that has expired says so.
#[utoipa::path(
    get, path = "/api/shared/boards/{token}", tag = "shared_board",
    params(("token" = String, Path), ("X-Share-Pass" = Option<String>, Header, description = "Of a link with a password: what giving it was answered with")),
    responses((status = 200, body = OpenedLink))
)]
async fn open(State(api): State<Api>, visit: Visit) -> Result<Response, ApiError> {
    let Visit { link, project, is_locked, .. } = visit;
    let board = if is_locked {
        None
    } else {
        let board = SharedBoardBody::of(board::of_link(&api, project.id, &link.opens.id).await?, &project);
        api.catalog.count_share_opening(&link).await?;
        Some(board)
    };
    let opened = OpenedLink { locked: is_locked, expires_at: link.terms.expires_at.map(shown), range_open: link.terms.is_range_open, board };
    Ok(unindexed(axum::Json(opened)))
}

/// Give the password of a link, once.
#[utoipa::path(
    post, path = "/api/shared/boards/{token}/unlock", tag = "shared_board", params(("token" = String, Path)), request_body = GivenPassword,
    responses((status = 200, body = SharePass))
)]
async fn unlock(State(api): State<Api>, visit: Visit, Json(body): Json<GivenPassword>) -> Result<Response, ApiError> {
    let now = api.clock.now_ms();
    api.throttle.try_address(visit.address, now)?;
    api.throttle.try_account(&account_of(&visit.link), now)?;
    let wrong =
        || ApiError { field: Some("password".to_owned()), ..ApiError::new(StatusCode::FORBIDDEN, "wrong_password", "this is not the password of this link") };
    if body.password.len() > MAX_PASSWORD_BYTES {
        return Err(wrong());
    }
    let (pass, expires_at) = api.catalog.unlock_share_link(&visit.link, &body.password).await?.ok_or_else(wrong)?;
    api.throttle.forgive(visit.address, &account_of(&visit.link));
    Ok(unindexed(axum::Json(SharePass { pass, expires_at: shown(expires_at) })))
}

/// What a tile of the board shows. Nothing in it opens people, recordings or another question.
#[utoipa::path(
    post, path = "/api/shared/boards/{token}/tiles/{tile}", tag = "shared_board",
    params(("token" = String, Path), ("tile" = String, Path), ("X-Share-Pass" = Option<String>, Header)), request_body = SharedLook,
    responses((status = 200, body = SharedTile))
)]
async fn tile(State(api): State<Api>, visit: Visit, Json(look): Json<SharedLook>) -> Result<Response, ApiError> {
    if visit.is_locked {
        return Err(ApiError::new(StatusCode::FORBIDDEN, "locked", "give the password of this link first"));
    }
    if look.range.is_some() && !visit.link.terms.is_range_open {
        return Err(ApiError::invalid("range", "whoever made this link keeps its range; leave this out"));
    }
    let look = TileLook { range: look.range, language: look.language, ..TileLook::default() };
    let busy = || ApiError::too_many(5, "many people look at once, ask again in a moment");
    let place = tokio::time::timeout(WAIT, api.places_by_link.acquire()).await.map_err(|_| busy())?;
    let _place = place.map_err(|closed| ApiError::internal(&closed))?;
    let shown = board::seen_by_link(&api, &visit.project, &visit.link.opens.id, &visit.tile, &look).await.map_err(told_to_strangers)?;
    Ok(unindexed(axum::Json(SharedTile::from(shown))))
}

/// Somebody at a link that is open.
struct Visit {
    link: ShareLink,
    project: Project,
    /// It has a password, which was not given.
    is_locked: bool,
    address: IpAddr,
    tile: String,
}

impl FromRequestParts<Api> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
        let named = |name: &str| path.iter().find(|(one, _)| *one == name).map(|(_, value)| value.to_owned()).unwrap_or_default();
        let address = throttle_key(client_address(&parts.headers, &parts.extensions, &api.options.trusted_proxies));
        api.throttle.try_look(address, api.clock.now_ms())?;
        let link = open_link(api, &named("token")).await?;
        let project = api.catalog.project(link.opens.project).await?;
        let pass = parts.headers.get(PASS).and_then(|pass| pass.to_str().ok()).unwrap_or_default();
        let is_locked = link.has_password && !api.catalog.is_share_pass(&link, pass).await?;
        Ok(Self { link, project, is_locked, address, tile: named("tile") })
    }
}

/// The link of an address, which still opens something.
pub(super) async fn open_link(api: &Api, token: &str) -> Result<ShareLink, ApiError> {
    let link = api.catalog.share_link_of_token(ShareKind::Board, token).await?.ok_or_else(ApiError::not_found)?;
    if link.is_expired(api.clock.now_ms()) {
        return Err(ApiError::new(StatusCode::NOT_FOUND, "link_expired", "this link has expired; ask whoever gave it to you for another one"));
    }
    Ok(link)
}

/// What is wrong with a question is for those who may change it: it names cohorts, events and conditions.
fn told_to_strangers(error: ApiError) -> ApiError {
    let is_of_look = error.field.as_ref().is_some_and(|field| field.starts_with("range") || field == "language");
    let is_plain = !matches!(error.status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT);
    if is_of_look || is_plain {
        return error;
    }
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "not_answered", "this tile cannot be answered as it is; tell whoever shared the board")
}

/// Wrong passwords are counted for the link, as for an account: no address has an @ at its beginning.
fn account_of(link: &ShareLink) -> String {
    format!("@link {}", link.id)
}

/// Search engines keep away.
fn unindexed(answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}
