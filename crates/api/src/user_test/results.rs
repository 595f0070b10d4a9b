//! What participants did and what it adds up to, and the same as a file.

use super::gather::{Asked, TestParticipant, participants};
use crate::{
    Api,
    access::{Inside, ToRead},
    body::{Json, Named, Query},
    error::ApiError,
    survey::responses::line,
    written,
};
use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::user_test::{Participant, Results, UserTest as Definition, fold};
use sillage_catalog::NewAuditEntry;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(results)).routes(routes!(export))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct UserTestResultsBody {
    /// As in a question; the default is all of history.
    #[schema(value_type = Option<Object>)]
    range: Option<Value>,
    /// A condition on the events of the test, as in a question.
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    /// Runs of this version alone.
    version: Option<u32>,
}

/// What participants did.
#[derive(Serialize, ToSchema)]
struct UserTestResults {
    /// The version whose tasks these are.
    version: u32,
    #[schema(value_type = written::UserTestDefinition)]
    definition: Value,
    #[schema(value_type = Object)]
    results: Results,
    /// The latest first.
    participants: Vec<TestParticipant>,
    /// There are more than are looked at: the latest 5,000 are.
    is_cut: bool,
    elapsed_ms: f64,
}

/// What participants did, task by task and one by one.
#[utoipa::path(
    post, path = "/api/projects/{project}/user-tests/{user_test}/results", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path)),
    request_body = UserTestResultsBody, responses((status = 200, body = UserTestResults))
)]
async fn results(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Json(body): Json<UserTestResultsBody>,
) -> Result<axum::Json<UserTestResults>, ApiError> {
    Ok(axum::Json(read(&api, &inside, &id, body).await?))
}

async fn read(api: &Api, inside: &Inside<ToRead>, id: &str, body: UserTestResultsBody) -> Result<UserTestResults, ApiError> {
    let began = api.clock.now_ms();
    let test = api.catalog.user_test(inside.project.id, id).await?;
    let versions = api.catalog.user_test_versions(inside.project.id, id).await?;
    let wanted = versions.into_iter().find(|one| body.version.is_none_or(|version| one.version == version));
    let (version, json) = match (wanted, body.version) {
        (Some(version), _) => (version.version, version.definition),
        (None, None) => (0, test.definition),
        (None, Some(version)) => return Err(ApiError::invalid("version", format!("version {version} was never published"))),
    };
    let definition = Definition::from_json(&json, "definition")?;
    let asked = Asked { test: id, version: body.version, range: body.range, filter: body.filter };
    let (participants, is_cut) = participants(api, &inside.project, &asked).await?;
    let runs: Vec<Participant> = participants.iter().map(Participant::from).collect();
    let results = fold(&definition, &runs);
    Ok(UserTestResults { version, definition: json, results, participants, is_cut, elapsed_ms: (api.clock.now_ms() - began) as f64 })
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// `csv` (default): one row a participant and task. `json`: all that the results say.
    format: Option<String>,
}

/// All participants and what they did, as a file.
#[utoipa::path(
    get, path = "/api/projects/{project}/user-tests/{user_test}/export", tag = "user_test", params(("project" = u32, Path), ("user_test" = String, Path), ExportQuery),
    responses((status = 200, content((String = "text/csv"), (UserTestResults = "application/json"))))
)]
async fn export(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named, Query(query): Query<ExportQuery>) -> Result<Response, ApiError> {
    let is_json = match query.format.as_deref() {
        None | Some("csv") => false,
        Some("json") => true,
        Some(_) => return Err(ApiError::invalid("format", "takes csv or json")),
    };
    let all = read(&api, &inside, &id, UserTestResultsBody { range: None, filter: None, version: None }).await?;
    let actor = inside.caller.actor();
    let details = json!({"participants": all.participants.len()});
    api.catalog.record(NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "user_test.export", object: &id, details }).await?;
    let (mut response, name) =
        if is_json { (axum::Json(all).into_response(), "user-test.json") } else { (csv(&all.participants).into_response(), "user-test.csv") };
    let headers = response.headers_mut();
    if !is_json {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    }
    let attached = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(|error| ApiError::internal(&error))?;
    headers.insert(header::CONTENT_DISPOSITION, attached);
    Ok(response)
}

const HEAD: [&str; 19] = [
    "participant",
    "person",
    "began_at",
    "state",
    "version",
    "language",
    "sus",
    "task",
    "task_began_at",
    "session",
    "outcome",
    "direct",
    "elapsed_ms",
    "pages",
    "clicks",
    "misclicks",
    "lostness",
    "ease",
    "answers",
];

fn csv(participants: &[TestParticipant]) -> String {
    // Excel takes a file without this mark for one of another alphabet.
    let mut file = String::from('\u{feff}');
    line(&mut file, HEAD.map(str::to_owned).to_vec());
    for one in participants {
        let own = [
            one.id.clone(),
            one.person.clone().unwrap_or_default(),
            one.began_at.clone(),
            one.state.clone(),
            one.version.map(|version| version.to_string()).unwrap_or_default(),
            one.language.clone().unwrap_or_default(),
            number(one.sus),
        ];
        if one.tasks.is_empty() {
            line(&mut file, own.iter().cloned().chain(std::iter::repeat_n(String::new(), HEAD.len() - own.len())).collect());
        }
        for (task, run) in &one.tasks {
            let answers = one.answers.iter().filter(|answer| answer.task.as_ref() == Some(task));
            let answers: Vec<String> = answers.filter_map(|answer| Some(format!("{}: {}", answer.question, answer.text.as_ref()?))).collect();
            let of_task = [
                task.clone(),
                run.began_at.clone(),
                run.session.clone().unwrap_or_default(),
                run.outcome.clone().unwrap_or_default(),
                run.direct.map(|direct| direct.to_string()).unwrap_or_default(),
                run.elapsed_ms.to_string(),
                run.pages.join(" > "),
                run.clicks.to_string(),
                run.misclicks.to_string(),
                number(run.lostness),
                number(run.ease),
                answers.join(" | "),
            ];
            line(&mut file, own.iter().cloned().chain(of_task).collect());
        }
    }
    file
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
