//! The people of a project: their list, one of them, and which of their ids are the same person.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    ingest,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{IdentityInfo, Seen};
use sillage_catalog::{NewAuditEntry, Profile, ProfileKind};
use sillage_event::{Batch, Identity, LinkChange, PersonId, ProjectId, Properties, placeholder};
use sillage_wire::IdentityLine;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_PEOPLE: u32 = 50;
const MAX_PEOPLE: u32 = 500;
const MAX_ID_BYTES: usize = 1024;
/// Of one request.
const MAX_IDENTITIES: usize = 10_000;

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(ledger))
        .routes(routes!(merge))
        .routes(routes!(split))
        .routes(routes!(import_identities))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct PeopleQuery {
    /// Text that the id, name or e-mail address holds, in any case; or a whole id.
    search: Option<String>,
    limit: Option<u32>,
    /// `next` of the page before.
    before: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct People {
    /// The last seen first; of a search the latest changed first.
    people: Vec<Person>,
    /// Of all pages; told with the first, else 0.
    total: u64,
    /// For the next page.
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Person {
    /// As it was sent; a device is `$device:<id>`.
    id: String,
    name: Option<String>,
    email: Option<String>,
    #[schema(value_type = Object)]
    properties: Properties,
    first_seen: Option<String>,
    last_seen: Option<String>,
}

impl Person {
    /// Somebody of a profile; `seen` is when their first and last events were. A profile that a server wrote to is no visit: it counts only where there is no event.
    fn of_profile(profile: Profile, seen: Option<(i64, i64)>) -> Self {
        let (first, last) = seen.map_or((profile.first_seen, profile.updated_at), |(first, last)| (first.min(profile.first_seen), last));
        Self {
            name: name_of(&profile.properties),
            email: text_of(&profile.properties, &["$email", "email"]),
            id: profile.id,
            properties: profile.properties,
            first_seen: Some(shown(first)),
            last_seen: Some(shown(last)),
        }
    }

    /// Somebody without a profile.
    fn of_events(id: String, first: i64, last: i64) -> Self {
        Self { id, name: None, email: None, properties: Properties::new(), first_seen: Some(shown(first)), last_seen: Some(shown(last)) }
    }
}

fn name_of(properties: &Properties) -> Option<String> {
    text_of(properties, &["$name", "name"]).or_else(|| {
        let parts = [text_of(properties, &["$first_name"]), text_of(properties, &["$last_name"])];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

fn text_of(properties: &Properties, names: &[&str]) -> Option<String> {
    let texts = names.iter().filter_map(|name| properties.get(name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}

/// Everybody whom an event or a profile tells of, the last seen first. A search goes through the ids, names and addresses of profiles, the latest changed first,
/// and, on its first page, through the ids of people without one.
#[utoipa::path(get, path = "/api/projects/{project}/people", tag = "person", params(("project" = u32, Path), PeopleQuery), responses((status = 200, body = People)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<PeopleQuery>) -> Result<axum::Json<People>, ApiError> {
    let project = inside.project.id;
    let search = query.search.unwrap_or_default();
    let text = search.trim().to_owned();
    let limit = query.limit.unwrap_or(DEFAULT_PEOPLE).clamp(1, MAX_PEOPLE);
    if text.is_empty() {
        return everybody(&api, project, query.before.as_deref(), limit).await.map(axum::Json);
    }
    let page = api.catalog.search_people(project, &search, limit, query.before.as_deref()).await?;
    let mut people = People { people: found(&api, project, page.people).await?, total: page.total, next: page.next };
    if query.before.is_none() {
        let (part, room) = (text.clone(), limit as usize);
        for id in api.browse(move |browse| browse.find_by_id(project, &part, room)).await? {
            people.people.extend(person_of_events(&api, project, &id).await?);
            people.total += 1;
        }
        // A device that counts for somebody is found by its whole id, and so is who was only just seen.
        if !people.people.iter().any(|person| person.id == text)
            && let Some(person) = person_of_events(&api, project, &text).await?
        {
            people.people.push(person);
            people.total += 1;
        }
    }
    Ok(axum::Json(people))
}

/// The profiles that a search found, with when their people were seen.
async fn found(api: &Api, project: ProjectId, profiles: Vec<Profile>) -> Result<Vec<Person>, ApiError> {
    let ids: Vec<String> = profiles.iter().map(|profile| profile.id.clone()).collect();
    let activities = api.browse(move |browse| ids.iter().map(|id| browse.activity(project, id)).collect::<Result<Vec<_>, _>>()).await?;
    let seen = activities.into_iter().map(|activity| activity.map(|(first, last, _)| (first, last)));
    Ok(profiles.into_iter().zip(seen).map(|(profile, seen)| Person::of_profile(profile, seen)).collect())
}

/// Somebody known by events alone.
async fn person_of_events(api: &Api, project: ProjectId, id: &str) -> Result<Option<Person>, ApiError> {
    let looked_up = id.to_owned();
    let activity = api.browse(move |browse| browse.activity(project, &looked_up)).await?;
    Ok(activity.map(|(first, last, _)| Person::of_events(id.to_owned(), first, last)))
}

async fn everybody(api: &Api, project: ProjectId, before: Option<&str>, limit: u32) -> Result<People, ApiError> {
    let after = before.map(read_cursor).transpose()?;
    let page = api.browse(move |browse| browse.everybody(project, after, limit as usize)).await?;
    let next = page.people.last().filter(|_| page.has_more).map(|(_, seen)| cursor_of(*seen));
    let ids: Vec<String> = page.people.into_iter().map(|(id, _)| id).collect();
    let looked_up = ids.clone();
    let activities = api.browse(move |browse| looked_up.iter().map(|id| browse.activity(project, id)).collect::<Result<Vec<_>, _>>()).await?;
    let mut people = Vec::with_capacity(ids.len());
    for (id, activity) in ids.into_iter().zip(activities) {
        people.extend(listed(api, project, id, activity.map(|(first, last, _)| (first, last))).await?);
    }
    Ok(People { people, total: page.total.unwrap_or_default(), next })
}

/// Somebody of the list with their profile, be it one of another id that counts for them.
async fn listed(api: &Api, project: ProjectId, id: String, seen: Option<(i64, i64)>) -> Result<Option<Person>, ApiError> {
    let mut profile = api.catalog.profile(project, &ProfileKind::Person, &id).await?;
    if profile.is_none() {
        let looked_up = id.clone();
        for identity in api.browse(move |browse| browse.identities(project, &looked_up)).await? {
            if profile.is_none() && identity.id != id {
                profile = api.catalog.profile(project, &ProfileKind::Person, &identity.id).await?;
            }
        }
    }
    let Some(profile) = profile else { return Ok(seen.map(|(first, last)| Person::of_events(id, first, last))) };
    Ok(Some(Person { id, ..Person::of_profile(profile, seen) }))
}

/// Where a page ends: the time of the last event, if there is one, and the person.
fn cursor_of(seen: Seen) -> String {
    format!("{}:{:016x}", seen.last.map_or_else(String::new, |last| last.to_string()), seen.person.0)
}

fn read_cursor(cursor: &str) -> Result<Seen, ApiError> {
    let read = || {
        let (last, person) = cursor.split_once(':')?;
        let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
        Some(Seen { last, person: PersonId(u64::from_str_radix(person, 16).ok()?) })
    };
    read().ok_or_else(|| ApiError::invalid("before", "give the `next` of the page before"))
}

#[derive(Serialize, ToSchema)]
struct PersonDetail {
    id: String,
    name: Option<String>,
    email: Option<String>,
    /// Of all ids of the person; those of the id asked for come first.
    #[schema(value_type = Object)]
    properties: Properties,
    identities: Vec<PersonIdentity>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    events: u64,
}

/// One of the ids that count for the person.
#[derive(Serialize, ToSchema)]
struct PersonIdentity {
    id: String,
    /// `user` or `device`
    kind: &'static str,
    linked_at: Option<String>,
    /// `event` or `operator`; null for the person's own id.
    by: Option<&'static str>,
    reason: String,
}

impl From<IdentityInfo> for PersonIdentity {
    fn from(info: IdentityInfo) -> Self {
        Self { id: info.id, kind: info.kind, linked_at: shown_if(info.linked_at), by: info.by, reason: info.reason }
    }
}

/// One person, by any of their ids.
#[utoipa::path(get, path = "/api/projects/{project}/people/{person}", tag = "person", params(("project" = u32, Path), ("person" = String, Path)), responses((status = 200, body = PersonDetail)))]
async fn get(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<PersonDetail>, ApiError> {
    let project = inside.project.id;
    let looked_up = id.clone();
    let (identities, activity) = api.browse(move |browse| Ok((browse.identities(project, &looked_up)?, browse.activity(project, &looked_up)?))).await?;
    let own = api.catalog.profile(project, &ProfileKind::Person, &id).await?;
    let mut profiles: Vec<Profile> = own.into_iter().collect();
    for identity in identities.iter().filter(|identity| identity.id != id) {
        profiles.extend(api.catalog.profile(project, &ProfileKind::Person, &identity.id).await?);
    }
    if profiles.is_empty() && activity.is_none() {
        return Err(ApiError::not_found());
    }
    let mut properties = Properties::new();
    for profile in profiles.iter().rev() {
        properties.extend(profile.properties.clone());
    }
    let first = profiles.iter().map(|profile| profile.first_seen).chain(activity.map(|(first, ..)| first)).min();
    let last = activity.map(|(_, last, _)| last).or_else(|| profiles.iter().map(|profile| profile.updated_at).max());
    Ok(axum::Json(PersonDetail {
        id,
        name: name_of(&properties),
        email: text_of(&properties, &["$email", "email"]),
        properties,
        identities: identities.into_iter().map(PersonIdentity::from).collect(),
        first_seen: shown_if(first),
        last_seen: shown_if(last),
        events: activity.map_or(0, |(_, _, events)| events),
    }))
}

#[derive(Serialize, ToSchema)]
struct Ledger {
    ledger: Vec<LedgerEntry>,
}

#[derive(Serialize, ToSchema)]
struct LedgerEntry {
    number: u64,
    at: String,
    /// `link`, `merge` or `split`
    action: &'static str,
    from: String,
    to: Option<String>,
    by: String,
}

/// How the person's ids came together and apart.
#[utoipa::path(get, path = "/api/projects/{project}/people/{person}/ledger", tag = "person", params(("project" = u32, Path), ("person" = String, Path)), responses((status = 200, body = Ledger)))]
async fn ledger(State(api): State<Api>, inside: Inside<ToRead>, Named(id): Named) -> Result<axum::Json<Ledger>, ApiError> {
    let project = inside.project.id;
    let entries = api.browse(move |browse| browse.ledger(project, &id)).await?;
    let shown_entries = entries.into_iter().map(|entry| LedgerEntry {
        number: entry.number,
        at: shown(entry.at),
        action: entry.op,
        from: entry.from,
        to: entry.into,
        by: entry.by,
    });
    Ok(axum::Json(Ledger { ledger: shown_entries.collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Merge {
    /// Everything of this id counts for the person from now on.
    from: String,
}

/// Let another id count for this person.
#[utoipa::path(
    post, path = "/api/projects/{project}/people/{person}/merge", tag = "person", params(("project" = u32, Path), ("person" = String, Path)),
    request_body = Merge, responses((status = 204))
)]
async fn merge(State(api): State<Api>, inside: Inside<ToWrite>, Named(into): Named, Json(body): Json<Merge>) -> Result<StatusCode, ApiError> {
    let (from, into) = (read_id("from", &body.from)?, read_id("person", &into)?);
    if from == into {
        return Err(ApiError::invalid("from", "a person cannot be merged into themselves"));
    }
    let details = json!({"from": from.to_string()});
    let object = into.to_string();
    let change = LinkChange::Merge { from, into, at: api.clock.now_ms(), by: inside.caller.shown() };
    apply(&api, &inside, change, "person.merge", &object, details).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Split {
    /// This id counts for itself again.
    identity: String,
}

/// Let an id of this person count for itself again.
#[utoipa::path(
    post, path = "/api/projects/{project}/people/{person}/split", tag = "person", params(("project" = u32, Path), ("person" = String, Path)),
    request_body = Split, responses((status = 204))
)]
async fn split(State(api): State<Api>, inside: Inside<ToWrite>, Named(person): Named, Json(body): Json<Split>) -> Result<StatusCode, ApiError> {
    let id = read_id("identity", &body.identity)?;
    let project = inside.project.id;
    let looked_up = person.clone();
    let identities = api.browse(move |browse| browse.identities(project, &looked_up)).await?;
    if !identities.iter().any(|identity| identity.id == body.identity && identity.by.is_some()) {
        return Err(ApiError::invalid("identity", "this id is not linked to this person"));
    }
    let details = json!({"identity": id.to_string()});
    let change = LinkChange::Split { id, at: api.clock.now_ms(), by: inside.caller.shown() };
    apply(&api, &inside, change, "person.split", &person, details).await
}

/// How ids came together and apart elsewhere, in order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Identities {
    identities: Vec<IdentityChange>,
}

/// A line of an export.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IdentityChange {
    /// `link` (an event named a device and a user), `merge` or `split`.
    identity: String,
    /// A device is `$device:<id>`.
    from: String,
    /// Not of a split.
    into: Option<String>,
    /// ISO 8601, or a number since 1970.
    time: Value,
    /// Who did it.
    by: Option<String>,
}

/// Bring along who is who from another installation, before the events come. What is so already stays as it is.
#[utoipa::path(
    post, path = "/api/projects/{project}/identities", tag = "person", params(("project" = u32, Path)), request_body = Identities, responses((status = 204))
)]
async fn import_identities(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<Identities>) -> Result<StatusCode, ApiError> {
    let n_changes = body.identities.len();
    if n_changes > MAX_IDENTITIES {
        return Err(ApiError::invalid("identities", format!("give at most {MAX_IDENTITIES} changes at once")));
    }
    let caller = inside.caller.shown();
    let read = |(at, change): (usize, IdentityChange)| {
        IdentityLine::from(change).change(&caller).map_err(|(field, message)| ApiError::invalid(&format!("identities[{at}].{field}"), message))
    };
    let links = body.identities.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    let project = inside.project.id;
    ingest::append(&api, project, Batch { links, ..Batch::default() }).await?;
    let details = json!({"changes": n_changes});
    let entry = NewAuditEntry { actor: &inside.caller.actor(), project: Some(project), action: "identities.import", object: &inside.project.name, details };
    api.catalog.record(entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<IdentityChange> for IdentityLine {
    fn from(change: IdentityChange) -> Self {
        let IdentityChange { identity, from, into, time, by } = change;
        Self { identity, from, into, time, by }
    }
}

async fn apply(api: &Api, inside: &Inside<ToWrite>, change: LinkChange, action: &str, object: &str, details: Value) -> Result<StatusCode, ApiError> {
    let project = inside.project.id;
    ingest::append(api, project, Batch { links: vec![change], ..Batch::default() }).await?;
    let entry = NewAuditEntry { actor: &inside.caller.actor(), project: Some(project), action, object, details };
    api.catalog.record(entry).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn read_id(field: &str, id: &str) -> Result<Identity, ApiError> {
    if id.is_empty() || id.len() > MAX_ID_BYTES || placeholder(id) {
        return Err(ApiError::invalid(field, "give the id of a person"));
    }
    Ok(Identity::parse(id))
}
