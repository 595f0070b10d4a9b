//! The fields of a question for recordings.

use super::{
    limit,
    people::read_cell,
    read_question,
    selector::{read_selector, read_test},
};
use crate::{
    question::{
        Kind, People, Recordings,
        fields::{Fields, Read, missing, not_allowed},
    },
    recording::{Condition, Cursor, FIELDS, Field, Marks, SORTS},
};
use serde_json::Value;
use sillage_event::recording::SIGNALS;

const MOST_CONDITIONS: usize = 100;
const MOST_STEPS: usize = 20;

pub(super) fn read_recordings(fields: &mut Fields<'_>) -> Read<Recordings> {
    let sequence_path = fields.at("sequence");
    let mut sequence = Vec::new();
    if let Some(list) = fields.list("sequence")? {
        if list.len() > MOST_STEPS {
            return Err(not_allowed(&sequence_path, format!("takes at most {MOST_STEPS} steps")));
        }
        for (i, value) in list.iter().enumerate() {
            sequence.push(read_selector(value, &format!("{sequence_path}[{i}]"), 0)?);
        }
    }
    let where_path = fields.at("where");
    let mut conditions = Vec::new();
    if let Some(list) = fields.list("where")? {
        if list.len() > MOST_CONDITIONS {
            return Err(not_allowed(&where_path, format!("takes at most {MOST_CONDITIONS} conditions")));
        }
        for (i, value) in list.iter().enumerate() {
            conditions.push(read_condition(value, &format!("{where_path}[{i}]"))?);
        }
    }
    let behind = read_behind(fields)?;
    let sort = fields.choice("sort", SORTS)?.unwrap_or_default();
    let before_path = fields.at("before");
    let before = match fields.text("before")? {
        Some(text) => Some(Cursor::parse(text).ok_or_else(|| not_allowed(&before_path, "is not a cursor that an answer gave"))?),
        None => None,
    };
    Ok(Recordings { sequence, conditions, behind, sort, before, limit: limit(fields, 50, 10_000)?, marks: Marks::default() })
}

fn read_condition(value: &Value, path: &str) -> Read<Condition> {
    let mut fields = Fields::new(value, path)?;
    let at = fields.at("field");
    let words = || FIELDS.map(|(word, _)| word).join(", ");
    let word = fields.text("field")?.ok_or_else(|| missing(&at, &words()))?;
    let field = match word.strip_prefix("signal:") {
        Some(name) if SIGNALS.iter().any(|(known, ..)| *known == name) => Field::Signal(name.to_owned()),
        Some(name) => {
            let known = SIGNALS.map(|(name, ..)| name).join(", ");
            return Err(not_allowed(&at, format!("\"{name}\" is not a signal; signals are {known}")));
        }
        None => match FIELDS.iter().find(|(one, _)| *one == word) {
            Some((_, field)) => field.clone(),
            None => return Err(not_allowed(&at, format!("\"{word}\" is not a column of recordings; use {} or signal:<name>", words()))),
        },
    };
    let test = read_test(&mut fields)?;
    fields.done()?;
    Ok(Condition { field, test })
}

fn read_behind(fields: &mut Fields<'_>) -> Read<Option<Box<People>>> {
    let (of_path, at_path) = (fields.at("of"), fields.at("at"));
    let (of, at) = (fields.get("of"), fields.get("at"));
    let Some(of) = of else {
        return if at.is_some() { Err(missing(&of_path, "the question whose answer has the cell")) } else { Ok(None) };
    };
    let of = read_question(of, &of_path, 1)?;
    if matches!(of.kind, Kind::People(_) | Kind::Timeline(_) | Kind::Recordings(_)) {
        return Err(not_allowed(&format!("{of_path}.kind"), "there are no cells in this kind of answer"));
    }
    let at = read_cell(at.ok_or_else(|| missing(&at_path, "a cell of the answer"))?, &at_path, &of)?;
    Ok(Some(Box::new(People { of, at, limit: 0, after: None, properties: Vec::new() })))
}
