//! A plan from a tracking plan of Segment's Protocols, as its API gives it: a JSON Schema an event.

use crate::{Items, Plan, PlannedEvent, Property, Type, read::ReadError};
use serde_json::{Map, Value};

/// Reads it; what a rule says that a plan of ours cannot, is left out, and told.
///
/// # Errors
/// When it is no such plan.
pub fn from_segment(text: &str) -> Result<(Plan, Vec<String>), ReadError> {
    let document: Value = serde_json::from_str(text).map_err(|error| ReadError::new("", format!("this is no JSON: {error}")))?;
    let whole = ["tracking_plan", "trackingPlan", "data"].iter().find_map(|name| document.get(name)).unwrap_or(&document);
    let rules = whole.get("rules").unwrap_or(whole);
    let Some(events) = rules.get("events").and_then(Value::as_array).or_else(|| rules.as_array()) else {
        return Err(ReadError::new("rules.events", "there is no list of events; give a tracking plan as the API of Segment does"));
    };
    let mut plan = Plan { name: text_of(whole, "display_name").or_else(|| text_of(whole, "name")).unwrap_or_default(), ..Plan::default() };
    let mut left_out = Vec::new();
    for (at, event) in events.iter().enumerate() {
        let name = text_of(event, "name").or_else(|| text_of(event, "key"));
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Err(ReadError::new(format!("rules.events[{at}].name"), "the event has no name")) };
        let schema = ["rules", "jsonSchema"].iter().find_map(|part| event.get(part));
        let sent = schema.and_then(|schema| schema.pointer("/properties/properties"));
        let mut planned = PlannedEvent { description: text_of(event, "description").unwrap_or_default(), ..PlannedEvent::default() };
        let required: Vec<&str> =
            sent.and_then(|sent| sent.get("required")).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        for (property, rule) in sent.and_then(|sent| sent.get("properties")).and_then(Value::as_object).into_iter().flatten() {
            let field = format!("{name}.{property}");
            let mut rules = rules_of(rule, &field, &mut left_out);
            rules.required = required.contains(&property.as_str()).then_some(true);
            planned.properties.insert(property.clone(), rules);
        }
        plan.events.insert(name, planned);
    }
    Ok((plan, left_out))
}

fn rules_of(rule: &Value, field: &str, left_out: &mut Vec<String>) -> Property {
    let empty = Map::new();
    let schema = rule.as_object().unwrap_or(&empty);
    for name in schema.keys() {
        if name == "format" && type_of(schema) == Some(Type::Time) {
            continue;
        }
        if !["type", "description", "enum", "pattern", "minimum", "maximum", "items", "id", "$id", "title", "examples", "example"].contains(&name.as_str()) {
            left_out.push(format!("{field}: `{name}` is left out"));
        }
    }
    let values = schema.get("enum").and_then(Value::as_array).map(|values| values.iter().filter(|value| !value.is_null()).cloned().collect::<Vec<_>>());
    let items = schema.get("items").filter(|items| items.is_object());
    Property {
        kind: type_of(schema),
        values: values.filter(|values| !values.is_empty()),
        min: schema.get("minimum").and_then(Value::as_f64),
        max: schema.get("maximum").and_then(Value::as_f64),
        pattern: schema.get("pattern").and_then(Value::as_str).map(str::to_owned),
        items: items.map(|items| {
            let inner = rules_of(items, &format!("{field}[]"), left_out);
            Items { kind: inner.kind, values: inner.values, min: inner.min, max: inner.max, pattern: inner.pattern }
        }),
        description: text_of(rule, "description").filter(|text| !text.is_empty()),
        ..Property::default()
    }
}

/// Several types at once are any, null aside.
fn type_of(schema: &Map<String, Value>) -> Option<Type> {
    let named: Vec<&str> = match schema.get("type")? {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        _ => return None,
    };
    let is_time = matches!(schema.get("format").and_then(Value::as_str), Some("date-time" | "date"));
    match named[..] {
        ["string"] if is_time => Some(Type::Time),
        ["string"] => Some(Type::String),
        ["number"] => Some(Type::Number),
        ["integer"] => Some(Type::Integer),
        ["boolean"] => Some(Type::Boolean),
        ["array"] => Some(Type::List),
        ["object"] => Some(Type::Object),
        _ => None,
    }
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}
