//! The fields of a trend.

use super::{
    attribution::{check_attributed, read_attribution},
    measure::read_measure,
    scope::INTERVALS,
    selector::required_selector,
};
use crate::{
    calendar::Unit,
    formula::Formula,
    question::{
        Measure, Series, Trend,
        fields::{Fields, Read, missing, not_allowed},
    },
};

pub(super) fn read_trend(fields: &mut Fields<'_>) -> Read<Trend> {
    let path = fields.at("series");
    let list = fields.list("series")?.ok_or_else(|| missing(&path, "a list of {\"select\", \"measure\"}"))?;
    if list.is_empty() || list.len() > 26 {
        return Err(not_allowed(&path, "takes 1 to 26 series"));
    }
    let mut series = Vec::new();
    for (i, value) in list.iter().enumerate() {
        let mut one = Fields::new(value, &format!("{path}[{i}]"))?;
        let select = required_selector(&mut one, "select")?;
        let at = one.at("measure");
        let measure = match one.get("measure") {
            Some(value) => read_measure(value, &at)?,
            None => Measure::Total,
        };
        let label = one.text("label")?.map(str::to_owned);
        one.done()?;
        series.push(Series { select, measure, label });
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
    let mut compare_previous = None;
    if let Some(value) = fields.get("compare") {
        let mut one = Fields::new(value, &fields.at("compare"))?;
        compare_previous = Some(one.whole("previous", 1, 100)?.ok_or_else(|| missing(&format!("{}.previous", one.path()), "how many periods back"))? as u32);
        one.done()?;
    }
    let attribution = match fields.get("attribution") {
        Some(value) => Some(read_attribution(value, &fields.at("attribution"))?),
        None => None,
    };
    let trend = Trend { series, formulas, interval, rolling, cumulative, compare_previous, attribution };
    if trend.attribution.is_some() {
        check_attributed(fields, &trend)?;
    }
    Ok(trend)
}
