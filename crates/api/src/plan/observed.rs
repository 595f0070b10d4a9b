//! What arrives, beside what is planned: events, violations, and taking the unplanned into the draft.

use super::{DraftedPlan, enforce::write_counts, in_force, keep_draft, record, working_copy};
use crate::{
    Api,
    access::{Inside, ToRead, ToWrite},
    body::{Json, Query},
    error::ApiError,
    time::shown,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sillage_behavior::NameInfo;
use sillage_catalog::ViolationsQuery;
use sillage_event::ProjectId;
use sillage_plan::{Plan, Seen, Status, Type, adopt, is_reserved};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const DAY_MS: i64 = 86_400_000;
const DEFAULT_DAYS: u32 = 30;
const MOST_DAYS: u32 = 90;
const DEFAULT_ROWS: u32 = 200;
const MOST_ROWS: u32 = 2_000;
const MOST_ADOPTED: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(events)).routes(routes!(violations)).routes(routes!(take_in))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ObservedQuery {
    /// Violations of so many days until today, 90 at most; 30 where nothing is said.
    days: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct ObservedEvents {
    /// Those of the plan in force, of its draft and those that arrived, in the order of names.
    events: Vec<ObservedEvent>,
}

/// An event, planned or not, and what arrived of it.
#[derive(Serialize, ToSchema)]
struct ObservedEvent {
    name: String,
    /// Whether the plan in force names it, now or formerly.
    planned: bool,
    /// The event that it counts for, where the plan in force says so.
    replaced_by: Option<String>,
    /// All that is kept of it.
    count: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    /// How often a rule was broken, deprecations and old names among them.
    violations: u64,
}

/// The events of the plan and those that arrived.
#[utoipa::path(get, path = "/api/projects/{project}/plan/events", tag = "plan", params(("project" = u32, Path), ObservedQuery), responses((status = 200, body = ObservedEvents)))]
async fn events(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<ObservedQuery>) -> Result<axum::Json<ObservedEvents>, ApiError> {
    let project = inside.project.id;
    write_counts(&api).await?;
    let found = ViolationsQuery { since_day: since_day(&api, query.days), limit: u32::MAX, ..ViolationsQuery::default() };
    let mut broken: BTreeMap<String, u64> = BTreeMap::new();
    for one in api.catalog.plan_violations(project, &found).await? {
        if !one.event.is_empty() {
            *broken.entry(one.event).or_default() += one.count;
        }
    }
    let seen: BTreeMap<String, NameInfo> = api.browse(move |browse| browse.names(project)).await?.into_iter().map(|info| (info.name.clone(), info)).collect();
    let plan = in_force(&api, project).await?;
    let (draft, _) = working_copy(&api, project).await?;
    let empty = Plan::default();
    let planned = plan.as_ref().map_or(&empty, |plan| &plan.plan);
    let replaced: BTreeMap<&String, &String> = planned.events.iter().flat_map(|(name, event)| event.replaces.iter().map(move |old| (old, name))).collect();
    let names: BTreeSet<&String> = planned.events.keys().chain(draft.events.keys()).chain(seen.keys()).chain(broken.keys()).collect();
    let events = names.into_iter().map(|name| {
        let info = seen.get(name);
        ObservedEvent {
            planned: planned.events.contains_key(name) || replaced.contains_key(name),
            replaced_by: replaced.get(name).map(|name| (*name).clone()),
            count: info.map_or(0, |info| info.count),
            first_seen: info.map(|info| shown(info.first_seen)),
            last_seen: info.map(|info| shown(info.last_seen)),
            violations: broken.get(name).copied().unwrap_or_default(),
            name: name.clone(),
        }
    });
    Ok(axum::Json(ObservedEvents { events: events.collect() }))
}

/// Names as people choose among them: without what the plan hides or blocks, and what counts under another name under that one.
pub(crate) async fn offered(api: &Api, project: ProjectId, names: Vec<NameInfo>) -> Result<Vec<NameInfo>, ApiError> {
    let Some(plan) = in_force(api, project).await? else { return Ok(names) };
    let events = &plan.plan.events;
    let replaced: BTreeMap<&String, &String> = events.iter().flat_map(|(name, event)| event.replaces.iter().map(move |old| (old, name))).collect();
    let mut offered: BTreeMap<String, NameInfo> = BTreeMap::new();
    for info in names {
        let name = replaced.get(&info.name).map_or(&info.name, |name| name).clone();
        if events.get(&name).is_some_and(|event| matches!(event.status, Status::Hidden | Status::Blocked)) {
            continue;
        }
        let one = offered.entry(name.clone()).or_insert_with(|| NameInfo { name, count: 0, ..info.clone() });
        one.count += info.count;
        one.first_seen = one.first_seen.min(info.first_seen);
        one.last_seen = one.last_seen.max(info.last_seen);
    }
    let mut offered: Vec<NameInfo> = offered.into_values().collect();
    offered.sort_by_key(|info| std::cmp::Reverse(info.count));
    Ok(offered)
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ViolationsOf {
    /// So many days until today, 90 at most; 30 where nothing is said.
    days: Option<u32>,
    /// Only of events of this name.
    event: Option<String>,
    /// Only of this rule.
    rule: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
struct Violations {
    /// The most frequent first.
    violations: Vec<PlanViolation>,
    /// How many a day (UTC) and rule; days without any are left out.
    days: Vec<ViolationDay>,
}

/// How often something arrived that is not as planned.
#[derive(Serialize, ToSchema)]
struct PlanViolation {
    /// Empty: too many different ones to tell apart.
    event: String,
    /// Null where the event itself is meant.
    property: Option<String>,
    /// `unplanned_event`, `event_name`, `unplanned_property`, `property_name`, `required`, `type`, `values`, `range`, `pattern`, `deprecated`, `old_name`,
    /// `blocked`
    rule: String,
    /// The library that sent it; empty where it does not say.
    sdk: String,
    sdk_version: String,
    /// What became of the last one: `accept`, `warn`, `quarantine`, `reject`.
    level: String,
    count: u64,
    /// The last value, short and masked.
    sample: String,
    /// The type of that value; null where there is none.
    seen_type: Option<String>,
    first_seen: String,
    last_seen: String,
}

#[derive(Serialize, ToSchema)]
struct ViolationDay {
    day: String,
    rule: String,
    count: u64,
}

/// What arrived and is not as planned: which event, property and rule, how often, from which SDK.
#[utoipa::path(get, path = "/api/projects/{project}/plan/violations", tag = "plan", params(("project" = u32, Path), ViolationsOf), responses((status = 200, body = Violations)))]
async fn violations(State(api): State<Api>, inside: Inside<ToRead>, Query(query): Query<ViolationsOf>) -> Result<axum::Json<Violations>, ApiError> {
    let project = inside.project.id;
    write_counts(&api).await?;
    let since_day = since_day(&api, query.days);
    let event = query.event.filter(|event| !event.is_empty());
    let days = api.catalog.plan_violations_by_day(project, since_day, event.as_deref()).await?;
    let limit = query.limit.unwrap_or(DEFAULT_ROWS).clamp(1, MOST_ROWS);
    let wanted = ViolationsQuery { since_day, event, rule: query.rule.filter(|rule| !rule.is_empty()), limit };
    let found = api.catalog.plan_violations(project, &wanted).await?.into_iter().map(|one| PlanViolation {
        event: one.event,
        property: Some(one.property).filter(|name| !name.is_empty()),
        rule: one.rule,
        sdk: one.sdk,
        sdk_version: one.sdk_version,
        level: one.level,
        count: one.count,
        sample: one.sample,
        seen_type: Some(one.seen_type).filter(|name| !name.is_empty()),
        first_seen: shown(one.first_seen),
        last_seen: shown(one.last_seen),
    });
    let days = days.into_iter().map(|(day, rule, count)| ViolationDay { day: shown(day * DAY_MS)[..10].to_owned(), rule, count });
    Ok(axum::Json(Violations { violations: found.collect(), days: days.collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToAdopt {
    seen: Vec<SeenUnplanned>,
}

/// Something that arrived and is not planned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenUnplanned {
    event: String,
    /// Left out: the event with all of its properties that were seen.
    property: Option<String>,
    /// The type that was seen; left out, it is looked up among the events that are kept.
    r#type: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Adopted {
    /// Events and properties that are new in the draft.
    added: u64,
    draft: DraftedPlan,
}

/// Take what arrived unplanned into the draft, with the types that were seen. Without a draft, one begins from the plan in force.
#[utoipa::path(post, path = "/api/projects/{project}/plan/adopt", tag = "plan", params(("project" = u32, Path)), request_body = ToAdopt, responses((status = 200, body = Adopted)))]
async fn take_in(State(api): State<Api>, inside: Inside<ToWrite>, Json(body): Json<ToAdopt>) -> Result<axum::Json<Adopted>, ApiError> {
    let project = inside.project.id;
    if body.seen.is_empty() || body.seen.len() > MOST_ADOPTED {
        return Err(ApiError::invalid("seen", format!("give 1 to {MOST_ADOPTED} events or properties")));
    }
    let mut seen = Vec::new();
    for (at, one) in body.seen.into_iter().enumerate() {
        let given = one.r#type.as_deref().map(|name| type_named(name).ok_or_else(|| ApiError::invalid(&format!("seen[{at}].type"), "there is no such type")));
        let given = given.transpose()?;
        let types = if given.is_some() && one.property.is_some() { BTreeMap::new() } else { types_of(&api, project, &one.event).await? };
        match one.property {
            Some(property) => {
                let kind = given.or_else(|| types.get(&property).copied().flatten());
                seen.push(Seen { event: one.event, property: Some(property), kind });
            }
            None => {
                seen.push(Seen { event: one.event.clone(), property: None, kind: None });
                seen.extend(types.into_iter().map(|(name, kind)| Seen { event: one.event.clone(), property: Some(name), kind }));
            }
        }
    }
    let (mut plan, revision) = working_copy(&api, project).await?;
    let added = adopt(&mut plan, &seen) as u64;
    let draft = keep_draft(&api, &inside, &plan, Some(revision)).await?;
    record(&api, &inside, "plan.adopt", &draft.revision.to_string(), json!({"added": added})).await?;
    Ok(axum::Json(Adopted { added, draft }))
}

/// The properties of an event that were seen, without the clients' own, each with its type where it has one only. Lists and objects are not told apart.
async fn types_of(api: &Api, project: ProjectId, event: &str) -> Result<BTreeMap<String, Option<Type>>, ApiError> {
    let event = event.to_owned();
    let found = api.browse(move |browse| browse.properties(project, "event", Some(&event))).await?;
    let one_type = |types: &[&str]| if let [only] = types { type_named(only).filter(|kind| *kind != Type::List) } else { None };
    Ok(found.into_iter().filter(|info| !is_reserved(&info.name)).map(|info| (info.name, one_type(&info.types))).collect())
}

fn type_named(name: &str) -> Option<Type> {
    serde_json::from_value(json!(name)).ok()
}

pub(super) fn since_day(api: &Api, days: Option<u32>) -> i64 {
    let days = days.unwrap_or(DEFAULT_DAYS).clamp(1, MOST_DAYS);
    api.clock.now_ms().div_euclid(DAY_MS) + 1 - i64::from(days)
}
