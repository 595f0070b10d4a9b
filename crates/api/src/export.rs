//! Everything of a project, as lines of the import form: what comes out here goes in again at any door that reads it.
//!
//! The lines are made while they are sent, so the size of a project is no matter. A reply that could not be finished is cut off, never ended properly.

use crate::{
    Api,
    access::{Inside, ToRead},
    body::Query,
    error::ApiError,
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sillage_catalog::{NewAuditEntry, Profile, ProfileKind};
use sillage_event::{Event, ProjectId, Properties, time::to_rfc3339};
use std::io;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Parts of the reply that may wait for a slow client.
const PARTS_AHEAD: usize = 4;
const PROFILES_AT_ONCE: u32 = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(export))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// False leaves people and groups out (default true).
    profiles: Option<bool>,
}

type Part = Result<Bytes, io::Error>;

/// Everything of the project as NDJSON in the import form: groups and people first, then events, each once, in no particular order.
#[utoipa::path(
    get, path = "/api/projects/{project}/export", tag = "export", params(("project" = u32, Path), ExportQuery),
    responses((status = 200, body = String, content_type = "application/x-ndjson"))
)]
async fn export(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<ExportQuery>) -> Result<Response, ApiError> {
    let project = inside.project.id;
    // What cannot be read at all is said before anything is promised.
    api.browse(move |browse| browse.export(project, &mut |_| false)).await?;
    let entry =
        NewAuditEntry { actor: &inside.caller.actor(), project: Some(project), action: "events.export", object: &inside.project.name, details: Value::Null };
    if let Err(error) = api.catalog.record(entry).await {
        // What is there can be taken out also when nothing can be written.
        tracing::warn!(%project, %error, "an export is not in the audit log");
    }
    let (parts, mut waiting) = mpsc::channel::<Part>(PARTS_AHEAD);
    tokio::spawn(async move {
        if let Err(error) = write(&api, project, query.profiles.unwrap_or(true), &parts).await {
            tracing::warn!(%project, error = error.message, "an export was cut off");
            // Whoever reads learns that it is not whole; that they left already is fine.
            drop(parts.send(Err(io::Error::other(error.message))).await);
        }
    });
    let stream = futures::stream::poll_fn(move |context| waiting.poll_recv(context));
    let mut response = Response::new(Body::from_stream(stream));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

async fn write(api: &Api, project: ProjectId, with_profiles: bool, parts: &mpsc::Sender<Part>) -> Result<(), ApiError> {
    if with_profiles {
        let mut after = None;
        loop {
            let page = api.catalog.profiles_page(project, after.as_ref(), PROFILES_AT_ONCE).await?;
            let lines: Vec<u8> = page.profiles.iter().flat_map(profile_line).collect();
            if !lines.is_empty() && parts.send(Ok(lines.into())).await.is_err() {
                return Ok(());
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    let sender = parts.clone();
    let mut send = move |events: Vec<Event>| {
        let mut lines = Vec::with_capacity(events.len() * 256);
        events.iter().for_each(|event| event_line(event, &mut lines));
        sender.blocking_send(Ok(lines.into())).is_ok()
    };
    api.browse(move |browse| browse.export(project, &mut send)).await?;
    Ok(())
}

fn profile_line(profile: &Profile) -> Vec<u8> {
    let line = match &profile.kind {
        ProfileKind::Person => json!({"person": profile.id, "set": profile.properties}),
        ProfileKind::Group(kind) => json!({"group_type": kind, "group_key": profile.id, "set": profile.properties}),
    };
    format!("{line}\n").into_bytes()
}

/// An event as it would be sent again.
#[derive(Serialize)]
struct EventLine<'a> {
    event: &'a str,
    /// Also where only a user was sent, since that is what tells one event from another.
    distinct_id: &'a str,
    time: String,
    insert_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    groups: Map<String, Value>,
    properties: &'a Properties,
}

fn event_line(event: &Event, out: &mut Vec<u8>) {
    let line = EventLine {
        event: &event.name,
        distinct_id: if event.distinct_id.is_empty() { event.user_id.as_deref().unwrap_or_default() } else { &event.distinct_id },
        time: to_rfc3339(event.time),
        insert_id: &event.insert_id,
        device_id: event.device_id.as_deref(),
        user_id: event.user_id.as_deref(),
        session_id: event.session_id.as_deref(),
        seq: event.seq,
        groups: event.groups.iter().map(|(kind, keys)| (kind.clone(), Value::from(keys.clone()))).collect(),
        properties: &event.properties,
    };
    // A tree of plain values always has a form as JSON.
    if serde_json::to_writer(&mut *out, &line).is_ok() {
        out.push(b'\n');
    }
}
