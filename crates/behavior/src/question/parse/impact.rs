//! The fields of an impact.

use super::{
    measure::read_measure,
    selector::{read_selector, required_selector},
};
use crate::question::{
    Aggregate, Impact, ImpactMeasure, Measure, Selector,
    fields::{Fields, Read, not_allowed},
};

pub(super) fn read_impact(fields: &mut Fields<'_>) -> Read<Impact> {
    let launch = required_selector(fields, "launch")?;
    let metric = required_selector(fields, "metric")?;
    let path = fields.at("measure");
    let measure = match fields.get("measure").map(|value| read_measure(value, &path)).transpose()? {
        None | Some(Measure::Total) => ImpactMeasure::Total,
        Some(Measure::Unique) => ImpactMeasure::Unique,
        Some(Measure::Property { aggregate: Aggregate::Sum, property }) => ImpactMeasure::Sum(property),
        Some(_) => return Err(not_allowed(&path, "use total, unique (did it that day) or {\"sum\": property}")),
    };
    let days = fields.whole("days", 1, 90)?.unwrap_or(15) as usize;
    let population = match fields.get("population") {
        Some(value) => read_selector(value, &fields.at("population"), 0)?,
        None => Selector::default(),
    };
    Ok(Impact { launch, metric, measure, days, population })
}
