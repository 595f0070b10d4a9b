//! What the events of surveys say, asked of the engine as anybody could ask it: the names of these events and their properties, and the questions made of them.

use crate::{Api, error::ApiError, query::answer};
use serde_json::{Value, json};
use sillage_behavior::{Question, survey::History};
use sillage_catalog::Project;
use sillage_event::{DEVICE_OF_A_DAY, Identity, person_of};
use std::collections::{BTreeMap, HashMap};

pub(super) const SHOWN: &str = "$survey_shown";
/// One question answered, or skipped.
pub(super) const ANSWERED: &str = "$survey_answered";
pub(super) const COMPLETED: &str = "$survey_completed";
pub(super) const DISMISSED: &str = "$survey_dismissed";

/// The id of the survey.
pub(super) const SURVEY: &str = "$survey";
/// Answers of one person to one showing.
pub(super) const RESPONSE: &str = "$survey_response";

/// Who answered, by the id that the event was sent with; nobody where it was sent without one.
pub(crate) fn who(event: &Value) -> Option<String> {
    let id = |name: &str| event[name].as_str();
    let who = person_of(id("distinct_id").unwrap_or_default(), id("device_id"), id("user_id"))?;
    let is_somebody = !matches!(&who, Identity::Device(device) if device.starts_with(DEVICE_OF_A_DAY));
    is_somebody.then(|| who.to_string())
}

/// A person has fewer showings than this in any case that is not made up.
const MOST_EVENTS_OF_A_PERSON: u32 = 2000;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) shown: u64,
    pub(super) started: u64,
    pub(super) completed: u64,
}

/// Of every survey of the project, over all of history.
pub(super) async fn counts(api: &Api, project: &Project) -> Result<HashMap<String, Counts>, ApiError> {
    let question = json!({
        "kind": "trend", "interval": "month", "range": whole_history(api),
        "series": [
            {"select": {"event": SHOWN}, "measure": "total", "label": SHOWN},
            {"select": {"event": ANSWERED}, "measure": {"distinct": RESPONSE}, "label": ANSWERED},
            {"select": {"event": COMPLETED}, "measure": {"distinct": RESPONSE}, "label": COMPLETED},
        ],
        "breakdown": [{"property": SURVEY}],
    });
    let reply = ask(api, project, &question).await?;
    let mut counts: HashMap<String, Counts> = HashMap::new();
    // Series by series, each with its segments.
    for series in series_of(&reply) {
        let Some(survey) = series["breakdown"][0].as_str() else { continue };
        let count = counts.entry(survey.to_owned()).or_default();
        let total = whole(&series["total"]);
        match series["label"].as_str().unwrap_or_default() {
            SHOWN => count.shown = total,
            ANSWERED => count.started = total,
            COMPLETED => count.completed = total,
            _ => {}
        }
    }
    Ok(counts)
}

/// What happened between a person, called by one of their ids, and each survey.
pub(super) async fn histories(api: &Api, project: &Project, person: &str) -> Result<BTreeMap<String, History>, ApiError> {
    let events = json!([SHOWN, ANSWERED, COMPLETED, DISMISSED]);
    let question = json!({"kind": "timeline", "person": person, "events": events, "limit": MOST_EVENTS_OF_A_PERSON});
    let reply = ask(api, project, &question).await?;
    let mut histories: BTreeMap<String, History> = BTreeMap::new();
    for event in reply["events"].as_array().into_iter().flatten() {
        let (Some(survey), Some(time)) = (event["properties"][SURVEY].as_str(), instant_ms(&event["time"])) else { continue };
        let history = histories.entry(survey.to_owned()).or_default();
        let latest = |known: &mut Option<i64>| *known = (*known).max(Some(time));
        match event["event"].as_str().unwrap_or_default() {
            SHOWN => history.shown.push(time),
            ANSWERED => latest(&mut history.answered),
            COMPLETED => latest(&mut history.completed),
            DISMISSED => latest(&mut history.dismissed),
            _ => {}
        }
    }
    histories.values_mut().for_each(|history| history.shown.sort_unstable());
    Ok(histories)
}

pub(crate) async fn ask(api: &Api, project: &Project, question: &Value) -> Result<Value, ApiError> {
    Ok(answer(api, project, Question::from_json(question)?, None).await?.answer)
}

/// Every event that a timeline question finds, the latest first, as long as `each` wants more.
pub(super) async fn walk(api: &Api, project: &Project, mut question: Value, mut each: impl FnMut(&Value) -> bool) -> Result<(), ApiError> {
    loop {
        let reply = ask(api, project, &question).await?;
        let goes_on = reply["events"].as_array().into_iter().flatten().all(&mut each);
        question["before"] = reply["next"].clone();
        if !goes_on || reply["next"].is_null() {
            return Ok(());
        }
    }
}

pub(crate) fn series_of(reply: &Value) -> &[Value] {
    reply["series"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A count as answers write it.
pub(crate) fn whole(value: &Value) -> u64 {
    value.as_f64().map_or(0, |count| count.round().max(0.0) as u64)
}

pub(crate) fn instant_ms(value: &Value) -> Option<i64> {
    value.as_str().and_then(sillage_event::time::from_text)
}

/// From before any survey could be answered to a day from now, so that clocks that run ahead are in it.
pub(crate) fn whole_history(api: &Api) -> Value {
    const FIRST_MS: i64 = 1_735_689_600_000;
    const DAY_MS: i64 = 86_400_000;
    json!({"from": sillage_event::time::to_rfc3339(FIRST_MS), "to": sillage_event::time::to_rfc3339(api.clock.now_ms() + DAY_MS)})
}
