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
use serde::Deserialize;
use serde_json::{Value, json};
use sillage_behavior::LedgerEntry;
use sillage_catalog::{NewAuditEntry, PastChange, Profile, ProfileKind};
use sillage_event::{Event, ProjectId, Properties, time::to_rfc3339};
use std::io;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Parts of the reply that may wait for a slow client.
const PARTS_AHEAD: usize = 4;
const PROFILES_AT_ONCE: u32 = 1_000;
/// Well below the size of a record.
const PROFILE_LINE_BYTES: usize = 256 << 10;
const IDENTITIES_AT_ONCE: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(export))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ExportQuery {
    /// False leaves people, groups and identities out (default true).
    profiles: Option<bool>,
    /// False leaves events out (default true).
    events: Option<bool>,
}

type Part = Result<Bytes, io::Error>;

/// Everything of the project as NDJSON in the import form: how ids came together and apart first, then groups and people with what they were, then events,
/// each once, in no particular order.
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
    let (with_profiles, with_events) = (query.profiles.unwrap_or(true), query.events.unwrap_or(true));
    let (parts, mut waiting) = mpsc::channel::<Part>(PARTS_AHEAD);
    tokio::spawn(async move {
        if let Err(error) = write(&api, project, with_profiles, with_events, &parts).await {
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

async fn write(api: &Api, project: ProjectId, with_profiles: bool, with_events: bool, parts: &mpsc::Sender<Part>) -> Result<(), ApiError> {
    if with_profiles {
        write_identities(api, project, parts).await?;
        write_profiles(api, project, parts).await?;
    }
    if !with_events {
        return Ok(());
    }
    let group_types = api.catalog.group_types(project).await?;
    let sender = parts.clone();
    let mut send = move |events: Vec<Event>| {
        let mut lines = Vec::with_capacity(events.len() * 256);
        events.iter().for_each(|event| sillage_wire::event_line(event, &group_types, &mut lines));
        sender.blocking_send(Ok(lines.into())).is_ok()
    };
    api.browse(move |browse| browse.export(project, &mut send)).await?;
    Ok(())
}

async fn write_identities(api: &Api, project: ProjectId, parts: &mpsc::Sender<Part>) -> Result<(), ApiError> {
    let sender = parts.clone();
    let look = move |browse: &dyn sillage_behavior::Browse| {
        let mut lines: Vec<u8> = Vec::new();
        let mut n_lines = 0;
        browse.each_identity(project, &mut |entry| {
            lines.extend(identity_line(&entry));
            n_lines += 1;
            n_lines % IDENTITIES_AT_ONCE != 0 || sender.blocking_send(Ok(std::mem::take(&mut lines).into())).is_ok()
        })?;
        // Whoever left does not want the rest either.
        drop((!lines.is_empty()).then(|| sender.blocking_send(Ok(lines.into()))));
        Ok(())
    };
    Ok(api.browse(look).await?)
}

/// People with each of their changes, so that what they were at some moment can be asked where this is imported; then all of them as they are.
async fn write_profiles(api: &Api, project: ProjectId, parts: &mpsc::Sender<Part>) -> Result<(), ApiError> {
    let mut after = None;
    loop {
        let page = api.catalog.profiles_page(project, after.as_ref(), PROFILES_AT_ONCE).await?;
        let people: Vec<&str> = page.profiles.iter().filter(|profile| profile.kind == ProfileKind::Person).map(|profile| profile.id.as_str()).collect();
        let mut past = api.catalog.past_changes_of(project, &people).await?;
        let mut lines = Vec::new();
        for profile in &page.profiles {
            let changes = if profile.kind == ProfileKind::Person { past.remove(&profile.id).unwrap_or_default() } else { Vec::new() };
            profile_lines(profile, &changes, &mut lines);
        }
        if !lines.is_empty() && parts.send(Ok(lines.into())).await.is_err() {
            return Ok(());
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// A line as `POST /api/projects/{project}/identities` takes it.
fn identity_line(entry: &LedgerEntry) -> Vec<u8> {
    let line = json!({"identity": entry.op, "from": entry.from, "into": entry.into, "time": to_rfc3339(entry.at), "by": entry.by});
    format!("{line}\n").into_bytes()
}

fn profile_lines(profile: &Profile, changes: &[PastChange], out: &mut Vec<u8>) {
    let mut add = |at: i64, operation: &str, value: Value| {
        let mut line = match &profile.kind {
            ProfileKind::Person => json!({"person": profile.id}),
            ProfileKind::Group(kind) => json!({"group_type": kind, "group_key": profile.id}),
        };
        line["time"] = to_rfc3339(at).into();
        line[operation] = value;
        out.extend_from_slice(format!("{line}\n").as_bytes());
    };
    if changes.iter().all(|change| change.at != profile.first_seen) && profile.first_seen != profile.updated_at {
        add(profile.first_seen, "set", json!({}));
    }
    for change in changes {
        let (operation, value) = change.op.as_written();
        add(change.at, operation, value);
    }
    for part in parts_of(&profile.properties) {
        add(profile.updated_at, "set", part.into());
    }
}

/// Properties in portions that each are one record; a large profile is larger than a record may be.
fn parts_of(properties: &Properties) -> Vec<Properties> {
    let mut parts = vec![Properties::new()];
    let mut bytes = 0;
    for (name, value) in properties {
        let added = name.len() + value.to_string().len();
        if bytes > 0 && bytes + added > PROFILE_LINE_BYTES {
            parts.push(Properties::new());
            bytes = 0;
        }
        bytes += added;
        if let Some(part) = parts.last_mut() {
            part.insert(name.clone(), value.clone());
        }
    }
    parts
}
