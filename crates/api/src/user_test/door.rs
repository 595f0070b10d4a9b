//! What the tag asks when somebody followed a link to a test: the test, if it takes people.
//!
//! The code in the link is what opens it, and only together with the write key of the site that the test is of.

use super::gather;
use crate::{Api, body::Query, error::ApiError, written};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sillage_catalog::RunningUserTest;
use sillage_event::ProjectId;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// So late at most somebody more is taken than were wanted.
const REMEMBER_MS: i64 = 10_000;
const MOST_REMEMBERED: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(running))
}

/// How many completed each test, as it was a moment ago.
#[derive(Default)]
pub(crate) struct Recruiting {
    completed: Mutex<HashMap<ProjectId, Counted>>,
}

#[derive(Clone)]
struct Counted {
    by_test: HashMap<String, u64>,
    until: i64,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct RunningQuery {
    /// The write key.
    key: String,
    /// The code in the link.
    test: String,
}

/// A test that takes people.
#[derive(Serialize, ToSchema)]
struct OpenUserTest {
    id: String,
    version: u32,
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
}

/// The test that a link names.
#[utoipa::path(
    get, path = "/v1/user-tests", tag = "user_test_door", params(RunningQuery),
    responses((status = 200, body = OpenUserTest), (status = 401, description = "Unknown key"), (status = 404, description = "It takes nobody now"))
)]
async fn running(State(api): State<Api>, Query(query): Query<RunningQuery>) -> Result<axum::Json<OpenUserTest>, ApiError> {
    let project = api.catalog.project_of_write_key(&query.key).await?;
    let unknown = || ApiError::new(StatusCode::UNAUTHORIZED, "unknown_key", "no project has this write key; take the one in its settings");
    let project = project.ok_or_else(unknown)?;
    let test = open(&api, &query.test).await?.filter(|test| test.project == project);
    let test = test.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND, "not_running", "no test that takes people has this code"))?;
    Ok(axum::Json(OpenUserTest { id: test.id, version: test.version, definition: test.definition }))
}

/// The test of a code, while it runs and has not all the participants that it asked for.
pub(super) async fn open(api: &Api, code: &str) -> Result<Option<RunningUserTest>, ApiError> {
    let Some(test) = api.catalog.running_user_test(code).await? else { return Ok(None) };
    match test.definition["participants"].as_u64() {
        Some(most) if completed(api, test.project, &test.id).await? >= most => Ok(None),
        _ => Ok(Some(test)),
    }
}

async fn completed(api: &Api, project: ProjectId, test: &str) -> Result<u64, ApiError> {
    let now = api.clock.now_ms();
    let known = api.recruiting.completed.lock().unwrap_or_else(PoisonError::into_inner).get(&project).cloned();
    let by_test = match known {
        Some(counted) if now < counted.until => counted.by_test,
        _ => {
            let of = api.catalog.project(project).await?;
            let by_test: HashMap<String, u64> = gather::counts(api, &of).await?.into_iter().map(|(test, count)| (test, count.completed)).collect();
            let mut all = api.recruiting.completed.lock().unwrap_or_else(PoisonError::into_inner);
            if all.len() >= MOST_REMEMBERED {
                all.clear();
            }
            all.insert(project, Counted { by_test: by_test.clone(), until: now + REMEMBER_MS });
            by_test
        }
    };
    Ok(by_test.get(test).copied().unwrap_or(0))
}
