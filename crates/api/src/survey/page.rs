//! A survey on a page of its own: drawn here, one question a page, so that it works in any browser, without scripts, and in a frame of another page.
//!
//! Where somebody stands is in the address, signed: which response, which version, which question. So nothing is stored on the device, a page that was left is gone on with,
//! and what was put together elsewhere is nothing. Answers go the way of all events and are on the disk before the next question is shown.
//!
//! What must stay true: an answer counts once, sent again or from two windows; whoever began may finish, also when the survey was stopped or changed meanwhile; what somebody
//! typed stands in the form again whenever it was not taken.

mod draw;
mod state;
mod words;

pub(super) use draw::{escaped, is_light};
pub(super) use state::{Link, Who};

use super::answers::{self, ANSWERED, COMPLETED, RESPONSE, SHOWN, SURVEY};
use super::door;
use crate::{
    Api,
    body::read_body,
    client_address::{client_address, throttle_key},
    error::ApiError,
    ingest::{self, Delivery},
};
use axum::{
    Router,
    extract::{Path, Request, State as Shared},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use draw::{Closed, Drawn, Form};
use serde_json::{Map, Value, json};
use sillage_behavior::survey::{Given, LinkAnswer, Next, Question, Survey as Definition, Wrong};
use sillage_catalog::{Project, SurveyPage, SurveyStatus, random_id};
use state::State;
use std::{collections::HashMap, net::IpAddr};
use words::Words;

/// A text of a megabyte is read, and answered with what it may be at most.
const MAX_FORM_BYTES: usize = 2 << 20;
/// Nobody reads and answers faster.
const LEAST_MS: i64 = 400;
const DAY_MS: i64 = 86_400_000;
/// Answers to later questions that an address may bring along.
const MAX_GIVEN_BYTES: usize = 2_000;
/// What an answer is refused by beside what is wrong with it.
const TRAP: &str = "website";

pub(crate) fn routes() -> Router<Api> {
    Router::new().route("/survey/{slug}", get(show).post(answer))
}

/// Who asks, as far as it matters.
struct Visitor {
    headers: HeaderMap,
    address: Option<IpAddr>,
    /// Looks only, and will be shown nothing.
    is_looking_ahead: bool,
}

/// A survey as it is drawn for somebody.
struct Sheet {
    project: Project,
    page: SurveyPage,
    name: String,
    definition: Definition,
    state: State,
}

async fn show(Shared(api): Shared<Api>, Path(slug): Path<String>, request: Request) -> Response {
    let fields = pairs(request.uri().query().unwrap_or_default().as_bytes());
    let words = Words::of(&wanted_languages(&fields, request.headers()));
    let is_embedded = is_embedded(&fields);
    shown(&api, &slug, &fields, request).await.unwrap_or_else(|error| failed(error, words, is_embedded))
}

async fn shown(api: &Api, slug: &str, fields: &[(String, String)], request: Request) -> Result<Response, ApiError> {
    let wanted = wanted_languages(fields, request.headers());
    let is_embedded = is_embedded(fields);
    let closed = |closed: Closed| Ok(draw::closed(closed, Words::of(&wanted), is_embedded));
    let Some(page) = api.catalog.survey_page_at(slug).await? else { return closed(Closed::Unknown) };
    if let Some(token) = value(fields, "s") {
        let Some(state) = State::read(api, token).await?.filter(|state| state.survey == page.survey) else { return Ok(to_start(slug, is_embedded)) };
        let sheet = sheet(api, page, state).await?;
        return drawn(api, &sheet, &Form::default(), StatusCode::OK).await;
    }
    let survey = api.catalog.survey(page.project, &page.survey).await?;
    if !page.is_open || survey.version == 0 || survey.status == SurveyStatus::Draft {
        return closed(Closed::Unknown);
    }
    if survey.status != SurveyStatus::Running {
        return closed(if survey.status == SurveyStatus::Paused { Closed::Paused } else { Closed::Over });
    }
    let definition = Definition::from_json(&api.catalog.survey_version(page.project, &page.survey, survey.version).await?.definition, "definition")?;
    let project = api.catalog.project(page.project).await?;
    let now = api.clock.now_ms();
    let (from, to) = definition.limits.instants();
    if from.is_some_and(|from| now < from) {
        return closed(Closed::NotYet);
    }
    if to.is_some_and(|to| now >= to) {
        return closed(Closed::Over);
    }
    let link = match value(fields, "k") {
        None => None,
        Some(token) => match Link::read(api, token).await?.filter(|link| link.survey == page.survey) {
            None => return closed(Closed::BrokenLink),
            Some(link) if link.until < now => return closed(Closed::OldLink),
            Some(link) => Some(link),
        },
    };
    let (has_begun, has_ended) = match &link {
        Some(link) if link.is_once => api.catalog.link_answers(&link.id).await?,
        _ => (false, false),
    };
    if has_ended {
        return closed(Closed::Answered);
    }
    if !has_begun && door::is_full(api, &project, &page.survey, &definition).await? {
        return closed(Closed::Full);
    }
    let response = match &link {
        Some(link) if link.is_once => link.id.clone(),
        _ => random_id()?,
    };
    let who = link.map(|link| link.who).filter(|_| definition.privacy.link != LinkAnswer::Never);
    let state = State {
        survey: page.survey.clone(),
        version: survey.version,
        response,
        at: definition.questions.first().map(|question| question.id.clone()).unwrap_or_default(),
        language: draw::language_of(&definition.languages, &wanted),
        began: now,
        put: now,
        is_embedded,
        // One who is asked first is named when they say so.
        is_named: who.is_some() && definition.privacy.link == LinkAnswer::Consent,
        asks_to_link: who.is_some() && definition.privacy.link == LinkAnswer::Ask,
        who,
        given: given_along(&definition, fields),
        goes_on: has(fields, "go"),
    };
    let mut sheet = Sheet { project, page, name: survey.name, definition, state };
    let (parts, _) = request.into_parts();
    let is_looking_ahead = parts.method == Method::HEAD || parts.headers.contains_key("sec-purpose") || parts.headers.contains_key("purpose");
    let visitor =
        Visitor { address: client_address(&parts.headers, &parts.extensions, &api.options.trusted_proxies), headers: parts.headers, is_looking_ahead };
    if has_begun && let Some(place) = where_it_stands(api, &sheet).await? {
        if sheet.definition.ends.iter().any(|end| end.id == place) {
            return closed(Closed::Answered);
        }
        sheet.state.at = place;
    } else if !visitor.is_looking_ahead {
        // Nobody waits for it: that it was shown is no promise.
        let (api, record) = (api.clone(), sheet.record(SHOWN, "shown", sheet.day(), Map::new()));
        let key = sheet.project.write_key.clone();
        tokio::spawn(async move {
            if let Err(error) = keep(&api, &key, &visitor, vec![record]).await {
                tracing::warn!("that a survey's page was shown could not be kept: {}", error.message);
            }
        });
    }
    drawn(api, &sheet, &Form::default(), StatusCode::OK).await
}

async fn answer(Shared(api): Shared<Api>, Path(slug): Path<String>, request: Request) -> Response {
    let in_address = pairs(request.uri().query().unwrap_or_default().as_bytes());
    let words = Words::of(&wanted_languages(&in_address, request.headers()));
    answered(&api, &slug, request).await.unwrap_or_else(|error| failed(error, words, false))
}

async fn answered(api: &Api, slug: &str, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let address = client_address(&parts.headers, &parts.extensions, &api.options.trusted_proxies);
    let visitor = Visitor { headers: parts.headers, address, is_looking_ahead: false };
    api.throttle.try_answer(throttle_key(address), api.clock.now_ms())?;
    let fields = pairs(&read_body(body, MAX_FORM_BYTES, api.options.body_time, None).await?);
    let Some(page) = api.catalog.survey_page_at(slug).await? else { return Ok(draw::closed(Closed::Unknown, Words::of(&[]), false)) };
    let state = match value(&fields, "s") {
        Some(token) => State::read(api, token).await?.filter(|state| state.survey == page.survey),
        None => None,
    };
    let Some(state) = state else { return Ok(to_start(slug, false)) };
    let mut sheet = sheet(api, page, state).await?;
    let Some(at) = sheet.definition.position(&sheet.state.at) else { return drawn(api, &sheet, &Form::default(), StatusCode::OK).await };
    let now = api.clock.now_ms();
    if value(&fields, TRAP).is_some_and(|text| !text.is_empty()) {
        // A program fills in what people do not see. It is thanked, and nothing is kept.
        sheet.state.at = sheet.definition.ends.first().map(|end| end.id.clone()).unwrap_or_default();
        return drawn(api, &sheet, &Form::default(), StatusCode::OK).await;
    }
    let words = Words::of(std::slice::from_ref(&sheet.state.language));
    if now - sheet.state.put < LEAST_MS && !sheet.state.goes_on {
        return drawn(api, &sheet, &Form { fields, problem: Some(words.too_fast.to_owned()) }, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let question = sheet.definition.questions[at].clone();
    let given = match read(&question, &fields) {
        Ok(given) => given,
        Err(wrong) => {
            let problem = Some(words.of_wrong(wrong, &question));
            return drawn(api, &sheet, &Form { fields, problem }, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    if sheet.state.asks_to_link && value(&fields, "link").is_some() {
        sheet.state.is_named = true;
    }
    let next = match sheet.definition.next(at, &given.answer()) {
        Next::Question(at) => sheet.definition.questions[at].id.clone(),
        Next::End(at) => sheet.definition.ends[at].id.clone(),
    };
    let is_end = sheet.definition.ends.iter().any(|end| end.id == next);
    let time = if sheet.state.is_named { api.catalog.answered_at(&sheet.state.response, &question.id).await? } else { sheet.day() };
    let records = sheet.records(&question, &given, &next, is_end, time, now);
    let n_records = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let kept = match keep(api, &sheet.project.write_key, &visitor, records).await {
        Ok(kept) => kept,
        Err(error) if error.status.is_server_error() || error.status == StatusCode::TOO_MANY_REQUESTS => {
            tracing::warn!("an answer on a survey's page could not be kept: {}", error.message);
            return drawn(api, &sheet, &Form { fields, problem: Some(words.not_kept.to_owned()) }, StatusCode::SERVICE_UNAVAILABLE).await;
        }
        Err(error) => return Err(error),
    };
    // It was answered before, in another window or by a page that one went back to: it goes on from where that led.
    let was_answered = kept.duplicates >= n_records;
    let next = if was_answered { where_it_stands(api, &sheet).await?.unwrap_or(next) } else { next };
    if sheet.definition.ends.iter().any(|end| end.id == next) && sheet.state.who.is_some() {
        api.catalog.answered_at(&sheet.state.response, "").await?;
    }
    sheet.state = State { at: next, put: now, asks_to_link: false, goes_on: false, ..sheet.state };
    let token = sheet.state.write(api).await?;
    Ok(see(&format!("/survey/{}?s={token}", sheet.page.slug)))
}

/// A question that may be left out is, by its button.
fn read(question: &Question, fields: &[(String, String)]) -> Result<Given, Wrong> {
    if value(fields, "skip").is_some() && !question.required {
        return Ok(Given { is_skipped: true, ..Given::default() });
    }
    question.read(fields)
}

async fn sheet(api: &Api, page: SurveyPage, state: State) -> Result<Sheet, ApiError> {
    let survey = api.catalog.survey(page.project, &page.survey).await?;
    let version = api.catalog.survey_version(page.project, &page.survey, state.version).await?;
    let project = api.catalog.project(page.project).await?;
    let definition = Definition::from_json(&version.definition, "definition")?;
    Ok(Sheet { project, page, name: survey.name, definition, state })
}

impl Sheet {
    /// An answer that names nobody tells the day and no more.
    fn day(&self) -> i64 {
        self.state.began - self.state.began.rem_euclid(DAY_MS)
    }

    /// The events of an answer, as the tag tells them.
    fn records(&self, question: &Question, given: &Given, next: &str, is_end: bool, time: i64, now: i64) -> Vec<Value> {
        let of_question = || Map::from_iter([("$question".to_owned(), json!(question.id)), ("$question_kind".to_owned(), json!(question.kind.name()))]);
        let mut records = Vec::new();
        for (item, score) in given.rows() {
            let mut properties = of_question();
            properties.extend([("$item".to_owned(), json!(item)), ("$score".to_owned(), score)]);
            records.push(self.record(ANSWERED, &format!("{}:{item}", question.id), time, properties));
        }
        let mut properties = of_question();
        properties.extend(given.properties(question, &self.definition.languages[0]));
        properties.insert("$next".to_owned(), json!(next));
        records.push(self.record(ANSWERED, &question.id, time, properties));
        if is_end {
            records.push(self.record(COMPLETED, "end", time, Map::from_iter([("$elapsed_ms".to_owned(), json!((now - self.state.began).max(0)))])));
        }
        records
    }

    /// What is told twice is one event: its name, its time and this id are the same.
    fn record(&self, event: &str, id: &str, time: i64, mut properties: Map<String, Value>) -> Value {
        let state = &self.state;
        let path = format!("/survey/{}", self.page.slug);
        properties.extend([
            (SURVEY.to_owned(), json!(state.survey)),
            ("$survey_name".to_owned(), json!(self.name)),
            ("$survey_version".to_owned(), json!(state.version)),
            ("$survey_language".to_owned(), json!(state.language)),
            ("$survey_display".to_owned(), json!("hosted")),
            ("$page".to_owned(), json!(path)),
            ("$lib".to_owned(), json!("survey page")),
        ]);
        if event != SHOWN {
            properties.insert(RESPONSE.to_owned(), json!(state.response));
        }
        let mut record = json!({"event": event, "time": time, "insert_id": format!("{}:{id}", state.response), "properties": properties});
        match &state.who {
            Some(Who::User(user)) if state.is_named => record["user_id"] = json!(user),
            Some(Who::Device(device)) if state.is_named => record["device_id"] = json!(device),
            _ => {}
        }
        record
    }
}

/// Sends records the way of everybody's events. What is accepted is on the disk.
async fn keep(api: &Api, write_key: &str, visitor: &Visitor, records: Vec<Value>) -> Result<sillage_event::Appended, ApiError> {
    let body = serde_json::to_vec(&records).map_err(|error| ApiError::internal(&error))?;
    let delivery = Delivery::of_page(api, write_key, &visitor.headers, visitor.address, body)?;
    let (decoded, appended) = ingest::keep(api, &delivery).await.map_err(ApiError::from)?;
    match decoded.failed.first() {
        None => Ok(appended),
        Some(failed) => Err(ApiError::internal(&failed.message)),
    }
}

/// The question, or the end, that the answers which are there lead to; `None` when there are none.
async fn where_it_stands(api: &Api, sheet: &Sheet) -> Result<Option<String>, ApiError> {
    const MOST_EVENTS: u32 = 5_000;
    let filter =
        json!({"all": [{"property": SURVEY, "op": "is", "value": sheet.state.survey}, {"property": RESPONSE, "op": "is", "value": sheet.state.response}]});
    let reply = answers::ask(api, &sheet.project, &json!({"kind": "timeline", "events": [ANSWERED], "filter": filter, "limit": MOST_EVENTS})).await?;
    let led: HashMap<&str, &str> = reply["events"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|event| Some((event["properties"]["$question"].as_str()?, event["properties"]["$next"].as_str()?)))
        .collect();
    let mut place = sheet.definition.questions.first().map(|question| question.id.as_str()).unwrap_or_default();
    let mut has_begun = false;
    // Every way leads down, so it ends.
    for _ in 0..=sheet.definition.questions.len() {
        let Some(next) = led.get(place) else { break };
        has_begun = true;
        place = next;
    }
    Ok((has_begun && sheet.definition.place(place).is_some()).then(|| place.to_owned()))
}

async fn drawn(api: &Api, sheet: &Sheet, form: &Form, status: StatusCode) -> Result<Response, ApiError> {
    let Sheet { page, definition, state, .. } = sheet;
    let token = state.write(api).await?;
    Ok(draw::sheet(&Drawn { slug: &page.slug, definition, state, token: &token, form, trap: TRAP }, status))
}

/// Answers that come with the address: of the first question, and of later ones.
fn given_along(definition: &Definition, fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut bytes = 0;
    let of_question = |name: &str| {
        definition.questions.iter().any(|question| name == question.id || name.strip_prefix(&question.id).is_some_and(|rest| rest.starts_with('.')))
    };
    let along = fields.iter().filter(|(name, _)| of_question(name)).take_while(|(name, value)| {
        bytes += name.len() + value.len();
        bytes <= MAX_GIVEN_BYTES
    });
    along.cloned().collect()
}

/// The languages that somebody reads, the best first: as the address says, then as the browser does.
fn wanted_languages(fields: &[(String, String)], headers: &HeaderMap) -> Vec<String> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut read: Vec<(f32, String)> = Vec::new();
    for part in accepted.split(',').take(20) {
        let mut parts = part.split(';');
        let language = parts.next().unwrap_or_default().trim();
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if !language.is_empty() && language != "*" && language.len() <= 35 {
            read.push((weight, language.to_owned()));
        }
    }
    read.sort_by(|a, b| b.0.total_cmp(&a.0));
    value(fields, "lang").map(str::to_owned).into_iter().chain(read.into_iter().map(|(_, language)| language)).collect()
}

fn is_embedded(fields: &[(String, String)]) -> bool {
    value(fields, "embed").is_some_and(|value| !matches!(value, "0" | "false" | "no"))
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
}

fn has(fields: &[(String, String)], name: &str) -> bool {
    value(fields, name).is_some()
}

fn to_start(slug: &str, is_embedded: bool) -> Response {
    see(&format!("/survey/{}{}", percent_encoding::utf8_percent_encode(slug, percent_encoding::NON_ALPHANUMERIC), if is_embedded { "?embed" } else { "" }))
}

fn see(address: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(address) = HeaderValue::from_str(address) {
        headers.insert(header::LOCATION, address);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Said to a person, not to a program.
fn failed(error: ApiError, words: &'static Words, is_embedded: bool) -> Response {
    let closed = match error.status {
        StatusCode::NOT_FOUND => Closed::Unknown,
        StatusCode::TOO_MANY_REQUESTS => Closed::TooMany,
        StatusCode::PAYLOAD_TOO_LARGE => Closed::TooLarge,
        _ => {
            tracing::warn!("a survey's page could not be shown: {}", error.message);
            Closed::Failed
        }
    };
    let mut response = draw::closed(closed, words, is_embedded);
    if let Some(seconds) = error.retry_after_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
