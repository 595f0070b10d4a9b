//! Setting up, signing in and out, and what a user may change about themselves.

use crate::{
    Api,
    access::{HOST_COOKIE, PLAIN_COOKIE, SignedIn},
    body::Json,
    client_address::{client_address, throttle_key},
    error::ApiError,
    project::Project,
    time::shown,
};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use sillage_catalog::{Language, MAX_PASSWORD_BYTES, NewAuditEntry, NewUser, Role, SESSION_LIFETIME_MS, User, UserChange};
use std::net::IpAddr;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// So long after signing in a new password needs no old one.
const FRESH_MS: i64 = 15 * 60_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(set_up))
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(sign_in_by_link))
        .routes(routes!(look_at_invitation))
        .routes(routes!(accept_invitation))
        .routes(routes!(me, change_me))
}

#[derive(Serialize, ToSchema)]
struct SignedInBody {
    user: Account,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
struct Account {
    id: String,
    email: String,
    name: String,
    language: &'static str,
    /// The highest role they have anywhere: `admin`, `editor` or `viewer`. What holds in a project stands there.
    role: &'static str,
    /// The role that they have in every project, if any; `admin` also makes projects and changes accounts.
    everywhere: Option<&'static str>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUp {
    /// As the server printed it at its first start.
    token: String,
    email: String,
    name: String,
    password: String,
    /// `en` or `fr`
    language: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInByLink {
    token: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptInvitation {
    token: String,
    name: String,
    password: String,
    /// `en` or `fr`
    language: Option<String>,
}

/// What an invitation is for.
#[derive(Serialize, ToSchema)]
struct InvitationBody {
    email: String,
    name: String,
    language: &'static str,
    projects: Vec<InvitedTo>,
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
struct InvitedTo {
    name: String,
    role: &'static str,
}

#[derive(Serialize, ToSchema)]
struct Me {
    user: Account,
    projects: Vec<Project>,
}

/// What is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MeChange {
    name: Option<String>,
    /// `en` or `fr`
    language: Option<String>,
    /// Ends every other session.
    password: Option<String>,
    /// Needed with `password` when one signed in longer than a quarter of an hour ago.
    current_password: Option<String>,
}

/// Make the first account, with the token that the server printed. Once.
#[utoipa::path(post, path = "/api/setup", tag = "session", request_body = SetUp, responses((status = 200, body = SignedInBody)))]
async fn set_up(State(api): State<Api>, address: Address, Json(body): Json<SetUp>) -> Result<Response, ApiError> {
    api.throttle.try_address(address.0, api.clock.now_ms())?;
    let new = NewUser {
        email: body.email,
        name: body.name,
        language: read_language(body.language.as_deref())?.unwrap_or_default(),
        password: Some(body.password),
        everywhere: Some(Role::Admin),
    };
    let user = api.catalog.complete_setup(&body.token, &new).await?;
    record(&api, &user, "setup.complete").await?;
    begin_session(&api, user).await
}

/// Sign in. A wrong password and an unknown address are answered alike.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = SignIn, responses((status = 200, body = SignedInBody)))]
async fn sign_in(State(api): State<Api>, address: Address, Json(body): Json<SignIn>) -> Result<Response, ApiError> {
    let now = api.clock.now_ms();
    api.throttle.try_address(address.0, now)?;
    api.throttle.try_account(&body.email, now)?;
    let user = api.catalog.verify_password(&body.email, &body.password).await?;
    let wrong = || ApiError::new(StatusCode::UNAUTHORIZED, "wrong_credentials", "the address or the password is wrong");
    let user = user.ok_or_else(wrong)?;
    api.throttle.forgive(address.0, &body.email);
    record(&api, &user, "session.begin").await?;
    begin_session(&api, user).await
}

/// Sign in by a link that works once.
#[utoipa::path(post, path = "/api/session/link", tag = "session", request_body = SignInByLink, responses((status = 200, body = SignedInBody)))]
async fn sign_in_by_link(State(api): State<Api>, address: Address, Json(body): Json<SignInByLink>) -> Result<Response, ApiError> {
    api.throttle.try_address(address.0, api.clock.now_ms())?;
    let user = api.catalog.use_sign_in_link(&body.token).await?;
    record(&api, &user, "session.begin_by_link").await?;
    begin_session(&api, user).await
}

/// What an invitation is for; it is not used up.
#[utoipa::path(post, path = "/api/invitation/look", tag = "session", request_body = SignInByLink, responses((status = 200, body = InvitationBody)))]
async fn look_at_invitation(State(api): State<Api>, address: Address, Json(body): Json<SignInByLink>) -> Result<axum::Json<InvitationBody>, ApiError> {
    api.throttle.try_address(address.0, api.clock.now_ms())?;
    let invitation = api.catalog.invitation(&body.token).await?;
    let projects = invitation.projects.into_iter().map(|(name, role)| InvitedTo { name, role: role.as_str() });
    Ok(axum::Json(InvitationBody {
        email: invitation.user.email,
        name: invitation.user.name,
        language: invitation.user.language.as_str(),
        projects: projects.collect(),
        expires_at: shown(invitation.expires_at),
    }))
}

/// Accept an invitation with a name and a password, and be signed in. Once.
#[utoipa::path(post, path = "/api/invitation", tag = "session", request_body = AcceptInvitation, responses((status = 200, body = SignedInBody)))]
async fn accept_invitation(State(api): State<Api>, address: Address, Json(body): Json<AcceptInvitation>) -> Result<Response, ApiError> {
    api.throttle.try_address(address.0, api.clock.now_ms())?;
    let language = read_language(body.language.as_deref())?;
    let user = api.catalog.accept_invitation(&body.token, &body.name, &body.password, language).await?;
    record(&api, &user, "invitation.accept").await?;
    begin_session(&api, user).await
}

/// Sign out. Also when one was not signed in.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses((status = 204)))]
async fn sign_out(State(api): State<Api>, signed_in: Option<SignedIn>) -> Result<Response, ApiError> {
    if let Some(signed_in) = signed_in {
        api.catalog.end_session(&signed_in.token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &api, "", 0)?;
    Ok(response)
}

/// Who I am, and which projects I may see.
#[utoipa::path(get, path = "/api/me", tag = "session", responses((status = 200, body = Me)))]
async fn me(State(api): State<Api>, signed_in: SignedIn) -> Result<axum::Json<Me>, ApiError> {
    let projects = api.catalog.projects_of(&signed_in.user).await?;
    let user = account(&api, signed_in.user).await?;
    let mut shown = Vec::with_capacity(projects.len());
    for (project, role) in projects {
        shown.push(Project::with_events(&api, project, role).await?);
    }
    Ok(axum::Json(Me { user, projects: shown }))
}

/// Change my name, language or password.
#[utoipa::path(patch, path = "/api/me", tag = "session", request_body = MeChange, responses((status = 200, body = SignedInBody)))]
async fn change_me(State(api): State<Api>, address: Address, signed_in: SignedIn, Json(body): Json<MeChange>) -> Result<axum::Json<SignedInBody>, ApiError> {
    if body.password.is_some() {
        may_change_password(&api, address.0, &signed_in, body.current_password.as_deref()).await?;
    }
    let is_new_password = body.password.is_some();
    let change = UserChange { name: body.name, language: read_language(body.language.as_deref())?, password: body.password };
    let user = api.catalog.update_user(&signed_in.user.id, &change, Some(&signed_in.token)).await?;
    if is_new_password {
        record(&api, &user, "password.change").await?;
    }
    Ok(axum::Json(SignedInBody { user: account(&api, user).await? }))
}

/// Somebody who finds an open session shall not be able to keep the account.
async fn may_change_password(api: &Api, address: IpAddr, signed_in: &SignedIn, current: Option<&str>) -> Result<(), ApiError> {
    let now = api.clock.now_ms();
    if now - signed_in.began_at < FRESH_MS {
        return Ok(());
    }
    let current = current.filter(|current| current.len() <= MAX_PASSWORD_BYTES);
    let current = current.ok_or_else(|| ApiError::invalid("current_password", "give your current password, or sign in again first"))?;
    api.throttle.try_address(address, now)?;
    api.throttle.try_account(&signed_in.user.email, now)?;
    let known = api.catalog.verify_password(&signed_in.user.email, current).await?;
    known.map(drop).ok_or_else(|| ApiError::invalid("current_password", "this is not your current password"))
}

async fn begin_session(api: &Api, user: User) -> Result<Response, ApiError> {
    let token = api.catalog.begin_session(&user).await?;
    let body = SignedInBody { user: account(api, user).await? };
    let mut response = axum::Json(body).into_response();
    set_cookie(&mut response, api, &token, SESSION_LIFETIME_MS / 1000)?;
    Ok(response)
}

fn set_cookie(response: &mut Response, api: &Api, token: &str, max_age_s: i64) -> Result<(), ApiError> {
    let (name, secure) = if api.is_https() { (HOST_COOKIE, "; Secure") } else { (PLAIN_COOKIE, "") };
    let cookie = format!("{name}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age_s}{secure}");
    let cookie = HeaderValue::from_str(&cookie).map_err(|error| ApiError::internal(&error))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(())
}

async fn account(api: &Api, user: User) -> Result<Account, ApiError> {
    let roles = api.catalog.projects_of(&user).await?.into_iter().map(|(_, role)| role);
    let role = roles.chain(user.everywhere).max().unwrap_or(Role::Viewer);
    Ok(Account {
        id: user.id,
        email: user.email,
        name: user.name,
        language: user.language.as_str(),
        role: role.as_str(),
        everywhere: user.everywhere.map(Role::as_str),
    })
}

async fn record(api: &Api, user: &User, action: &str) -> Result<(), ApiError> {
    let actor = format!("user:{}", user.id);
    let entry = NewAuditEntry { actor: &actor, project: None, action, object: &user.email, details: serde_json::Value::Null };
    Ok(api.catalog.record(entry).await?)
}

pub(crate) fn read_language(text: Option<&str>) -> Result<Option<Language>, ApiError> {
    let read = |text| Language::parse(text).ok_or_else(|| ApiError::invalid("language", "give `en` or `fr`"));
    text.map(read).transpose()
}

/// Under what this client's tries are counted.
struct Address(IpAddr);

impl FromRequestParts<Api> for Address {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let headers: &HeaderMap = &parts.headers;
        Ok(Self(throttle_key(client_address(headers, &parts.extensions, &api.options.trusted_proxies))))
    }
}
