//! What the events of tests say, asked of the engine as anybody could ask it: the names of these events and their properties, and participants put together from them.

use crate::{
    Api,
    error::ApiError,
    survey::{
        answers::{self, ask, instant_ms, series_of, whole, whole_history},
        responses::words,
    },
    time::shown,
};
use serde::Serialize;
use serde_json::{Value, json};
use sillage_behavior::user_test::{Answer, Outcome, Participant, TaskRun};
use sillage_catalog::Project;
use std::collections::{BTreeMap, HashMap};
use utoipa::ToSchema;

const STARTED: &str = "$test_started";
const TASK_STARTED: &str = "$test_task_started";
const TASK_ENDED: &str = "$test_task_ended";
const ANSWERED: &str = "$test_answered";
const COMPLETED: &str = "$test_completed";
const LEFT: &str = "$test_left";
const ALL: [&str; 6] = [STARTED, TASK_STARTED, TASK_ENDED, ANSWERED, COMPLETED, LEFT];

/// The id of the test.
const TEST: &str = "$test";
/// One run of one person.
const PARTICIPANT: &str = "$test_participant";
const TASK: &str = "$task";
const SCREENED_OUT: &str = "screened_out";

/// Events read in one go.
const EVENTS_AT_ONCE: u32 = 10_000;
/// A test that has more is no test of this kind; what is read of it stays bounded.
const MOST_PARTICIPANTS: usize = 5_000;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) started: u64,
    pub(super) completed: u64,
}

/// Of every test of the project, over all of history.
pub(super) async fn counts(api: &Api, project: &Project) -> Result<HashMap<String, Counts>, ApiError> {
    let question = json!({
        "kind": "trend", "interval": "month", "range": whole_history(api),
        "series": [
            {"select": {"event": STARTED}, "measure": {"distinct": PARTICIPANT}, "label": STARTED},
            {"select": {"event": COMPLETED}, "measure": {"distinct": PARTICIPANT}, "label": COMPLETED},
        ],
        "breakdown": [{"property": TEST}],
    });
    let reply = ask(api, project, &question).await?;
    let mut counts: HashMap<String, Counts> = HashMap::new();
    for series in series_of(&reply) {
        let Some(test) = series["breakdown"][0].as_str() else { continue };
        let count = counts.entry(test.to_owned()).or_default();
        match series["label"].as_str().unwrap_or_default() {
            STARTED => count.started = whole(&series["total"]),
            _ => count.completed = whole(&series["total"]),
        }
    }
    Ok(counts)
}

/// One person's run, as it is shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TestParticipant {
    pub(super) id: String,
    /// Who it was, where events name somebody.
    pub(super) person: Option<String>,
    pub(super) version: Option<u32>,
    pub(super) language: Option<String>,
    pub(super) began_at: String,
    /// `completed`, `left`, `screened_out` or `under_way`: nothing was heard of how it ended.
    pub(super) state: String,
    /// By task.
    pub(super) tasks: BTreeMap<String, TestTaskRun>,
    #[schema(value_type = Vec<Object>)]
    pub(super) answers: Vec<Answer>,
    pub(super) sus: Option<f64>,
}

/// What one person did in one task.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(super) struct TestTaskRun {
    pub(super) began_at: String,
    /// The recording in which it lies.
    pub(super) session: Option<String>,
    /// `success`, `failed`, `gave_up` or `timed_out`; null while it is not ended.
    pub(super) outcome: Option<String>,
    /// Of a success: by the expected path. Null where there is none.
    pub(super) direct: Option<bool>,
    pub(super) elapsed_ms: f64,
    /// The names of the pages, in order.
    pub(super) pages: Vec<String>,
    pub(super) clicks: u64,
    pub(super) misclicks: u64,
    pub(super) lostness: Option<f64>,
    /// 1 to 7.
    pub(super) ease: Option<f64>,
    /// Why somebody gave up, in their words.
    pub(super) reason: Option<String>,
}

impl From<&TestParticipant> for Participant {
    fn from(one: &TestParticipant) -> Self {
        let run = |run: &TestTaskRun| TaskRun {
            outcome: run.outcome.as_deref().and_then(Outcome::parse),
            direct: run.direct,
            elapsed_ms: run.elapsed_ms,
            pages: run.pages.clone(),
            clicks: run.clicks,
            misclicks: run.misclicks,
            lostness: run.lostness,
            ease: run.ease,
        };
        Self {
            id: one.id.clone(),
            is_screened_out: one.state == SCREENED_OUT,
            is_completed: one.state == "completed",
            tasks: one.tasks.iter().map(|(task, of)| (task.clone(), run(of))).collect(),
            sus: one.sus,
        }
    }
}

/// Which events of a test are looked at.
pub(super) struct Asked<'a> {
    pub(super) test: &'a str,
    pub(super) version: Option<u32>,
    pub(super) range: Option<Value>,
    pub(super) filter: Option<Value>,
}

/// Everybody who took part, the latest first, and whether some were left out because there are too many.
pub(super) async fn participants(api: &Api, project: &Project, asked: &Asked<'_>) -> Result<(Vec<TestParticipant>, bool), ApiError> {
    let mut all = vec![json!({"property": TEST, "op": "is", "value": asked.test})];
    all.extend(asked.version.map(|version| json!({"property": "$test_version", "op": "is", "value": version})));
    all.extend(asked.filter.clone());
    let mut question = json!({"kind": "timeline", "events": ALL, "filter": {"all": all}, "limit": EVENTS_AT_ONCE});
    if let Some(range) = &asked.range {
        question["range"] = range.clone();
    }
    let mut events: Vec<Value> = Vec::new();
    let mut seen: HashMap<String, ()> = HashMap::new();
    let is_cut = loop {
        let mut reply = ask(api, project, &question).await?;
        let Some(page) = reply["events"].as_array_mut() else { break false };
        page.iter().filter_map(|event| event["properties"][PARTICIPANT].as_str()).for_each(|id| {
            seen.insert(id.to_owned(), ());
        });
        events.append(page);
        question["before"] = reply["next"].take();
        if question["before"].is_null() {
            break false;
        }
        if seen.len() > MOST_PARTICIPANTS {
            break true;
        }
    };
    let mut gathered: BTreeMap<String, (i64, TestParticipant)> = BTreeMap::new();
    // They come the latest first, and are put together as they happened.
    events.iter().rev().for_each(|event| add(&mut gathered, event));
    let mut participants: Vec<(i64, TestParticipant)> = gathered.into_values().collect();
    participants.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.id.cmp(&b.1.id)));
    participants.truncate(MOST_PARTICIPANTS);
    Ok((participants.into_iter().map(|(_, participant)| participant).collect(), is_cut))
}

fn add(gathered: &mut BTreeMap<String, (i64, TestParticipant)>, event: &Value) {
    let properties = &event["properties"];
    let (Some(id), Some(time)) = (properties[PARTICIPANT].as_str(), instant_ms(&event["time"])) else { return };
    let (_, participant) = gathered.entry(id.to_owned()).or_insert_with(|| (time, begun(id, event, time)));
    let task = properties[TASK].as_str();
    match (event["event"].as_str().unwrap_or_default(), task) {
        (TASK_STARTED, Some(task)) => {
            let run = TestTaskRun { began_at: shown(time), session: text(&event["session_id"]), ..TestTaskRun::default() };
            participant.tasks.insert(task.to_owned(), run);
        }
        (TASK_ENDED, Some(task)) => {
            let run = participant.tasks.entry(task.to_owned()).or_default();
            run.outcome = text(&properties["$outcome"]);
            run.direct = properties["$direct"].as_bool();
            run.elapsed_ms = properties["$elapsed_ms"].as_f64().unwrap_or(0.0);
            run.pages = properties["$pages"].as_array().into_iter().flatten().filter_map(text).collect();
            run.clicks = whole(&properties["$clicks"]);
            run.misclicks = whole(&properties["$misclicks"]);
            run.lostness = properties["$lostness"].as_f64();
            if run.began_at.is_empty() {
                run.began_at = shown(time - run.elapsed_ms as i64);
                run.session = text(&event["session_id"]);
            }
        }
        (ANSWERED, task) => answer(participant, task, properties),
        (COMPLETED, _) => participant.state = "completed".to_owned(),
        (LEFT, _) if participant.state != "completed" => {
            participant.state = if properties["$reason"] == SCREENED_OUT { SCREENED_OUT } else { "left" }.to_owned();
        }
        _ => {}
    }
}

fn begun(id: &str, event: &Value, time: i64) -> TestParticipant {
    let properties = &event["properties"];
    TestParticipant {
        id: id.to_owned(),
        person: answers::who(event),
        version: properties["$test_version"].as_f64().map(|version| version as u32),
        language: text(&properties["$test_language"]),
        began_at: shown(time),
        state: "under_way".to_owned(),
        tasks: BTreeMap::new(),
        answers: Vec::new(),
        sus: None,
    }
}

/// Rows of a block are told each, and the block as a whole, whose score is what counts.
fn answer(participant: &mut TestParticipant, task: Option<&str>, properties: &Value) {
    let Some(question) = text(&properties["$question"]).filter(|_| properties["$item"].is_null()) else { return };
    let answer = Answer {
        task: task.map(str::to_owned),
        kind: text(&properties["$question_kind"]).unwrap_or_default(),
        score: properties["$score"].as_f64(),
        choices: properties["$choice"].as_str().map(|ids| ids.split(',').map(str::to_owned).collect()).unwrap_or_default(),
        text: words(&properties["$answer"]),
        skipped: properties["$skipped"] == true,
        question,
    };
    match (task, answer.question.as_str()) {
        (None, "sus") => participant.sus = answer.score,
        (Some(task), "ease") => participant.tasks.entry(task.to_owned()).or_default().ease = answer.score,
        (Some(task), "reason") => participant.tasks.entry(task.to_owned()).or_default().reason = answer.text.clone(),
        _ => {}
    }
    participant.answers.push(answer);
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
