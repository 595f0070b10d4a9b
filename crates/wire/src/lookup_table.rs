//! A lookup table as a file: delimited text with a heading, its first column the key of each row.
//!
//! Nothing is kept here of a file that was read: who asks for a column gives the whole text again.

use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// Bytes of one table.
pub const MOST_TABLE_BYTES: usize = 100 << 20;
/// Rows of one table.
pub const MOST_TABLE_ROWS: usize = 1_000_000;
const MOST_COLUMNS: usize = 200;
const MOST_NAME_BYTES: usize = 255;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// The key first.
    pub columns: Vec<String>,
    pub rows: usize,
}

/// Reads a file once and says what it holds.
///
/// # Errors
/// What keeps it from being a table, with the number of the line.
pub fn table_shape(text: &str) -> Result<TableShape, String> {
    if text.len() > MOST_TABLE_BYTES {
        return Err(format!("a table has at most {} MiB", MOST_TABLE_BYTES >> 20));
    }
    let mut reader = reader(text);
    let columns: Vec<String> = reader.headers().map_err(|error| error.to_string())?.iter().map(|name| name.trim().to_owned()).collect();
    if columns.len() < 2 || columns.len() > MOST_COLUMNS {
        return Err(format!(
            "the heading names {} columns; there are 2 to {MOST_COLUMNS}, the key first, separated by commas, semicolons or tabs",
            columns.len()
        ));
    }
    let mut names = HashSet::new();
    for name in &columns {
        if name.is_empty() || name.len() > MOST_NAME_BYTES || !names.insert(name.as_str()) {
            return Err(format!("the heading names a column \"{name}\": names have 1 to {MOST_NAME_BYTES} bytes, and each is there once"));
        }
    }
    let mut keys: HashSet<String> = HashSet::new();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|error| error.to_string())?;
        let line = record.position().map_or(row as u64 + 2, csv::Position::line);
        let key = record.get(0).unwrap_or_default();
        if key.is_empty() {
            return Err(format!("line {line} has no key in its first column"));
        }
        if !keys.insert(key.to_owned()) {
            return Err(format!("line {line} has the key \"{key}\", which a line before it has; each key is there once"));
        }
        if keys.len() > MOST_TABLE_ROWS {
            return Err(format!("a table has at most {MOST_TABLE_ROWS} rows"));
        }
    }
    if keys.is_empty() {
        return Err("there are no rows below the heading".to_owned());
    }
    Ok(TableShape { columns, rows: keys.len() })
}

/// A column by key; `None` when there is none of this name. Values are numbers where all of the column's are, true and false likewise; what is empty is
/// not set.
#[must_use]
pub fn table_column(text: &str, column: &str) -> Option<HashMap<String, Value>> {
    let mut reader = reader(text);
    let position = reader.headers().ok()?.iter().position(|name| name.trim() == column)?;
    let mut cells: Vec<(String, String)> = Vec::new();
    for record in reader.records() {
        let record = record.ok()?;
        let cell = record.get(position).unwrap_or_default();
        if !cell.is_empty() {
            cells.push((record.get(0)?.to_owned(), cell.to_owned()));
        }
    }
    let of_number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    let value_of: fn(&str) -> Option<Value> = if cells.iter().all(|(_, cell)| of_number(cell).is_some()) {
        |text| {
            text.parse::<f64>().ok().map(|number| if number.fract() == 0.0 && number.abs() < 9e15 { Value::from(number as i64) } else { Value::from(number) })
        }
    } else if cells.iter().all(|(_, cell)| cell == "true" || cell == "false") {
        |text| Some(Value::from(text == "true"))
    } else {
        |text| Some(Value::from(text))
    };
    Some(cells.into_iter().filter_map(|(key, cell)| Some((key, value_of(&cell)?))).collect())
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let heading = text.lines().next().unwrap_or_default();
    let n_of = |sign: char| heading.matches(sign).count();
    let delimiter = [',', ';', '\t'].into_iter().rev().max_by_key(|sign| n_of(*sign)).unwrap_or(',');
    csv::ReaderBuilder::new().delimiter(delimiter as u8).from_reader(text.as_bytes())
}

#[cfg(test)]
mod tests;
