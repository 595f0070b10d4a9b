//! The page on which guests agree, answer, pick a time, change it and cancel it. Made on the server, without cookies, whole without JavaScript.
//!
//! What must stay true: everything that a person wrote is escaped; nothing is loaded from elsewhere; an address that search engines find leads to nothing.

mod html;

use self::html::{Form, booked_body, closed_body, message_body, page, picker_body, screener_body};
use super::{
    definition_of, free,
    letter::Post,
    words::{Words, words},
};
use crate::{
    Api,
    body::read_body,
    client_address::{client_address, throttle_key},
    error::ApiError,
};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use sillage_behavior::interview::{
    Approval, Study,
    ics::Method,
    is_zone,
    slot::{self, Taken},
};
use sillage_catalog::{
    BookedTalk, Catalog, CatalogError, ConsentGiven, Interview, InterviewLink, InterviewStatus, InterviewStudy, NewAuditEntry, NewInterview, StudyStatus,
};
use std::collections::HashMap;

const MAX_FORM_BYTES: usize = 64 * 1024;
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/zone.js");
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(crate) fn routes() -> Router<Api> {
    Router::new()
        .route("/interview/{token}", get(show).post(act))
        .route("/interview/{token}/invite.ics", get(calendar))
        .route("/interview/assets/page.css", get(|| asset("text/css; charset=utf-8", STYLE)))
        .route("/interview/assets/zone.js", get(|| asset("text/javascript; charset=utf-8", SCRIPT)))
        .layer(middleware::from_fn(guarded))
}

async fn asset(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], content).into_response()
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // The address is the key: it is told to no other site.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}

type Fields = HashMap<String, String>;

fn fields(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).take(200).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

/// Who came by a link, and what it opens.
struct Visit {
    token: String,
    study: InterviewStudy,
    definition: Study,
    /// None: by the link of the study.
    interview: Option<Interview>,
    words: &'static Words,
    is_french: bool,
    /// Of the address.
    query: Fields,
}

impl Visit {
    /// `Err` is the page that says so.
    async fn of(api: &Api, token: String, query: Fields, headers: &HeaderMap) -> Result<Self, Response> {
        let failed = |error: CatalogError| ApiError::from(error).into_response();
        let asked = query.get("lang").map(String::as_str);
        let accepts_french =
            headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).is_some_and(|value| value.trim_start().starts_with("fr"));
        let lost = || {
            let words = words(asked == Some("fr") || asked.is_none() && accepts_french);
            let body = message_body(words.wrong_link, words.wrong_link_text);
            (StatusCode::NOT_FOUND, page(words, words.wrong_link, &body)).into_response()
        };
        let link = api.catalog.interview_link(&token).await.map_err(failed)?.ok_or_else(lost)?;
        let (study, interview) = match link {
            InterviewLink::Recruit { study } => (study, None),
            InterviewLink::Personal { participant } => {
                let interview = api.catalog.interview_of_link(&participant).await.map_err(failed)?.ok_or_else(lost)?;
                (interview.study.clone(), Some(interview))
            }
        };
        let study = api.catalog.interview_study_of_link(&study).await.map_err(failed)?.ok_or_else(lost)?;
        let definition = definition_of(&study).map_err(IntoResponse::into_response)?;
        let is_french = match (asked, &interview) {
            (Some(language), _) => language == "fr",
            (None, Some(interview)) => interview.language == "fr",
            (None, None) => accepts_french,
        };
        Ok(Self { token, study, definition, interview, words: words(is_french), is_french, query })
    }

    /// The zone in which times are shown: the one that was asked for, the one of the booking, the host's.
    fn zone(&self) -> String {
        let asked = self.query.get("tz").filter(|zone| is_zone(zone)).cloned();
        let booked = || self.interview.as_ref().and_then(|interview| interview.timezone.clone());
        asked.or_else(booked).unwrap_or_else(|| self.definition.timezone.clone())
    }

    fn page(&self, body: &str) -> Response {
        page(self.words, &self.study.title, body)
    }

    fn form(&self) -> Form<'_> {
        Form {
            words: self.words,
            is_french: self.is_french,
            token: &self.token,
            title: &self.study.title,
            definition: &self.definition,
            name: self.interview.as_ref().map_or("", |interview| &interview.name),
            asks_email: self.interview.is_none(),
        }
    }

    fn message(&self, title: &str, text: &str) -> Response {
        self.page(&closed_body(&self.form(), title, text))
    }
}

async fn show(State(api): State<Api>, Path(token): Path<String>, request: Request) -> Result<Response, Response> {
    let query = fields(request.uri().query().unwrap_or_default().as_bytes());
    let visit = Visit::of(&api, token, query, request.headers()).await?;
    answer(&api, &visit, None).await.map_err(IntoResponse::into_response)
}

/// The page as things stand, with what is to be said above it.
async fn answer(api: &Api, visit: &Visit, notice: Option<&str>) -> Result<Response, ApiError> {
    let words = visit.words;
    let is_open = visit.study.status == StudyStatus::Open;
    let Some(interview) = &visit.interview else {
        return Ok(if is_open { visit.page(&screener_body(&visit.form(), notice)) } else { visit.message(words.closed, words.closed_text) });
    };
    let changes = visit.query.contains_key("change");
    Ok(match interview.status {
        InterviewStatus::Done | InterviewStatus::NoShow => visit.message(words.over, words.over_text),
        InterviewStatus::ScreenedOut => visit.message(words.screened_out, words.screened_out_text),
        InterviewStatus::Waiting => visit.message(words.waiting, words.waiting_text),
        InterviewStatus::Booked if !changes || !is_open => visit.page(&booked_body(&visit.form(), interview, &visit.zone(), is_open, notice)),
        InterviewStatus::Cancelled if !changes || !is_open => visit.page(&html::cancelled_body(&visit.form(), is_open)),
        _ if !is_open => visit.message(words.closed, words.closed_text),
        InterviewStatus::Invited | InterviewStatus::Cancelled if interview.consent.is_none() => visit.page(&screener_body(&visit.form(), notice)),
        _ => {
            let starts = free::starts(api, &visit.study, &visit.definition, &interview.id).await?;
            let from = visit.query.get("from").and_then(|from| from.parse().ok()).unwrap_or(i64::MIN);
            visit.page(&picker_body(&visit.form(), &starts, from, &visit.zone(), interview, notice))
        }
    })
}

async fn act(State(api): State<Api>, Path(token): Path<String>, request: Request) -> Result<Response, Response> {
    let (parts, body) = request.into_parts();
    let address = throttle_key(client_address(&parts.headers, &parts.extensions, &api.options.trusted_proxies));
    let said = async {
        api.throttle.try_address(address, api.clock.now_ms())?;
        Ok::<_, ApiError>(fields(&read_body(body, MAX_FORM_BYTES, api.options.body_time, None).await?))
    };
    let form = said.await.map_err(IntoResponse::into_response)?;
    let query = fields(parts.uri.query().unwrap_or_default().as_bytes());
    let visit = Visit::of(&api, token, query, &parts.headers).await?;
    let done = match form.get("do").map(String::as_str) {
        Some("answer") => take_answers(&api, &visit, &form).await,
        Some("book") => book(&api, &visit, &form).await,
        Some("cancel") => cancel(&api, &visit).await,
        _ => answer(&api, &visit, None).await,
    };
    done.map_err(IntoResponse::into_response)
}

/// What the guest answered and agreed to; who came by the study's link becomes somebody of their own.
async fn take_answers(api: &Api, visit: &Visit, form: &Fields) -> Result<Response, ApiError> {
    let words = visit.words;
    let is_free =
        visit.interview.as_ref().is_none_or(|one| matches!(one.status, InterviewStatus::Invited | InterviewStatus::Cancelled) && one.consent.is_none());
    if visit.study.status != StudyStatus::Open || !is_free {
        return answer(api, visit, None).await;
    }
    let ticked = |name: &str| form.get(name).is_some_and(|value| value == "yes");
    let chosen: Vec<usize> = (0..visit.definition.screener.len()).map_while(|i| form.get(&format!("q{i}"))?.parse().ok()).collect();
    let Some(passes) = visit.definition.passes(&chosen) else { return answer(api, visit, Some(words.answer_all)).await };
    if !ticked("talk") {
        return answer(api, visit, Some(words.must_agree)).await;
    }
    let name = form.get("name").map(String::as_str).unwrap_or_default();
    let interview = match &visit.interview {
        Some(interview) => interview.clone(),
        None => {
            let email = form.get("email").cloned().unwrap_or_default();
            let new = NewInterview { email, name: name.to_owned(), person: None, source: "link".to_owned(), language: visit.words.code.to_owned() };
            let id = Catalog::new_interview_id();
            match api.catalog.add_interview(visit.study.project, &visit.study.id, &id, &new, "guest", |_| Vec::new()).await {
                Ok(made) => made,
                Err(CatalogError::Taken { .. }) => return answer(api, visit, Some(words.known_address)).await,
                Err(CatalogError::Invalid { field: "email", .. }) => return answer(api, visit, Some(words.your_email)).await,
                Err(error) => return Err(error.into()),
            }
        }
    };
    let status = match (passes, visit.definition.approval) {
        (false, _) => InterviewStatus::ScreenedOut,
        // Who was invited by name was chosen already.
        (true, Approval::Manual) if visit.interview.is_none() => InterviewStatus::Waiting,
        (true, _) => InterviewStatus::Invited,
    };
    let consent = ConsentGiven { version: visit.study.consent_version, talk: true, record: ticked("record"), quote: ticked("quote"), at: api.clock.now_ms() };
    let interview = api.catalog.answer_interview(&interview.id, name, &chosen, &consent, status).await?;
    tell(api, &interview, "interview.consent", status.as_str()).await?;
    let token = api.catalog.interview_token(&InterviewLink::Personal { participant: interview.id }).await?;
    Ok(see(&format!("/interview/{token}?lang={}", words.code)))
}

/// Gives the guest a time, unless somebody took it a moment before.
async fn book(api: &Api, visit: &Visit, form: &Fields) -> Result<Response, ApiError> {
    let Some(interview) = &visit.interview else { return answer(api, visit, None).await };
    let has_agreed = interview.consent.as_ref().is_some_and(|consent| consent.talk);
    if visit.study.status != StudyStatus::Open || !has_agreed {
        return answer(api, visit, None).await;
    }
    let zone = form.get("tz").filter(|zone| is_zone(zone)).cloned().unwrap_or_else(|| visit.zone());
    let Some(starts_at) = form.get("start").and_then(|start| start.parse::<i64>().ok()) else { return answer(api, visit, None).await };
    let talk = BookedTalk { starts_at, ends_at: starts_at.saturating_add(i64::from(visit.definition.minutes) * 60_000) };
    let busy = free::busy_spans(api, &visit.study, &visit.definition).await?;
    // Who is slow is told so; who is beaten by somebody else is told that.
    let (definition, now) = (&visit.definition, api.clock.now_ms());
    let was_ever_free = slot::is_free(definition, now, Taken { booked: &[], busy: &busy }, starts_at);
    let is_free = |talks: &[BookedTalk]| slot::is_free(definition, now, Taken { booked: &free::spans(talks), busy: &busy }, starts_at);
    let post = Post::of(api, &visit.study, definition, &interview.id).await?;
    match api.catalog.book_interview(&interview.id, talk, &zone, is_free, |booked| post.only_if_sent(post.confirmations(booked))).await {
        Ok(booked) => {
            tell(api, &booked, "interview.book", "booked").await?;
            Ok(see(&format!("/interview/{}?lang={}&tz={}", visit.token, visit.words.code, encoded(&zone))))
        }
        Err(CatalogError::Taken { what: "time" }) => {
            let notice = if was_ever_free { visit.words.taken } else { visit.words.wrong_time };
            let starts = free::starts(api, &visit.study, definition, &interview.id).await?;
            let body = picker_body(&visit.form(), &starts, i64::MIN, &zone, interview, Some(notice));
            Ok((StatusCode::CONFLICT, visit.page(&body)).into_response())
        }
        Err(CatalogError::Taken { .. }) => answer(api, visit, None).await,
        Err(error) => Err(error.into()),
    }
}

async fn cancel(api: &Api, visit: &Visit) -> Result<Response, ApiError> {
    let Some(interview) = visit.interview.as_ref().filter(|interview| interview.status == InterviewStatus::Booked) else {
        return answer(api, visit, None).await;
    };
    let post = Post::of(api, &visit.study, &visit.definition, &interview.id).await?;
    let letters = |after: &Interview| post.only_if_sent(post.cancellations(after));
    let after = api.catalog.set_interview_status(&interview.id, InterviewStatus::Cancelled, false, letters).await?;
    tell(api, &after, "interview.cancel", "cancelled").await?;
    Ok(see(&format!("/interview/{}?lang={}", visit.token, visit.words.code)))
}

/// The meeting for the guest's calendar.
async fn calendar(State(api): State<Api>, Path(token): Path<String>, headers: HeaderMap) -> Result<Response, Response> {
    let visit = Visit::of(&api, token, Fields::new(), &headers).await?;
    let made = async {
        let Some(interview) = visit.interview.as_ref().filter(|interview| interview.status == InterviewStatus::Booked) else { return Ok(None) };
        let post = Post::of(&api, &visit.study, &visit.definition, &interview.id).await?;
        // A server that does not know its own address is where the guest found it.
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let own = host.filter(|_| post.link.starts_with('/')).map(|host| format!("http://{host}{}", post.link));
        let post = own.map_or_else(|| post.with_link(post.link.clone()), |link| post.with_link(link));
        Ok::<_, ApiError>(post.calendar_file(interview, Method::Request))
    };
    let Some(file) = made.await.map_err(IntoResponse::into_response)? else { return answer(&api, &visit, None).await.map_err(IntoResponse::into_response) };
    let headers =
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=REQUEST"), (header::CONTENT_DISPOSITION, "attachment; filename=\"invite.ics\"")];
    Ok((headers, Body::from(file)).into_response())
}

async fn tell(api: &Api, interview: &Interview, action: &'static str, status: &str) -> Result<(), ApiError> {
    let actor = format!("guest:{}", interview.id);
    let details = json!({"status": status, "consent": interview.consent.as_ref().map(|consent| consent.version)});
    Ok(api.catalog.record(NewAuditEntry { actor: &actor, project: Some(interview.project), action, object: &interview.id, details }).await?)
}

/// Away from the form, so that loading the page again sends nothing again.
fn see(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
