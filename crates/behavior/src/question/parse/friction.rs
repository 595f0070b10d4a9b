//! The fields of a friction question.

use super::{limit, scope::INTERVALS, selector::read_selector};
use crate::{
    calendar::Unit,
    friction::{FACTORS, Weights, factor_of},
    question::{
        Friction, FrictionCell, FrictionWeights,
        fields::{Fields, Read, not_allowed, number},
    },
};
use serde_json::Value;

const MOST_POINTS: f64 = 100.0;

pub(super) fn read_friction(fields: &mut Fields<'_>) -> Read<Friction> {
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    let goal_path = fields.at("goal");
    let goal = fields.get("goal").map(|value| read_selector(value, &goal_path, 0)).transpose()?;
    if goal.as_ref().is_some_and(|goal| goal.first_time) {
        return Err(not_allowed(&format!("{goal_path}.first_time"), "a session reaches a goal as often as it does; leave it out"));
    }
    let weights_path = fields.at("weights");
    let weights = fields.get("weights").map(|value| read_weights(value, &weights_path)).transpose()?;
    let release = fields.text("release")?.unwrap_or("$release").to_owned();
    let limit = limit(fields, 50, 1000)?;
    Ok(Friction { interval, goal, weights: weights.map(|weights| FrictionWeights { version: None, weights }), release, limit })
}

/// Weights by factor; those that are not named keep what holds without.
pub(crate) fn read_weights(value: &Value, path: &str) -> Read<Weights> {
    let mut weights = Weights::default();
    let mut fields = Fields::new(value, path)?;
    for (name, ..) in FACTORS {
        let Some(value) = fields.get(name) else { continue };
        let at = fields.at(name);
        let mut own = Fields::new(value, &at)?;
        let Some(factor) = factor_of(name) else { continue };
        for (field, most, into) in [("points", MOST_POINTS, &mut weights.0[factor].points), ("cap", 1000.0, &mut weights.0[factor].cap)] {
            let field_path = own.at(field);
            if let Some(value) = own.get(field) {
                let number = number(value, &field_path)?;
                if !(0.0..=most).contains(&number) {
                    return Err(not_allowed(&field_path, format!("must lie between 0 and {most}, got {number}")));
                }
                *into = number;
            }
        }
        own.done()?;
    }
    fields.done()?;
    Ok(weights)
}

pub(super) fn read_friction_cell(fields: &mut Fields<'_>, friction: &Friction) -> Read<FrictionCell> {
    let interval = super::scope::read_instant(fields, "interval")?;
    let tier = fields.choice("tier", &crate::friction::TIERS)?;
    let factor_path = fields.at("factor");
    let factor = match fields.text("factor")? {
        Some(name) => Some(factor_of(name).ok_or_else(|| {
            let known = FACTORS.map(|(name, ..)| name).join(", ");
            not_allowed(&factor_path, format!("\"{name}\" is not a factor of friction; use one of {known}"))
        })?),
        None => None,
    };
    let is_session_path = fields.at("of");
    let of_sessions = fields.choice("of", &[("page_views", false), ("sessions", true)])?.unwrap_or(false);
    let page = fields.text("page")?.map(str::to_owned);
    let selector = fields.text("selector")?.map(str::to_owned);
    let with_friction = fields.flag("friction")?;
    let reached_path = fields.at("reached");
    let reached = fields.flag("reached")?;
    if reached.is_some() && friction.goal.is_none() {
        return Err(not_allowed(&reached_path, "the question has no goal to reach"));
    }
    if of_sessions && (page.is_some() || selector.is_some() || factor.is_some()) {
        return Err(not_allowed(&is_session_path, "page, selector and factor tell page views apart; leave them out for sessions"));
    }
    if !of_sessions && (with_friction.is_some() || reached.is_some()) {
        return Err(not_allowed(&is_session_path, "friction and reached tell sessions apart; say \"sessions\""));
    }
    Ok(FrictionCell { interval, tier, factor, of_sessions, page, selector, with_friction, reached })
}
