//! The fields of a frequency.

use super::selector::{read_compare, required_selector};
use crate::{
    calendar::Unit,
    question::{
        Frequency,
        fields::{Fields, Read, not_allowed},
    },
};

pub(super) const FREQUENCY_PERIODS: &[(&str, Option<Unit>)] =
    &[("day", Some(Unit::Day)), ("week", Some(Unit::Week)), ("month", Some(Unit::Month)), ("quarter", Some(Unit::Quarter)), ("range", None)];

pub(super) fn read_frequency(fields: &mut Fields<'_>) -> Read<Frequency> {
    let select = required_selector(fields, "select")?;
    let period = fields.choice("period", FREQUENCY_PERIODS)?.unwrap_or(Some(Unit::Month));
    let unit = fields.choice("unit", &[("hour", Unit::Hour), ("day", Unit::Day), ("week", Unit::Week), ("month", Unit::Month)])?.unwrap_or(Unit::Day);
    let at_least = fields.choice("mode", &[("exactly", false), ("at_least", true)])?.unwrap_or(false);
    let count = match fields.get("count") {
        Some(value) => Some(read_compare(value, &fields.at("count"))?),
        None => None,
    };
    let unit_count_path = fields.at("unit_count");
    let unit_count = fields.whole("unit_count", 1, 1000)?.unwrap_or(1) as usize;
    if unit_count > 1 && period.is_some() {
        return Err(not_allowed(&unit_count_path, "counts units from the beginning of the range; write \"period\": \"range\" beside it"));
    }
    let gaps = fields.flag("gaps")?.unwrap_or(false);
    Ok(Frequency { select, period, unit, at_least, count, unit_count, gaps })
}
