//! Which touches a trend gives its conversions to.

use super::{breakdown::read_breakdown, scope::read_window, selector::read_selector};
use crate::{
    attribution::{INVERSE_J_SHAPED, J_SHAPED, Model, U_SHAPED},
    question::{
        Attribution, Measure, Selector, Trend, Window,
        fields::{Fields, Read, missing, not_allowed, number},
    },
};
use serde_json::Value;

const DEFAULT_LOOKBACK_MS: i64 = 30 * 86_400_000;
const DEFAULT_HALF_LIFE_DAYS: f64 = 7.0;
const MODELS: &str = "first, last, linear, participation, time_decay, u, j, inverse_j or {\"first\": 50, \"between\": 30, \"last\": 20}";

pub(super) fn read_attribution(value: &Value, path: &str) -> Read<Attribution> {
    let mut fields = Fields::new(value, path)?;
    let by_path = fields.at("by");
    let by =
        read_breakdown(fields.get("by").ok_or_else(|| missing(&by_path, "what touches are told apart by, such as {\"property\": \"utm_source\"}"))?, &by_path)?;
    let touch = match fields.get("touch") {
        Some(value) => read_selector(value, &fields.at("touch"), 0)?,
        None => Selector::default(),
    };
    let model_path = fields.at("model");
    let half_life_path = fields.at("half_life_days");
    let half_life = fields.get("half_life_days").map(|value| number(value, &half_life_path)).transpose()?;
    if half_life.is_some_and(|days| days <= 0.0) {
        return Err(not_allowed(&half_life_path, "must be more than 0 days"));
    }
    let model = match fields.get("model") {
        None => Model::Last,
        Some(Value::String(word)) => match word.as_str() {
            "first" => Model::First,
            "last" => Model::Last,
            "linear" => Model::Linear,
            "participation" => Model::Participation,
            "time_decay" => Model::TimeDecay { half_life_days: half_life.unwrap_or(DEFAULT_HALF_LIFE_DAYS) },
            "u" => U_SHAPED,
            "j" => J_SHAPED,
            "inverse_j" => INVERSE_J_SHAPED,
            _ => return Err(not_allowed(&model_path, format!("\"{word}\" is not allowed; use {MODELS}"))),
        },
        Some(value) => read_shares(value, &model_path)?,
    };
    if half_life.is_some() && !matches!(model, Model::TimeDecay { .. }) {
        return Err(not_allowed(&half_life_path, "belongs to the model time_decay"));
    }
    let lookback_path = fields.at("lookback");
    let lookback_ms = match fields.get("lookback").map(|value| read_window(value, &lookback_path)).transpose()? {
        None => DEFAULT_LOOKBACK_MS,
        Some(Window::Milliseconds(ms)) => ms,
        Some(Window::Sessions(_)) => return Err(not_allowed(&lookback_path, "takes seconds, minutes, hours, days, weeks or months")),
    };
    let first_conversion = fields.choice("conversion", &[("first", true), ("last", false)])?.unwrap_or(false);
    fields.done()?;
    Ok(Attribution { touch, by, model, lookback_ms, first_conversion })
}

fn read_shares(value: &Value, path: &str) -> Read<Model> {
    let mut fields = Fields::new(value, path)?;
    let mut share = |name: &'static str| -> Read<f64> {
        let at = fields.at(name);
        let share = number(fields.get(name).ok_or_else(|| missing(&at, "a share of 0 or more"))?, &at)?;
        if share >= 0.0 { Ok(share) } else { Err(not_allowed(&at, "must be 0 or more")) }
    };
    let (first, between, last) = (share("first")?, share("between")?, share("last")?);
    fields.done()?;
    if first + last <= 0.0 {
        return Err(not_allowed(path, "the first and the last touch must have a share between them"));
    }
    Ok(Model::ByPosition { first, between, last })
}

/// An attributed trend is told apart by touches and by nothing else, and counts what can be shared out.
pub(super) fn check_attributed(fields: &Fields<'_>, trend: &Trend) -> Read<()> {
    for name in ["breakdown", "top", "formulas", "rolling", "cumulative", "compare"] {
        if fields.has(name) {
            return Err(not_allowed(&fields.at(name), "cannot stand beside `attribution`"));
        }
    }
    for (i, series) in trend.series.iter().enumerate() {
        if series.actor.is_some() || series.people.is_some() {
            return Err(not_allowed(&format!("{}[{i}]", fields.at("series")), "an attributed series counts events for the question's own actor"));
        }
        let shared = matches!(&series.measure, Measure::Total | Measure::Unique) || series.measure.is_sum();
        if !shared {
            return Err(not_allowed(&format!("{}[{i}].measure", fields.at("series")), "an attributed series counts total, unique or {\"sum\": property}"));
        }
    }
    Ok(())
}
