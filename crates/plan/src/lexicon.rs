//! A plan from a CSV file of Mixpanel's Lexicon: a line an event or property of events. Columns are found by their names, however these are written.

use crate::{Plan, Property, Status, Type, read::ReadError};
use std::collections::HashMap;

/// Reads it; what stands in it of people, groups and cohorts is left out, and told.
///
/// # Errors
/// When it is no such CSV.
pub fn from_lexicon(text: &str) -> Result<(Plan, Vec<String>), ReadError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let bad = |error: csv::Error| ReadError::new("", format!("this is no CSV: {error}"));
    let columns: HashMap<String, usize> = reader.headers().map_err(bad)?.iter().enumerate().map(|(at, name)| (plainly(name), at)).collect();
    let column = |names: &[&str]| names.iter().find_map(|name| columns.get(*name).copied());
    let Some(kind_at) = column(&["entitytype", "type"]) else {
        return Err(ReadError::new("entityType", "the CSV has no column `entityType`; export it from Lexicon"));
    };
    let Some(name_at) = column(&["entityname", "name"]) else {
        return Err(ReadError::new("entityName", "the CSV has no column `entityName`; export it from Lexicon"));
    };
    let (description_at, status_at, hidden_at) = (column(&["description", "entitydescription"]), column(&["status"]), column(&["hidden"]));
    let (dropped_at, tags_at, owner_at) = (column(&["dropped", "blocked"]), column(&["tags"]), column(&["owners", "owner"]));
    let (event_at, value_at, example_at) =
        (column(&["event", "eventname", "parentevent", "parentname"]), column(&["propertytype", "datatype"]), column(&["example", "examplevalue"]));
    let mut plan = Plan::default();
    let mut left_out = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let record = record.map_err(bad)?;
        let of = |column: Option<usize>| column.and_then(|column| record.get(column)).unwrap_or_default().trim();
        let is = |column: Option<usize>| matches!(of(column).to_ascii_lowercase().as_str(), "true" | "yes" | "1");
        let (kind, name) = (plainly(of(Some(kind_at))), of(Some(name_at)));
        if name.is_empty() {
            continue;
        }
        let status = match (of(status_at).to_ascii_lowercase().as_str(), is(dropped_at), is(hidden_at)) {
            ("blocked" | "dropped", _, _) | (_, true, _) => Status::Blocked,
            ("hidden", _, _) | (_, _, true) => Status::Hidden,
            _ => Status::Active,
        };
        match kind.as_str() {
            "event" => {
                let event = plan.events.entry(name.to_owned()).or_default();
                event.description = of(description_at).to_owned();
                event.owner = of(owner_at).to_owned();
                event.tags = of(tags_at).split([',', ';']).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect();
                event.status = status;
            }
            "eventproperty" | "property" | "eventprop" => {
                let property = Property {
                    kind: type_named(of(value_at)),
                    description: Some(of(description_at).to_owned()).filter(|text| !text.is_empty()),
                    owner: Some(of(owner_at).to_owned()).filter(|text| !text.is_empty()),
                    example: Some(of(example_at).into()).filter(|_| !of(example_at).is_empty()),
                    status: Some(status).filter(|status| *status != Status::Active),
                    ..Property::default()
                };
                // One that names no event belongs to all.
                let list = if of(event_at).is_empty() { &mut plan.properties } else { &mut plan.events.entry(of(event_at).to_owned()).or_default().properties };
                list.insert(name.to_owned(), property);
            }
            _ => left_out.push(format!("line {}: {} \"{name}\" is neither an event nor a property of events", at + 2, of(Some(kind_at)))),
        }
    }
    if plan.events.is_empty() && plan.properties.is_empty() {
        return Err(ReadError::new("", "the CSV has no event and no property of events"));
    }
    Ok((plan, left_out))
}

/// Whether the first line has the columns of one.
pub(crate) fn is_lexicon(text: &str) -> bool {
    let columns: Vec<String> = text.lines().next().unwrap_or_default().split(',').map(plainly).collect();
    columns.len() > 1 && columns.iter().any(|name| name == "entitytype" || name == "entityname")
}

fn plainly(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn type_named(name: &str) -> Option<Type> {
    match plainly(name).as_str() {
        "string" | "text" => Some(Type::String),
        "number" | "numeric" | "float" => Some(Type::Number),
        "integer" => Some(Type::Integer),
        "boolean" | "bool" => Some(Type::Boolean),
        "date" | "datetime" | "time" => Some(Type::Time),
        "list" | "array" => Some(Type::List),
        "object" => Some(Type::Object),
        _ => None,
    }
}
