//! From JSON to [`Question`]: one file a kind, and one for each part that kinds share.

mod attribution;
mod breakdown;
mod cohort;
mod driver;
mod feature;
mod frequency;
mod friction;
mod funnel;
mod heatmap;
mod impact;
mod journey;
mod lifecycle;
mod measure;
mod people;
mod recording;
mod retention;
mod scope;
mod selector;
mod task;
mod timeline;
mod trend;
mod vital;

pub(crate) use friction::read_weights as read_friction_weights;

use super::{
    Kind, Question, Sessions,
    fields::{Fields, Read, missing, not_allowed},
};
use serde_json::Value;

const KINDS: &str = "trend, funnel, retention, frequency, lifecycle, journey, sessions, cohort, impact, driver, feature, friction, heatmap, vital, error, task, timeline, people, recordings or attempts";

impl Question {
    /// Reads and checks a question.
    pub fn from_json(value: &Value) -> Read<Self> {
        read_question(value, "", 0)
    }
}

fn read_question(value: &Value, path: &str, nested: usize) -> Read<Question> {
    let mut fields = Fields::new(value, path)?;
    let kind_path = fields.at("kind");
    let Some(word) = fields.text("kind")? else {
        return Err(missing(&kind_path, KINDS));
    };
    let scope = scope::read_scope(&mut fields, word)?;
    let kind = match word {
        "trend" => Kind::Trend(trend::read_trend(&mut fields)?),
        "funnel" => Kind::Funnel(funnel::read_funnel(&mut fields)?),
        "retention" => Kind::Retention(retention::read_retention(&mut fields)?),
        "frequency" => Kind::Frequency(frequency::read_frequency(&mut fields)?),
        "lifecycle" => Kind::Lifecycle(lifecycle::read_lifecycle(&mut fields)?),
        "journey" => Kind::Journey(journey::read_journey(&mut fields)?),
        "sessions" => Kind::Sessions(Sessions { limit: limit(&mut fields, 100, 100_000)? }),
        "timeline" => Kind::Timeline(timeline::read_timeline(&mut fields)?),
        "cohort" => Kind::Cohort(cohort::read_cohort(&mut fields, nested)?),
        "impact" => Kind::Impact(impact::read_impact(&mut fields)?),
        "driver" => Kind::Driver(driver::read_driver(&mut fields)?),
        "feature" => Kind::Feature(feature::read_feature(&mut fields)?),
        "friction" => Kind::Friction(friction::read_friction(&mut fields)?),
        "heatmap" => Kind::Heatmap(heatmap::read_heatmap(&mut fields)?),
        "vital" => Kind::Vital(vital::read_vital(&mut fields)?),
        "error" => Kind::Error(vital::read_error(&mut fields)?),
        "task" => Kind::Task(Box::new(task::read_task(&mut fields)?)),
        "attempts" if nested == 0 => Kind::Attempts(Box::new(task::read_attempts(&mut fields)?)),
        "recordings" if nested == 0 => Kind::Recordings(recording::read_recordings(&mut fields)?),
        "people" if nested == 0 => Kind::People(Box::new(people::read_people(&mut fields)?)),
        _ => {
            return Err(not_allowed(&kind_path, format!("\"{word}\" is not a kind of question here; use {KINDS}")));
        }
    };
    let custom = scope::read_custom_events(&mut fields)?;
    let custom_properties = scope::read_custom_properties(&mut fields)?;
    fields.done()?;
    let needs_range = !matches!(kind, Kind::People(_) | Kind::Timeline(_) | Kind::Cohort(_));
    if needs_range && scope.range.is_none() {
        let field = if path.is_empty() { "range".to_owned() } else { format!("{path}.range") };
        return Err(missing(&field, "{\"from\", \"to\"} or {\"last\": 30, \"unit\": \"day\"}"));
    }
    let mut question = Question { kind, scope };
    question.adopt_cohorts();
    question.expand_custom_events(&custom);
    question.expand_custom_properties(&custom_properties);
    Ok(question)
}

fn limit(fields: &mut Fields<'_>, default: i64, most: i64) -> Read<usize> {
    Ok(fields.whole("limit", 0, most)?.unwrap_or(default) as usize)
}
