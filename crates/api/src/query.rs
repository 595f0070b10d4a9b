//! Asking a question, and taking it back.

use crate::{
    Api,
    access::{Inside, ToRead},
    body::{Json, Named},
    cohort, custom_event, custom_property,
    error::ApiError,
    friction_weights, page_mapping, recording, task, written,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::Serialize;
use serde_json::Value;
use sillage_behavior::{Cancel, Question, Reply, Settings};
use sillage_catalog::{Project, WeekStart};
use sillage_event::ProjectId;
use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Semaphore;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Who asks when so many wait already is told to come back.
const MAX_WAITING: usize = 128;
/// A stopped question looks up at the next bucket; one that does not is left alone after this.
const STOP_GRACE: Duration = Duration::from_secs(5);
const MAX_QUERY_ID_BYTES: usize = 100;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(ask)).routes(routes!(progress, cancel))
}

/// The answer to a question, and what was done to get it. Its schema is written in `contract/answer.schema.json`.
#[derive(Serialize)]
pub(crate) struct Answer {
    pub(crate) kind: &'static str,
    pub(crate) answer: Value,
    pub(crate) explain: Explain,
    elapsed_ms: f64,
    pub(crate) complete: bool,
}

/// So that two reports that differ can be told apart.
#[derive(Serialize)]
pub(crate) struct Explain {
    definition: String,
    events_read: u64,
    people: Option<u64>,
    duplicates_dropped: u64,
    pub(crate) complete: bool,
    pub(crate) incomplete_from: Option<String>,
    notes: Vec<String>,
    pub(crate) timezone: String,
    pub(crate) range: Option<ExplainRange>,
}

/// `to` is excluded.
#[derive(Serialize)]
pub(crate) struct ExplainRange {
    from: String,
    to: String,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        let explain = reply.explain;
        Self {
            kind: reply.kind,
            answer: reply.answer,
            explain: Explain {
                definition: explain.definition,
                events_read: explain.events_read,
                people: explain.people,
                duplicates_dropped: explain.duplicates_dropped,
                complete: explain.complete,
                incomplete_from: explain.incomplete_from,
                notes: explain.notes,
                timezone: explain.timezone,
                range: explain.range.map(|range| ExplainRange { from: range.from, to: range.to }),
            },
            elapsed_ms: reply.elapsed_ms,
            complete: reply.complete,
        }
    }
}

/// Ask a question. Leaving the request stops it, as does DELETE under the id given in `X-Query-Id`.
#[utoipa::path(
    post, path = "/api/projects/{project}/query", tag = "query",
    params(("project" = u32, Path), ("X-Query-Id" = Option<String>, Header, description = "A name to take the question back by")),
    request_body(content = written::Question, description = "A question: `kind` (trend, funnel, retention, …) and the fields of that kind"),
    responses((status = 200, body = written::Answer))
)]
async fn ask(State(api): State<Api>, inside: Inside<ToRead>, headers: HeaderMap, Json(question): Json<Value>) -> Result<axum::Json<Answer>, ApiError> {
    let mut question = Question::from_json(&question)?;
    recording::add_marks(&api, inside.project.id, &inside.caller, &mut question).await?;
    let id = headers.get("x-query-id").map(|id| id.to_str().unwrap_or_default().to_owned()).filter(|id| !id.is_empty() && id.len() <= MAX_QUERY_ID_BYTES);
    Ok(axum::Json(answer(&api, &inside.project, question, id).await?.into()))
}

/// How far a question is.
#[derive(Serialize, ToSchema)]
struct Progress {
    /// False when it is answered, or was never asked.
    running: bool,
    events_read: u64,
}

/// How far the question is that was asked with this `X-Query-Id`.
#[utoipa::path(
    get, path = "/api/projects/{project}/queries/{query}", tag = "query",
    params(("project" = u32, Path), ("query" = String, Path)), responses((status = 200, body = Progress))
)]
async fn progress(State(api): State<Api>, inside: Inside<ToRead>, Named(query): Named) -> axum::Json<Progress> {
    let events_read = api.running.events_read(inside.project.id, &query);
    axum::Json(Progress { running: events_read.is_some(), events_read: events_read.unwrap_or(0) })
}

/// Take a question back that was asked with this `X-Query-Id`. Also when it is answered already.
#[utoipa::path(
    delete, path = "/api/projects/{project}/queries/{query}", tag = "query",
    params(("project" = u32, Path), ("query" = String, Path)), responses((status = 204))
)]
async fn cancel(State(api): State<Api>, inside: Inside<ToRead>, Named(query): Named) -> StatusCode {
    api.running.cancel(inside.project.id, &query);
    StatusCode::NO_CONTENT
}

/// Asks within the limits of the installation. Dropping the future stops the question.
pub(crate) async fn answer(api: &Api, project: &Project, mut question: Question, id: Option<String>) -> Result<Reply, ApiError> {
    cohort::add_saved(api, project.id, &mut question).await?;
    let (events, properties) = tokio::try_join!(custom_event::of_project(api, project.id), custom_property::of_project(api, project.id))?;
    question.expand_custom_events(&events);
    question.expand_custom_properties(&properties);
    page_mapping::use_in(api, project.id, &mut question).await?;
    friction_weights::use_in(api, project.id, &mut question).await?;
    task::use_in(api, project.id, &mut question).await?;
    let asked = api.running.begin(project.id, id)?;
    let limit = api.options.question_time;
    let timed_out = || {
        ApiError::new(StatusCode::GATEWAY_TIMEOUT, "timed_out", format!("the answer takes longer than {} s; narrow the range or the question", limit.as_secs()))
    };
    let deadline = tokio::time::Instant::now() + limit;
    let place = tokio::time::timeout_at(deadline, api.running.places.acquire()).await.map_err(|_| timed_out())?;
    let _place = place.map_err(|closed| ApiError::internal(&closed))?;
    let settings = settings_of(project);
    let mut asking = api.ask.ask(project.id, &settings, question, asked.cancel.clone());
    match tokio::time::timeout_at(deadline, &mut asking).await {
        Ok(reply) => Ok(reply?),
        Err(_) => {
            asked.cancel.cancel();
            // Its place is given away only when the processors are free again.
            let _ = tokio::time::timeout(STOP_GRACE, asking).await;
            Err(timed_out())
        }
    }
}

fn settings_of(project: &Project) -> Settings {
    Settings {
        timezone: project.timezone.clone(),
        week_start_sunday: project.week_start == WeekStart::Sunday,
        session_timeout_ms: i64::from(project.session_timeout_minutes) * 60_000,
    }
}

/// The questions under way.
pub(crate) struct Running {
    pub(crate) places: Semaphore,
    waiting: AtomicUsize,
    by_id: Mutex<HashMap<(ProjectId, String), Cancel>>,
}

impl Running {
    pub(crate) fn new(at_once: usize) -> Self {
        Self { places: Semaphore::new(at_once.max(1)), waiting: AtomicUsize::new(0), by_id: Mutex::default() }
    }

    fn begin(&self, project: ProjectId, id: Option<String>) -> Result<Asked<'_>, ApiError> {
        let asked = Asked { running: self, key: id.map(|id| (project, id)), cancel: Cancel::default() };
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= MAX_WAITING {
            return Err(ApiError::too_many(2, "too many questions at once, ask again in a moment"));
        }
        if let Some(key) = &asked.key {
            self.by_id.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), asked.cancel.clone());
        }
        Ok(asked)
    }

    fn events_read(&self, project: ProjectId, id: &str) -> Option<u64> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner).get(&(project, id.to_owned())).map(Cancel::events_read)
    }

    fn cancel(&self, project: ProjectId, id: &str) {
        if let Some(cancel) = self.by_id.lock().unwrap_or_else(PoisonError::into_inner).get(&(project, id.to_owned())) {
            cancel.cancel();
        }
    }
}

/// A question under way; who drops it stops it.
struct Asked<'a> {
    running: &'a Running,
    key: Option<(ProjectId, String)>,
    cancel: Cancel,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.running.waiting.fetch_sub(1, Ordering::Relaxed);
        if let Some(key) = &self.key {
            self.running.by_id.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        }
    }
}
