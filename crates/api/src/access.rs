//! Who is asking, and what they may do. The only file where a role or a scope decides something.
//!
//! A handler of a project takes an [`Inside`] and gets the project with it, so it cannot forget to ask. The order of the answers:
//! nobody known 401, a project that is foreign or missing 404, too small a role or scope 403.

use crate::{Api, error::ApiError};
use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use sillage_catalog::{ApiKey, Project, Role, Scope, User};
use sillage_event::ProjectId;
use std::marker::PhantomData;

/// The session cookie over plain HTTP, as on a laptop.
pub(crate) const PLAIN_COOKIE: &str = "sillage_session";
/// The session cookie over HTTPS: browsers then refuse to take it from a subdomain or over plain HTTP.
pub(crate) const HOST_COOKIE: &str = "__Host-sillage_session";

/// Somebody, or a program, that has shown who they are.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    User(SignedIn),
    Key(ApiKey),
}

/// A user with the session they came by.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) user: User,
    pub(crate) token: String,
    pub(crate) began_at: i64,
}

impl Caller {
    /// As the audit log names them.
    pub(crate) fn actor(&self) -> String {
        match self {
            Self::User(signed_in) => format!("user:{}", signed_in.user.id),
            Self::Key(key) => format!("key:{}", key.id),
        }
    }

    /// As people are shown them: in the ledger of identities, on a report.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::User(signed_in) => signed_in.user.email.clone(),
            Self::Key(key) => format!("API key {}", key.name),
        }
    }

    /// An administrator of everything: makes projects, and changes every account.
    pub(crate) fn is_of_installation(&self) -> bool {
        matches!(self, Self::User(signed_in) if signed_in.user.everywhere == Some(Role::Admin))
    }

    async fn of_request(parts: &Parts, api: &Api) -> Result<Option<Self>, ApiError> {
        if let Some(secret) = bearer(&parts.headers) {
            return Ok(api.catalog.api_key_of_secret(secret).await?.map(Self::Key));
        }
        let Some(token) = session_token(&parts.headers, api.is_https()) else { return Ok(None) };
        let session = api.catalog.session(&token).await?;
        Ok(session.map(|session| Self::User(SignedIn { user: session.user, token, began_at: session.began_at })))
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        Self::of_request(parts, api).await?.ok_or_else(ApiError::unauthenticated)
    }
}

impl FromRequestParts<Api> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        match Caller::of_request(parts, api).await? {
            Some(Caller::User(signed_in)) => Ok(signed_in),
            Some(Caller::Key(_)) => Err(ApiError::forbidden("this is for people who sign in, not for API keys")),
            None => Err(ApiError::unauthenticated()),
        }
    }
}

impl OptionalFromRequestParts<Api> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Option<Self>, ApiError> {
        match Caller::of_request(parts, api).await? {
            Some(Caller::User(signed_in)) => Ok(Some(signed_in)),
            _ => Ok(None),
        }
    }
}

/// An administrator of the whole installation, signed in.
pub(crate) struct OfInstallation(pub(crate) Caller);

impl FromRequestParts<Api> for OfInstallation {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let caller = <Caller as FromRequestParts<Api>>::from_request_parts(parts, api).await?;
        if !caller.is_of_installation() {
            return Err(ApiError::forbidden("this is for administrators of the installation"));
        }
        Ok(Self(caller))
    }
}

/// What a handler asks of who comes in.
pub(crate) trait Need {
    const ROLE: Role;
    const SCOPE: Scope;
}

/// Looks and asks.
pub(crate) struct ToRead;
/// Changes what a project's people share: reports, identities, what was refused.
pub(crate) struct ToWrite;
/// Changes the project itself, and its keys.
pub(crate) struct ToAdminister;

impl Need for ToRead {
    const ROLE: Role = Role::Viewer;
    const SCOPE: Scope = Scope::Read;
}

impl Need for ToWrite {
    const ROLE: Role = Role::Editor;
    const SCOPE: Scope = Scope::Write;
}

impl Need for ToAdminister {
    const ROLE: Role = Role::Admin;
    const SCOPE: Scope = Scope::Admin;
}

/// A caller inside the project that the path names, who may do what the handler does.
pub(crate) struct Inside<N> {
    pub(crate) project: Project,
    /// A key's scopes come closest to a role.
    pub(crate) role: Role,
    pub(crate) caller: Caller,
    need: PhantomData<N>,
}

impl<N: Need + Send> FromRequestParts<Api> for Inside<N> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let named = named_project(parts, api).await;
        let project = async { Ok::<_, ApiError>(api.catalog.project(named?).await?) };
        // Both are looked up at once; who is not known hears nothing of projects.
        let (caller, project) = tokio::join!(Caller::of_request(parts, api), project);
        let caller = caller?.ok_or_else(ApiError::unauthenticated)?;
        let project = project?;
        let (role, may) = match &caller {
            Caller::User(signed_in) => {
                let role = api.catalog.role_in(&signed_in.user, project.id).await?.ok_or_else(ApiError::not_found)?;
                (role, role >= N::ROLE)
            }
            Caller::Key(key) if key.project == project.id => (role_of(key), key.scopes.has(N::SCOPE)),
            Caller::Key(_) => return Err(ApiError::not_found()),
        };
        if !may {
            let (role, scope) = (N::ROLE.as_str(), N::SCOPE.as_str());
            return Err(ApiError::forbidden(format!("this takes the role {role}, or an API key with the scope {scope}")));
        }
        Ok(Self { project, role, caller, need: PhantomData })
    }
}

/// The project that a secret key of the Mixpanel protocols may send events to: one with the scope `write`.
pub(crate) async fn project_of_sending_key(api: &Api, secret: &str) -> Result<Option<ProjectId>, ApiError> {
    let key = api.catalog.api_key_of_secret(secret).await?;
    Ok(key.filter(|key| key.scopes.has(Scope::Write)).map(|key| key.project))
}

/// A key's scopes as the role that comes closest.
pub(crate) fn role_of(key: &ApiKey) -> Role {
    match (key.scopes.has(Scope::Admin), key.scopes.has(Scope::Write)) {
        (true, _) => Role::Admin,
        (false, true) => Role::Editor,
        (false, false) => Role::Viewer,
    }
}

async fn named_project(parts: &mut Parts, api: &Api) -> Result<ProjectId, ApiError> {
    let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
    let named = path.iter().find(|(name, _)| *name == "project").and_then(|(_, value)| value.parse().ok());
    named.map(ProjectId).ok_or_else(ApiError::not_found)
}

/// The API key of a request; a write key is none.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn session_token(headers: &HeaderMap, is_https: bool) -> Option<String> {
    let wanted = if is_https { HOST_COOKIE } else { PLAIN_COOKIE };
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(name, _)| *name == wanted).map(|(_, token)| token.to_owned())
}
