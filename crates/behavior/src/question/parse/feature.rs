//! The fields of a feature question.

use super::selector::read_selector;
use crate::{
    calendar::Unit,
    question::{
        Feature, MAX_SELECTORS, Selector,
        fields::{Fields, Read, not_allowed, number},
    },
};

pub(super) fn read_feature(fields: &mut Fields<'_>) -> Read<Feature> {
    let path = fields.at("features");
    let most = MAX_SELECTORS - 1;
    let features = match fields.list("features")? {
        None => None,
        Some(list) if list.is_empty() || list.len() > most => {
            return Err(not_allowed(&path, format!("takes 1 to {most} features; leave it out for the most frequent events")));
        }
        Some(list) => Some(list.iter().enumerate().map(|(i, one)| read_selector(one, &format!("{path}[{i}]"), 0)).collect::<Read<Vec<_>>>()?),
    };
    let population = match fields.get("population") {
        Some(value) => read_selector(value, &fields.at("population"), 0)?,
        None => Selector::default(),
    };
    let unit = fields.choice("unit", &[("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)])?.unwrap_or(Unit::Week);
    let periods = fields.whole("periods", 0, 100)?.unwrap_or(4) as usize;
    let share_path = fields.at("power_share");
    let power_share = fields.get("power_share").map(|value| number(value, &share_path)).transpose()?.unwrap_or(0.1);
    if !(power_share > 0.0 && power_share <= 0.5) {
        return Err(not_allowed(&share_path, "must be a share above 0 and at most 0.5, such as 0.1"));
    }
    let fewest = fields.whole("fewest_people", 1, 1_000_000)?.unwrap_or(30) as u64;
    Ok(Feature { features, population, unit, periods, power_share, fewest })
}
