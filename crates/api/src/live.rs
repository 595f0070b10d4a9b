use crate::{
    Api,
    access::{Inside, ToRead},
    body::Query,
    error::ApiError,
    time::shown,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use sillage_behavior::LiveEvent;
use sillage_event::Properties;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_EVENTS: usize = 50;
const MAX_EVENTS: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(live))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct LiveQuery {
    /// The `cursor` of an earlier reply: only what arrived since.
    after: Option<u64>,
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
struct Live {
    cursor: u64,
    /// Newest first.
    events: Vec<ArrivedEvent>,
    events_per_minute: u64,
    refused_per_minute: u64,
}

#[derive(Serialize, ToSchema)]
struct ArrivedEvent {
    cursor: u64,
    received_at: String,
    event: String,
    time: String,
    distinct_id: Option<String>,
    /// Whom it counts for, after links; null for nobody in particular.
    person: Option<String>,
    device_id: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    insert_id: String,
    groups: BTreeMap<String, Vec<String>>,
    #[schema(value_type = Object)]
    properties: Properties,
}

impl From<LiveEvent> for ArrivedEvent {
    fn from(live: LiveEvent) -> Self {
        let event = live.event;
        Self {
            cursor: live.cursor,
            received_at: shown(event.received_at),
            event: event.name,
            time: shown(event.time),
            distinct_id: Some(event.distinct_id).filter(|id| !id.is_empty()),
            person: Some(live.person).filter(|person| !person.is_empty()),
            device_id: event.device_id,
            user_id: event.user_id,
            session_id: event.session_id,
            insert_id: event.insert_id,
            groups: event.groups.into_iter().collect(),
            properties: event.properties,
        }
    }
}

/// The events that arrived last.
#[utoipa::path(get, path = "/api/projects/{project}/live", tag = "live", params(("project" = u32, Path), LiveQuery), responses((status = 200, body = Live)))]
async fn live(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<LiveQuery>) -> Result<axum::Json<Live>, ApiError> {
    let project = inside.project.id;
    let limit = query.limit.unwrap_or(DEFAULT_EVENTS).clamp(1, MAX_EVENTS);
    let feed = api.browse(move |browse| browse.live(project, query.after.unwrap_or(0), limit)).await?;
    Ok(axum::Json(Live {
        cursor: feed.cursor,
        events: feed.events.into_iter().map(ArrivedEvent::from).collect(),
        events_per_minute: feed.events_per_minute,
        refused_per_minute: feed.refused_per_minute,
    }))
}
