//! The fields of a funnel.

use super::{
    measure::{read_edges, read_property_measure},
    scope::{INTERVALS, read_window},
    selector::{checked_name, read_selector, required_selector},
};
use crate::question::{
    Attribute, Between, CountBy, Exclusion, Funnel, Order, TimeToConvert, Window,
    fields::{Fields, Read, missing, not_allowed, whole},
};
use serde_json::Value;

pub(super) fn read_funnel(fields: &mut Fields<'_>) -> Read<Funnel> {
    let path = fields.at("steps");
    let list = fields.list("steps")?.ok_or_else(|| missing(&path, "a list of steps such as {\"event\": \"Sign up\"}"))?;
    if list.is_empty() || list.len() > 40 {
        return Err(not_allowed(&path, "takes 1 to 40 steps"));
    }
    let steps = list.iter().enumerate().map(|(i, value)| read_selector(value, &format!("{path}[{i}]"), 0)).collect::<Read<Vec<_>>>()?;
    let n = steps.len() as i64;
    let order = fields.choice("order", &[("ordered", Order::Ordered), ("any", Order::Any), ("strict", Order::Strict)])?.unwrap_or(Order::Ordered);
    let window = match fields.get("window") {
        Some(value) => read_window(value, &fields.at("window"))?,
        None => Window::Milliseconds(7 * 86_400_000),
    };
    let count = fields.choice("count", &[("person", CountBy::Person), ("total", CountBy::Total), ("session", CountBy::Session)])?.unwrap_or(CountBy::Person);
    let first_attempt_only = fields.choice("reentry", &[("best", false), ("first", true)])?.unwrap_or(false);
    let hold_path = fields.at("hold");
    let hold = fields.texts("hold")?.unwrap_or_default();
    for (i, name) in hold.iter().enumerate() {
        checked_name(name, &format!("{hold_path}[{i}]"))?;
    }
    let mut exclude = Vec::new();
    if let Some(list) = fields.list("exclude")? {
        let at = fields.at("exclude");
        if list.len() > 9 {
            return Err(not_allowed(&at, "takes at most 9 exclusions"));
        }
        for (i, value) in list.iter().enumerate() {
            let mut one = Fields::new(value, &format!("{at}[{i}]"))?;
            let select = required_selector(&mut one, "select")?;
            let after = one.whole("after", 1, n)?.unwrap_or(1);
            let before_path = one.at("before");
            let before = one.whole("before", 1, n)?.unwrap_or(n);
            if before <= after {
                return Err(not_allowed(&before_path, "must be a later step than `after`"));
            }
            one.done()?;
            exclude.push(Exclusion { select, after: after as usize - 1, before: before as usize - 1 });
        }
    }
    let mut optional = Vec::new();
    if let Some(list) = fields.list("optional")? {
        let at = fields.at("optional");
        for value in list {
            let step = whole(value, &at, 1, n)?;
            if step == 1 || step == n {
                return Err(not_allowed(&at, "the first and the last step cannot be optional"));
            }
            if order != Order::Ordered {
                return Err(not_allowed(&at, "optional steps need order: ordered"));
            }
            optional.push(step as usize - 1);
        }
    }
    let attribute_path = fields.at("attribute");
    let attribute = match fields.text("attribute")? {
        None | Some("first") => Attribute::First,
        Some("last") => Attribute::Last,
        Some(word) => match word.strip_prefix("step:").and_then(|digits| digits.parse::<i64>().ok()) {
            Some(step) if (1..=n).contains(&step) => Attribute::Step(step as usize - 1),
            _ => return Err(not_allowed(&attribute_path, format!("\"{word}\" is not allowed; use first, last or step:1 to step:{n}"))),
        },
    };
    let ties_later = fields.choice("ties", &[("any", false), ("later", true)])?.unwrap_or(false);
    let interval = fields.choice("interval", INTERVALS)?;
    let mut time_to_convert = None;
    if let Some(value) = fields.get("time_to_convert") {
        let mut one = Fields::new(value, &fields.at("time_to_convert"))?;
        let from = one.whole("from", 1, n)?.unwrap_or(1);
        let to_path = one.at("to");
        let to = one.whole("to", 1, n)?.unwrap_or(n);
        if to <= from {
            return Err(not_allowed(&to_path, "must be a later step than `from`"));
        }
        let edges = read_edges(&mut one, "edges")?;
        one.done()?;
        time_to_convert = Some(TimeToConvert { from: from as usize - 1, to: to as usize - 1, edges });
    }
    let sum_path = fields.at("sum");
    let sum = fields.text("sum")?.map(|name| checked_name(name, &sum_path)).transpose()?;
    let between = match fields.get("between") {
        Some(value) => Some(read_between(value, &fields.at("between"), n)?),
        None => None,
    };
    let control_path = fields.at("control");
    let control = fields.list("control")?.cloned();
    if control.is_some() && !fields.has("breakdown") {
        return Err(not_allowed(&control_path, "is the segment that others are compared with; add a breakdown"));
    }
    Ok(Funnel {
        steps,
        order,
        window,
        count,
        first_attempt_only,
        hold,
        exclude,
        optional,
        attribute,
        ties_later,
        interval,
        time_to_convert,
        sum,
        between,
        control,
    })
}

/// `{"select": selector, "from": 1, "to": 2, "measure": "total" | {"sum": "amount"}, "edges": […]}`
fn read_between(value: &Value, path: &str, n_steps: i64) -> Read<Between> {
    let mut one = Fields::new(value, path)?;
    let select = required_selector(&mut one, "select")?;
    if select.first_time {
        return Err(not_allowed(&format!("{path}.select.first_time"), "is not counted between two steps"));
    }
    let from = one.whole("from", 1, n_steps)?.unwrap_or(1);
    let to_path = one.at("to");
    let to = one.whole("to", 1, n_steps)?.unwrap_or(n_steps);
    if to <= from {
        return Err(not_allowed(&to_path, "must be a later step than `from`"));
    }
    let measure_path = one.at("measure");
    let measure = match one.get("measure") {
        None => None,
        Some(Value::String(word)) if word == "total" => None,
        Some(value) => Some(read_property_measure(value, &measure_path)?),
    };
    let edges = read_edges(&mut one, "edges")?;
    one.done()?;
    Ok(Between { select, from: from as usize - 1, to: to as usize - 1, measure, edges })
}
