//! The fields of a retention.

use super::{
    measure::read_property_measure,
    selector::{read_compare, required_selector},
};
use crate::{
    calendar::Unit,
    question::{
        Aggregate, Criterion, FirstTime, Retention,
        fields::{Fields, Read, not_allowed, whole},
    },
};
use serde_json::Value;

pub(super) fn read_retention(fields: &mut Fields<'_>) -> Read<Retention> {
    let birth = required_selector(fields, "birth")?;
    let comeback = required_selector(fields, "return")?;
    let first_path = fields.at("first_time");
    let first_time = match fields.get("first_time") {
        None | Some(Value::Bool(false)) => FirstTime::No,
        Some(Value::Bool(true)) => FirstTime::Ever,
        Some(Value::String(word)) if word == "in_range" => FirstTime::InRange,
        Some(_) => return Err(not_allowed(&first_path, "use true, false or \"in_range\"")),
    };
    let unit = fields.choice("unit", &[("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)])?.unwrap_or(Unit::Day);
    let periods = fields.whole("periods", 0, 1000)?.unwrap_or(12) as usize;
    let rolling = fields.choice("alignment", &[("calendar", false), ("rolling", true)])?.unwrap_or(false);
    let criterion = fields
        .choice(
            "criterion",
            &[("on", Criterion::On), ("on_or_after", Criterion::OnOrAfter), ("on_or_before", Criterion::OnOrBefore), ("streak", Criterion::Streak)],
        )?
        .unwrap_or(Criterion::On);
    let brackets_path = fields.at("brackets");
    let brackets = match fields.list("brackets")? {
        Some(list) if list.is_empty() || list.len() > 730 => return Err(not_allowed(&brackets_path, "takes 1 to 730 sizes")),
        Some(list) => Some(list.iter().map(|value| whole(value, &brackets_path, 1, 10_000).map(|n| n as usize)).collect::<Read<Vec<_>>>()?),
        None => None,
    };
    let measure_path = fields.at("measure");
    let amount = match fields.get("measure") {
        None => None,
        Some(Value::String(word)) if word == "people" => None,
        Some(value) => {
            let (aggregate, property) = read_property_measure(value, &measure_path)?;
            if !matches!(aggregate, Aggregate::Sum | Aggregate::Average) {
                return Err(not_allowed(&measure_path, "use people, {\"sum\": property} or {\"average\": property}"));
            }
            Some((aggregate, property))
        }
    };
    let return_count = match fields.get("return_count") {
        Some(value) => Some(read_compare(value, &fields.at("return_count"))?),
        None => None,
    };
    let weighted_average = fields.choice("average", &[("pooled", false), ("weighted", true)])?.unwrap_or(false);
    Ok(Retention { birth, comeback, first_time, unit, periods, rolling, criterion, brackets, amount, return_count, weighted_average })
}
