//! Which cell of which answer: the fields of a question for the people behind it.

use super::{
    friction::read_friction_cell,
    heatmap::read_heatmap_cell,
    limit, read_question,
    scope::read_instant,
    vital::{read_error_cell, read_vital_cell},
};
use crate::question::{
    Cell, Driver, DriverCell, FeatureUsers, Funnel, FunnelCell, JourneyCell, Kind, Measure, People, Place, Question, Retention, Trend,
    fields::{Fields, Read, missing, not_allowed, number},
};
use serde_json::Value;
use sillage_event::{Actor, PersonId};

/// Properties told beside each person.
const MOST_PROPERTIES: usize = 20;

pub(super) fn read_people(fields: &mut Fields<'_>) -> Read<People> {
    let of_path = fields.at("of");
    let of = read_question(fields.get("of").ok_or_else(|| missing(&of_path, "a question"))?, &of_path, 1)?;
    let at_path = fields.at("at");
    let value = fields.get("at").ok_or_else(|| missing(&at_path, "a cell of the answer"))?;
    let at = read_cell(value, &at_path, &of)?;
    let limit = limit(fields, 100, 100_000)?;
    let after_path = fields.at("after");
    let after = fields.text("after")?.map(|cursor| u64::from_str_radix(cursor, 16)).transpose();
    let after = after.map_err(|_| not_allowed(&after_path, "takes the `next` of the page before"))?.map(PersonId);
    let properties_path = fields.at("properties");
    let properties = fields.texts("properties")?.unwrap_or_default();
    if properties.len() > MOST_PROPERTIES {
        return Err(not_allowed(&properties_path, format!("takes at most {MOST_PROPERTIES} names")));
    }
    if !properties.is_empty() && of.scope.actor != Actor::Person {
        return Err(not_allowed(&properties_path, "are those of persons, and the question counts devices or groups"));
    }
    Ok(People { of, at, limit, after, properties })
}

pub(super) fn read_cell(value: &Value, path: &str, of: &Question) -> Read<Cell> {
    let mut fields = Fields::new(value, path)?;
    let breakdown = fields.list("breakdown")?.cloned().unwrap_or_default();
    let other = fields.flag("other")?.unwrap_or(false);
    let other_path = fields.at("other");
    if other && (of.scope.top.is_none() || of.scope.breakdown.is_empty()) {
        return Err(not_allowed(&other_path, "names what `top` leaves over, and the question has no `top` beside a breakdown"));
    }
    if other && !breakdown.is_empty() {
        return Err(not_allowed(&other_path, "is a segment of its own; leave out `breakdown`"));
    }
    let need = |name: &str, what: &str| missing(&format!("{path}.{name}"), what);
    let place = match &of.kind {
        Kind::Trend(trend) => read_trend_cell(&mut fields, trend)?,
        Kind::Funnel(funnel) => Place::Funnel(read_funnel_cell(&mut fields, funnel)?),
        Kind::Retention(one) => read_retention_cell(&mut fields, one)?,
        Kind::Frequency(frequency) => {
            let gap_path = fields.at("gap");
            let gap = fields.whole("gap", 1, 100_000)?.map(|n| n as usize);
            if gap.is_some() && !frequency.gaps {
                return Err(not_allowed(&gap_path, "needs `gaps` in the question"));
            }
            let n = fields.whole("n", 1, 100_000)?.map(|n| n as usize);
            let n = if gap.is_some() { n.unwrap_or(1) } else { n.ok_or_else(|| need("n", "a number of units"))? };
            Place::Frequency { n, period: read_instant(&mut fields, "period")?, gap }
        }
        Kind::Lifecycle(_) => Place::Lifecycle {
            interval: read_instant(&mut fields, "interval")?.ok_or_else(|| need("interval", "an interval's start"))?,
            status: fields.choice("status", &crate::lifecycle::STATUSES)?.ok_or_else(|| need("status", "new, returning, resurrected or dormant"))?,
        },
        Kind::Journey(_) => Place::Journey(read_journey_cell(&mut fields)?),
        Kind::Sessions(_) => Place::Sessions,
        Kind::Cohort(_) => Place::Cohort,
        Kind::Impact(_) => Place::Impact {
            adopters: fields.choice("group", &[("adopters", true), ("non_adopters", false)])?.ok_or_else(|| need("group", "adopters or non_adopters"))?,
        },
        Kind::Driver(driver) => Place::Driver(read_driver_cell(&mut fields, driver)?),
        Kind::Feature(_) => Place::Feature {
            position: fields.whole("feature", 0, 1000)?.map(|n| n as usize),
            users: fields
                .choice("users", &[("all", FeatureUsers::All), ("power", FeatureUsers::Power), ("others", FeatureUsers::Others)])?
                .unwrap_or(FeatureUsers::All),
        },
        Kind::Friction(friction) => Place::Friction(read_friction_cell(&mut fields, friction)?),
        Kind::Heatmap(heatmap) => Place::Heatmap(read_heatmap_cell(&mut fields, heatmap)?),
        Kind::Vital(_) => Place::Vital(read_vital_cell(&mut fields)?),
        Kind::Error(_) => Place::Error(read_error_cell(&mut fields)?),
        Kind::Timeline(_) | Kind::People(_) | Kind::Recordings(_) => return Err(not_allowed(path, "there are no cells in this kind of answer")),
    };
    fields.done()?;
    Ok(Cell { breakdown, other, place })
}

fn read_trend_cell(fields: &mut Fields<'_>, trend: &Trend) -> Read<Place> {
    let series = fields.whole("series", 0, trend.series.len() as i64 - 1)?.unwrap_or(0) as usize;
    let time = read_instant(fields, "time")?;
    let between_path = fields.at("between");
    let between = read_stretch(fields, "between")?;
    if between.is_some() && !matches!(trend.series[series].measure, Measure::PerPerson { .. }) {
        return Err(not_allowed(&between_path, "takes two numbers, for a figure per person"));
    }
    let compared_path = fields.at("compared");
    let compared = fields.flag("compared")?.unwrap_or(false);
    if compared && trend.compare.is_none() {
        return Err(not_allowed(&compared_path, "names the range compared with, and the question has no `compare`"));
    }
    Ok(Place::Trend { series, time, between, compared })
}

fn read_funnel_cell(fields: &mut Fields<'_>, funnel: &Funnel) -> Read<FunnelCell> {
    let (seconds_path, between_path) = (fields.at("seconds"), fields.at("between"));
    let (seconds, between) = (read_stretch(fields, "seconds")?, read_stretch(fields, "between")?);
    if seconds.is_some() && funnel.time_to_convert.is_none() {
        return Err(not_allowed(&seconds_path, "needs `time_to_convert` in the question"));
    }
    if between.is_some() && funnel.between.is_none() {
        return Err(not_allowed(&between_path, "needs `between` in the question"));
    }
    let step_path = fields.at("step");
    let named = fields.whole("step", 1, funnel.steps.len() as i64)?.map(|step| step as usize - 1);
    let later = [seconds.and(funnel.time_to_convert.as_ref()).map(|convert| convert.to), between.and(funnel.between.as_ref()).map(|between| between.to)];
    let step = named.or_else(|| later.into_iter().flatten().max()).ok_or_else(|| missing(&step_path, "a step's number, from 1"))?;
    Ok(FunnelCell { step, interval: read_instant(fields, "interval")?, dropped: fields.flag("dropped")?.unwrap_or(false), seconds, between })
}

fn read_retention_cell(fields: &mut Fields<'_>, retention: &Retention) -> Read<Place> {
    let cohort = read_instant(fields, "cohort")?;
    let n_periods = retention.brackets.as_ref().map_or(retention.periods + 1, Vec::len);
    let period = fields.whole("period", 0, n_periods as i64 - 1)?.map(|n| n as usize);
    Ok(Place::Retention { cohort, period })
}

/// From the first number, included, to the second.
fn read_stretch(fields: &mut Fields<'_>, name: &'static str) -> Read<Option<(f64, f64)>> {
    let path = fields.at(name);
    match fields.list(name)?.map(Vec::as_slice) {
        None => Ok(None),
        Some([low, high]) => Ok(Some((number(low, &path)?, number(high, &path)?))),
        Some(_) => Err(not_allowed(&path, "takes two numbers")),
    }
}

fn read_driver_cell(fields: &mut Fields<'_>, driver: &Driver) -> Read<DriverCell> {
    let event = fields.text("event")?.map(str::to_owned);
    let times = fields.whole("times", 1, 10_000)?.unwrap_or(1) as u32;
    let position_path = fields.at("position");
    let value_path = fields.at("value");
    let property = match (fields.whole("position", 0, 1000)?.map(|n| n as usize), fields.get("value")) {
        (Some(position), _) if position >= driver.properties.len() => {
            return Err(not_allowed(&position_path, format!("counts the question's {} properties from 0", driver.properties.len())));
        }
        (Some(_), None) => return Err(missing(&value_path, "a value of the property")),
        (Some(position), Some(value)) => Some((position, value.clone())),
        (None, Some(_)) => return Err(missing(&position_path, "the position of the property in the question, from 0")),
        (None, None) => None,
    };
    if event.is_some() && property.is_some() {
        return Err(not_allowed(&position_path, "name an event or a value of a property, not both"));
    }
    Ok(DriverCell { event: event.map(|name| (name, times)), property, reached: fields.flag("reached")? })
}

/// `{"path": ["/1", "/2"], "exit"?}`, `{"node": "/1", "exit"?}` or `{"node": "/1", "through": "/2", "exit"?}`.
fn read_journey_cell(fields: &mut Fields<'_>) -> Read<JourneyCell> {
    let path = fields.at("path");
    let exit = fields.flag("exit")?.unwrap_or(false);
    if let Some(nodes) = fields.texts("path")? {
        return Ok(JourneyCell::Path { path: nodes, exit });
    }
    let node = fields.text("node")?.ok_or_else(|| missing(&path, "the nodes from the beginning, or a node"))?.to_owned();
    Ok(match fields.text("through")? {
        Some(through) => JourneyCell::Loop { node, through: through.to_owned(), exit },
        None => JourneyCell::Node { node, exit },
    })
}
