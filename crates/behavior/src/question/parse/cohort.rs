//! The definition of a cohort, and the fields of a question for its people.

use super::{
    limit,
    measure::read_property_measure,
    people::read_cell,
    read_question,
    scope::{read_window, read_within},
    selector::{MOST_NESTED, read_compare, read_property_test, read_selector, required_selector},
};
use crate::{
    cohort::{CohortName, Definition, Definitions, Did, DidMeasure, Sequence},
    question::{
        Cohort, Compare, CompareOp, Kind, People, Window,
        fields::{Fields, Read, missing, not_allowed, texts, written, wrong_type},
    },
};
use serde_json::Value;
use sillage_event::{Actor, as_text};

/// People in one list.
const MOST_LISTED: usize = 1_000_000;
/// Conditions of one `all` or `any`.
const MOST_CONDITIONS: usize = 100;
const PARTS: &str = "one of all, any, not, did, did_not, sequence, property, cohort, people, of";

impl Definition {
    /// Reads and checks a definition; `path` is what its errors call it.
    pub fn from_json(value: &Value, path: &str) -> Read<Self> {
        read_definition(value, path, 0)
    }
}

pub(super) fn read_cohort(fields: &mut Fields<'_>, nested: usize) -> Read<Cohort> {
    let definition = match (fields.get("cohort"), fields.get("definition")) {
        (Some(name), None) => Definition::Cohort { name: read_name(name, &fields.at("cohort"))?, inside: true },
        (None, Some(value)) => read_definition(value, &fields.at("definition"), nested)?,
        (Some(_), Some(_)) => return Err(not_allowed(&fields.at("cohort"), "stands for a saved cohort; leave it out beside `definition`")),
        (None, None) => return Err(missing(&fields.at("definition"), "a definition, or `cohort` with the id of a saved cohort")),
    };
    let limit = limit(fields, 100, MOST_LISTED as i64)?;
    Ok(Cohort { definition, limit })
}

/// `{"vip": ["u1", "u2"], "active": {"did": …}}`
pub(super) fn read_cohorts(value: &Value, path: &str) -> Read<Definitions> {
    let map = value.as_object().ok_or_else(|| wrong_type(path, "an object of lists of people or definitions", value))?;
    written(map).map(|(name, value)| Ok((name.clone(), read_definition(value, &format!("{path}.{name}"), 0)?))).collect()
}

pub(super) fn read_name(value: &Value, path: &str) -> Read<CohortName> {
    let is_name = value.is_string() || value.is_number();
    let name = as_text(value).filter(|_| is_name).ok_or_else(|| wrong_type(path, "a cohort's id", value))?;
    Ok(CohortName { name, field: path.to_owned() })
}

fn read_definition(value: &Value, path: &str, depth: usize) -> Read<Definition> {
    if depth > MOST_NESTED {
        return Err(not_allowed(path, format!("conditions nest at most {MOST_NESTED} deep")));
    }
    if value.is_array() {
        return read_people(value, path);
    }
    let mut fields = Fields::new(value, path)?;
    let parts = |list: &Vec<Value>, at: String| -> Read<Vec<Definition>> {
        if list.len() > MOST_CONDITIONS {
            return Err(not_allowed(&at, format!("takes at most {MOST_CONDITIONS} conditions")));
        }
        list.iter().enumerate().map(|(i, one)| read_definition(one, &format!("{at}[{i}]"), depth + 1)).collect()
    };
    let definition = if let Some(list) = fields.list("all")? {
        Definition::All(parts(list, fields.at("all"))?)
    } else if let Some(list) = fields.list("any")? {
        Definition::Any(parts(list, fields.at("any"))?)
    } else if let Some(inner) = fields.get("not") {
        Definition::Not(Box::new(read_definition(inner, &fields.at("not"), depth + 1)?))
    } else if fields.has("did") {
        Definition::Did(read_did(&mut fields)?)
    } else if fields.has("did_not") {
        let select = required_selector(&mut fields, "did_not")?;
        let within = fields.get("within").map(|value| read_within(value, &fields.at("within"))).transpose()?;
        Definition::Did(Did { select, measure: DidMeasure::Total, holds: Compare { op: CompareOp::Eq, value: 0.0 }, within })
    } else if fields.has("sequence") {
        Definition::Sequence(read_sequence(&mut fields)?)
    } else if fields.has("property") {
        let of_path = fields.at("of");
        if let Some(word) = fields.text("of")?
            && word != "person"
        {
            return Err(not_allowed(&of_path, "a condition of a cohort looks at persons; one on events stands in the `where` of a `did`"));
        }
        fields.choice("at", &[("now", ())])?;
        let (property, test) = read_property_test(&mut fields)?;
        Definition::Property { property, test }
    } else if let Some(value) = fields.get("cohort") {
        Definition::Cohort { name: read_name(value, &fields.at("cohort"))?, inside: fields.flag("in")?.unwrap_or(true) }
    } else if let Some(value) = fields.get("people") {
        read_people(value, &fields.at("people"))?
    } else if fields.has("of") {
        Definition::Behind(Box::new(read_behind(&mut fields, depth)?))
    } else {
        return Err(missing(path, PARTS));
    };
    fields.done()?;
    Ok(definition)
}

fn read_people(value: &Value, path: &str) -> Read<Definition> {
    let people = texts(value, path)?;
    if people.len() > MOST_LISTED {
        return Err(not_allowed(path, format!("takes at most {MOST_LISTED} people")));
    }
    Ok(Definition::People(people.into()))
}

fn read_did(fields: &mut Fields<'_>) -> Read<Did> {
    let select = required_selector(fields, "did")?;
    let measure_path = fields.at("measure");
    let measure = match fields.get("measure") {
        None => DidMeasure::Total,
        Some(Value::String(word)) => match word.as_str() {
            "total" => DidMeasure::Total,
            "days" => DidMeasure::Days,
            _ => return Err(not_allowed(&measure_path, format!("\"{word}\" is not allowed; use total, days or a measure such as {{\"sum\": \"amount\"}}"))),
        },
        Some(value) => {
            let (aggregate, property) = read_property_measure(value, &measure_path)?;
            DidMeasure::Property(aggregate, property)
        }
    };
    let holds = match fields.get("count") {
        Some(value) => read_compare(value, &fields.at("count"))?,
        None if measure == DidMeasure::Total => Compare { op: CompareOp::Gte, value: 1.0 },
        None => return Err(missing(&fields.at("count"), "what the measure is compared with, such as {\"op\": \"gte\", \"value\": 3}")),
    };
    let within = fields.get("within").map(|value| read_within(value, &fields.at("within"))).transpose()?;
    Ok(Did { select, measure, holds, within })
}

fn read_sequence(fields: &mut Fields<'_>) -> Read<Sequence> {
    let path = fields.at("sequence");
    let list = fields.list("sequence")?.ok_or_else(|| missing(&path, "a list of steps such as {\"event\": \"Sign up\"}"))?;
    if list.is_empty() || list.len() > 10 {
        return Err(not_allowed(&path, "takes 1 to 10 steps"));
    }
    let steps = list.iter().enumerate().map(|(i, value)| read_selector(value, &format!("{path}[{i}]"), 0)).collect::<Read<Vec<_>>>()?;
    let window_path = fields.at("window");
    let window_ms = match fields.get("window").map(|value| read_window(value, &window_path)).transpose()? {
        None => None,
        Some(Window::Milliseconds(ms)) => Some(ms),
        Some(Window::Sessions(_)) => return Err(not_allowed(&window_path, "takes seconds, minutes, hours, days, weeks or months")),
    };
    let within = fields.get("within").map(|value| read_within(value, &fields.at("within"))).transpose()?;
    Ok(Sequence { steps, window_ms, within })
}

fn read_behind(fields: &mut Fields<'_>, depth: usize) -> Read<People> {
    let of_path = fields.at("of");
    let of = read_question(fields.get("of").ok_or_else(|| missing(&of_path, "a question"))?, &of_path, depth + 1)?;
    if matches!(of.kind, Kind::People(_) | Kind::Timeline(_) | Kind::Recordings(_)) {
        return Err(not_allowed(&format!("{of_path}.kind"), "there are no cells in this kind of answer"));
    }
    if of.scope.actor != Actor::Person {
        return Err(not_allowed(&format!("{of_path}.actor"), "a cohort is made of persons, not of devices or groups"));
    }
    if !of.scope.cohorts.is_empty() {
        return Err(not_allowed(&format!("{of_path}.cohorts"), "cannot be defined inside a cohort: save them, and name them by their ids"));
    }
    let at_path = fields.at("at");
    let at = read_cell(fields.get("at").ok_or_else(|| missing(&at_path, "a cell of the answer"))?, &at_path, &of)?;
    Ok(People { of, at, limit: 0, after: None, properties: Vec::new() })
}
