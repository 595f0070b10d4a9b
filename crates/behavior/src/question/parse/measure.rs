//! What is measured of events and of people.

use super::selector::{checked_name, property_name};
use crate::question::{
    Aggregate, Measure, Outer, PerSession, QuestionError,
    fields::{Fields, Read, choose, has, missing, not_allowed, number, whole, written, wrong_type},
};
use serde_json::Value;

pub(super) fn aggregate(word: &str) -> Option<Aggregate> {
    Some(match word {
        "sum" => Aggregate::Sum,
        "average" => Aggregate::Average,
        "median" => Aggregate::Median,
        "min" => Aggregate::Min,
        "max" => Aggregate::Max,
        "distinct" => Aggregate::Distinct,
        _ => return None,
    })
}

pub(super) fn read_percentile(fields: &mut Fields<'_>) -> Read<Aggregate> {
    let at = fields.at("percentile");
    let p = number(fields.get("percentile").ok_or_else(|| missing(&at, "a number from 0 to 100"))?, &at)?;
    if (0.0..=100.0).contains(&p) { Ok(Aggregate::Percentile(p)) } else { Err(not_allowed(&at, "must lie between 0 and 100")) }
}

/// `{"sum": "amount"}` or `{"percentile": 90, "property": "amount"}`.
pub(super) fn read_property_measure(value: &Value, path: &str) -> Read<(Aggregate, String)> {
    let map = value.as_object().ok_or_else(|| wrong_type(path, "a measure such as {\"sum\": \"amount\"}", value))?;
    if has(map, "percentile") {
        let mut fields = Fields::new(value, path)?;
        let percentile = read_percentile(&mut fields)?;
        let property = property_name(&mut fields)?;
        fields.done()?;
        return Ok((percentile, property));
    }
    let mut entries = written(map);
    if let (Some((word, property)), None) = (entries.next(), entries.next()) {
        let found = aggregate(word).ok_or_else(|| QuestionError {
            code: "unknown_field",
            field: format!("{path}.{word}"),
            message: "is not a measure; use sum, average, median, min, max, distinct or percentile".into(),
        })?;
        let property = property.as_str().ok_or_else(|| wrong_type(&format!("{path}.{word}"), "a property's name", property))?;
        return Ok((found, checked_name(property, &format!("{path}.{word}"))?));
    }
    Err(not_allowed(path, "takes one measure such as {\"sum\": \"amount\"}"))
}

const MEASURES: &str = "total, unique, sessions or a measure such as {\"sum\": \"amount\"}";

pub(super) fn read_measure(value: &Value, path: &str) -> Read<Measure> {
    if let Some(word) = value.as_str() {
        return choose(word, path, &[("total", 0), ("unique", 1), ("sessions", 2)]).map(|which| match which {
            0 => Measure::Total,
            1 => Measure::Unique,
            _ => Measure::Sessions,
        });
    }
    let map = value.as_object().ok_or_else(|| wrong_type(path, MEASURES, value))?;
    if let Some(days) = map.get("active").filter(|days| !days.is_null()) {
        let mut fields = Fields::new(value, path)?;
        fields.get("active");
        fields.done()?;
        return Ok(Measure::Active(whole(days, &format!("{path}.active"), 1, 366)? as u32));
    }
    if has(map, "unique") {
        let mut fields = Fields::new(value, path)?;
        let first = fields.choice("unique", &[("first", true), ("last", false)])?;
        fields.done()?;
        return Ok(first.map_or(Measure::Unique, |first| Measure::UniqueOnce { first }));
    }
    if has(map, "per_person") {
        let mut fields = Fields::new(value, path)?;
        let at = fields.at("per_person");
        let inner = match fields.get("per_person") {
            Some(Value::String(word)) if word == "total" => None,
            Some(value) => Some(read_property_measure(value, &at)?),
            None => return Err(missing(&at, "total or a measure such as {\"sum\": \"amount\"}")),
        };
        let outer = read_then(&mut fields)?;
        fields.done()?;
        return Ok(Measure::PerPerson { inner, outer });
    }
    if has(map, "per_session") {
        let mut fields = Fields::new(value, path)?;
        let at = fields.at("per_session");
        let inner = match fields.get("per_session") {
            Some(Value::String(word)) => match word.as_str() {
                "total" => PerSession::Total,
                "events" => PerSession::Events,
                "duration" => PerSession::Duration,
                _ => {
                    return Err(not_allowed(
                        &at,
                        format!("\"{word}\" is not allowed; use total, events, duration or a measure such as {{\"sum\": \"amount\"}}"),
                    ));
                }
            },
            Some(value) => {
                let (aggregate, property) = read_property_measure(value, &at)?;
                PerSession::Property(aggregate, property)
            }
            None => return Err(missing(&at, "total, events, duration or a measure such as {\"sum\": \"amount\"}")),
        };
        let outer = read_then(&mut fields)?;
        fields.done()?;
        return Ok(Measure::PerSession { inner, outer });
    }
    let (aggregate, property) = read_property_measure(value, path)?;
    Ok(Measure::Property { aggregate, property })
}

const THEN: &str = "sum, average, median, min, max, distribution, {\"percentile\": 90} or {\"distribution\": [edges]}";

/// What becomes of each person's or session's figure.
fn read_then(fields: &mut Fields<'_>) -> Read<Outer> {
    let then = fields.at("then");
    match fields.get("then") {
        Some(value @ Value::Object(map)) if has(map, "percentile") => {
            let mut one = Fields::new(value, &then)?;
            let percentile = read_percentile(&mut one)?;
            one.done()?;
            Ok(Outer::Aggregate(percentile))
        }
        Some(value @ Value::Object(map)) if has(map, "distribution") => {
            let mut one = Fields::new(value, &then)?;
            let at = one.at("distribution");
            let edges = read_edges(&mut one, "distribution")?.ok_or_else(|| missing(&at, "a list of rising numbers"))?;
            one.done()?;
            Ok(Outer::Distribution(Some(edges)))
        }
        Some(Value::String(word)) if word == "distribution" => Ok(Outer::Distribution(None)),
        Some(Value::String(word)) => {
            aggregate(word).filter(|one| *one != Aggregate::Distinct).map(Outer::Aggregate).ok_or_else(|| not_allowed(&then, format!("use {THEN}")))
        }
        Some(other) => Err(wrong_type(&then, THEN, other)),
        None => Ok(Outer::Aggregate(Aggregate::Average)),
    }
}

/// Rising numbers that bound bins.
pub(super) fn read_edges(fields: &mut Fields<'_>, name: &'static str) -> Read<Option<Vec<f64>>> {
    let at = fields.at(name);
    let Some(list) = fields.list(name)? else { return Ok(None) };
    let edges = list.iter().map(|value| number(value, &at)).collect::<Read<Vec<f64>>>()?;
    if edges.len() < 2 || edges.len() > 501 || !edges.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err(not_allowed(&at, "needs 2 to 501 numbers, each larger than the one before"));
    }
    Ok(Some(edges))
}
