//! The people who may see a project: who they are, inviting them by a link, their roles; and every account of the installation.
//!
//! A link signs in whoever holds it, so an administrator of one project gets one only for somebody who was invited and never came, and who is
//! in no other project.

use crate::{
    Api,
    access::{Caller, Inside, OfInstallation, ToAdminister},
    body::{Json, Named},
    error::ApiError,
    session::read_language,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_catalog::{Account, NewAuditEntry, Role, User};
use sillage_event::ProjectId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(members, invite))
        .routes(routes!(change_role, remove))
        .routes(routes!(invite_again))
        .routes(routes!(accounts))
        .routes(routes!(change_account, remove_account))
        .routes(routes!(account_link))
}

/// Somebody with an account who may see the project.
#[derive(Serialize, ToSchema)]
struct Member {
    id: String,
    email: String,
    name: String,
    /// What they may do here: `admin`, `editor` or `viewer`.
    role: &'static str,
    /// The role that they have in every project, if they do; it is changed among the accounts of the installation.
    everywhere: Option<&'static str>,
    /// Invited, and never came.
    invited: bool,
    /// Until when a link that was made for them still works.
    link_until: Option<String>,
    signed_in_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Members {
    members: Vec<Member>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Invite {
    email: String,
    /// `admin`, `editor` or `viewer`
    role: String,
    /// `en` or `fr`: of the screen that the link opens
    language: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Invited {
    member: Member,
    /// Null for somebody who has an account already: the project is there at their next visit.
    link: Option<InvitationLink>,
}

/// Shown once. Whoever holds it comes in as that person, once.
#[derive(Serialize, ToSchema)]
struct InvitationLink {
    /// `/join?token=…` on this server
    path: String,
    expires_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoleBody {
    /// `admin`, `editor` or `viewer`
    role: String,
}

/// An account of the installation.
#[derive(Serialize, ToSchema)]
struct AccountRow {
    id: String,
    email: String,
    name: String,
    everywhere: Option<&'static str>,
    projects: Vec<ProjectRole>,
    invited: bool,
    link_until: Option<String>,
    signed_in_at: Option<String>,
    created_at: String,
}

#[derive(Serialize, ToSchema)]
struct ProjectRole {
    project: u32,
    role: &'static str,
}

#[derive(Serialize, ToSchema)]
struct Accounts {
    users: Vec<AccountRow>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountChange {
    /// `admin`, `editor`, `viewer` or `none`
    everywhere: String,
}

/// Who may see the project.
#[utoipa::path(get, path = "/api/projects/{project}/members", tag = "member", params(("project" = u32, Path)), responses((status = 200, body = Members)))]
async fn members(State(api): State<Api>, inside: Inside<ToAdminister>) -> Result<axum::Json<Members>, ApiError> {
    let members = api.catalog.members(inside.project.id).await?;
    Ok(axum::Json(Members { members: members.into_iter().map(|account| member_of(account, inside.project.id)).collect() }))
}

/// Give somebody a role in the project; without an account they get one, and a link that lets them in.
#[utoipa::path(post, path = "/api/projects/{project}/members", tag = "member", params(("project" = u32, Path)), request_body = Invite, responses((status = 200, body = Invited)))]
async fn invite(State(api): State<Api>, inside: Inside<ToAdminister>, Json(body): Json<Invite>) -> Result<axum::Json<Invited>, ApiError> {
    let role = read_role(&body.role)?;
    let language = read_language(body.language.as_deref())?.unwrap_or_default();
    let project = inside.project.id;
    let (user, _) = api.catalog.invite(project, &body.email, role, language).await?;
    record(&api, &inside.caller, Some(project), "member.invite", &user.email, json!({"role": role.as_str()})).await?;
    let account = api.catalog.account(&user.id).await?;
    let link = if may_give_link(&inside.caller, Some(project), &account) { Some(new_link(&api, &user).await?) } else { None };
    let account = api.catalog.account(&user.id).await?;
    Ok(axum::Json(Invited { member: member_of(account, project), link }))
}

/// Change what somebody may do in the project.
#[utoipa::path(put, path = "/api/projects/{project}/members/{user}", tag = "member", params(("project" = u32, Path), ("user" = String, Path)), request_body = RoleBody, responses((status = 200, body = Member)))]
async fn change_role(
    State(api): State<Api>,
    inside: Inside<ToAdminister>,
    Named(user): Named,
    Json(body): Json<RoleBody>,
) -> Result<axum::Json<Member>, ApiError> {
    let role = read_role(&body.role)?;
    let account = own_member(&api, &inside, &user).await?;
    refuse_oneself(&inside.caller, &account)?;
    api.catalog.set_role(&user, inside.project.id, Some(role)).await?;
    record(&api, &inside.caller, Some(inside.project.id), "member.role", &account.user.email, json!({"role": role.as_str()})).await?;
    Ok(axum::Json(member_of(api.catalog.account(&user).await?, inside.project.id)))
}

/// Take somebody out of the project, at once. Their account stays, unless they were invited and never came.
#[utoipa::path(delete, path = "/api/projects/{project}/members/{user}", tag = "member", params(("project" = u32, Path), ("user" = String, Path)), responses((status = 204)))]
async fn remove(State(api): State<Api>, inside: Inside<ToAdminister>, Named(user): Named) -> Result<StatusCode, ApiError> {
    let account = own_member(&api, &inside, &user).await?;
    refuse_oneself(&inside.caller, &account)?;
    if account.is_invited() && account.user.everywhere.is_none() && account.roles.len() == 1 {
        api.catalog.remove_user(&user).await?;
    } else {
        api.catalog.set_role(&user, inside.project.id, None).await?;
    }
    record(&api, &inside.caller, Some(inside.project.id), "member.remove", &account.user.email, Value::Null).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A new link for somebody who was invited and has not come yet.
#[utoipa::path(post, path = "/api/projects/{project}/members/{user}/link", tag = "member", params(("project" = u32, Path), ("user" = String, Path)), responses((status = 200, body = InvitationLink)))]
async fn invite_again(State(api): State<Api>, inside: Inside<ToAdminister>, Named(user): Named) -> Result<axum::Json<InvitationLink>, ApiError> {
    let account = own_member(&api, &inside, &user).await?;
    give_link(&api, &inside.caller, Some(inside.project.id), &account).await
}

/// Every account of the installation.
#[utoipa::path(get, path = "/api/users", tag = "member", responses((status = 200, body = Accounts)))]
async fn accounts(State(api): State<Api>, _caller: OfInstallation) -> Result<axum::Json<Accounts>, ApiError> {
    Ok(axum::Json(Accounts { users: api.catalog.accounts().await?.into_iter().map(AccountRow::from).collect() }))
}

/// Give somebody a role in every project, or take it away.
#[utoipa::path(patch, path = "/api/users/{user}", tag = "member", params(("user" = String, Path)), request_body = AccountChange, responses((status = 200, body = AccountRow)))]
async fn change_account(
    State(api): State<Api>,
    OfInstallation(caller): OfInstallation,
    Named(user): Named,
    Json(body): Json<AccountChange>,
) -> Result<axum::Json<AccountRow>, ApiError> {
    let role = match body.everywhere.as_str() {
        "none" => None,
        role => Some(Role::parse(role).ok_or_else(|| ApiError::invalid("everywhere", "give `admin`, `editor`, `viewer` or `none`"))?),
    };
    let account = api.catalog.account(&user).await?;
    refuse_oneself(&caller, &account)?;
    api.catalog.set_everywhere(&user, role).await?;
    record(&api, &caller, None, "user.everywhere", &account.user.email, json!({"role": role.map(Role::as_str)})).await?;
    Ok(axum::Json(api.catalog.account(&user).await?.into()))
}

/// Remove an account and every way in that it had. What it made stays.
#[utoipa::path(delete, path = "/api/users/{user}", tag = "member", params(("user" = String, Path)), responses((status = 204)))]
async fn remove_account(State(api): State<Api>, OfInstallation(caller): OfInstallation, Named(user): Named) -> Result<StatusCode, ApiError> {
    let account = api.catalog.account(&user).await?;
    refuse_oneself(&caller, &account)?;
    api.catalog.remove_user(&user).await?;
    record(&api, &caller, None, "user.remove", &account.user.email, Value::Null).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A link for somebody who cannot get in any more; they choose a new password with it. Not for administrators of the installation.
#[utoipa::path(post, path = "/api/users/{user}/link", tag = "member", params(("user" = String, Path)), responses((status = 200, body = InvitationLink)))]
async fn account_link(State(api): State<Api>, OfInstallation(caller): OfInstallation, Named(user): Named) -> Result<axum::Json<InvitationLink>, ApiError> {
    let account = api.catalog.account(&user).await?;
    give_link(&api, &caller, None, &account).await
}

async fn give_link(api: &Api, caller: &Caller, project: Option<ProjectId>, account: &Account) -> Result<axum::Json<InvitationLink>, ApiError> {
    if !may_give_link(caller, project, account) {
        let message = "a link signs in as this person: they have an account of their own, or are in other projects as well";
        return Err(ApiError::new(StatusCode::CONFLICT, "no_link", message));
    }
    let link = new_link(api, &account.user).await?;
    record(api, caller, project, "member.link", &account.user.email, Value::Null).await?;
    Ok(axum::Json(link))
}

/// Whoever holds a link becomes that person, so nobody gets one for more than they may do themselves.
fn may_give_link(caller: &Caller, project: Option<ProjectId>, account: &Account) -> bool {
    if caller.is_of_installation() {
        return account.is_invited() || account.user.everywhere != Some(Role::Admin);
    }
    let is_only_here = account.user.everywhere.is_none() && account.roles.iter().all(|(id, _)| Some(*id) == project);
    account.is_invited() && is_only_here
}

async fn new_link(api: &Api, user: &User) -> Result<InvitationLink, ApiError> {
    let (token, expires_at) = api.catalog.create_invitation(user).await?;
    Ok(InvitationLink { path: format!("/join?token={token}"), expires_at: shown(expires_at) })
}

/// Somebody with a role in this very project; who has one everywhere only is not changed here.
async fn own_member(api: &Api, inside: &Inside<ToAdminister>, user: &str) -> Result<Account, ApiError> {
    let account = api.catalog.account(user).await?;
    if account.role_in(inside.project.id).is_none() {
        return Err(ApiError::not_found());
    }
    Ok(account)
}

/// Another administrator does it: so a project never loses its last one by a slip.
fn refuse_oneself(caller: &Caller, account: &Account) -> Result<(), ApiError> {
    match caller {
        Caller::User(signed_in) if signed_in.user.id == account.user.id => {
            Err(ApiError::new(StatusCode::CONFLICT, "oneself", "another administrator has to change or remove your own account"))
        }
        _ => Ok(()),
    }
}

fn read_role(text: &str) -> Result<Role, ApiError> {
    Role::parse(text).ok_or_else(|| ApiError::invalid("role", "give `admin`, `editor` or `viewer`"))
}

fn member_of(account: Account, project: ProjectId) -> Member {
    let here = account.role_in(project);
    Member {
        role: here.max(account.user.everywhere).unwrap_or(Role::Viewer).as_str(),
        everywhere: account.user.everywhere.map(Role::as_str),
        invited: account.is_invited(),
        link_until: shown_if(account.link_until),
        signed_in_at: shown_if(account.signed_in_at),
        id: account.user.id,
        email: account.user.email,
        name: account.user.name,
    }
}

impl From<Account> for AccountRow {
    fn from(account: Account) -> Self {
        Self {
            everywhere: account.user.everywhere.map(Role::as_str),
            projects: account.roles.iter().map(|(project, role)| ProjectRole { project: project.0, role: role.as_str() }).collect(),
            invited: account.is_invited(),
            link_until: shown_if(account.link_until),
            signed_in_at: shown_if(account.signed_in_at),
            created_at: shown(account.user.created_at),
            id: account.user.id,
            email: account.user.email,
            name: account.user.name,
        }
    }
}

async fn record(api: &Api, caller: &Caller, project: Option<ProjectId>, action: &str, object: &str, details: Value) -> Result<(), ApiError> {
    Ok(api.catalog.record(NewAuditEntry { actor: &caller.actor(), project, action, object, details }).await?)
}
