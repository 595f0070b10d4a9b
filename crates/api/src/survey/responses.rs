//! The answers themselves, one row a response: a page of them, or all as CSV.

use super::{
    Asking,
    answers::{self, ANSWERED, COMPLETED, RESPONSE, SURVEY, instant_ms},
};
use crate::{
    Api,
    access::{Inside, ToRead},
    body::{Json, Named, Query},
    error::ApiError,
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::survey::Survey as Definition;
use sillage_catalog::NewAuditEntry;
use std::collections::{BTreeMap, HashMap};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_RESPONSES: usize = 50;
const MOST_RESPONSES: usize = 200;
/// Events looked at in one go for each response of a page.
const EVENTS_A_RESPONSE: usize = 5;
const FEWEST_EVENTS: usize = 100;
/// A response has at most so many events: a matrix tells each row.
pub(super) const MOST_EVENTS: u32 = 10_000;
const MOST_IN_A_FILE: usize = 100_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(responses)).routes(routes!(responses_file)).routes(routes!(responses_json_file))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResponsesBody {
    /// As in a question; the default is all of history.
    #[schema(value_type = Option<Object>)]
    range: Option<Value>,
    /// A condition on the answers, as in a question: `{"property": "$score", "op": "lte", "value": 6}`. A response is listed when one of its answers passes.
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    limit: Option<usize>,
    /// The `next` of the page before.
    before: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SurveyResponses {
    /// The latest first.
    responses: Vec<SurveyResponse>,
    /// What `before` takes for the next page; null on the last.
    next: Option<String>,
}

/// What one person answered to one showing.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct SurveyResponse {
    id: String,
    /// Of the first and of the latest answer.
    began_at: String,
    at: String,
    completed: bool,
    /// Null where the answer names nobody.
    person: Option<String>,
    /// The session that it was given in, whose recording may be there.
    session: Option<String>,
    version: Option<u32>,
    language: Option<String>,
    page: Option<String>,
    /// By question.
    #[schema(value_type = Object)]
    answers: BTreeMap<String, Answer>,
}

#[derive(Clone, Default, Serialize)]
pub(super) struct Answer {
    pub(super) score: Option<f64>,
    choices: Vec<String>,
    /// In words: what was written, or the labels of what was chosen.
    pub(super) text: Option<String>,
    pub(super) skipped: bool,
    /// Scores of rows, by item.
    pub(super) items: BTreeMap<String, f64>,
    #[serde(skip)]
    is_told: bool,
}

impl SurveyResponse {
    pub(super) fn answer(&self, question: &str) -> Option<&Answer> {
        self.answers.get(question)
    }

    pub(super) fn score_of(&self, question: &str) -> Option<f64> {
        self.answer(question)?.score
    }

    pub(super) fn version(&self) -> Option<u32> {
        self.version
    }

    pub(super) fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }
}

/// One response, with all that is there of it by now.
pub(super) async fn one(api: &Api, project: &sillage_catalog::Project, survey: &str, response: &str) -> Result<Option<SurveyResponse>, ApiError> {
    let asked = Asked { api, project, survey, range: None, filter: None };
    Ok(asked.whole(&[response.to_owned()]).await?.into_iter().next().map(|(_, response)| response))
}

/// The responses to a survey, the latest first.
#[utoipa::path(
    post, path = "/api/projects/{project}/surveys/{survey}/responses", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = ResponsesBody, responses((status = 200, body = SurveyResponses))
)]
async fn responses(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Json(body): Json<ResponsesBody>,
) -> Result<axum::Json<SurveyResponses>, ApiError> {
    api.catalog.survey(inside.project.id, &id).await?;
    let limit = body.limit.unwrap_or(DEFAULT_RESPONSES).clamp(1, MOST_RESPONSES);
    let before = match &body.before {
        Some(cursor) => Some(Cursor::parse(cursor).ok_or_else(|| ApiError::invalid("before", "is not a cursor that an answer gave"))?),
        None => None,
    };
    let asked = Asked { api: &api, project: &inside.project, survey: &id, range: body.range, filter: body.filter };
    let (found, next) = asked.page(before, limit).await?;
    Ok(axum::Json(SurveyResponses { responses: found, next }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct FileQuery {
    /// The language of its headings, when the survey has it.
    language: Option<String>,
}

/// All responses as CSV, the latest first, a hundred thousand at most. Cells that a spreadsheet would run as a formula begin with an apostrophe.
#[utoipa::path(
    get, path = "/api/projects/{project}/surveys/{survey}/responses.csv", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path), FileQuery),
    responses((status = 200, content_type = "text/csv", body = String))
)]
async fn responses_file(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named, Query(query): Query<FileQuery>) -> Result<Response, ApiError> {
    let (definition, rows) = everything(&api, &inside, &id).await?;
    Ok(file("responses.csv", "text/csv; charset=utf-8", csv(&definition, query.language.as_deref(), &rows)))
}

/// All responses as JSON, the latest first, a hundred thousand at most: an array of what the paged door gives.
#[utoipa::path(
    get, path = "/api/projects/{project}/surveys/{survey}/responses.json", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    responses((status = 200, body = [SurveyResponse]))
)]
async fn responses_json_file(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<Response, ApiError> {
    let (_, rows) = everything(&api, &inside, &id).await?;
    Ok(file("responses.json", "application/json", serde_json::to_string(&rows).map_err(|error| ApiError::internal(&error))?))
}

/// Every response, with the questions as they were last published. That somebody took them out stands in the activity log.
async fn everything(api: &Api, inside: &Inside<ToRead>, id: &str) -> Result<(Definition, Vec<SurveyResponse>), ApiError> {
    let Asking { survey, definition, .. } = super::published(api, inside.project.id, id).await?;
    let rows = Asked { api, project: &inside.project, survey: id, range: None, filter: None }.all().await?;
    let actor = inside.caller.actor();
    let details = json!({"name": survey.name, "responses": rows.len()});
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "survey.export", object: id, details }).await?;
    Ok((definition, rows))
}

fn file(name: &str, kind: &'static str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], text).into_response()
}

/// A place among the responses: the time of its latest answer, and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    at: i64,
    response: String,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let (at, response) = text.split_once('-')?;
        Some(Self { at: at.parse().ok()?, response: response.to_owned() })
    }
}

struct Asked<'a> {
    api: &'a Api,
    project: &'a sillage_catalog::Project,
    survey: &'a str,
    range: Option<Value>,
    filter: Option<Value>,
}

impl Asked<'_> {
    /// Looks for ids among the latest answers, then reads all that belongs to them: a response that began long ago is whole wherever the page ends.
    async fn page(&self, before: Option<Cursor>, limit: usize) -> Result<(Vec<SurveyResponse>, Option<String>), ApiError> {
        let mut found: Vec<(Cursor, SurveyResponse)> = Vec::new();
        let mut known: HashMap<String, ()> = HashMap::new();
        let mut cursor: Option<String> = None;
        // No answer of a response that comes after the cursor is later than it.
        let until = before.as_ref().map(|before| before.at);
        loop {
            let (ids, next) = self.ids(until, cursor.as_deref(), (limit * EVENTS_A_RESPONSE).max(FEWEST_EVENTS)).await?;
            let new: Vec<String> = ids.into_iter().filter(|id| known.insert(id.clone(), ()).is_none()).collect();
            for part in new.chunks(MOST_RESPONSES) {
                found.extend(self.whole(part).await?.into_iter().filter(|(place, _)| before.as_ref().is_none_or(|before| place < before)));
            }
            // What is still to come is no later than what was looked at: those found are the first ones.
            if next.is_none() || found.len() > limit {
                break;
            }
            cursor = next;
        }
        found.sort_by(|a, b| b.0.cmp(&a.0));
        let has_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| has_more).map(|(place, _)| format!("{}-{}", place.at, place.response));
        Ok((found.into_iter().map(|(_, response)| response).collect(), next))
    }

    async fn ids(&self, until: Option<i64>, cursor: Option<&str>, limit: usize) -> Result<(Vec<String>, Option<String>), ApiError> {
        let own = json!({"property": SURVEY, "op": "is", "value": self.survey});
        let mut all = vec![own];
        all.extend(self.filter.clone());
        let mut question = json!({"kind": "timeline", "events": [ANSWERED], "filter": {"all": all}, "limit": limit});
        if let Some(range) = &self.range {
            question["range"] = range.clone();
        }
        if let Some(cursor) = cursor {
            question["before"] = cursor.into();
        } else if let Some(until) = until {
            // Just behind every event of that time.
            question["before"] = format!("{until}-{}", u64::MAX).into();
        }
        let reply = answers::ask(self.api, self.project, &question).await?;
        let events = reply["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        let ids = events.iter().filter_map(|event| event["properties"][RESPONSE].as_str().map(str::to_owned)).collect();
        Ok((ids, reply["next"].as_str().map(str::to_owned)))
    }

    async fn whole(&self, ids: &[String]) -> Result<Vec<(Cursor, SurveyResponse)>, ApiError> {
        let own = json!({"property": SURVEY, "op": "is", "value": self.survey});
        let filter = json!({"all": [own, {"property": RESPONSE, "op": "any_of_list", "value": ids}]});
        let reply =
            answers::ask(self.api, self.project, &json!({"kind": "timeline", "events": [ANSWERED, COMPLETED], "filter": filter, "limit": MOST_EVENTS})).await?;
        let mut gathered = Gathered::default();
        reply["events"].as_array().into_iter().flatten().for_each(|event| gathered.add(event));
        Ok(gathered.into_responses())
    }

    /// Every response, the latest first, in one walk through the events.
    async fn all(&self) -> Result<Vec<SurveyResponse>, ApiError> {
        let own = json!({"property": SURVEY, "op": "is", "value": self.survey});
        let question = json!({"kind": "timeline", "events": [ANSWERED, COMPLETED], "filter": own, "limit": MOST_EVENTS});
        let mut gathered = Gathered::default();
        let add = |event: &Value| {
            gathered.add(event);
            gathered.0.len() <= MOST_IN_A_FILE
        };
        answers::walk(self.api, self.project, question, add).await?;
        let mut found = gathered.into_responses();
        found.sort_by(|a, b| b.0.cmp(&a.0));
        found.truncate(MOST_IN_A_FILE);
        Ok(found.into_iter().map(|(_, response)| response).collect())
    }
}

/// Responses being put together from their events, the latest event first: of two answers to one question the later one stands.
#[derive(Default)]
struct Gathered(HashMap<String, (i64, SurveyResponse)>);

impl Gathered {
    fn add(&mut self, event: &Value) {
        let properties = &event["properties"];
        let (Some(id), Some(time)) = (properties[RESPONSE].as_str(), instant_ms(&event["time"])) else { return };
        let is_end = event["event"] == COMPLETED;
        let (latest, response) = self.0.entry(id.to_owned()).or_insert_with(|| (time, begun(id, event, time)));
        if is_end {
            response.completed = true;
            return;
        }
        *latest = (*latest).max(time);
        // What is said of the whole is that of its first answer.
        *response = SurveyResponse {
            at: crate::time::shown(*latest),
            completed: response.completed,
            answers: std::mem::take(&mut response.answers),
            ..begun(id, event, time)
        };
        let Some(question) = properties["$question"].as_str() else { return };
        let answer = response.answers.entry(question.to_owned()).or_default();
        match (properties["$item"].as_str(), properties["$score"].as_f64()) {
            (Some(item), Some(score)) => {
                answer.items.entry(item.to_owned()).or_insert(score);
            }
            (None, score) if !answer.is_told => {
                answer.is_told = true;
                answer.score = score;
                answer.choices = properties["$choice"].as_str().map(|ids| ids.split(',').map(str::to_owned).collect()).unwrap_or_default();
                answer.text = words(&properties["$answer"]);
                answer.skipped = properties["$skipped"] == true;
            }
            _ => {}
        }
    }

    fn into_responses(self) -> Vec<(Cursor, SurveyResponse)> {
        // An end without an answer is told of an answer in another range.
        let answered = self.0.into_iter().filter(|(_, (_, response))| !response.answers.is_empty());
        answered.map(|(id, (at, response))| (Cursor { at, response: id }, response)).collect()
    }
}

fn begun(id: &str, event: &Value, time: i64) -> SurveyResponse {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let properties = &event["properties"];
    SurveyResponse {
        id: id.to_owned(),
        began_at: crate::time::shown(time),
        at: crate::time::shown(time),
        completed: false,
        person: answers::who(event),
        session: text(&event["session_id"]),
        version: properties["$survey_version"].as_f64().map(|version| version as u32),
        language: text(&properties["$survey_language"]),
        page: text(&properties["$page"]),
        answers: BTreeMap::new(),
    }
}

/// What was answered, in words.
pub(crate) fn words(answer: &Value) -> Option<String> {
    match answer {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(list.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect::<Vec<_>>().join(" · ")),
        other => Some(other.to_string()),
    }
}

fn csv(definition: &Definition, language: Option<&str>, rows: &[SurveyResponse]) -> String {
    let language = language.filter(|language| definition.languages.iter().any(|one| one == language)).unwrap_or(&definition.languages[0]);
    let mut head: Vec<String> = ["response", "began_at", "at", "completed", "person", "session", "version", "language", "page"].map(str::to_owned).to_vec();
    for question in &definition.questions {
        let text = question.text.get(language).cloned().unwrap_or_else(|| question.id.clone());
        head.push(text.clone());
        head.extend(question.items.iter().map(|item| format!("{text}: {}", item.text.get(language).unwrap_or(&item.id))));
    }
    // Excel takes a file without this mark for one of another alphabet.
    let mut text = String::from('\u{feff}');
    line(&mut text, head);
    let empty = Answer::default();
    for row in rows {
        let mut cells = vec![
            row.id.clone(),
            row.began_at.clone(),
            row.at.clone(),
            row.completed.to_string(),
            row.person.clone().unwrap_or_default(),
            row.session.clone().unwrap_or_default(),
            row.version.map(|version| version.to_string()).unwrap_or_default(),
            row.language.clone().unwrap_or_default(),
            row.page.clone().unwrap_or_default(),
        ];
        for question in &definition.questions {
            let answer = row.answers.get(&question.id).unwrap_or(&empty);
            cells.push(answer.score.map(|score| score.to_string()).or_else(|| answer.text.clone()).unwrap_or_default());
            cells.extend(question.items.iter().map(|item| answer.items.get(&item.id).map(f64::to_string).unwrap_or_default()));
        }
        line(&mut text, cells);
    }
    text
}

/// One row of a file. Cells that a spreadsheet would run as a formula begin with an apostrophe.
pub(crate) fn line(text: &mut String, cells: Vec<String>) {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r', ';']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
