//! Links to a board for people without an account: making them, changing them, taking them back. What they open is in `share/door.rs`.
//!
//! What must stay true: only those who may change a board give it out, and every change of a link is in the activity log.

mod door;
mod page;
mod stripped;

pub(crate) use page::page_routes;

use crate::{
    Api,
    access::{Inside, Need, ToWrite},
    body::Json,
    error::ApiError,
    time::shown,
};
use axum::{
    extract::{FromRequestParts, RawPathParams, State},
    http::request::Parts,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_catalog::{DefinitionKind, NewAuditEntry, ShareKind, ShareLink as Kept, ShareTerms, Shared};
use sillage_event::{ProjectId, time};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(change)).routes(routes!(revoke)).merge(door::routes())
}

#[derive(Serialize, ToSchema)]
struct ShareLinks {
    /// The latest first.
    links: Vec<ShareLink>,
}

/// A link to a board.
#[derive(Serialize, ToSchema)]
struct ShareLink {
    id: String,
    /// What stands in its address: `/shared/boards/<token>` on the screens. Null once it was revoked.
    token: Option<String>,
    /// For whom it is.
    name: String,
    /// `open`, `expired` or `revoked`
    state: &'static str,
    has_password: bool,
    /// Null: it does not expire.
    expires_at: Option<String>,
    /// Other pages may show it in a frame.
    embed: bool,
    /// Which pages may, by their origins; none: all.
    embed_from: Vec<String>,
    /// Whoever looks may choose another range.
    range_open: bool,
    created_by: String,
    created_at: String,
    revoked_at: Option<String>,
    /// How often it was opened, and when last.
    opened: i64,
    opened_at: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewShareLink {
    /// For whom it is, so that links can be told apart.
    #[serde(default)]
    name: String,
    /// RFC 3339; it does not expire where nothing is said.
    expires_at: Option<String>,
    /// At least eight characters. Of a change: what is left out leaves it, an empty one takes it off.
    password: Option<String>,
    /// Other pages may show it in a frame.
    #[serde(default)]
    embed: bool,
    /// Which pages may, as origins such as `https://wiki.example.com`; none: all.
    #[serde(default)]
    embed_from: Vec<String>,
    /// Whoever looks may choose another range; they may where nothing is said.
    #[serde(default = "yes")]
    range_open: bool,
}

fn yes() -> bool {
    true
}

impl NewShareLink {
    fn terms(&self) -> Result<ShareTerms, ApiError> {
        let at = |text: &String| time::from_text(text).ok_or_else(|| ApiError::invalid("expires_at", "give a time such as 2026-01-31T12:00:00Z"));
        Ok(ShareTerms {
            name: self.name.clone(),
            expires_at: self.expires_at.as_ref().map(at).transpose()?,
            is_embeddable: self.embed,
            embed_origins: self.embed_from.clone(),
            is_range_open: self.range_open,
        })
    }
}

impl ShareLink {
    async fn of(api: &Api, kept: Kept) -> Result<Self, ApiError> {
        let is_revoked = kept.revoked_at.is_some();
        let state = if is_revoked {
            "revoked"
        } else if kept.is_expired(api.clock.now_ms()) {
            "expired"
        } else {
            "open"
        };
        Ok(Self {
            token: if is_revoked { None } else { Some(api.catalog.share_token(&kept.id).await?) },
            id: kept.id,
            name: kept.terms.name,
            state,
            has_password: kept.has_password,
            expires_at: kept.terms.expires_at.map(shown),
            embed: kept.terms.is_embeddable,
            embed_from: kept.terms.embed_origins,
            range_open: kept.terms.is_range_open,
            created_by: kept.created_by,
            created_at: shown(kept.created_at),
            revoked_at: kept.revoked_at.map(shown),
            opened: kept.opened,
            opened_at: kept.opened_at.map(shown),
        })
    }
}

/// The links of a board. Whoever sees them can open them, so they are for those who may make some.
#[utoipa::path(get, path = "/api/projects/{project}/boards/{board}/links", tag = "share", params(("project" = u32, Path), ("board" = String, Path)), responses((status = 200, body = ShareLinks)))]
async fn list(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<axum::Json<ShareLinks>, ApiError> {
    let mut links = Vec::new();
    for kept in api.catalog.share_links(&place.shared(&api, inside.project.id).await?).await? {
        links.push(ShareLink::of(&api, kept).await?);
    }
    Ok(axum::Json(ShareLinks { links }))
}

/// Make a link that opens a board, and nothing else, to whoever has it.
#[utoipa::path(
    post, path = "/api/projects/{project}/boards/{board}/links", tag = "share", params(("project" = u32, Path), ("board" = String, Path)),
    request_body = NewShareLink, responses((status = 200, body = ShareLink))
)]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, place: Place, Json(body): Json<NewShareLink>) -> Result<axum::Json<ShareLink>, ApiError> {
    let of = place.shared(&api, inside.project.id).await?;
    let password = body.password.as_deref().filter(|password| !password.is_empty());
    let kept = api.catalog.create_share_link(&of, &body.terms()?, password, &inside.caller.shown()).await?;
    record(&api, &inside, "board.share", &kept).await?;
    Ok(axum::Json(ShareLink::of(&api, kept).await?))
}

/// Change a link: for whom it is, until when, its password, where it may be embedded.
#[utoipa::path(
    put, path = "/api/projects/{project}/boards/{board}/links/{link}", tag = "share",
    params(("project" = u32, Path), ("board" = String, Path), ("link" = String, Path)), request_body = NewShareLink, responses((status = 200, body = ShareLink))
)]
async fn change(State(api): State<Api>, inside: Inside<ToWrite>, place: Place, Json(body): Json<NewShareLink>) -> Result<axum::Json<ShareLink>, ApiError> {
    let of = place.shared(&api, inside.project.id).await?;
    let kept = api.catalog.change_share_link(&of, &place.link, &body.terms()?, body.password.as_deref()).await?;
    record(&api, &inside, "board.share_change", &kept).await?;
    Ok(axum::Json(ShareLink::of(&api, kept).await?))
}

/// Take a link back, for good.
#[utoipa::path(
    delete, path = "/api/projects/{project}/boards/{board}/links/{link}", tag = "share",
    params(("project" = u32, Path), ("board" = String, Path), ("link" = String, Path)), responses((status = 200, body = ShareLink))
)]
async fn revoke(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<axum::Json<ShareLink>, ApiError> {
    let of = place.shared(&api, inside.project.id).await?;
    let kept = api.catalog.revoke_share_link(&of, &place.link).await?;
    record(&api, &inside, "board.unshare", &kept).await?;
    Ok(axum::Json(ShareLink::of(&api, kept).await?))
}

/// What a path names below a board.
struct Place {
    board: String,
    link: String,
}

impl Place {
    /// The board, which is one of this project.
    async fn shared(&self, api: &Api, project: ProjectId) -> Result<Shared, ApiError> {
        api.catalog.definition(project, DefinitionKind::Board, &self.board).await?;
        Ok(Shared { project, kind: ShareKind::Board, id: self.board.clone() })
    }
}

impl FromRequestParts<Api> for Place {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
        let named = |name: &str| path.iter().find(|(one, _)| *one == name).map(|(_, value)| value.to_owned()).unwrap_or_default();
        Ok(Self { board: named("board"), link: named("link") })
    }
}

async fn record<N: Need>(api: &Api, inside: &Inside<N>, action: &'static str, kept: &Kept) -> Result<(), ApiError> {
    let expires_at = kept.terms.expires_at.map(shown);
    let details = json!({"link": kept.id, "name": kept.terms.name, "expires_at": expires_at, "password": kept.has_password, "embed": kept.terms.is_embeddable});
    let actor = inside.caller.actor();
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object: &kept.opens.id, details }).await?;
    Ok(())
}
