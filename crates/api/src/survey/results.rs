//! What the answers to a survey add up to.

use super::{
    Asking,
    answers::{self, ANSWERED, COMPLETED, DISMISSED, RESPONSE, SHOWN, SURVEY, series_of, whole},
};
use crate::{
    Api,
    access::{Inside, ToRead},
    body::{Json, Named},
    error::ApiError,
    written,
};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sillage_behavior::{
    Question,
    survey::{Estimate, QuestionResult, Tally, compare, fold, share},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The properties that tell an answer to a question as a whole, in the order in which they are broken down by; a part of the asker's own has room behind them.
const TOLD_BY: [&str; 4] = ["$question", "$score", "$choice", "$skipped"];
/// Those that tell an answer to a row.
const ROW_TOLD_BY: [&str; 3] = ["$question", "$item", "$score"];
const ROW: &str = "$item";
const WENT_ON_TO: &str = "$next";

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(results))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResultsBody {
    /// As in a question; the default is all of history.
    #[schema(value_type = Option<Object>)]
    range: Option<Value>,
    /// `hour`, `day`, `week` (default), `month` or `quarter`.
    interval: Option<String>,
    /// As in a question.
    #[schema(value_type = Option<Object>)]
    filter: Option<Value>,
    /// One part of a breakdown as in a question: `{"property": "plan", "of": "person"}`.
    #[schema(value_type = Option<Object>)]
    breakdown: Option<Value>,
    /// Beside the scores of as long a time just before; takes a range of the form `{"last": 30, "unit": "day"}`.
    #[serde(default)]
    compare: bool,
}

/// What the answers add up to. Skipped questions are in no score.
#[derive(Serialize, ToSchema)]
struct SurveyResults {
    /// The version whose questions these are.
    version: u32,
    #[schema(value_type = written::SurveyDefinition)]
    definition: Value,
    shown: u64,
    /// Answers that were begun, and that were completed.
    started: u64,
    completed: u64,
    dismissed: u64,
    /// Begun of shown, and completed of begun.
    #[schema(value_type = Option<Object>)]
    response_rate: Option<Estimate>,
    #[schema(value_type = Option<Object>)]
    completion_rate: Option<Estimate>,
    /// Of complete answers, from the first look to the last answer.
    median_seconds: Option<f64>,
    /// The first instants of the intervals.
    intervals: Vec<String>,
    started_by_interval: Vec<u64>,
    #[schema(value_type = Vec<Object>)]
    questions: Vec<QuestionResult>,
    /// Events read.
    events_read: u64,
    elapsed_ms: f64,
}

/// What the answers to a survey add up to, question by question, with intervals and over time.
#[utoipa::path(
    post, path = "/api/projects/{project}/surveys/{survey}/results", tag = "survey", params(("project" = u32, Path), ("survey" = String, Path)),
    request_body = ResultsBody, responses((status = 200, body = SurveyResults))
)]
async fn results(
    State(api): State<Api>,
    inside: Inside<ToRead>,
    Named(id): Named,
    Json(body): Json<ResultsBody>,
) -> Result<axum::Json<SurveyResults>, ApiError> {
    let Asking { version, definition, json, .. } = super::published(&api, inside.project.id, &id).await?;
    let scope = Scope { survey: &id, body: &body, range: body.range.clone().unwrap_or_else(|| answers::whole_history(&api)) };
    let ask = async |question: Value| crate::query::answer(&api, &inside.project, Question::from_json(&question)?, None).await;
    let totals = ask(scope.totals()).await?;
    let answered = ask(scope.answers(false, &TOLD_BY)).await?;
    let went_on = ask(scope.answers(false, &[WENT_ON_TO])).await?;
    let mut tallies = read_tallies(&answered.answer, body.breakdown.is_some());
    let mut replies = vec![totals, answered, went_on];
    if definition.questions.iter().any(|question| question.kind.has_items()) {
        let rows = ask(scope.answers(true, &ROW_TOLD_BY)).await?;
        tallies.extend(read_rows(&rows.answer));
        replies.push(rows);
    }
    let (totals, went_on) = (replies[0].answer.clone(), replies[2].answer.clone());
    let arrived = series_of(&went_on).iter().filter_map(|series| Some((series["breakdown"][0].as_str()?.to_owned(), whole(&series["total"])))).collect();
    let total = |label: &str| series_of(&totals).iter().find(|series| series["label"] == label).cloned().unwrap_or_default();
    let of = |label: &str| whole(&total(label)["total"]);
    let (shown, started, completed) = (of(SHOWN), of(ANSWERED), of(COMPLETED));
    let intervals: Vec<String> = totals["times"].as_array().into_iter().flatten().filter_map(|time| time.as_str().map(str::to_owned)).collect();
    // Whoever answered was shown it, also where that was told in another range.
    let mut questions = fold(&definition, &tallies, &arrived, shown.max(started), intervals.len());
    if body.compare {
        let earlier = Scope { survey: &id, body: &body, range: range_before(&scope.range)? };
        let told = ask(earlier.answers(false, &TOLD_BY)).await?;
        compare(&mut questions, &fold(&definition, &read_tallies(&told.answer, body.breakdown.is_some()), &Default::default(), 0, 0));
        replies.push(told);
    }
    // A long history has many empty intervals in front.
    let started_by_interval: Vec<u64> = total(ANSWERED)["values"].as_array().into_iter().flatten().map(whole).collect();
    let shown_by_interval: Vec<u64> = total(SHOWN)["values"].as_array().into_iter().flatten().map(whole).collect();
    let first = if body.range.is_some() {
        0
    } else {
        (0..intervals.len())
            .find(|i| started_by_interval.get(*i).is_some_and(|n| *n > 0) || shown_by_interval.get(*i).is_some_and(|n| *n > 0))
            .unwrap_or(intervals.len())
    };
    let last = if body.range.is_some() { intervals.len() } else { last_with_time(&api, &intervals) };
    let cut = first.min(last)..last;
    let questions = questions
        .into_iter()
        .map(|mut question| {
            question.intervals = question.intervals[cut.clone()].to_vec();
            question
        })
        .collect();
    Ok(axum::Json(SurveyResults {
        version,
        definition: json,
        shown,
        started,
        completed,
        dismissed: of(DISMISSED),
        response_rate: share(started, shown.max(started)),
        completion_rate: share(completed.min(started), started),
        median_seconds: total("seconds")["total"].as_f64().map(|ms| ms / 1000.0),
        intervals: intervals[cut.clone()].to_vec(),
        started_by_interval: started_by_interval.get(cut).map(<[u64]>::to_vec).unwrap_or_default(),
        questions,
        events_read: replies.iter().map(|reply| reply.explain.events_read).sum(),
        elapsed_ms: replies.iter().map(|reply| reply.elapsed_ms).sum(),
    }))
}

/// As long a time, just before.
fn range_before(range: &Value) -> Result<Value, ApiError> {
    let mut before = range.clone();
    let length = before["last"].as_i64().ok_or_else(|| ApiError::invalid("compare", "takes a range of the form {\"last\": 30, \"unit\": \"day\"}"))?;
    before["ago"] = (before["ago"].as_i64().unwrap_or(0) + length).into();
    Ok(before)
}

/// Intervals that begin later than now hold nothing.
fn last_with_time(api: &Api, intervals: &[String]) -> usize {
    let now = api.clock.now_ms();
    intervals.iter().take_while(|start| sillage_event::time::from_text(start).is_none_or(|start| start <= now)).count()
}

struct Scope<'a> {
    survey: &'a str,
    body: &'a ResultsBody,
    range: Value,
}

impl Scope<'_> {
    fn question(&self, series: Value) -> Value {
        let own = json!({"property": SURVEY, "op": "is", "value": self.survey});
        let filter = match &self.body.filter {
            Some(filter) => json!({"all": [own, filter]}),
            None => own,
        };
        json!({"kind": "trend", "series": series, "range": self.range, "interval": self.body.interval.as_deref().unwrap_or("week"), "filter": filter})
    }

    fn totals(&self) -> Value {
        self.question(json!([
            {"select": {"event": SHOWN}, "measure": "total", "label": SHOWN},
            {"select": {"event": ANSWERED}, "measure": {"distinct": RESPONSE}, "label": ANSWERED},
            {"select": {"event": COMPLETED}, "measure": {"distinct": RESPONSE}, "label": COMPLETED},
            {"select": {"event": DISMISSED}, "measure": "total", "label": DISMISSED},
            {"select": {"event": COMPLETED}, "measure": {"median": "$elapsed_ms"}, "label": "seconds"},
        ]))
    }

    /// Every answer that was given, to questions as a whole or to their rows, and how many gave it. A response counts once for each.
    fn answers(&self, of_rows: bool, told_by: &[&str]) -> Value {
        let mut question = self.question(json!([{"select": {"event": ANSWERED}, "measure": {"distinct": RESPONSE}, "label": ANSWERED}]));
        let kind = json!({"property": ROW, "op": if of_rows { "set" } else { "not_set" }});
        question["filter"] = json!({"all": [question["filter"], kind]});
        let told = told_by.iter().map(|property| json!({"property": property}));
        question["breakdown"] = told.chain(self.body.breakdown.clone().filter(|_| told_by.len() == TOLD_BY.len())).collect();
        question
    }
}

fn read_tallies(reply: &Value, is_broken_down: bool) -> Vec<Tally> {
    let read = |series: &Value| {
        let [question, score, choice, skipped, rest @ ..] = series["breakdown"].as_array()?.as_slice() else { return None };
        Some(Tally {
            score: score.as_f64(),
            choices: choice.as_str().map(|ids| ids.split(',').map(str::to_owned).collect()).unwrap_or_default(),
            skipped: *skipped == true,
            group: is_broken_down.then(|| rest.first().cloned().unwrap_or_default()),
            ..counted(question, series)?
        })
    };
    series_of(reply).iter().filter_map(read).collect()
}

fn read_rows(reply: &Value) -> Vec<Tally> {
    let read = |series: &Value| {
        let [question, item, score] = series["breakdown"].as_array()?.as_slice() else { return None };
        Some(Tally { item: Some(item.as_str()?.to_owned()), score: score.as_f64(), ..counted(question, series)? })
    };
    series_of(reply).iter().filter_map(read).collect()
}

fn counted(question: &Value, series: &Value) -> Option<Tally> {
    let by_interval = series["values"].as_array().into_iter().flatten().map(whole).collect();
    Some(Tally { question: question.as_str()?.to_owned(), n: whole(&series["total"]), by_interval, ..Tally::default() })
}
