//! The definition of a task, and the fields of the questions about one.

use super::{
    friction::read_weights,
    limit,
    scope::{INTERVALS, instant, read_instant, read_window},
    selector::{checked_name, read_filter, read_selector},
    trend::read_compare_with,
};
use crate::{
    calendar::Unit,
    filter::{Filter, Of, Test},
    friction::{FACTORS, factor_of},
    question::{
        Attempts, FrictionWeights, Selector, TaskCell, TaskQuestion, Window,
        fields::{Fields, Read, missing, not_allowed, number},
    },
    task::{
        Fix, Fixed, LINKS, MOST_STEPS, MOST_WINDOW_MS, PAGE_EVENTS, Slow, Step, Task,
        judge::{CARDS, CLASSES},
    },
};
use serde_json::Value;
use std::collections::HashSet;

const MOST_RULES: usize = 20;
const MOST_FIXES: usize = 200;
const MOST_TARGET_SECONDS: i64 = 90 * 86_400;

impl Task {
    /// Reads and checks a definition; `path` is what its errors call it.
    pub fn from_json(value: &Value, path: &str) -> Read<Self> {
        let mut fields = Fields::new(value, path)?;
        let page_path = fields.at("page_property");
        let page = checked_name(fields.text("page_property")?.unwrap_or("$page"), &page_path)?;
        let start = required_rules(&mut fields, "start", &page)?;
        let completion = required_rules(&mut fields, "completion", &page)?;
        let abandon = read_rules(&mut fields, "abandon", &page)?;
        let steps = read_steps(&mut fields, &page)?;
        let target_ms = fields.whole("target_seconds", 1, MOST_TARGET_SECONDS)?.map(|seconds| seconds * 1000);
        let window_path = fields.at("window");
        let window = fields.get("window").map(|value| read_task_window(value, &window_path)).transpose()?.unwrap_or(Window::Sessions(1));
        let slow_path = fields.at("slow");
        let slow = fields.get("slow").map(|value| read_slow(value, &slow_path)).transpose()?.unwrap_or(Slow::P75 { times: 1.5 });
        if slow == Slow::Target && target_ms.is_none() {
            return Err(not_allowed(&format!("{slow_path}.rule"), "needs `target_seconds`, which says what the target is"));
        }
        let detour_tolerance = fields.whole("detour_tolerance", 0, 100)?.unwrap_or(1) as u32;
        let filter_path = fields.at("filter");
        let filter = fields.get("filter").map(|value| read_filter(value, &filter_path, 0)).transpose()?;
        let surveys = read_surveys(&mut fields)?;
        let churned_path = fields.at("churned");
        let churned = fields.get("churned").map(|value| read_plain(value, &churned_path)).transpose()?;
        let active_from = read_instant(&mut fields, "active_from")?;
        let fixes = read_fixes(&mut fields)?;
        fields.done()?;
        Ok(Self { start, completion, abandon, steps, window, target_ms, slow, detour_tolerance, filter, page, surveys, churned, active_from, fixes })
    }
}

pub(super) fn read_task(fields: &mut Fields<'_>) -> Read<TaskQuestion> {
    let task = required_task(fields)?;
    let by_person = read_by_person(fields)?;
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    let compare_path = fields.at("compare");
    let compare = fields.get("compare").map(|value| read_compare_with(value, &compare_path)).transpose()?;
    let (weights, csat_points, release) = read_scoring(fields)?;
    Ok(TaskQuestion { task, by_person, interval, compare, weights, csat_points, release, limit: limit(fields, 20, 1000)? })
}

pub(super) fn read_attempts(fields: &mut Fields<'_>) -> Read<Attempts> {
    let task = required_task(fields)?;
    let by_person = read_by_person(fields)?;
    let interval = fields.choice("interval", INTERVALS)?.unwrap_or(Unit::Day);
    let at_path = fields.at("at");
    let (mut at, mut breakdown) = (TaskCell::default(), Vec::new());
    if let Some(value) = fields.get("at") {
        let mut cell = Fields::new(value, &at_path)?;
        breakdown = cell.list("breakdown")?.cloned().unwrap_or_default();
        let other_path = cell.at("other");
        if cell.flag("other")?.unwrap_or(false) {
            return Err(not_allowed(&other_path, "names what `top` leaves over, and there is no `top` here"));
        }
        at = read_task_cell(&mut cell, &task)?;
        cell.done()?;
    }
    let sort = fields.choice("sort", &crate::task::SORTS)?.unwrap_or(crate::task::Sort::Latest);
    let recorded = fields.flag("recorded")?.unwrap_or(false);
    let (weights, csat_points, release) = read_scoring(fields)?;
    let skip = fields.whole("skip", 0, 1_000_000)?.unwrap_or(0) as usize;
    let of = TaskQuestion { task, by_person, interval, compare: None, weights, csat_points, release, limit: limit(fields, 50, 1000)? };
    Ok(Attempts { of, at, breakdown, sort, recorded, skip })
}

pub(super) fn read_task_cell(fields: &mut Fields<'_>, task: &Task) -> Read<TaskCell> {
    let step_path = fields.at("step");
    let step = fields.whole("step", 1, MOST_STEPS as i64)?.map(|step| step as usize - 1);
    if step.is_some_and(|step| step >= task.steps.len()) {
        return Err(not_allowed(&step_path, format!("counts the task's {} steps from 1", task.steps.len())));
    }
    let dropped = fields.flag("dropped")?;
    if dropped.is_some() && step.is_none() {
        return Err(missing(&step_path, "a step's number, from 1"));
    }
    let text = |one: Option<&str>| one.map(str::to_owned);
    Ok(TaskCell {
        class: fields.choice("class", &CLASSES)?,
        card: fields.choice("card", &CARDS)?,
        friction: fields.flag("friction")?,
        step,
        dropped: dropped.unwrap_or(false),
        page: text(fields.text("page")?),
        exit_page: text(fields.text("exit_page")?),
        selector: text(fields.text("selector")?),
        signal: read_signal(fields)?,
        release: text(fields.text("release")?),
        interval: read_instant(fields, "interval")?,
    })
}

fn required_task(fields: &mut Fields<'_>) -> Read<Task> {
    let path = fields.at("task");
    Task::from_json(fields.get("task").ok_or_else(|| missing(&path, "the definition of a task"))?, &path)
}

fn read_by_person(fields: &mut Fields<'_>) -> Read<bool> {
    Ok(fields.choice("count", &[("attempts", false), ("people", true)])?.unwrap_or(false))
}

fn read_scoring(fields: &mut Fields<'_>) -> Read<(Option<FrictionWeights>, Option<u32>, String)> {
    let weights_path = fields.at("weights");
    let weights = fields.get("weights").map(|value| read_weights(value, &weights_path)).transpose()?;
    let release = fields.text("release")?.unwrap_or("$release").to_owned();
    let csat_points = fields.whole("csat_points", 2, 10)?.map(|points| points as u32);
    Ok((weights.map(|weights| FrictionWeights { version: None, weights }), csat_points, release))
}

/// Any of several rules, as one selector.
fn read_rules(fields: &mut Fields<'_>, name: &'static str, page: &str) -> Read<Option<Selector>> {
    let path = fields.at(name);
    let Some(list) = fields.list(name)? else { return Ok(None) };
    if list.len() > MOST_RULES {
        return Err(not_allowed(&path, format!("takes at most {MOST_RULES} rules")));
    }
    let rules = list.iter().enumerate().map(|(i, value)| read_rule(value, &format!("{path}[{i}]"), page)).collect::<Read<Vec<_>>>()?;
    Ok(match rules.len() {
        0 => None,
        1 => rules.into_iter().next(),
        _ => Some(Selector { alternatives: rules, ..Selector::default() }),
    })
}

fn required_rules(fields: &mut Fields<'_>, name: &'static str, page: &str) -> Read<Selector> {
    let path = fields.at(name);
    if !fields.has(name) {
        return Err(missing(&path, "a list of pages and events, such as [{\"page\": \"/cart\"}]"));
    }
    read_rules(fields, name, page)?.ok_or_else(|| not_allowed(&path, "needs at least one rule"))
}

/// A page, or an event.
fn read_rule(value: &Value, path: &str, page: &str) -> Read<Selector> {
    if value.get("page").is_none_or(Value::is_null) {
        return read_plain(value, path);
    }
    let mut fields = Fields::new(value, path)?;
    let name = fields.text("page")?.unwrap_or_default();
    fields.done()?;
    Ok(views_of(name, page))
}

/// Views of a page.
fn views_of(name: &str, page: &str) -> Selector {
    Selector {
        events: PAGE_EVENTS.map(str::to_owned).to_vec(),
        filter: Some(Filter::Property { property: page.to_owned(), of: Of::Event, test: Test::Is(vec![name.to_owned()]) }),
        label: Some(name.to_owned()),
        ..Selector::default()
    }
}

fn read_plain(value: &Value, path: &str) -> Read<Selector> {
    let select = read_selector(value, path, 0)?;
    if select.first_time {
        return Err(not_allowed(&format!("{path}.first_time"), "a task is tried as often as it is; leave it out"));
    }
    Ok(select)
}

fn read_steps(fields: &mut Fields<'_>, page: &str) -> Read<Vec<Step>> {
    let path = fields.at("steps");
    let list = fields.list("steps")?.map(Vec::as_slice).unwrap_or_default();
    if list.len() > MOST_STEPS {
        return Err(not_allowed(&path, format!("takes at most {MOST_STEPS} steps")));
    }
    let mut ids = HashSet::new();
    let mut steps = Vec::with_capacity(list.len());
    for (i, value) in list.iter().enumerate() {
        let at = format!("{path}[{i}]");
        let mut one = Fields::new(value, &at)?;
        let id_path = one.at("id");
        let id = one.text("id")?.ok_or_else(|| missing(&id_path, "a name that no other step has"))?;
        if !ids.insert(id) {
            return Err(not_allowed(&id_path, format!("\"{id}\" is the id of a step before; give each its own")));
        }
        let select_path = one.at("select");
        let select = match (one.text("page")?, one.get("select")) {
            (Some(name), None) => views_of(name, page),
            (None, Some(value)) => read_plain(value, &select_path)?,
            (Some(_), Some(_)) => return Err(not_allowed(&select_path, "name a page or an event, not both")),
            (None, None) => return Err(missing(&at, "page, or select with an event")),
        };
        let label = one.text("label")?.map_or_else(|| select.label(), str::to_owned);
        let (optional, repeatable) = (one.flag("optional")?.unwrap_or(false), one.flag("repeatable")?.unwrap_or(false));
        one.done()?;
        steps.push(Step { id: id.to_owned(), label, select, optional, repeatable });
    }
    Ok(steps)
}

fn read_task_window(value: &Value, path: &str) -> Read<Window> {
    let mut fields = Fields::new(value, path)?;
    fields.whole("n", 1, 7_776_000)?;
    let unit_path = fields.at("unit");
    let window = read_window(value, path)?;
    match window {
        Window::Sessions(n) if n > 1 => Err(not_allowed(&format!("{path}.n"), "an attempt lies in one session; for longer ones take hours or days")),
        Window::Milliseconds(ms) if ms > MOST_WINDOW_MS => Err(not_allowed(&unit_path, "an attempt takes at most 90 days; shorten the window")),
        window => Ok(window),
    }
}

fn read_slow(value: &Value, path: &str) -> Read<Slow> {
    let mut fields = Fields::new(value, path)?;
    let rule_path = fields.at("rule");
    let rule = fields.text("rule")?.ok_or_else(|| missing(&rule_path, "p75, target or slowest"))?;
    let times = bounded(&mut fields, "times", 1.0, 10.0)?;
    let percent = bounded(&mut fields, "percent", 1.0, 90.0)?;
    let (times_path, percent_path) = (fields.at("times"), fields.at("percent"));
    fields.done()?;
    let slow = match rule {
        "p75" => Slow::P75 { times: times.unwrap_or(1.5) },
        "target" => Slow::Target,
        "slowest" => Slow::Slowest { percent: percent.unwrap_or(20.0) },
        _ => return Err(not_allowed(&rule_path, format!("\"{rule}\" is not allowed here; use one of p75, target, slowest"))),
    };
    if times.is_some() && rule != "p75" {
        return Err(not_allowed(&times_path, "belongs to the rule p75"));
    }
    if percent.is_some() && rule != "slowest" {
        return Err(not_allowed(&percent_path, "belongs to the rule slowest"));
    }
    Ok(slow)
}

fn bounded(fields: &mut Fields<'_>, name: &'static str, least: f64, most: f64) -> Read<Option<f64>> {
    let path = fields.at(name);
    let Some(value) = fields.get(name) else { return Ok(None) };
    let number = number(value, &path)?;
    if !(least..=most).contains(&number) {
        return Err(not_allowed(&path, format!("must lie between {least} and {most}, got {number}")));
    }
    Ok(Some(number))
}

fn read_surveys(fields: &mut Fields<'_>) -> Read<[Option<String>; LINKS.len()]> {
    let path = fields.at("surveys");
    let mut surveys: [Option<String>; LINKS.len()] = Default::default();
    if let Some(value) = fields.get("surveys") {
        let mut one = Fields::new(value, &path)?;
        for (name, into) in LINKS.iter().zip(&mut surveys) {
            *into = one.text(name)?.map(str::to_owned);
        }
        one.done()?;
    }
    Ok(surveys)
}

fn read_signal(fields: &mut Fields<'_>) -> Read<Option<usize>> {
    let path = fields.at("signal");
    let Some(name) = fields.text("signal")? else { return Ok(None) };
    let unknown = || not_allowed(&path, format!("\"{name}\" is not a sign of friction; use one of {}", FACTORS.map(|(name, ..)| name).join(", ")));
    factor_of(name).map(Some).ok_or_else(unknown)
}

fn read_fixes(fields: &mut Fields<'_>) -> Read<Vec<Fix>> {
    let path = fields.at("fixes");
    let list = fields.list("fixes")?.map(Vec::as_slice).unwrap_or_default();
    if list.len() > MOST_FIXES {
        return Err(not_allowed(&path, format!("takes at most {MOST_FIXES} entries")));
    }
    list.iter().enumerate().map(|(i, value)| read_fix(value, &format!("{path}[{i}]"))).collect()
}

fn read_fix(value: &Value, path: &str) -> Read<Fix> {
    let mut one = Fields::new(value, path)?;
    let state_path = one.at("state");
    let is_fixed = one.choice("state", &[("to_do", false), ("fixed", true)])?.ok_or_else(|| missing(&state_path, "to_do or fixed"))?;
    let at_path = one.at("at");
    let fixed = one.text("at")?.map(|text| read_fixed(text, &at_path)).transpose()?;
    if is_fixed != fixed.is_some() {
        return Err(not_allowed(&at_path, "says when it was fixed: it stands beside \"state\": \"fixed\", and only there"));
    }
    let mut text = |name: &'static str| Ok(one.text(name)?.map(str::to_owned));
    let (page, selector, label, release) = (text("page")?, text("selector")?, text("label")?, text("release")?);
    let signal = read_signal(&mut one)?;
    if page.is_none() && selector.is_none() && signal.is_none() {
        return Err(not_allowed(&one.at("page"), "name a page, an element or a signal that it is about"));
    }
    one.done()?;
    Ok(Fix { page, selector, signal, label, fixed, release })
}

/// A day is one in the zone of the question.
fn read_fixed(text: &str, path: &str) -> Read<Fixed> {
    match text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10) {
        Some(date) => Ok(Fixed::On(date)),
        None => instant(text, path).map(Fixed::At),
    }
}
