//! Mails as administrators of the installation see them: whether they can be sent, what waits, what was given up, and a mail to try it.

use crate::{
    Api,
    access::{Caller, OfInstallation, SignedIn},
    body::Named,
    error::ApiError,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::Serialize;
use serde_json::Value;
use sillage_catalog::{Language, NewAuditEntry, NewMail};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const SHOWN: u32 = 50;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(state)).routes(routes!(test)).routes(routes!(retry))
}

/// Whether mails can be sent, and how those fare that were written.
#[derive(Serialize, ToSchema)]
struct MailState {
    /// A mail server is named in the settings of the server.
    configured: bool,
    /// Its host and port.
    server: Option<String>,
    from: Option<String>,
    waiting: u64,
    /// Given up within thirty days.
    failed: u64,
    /// The newest first.
    mails: Vec<SentMail>,
}

/// A mail, without what it says.
#[derive(Serialize, ToSchema)]
struct SentMail {
    id: String,
    /// What it was for, in a word: `test`, `survey_alert`.
    kind: String,
    project: Option<u32>,
    to: String,
    subject: String,
    /// `waiting`, `sent` or `failed`.
    status: String,
    attempts: u32,
    last_error: Option<String>,
    created_at: String,
    /// When it is tried next.
    next_at: Option<String>,
    /// When it was sent, or given up.
    ended_at: Option<String>,
}

impl From<sillage_catalog::Mail> for SentMail {
    fn from(mail: sillage_catalog::Mail) -> Self {
        let waits = mail.status == sillage_catalog::Delivery::Waiting;
        Self {
            id: mail.id,
            kind: mail.kind,
            project: mail.project.map(|project| project.0),
            to: mail.to,
            subject: mail.subject,
            status: mail.status.as_str().to_owned(),
            attempts: mail.attempts,
            last_error: mail.last_error,
            created_at: shown(mail.created_at),
            next_at: shown_if(waits.then_some(mail.not_before)),
            ended_at: shown_if(mail.ended_at),
        }
    }
}

/// Whether mails can be sent, what waits and what was given up.
#[utoipa::path(get, path = "/api/mail", tag = "mail", responses((status = 200, body = MailState)))]
async fn state(State(api): State<Api>, _caller: OfInstallation) -> Result<axum::Json<MailState>, ApiError> {
    let counts = api.catalog.mail_state().await?;
    let mails = api.catalog.latest_mails(SHOWN).await?;
    let by = api.options.mail.as_ref();
    Ok(axum::Json(MailState {
        configured: by.is_some(),
        server: by.map(|by| by.server.clone()),
        from: by.map(|by| by.from.clone()),
        waiting: counts.waiting,
        failed: counts.failed,
        mails: mails.into_iter().map(SentMail::from).collect(),
    }))
}

/// Send a mail to oneself, to see whether it arrives.
#[utoipa::path(post, path = "/api/mail/test", tag = "mail", responses((status = 200, body = SentMail)))]
async fn test(State(api): State<Api>, OfInstallation(caller): OfInstallation, signed_in: SignedIn) -> Result<axum::Json<SentMail>, ApiError> {
    require_mail(&api)?;
    let user = &signed_in.user;
    let (subject, text) = match user.language {
        Language::French => (
            "Message d’essai de Sillage",
            "Ce message vous parvient parce que vous l’avez demandé dans les réglages de Sillage : l’envoi d’e-mails fonctionne.\n",
        ),
        Language::English => ("A test mail from Sillage", "You get this mail because you asked for it in the settings of Sillage: sending mails works.\n"),
    };
    let mail = NewMail { kind: "test", to: user.email.clone(), subject: subject.to_owned(), text: text.to_owned(), ..NewMail::default() };
    let id = api.catalog.queue_mail(&mail).await?;
    record(&api, &caller, "mail.test", &user.email).await?;
    Ok(axum::Json(one(&api, &id).await?))
}

/// Try a mail again that was given up.
#[utoipa::path(post, path = "/api/mail/{mail}/retry", tag = "mail", params(("mail" = String, Path)), responses((status = 204)))]
async fn retry(State(api): State<Api>, OfInstallation(caller): OfInstallation, Named(id): Named) -> Result<StatusCode, ApiError> {
    require_mail(&api)?;
    api.catalog.retry_mail(&id).await?;
    record(&api, &caller, "mail.retry", &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A mail that nothing would send is not written.
pub(crate) fn require_mail(api: &Api) -> Result<(), ApiError> {
    if api.options.mail.is_some() {
        return Ok(());
    }
    let message = "no mail can be sent, since no mail server is set: start the server with --smtp and --mail-from (docs/ops/settings.md)";
    Err(ApiError::new(StatusCode::CONFLICT, "no_mail", message))
}

async fn one(api: &Api, id: &str) -> Result<SentMail, ApiError> {
    let mail = api.catalog.latest_mails(SHOWN).await?.into_iter().find(|mail| mail.id == id);
    mail.map(SentMail::from).ok_or_else(ApiError::not_found)
}

async fn record(api: &Api, caller: &Caller, action: &'static str, object: &str) -> Result<(), ApiError> {
    let actor = caller.actor();
    Ok(api.catalog.record(NewAuditEntry { actor: &actor, project: None, action, object, details: Value::Null }).await?)
}
