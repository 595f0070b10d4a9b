//! What all kinds of questions share: range, zone, who is counted, filter, breakdown.

use super::{
    breakdown::read_breakdown,
    cohort::read_cohorts,
    selector::{checked_name, property_name, read_filter, read_of, read_selector, required_selector},
};
use crate::{
    calendar::Unit,
    custom_event::CustomEvents,
    custom_property::{CustomProperties, CustomProperty},
    expression::MARK,
    filter::Of,
    page_group::{PageMapping, PageMappings},
    question::{
        Lookups, RangeSpec, Scope, SessionBy, Window,
        fields::{Fields, Read, missing, not_allowed, written, wrong_type},
    },
};
use serde_json::Value;
use sillage_event::{Actor, time};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

pub(super) const ANY_UNIT: &[(&str, Unit)] = &[
    ("minute", Unit::Minute),
    ("hour", Unit::Hour),
    ("day", Unit::Day),
    ("week", Unit::Week),
    ("month", Unit::Month),
    ("quarter", Unit::Quarter),
    ("year", Unit::Year),
];
pub(super) const INTERVALS: &[(&str, Unit)] = ANY_UNIT;

pub(super) fn read_scope(fields: &mut Fields<'_>, kind: &str) -> Read<Scope> {
    let mut scope = Scope::default();
    if let Some(value) = fields.get("range") {
        scope.range = Some(read_range(value, &fields.at("range"))?);
    }
    if let Some(name) = fields.text("timezone")? {
        if jiff::tz::TimeZone::get(name).is_err() {
            return Err(not_allowed(&fields.at("timezone"), format!("\"{name}\" is not an IANA time zone; write one such as Europe/Paris or UTC")));
        }
        scope.timezone = Some(name.to_owned());
    }
    scope.week_start_sunday = fields.choice("week_start", &[("monday", false), ("sunday", true)])?;
    if let Some(value) = fields.get("session_timeout") {
        let path = fields.at("session_timeout");
        match read_window(value, &path)? {
            Window::Milliseconds(0) => return Err(not_allowed(&path, "must be longer than nothing")),
            Window::Milliseconds(ms) => scope.session_timeout_ms = Some(ms),
            Window::Sessions(_) => return Err(not_allowed(&path, "takes seconds, minutes, hours or days")),
        }
    }
    if let Some(word) = fields.text("actor")? {
        if kind == "cohort" && word != "person" {
            return Err(not_allowed(&fields.at("actor"), "a cohort is made of persons; use person"));
        }
        scope.actor = read_actor(word, &fields.at("actor"))?;
    }
    if let Some(value) = fields.get("session_by") {
        if ["friction", "heatmap", "vital", "error", "recordings"].contains(&kind) {
            return Err(not_allowed(&fields.at("session_by"), format!("is for other kinds: sessions of {kind} are those of the tag")));
        }
        scope.session_by = read_session_by(value, &fields.at("session_by"))?;
    }
    if let Some(value) = fields.get("lookups") {
        scope.lookups = read_lookups(value, &fields.at("lookups"))?;
    }
    if let Some(value) = fields.get("page_mappings") {
        scope.page_mappings = read_page_mappings(value, &fields.at("page_mappings"))?;
    }
    if let Some(value) = fields.get("cohorts") {
        let path = fields.at("cohorts");
        scope.cohorts = read_cohorts(value, &path)?;
    }
    // A cohort's conditions are its definition.
    if let Some(value) = if kind == "cohort" { None } else { fields.get("filter") } {
        scope.filter = Some(read_filter(value, &fields.at("filter"), 0)?);
    }
    // A lifecycle has no segments; the people behind a cell have those of their question.
    let has_segments = !matches!(kind, "lifecycle" | "timeline" | "people" | "recordings" | "cohort" | "impact" | "driver" | "feature" | "heatmap" | "error");
    if let Some(list) = if has_segments { fields.list("breakdown")? } else { None } {
        let path = fields.at("breakdown");
        if list.len() > 5 {
            return Err(not_allowed(&path, "takes at most 5 parts"));
        }
        for (i, value) in list.iter().enumerate() {
            scope.breakdown.push(read_breakdown(value, &format!("{path}[{i}]"))?);
        }
    }
    // A journey has a `top` of its own: how many nodes are shown.
    if matches!(kind, "trend" | "funnel" | "retention") {
        scope.top = fields.whole("top", 1, 10_000)?.map(|n| n as usize);
    }
    scope.fresh = fields.flag("fresh")?.unwrap_or(false);
    scope.french = fields.choice("language", &[("en", false), ("fr", true)])?.unwrap_or(false);
    Ok(scope)
}

pub(super) fn read_actor(word: &str, path: &str) -> Read<Actor> {
    match word {
        "person" => Ok(Actor::Person),
        "device" => Ok(Actor::Device),
        _ => match word.strip_prefix("group:").filter(|kind| !kind.is_empty()) {
            Some(kind) => Ok(Actor::Group(kind.to_owned())),
            None => Err(not_allowed(path, format!("\"{word}\" is not allowed; use person, device or group:<type>"))),
        },
    }
}

/// `{"property": "visit"}`, or `{"start": selector, "end": selector}`.
fn read_session_by(value: &Value, path: &str) -> Read<SessionBy> {
    let mut fields = Fields::new(value, path)?;
    let by = if fields.has("property") {
        SessionBy::Property(property_name(&mut fields)?)
    } else {
        let (start, end) = (required_selector(&mut fields, "start")?, required_selector(&mut fields, "end")?);
        for (select, name) in [(&start, "start"), (&end, "end")] {
            if select.first_time {
                return Err(not_allowed(&format!("{path}.{name}.first_time"), "is not what opens or closes a session"));
            }
            if select.reads_sessions() {
                return Err(not_allowed(&format!("{path}.{name}.where"), "cannot look at properties of the sessions that it makes"));
            }
        }
        SessionBy::Events { start: Box::new(start), end: Box::new(end) }
    };
    fields.done()?;
    Ok(by)
}

/// `{"products": {"P1": {"category": "shoes"}}}`: rows by their key.
fn read_lookups(value: &Value, path: &str) -> Read<Lookups> {
    let tables = value.as_object().ok_or_else(|| wrong_type(path, "an object of tables by name", value))?;
    let mut lookups = Lookups::new();
    for (name, rows) in written(tables) {
        let at = format!("{path}.{name}");
        let rows = rows.as_object().ok_or_else(|| wrong_type(&at, "an object of rows by their key", rows))?;
        let mut columns: BTreeMap<String, HashMap<String, Value>> = BTreeMap::new();
        for (key, row) in written(rows) {
            let row = row.as_object().ok_or_else(|| wrong_type(&format!("{at}.{key}"), "an object of values by column", row))?;
            for (column, value) in written(row) {
                columns.entry(column.clone()).or_default().insert(key.clone(), value.clone());
            }
        }
        lookups.insert(name.clone(), columns.into_iter().map(|(column, values)| (column, Arc::new(values))).collect());
    }
    Ok(lookups)
}

/// `{"": [{"value": "/orders/*", "group": "Orders"}]}`: rules by the name of their mapping.
fn read_page_mappings(value: &Value, path: &str) -> Read<PageMappings> {
    let mappings = value.as_object().ok_or_else(|| wrong_type(path, "an object of lists of rules by the mapping's name", value))?;
    written(mappings).map(|(name, rules)| Ok((name.clone(), Arc::new(PageMapping::from_json(rules, &format!("{path}.{name}"))?)))).collect()
}

/// `{"size": {"of": "event", "formula": "=if(amount > 100, \"big\", \"small\")"}}`
pub(super) fn read_custom_properties(fields: &mut Fields<'_>) -> Read<CustomProperties> {
    let path = fields.at("custom_properties");
    let Some(value) = fields.get("custom_properties") else { return Ok(CustomProperties::new()) };
    let map = value.as_object().ok_or_else(|| wrong_type(&path, "an object of {\"of\", \"formula\"} by name", value))?;
    written(map).map(|(name, value)| Ok((name.clone(), read_custom_property(value, &format!("{path}.{name}"))?))).collect()
}

impl CustomProperty {
    /// Reads and checks one; `path` is what its errors call it.
    pub fn from_json(value: &Value, path: &str) -> Read<Self> {
        read_custom_property(value, path)
    }
}

fn read_custom_property(value: &Value, path: &str) -> Read<CustomProperty> {
    let mut fields = Fields::new(value, path)?;
    let of = read_of(&mut fields)?;
    if matches!(of, Of::Session | Of::PersonAtEvent) {
        return Err(not_allowed(&fields.at("of"), "use event, person or group:<type>"));
    }
    let at = fields.at("formula");
    let text = fields.text("formula")?.ok_or_else(|| missing(&at, "a formula such as =if(amount > 100, \"big\", \"small\")"))?;
    let formula = if text.starts_with(MARK) { text.to_owned() } else { format!("{MARK}{text}") };
    let formula = checked_name(&formula, &at)?;
    fields.done()?;
    Ok(CustomProperty { of, formula })
}

/// `{"Buy": {"any_of": ["Order", "Subscribe"]}}`
pub(super) fn read_custom_events(fields: &mut Fields<'_>) -> Read<CustomEvents> {
    let path = fields.at("custom_events");
    let Some(value) = fields.get("custom_events") else { return Ok(CustomEvents::new()) };
    let map = value.as_object().ok_or_else(|| wrong_type(&path, "an object of selectors by name", value))?;
    written(map).map(|(name, value)| Ok((name.clone(), read_selector(value, &format!("{path}.{name}"), 0)?))).collect()
}

/// A range, or `{"since": day}`, which has no end.
pub(super) fn read_within(value: &Value, path: &str) -> Read<RangeSpec> {
    if value.get("since").is_none_or(Value::is_null) {
        return read_range(value, path);
    }
    let mut fields = Fields::new(value, path)?;
    let at = fields.at("since");
    let since = fields.text("since")?.ok_or_else(|| missing(&at, "a day such as 2025-10-01"))?;
    let day = since.parse().ok().filter(|_| since.len() == 10).ok_or_else(|| not_allowed(&at, format!("\"{since}\" is not a day such as 2025-10-01")))?;
    fields.done()?;
    Ok(RangeSpec::since(day))
}

pub(super) fn read_range(value: &Value, path: &str) -> Read<RangeSpec> {
    let mut fields = Fields::new(value, path)?;
    let range = if fields.has("last") {
        let n = fields.whole("last", 1, 100_000)?.ok_or_else(|| missing(&format!("{path}.last"), "a number of units"))?;
        let unit = fields.choice("unit", ANY_UNIT)?.ok_or_else(|| missing(&format!("{path}.unit"), "hour, day, week, month, quarter or year"))?;
        let ago = fields.whole("ago", 0, 100_000)?.unwrap_or(0);
        RangeSpec::Last { n, unit, ago }
    } else if fields.has("since") {
        let at = fields.at("since");
        let since = fields.text("since")?.ok_or_else(|| missing(&at, "a day such as 2025-10-01"))?;
        let from = since.parse().ok().filter(|_| since.len() == 10).ok_or_else(|| not_allowed(&at, format!("\"{since}\" is not a day such as 2025-10-01")))?;
        RangeSpec::Since { from }
    } else if fields.has("to_date") {
        let at = fields.at("to_date");
        RangeSpec::ToDate { unit: fields.choice("to_date", ANY_UNIT)?.ok_or_else(|| missing(&at, "week, month, quarter or year"))? }
    } else {
        let from = fields.text("from")?.ok_or_else(|| missing(&format!("{path}.from"), "a day such as 2025-10-01 or an RFC 3339 instant"))?;
        let to = fields.text("to")?.ok_or_else(|| missing(&format!("{path}.to"), "a day such as 2025-10-31 or an RFC 3339 instant"))?;
        match (from.parse::<jiff::civil::Date>().ok().filter(|_| from.len() == 10), to.parse::<jiff::civil::Date>().ok().filter(|_| to.len() == 10)) {
            (Some(from), Some(to)) if from <= to => RangeSpec::Days { from, to },
            (Some(_), Some(_)) => return Err(not_allowed(&format!("{path}.to"), "lies before `from`")),
            (None, None) => {
                let from = instant(from, &format!("{path}.from"))?;
                let to = instant(to, &format!("{path}.to"))?;
                if to < from {
                    return Err(not_allowed(&format!("{path}.to"), "lies before `from`"));
                }
                RangeSpec::Instants { from, to }
            }
            _ => return Err(not_allowed(path, "`from` and `to` must both be days or both be instants")),
        }
    };
    fields.done()?;
    Ok(range)
}

pub(super) fn instant(text: &str, path: &str) -> Read<i64> {
    time::from_text(text).ok_or_else(|| not_allowed(path, format!("\"{text}\" is neither a day such as 2025-10-01 nor an RFC 3339 instant")))
}

pub(super) fn read_instant(fields: &mut Fields<'_>, name: &'static str) -> Read<Option<i64>> {
    let path = fields.at(name);
    fields.text(name)?.map(|text| instant(text, &path)).transpose()
}

pub(super) fn read_window(value: &Value, path: &str) -> Read<Window> {
    let mut fields = Fields::new(value, path)?;
    let n = fields.whole("n", 0, 10_000_000_000)?.ok_or_else(|| missing(&format!("{path}.n"), "a whole number of units"))?;
    let unit = fields.text("unit")?.ok_or_else(|| missing(&format!("{path}.unit"), "second, minute, hour, day, week, month or session"))?;
    let unit_ms: i64 = match unit {
        "second" => 1000,
        "minute" => 60_000,
        "hour" => 3_600_000,
        "day" => 86_400_000,
        "week" => 7 * 86_400_000,
        "month" => 30 * 86_400_000,
        "session" => {
            if n == 0 {
                return Err(not_allowed(&format!("{path}.n"), "must be at least 1 session"));
            }
            fields.done()?;
            return Ok(Window::Sessions(u32::try_from(n).unwrap_or(u32::MAX)));
        }
        _ => return Err(not_allowed(&format!("{path}.unit"), format!("\"{unit}\" is not allowed; use second, minute, hour, day, week, month or session"))),
    };
    fields.done()?;
    n.checked_mul(unit_ms).map(Window::Milliseconds).ok_or_else(|| not_allowed(&format!("{path}.n"), "is too long a time"))
}
