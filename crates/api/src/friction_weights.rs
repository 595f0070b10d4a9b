//! What signals of friction are worth in a project. A change is a new version; answers say which one they were scored by.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::Json,
    error::ApiError,
    time::shown,
    written,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sillage_behavior::{
    Question,
    friction::{FACTORS, Weights},
    question::FrictionWeights as Used,
};
use sillage_catalog::NewAuditEntry;
use sillage_event::ProjectId;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const MOST_VERSIONS: u32 = 50;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(get, replace))
}

/// What each factor of friction is worth.
#[derive(Serialize, ToSchema)]
struct FrictionWeights {
    /// Null while the defaults hold.
    version: Option<u32>,
    /// `{"rage_click": {"points": 4, "cap": 4}, …}`, every factor.
    #[schema(value_type = written::FactorWeights)]
    weights: Value,
    /// The same, as it holds without any change.
    #[schema(value_type = written::FactorWeights)]
    defaults: Value,
    /// Newest first.
    history: Vec<FrictionWeightsVersion>,
}

/// Who changed the weights, and when.
#[derive(Serialize, ToSchema)]
struct FrictionWeightsVersion {
    version: u32,
    created_by: String,
    created_at: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewFrictionWeights {
    /// By factor; what is not named keeps what holds without.
    #[schema(value_type = written::FactorWeights)]
    weights: Value,
}

/// What signals of friction are worth.
#[utoipa::path(get, path = "/api/projects/{project}/friction-weights", tag = "friction", params(("project" = u32, Path)), responses((status = 200, body = FrictionWeights)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<FrictionWeights>, ApiError> {
    shown_weights(&api, inside.project.id).await
}

/// Give them other weights. History is scored anew with them; the versions before stay on record.
#[utoipa::path(
    put, path = "/api/projects/{project}/friction-weights", tag = "friction", params(("project" = u32, Path)),
    request_body = NewFrictionWeights, responses((status = 200, body = FrictionWeights))
)]
async fn replace(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<NewFrictionWeights>) -> Result<axum::Json<FrictionWeights>, ApiError> {
    Weights::from_json(&body.weights, "weights")?;
    let changed = api.catalog.change_friction_weights(inside.project.id, &body.weights, &inside.caller.shown()).await?;
    let actor = inside.caller.actor();
    let version = changed.version.to_string();
    let details = json!({"weights": body.weights});
    let entry = NewAuditEntry { actor: &actor, project: Some(inside.project.id), action: "friction_weights.change", object: &version, details };
    api.catalog.record(entry).await?;
    shown_weights(&api, inside.project.id).await
}

/// Gives the project's weights to a question that scores friction.
pub(crate) async fn use_in(api: &Api, project: ProjectId, question: &mut Question) -> Result<(), ApiError> {
    let mut waiting = question.unweighted_friction();
    if waiting.is_empty() {
        return Ok(());
    }
    if let Some(own) = api.catalog.friction_weights(project).await? {
        let used = Used { version: Some(own.version), weights: Weights::from_json(&own.weights, "weights")? };
        waiting.iter_mut().for_each(|weights| **weights = Some(used.clone()));
    }
    Ok(())
}

async fn shown_weights(api: &Api, project: ProjectId) -> Result<axum::Json<FrictionWeights>, ApiError> {
    let history = api.catalog.friction_weights_history(project, MOST_VERSIONS).await?;
    let weights = match history.first() {
        Some(latest) => Weights::from_json(&latest.weights, "weights")?,
        None => Weights::default(),
    };
    let version = |one: &sillage_catalog::FrictionWeights| FrictionWeightsVersion {
        version: one.version,
        created_by: one.created_by.clone(),
        created_at: shown(one.created_at),
    };
    Ok(axum::Json(FrictionWeights {
        version: history.first().map(|latest| latest.version),
        weights: by_factor(&weights),
        defaults: by_factor(&Weights::default()),
        history: history.iter().map(version).collect(),
    }))
}

fn by_factor(weights: &Weights) -> Value {
    let rows = FACTORS.iter().zip(&weights.0).map(|((name, ..), weight)| ((*name).to_owned(), json!({"points": weight.points, "cap": weight.cap})));
    rows.collect::<Map<_, _>>().into()
}
