//! Plans that come from other products, and the code of clients that follows from a plan.

use super::{DraftedPlan, keep_draft, plan_of, record, wrong};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Query},
    error::ApiError,
};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_plan::{
    Origin, Severity, bring, problems,
    types::{Language, generate},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// So many of what was left out are named.
const MOST_LEFT_OUT: usize = 100;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(bring_in)).routes(routes!(types))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanToBring {
    /// The file: a plan of ours, a CSV of Mixpanel's Lexicon, or a tracking plan of Segment's Protocols as its API gives it.
    text: String,
    /// `plan`, `lexicon` or `segment`; left out, the text tells.
    from: Option<String>,
    /// The revision of the draft that was seen, 0 for none: another one is not written over. Left out: any.
    revision: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct BroughtPlan {
    /// `plan`, `lexicon` or `segment`: what the text was read as.
    from: &'static str,
    draft: DraftedPlan,
    /// What has no place in a plan, in words; a hundred are named.
    left_out: Vec<String>,
    /// How many there are.
    n_left_out: u64,
}

/// Make a draft of a file, ours or another product's.
#[utoipa::path(
    post, path = "/api/projects/{project}/plan/import", tag = "plan", params(("project" = u32, Path)),
    request_body = PlanToBring, responses((status = 200, body = BroughtPlan))
)]
async fn bring_in(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<PlanToBring>) -> Result<axum::Json<BroughtPlan>, ApiError> {
    let origin = match body.from.as_deref() {
        None => Origin::of(&body.text),
        Some("plan") => Origin::Plan,
        Some("lexicon") => Origin::Lexicon,
        Some("segment") => Origin::Segment,
        Some(_) => return Err(ApiError::invalid("from", "give `plan`, `lexicon` or `segment`, or leave it out")),
    };
    let from = match origin {
        Origin::Plan => "plan",
        Origin::Lexicon => "lexicon",
        Origin::Segment => "segment",
    };
    let (plan, mut left_out) = bring(&body.text, origin).map_err(|error| wrong(&error.field, error.message))?;
    let draft = keep_draft(&api, &inside, &plan, body.revision).await?;
    record(&api, &inside, "plan.import", &draft.revision.to_string(), json!({"from": from, "events": plan.events.len()})).await?;
    let n_left_out = left_out.len() as u64;
    left_out.truncate(MOST_LEFT_OUT);
    Ok(axum::Json(BroughtPlan { from, draft, left_out, n_left_out }))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct TypesQuery {
    /// `typescript`, `python`, `kotlin` or `swift`
    language: String,
    /// `published` (default) or `draft`
    of: Option<String>,
}

/// Code that sends the events of the plan, with their properties as types.
#[utoipa::path(
    get, path = "/api/projects/{project}/plan/types", tag = "plan", params(("project" = u32, Path), TypesQuery),
    responses((status = 200, body = String, content_type = "text/plain"))
)]
async fn types(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<TypesQuery>) -> Result<Response, ApiError> {
    let language = Language::ALL.into_iter().find(|language| language.name() == query.language);
    let language = language.ok_or_else(|| ApiError::invalid("language", "give `typescript`, `python`, `kotlin` or `swift`"))?;
    let plan = plan_of(&api, inside.project.id, query.of.as_deref()).await?;
    if let Some(problem) = problems(&plan).into_iter().find(|problem| problem.severity == Severity::Error) {
        return Err(wrong(&problem.field, problem.message));
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], generate(&plan, language)).into_response())
}
