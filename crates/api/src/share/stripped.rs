//! What is left of a board, of a question and of an answer for somebody who came by a link: what is seen, and nothing that opens anything.
//!
//! What must stay true: nobody of the team and nobody who was counted is named; no condition is told; what is not listed here of a board, a metric or
//! a task is left out.

use crate::{
    board::{BoardDefinition, BoardTile, Shows, TileAnswer},
    definition::About,
    query::{Answer, ExplainRange},
    written,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sillage_catalog::Project;
use utoipa::ToSchema;

/// A board as a link shows it.
#[derive(Serialize, ToSchema)]
pub(super) struct SharedBoardBody {
    name: String,
    description: String,
    /// Within which it is shown; null: each tile within its own.
    #[schema(value_type = Option<written::Range>)]
    range: Option<Value>,
    /// From left to right, line by line.
    tiles: Vec<SharedBoardTile>,
    /// In which days begin.
    timezone: String,
    week_start: &'static str,
}

#[derive(Serialize, ToSchema)]
struct SharedBoardTile {
    id: String,
    /// In columns, of which a board has twelve: 3 to 12.
    width: u32,
    /// In rows: 1 to 12.
    height: u32,
    title: String,
    /// `report`, `question`, `metric`, `task` or `text`
    kind: &'static str,
    /// Of a text, in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// What a tile shows to somebody who came by a link.
#[derive(Serialize, ToSchema)]
pub(super) struct SharedTile {
    name: String,
    /// What was asked, without its conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    question: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    view: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<SharedAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<SharedMetric>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    value: Option<Value>,
}

/// An answer without what opens people.
#[derive(Serialize, ToSchema)]
struct SharedAnswer {
    kind: &'static str,
    #[schema(value_type = Object)]
    answer: Value,
    explain: SharedExplain,
    complete: bool,
}

#[derive(Serialize, ToSchema)]
struct SharedExplain {
    complete: bool,
    incomplete_from: Option<String>,
    timezone: String,
    #[schema(value_type = Option<Object>)]
    range: Option<ExplainRange>,
}

/// How a metric is read.
#[derive(Serialize, ToSchema)]
struct SharedMetric {
    name: String,
    /// `format`, `currency`, `better` and `target`, as in the metric.
    #[schema(value_type = Object)]
    definition: Value,
}

/// What screens remember of a question that says more than how it is drawn: other questions, and recordings.
const KEPT_OF_VIEW: [&str; 4] = ["beside", "besideVisit", "visit", "task"];
/// Conditions, and what is defined beside a question.
const KEPT_OF_QUESTION: [&str; 7] = ["filter", "cohorts", "custom_events", "custom_properties", "lookups", "page_mappings", "task"];
/// What of an answer names somebody, or opens them.
const KEPT_OF_ANSWER: [&str; 10] = ["person", "session", "distinct_id", "user_id", "device_id", "list", "watch", "fastest", "quotes", "worst"];
/// Of a task's scorecard a tile shows how attempts ended, and its eight numbers.
const SHOWN_OF_TASK: [&str; 7] = ["attempts", "open", "people", "completed", "classes", "friction", "median_seconds"];
const SHOWN_OF_CARD: [&str; 5] = ["count", "n", "share", "interval", "enough"];

impl SharedBoardBody {
    pub(super) fn of((about, board): (About, BoardDefinition), project: &Project) -> Self {
        Self {
            name: about.name,
            description: board.description,
            range: board.range,
            tiles: board.tiles.into_iter().map(SharedBoardTile::from).collect(),
            timezone: project.timezone.clone(),
            week_start: project.week_start.as_str(),
        }
    }
}

impl From<BoardTile> for SharedBoardTile {
    fn from(tile: BoardTile) -> Self {
        let (kind, text) = match tile.shows {
            Shows::Report { .. } => ("report", None),
            Shows::Question { .. } => ("question", None),
            Shows::Metric { .. } => ("metric", None),
            Shows::Task { .. } => ("task", None),
            Shows::Text { text } => ("text", Some(text)),
        };
        Self { id: tile.id, width: tile.width, height: tile.height, title: tile.title, kind, text }
    }
}

impl From<TileAnswer> for SharedTile {
    fn from(seen: TileAnswer) -> Self {
        let is_task = seen.answer.as_ref().is_some_and(|answer| answer.kind == "task");
        let metric = seen.metric.map(|metric| {
            let whole = json!(metric);
            SharedMetric { name: metric.name().to_owned(), definition: only(&whole["definition"], &["format", "currency", "better", "target"]) }
        });
        Self {
            name: seen.name,
            question: seen.question.filter(|_| !is_task).map(without_conditions),
            view: seen.view.map(|view| without(view, &KEPT_OF_VIEW)),
            answer: seen.answer.map(SharedAnswer::from),
            metric,
            value: seen.value.map(|value| without(json!(value), &["explain"])),
        }
    }
}

impl From<Answer> for SharedAnswer {
    fn from(answer: Answer) -> Self {
        let told = if answer.kind == "task" { of_task(&answer.answer) } else { without_people(answer.answer) };
        let explain = answer.explain;
        Self {
            kind: answer.kind,
            answer: told,
            explain: SharedExplain { complete: explain.complete, incomplete_from: explain.incomplete_from, timezone: explain.timezone, range: explain.range },
            complete: answer.complete,
        }
    }
}

fn of_task(answer: &Value) -> Value {
    let mut told = only(answer, &SHOWN_OF_TASK);
    let cards = answer["cards"].as_object().into_iter().flatten();
    told["cards"] = cards.map(|(card, figures)| (card.clone(), only(figures, &SHOWN_OF_CARD))).collect::<Map<_, _>>().into();
    without_people(told)
}

/// An answer without the keys that name somebody, wherever they stand.
fn without_people(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            object.into_iter().filter(|(key, value)| !names_somebody(key, value)).map(|(key, value)| (key, without_people(value))).collect()
        }
        Value::Array(list) => list.into_iter().map(without_people).collect(),
        other => other,
    }
}

/// People may be counted; as a list they are named.
fn names_somebody(key: &str, value: &Value) -> bool {
    let is_list = value.as_array().is_some_and(|list| list.iter().any(|one| one.is_object() || one.is_string()));
    KEPT_OF_ANSWER.contains(&key) || (key == "people" && is_list)
}

/// Screens need a question to name its lines and steps, and no condition of it. What lines and segments are named by stays.
fn without_conditions(question: Value) -> Value {
    fn without_where(value: Value) -> Value {
        match value {
            Value::Object(object) => object
                .into_iter()
                .filter(|(key, _)| key != "where")
                .map(|(key, value)| if key == "people" || key == "breakdown" { (key, value) } else { (key, without_where(value)) })
                .collect(),
            Value::Array(list) => list.into_iter().map(without_where).collect(),
            other => other,
        }
    }
    without_where(without(question, &KEPT_OF_QUESTION))
}

fn without(mut value: Value, keys: &[&str]) -> Value {
    if let Value::Object(object) = &mut value {
        object.retain(|key, _| !keys.contains(&key.as_str()));
    }
    value
}

fn only(value: &Value, keys: &[&str]) -> Value {
    keys.iter().filter_map(|key| Some(((*key).to_owned(), value.get(key)?.clone()))).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests;
