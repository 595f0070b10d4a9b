//! Reading JSON objects field by field, so that every error names the field and what is allowed.

use serde_json::{Map, Value};
use std::{collections::BTreeSet, fmt};

/// What is wrong with a question, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionError {
    /// `unknown_field`, `missing_field`, `wrong_type`, `not_allowed`.
    pub code: &'static str,
    /// Dotted, with positions: `steps[1].where.op`.
    pub field: String,
    pub message: String,
}

impl fmt::Display for QuestionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl std::error::Error for QuestionError {}

pub(crate) type Read<T> = Result<T, QuestionError>;

pub(crate) fn wrong_type(field: &str, expected: &str, got: &Value) -> QuestionError {
    let kind = match got {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    QuestionError { code: "wrong_type", field: field.to_owned(), message: format!("expected {expected}, got {kind}") }
}

pub(crate) fn not_allowed(field: &str, message: impl Into<String>) -> QuestionError {
    QuestionError { code: "not_allowed", field: field.to_owned(), message: message.into() }
}

pub(crate) fn missing(field: &str, expected: &str) -> QuestionError {
    QuestionError { code: "missing_field", field: field.to_owned(), message: format!("is required: {expected}") }
}

/// An object being read. Fields that nobody asked for are an error at [`Fields::done`].
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    seen: BTreeSet<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(value: &'a Value, path: &str) -> Read<Self> {
        let map = value.as_object().ok_or_else(|| wrong_type(if path.is_empty() { "question" } else { path }, "an object", value))?;
        Ok(Self { map, path: path.to_owned(), seen: BTreeSet::new() })
    }

    pub(crate) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The field, with null read as absent.
    pub(crate) fn get(&mut self, name: &'static str) -> Option<&'a Value> {
        self.seen.insert(name);
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Whether the field is there, with null read as absent.
    pub(crate) fn has(&self, name: &str) -> bool {
        has(self.map, name)
    }

    /// Whether the field is there and null: of a selector's event that means any.
    pub(crate) fn is_null(&self, name: &str) -> bool {
        self.map.get(name).is_some_and(Value::is_null)
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Read<Option<&'a str>> {
        let path = self.at(name);
        self.get(name).map(|value| value.as_str().ok_or_else(|| wrong_type(&path, "a text", value))).transpose()
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Read<Option<bool>> {
        let path = self.at(name);
        self.get(name).map(|value| value.as_bool().ok_or_else(|| wrong_type(&path, "true or false", value))).transpose()
    }

    pub(crate) fn whole(&mut self, name: &'static str, least: i64, most: i64) -> Read<Option<i64>> {
        let path = self.at(name);
        self.get(name).map(|value| whole(value, &path, least, most)).transpose()
    }

    pub(crate) fn list(&mut self, name: &'static str) -> Read<Option<&'a Vec<Value>>> {
        let path = self.at(name);
        self.get(name).map(|value| value.as_array().ok_or_else(|| wrong_type(&path, "a list", value))).transpose()
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Read<Option<Vec<String>>> {
        let path = self.at(name);
        self.get(name).map(|value| texts(value, &path)).transpose()
    }

    /// One of the given words.
    pub(crate) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Read<Option<T>> {
        let path = self.at(name);
        let Some(word) = self.text(name)? else { return Ok(None) };
        choose(word, &path, choices).map(Some)
    }

    pub(crate) fn done(self) -> Read<()> {
        for (name, _) in written(self.map) {
            if !self.seen.contains(name.as_str()) {
                let known = self.seen.iter().copied().collect::<Vec<_>>().join(", ");
                return Err(QuestionError { code: "unknown_field", field: self.at(name), message: format!("is not a field here; fields are {known}") });
            }
        }
        Ok(())
    }
}

/// Whether an object has a field, with null read as absent.
pub(crate) fn has(map: &Map<String, Value>, name: &str) -> bool {
    map.get(name).is_some_and(|value| !value.is_null())
}

/// The fields of an object that are not null.
pub(crate) fn written(map: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    map.iter().filter(|(_, value)| !value.is_null())
}

pub(crate) fn whole(value: &Value, path: &str, least: i64, most: i64) -> Read<i64> {
    let number = value.as_i64().or_else(|| value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15).map(|number| number as i64));
    let number = number.ok_or_else(|| wrong_type(path, "a whole number", value))?;
    if number < least || number > most {
        return Err(not_allowed(path, format!("must lie between {least} and {most}, got {number}")));
    }
    Ok(number)
}

pub(crate) fn number(value: &Value, path: &str) -> Read<f64> {
    value.as_f64().ok_or_else(|| wrong_type(path, "a number", value))
}

pub(crate) fn texts(value: &Value, path: &str) -> Read<Vec<String>> {
    let list = value.as_array().ok_or_else(|| wrong_type(path, "a list of texts", value))?;
    list.iter().enumerate().map(|(i, one)| one.as_str().map(str::to_owned).ok_or_else(|| wrong_type(&format!("{path}[{i}]"), "a text", one))).collect()
}

pub(crate) fn choose<T: Copy>(word: &str, path: &str, choices: &[(&str, T)]) -> Read<T> {
    choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value).ok_or_else(|| {
        let allowed = choices.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        not_allowed(path, format!("\"{word}\" is not allowed here; use one of {allowed}"))
    })
}
