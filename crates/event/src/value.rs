use crate::Properties;
use serde_json::{Map, Value};

/// A value as text, the way filters and breakdowns compare it: 1 and 1.0 read "1", true reads "true", null is not set.
#[must_use]
pub fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(_) => as_number(value).map(number_text),
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
    }
}

/// A whole number is written without a point.
#[must_use]
pub fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{}", number as i64) } else { format!("{number}") }
}

/// Numbers only: text that looks like a number stays text.
#[must_use]
pub fn as_number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

/// The value at a name, or at a dotted path into objects when no property has the whole name.
#[must_use]
pub fn lookup<'a>(properties: &'a Properties, path: &str) -> Option<&'a Value> {
    find(|name| properties.get(name), path)
}

/// As [`lookup`], in an object.
#[must_use]
pub fn lookup_in<'a>(object: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    find(|name| object.get(name), path)
}

fn find<'a>(get: impl Fn(&str) -> Option<&'a Value>, path: &str) -> Option<&'a Value> {
    get(path).or_else(|| {
        let (head, rest) = path.split_once('.')?;
        lookup_in(get(head)?.as_object()?, rest)
    })
}
