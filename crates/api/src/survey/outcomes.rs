//! Tasks whose outcomes show surveys: what their pages are told of them, from when on an attempt is slow, and what stands in the way.
//!
//! What must stay true: a page is told nothing of a task that no survey names, and of one that is named only what it needs to walk it.

use super::{answers, door::MOST_REMEMBERED};
use crate::{Api, custom_event, custom_property, error::ApiError, page_mapping, survey::SurveyProblem};
use serde_json::{Value, json};
use sillage_behavior::{
    Question,
    question::Kind,
    survey::{Level, Survey as Definition},
    task::{
        Slow, Task,
        findings::FEWEST,
        outcome::{Outcome, Unwalkable, Walked},
    },
};
use sillage_catalog::{Project, Task as Kept};
use sillage_event::ProjectId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError},
};

/// So long ago at most it was counted how long attempts take.
const REMEMBER_SLOW_MS: i64 = 600_000;
/// As the scorecard does where nothing is said.
const DAYS: u32 = 30;

/// A task as pages walk it, and what is left out of it.
pub(super) struct Ready {
    pub(super) walked: Walked,
    /// Whose attempts count is not known to pages.
    pub(super) is_unfiltered: bool,
    pub(super) task: Task,
}

/// Reads a task as a question would: custom events and properties for what they are made of, pages by the project's mappings.
pub(super) async fn ready(api: &Api, project: ProjectId, kept: &Kept) -> Result<Result<Ready, Unwalkable>, ApiError> {
    let mut question = Question::from_json(&json!({"kind": "task", "task": kept.definition, "range": {"last": DAYS, "unit": "day"}}))?;
    let (events, properties) = tokio::try_join!(custom_event::of_project(api, project), custom_property::of_project(api, project))?;
    question.expand_custom_events(&events);
    question.expand_custom_properties(&properties);
    page_mapping::use_in(api, project, &mut question).await?;
    let Kind::Task(asked) = question.kind else { return Err(ApiError::internal(&"a question of another kind")) };
    let task = asked.task;
    Ok(task.walked(&question.scope.page_mappings).map(|(walked, is_unfiltered)| Ready { walked, is_unfiltered, task }))
}

/// From how much active time on a completed attempt is slow, in milliseconds: by the task's own rule on the attempts of the last days, where there are enough; else its target.
pub(super) async fn slow_from(api: &Api, project: &Project, kept: &Kept, task: &Task) -> Option<i64> {
    if task.slow == Slow::Target {
        return task.target_ms;
    }
    let now = api.clock.now_ms();
    let key = (project.id, format!("{} {}", kept.id, kept.version));
    let known = api.showing.slow.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    if let Some((slow, until)) = known
        && now < until
    {
        return *slow;
    }
    let asked = json!({"kind": "task", "task": kept.definition, "range": {"last": DAYS, "unit": "day"}});
    // A question that takes too long is no reason to show no survey at all.
    let found = answers::ask(api, project, &asked).await.ok();
    let is_enough = |answer: &Value| answer["completed"]["count"].as_u64().unwrap_or(0) >= FEWEST;
    let counted = found.filter(is_enough).and_then(|answer| answer["slow_from_seconds"].as_f64()).map(|seconds| (seconds * 1000.0) as i64);
    let slow = counted.or(task.target_ms);
    let mut all = api.showing.slow.lock().unwrap_or_else(PoisonError::into_inner);
    if all.len() >= MOST_REMEMBERED {
        all.clear();
    }
    all.insert(key, (Arc::new(slow), now + REMEMBER_SLOW_MS));
    slow
}

/// What pages are told of the tasks that these surveys name; of one that is gone, or that no page can walk, nothing.
pub(super) async fn of_surveys<'d>(api: &Api, project: &Project, definitions: impl Iterator<Item = &'d Definition>) -> Result<Vec<Value>, ApiError> {
    // By task: whether it must be known when an attempt is slow.
    let mut named: BTreeMap<String, bool> = BTreeMap::new();
    for (_, task, outcome) in definitions.flat_map(Definition::tasks) {
        *named.entry(task.to_owned()).or_default() |= outcome == Outcome::Slow;
    }
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut told = Vec::with_capacity(named.len());
    for kept in api.catalog.tasks(project.id).await? {
        let Some(needs_slow) = named.get(&kept.id).copied() else { continue };
        let Ok(ready) = ready(api, project.id, &kept).await? else { continue };
        let mut one = serde_json::to_value(&ready.walked).map_err(|error| ApiError::internal(&error))?;
        one["id"] = kept.id.clone().into();
        one["idle_ms"] = (i64::from(project.session_timeout_minutes) * 60_000).into();
        if needs_slow && let Some(slow) = slow_from(api, project, &kept, &ready.task).await {
            one["slow_from_ms"] = slow.into();
        }
        told.push(one);
    }
    Ok(told)
}

/// What stands in the way of a survey's tasks, or could be better.
pub(super) async fn problems(api: &Api, project: &Project, definition: &Definition) -> Result<Vec<SurveyProblem>, ApiError> {
    let mut found = Vec::new();
    if definition.tasks().next().is_none() {
        return Ok(found);
    }
    let tasks = api.catalog.tasks(project.id).await?;
    let mut unfiltered = BTreeSet::new();
    for (at, id, outcome) in definition.tasks() {
        let mut tell = |level: Level, code: &str, message: String| {
            let level = if level == Level::Error { "error" } else { "warning" };
            found.push(SurveyProblem { level: level.to_owned(), code: code.to_owned(), field: format!("triggers[{at}].task"), message });
        };
        let Some(kept) = tasks.iter().find(|kept| kept.id == id) else {
            tell(Level::Error, "no_such_task", "names a task that is not there: choose another".to_owned());
            continue;
        };
        match ready(api, project.id, kept).await? {
            Err(Unwalkable { what }) => {
                let message = format!("pages cannot tell attempts at \"{}\": a rule of it asks for {what}; choose a task of pages and events", kept.name);
                tell(Level::Error, "task_unwalkable", message);
            }
            Ok(ready) => {
                if ready.is_unfiltered && unfiltered.insert(id.to_owned()) {
                    let message = format!("whose attempts at \"{}\" count is not known to pages: say under audience whom the survey is for", kept.name);
                    tell(Level::Warning, "task_unfiltered", message);
                }
                if outcome == Outcome::Slow && slow_from(api, project, kept, &ready.task).await.is_none() {
                    let message = format!(
                        "no attempt at \"{}\" is slow yet: fewer than {FEWEST} were completed in the last {DAYS} days; give the task a target time, or wait",
                        kept.name
                    );
                    tell(Level::Warning, "slow_unknown", message);
                }
            }
        }
    }
    Ok(found)
}
