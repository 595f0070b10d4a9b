//! Those who take part in a study: inviting them, what came of it, and forgetting them.

use super::{
    Place, definition_of,
    file::{File, file_of},
    letter::Post,
    note::{Note, note_of},
    record,
};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::Json,
    error::ApiError,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::interview::ics::Method;
use sillage_catalog::{Catalog, CatalogError, InterviewStatus, InterviewStudy, NewInterview};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Invited at once, at most.
const MOST_INVITED: usize = 500;
const SOURCES: [&str; 4] = ["pasted", "survey", "person", "cohort"];

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, invite)).routes(routes!(get, delete)).routes(routes!(change_status)).routes(routes!(set_person))
}

#[derive(Serialize, ToSchema)]
struct Participants {
    participants: Vec<Participant>,
}

/// Somebody who is asked to talk.
#[derive(Serialize, ToSchema)]
struct Participant {
    id: String,
    email: String,
    name: String,
    /// Among the people of the project, where that is known.
    person: Option<String>,
    /// `link`, `pasted`, `survey`, `person` or `cohort`.
    source: String,
    language: String,
    timezone: Option<String>,
    /// `invited`, `waiting`, `screened_out`, `booked`, `done`, `no_show` or `cancelled`.
    status: String,
    /// Which choice of each question of the screener.
    answers: Option<Vec<usize>>,
    consent: Option<GivenConsent>,
    /// When the team let them in.
    approved_at: Option<String>,
    starts_at: Option<String>,
    ends_at: Option<String>,
    created_by: String,
    created_at: String,
    updated_at: String,
}

/// What somebody agreed to.
#[derive(Serialize, ToSchema)]
struct GivenConsent {
    version: u32,
    talk: bool,
    record: bool,
    quote: bool,
    at: String,
}

/// Somebody with everything that is kept of the talk.
#[derive(Serialize, ToSchema)]
struct ParticipantWhole {
    #[serde(flatten)]
    participant: Participant,
    /// Of the personal link; the address of the server stands before it.
    path: String,
    /// What is to be written to them now, to send or to copy.
    letter: Letter,
    /// The meeting for calendars, once there is a time.
    calendar_file: Option<String>,
    notes: Vec<Note>,
    files: Vec<File>,
}

#[derive(Serialize, ToSchema)]
struct Letter {
    subject: String,
    text: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    people: Vec<InvitedPerson>,
    /// `pasted`, `survey`, `person` or `cohort`.
    source: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvitedPerson {
    email: String,
    #[serde(default)]
    name: String,
    person: Option<String>,
    /// `en` or `fr`.
    #[serde(default)]
    language: String,
}

/// What became of an invitation of many.
#[derive(Serialize, ToSchema)]
#[schema(as = InvitedToInterview)]
struct Invited {
    /// Written down, in the order in which they were given.
    invited: Vec<Participant>,
    /// They were in the study already.
    known: Vec<String>,
    refused: Vec<RefusedAddress>,
    /// Whether letters are on their way.
    sends_mail: bool,
}

#[derive(Serialize, ToSchema)]
struct RefusedAddress {
    email: String,
    message: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewParticipantStatus {
    /// `invited` lets somebody in whose answers were looked at, or opens the link again; `screened_out`, `done`, `no_show` and `cancelled` say what came.
    status: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewParticipantPerson {
    /// None: nobody of the project.
    person: Option<String>,
}

/// What was removed of somebody.
#[derive(Serialize, ToSchema)]
#[schema(as = RemovedOfInterview)]
struct Removed {
    mails: u64,
    notes: u64,
    files: u64,
    talks: u64,
}

impl From<sillage_catalog::Interview> for Participant {
    fn from(one: sillage_catalog::Interview) -> Self {
        let consent =
            one.consent.map(|given| GivenConsent { version: given.version, talk: given.talk, record: given.record, quote: given.quote, at: shown(given.at) });
        Self {
            consent,
            id: one.id,
            email: one.email,
            name: one.name,
            person: one.person,
            source: one.source,
            language: one.language,
            timezone: one.timezone,
            status: one.status.as_str().to_owned(),
            answers: one.answers,
            approved_at: shown_if(one.approved_at),
            starts_at: shown_if(one.talk.map(|talk| talk.starts_at)),
            ends_at: shown_if(one.talk.map(|talk| talk.ends_at)),
            created_by: one.created_by,
            created_at: shown(one.created_at),
            updated_at: shown(one.updated_at),
        }
    }
}

/// Those of a study: talks to come first, by time.
#[utoipa::path(get, path = "/api/projects/{project}/interviews/{study}/participants", tag = "interview_participant", params(("project" = u32, Path), ("study" = String, Path)), responses((status = 200, body = Participants)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, place: Place) -> Result<axum::Json<Participants>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    let participants = api.catalog.interviews(inside.project.id, &study.id).await?;
    Ok(axum::Json(Participants { participants: participants.into_iter().map(Participant::from).collect() }))
}

/// Invite people by their addresses. Where mail is set up, a letter with a personal link is on its way to each.
#[utoipa::path(
    post, path = "/api/projects/{project}/interviews/{study}/participants", tag = "interview_participant", params(("project" = u32, Path), ("study" = String, Path)),
    request_body = InviteBody, responses((status = 200, body = Invited))
)]
async fn invite(State(api): State<Api>, inside: Inside<ToWrite>, place: Place, Json(body): Json<InviteBody>) -> Result<axum::Json<Invited>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    if body.people.is_empty() || body.people.len() > MOST_INVITED {
        return Err(ApiError::invalid("people", format!("name 1 to {MOST_INVITED} people at once")));
    }
    if !SOURCES.contains(&body.source.as_str()) {
        return Err(ApiError::invalid("source", "use pasted, survey, person or cohort"));
    }
    let definition = definition_of(&study)?;
    let is_open = study.status == sillage_catalog::StudyStatus::Open;
    let by = inside.caller.shown();
    let first = Post::of(&api, &study, &definition, "").await?;
    let mut outcome = Invited { invited: Vec::new(), known: Vec::new(), refused: Vec::new(), sends_mail: first.is_sent && is_open };
    for person in body.people {
        let new =
            NewInterview { email: person.email.clone(), name: person.name, person: person.person, source: body.source.clone(), language: person.language };
        let id = Catalog::new_interview_id();
        let post = first.with_link(Post::of(&api, &study, &definition, &id).await?.link);
        // Before a study is open its link leads nowhere.
        let letters = |made: &sillage_catalog::Interview| if is_open { post.only_if_sent(vec![post.invitation(made)]) } else { Vec::new() };
        match api.catalog.add_interview(inside.project.id, &study.id, &id, &new, &by, letters).await {
            Ok(made) => outcome.invited.push(made.into()),
            Err(CatalogError::Taken { .. }) => outcome.known.push(person.email),
            Err(CatalogError::Invalid { message, .. }) => outcome.refused.push(RefusedAddress { email: person.email.chars().take(254).collect(), message }),
            Err(error) => return Err(error.into()),
        }
    }
    let details = json!({"title": study.title, "people": outcome.invited.len(), "source": body.source});
    record(&api, &inside, "interview.invite", &study.id, details).await?;
    Ok(axum::Json(outcome))
}

/// Somebody, with letter, notes and files.
#[utoipa::path(
    get, path = "/api/projects/{project}/interviews/{study}/participants/{participant}", tag = "interview_participant",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path)), responses((status = 200, body = ParticipantWhole))
)]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, place: Place) -> Result<axum::Json<ParticipantWhole>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    let found = api.catalog.interview(inside.project.id, &study.id, &place.participant).await?;
    Ok(axum::Json(whole(&api, &study, found).await?))
}

/// Let somebody in, or say what came of the talk.
#[utoipa::path(
    put, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/status", tag = "interview_participant",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path)), request_body = NewParticipantStatus, responses((status = 200, body = ParticipantWhole))
)]
async fn change_status(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    place: Place,
    Json(body): Json<NewParticipantStatus>,
) -> Result<axum::Json<ParticipantWhole>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    let before = api.catalog.interview(inside.project.id, &study.id, &place.participant).await?;
    use InterviewStatus::{Booked, Cancelled, Done, Invited, NoShow, ScreenedOut, Waiting};
    let status = InterviewStatus::parse(&body.status).filter(|status| matches!(status, Invited | ScreenedOut | Done | NoShow | Cancelled));
    let status = status.ok_or_else(|| ApiError::invalid("status", "use invited, screened_out, done, no_show or cancelled"))?;
    if matches!(status, Done | NoShow) && before.talk.is_none() {
        return Err(ApiError::new(StatusCode::CONFLICT, "no_talk", "no time was booked yet; wait for the booking, or cancel the invitation"));
    }
    let post = Post::of(&api, &study, &definition_of(&study)?, &before.id).await?;
    let was_booked = before.status == Booked;
    let lets_in = status == Invited && matches!(before.status, Waiting | ScreenedOut);
    let letters = |after: &sillage_catalog::Interview| {
        let letters = match status {
            Cancelled if was_booked => post.cancellations(after),
            Invited if lets_in => vec![post.invitation(after)],
            _ => Vec::new(),
        };
        post.only_if_sent(letters)
    };
    let after = api.catalog.set_interview_status(&before.id, status, lets_in, letters).await?;
    record(&api, &inside, "interview.participant", &before.id, json!({"title": study.title, "status": status.as_str()})).await?;
    Ok(axum::Json(whole(&api, &study, after).await?))
}

/// Say who somebody is among the people of the project, so that their sessions and answers stand beside.
#[utoipa::path(
    put, path = "/api/projects/{project}/interviews/{study}/participants/{participant}/person", tag = "interview_participant",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path)), request_body = NewParticipantPerson, responses((status = 200, body = ParticipantWhole))
)]
async fn set_person(
    State(api): State<Api>,
    inside: Inside<ToWrite>,
    place: Place,
    Json(body): Json<NewParticipantPerson>,
) -> Result<axum::Json<ParticipantWhole>, ApiError> {
    let study = api.catalog.interview_study(inside.project.id, &place.study).await?;
    let person = body.person.as_deref().map(str::trim).filter(|person| !person.is_empty());
    if person.is_some_and(|person| person.len() > 512) {
        return Err(ApiError::invalid("person", "is an id of at most 512 bytes"));
    }
    let after = api.catalog.set_interview_person(inside.project.id, &study.id, &place.participant, person).await?;
    record(&api, &inside, "interview.participant", &after.id, json!({"title": study.title, "person": person})).await?;
    Ok(axum::Json(whole(&api, &study, after).await?))
}

/// Delete everything of somebody: mails, notes, files, talks. The answer says what was removed.
#[utoipa::path(
    delete, path = "/api/projects/{project}/interviews/{study}/participants/{participant}", tag = "interview_participant",
    params(("project" = u32, Path), ("study" = String, Path), ("participant" = String, Path)), responses((status = 200, body = Removed))
)]
async fn delete(State(api): State<Api>, inside: Inside<ToWrite>, place: Place) -> Result<axum::Json<Removed>, ApiError> {
    let gone = api.catalog.delete_interview(inside.project.id, &place.study, &place.participant).await?;
    let removed = Removed { mails: gone.mails, notes: gone.notes, files: gone.files, talks: gone.talks };
    let details = json!({"mails": gone.mails, "notes": gone.notes, "files": gone.files, "talks": gone.talks});
    record(&api, &inside, "interview.forget", &place.participant, details).await?;
    Ok(axum::Json(removed))
}

async fn whole(api: &Api, study: &InterviewStudy, found: sillage_catalog::Interview) -> Result<ParticipantWhole, ApiError> {
    let post = Post::of(api, study, &definition_of(study)?, &found.id).await?;
    let letters = match found.status {
        InterviewStatus::Booked => post.confirmations(&found),
        InterviewStatus::Cancelled => post.cancellations(&found),
        _ => Vec::new(),
    };
    let mail = letters.into_iter().next().unwrap_or_else(|| post.invitation(&found));
    let method = if found.status == InterviewStatus::Cancelled { Method::Cancel } else { Method::Request };
    let notes = api.catalog.interview_notes(&found.id).await?;
    let files = api.catalog.interview_files(&found.id).await?;
    let at = post.link.find("/interview/").unwrap_or(0);
    Ok(ParticipantWhole {
        path: post.link[at..].to_owned(),
        letter: Letter { subject: mail.subject, text: mail.text },
        calendar_file: post.calendar_file(&found, method),
        notes: notes.into_iter().map(note_of).collect(),
        files: files.into_iter().map(file_of).collect(),
        participant: found.into(),
    })
}
