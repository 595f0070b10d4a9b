//! Interviews: studies, those who take part, what is noted of a talk, and the page on which guests book.
//!
//! What must stay true: guests see only what a signed link opens, and nobody's e-mail but their own; a study that is not open takes nobody in, and talks that
//! are booked stay; what guests agreed to is kept with its version and its time.

mod file;
mod free;
mod letter;
mod note;
mod page;
mod participant;
mod words;

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::Json,
    error::ApiError,
    time::{shown, shown_if},
};
use axum::{
    extract::{FromRequestParts, RawPathParams, State},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::interview::{self as kernel, Study as Definition};
use sillage_catalog::{InterviewLink, InterviewStudy, NewAuditEntry, NewInterviewStudy, StudyStatus};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, replace, delete))
        .routes(routes!(change_status))
        .routes(routes!(set_busy, forget_busy))
        .merge(participant::routes())
        .merge(note::routes())
        .merge(file::routes())
}

pub(crate) use page::routes as pages;

/// What a path names below a study.
struct Place {
    study: String,
    participant: String,
    /// A note or a file.
    part: String,
}

impl FromRequestParts<Api> for Place {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let path = RawPathParams::from_request_parts(parts, api).await.map_err(|_| ApiError::not_found())?;
        let named = |names: &[&str]| path.iter().find(|(name, _)| names.contains(name)).map(|(_, value)| value.to_owned()).unwrap_or_default();
        Ok(Self { study: named(&["study"]), participant: named(&["participant"]), part: named(&["note", "file"]) })
    }
}

#[derive(Serialize, ToSchema)]
struct InterviewStudies {
    studies: Vec<StudyInList>,
    /// Whether mails are sent; where not, letters are to be copied.
    sends_mail: bool,
}

/// A study, with how far it has come.
#[derive(Serialize, ToSchema)]
struct StudyInList {
    id: String,
    title: String,
    /// `draft`, `open`, `paused` or `closed`.
    status: String,
    minutes: u32,
    wanted: u32,
    /// How many people have which status.
    counts: BTreeMap<String, u64>,
    /// When the next talk begins.
    next_at: Option<String>,
    created_by: String,
    updated_at: String,
}

/// A study of interviews.
#[derive(Serialize, ToSchema)]
struct InterviewStudyWhole {
    id: String,
    title: String,
    /// `draft`, `open`, `paused` or `closed`.
    status: String,
    #[schema(value_type = Object)]
    definition: Value,
    /// What keeps it from being opened.
    problems: Vec<StudyProblem>,
    /// Where anybody may ask to take part; the address of the server stands before it.
    recruit_path: String,
    consents: Vec<StudyConsent>,
    busy: Option<StudyBusy>,
    /// Times that guests can pick now.
    free: usize,
    /// The first of them.
    first_free: Option<String>,
    counts: BTreeMap<String, u64>,
    sends_mail: bool,
    created_by: String,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize, ToSchema)]
struct StudyProblem {
    /// Stable, for programs.
    code: String,
    /// Where: `screener[2]`.
    field: String,
}

/// A consent as guests were shown it.
#[derive(Serialize, ToSchema)]
struct StudyConsent {
    version: u32,
    #[schema(value_type = Object)]
    content: Value,
    created_by: String,
    created_at: String,
}

/// The host's calendar, as far as it can be read.
#[derive(Serialize, ToSchema)]
struct StudyBusy {
    name: String,
    given_at: String,
    /// Stretches of time in which the host is busy, within what can be booked.
    busy: usize,
    /// Events of the file that could not be read.
    unread: usize,
    /// The first of them, with the line at which each begins and why.
    reasons: Vec<UnreadEvent>,
    /// Why nothing of the file can be read.
    error: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct UnreadEvent {
    line: usize,
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStudyBody {
    title: String,
    #[schema(value_type = Object)]
    definition: Definition,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewStudyStatus {
    /// `open`, `paused` or `closed`.
    status: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewBusyBody {
    /// The name of the file.
    name: String,
    /// The whole calendar file.
    ics: String,
}

/// The project's studies, the latest changed first.
#[utoipa::path(get, path = "/api/projects/{project}/interviews", tag = "interview", params(("project" = u32, Path)), responses((status = 200, body = InterviewStudies)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<InterviewStudies>, ApiError> {
    let studies = api.catalog.interview_studies(inside.project.id).await?;
    let studies = studies.into_iter().map(|study| {
        let definition = definition_of(&study)?;
        Ok::<_, ApiError>(StudyInList {
            minutes: definition.minutes,
            wanted: definition.wanted,
            counts: study.counts.into_iter().collect(),
            id: study.id,
            title: study.title,
            status: study.status.as_str().to_owned(),
            next_at: shown_if(study.next_at),
            created_by: study.created_by,
            updated_at: shown(study.updated_at),
        })
    });
    Ok(axum::Json(InterviewStudies { studies: studies.collect::<Result<_, _>>()?, sends_mail: letter::sent_from(&api).is_some() }))
}

/// Make a study. Nobody sees it before it is opened.
#[utoipa::path(post, path = "/api/projects/{project}/interviews", tag = "interview", params(("project" = u32, Path)), request_body = NewStudyBody, responses((status = 200, body = InterviewStudyWhole)))]
async fn create(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewStudyBody>) -> Result<axum::Json<InterviewStudyWhole>, ApiError> {
    let study = api.catalog.create_interview_study(inside.project.id, &kept(body)?.0, &inside.caller.shown()).await?;
    record(&api, &inside, "interview.create", &study.id, json!({"title": study.title})).await?;
    Ok(axum::Json(whole(&api, study).await?))
}

/// One study.
#[utoipa::path(get, path = "/api/projects/{project}/interviews/{study}", tag = "interview", params(("project" = u32, Path), ("study" = String, Path)), responses((status = 200, body = InterviewStudyWhole)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, place: Place) -> Result<axum::Json<InterviewStudyWhole>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    Ok(axum::Json(whole(&api, study).await?))
}

/// Change a study. Guests who come from now on see it so; a consent that reads differently is a new version.
#[utoipa::path(
    put, path = "/api/projects/{project}/interviews/{study}", tag = "interview", params(("project" = u32, Path), ("study" = String, Path)),
    request_body = NewStudyBody, responses((status = 200, body = InterviewStudyWhole))
)]
async fn replace(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    place: Place,
    Json(body): Json<NewStudyBody>,
) -> Result<axum::Json<InterviewStudyWhole>, ApiError> {
    let (new, definition) = kept(body)?;
    let before = api.catalog.interview_study(inside.project.id, &place.study).await?;
    if before.status != StudyStatus::Draft {
        refuse_problems(&definition)?;
    }
    let consent = (before.status != StudyStatus::Draft).then(|| consent_of(&definition));
    let study = api.catalog.change_interview_study(inside.project.id, &place.study, &new, consent.as_ref(), &inside.caller.shown()).await?;
    record(&api, &inside, "interview.change", &study.id, json!({"title": study.title})).await?;
    Ok(axum::Json(whole(&api, study).await?))
}

/// Delete a study with everybody in it: their mails, notes, files and talks.
#[utoipa::path(delete, path = "/api/projects/{project}/interviews/{study}", tag = "interview", params(("project" = u32, Path), ("study" = String, Path)), responses((status = 204)))]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<StatusCode, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    api.catalog.delete_interview_study(inside.project.id, &study.id).await?;
    record(&api, &inside, "interview.delete", &study.id, json!({"title": study.title})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Open, pause or close a study. It opens only when nothing is missing.
#[utoipa::path(
    put, path = "/api/projects/{project}/interviews/{study}/status", tag = "interview", params(("project" = u32, Path), ("study" = String, Path)),
    request_body = NewStudyStatus, responses((status = 200, body = InterviewStudyWhole))
)]
async fn change_status(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    place: Place,
    Json(body): Json<NewStudyStatus>,
) -> Result<axum::Json<InterviewStudyWhole>, ApiError> {
    let status = StudyStatus::parse(&body.status).filter(|status| *status != StudyStatus::Draft);
    let status = status.ok_or_else(|| ApiError::invalid("status", "use open, paused or closed"))?;
    let before = api.catalog.interview_study(inside.project.id, &place.study).await?;
    let definition = definition_of(&before)?;
    if status == StudyStatus::Open {
        refuse_problems(&definition)?;
    }
    let consent = (status == StudyStatus::Open).then(|| consent_of(&definition));
    let study = api.catalog.set_interview_study_status(inside.project.id, &place.study, status, consent.as_ref(), &inside.caller.shown()).await?;
    record(&api, &inside, "interview.status", &study.id, json!({"title": study.title, "status": status.as_str()})).await?;
    Ok(axum::Json(whole(&api, study).await?))
}

/// Give the host's calendar as a file, so that no talk meets what is in it.
#[utoipa::path(
    put, path = "/api/projects/{project}/interviews/{study}/busy", tag = "interview", params(("project" = u32, Path), ("study" = String, Path)),
    request_body = NewBusyBody, responses((status = 200, body = InterviewStudyWhole))
)]
async fn set_busy(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    place: Place,
    Json(body): Json<NewBusyBody>,
) -> Result<axum::Json<InterviewStudyWhole>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    free::read_busy(&api, &definition_of(&study)?, body.ics.clone()).await?.map_err(|error| ApiError::invalid("ics", error.to_string()))?;
    let name: String = body.name.chars().filter(|letter| !letter.is_control()).take(200).collect();
    let study = api.catalog.set_interview_busy(inside.project.id, &study.id, Some((&name, &body.ics))).await?;
    record(&api, &inside, "interview.busy", &study.id, json!({"title": study.title})).await?;
    Ok(axum::Json(whole(&api, study).await?))
}

/// Forget the host's calendar.
#[utoipa::path(delete, path = "/api/projects/{project}/interviews/{study}/busy", tag = "interview", params(("project" = u32, Path), ("study" = String, Path)), responses((status = 204)))]
async fn forget_busy(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<StatusCode, ApiError> {
    let study = api.catalog.set_interview_busy(inside.project.id, &place.study, None).await?;
    record(&api, &inside, "interview.busy", &study.id, json!({"title": study.title})).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn kept(body: NewStudyBody) -> Result<(NewInterviewStudy, Definition), ApiError> {
    body.definition.check().map_err(|error| ApiError::invalid(&format!("definition.{}", error.field), error.message))?;
    let definition = serde_json::to_value(&body.definition).map_err(|error| ApiError::internal(&error))?;
    Ok((NewInterviewStudy { title: body.title, definition, host_email: body.definition.host.email.clone() }, body.definition))
}

fn definition_of(study: &InterviewStudy) -> Result<Definition, ApiError> {
    serde_json::from_value(study.definition.clone()).map_err(|error| ApiError::internal(&error))
}

fn refuse_problems(definition: &Definition) -> Result<(), ApiError> {
    let Some(problem) = definition.problems().into_iter().next() else { return Ok(()) };
    let message = format!("guests could not take part yet ({}): complete {}", problem.code, problem.field);
    Err(ApiError { field: Some(format!("definition.{}", problem.field)), ..ApiError::new(StatusCode::CONFLICT, "not_ready", message) })
}

/// What guests agree to: the words, and who listens.
fn consent_of(definition: &Definition) -> Value {
    json!({"text": definition.consent, "observers": definition.observers, "host": definition.host.name})
}

async fn whole(api: &Api, study: InterviewStudy) -> Result<InterviewStudyWhole, ApiError> {
    let definition = definition_of(&study)?;
    let consents = api.catalog.interview_consents(study.project, &study.id).await?;
    let token = api.catalog.interview_token(&InterviewLink::Recruit { study: study.id.clone() }).await?;
    let free = free::starts(api, &study, &definition, "").await?;
    Ok(InterviewStudyWhole {
        problems: definition.problems().into_iter().map(|one| StudyProblem { code: one.code.to_owned(), field: one.field }).collect(),
        recruit_path: format!("/interview/{token}"),
        consents: consents
            .into_iter()
            .map(|one| StudyConsent { version: one.version, content: one.content, created_by: one.created_by, created_at: shown(one.created_at) })
            .collect(),
        busy: busy_of(api, &study, &definition).await?,
        free: free.len(),
        first_free: shown_if(free.first().copied()),
        counts: study.counts.into_iter().collect(),
        sends_mail: letter::sent_from(api).is_some(),
        id: study.id,
        title: study.title,
        status: study.status.as_str().to_owned(),
        definition: study.definition,
        created_by: study.created_by,
        created_at: shown(study.created_at),
        updated_at: shown(study.updated_at),
    })
}

async fn busy_of(api: &Api, study: &InterviewStudy, definition: &Definition) -> Result<Option<StudyBusy>, ApiError> {
    let Some((name, given_at)) = study.busy.clone() else { return Ok(None) };
    let Some(file) = api.catalog.interview_busy(&study.id).await? else { return Ok(None) };
    let mut busy = StudyBusy { name, given_at: shown(given_at), busy: 0, unread: 0, reasons: Vec::new(), error: None };
    match free::read_busy(api, definition, file).await? {
        Ok(read) => {
            (busy.busy, busy.unread) = (read.busy.len(), read.n_unread);
            busy.reasons = read.unread.into_iter().map(|one: kernel::busy::Unread| UnreadEvent { line: one.line, reason: one.reason }).collect();
        }
        Err(error) => busy.error = Some(error.to_string()),
    }
    Ok(Some(busy))
}

async fn record<N>(api: &Api, inside: &Inside<N>, action: &'static str, object: &str, details: Value) -> Result<(), ApiError> {
    let actor = inside.caller.actor();
    Ok(api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action, object, details }).await?)
}
