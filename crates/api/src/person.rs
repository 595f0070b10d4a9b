//! The people of a project: their list, one of them, and which of their ids are the same person.

use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Named, Query},
    error::ApiError,
    ingest,
    query::answer,
    time::{shown, shown_if},
};
use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{Browse, IdentityInfo, Question};
use sillage_catalog::{NewAuditEntry, Profile, ProfileKind, Project};
use sillage_event::{Batch, Identity, LinkChange, Properties, placeholder};
use sillage_wire::IdentityLine;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DEFAULT_PEOPLE: u32 = 50;
const MAX_PEOPLE: u32 = 500;
const MAX_ID_BYTES: usize = 1024;
/// Of one request.
const MAX_IDENTITIES: usize = 10_000;
/// People without a profile are those seen in so many days.
const RECENT_DAYS: u32 = 365;

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
    /// The latest changed first.
    people: Vec<Person>,
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

impl From<Profile> for Person {
    fn from(profile: Profile) -> Self {
        Self {
            name: name_of(&profile.properties),
            email: text_of(&profile.properties, &["$email", "email"]),
            id: profile.id,
            properties: profile.properties,
            first_seen: Some(shown(profile.first_seen)),
            last_seen: Some(shown(profile.updated_at)),
        }
    }
}

impl Person {
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
    let texts = names.iter().filter_map(|name| properties.get(*name)?.as_str());
    texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}

/// The people of the project. Who has no profile is found by their id; when nobody has one, those seen within a year are listed.
#[utoipa::path(get, path = "/api/projects/{project}/people", tag = "person", params(("project" = u32, Path), PeopleQuery), responses((status = 200, body = People)))]
async fn list(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<PeopleQuery>) -> Result<axum::Json<People>, ApiError> {
    let project = inside.project.id;
    let search = query.search.unwrap_or_default();
    let limit = query.limit.unwrap_or(DEFAULT_PEOPLE).clamp(1, MAX_PEOPLE);
    let page = api.catalog.search_people(project, &search, limit, query.before.as_deref()).await?;
    let mut people = People { people: page.people.into_iter().map(Person::from).collect(), total: page.total, next: page.next };
    if query.before.is_some() {
        return Ok(axum::Json(people));
    }
    let id = search.trim();
    if id.is_empty() && people.total == 0 {
        people = people_of_events(&api, &inside.project, limit).await?;
    } else if !id.is_empty() && !people.people.iter().any(|person| person.id == id) {
        people.people.extend(person_of_events(&api, &inside.project, id).await?);
        people.total = people.total.max(people.people.len() as u64);
    }
    Ok(axum::Json(people))
}

/// Somebody known by events alone.
async fn person_of_events(api: &Api, project: &Project, id: &str) -> Result<Option<Person>, ApiError> {
    let (project, looked_up) = (project.id, id.to_owned());
    let activity = api.browse(move |browse| browse.activity(project, &looked_up)).await?;
    Ok(activity.map(|(first, last, _)| Person::of_events(id.to_owned(), first, last)))
}

/// A project whose events are imported without profiles has people all the same.
async fn people_of_events(api: &Api, project: &Project, limit: u32) -> Result<People, ApiError> {
    let question = json!({
        "kind": "people", "limit": limit, "at": {"series": 0},
        "of": {"kind": "trend", "series": [{"select": {"event": null}, "measure": "unique"}], "interval": "month", "range": {"last": RECENT_DAYS, "unit": "day"}},
    });
    let reply = answer(api, project, Question::from_json(&question)?, None).await?;
    let ids: Vec<String> = reply.answer["people"].as_array().into_iter().flatten().filter_map(|person| person["id"].as_str()).map(str::to_owned).collect();
    let id_of_project = project.id;
    let look = move |browse: &dyn Browse| {
        let with_activity = |id: String| Ok(browse.activity(id_of_project, &id)?.map(|activity| (id, activity)));
        ids.into_iter().filter_map(|id| with_activity(id).transpose()).collect::<Result<Vec<_>, _>>()
    };
    let people: Vec<Person> = api.browse(look).await?.into_iter().map(|(id, (first, last, _))| Person::of_events(id, first, last)).collect();
    Ok(People { total: reply.answer["count"].as_u64().unwrap_or(people.len() as u64), people, next: None })
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
    let last = profiles.iter().map(|profile| profile.updated_at).chain(activity.map(|(_, last, _)| last)).max();
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
