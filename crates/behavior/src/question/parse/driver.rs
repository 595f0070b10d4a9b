//! The fields of a driver question.

use super::{
    breakdown::read_breakdown,
    limit,
    scope::read_window,
    selector::{read_selector, required_selector},
};
use crate::question::{
    Driver, Selector, Window,
    fields::{Fields, Read, not_allowed, whole},
};

const MOST_PROPERTIES: usize = 10;

pub(super) fn read_driver(fields: &mut Fields<'_>) -> Read<Driver> {
    let goal = required_selector(fields, "goal")?;
    let population = match fields.get("population") {
        Some(value) => read_selector(value, &fields.at("population"), 0)?,
        None => Selector::default(),
    };
    let window_path = fields.at("window");
    let window_ms = match fields.get("window").map(|value| read_window(value, &window_path)).transpose()? {
        None => None,
        Some(Window::Milliseconds(ms)) => Some(ms),
        Some(Window::Sessions(_)) => return Err(not_allowed(&window_path, "takes seconds, minutes, hours, days, weeks or months")),
    };
    let events = fields.texts("events")?;
    let times_path = fields.at("times");
    let mut times = match fields.list("times")? {
        Some(list) if list.is_empty() || list.len() > 10 => return Err(not_allowed(&times_path, "takes 1 to 10 numbers")),
        Some(list) => list.iter().enumerate().map(|(i, one)| Ok(whole(one, &format!("{times_path}[{i}]"), 1, 10_000)? as u32)).collect::<Read<Vec<_>>>()?,
        None => vec![1],
    };
    times.sort_unstable();
    times.dedup();
    let mut properties = Vec::new();
    if let Some(list) = fields.list("properties")? {
        let path = fields.at("properties");
        if list.len() > MOST_PROPERTIES {
            return Err(not_allowed(&path, format!("takes at most {MOST_PROPERTIES} properties")));
        }
        for (i, one) in list.iter().enumerate() {
            properties.push(read_breakdown(one, &format!("{path}[{i}]"))?);
        }
    }
    let fewest = fields.whole("fewest_people", 1, 1_000_000)?.unwrap_or(30) as u64;
    let limit = limit(fields, 50, 1000)?;
    Ok(Driver { goal, population, window_ms, events, times, properties, fewest, limit })
}
