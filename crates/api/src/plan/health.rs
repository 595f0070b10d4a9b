//! How well the plan is kept: what arrives of each event and where it is asked about, with a score and its reasons, and what need not be measured.
//! What speaks against what is `sillage_plan`'s; here it is found out, from answers of the engine and from what people saved.

use super::{in_force, observed::since_day, stored, working_copy};
use crate::{
    Api,
    access::{Inside, ToRead},
    error::ApiError,
    survey::answers::{ask, series_of, whole},
    time::shown,
};
use axum::extract::State;
use serde::Serialize;
use serde_json::{Value, json};
use sillage_behavior::{Browse, NameInfo};
use sillage_catalog::{DefinitionKind, Project, ViolationsQuery};
use sillage_event::ProjectId;
use sillage_plan::{Found, FoundProperty, Plan, Reason, health, is_reserved};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

const DAYS: u32 = 30;
const DAY_MS: i64 = 86_400_000;
/// As many as a question takes.
const SERIES: usize = 26;
/// Events whose volume is looked up, the most frequent of all time first.
const MOST_VOLUMES: usize = 20 * SERIES;
/// Events whose properties are looked at, the most frequent first, and questions about them.
const MOST_LOOKED_AT: usize = 60;
const MOST_QUESTIONS: usize = 40;
/// Uses that are named; the rest is counted.
const MOST_USES: usize = 10;
/// What is broken by an event that arrives otherwise; the other rules say that it should not arrive.
const OF_VALUES: [&str; 6] = ["required", "type", "values", "range", "pattern", "unplanned_property"];
/// Under these names people write words, which name no event.
const WORDS: [&str; 9] = ["label", "name", "title", "text", "description", "value", "values", "id", "hypothesis"];

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(of_plan))
}

#[derive(Serialize, ToSchema)]
struct PlanHealth {
    /// The version that is meant; 0 is the draft, where nothing is in force.
    version: u32,
    /// Volumes, shares and violations are of so many days until now.
    days: u32,
    /// 0 to 100: the mean of the planned events, less what speaks against the plan as a whole; null where nothing is planned.
    score: Option<u32>,
    reasons: Vec<HealthReason>,
    /// The planned events and the unplanned ones that arrive, those with the lowest score first.
    events: Vec<EventHealth>,
}

/// Something that speaks against an event or a plan.
#[derive(Serialize, ToSchema)]
struct HealthReason {
    /// `never_seen`, `silent`, `still_sent`, `unplanned`, `unused`, `no_objective`, `no_description`, `no_owner`, `off_plan`, `type_drift`, `new_values`,
    /// `missing`, `mostly_empty`; of a plan `over_measured`, `unplanned_events`
    code: &'static str,
    /// The property that it is about.
    property: Option<String>,
    /// How many events or values; of `off_plan`, `missing` and `mostly_empty` the share of the event's.
    figure: Option<f64>,
    /// What it takes off the score.
    points: u32,
}

impl From<Reason> for HealthReason {
    fn from(reason: Reason) -> Self {
        Self { code: reason.against.name(), property: reason.property, figure: reason.figure, points: reason.points }
    }
}

#[derive(Serialize, ToSchema)]
struct EventHealth {
    name: String,
    planned: bool,
    /// 0 to 100
    score: u32,
    /// What takes most first.
    reasons: Vec<HealthReason>,
    /// Nothing would be missed if it were no longer sent: nobody asks about it and it serves no objective, or it is deprecated.
    stop: bool,
    /// Events of these days, with those under its former names; null where nobody looked.
    volume: Option<u64>,
    last_seen: Option<String>,
    /// How often a rule of its properties was broken.
    violations: u64,
    /// Where it is asked about; ten are named.
    uses: Vec<PlanUse>,
    n_uses: u64,
    properties: Vec<PropertyHealth>,
}

/// Something saved that asks about an event.
#[derive(Clone, Serialize, ToSchema)]
struct PlanUse {
    /// `report`, `cohort`, `task`, `survey`, `user_test`, `custom_event`, `metric`, `board`
    kind: &'static str,
    id: String,
    name: String,
}

#[derive(Serialize, ToSchema)]
struct PropertyHealth {
    name: String,
    /// The share of the event's without it; null where nobody looked.
    null_rate: Option<f64>,
    /// `string`, `number`, `boolean`, `list`: of all that is kept.
    types: Vec<String>,
    /// How often a value came that is not allowed.
    new_values: u64,
    /// The last such value, short and masked.
    sample: Option<String>,
    /// How many of what asks about the event also name the property.
    n_uses: u64,
}

/// How well the plan is kept: volumes, absent values, other types, new values, uses, a score with its reasons, and what to stop measuring.
#[utoipa::path(get, path = "/api/projects/{project}/plan/health", tag = "plan", params(("project" = u32, Path)), responses((status = 200, body = PlanHealth)))]
async fn of_plan(State(api): State<Api>, inside: Inside<ToRead>) -> Result<axum::Json<PlanHealth>, ApiError> {
    let project = &inside.project;
    super::enforce::write_counts(&api).await?;
    let (version, plan) = match in_force(&api, project.id).await? {
        Some(_) => {
            let published = api.catalog.published_plan(project.id).await?.ok_or_else(ApiError::not_found)?;
            (published.version, stored(&published.document)?)
        }
        None => (0, working_copy(&api, project.id).await?.0),
    };
    let uses = Uses::of_project(&api, project.id).await?;
    let mut found = seen(&api, project.id, &plan).await?;
    add_volumes(&api, project, &plan, &mut found).await?;
    add_properties(&api, project, &plan, &mut found).await?;
    let samples = add_violations(&api, project.id, &plan, &mut found).await?;
    let mut named: BTreeMap<String, Vec<PlanUse>> = BTreeMap::new();
    for (name, one) in &mut found {
        let old = plan.events.get(name).map(|event| event.replaces.as_slice()).unwrap_or_default();
        let asking: Vec<&Definition> = uses.of_event(name, old);
        one.n_uses = asking.len();
        for (property, seen) in &mut one.properties {
            seen.n_uses = asking.iter().filter(|definition| definition.names_property(property)).count();
        }
        named.insert(name.clone(), asking.into_iter().take(MOST_USES).map(|definition| definition.what.clone()).collect());
    }
    let told = health(&plan, &found);
    let mut events: Vec<EventHealth> = told
        .events
        .into_iter()
        .map(|event| {
            let one = found.remove(&event.name).unwrap_or_default();
            let properties = one.properties.into_iter().map(|(name, seen)| PropertyHealth {
                null_rate: seen.set.zip(one.volume.filter(|volume| *volume > 0)).map(|(set, volume)| 1.0 - set.min(volume) as f64 / volume as f64),
                types: seen.types,
                new_values: seen.new_values,
                sample: samples.get(&(event.name.clone(), name.clone())).cloned(),
                n_uses: seen.n_uses as u64,
                name,
            });
            EventHealth {
                planned: event.planned,
                score: event.score,
                reasons: event.reasons.into_iter().map(HealthReason::from).collect(),
                stop: event.stop,
                volume: one.volume,
                last_seen: one.last_seen.map(shown),
                violations: one.violations,
                uses: named.remove(&event.name).unwrap_or_default(),
                n_uses: one.n_uses as u64,
                properties: properties.collect(),
                name: event.name,
            }
        })
        .collect();
    events.sort_by(|a, b| a.score.cmp(&b.score).then(b.volume.cmp(&a.volume)));
    let reasons = told.reasons.into_iter().map(HealthReason::from).collect();
    Ok(axum::Json(PlanHealth { version, days: DAYS, score: told.score, reasons, events }))
}

/// The planned events and those that arrived in these days, with when they were seen last. What is surely none of these days has a volume of nothing.
async fn seen(api: &Api, project: ProjectId, plan: &Plan) -> Result<BTreeMap<String, Found>, ApiError> {
    let names: BTreeMap<String, NameInfo> = api.browse(move |browse| browse.names(project)).await?.into_iter().map(|info| (info.name.clone(), info)).collect();
    // A day more than is asked about: days begin elsewhere in other zones.
    let since = api.clock.now_ms() - i64::from(DAYS + 1) * DAY_MS;
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    for (name, event) in &plan.events {
        let last_seen = std::iter::once(name).chain(&event.replaces).filter_map(|name| names.get(name)).map(|info| info.last_seen).max();
        let volume = last_seen.is_none_or(|last| last < since).then_some(0);
        found.insert(name.clone(), Found { volume, last_seen, ..Found::default() });
    }
    let old: BTreeSet<&String> = plan.events.values().flat_map(|event| &event.replaces).collect();
    for info in names.values().filter(|info| info.last_seen >= since && !is_reserved(&info.name) && !old.contains(&info.name)) {
        found.entry(info.name.clone()).or_insert_with(|| Found { last_seen: Some(info.last_seen), ..Found::default() });
    }
    Ok(found)
}

async fn add_volumes(api: &Api, project: &Project, plan: &Plan, found: &mut BTreeMap<String, Found>) -> Result<(), ApiError> {
    // Planned ones first.
    let mut wanted: Vec<String> = found.iter().filter(|(_, one)| one.volume.is_none()).map(|(name, _)| name.clone()).collect();
    wanted.sort_by_key(|name| !plan.events.contains_key(name));
    for names in wanted.chunks(SERIES).take(MOST_VOLUMES / SERIES) {
        let series: Vec<Value> = names.iter().map(|name| json!({"select": {"event": name}})).collect();
        for (name, total) in names.iter().zip(totals(api, project, series).await?) {
            if let Some(one) = found.get_mut(name) {
                one.volume = Some(total);
            }
        }
    }
    Ok(())
}

/// How often each property of what is planned was there, and with which types.
async fn add_properties(api: &Api, project: &Project, plan: &Plan, found: &mut BTreeMap<String, Found>) -> Result<(), ApiError> {
    let mut events: Vec<(&String, u64)> =
        plan.events.keys().filter_map(|name| Some((name, found.get(name)?.volume?))).filter(|(_, volume)| *volume > 0).collect();
    events.sort_by_key(|(_, volume)| std::cmp::Reverse(*volume));
    let mut n_questions = 0;
    for (name, _) in events.into_iter().take(MOST_LOOKED_AT) {
        let Some(planned) = plan.events.get(name) else { continue };
        let (id, names) = (project.id, std::iter::once(name).chain(&planned.replaces).cloned().collect::<Vec<_>>());
        let look = move |browse: &dyn Browse| names.iter().map(|name| browse.properties(id, "event", Some(name))).collect::<Result<Vec<_>, _>>();
        let mut types: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for info in api.browse(look).await?.into_iter().flatten() {
            types.entry(info.name).or_default().extend(info.types);
        }
        // One that begins so would be read as a formula.
        let wanted: Vec<String> = plan.properties_of(planned).map(|(property, _)| property.clone()).filter(|property| !property.starts_with('=')).collect();
        let Some(one) = found.get_mut(name) else { continue };
        for properties in wanted.chunks(SERIES) {
            let counted = if n_questions < MOST_QUESTIONS {
                let series = properties.iter().map(|property| json!({"select": {"event": name, "where": {"property": property, "op": "set"}}}));
                n_questions += 1;
                totals(api, project, series.collect()).await?
            } else {
                Vec::new()
            };
            for (at, property) in properties.iter().enumerate() {
                let seen = FoundProperty {
                    set: counted.get(at).copied(),
                    types: types.get(property).into_iter().flatten().map(|kind| (*kind).to_owned()).collect(),
                    ..FoundProperty::default()
                };
                one.properties.insert(property.clone(), seen);
            }
        }
    }
    Ok(())
}

async fn totals(api: &Api, project: &Project, series: Vec<Value>) -> Result<Vec<u64>, ApiError> {
    let question = json!({"kind": "trend", "series": series, "range": {"last": DAYS, "unit": "day"}});
    let reply = ask(api, project, &question).await?;
    Ok(series_of(&reply).iter().map(|line| whole(&line["total"])).collect())
}

/// What was broken, and the last value of each property that was not allowed.
async fn add_violations(
    api: &Api,
    project: ProjectId,
    plan: &Plan,
    found: &mut BTreeMap<String, Found>,
) -> Result<BTreeMap<(String, String), String>, ApiError> {
    let wanted = ViolationsQuery { since_day: since_day(api, Some(DAYS)), limit: u32::MAX, ..ViolationsQuery::default() };
    let renamed: BTreeMap<&String, &String> = plan.events.iter().flat_map(|(name, event)| event.replaces.iter().map(move |old| (old, name))).collect();
    let mut samples = BTreeMap::new();
    for mut broken in api.catalog.plan_violations(project, &wanted).await? {
        if let Some(name) = renamed.get(&broken.event) {
            broken.event = (*name).clone();
        }
        let Some(one) = found.get_mut(&broken.event).filter(|_| OF_VALUES.contains(&broken.rule.as_str())) else { continue };
        one.violations += broken.count;
        if broken.rule == "values" && !broken.property.is_empty() {
            one.properties.entry(broken.property.clone()).or_default().new_values += broken.count;
            samples.entry((broken.event, broken.property)).or_insert(broken.sample);
        }
    }
    Ok(samples)
}

/// Everything saved that may ask about events.
struct Uses(Vec<Definition>);

/// What a saved thing names.
struct Definition {
    what: PlanUse,
    texts: BTreeSet<String>,
    formulas: Vec<String>,
}

impl Uses {
    async fn of_project(api: &Api, project: ProjectId) -> Result<Self, ApiError> {
        let catalog = &api.catalog;
        let (reports, cohorts, tasks) = tokio::try_join!(catalog.reports(project), catalog.cohorts(project), catalog.tasks(project))?;
        let (surveys, tests, custom) = tokio::try_join!(catalog.surveys(project), catalog.user_tests(project), catalog.custom_events(project))?;
        let (metrics, boards) = tokio::try_join!(catalog.definitions(project, DefinitionKind::Metric), catalog.definitions(project, DefinitionKind::Board))?;
        let all = reports
            .into_iter()
            .map(|one| ("report", one.id, one.name, one.question))
            .chain(cohorts.into_iter().filter_map(|one| Some(("cohort", one.id, one.name, one.definition?))))
            .chain(tasks.into_iter().map(|one| ("task", one.id, one.name, one.definition)))
            .chain(surveys.into_iter().map(|one| ("survey", one.id, one.name, one.definition)))
            .chain(tests.into_iter().map(|one| ("user_test", one.id, one.name, one.definition)))
            .chain(custom.into_iter().map(|one| ("custom_event", one.id, one.name, one.made_of)))
            .chain(metrics.into_iter().map(|one| ("metric", one.id, one.name, one.definition)))
            .chain(boards.into_iter().map(|one| ("board", one.id, one.name, one.definition)));
        Ok(Self(all.map(|(kind, id, name, definition)| Definition::read(PlanUse { kind, id, name }, &definition)).collect()))
    }

    fn of_event(&self, name: &str, old: &[String]) -> Vec<&Definition> {
        self.0.iter().filter(|one| one.texts.contains(name) || old.iter().any(|old| one.texts.contains(old))).collect()
    }
}

impl Definition {
    fn read(what: PlanUse, definition: &Value) -> Self {
        let mut read = Self { what, texts: BTreeSet::new(), formulas: Vec::new() };
        read.walk(definition);
        read
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::String(text) => {
                if text.starts_with('=') {
                    self.formulas.push(text.clone());
                }
                self.texts.insert(text.clone());
            }
            Value::Array(list) => list.iter().for_each(|one| self.walk(one)),
            Value::Object(map) => map.iter().filter(|(name, _)| !WORDS.contains(&name.as_str())).for_each(|(_, one)| self.walk(one)),
            _ => {}
        }
    }

    fn names_property(&self, name: &str) -> bool {
        let is_word = |formula: &String| formula.split(|one: char| !one.is_alphanumeric() && one != '_' && one != '$').any(|word| word == name);
        self.texts.contains(name) || self.formulas.iter().any(is_word)
    }
}
