//! What a page asks before it shows a survey: the surveys that run, and what is known of who looks at it.
//!
//! A device names itself by its id, which nobody else knows; a user's id can be guessed, so that alone it would tell strangers what somebody was asked. What is known of the
//! device is known of the person that it belongs to, on all their devices.

use super::{answers, outcomes};
use crate::{Api, body::Query, error::ApiError};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::survey::{History, Survey as Definition};
use sillage_catalog::Project;
use sillage_event::ProjectId;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// For so long what runs is believed without looking it up again.
const REMEMBER_MS: i64 = 5_000;
/// Who is in a cohort, and how many answers there are.
const REMEMBER_COUNTS_MS: i64 = 60_000;
pub(super) const MOST_REMEMBERED: usize = 1_000;
const MOST_IN_A_COHORT: u32 = 1_000_000;
const MAX_DEVICE_BYTES: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(running))
}

/// What was looked up, and when.
type Remembered<K, V> = Mutex<HashMap<K, (Arc<V>, i64)>>;

/// What showing surveys remembers.
#[derive(Default)]
pub(crate) struct Showing {
    running: Remembered<ProjectId, Runs>,
    completed: Remembered<ProjectId, HashMap<String, u64>>,
    members: Remembered<(ProjectId, String), HashSet<String>>,
    /// From when on attempts are slow, by task and version.
    pub(super) slow: Remembered<(ProjectId, String), Option<i64>>,
}

impl Showing {
    /// A survey was published, stopped or deleted.
    pub(crate) fn forget(&self, project: ProjectId) {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }
}

/// What runs in a project.
struct Runs {
    surveys: Vec<Running>,
    /// The tasks whose outcomes show them.
    tasks: Vec<Value>,
}

/// A survey that runs, read.
struct Running {
    id: String,
    name: String,
    version: u32,
    definition: Definition,
    json: Value,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RunningQuery {
    /// The write key.
    key: String,
    /// The device's id, where the person allowed one.
    device: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RunningSurveys {
    /// The first published first.
    surveys: Vec<RunningSurvey>,
    /// By survey, those that are over among them: what the device's person was shown and did.
    #[schema(value_type = Object)]
    history: BTreeMap<String, History>,
    /// The tasks whose outcomes show one of them, as pages walk them: which events start, complete and abandon an attempt, the steps, the window, and from when on it is slow.
    #[schema(value_type = Vec<Object>)]
    tasks: Vec<Value>,
}

/// A survey that may be shown.
#[derive(Serialize, ToSchema)]
struct RunningSurvey {
    id: String,
    name: String,
    version: u32,
    #[schema(value_type = crate::written::SurveyDefinition)]
    definition: Value,
    /// It has all the answers that it asked for.
    is_full: bool,
    /// Whether the person is in the cohort that it is for, or not for; null where there is none, or nobody.
    in_cohort: Option<bool>,
}

/// The surveys that run, and what the device's person has seen of them. Whether one is shown is decided in the page.
#[utoipa::path(
    get, path = "/v1/surveys", tag = "survey_door", params(RunningQuery), responses((status = 200, body = RunningSurveys), (status = 401, description = "Unknown key"))
)]
async fn running(State(api): State<Api>, Query(query): Query<RunningQuery>) -> Result<axum::Json<RunningSurveys>, ApiError> {
    let project = api.catalog.project_of_write_key(&query.key).await?;
    let unknown = || ApiError::new(axum::http::StatusCode::UNAUTHORIZED, "unknown_key", "no project has this write key; take the one in its settings");
    let project = project.ok_or_else(unknown)?;
    let running = running_of(&api, project).await?;
    if running.surveys.is_empty() {
        return Ok(axum::Json(RunningSurveys { surveys: Vec::new(), history: BTreeMap::new(), tasks: Vec::new() }));
    }
    let project = api.catalog.project(project).await?;
    let device = query.device.filter(|device| !device.is_empty() && device.len() <= MAX_DEVICE_BYTES).map(|device| format!("$device:{device}"));
    let history = match &device {
        Some(device) => answers::histories(&api, &project, device).await?,
        None => BTreeMap::new(),
    };
    let mut surveys = Vec::with_capacity(running.surveys.len());
    for one in &running.surveys {
        let in_cohort = match (&one.definition.audience.cohort, &device) {
            (Some(rule), Some(device)) => Some(is_member(&api, &project, &rule.id, device).await?),
            _ => None,
        };
        surveys.push(RunningSurvey {
            id: one.id.clone(),
            name: one.name.clone(),
            version: one.version,
            definition: one.json.clone(),
            is_full: is_full(&api, &project, &one.id, &one.definition).await?,
            in_cohort,
        });
    }
    Ok(axum::Json(RunningSurveys { surveys, history, tasks: running.tasks.clone() }))
}

async fn running_of(api: &Api, project: ProjectId) -> Result<Arc<Runs>, ApiError> {
    let now = api.clock.now_ms();
    let known = api.showing.running.lock().unwrap_or_else(PoisonError::into_inner).get(&project).cloned();
    if let Some((running, until)) = known
        && now < until
    {
        return Ok(running);
    }
    let mut surveys = Vec::new();
    for survey in api.catalog.running_surveys(project).await? {
        let definition = Definition::from_json(&survey.definition, "definition")?;
        surveys.push(Running { id: survey.id, name: survey.name, version: survey.version, definition, json: survey.definition });
    }
    let tasks = if surveys.iter().any(|one| one.definition.tasks().next().is_some()) {
        let project = api.catalog.project(project).await?;
        outcomes::of_surveys(api, &project, surveys.iter().map(|one| &one.definition)).await?
    } else {
        Vec::new()
    };
    let running = Arc::new(Runs { surveys, tasks });
    let mut all = api.showing.running.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST_REMEMBERED {
        all.clear();
    }
    all.insert(project, (Arc::clone(&running), now + REMEMBER_MS));
    Ok(running)
}

/// Counted a minute late at most.
pub(super) async fn is_full(api: &Api, project: &Project, survey: &str, definition: &Definition) -> Result<bool, ApiError> {
    let Some(most) = definition.limits.answers else { return Ok(false) };
    Ok(completed(api, project).await?.get(survey).copied().unwrap_or(0) >= u64::from(most))
}

pub(super) async fn completed(api: &Api, project: &Project) -> Result<Arc<HashMap<String, u64>>, ApiError> {
    let now = api.clock.now_ms();
    let known = api.showing.completed.lock().unwrap_or_else(PoisonError::into_inner).get(&project.id).cloned();
    if let Some((counts, until)) = known
        && now < until
    {
        return Ok(counts);
    }
    let counts = answers::counts(api, project).await?;
    let counts: Arc<HashMap<String, u64>> = Arc::new(counts.into_iter().map(|(survey, count)| (survey, count.completed)).collect());
    let mut all = api.showing.completed.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST_REMEMBERED {
        all.clear();
    }
    all.insert(project.id, (Arc::clone(&counts), now + REMEMBER_COUNTS_MS));
    Ok(counts)
}

/// Whether one of the ids of a person is listed in a cohort, as it was a minute ago at most. A cohort that is gone has nobody in it.
pub(super) async fn is_member(api: &Api, project: &Project, cohort: &str, person: &str) -> Result<bool, ApiError> {
    let now = api.clock.now_ms();
    let key = (project.id, cohort.to_owned());
    let known = api.showing.members.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    let members = match known {
        Some((members, until)) if now < until => members,
        _ => {
            let exists = api.catalog.cohort_called(project.id, cohort).await?.is_some();
            let listed = if exists {
                answers::ask(api, project, &json!({"kind": "cohort", "definition": {"cohort": cohort}, "limit": MOST_IN_A_COHORT})).await?
            } else {
                Value::Null
            };
            let people = listed["people"].as_array().map(Vec::as_slice).unwrap_or_default();
            let members: Arc<HashSet<String>> = Arc::new(people.iter().filter_map(|person| person["id"].as_str().map(str::to_owned)).collect());
            let mut all = api.showing.members.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= MOST_REMEMBERED {
                all.clear();
            }
            all.insert(key, (Arc::clone(&members), now + REMEMBER_COUNTS_MS));
            members
        }
    };
    if members.contains(person) {
        return Ok(true);
    }
    let (id, person) = (project.id, person.to_owned());
    let identities = api.browse(move |browse| browse.identities(id, &person)).await?;
    Ok(identities.iter().any(|one| members.contains(&one.id) || members.contains(&format!("$device:{}", one.id))))
}
