//! The fields of a trend.

use super::{
    attribution::{check_attributed, read_attribution},
    cohort::read_name,
    measure::read_measure,
    scope::{ANY_UNIT, INTERVALS, read_actor},
    selector::required_selector,
};
use crate::{
    calendar::Unit,
    cohort::Definition,
    formula::Formula,
    question::{
        CompareWith, Measure, Selector, Series, Trend,
        fields::{Fields, Read, missing, not_allowed},
    },
};
use serde_json::Value;

pub(super) fn read_trend(fields: &mut Fields<'_>) -> Read<Trend> {
    let path = fields.at("series");
    let list = fields.list("series")?.ok_or_else(|| missing(&path, "a list of {\"select\", \"measure\"}"))?;
    if list.is_empty() || list.len() > 26 {
        return Err(not_allowed(&path, "takes 1 to 26 series"));
    }
    let mut series = Vec::new();
    for (i, value) in list.iter().enumerate() {
        let mut one = Fields::new(value, &format!("{path}[{i}]"))?;
        series.push(read_series(&mut one)?);
        one.done()?;
    }
    let formulas_path = fields.at("formulas");
    let mut formulas = Vec::new();
    for (i, text) in fields.texts("formulas")?.unwrap_or_default().into_iter().enumerate() {
        let at = format!("{formulas_path}[{i}]");
        let formula = Formula::parse(&text, series.len()).map_err(|message| not_allowed(&at, message))?;
        formulas.push((text, formula));
    }
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    let rolling = fields.whole("rolling", 1, 366)?.map(|n| n as usize);
    let cumulative = fields.flag("cumulative")?.unwrap_or(false);
    fields.flag("approximate")?;
    let compare = match fields.get("compare") {
        Some(value) => Some(read_compare_with(value, &fields.at("compare"))?),
        None => None,
    };
    let attribution = match fields.get("attribution") {
        Some(value) => Some(read_attribution(value, &fields.at("attribution"))?),
        None => None,
    };
    let trend = Trend { series, formulas, interval, rolling, cumulative, compare, attribution };
    if trend.attribution.is_some() {
        check_attributed(fields, &trend)?;
    }
    Ok(trend)
}

/// Events and a measure of them, or a cohort and its size.
fn read_series(one: &mut Fields<'_>) -> Read<Series> {
    let measure_path = one.at("measure");
    let people = if let Some(value) = one.get("cohort") {
        Some(Definition::Cohort { name: read_name(value, &one.at("cohort"))?, inside: true })
    } else if let Some(value) = one.get("people") {
        Some(Definition::from_json(value, &one.at("people"))?)
    } else {
        None
    };
    let select = if people.is_some() { Selector::default() } else { required_selector(one, "select")? };
    let measure = match one.get("measure") {
        Some(value) => read_measure(value, &measure_path)?,
        None => Measure::Total,
    };
    if people.is_some() && !matches!(measure, Measure::Total | Measure::Property { .. }) {
        return Err(not_allowed(&measure_path, "of people: use total, or a measure of a property of theirs such as {\"average\": \"age\"}"));
    }
    let actor_path = one.at("actor");
    let actor = one.text("actor")?.map(|word| read_actor(word, &actor_path)).transpose()?;
    if people.is_some() && actor.is_some() {
        return Err(not_allowed(&actor_path, "a cohort is made of persons"));
    }
    let label = one.text("label")?.map(str::to_owned);
    Ok(Series { select, measure, label, actor, people })
}

/// `{"previous": 1}`, `{"back": 1, "unit": "year"}` or `{"from": "2025-01-01"}`.
pub(super) fn read_compare_with(value: &Value, path: &str) -> Read<CompareWith> {
    let mut one = Fields::new(value, path)?;
    let with = if one.has("back") {
        let back = one.whole("back", 1, 1000)?.unwrap_or(1);
        let unit_path = one.at("unit");
        CompareWith::Back(back, one.choice("unit", ANY_UNIT)?.ok_or_else(|| missing(&unit_path, "day, week, month, quarter or year"))?)
    } else if let Some(text) = one.text("from")? {
        let at = one.at("from");
        CompareWith::From(text.parse().map_err(|_| not_allowed(&at, format!("\"{text}\" is not a day such as 2025-10-01")))?)
    } else {
        CompareWith::Previous(one.whole("previous", 1, 100)?.ok_or_else(|| missing(&format!("{path}.previous"), "how many periods back"))? as u32)
    };
    one.done()?;
    Ok(with)
}
