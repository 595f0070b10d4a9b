//! The plan in force beside the doors for events: looked up seldom, and what it finds counted in memory, then in the catalog.
//!
//! What must stay true: a project without a plan pays for a look into a table in memory; a count is written at most some seconds after the reply, so that a
//! kill loses counts of violations and never an event.

use crate::{Api, error::ApiError};
use sillage_behavior::{custom_event::CustomEvents, question::Selector};
use sillage_catalog::PlanViolation;
use sillage_event::ProjectId;
use sillage_plan::{Compiled, Plan, Tally};
use sillage_wire::PlanInForce;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// For so long the plan of a project is believed without looking it up again.
const REMEMBER_MS: i64 = 5_000;
const MOST_REMEMBERED: usize = 10_000;
const DAY_MS: i64 = 86_400_000;
/// Counts are written so often.
const EVERY: Duration = Duration::from_secs(5);
/// What may wait in the quarantine of one project. It was acknowledged, so nothing pushes it out.
const MOST_IN_QUARANTINE: u64 = 50_000;
const MOST_QUARANTINE_BYTES: u64 = 128 << 20;

/// The plan of a project that is in force.
#[derive(Debug)]
pub(crate) struct InForce {
    pub(crate) version: u32,
    pub(crate) plan: Plan,
    rules: Arc<Compiled>,
}

#[derive(Clone, Debug)]
struct Remembered {
    plan: Option<Arc<InForce>>,
    has_room: bool,
    until: i64,
}

/// Plans that were looked up, and what waits to be counted.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    remembered: Mutex<HashMap<ProjectId, Remembered>>,
    /// By project and day (UTC).
    waiting: Mutex<HashMap<(ProjectId, i64), Waiting>>,
    /// Held while what was taken from `waiting` is being written: whoever wants to see all of it waits for that, too.
    writing: tokio::sync::Mutex<()>,
}

/// What was found and is not written yet, with its first and last moment.
#[derive(Debug)]
struct Waiting {
    first: i64,
    last: i64,
    tally: Tally,
}

impl Plans {
    /// What a request broke, for the feed.
    pub(crate) fn count(&self, project: ProjectId, at: i64, tally: Tally) {
        self.wait((project, at.div_euclid(DAY_MS)), Waiting { first: at, last: at, tally });
    }

    fn wait(&self, key: (ProjectId, i64), more: Waiting) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.entry(key) {
            Entry::Vacant(free) => drop(free.insert(more)),
            Entry::Occupied(mut there) => {
                let sum = there.get_mut();
                (sum.first, sum.last) = (sum.first.min(more.first), sum.last.max(more.last));
                sum.tally.merge(more.tally);
            }
        }
    }

    pub(super) fn forget(&self, project: ProjectId) {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).remove(&project);
    }

    fn remembered(&self, project: ProjectId) -> Option<Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner).get(&project).cloned()
    }
}

/// As events are received under it.
pub(crate) async fn for_intake(api: &Api, project: ProjectId) -> Result<Option<PlanInForce>, ApiError> {
    let found = look_up(api, project).await?;
    Ok(found.plan.map(|plan| PlanInForce { rules: Arc::clone(&plan.rules), has_room: found.has_room }))
}

/// The published plan, if there is one.
pub(crate) async fn in_force(api: &Api, project: ProjectId) -> Result<Option<Arc<InForce>>, ApiError> {
    Ok(look_up(api, project).await?.plan)
}

async fn look_up(api: &Api, project: ProjectId) -> Result<Remembered, ApiError> {
    let now = api.clock.now_ms();
    let known = api.intake.plans.remembered(project);
    if let Some(known) = &known
        && now < known.until
    {
        return Ok(known.clone());
    }
    let version = api.catalog.published_plan_version(project).await?;
    let plan = match known.and_then(|known| known.plan).filter(|plan| plan.version == version) {
        Some(plan) => Some(plan),
        None if version == 0 => None,
        None => Some(Arc::new(read(api, project, version).await?)),
    };
    let has_room = match plan {
        Some(_) => {
            let (count, bytes) = api.browse(move |browse| browse.in_quarantine(project)).await?;
            count < MOST_IN_QUARANTINE && bytes < MOST_QUARANTINE_BYTES
        }
        None => true,
    };
    let found = Remembered { plan, has_room, until: now + REMEMBER_MS };
    let mut remembered = api.intake.plans.remembered.lock().unwrap_or_else(PoisonError::into_inner);
    if remembered.len() >= MOST_REMEMBERED {
        remembered.clear();
    }
    remembered.insert(project, found.clone());
    Ok(found)
}

async fn read(api: &Api, project: ProjectId, version: u32) -> Result<InForce, ApiError> {
    let stored = api.catalog.plan_version(project, version).await?;
    let plan = sillage_plan::from_json(&stored.document).map_err(|error| ApiError::internal(&error))?;
    let rules = Compiled::new(&plan).map_err(|problem| ApiError::internal(&problem.message))?;
    Ok(InForce { version, plan, rules: Arc::new(rules) })
}

/// Events that go by several names, as questions mean them.
pub(crate) fn merged_events(plan: &Plan) -> CustomEvents {
    let renamed = plan.events.iter().filter(|(_, event)| !event.replaces.is_empty());
    let names = renamed.map(|(name, event)| (name.clone(), std::iter::once(name).chain(&event.replaces).cloned().collect()));
    names.map(|(name, events)| (name, Selector { events, ..Selector::default() })).collect()
}

/// Writes what was counted, every few seconds, until it is told to stop, and then what is left.
pub async fn count_violations(api: Api, mut stop: watch::Receiver<bool>) {
    loop {
        let is_over = tokio::select! {
            () = tokio::time::sleep(EVERY) => false,
            changed = stop.changed() => changed.is_err() || *stop.borrow(),
        };
        if let Err(error) = write_counts(&api).await {
            tracing::warn!(error = error.message, "violations of tracking plans wait to be counted");
        }
        if is_over {
            return;
        }
    }
}

/// Writes what was counted so far. What cannot be written goes on waiting.
pub(super) async fn write_counts(api: &Api) -> Result<(), ApiError> {
    let _writing = api.intake.plans.writing.lock().await;
    let waiting = std::mem::take(&mut *api.intake.plans.waiting.lock().unwrap_or_else(PoisonError::into_inner));
    let mut failure = None;
    for ((project, day), wait) in waiting {
        let found: Vec<PlanViolation> = wait
            .tally
            .iter()
            .map(|(key, counted)| PlanViolation {
                day,
                event: key.event.clone(),
                property: key.property.clone(),
                rule: key.rule.name().to_owned(),
                sdk: key.sdk.clone(),
                sdk_version: key.sdk_version.clone(),
                level: counted.level.name().to_owned(),
                count: counted.count,
                sample: counted.sample.clone(),
                seen_type: counted.seen_type.to_owned(),
                first_seen: wait.first,
                last_seen: wait.last,
            })
            .collect();
        if let Err(error) = api.catalog.add_plan_violations(project, &found).await {
            api.intake.plans.wait((project, day), wait);
            failure = Some(error);
        }
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}
