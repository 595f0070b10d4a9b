//! Selectors, filters and the operators on a property.

use super::cohort::read_name;
use super::scope::{read_window, read_within};
use crate::{
    expression::Expression,
    filter::{Filter, Of, Test, TimePart},
    question::{
        Compare, CompareOp, Selector, Window,
        fields::{Fields, Read, missing, not_allowed, number, texts, wrong_type},
    },
};
use serde_json::Value;
use sillage_event::{as_text, time};

/// Filters and selectors in each other nest at most so deep.
pub(super) const MOST_NESTED: usize = 20;

impl Selector {
    /// Reads and checks a selector; `path` is what its errors call it.
    pub fn from_json(value: &Value, path: &str) -> Read<Self> {
        read_selector(value, path, 0)
    }
}

pub(super) fn read_selector(value: &Value, path: &str, depth: usize) -> Read<Selector> {
    if depth > MOST_NESTED {
        return Err(not_allowed(path, format!("selectors nest at most {MOST_NESTED} deep")));
    }
    if let Some(name) = value.as_str() {
        return Ok(Selector { events: vec![name.to_owned()], ..Selector::default() });
    }
    let mut fields = Fields::new(value, path)?;
    let mut selector = Selector::default();
    if !fields.has("event") && !fields.is_null("event") && !fields.has("any_of") {
        return Err(missing(&fields.at("event"), "an event's name, null for any event, or any_of: [names]"));
    }
    if let Some(name) = fields.text("event")? {
        selector.events.push(name.to_owned());
    }
    if let Some(list) = fields.list("any_of")? {
        let at = fields.at("any_of");
        if list.is_empty() {
            return Err(not_allowed(&at, "needs at least one event"));
        }
        if list.iter().all(Value::is_string) {
            selector.events.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
        } else {
            for (i, one) in list.iter().enumerate() {
                selector.alternatives.push(read_selector(one, &format!("{at}[{i}]"), depth + 1)?);
            }
        }
    }
    if let Some(value) = fields.get("where") {
        selector.filter = Some(read_filter(value, &fields.at("where"), depth)?);
    }
    selector.first_time = fields.flag("first_time")?.unwrap_or(false);
    selector.label = fields.text("label")?.map(str::to_owned);
    fields.done()?;
    Ok(selector)
}

pub(super) fn required_selector(fields: &mut Fields<'_>, name: &'static str) -> Read<Selector> {
    let path = fields.at(name);
    let value = fields.get(name).ok_or_else(|| missing(&path, "{\"event\": name}, {\"event\": null} or {\"any_of\": [names]}"))?;
    read_selector(value, &path, 0)
}

pub(super) fn read_filter(value: &Value, path: &str, depth: usize) -> Read<Filter> {
    if depth > MOST_NESTED {
        return Err(not_allowed(path, format!("filters nest at most {MOST_NESTED} deep")));
    }
    let mut fields = Fields::new(value, path)?;
    let parts = |list: &Vec<Value>, at: String| -> Read<Vec<Filter>> {
        if list.len() > 500 {
            return Err(not_allowed(&at, "takes at most 500 conditions"));
        }
        list.iter().enumerate().map(|(i, one)| read_filter(one, &format!("{at}[{i}]"), depth + 1)).collect()
    };
    let filter = if let Some(list) = fields.list("all")? {
        Filter::All(parts(list, fields.at("all"))?)
    } else if let Some(list) = fields.list("any")? {
        Filter::Any(parts(list, fields.at("any"))?)
    } else if let Some(inner) = fields.get("not") {
        Filter::Not(Box::new(read_filter(inner, &fields.at("not"), depth + 1)?))
    } else if fields.has("property") {
        read_property_filter(&mut fields)?
    } else if fields.has("time") {
        let part = read_time_part(&mut fields)?;
        Filter::Time { part, test: read_test(&mut fields)? }
    } else if let Some(value) = fields.get("event") {
        let at = fields.at("event");
        Filter::Event(match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(_) => texts(value, &at)?,
            _ => return Err(wrong_type(&at, "an event's name or a list of names", value)),
        })
    } else if let Some(value) = fields.get("cohort") {
        let at = fields.at("cohort");
        Filter::Cohort { name: read_name(value, &at)?, inside: fields.flag("in")?.unwrap_or(true) }
    } else if let Some(value) = fields.get("did") {
        let select = Box::new(read_selector(value, &fields.at("did"), depth + 1)?);
        let count = match fields.get("count") {
            Some(value) => read_compare(value, &fields.at("count"))?,
            None => Compare { op: CompareOp::Gte, value: 1.0 },
        };
        let within = match fields.get("within") {
            Some(value) => Some(read_within(value, &fields.at("within"))?),
            None => None,
        };
        Filter::Did { select, count, within }
    } else {
        return Err(missing(path, "one of all, any, not, property, time, event, cohort, did"));
    };
    fields.done()?;
    Ok(filter)
}

pub(super) fn read_of(fields: &mut Fields<'_>) -> Read<Of> {
    let path = fields.at("of");
    let of = match fields.text("of")? {
        None | Some("event") => Of::Event,
        Some("person" | "user") => Of::Person,
        Some("session") => Of::Session,
        Some(word) => match word.strip_prefix("group:").filter(|kind| !kind.is_empty()) {
            Some(kind) => Of::Group(kind.to_owned()),
            None => return Err(not_allowed(&path, format!("\"{word}\" is not allowed; use event, person, session or group:<type>"))),
        },
    };
    let at_path = fields.at("at");
    match (fields.choice("at", &[("now", false), ("event", true)])?, of) {
        (Some(true), Of::Person) => Ok(Of::PersonAtEvent),
        (Some(true), _) => Err(not_allowed(&at_path, "belongs to a property of the person; write \"of\": \"person\" beside it")),
        (_, of) => Ok(of),
    }
}

/// A name that is a formula is one that can be read.
pub(super) fn checked_name(name: &str, path: &str) -> Read<String> {
    match Expression::of_name(name) {
        Some(Err(message)) => Err(not_allowed(path, message)),
        _ => Ok(name.to_owned()),
    }
}

/// A property's name; with `lookup`, what a column of a table has for it.
pub(super) fn property_name(fields: &mut Fields<'_>) -> Read<String> {
    let path = fields.at("property");
    let name = fields.text("property")?.ok_or_else(|| missing(&path, "a property's name"))?;
    let name = checked_name(name, &path)?;
    let lookup_path = fields.at("lookup");
    let Some(value) = fields.get("lookup") else { return Ok(name) };
    let mut inner = Fields::new(value, &lookup_path)?;
    let mut word = |field: &'static str, what: &str| -> Read<String> {
        let at = inner.at(field);
        inner.text(field)?.map(str::to_owned).ok_or_else(|| missing(&at, what))
    };
    let (table, column) = (word("table", "a lookup table's name")?, word("column", "a column of the table")?);
    inner.done()?;
    Ok(Expression::looking_up(&name, &table, &column))
}

pub(super) fn read_time_part(fields: &mut Fields<'_>) -> Read<TimePart> {
    let path = fields.at("time");
    fields
        .choice("time", &TimePart::NAMES)?
        .ok_or_else(|| missing(&path, "hour_of_day, day_of_week, day_of_month, month_of_year, day, week, month, quarter or year"))
}

pub(super) fn read_property_filter(fields: &mut Fields<'_>) -> Read<Filter> {
    let of = read_of(fields)?;
    let (property, test) = read_property_test(fields)?;
    Ok(Filter::Property { property, of, test })
}

/// A property's name, the operator and its value.
pub(super) fn read_property_test(fields: &mut Fields<'_>) -> Read<(String, Test)> {
    let property = property_name(fields)?;
    Ok((property, read_test(fields)?))
}

/// An operator and its value; `"items": "all"` wants every element of a list.
pub(super) fn read_test(fields: &mut Fields<'_>) -> Read<Test> {
    let every = fields.choice("items", &[("any", false), ("all", true)])?.unwrap_or(false);
    let test = read_one_test(fields)?;
    Ok(if every { Test::Every(Box::new(test)) } else { test })
}

fn read_one_test(fields: &mut Fields<'_>) -> Read<Test> {
    let op_path = fields.at("op");
    let value_path = fields.at("value");
    let op = fields.text("op")?.unwrap_or("is");
    let value = fields.get("value");
    let need = |what: &str| value.ok_or_else(|| missing(&value_path, what));
    let words = |value: &Value| -> Read<Vec<String>> {
        match value {
            Value::Array(list) => {
                list.iter().enumerate().map(|(i, one)| as_text(one).ok_or_else(|| wrong_type(&format!("{value_path}[{i}]"), "a value", one))).collect()
            }
            other => as_text(other).map(|one| vec![one]).ok_or_else(|| wrong_type(&value_path, "a value", other)),
        }
    };
    let lower = |list: Vec<String>| list.into_iter().map(|one| one.to_lowercase()).collect();
    let one_text = |value: &Value| {
        let is_one = !value.is_array() && !value.is_object();
        as_text(value).filter(|_| is_one).ok_or_else(|| wrong_type(&value_path, "a text", value))
    };
    let at = |value: &Value| time::from_json(value).ok_or_else(|| not_allowed(&value_path, "is not a time; write RFC 3339 or epoch seconds"));
    Ok(match op {
        "is" => Test::Is(words(need("the value to compare with")?)?),
        "is_not" => Test::IsNot(words(need("the value to compare with")?)?),
        "contains" => Test::Contains(lower(words(need("the text to look for")?)?)),
        "not_contains" => Test::NotContains(lower(words(need("the text to look for")?)?)),
        "starts_with" => Test::StartsWith(one_text(need("a text")?)?),
        "ends_with" => Test::EndsWith(one_text(need("a text")?)?),
        "matches" => {
            let pattern = one_text(need("a regular expression")?)?;
            let regex = regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build();
            Test::Matches(regex.map_err(|error| not_allowed(&value_path, format!("is not a regular expression: {}", error.to_string().replace('\n', " "))))?)
        }
        "gt" => Test::Gt(number(need("a number")?, &value_path)?),
        "gte" => Test::Gte(number(need("a number")?, &value_path)?),
        "lt" => Test::Lt(number(need("a number")?, &value_path)?),
        "lte" => Test::Lte(number(need("a number")?, &value_path)?),
        "between" => match need("a list of two numbers")?.as_array().map(Vec::as_slice) {
            Some([low, high]) => Test::Between(number(low, &value_path)?, number(high, &value_path)?),
            _ => return Err(not_allowed(&value_path, "takes a list of two numbers, both included")),
        },
        "set" => Test::Set,
        "not_set" => Test::NotSet,
        "before" => Test::Before(at(need("a time")?)?),
        "after" => Test::After(at(need("a time")?)?),
        "in_last" => match read_window(need("{\"n\": 7, \"unit\": \"day\"}")?, &value_path)? {
            Window::Milliseconds(ms) => Test::InLast { ms, until: None },
            Window::Sessions(_) => return Err(not_allowed(&value_path, "takes a time, not sessions")),
        },
        "any_of_list" => Test::AnyOfList(words(need("a list of values")?)?),
        "all_of_list" => Test::AllOfList(words(need("a list of values")?)?),
        _ => {
            return Err(not_allowed(
                &op_path,
                format!(
                    "\"{op}\" is not an operator; use is, is_not, contains, not_contains, starts_with, ends_with, matches, gt, gte, lt, lte, between, set, not_set, before, after, in_last, any_of_list or all_of_list"
                ),
            ));
        }
    })
}

pub(super) fn read_compare(value: &Value, path: &str) -> Read<Compare> {
    let mut fields = Fields::new(value, path)?;
    let op = fields
        .choice(
            "op",
            &[
                ("eq", CompareOp::Eq),
                ("is", CompareOp::Eq),
                ("ne", CompareOp::Ne),
                ("gt", CompareOp::Gt),
                ("gte", CompareOp::Gte),
                ("lt", CompareOp::Lt),
                ("lte", CompareOp::Lte),
            ],
        )?
        .ok_or_else(|| missing(&format!("{path}.op"), "eq, ne, gt, gte, lt or lte"))?;
    let at = fields.at("value");
    let value = number(fields.get("value").ok_or_else(|| missing(&at, "a number"))?, &at)?;
    fields.done()?;
    Ok(Compare { op, value })
}
