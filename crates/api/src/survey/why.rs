//! Why a survey is shown to a person, or is not.

use super::{Asking, answers, door};
use crate::{
    Api,
    access::{Inside, ToRead},
    body::{Named, Query},
    error::ApiError,
    time::{shown, shown_if},
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::survey::{Device, Facts, History, Visitor, decide};
use sillage_catalog::SurveyStatus;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DAY_MS: i64 = 86_400_000;
const RECENT_EVENTS: u32 = 50;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(why))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct WhyQuery {
    /// An id of the person; a device is `$device:` and its id.
    person: String,
    /// The page that they would be on; the default is the one that they saw last.
    page: Option<String>,
}

/// Whether the survey would be shown now, step by step.
#[derive(Serialize, ToSchema)]
struct SurveyDecision {
    /// Null where it depends on what only the page knows.
    shown: Option<bool>,
    steps: Vec<SurveyStep>,
    /// What it was decided by.
    page: Option<String>,
    device: Option<String>,
    last_seen: Option<String>,
    /// What the person saw of this survey, and did.
    shown_at: Vec<String>,
    answered_at: Option<String>,
    completed_at: Option<String>,
    dismissed_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SurveyStep {
    /// `running`, `page`, `device`, `trigger`, `frequency`, `quiet`, `audience`, `sample`, `consent` or `busy`.
    step: String,
    /// Null where it depends on what only the page knows.
    passes: Option<bool>,
    /// Why not, in a word that stays the same.
    reason: Option<String>,
    /// When this may change.
    until: Option<String>,
}

/// Why a survey is shown to a person now, or is not. What is known only in their page leaves a step open.
#[utoipa::path(
    get, path = "/api/projects/{project}/surveys/{survey}/why", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path), WhyQuery),
    responses((status = 200, body = SurveyDecision))
)]
async fn why(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named, Query(query): Query<WhyQuery>) -> Result<axum::Json<SurveyDecision>, ApiError> {
    let Asking { survey, definition, .. } = super::published(&api, inside.project.id, &id).await?;
    let seen = Seen::of(&api, &inside.project, &query.person).await?;
    let mut histories = answers::histories(&api, &inside.project, &query.person).await?;
    let history = histories.remove(&id).unwrap_or_default();
    let page = query.page.filter(|page| !page.trim().is_empty()).or(seen.page);
    let (from, to) = definition.limits.instants();
    let facts = Facts {
        now: api.clock.now_ms(),
        is_running: survey.status == SurveyStatus::Running,
        answers: door::completed(&api, &inside.project).await?.get(&id).copied().unwrap_or(0),
        from,
        to,
        page: page.clone(),
        device: seen.device,
        triggered: None,
        other_shown: histories.values().flat_map(|other: &History| other.shown.iter().copied()).max(),
        shown_in_session: false,
        in_progress: false,
        visitor: seen.visitor,
        language: None,
        in_cohort: match &definition.audience.cohort {
            Some(rule) => Some(door::is_member(&api, &inside.project, &rule.id, &query.person).await?),
            None => None,
        },
        lot: seen.device_id.map(|device| format!("{id}:{device}")),
        consent: seen.last.map(|_| true),
        busy: None,
        history: history.clone(),
    };
    let decision = decide(&definition, &facts);
    let steps = decision.steps.iter().map(|state| SurveyStep {
        step: word(&state.step),
        passes: state.passes,
        reason: state.reason.as_ref().map(word),
        until: state.until.map(shown),
    });
    Ok(axum::Json(SurveyDecision {
        shown: decision.shown,
        steps: steps.collect(),
        page,
        device: seen.device.as_ref().map(word),
        last_seen: seen.last.map(shown),
        shown_at: history.shown.iter().copied().map(shown).collect(),
        answered_at: shown_if(history.answered),
        completed_at: shown_if(history.completed),
        dismissed_at: shown_if(history.dismissed),
    }))
}

/// The word that an enumeration is written as.
fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What the latest events of a person say of how they look at pages.
#[derive(Default)]
struct Seen {
    page: Option<String>,
    device: Option<Device>,
    device_id: Option<String>,
    visitor: Option<Visitor>,
    last: Option<i64>,
}

impl Seen {
    async fn of(api: &Api, project: &sillage_catalog::Project, person: &str) -> Result<Self, ApiError> {
        let reply = answers::ask(api, project, &json!({"kind": "timeline", "person": person, "limit": RECENT_EVENTS})).await?;
        let events = reply["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let width = events.iter().find_map(|event| event["properties"]["$view_width"].as_f64());
        let (id, person) = (project.id, person.to_owned());
        let activity = api.browse(move |browse| browse.activity(id, &person)).await?;
        Ok(Self {
            page: events.iter().find_map(|event| text(&event["properties"]["$current_url"])),
            device: width.map(|width| match width {
                width if width < 768.0 => Device::Mobile,
                width if width < 1024.0 => Device::Tablet,
                _ => Device::Desktop,
            }),
            device_id: events.iter().find_map(|event| text(&event["device_id"])),
            // Who was seen on two days has come back.
            visitor: activity.map(|(first, last, _)| if last - first >= DAY_MS { Visitor::Returning } else { Visitor::New }),
            last: activity.map(|(_, last, _)| last),
        })
    }
}
