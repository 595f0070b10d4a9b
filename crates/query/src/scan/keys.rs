//! Values as numbers that tell rows apart: texts, devices, sessions.

use super::{
    Context,
    selecting::{selector_filters, selector_passes},
};
use crate::{
    predicate::{self, filter_columns},
    property::{PropertyView, columns_of, dictionary},
};
use arrow_array::{Array, RecordBatch, StringArray, cast::AsArray};
use sillage_behavior::{
    AskError,
    filter::{Cell, Filter},
    question::SessionBy,
    session,
};
use sillage_store::{Segment, column};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The number by which rows tell a text apart from others.
pub(crate) fn key_of_text(text: &str) -> u64 {
    xxh3_64_with_seed(text.as_bytes(), 5).max(1)
}

fn keys_of(batch: &RecordBatch, name: &str) -> Result<Vec<u64>, AskError> {
    let array = dictionary(batch, name)?;
    let values: &StringArray = array.values().as_string();
    if array.null_count() == array.len() {
        return Ok(vec![0; array.len()]);
    }
    let by_key: Vec<u64> = (0..values.len()).map(|i| key_of_text(values.value(i))).collect();
    Ok(array.keys().iter().map(|key| key.map_or(0, |key| by_key[key as usize])).collect())
}

pub(crate) fn device_keys(batch: &RecordBatch) -> Result<Vec<u64>, AskError> {
    keys_of(batch, column::DEVICE_ID)
}

/// Names the columns that telling sessions apart reads.
pub(crate) fn session_columns(context: &Context<'_>, segment: &dyn Segment, into: &mut Vec<String>) {
    let mut add = |name: &str| {
        if !into.iter().any(|one| one == name) {
            into.push(name.to_owned());
        }
    };
    add(column::DEVICE_ID);
    match &context.session_by {
        SessionBy::Timeout => add(column::SESSION_ID),
        SessionBy::Property(name) => columns_of(segment, name, into),
        SessionBy::Events { start, end } => {
            add(column::EVENT);
            let mut filters = Vec::new();
            [start, end].into_iter().for_each(|select| selector_filters(select, &mut filters));
            filters.into_iter().for_each(|filter| filter_columns(context, segment, filter, into));
        }
    }
}

/// What tells the sessions of a person apart, 0 where nothing does; where events open and close them, which of the two each does.
pub(crate) fn session_keys(view: &predicate::Rows<'_>) -> Result<Vec<u64>, AskError> {
    match &view.context.session_by {
        SessionBy::Timeout => keys_of(view.batch, column::SESSION_ID),
        SessionBy::Property(name) => {
            let mut keys = vec![0u64; view.batch.num_rows()];
            PropertyView::new(view.batch, name, view.context).for_each(|row, cell| keys[row] = text_key(cell));
            Ok(keys)
        }
        SessionBy::Events { start, end } => {
            let mut keys = vec![0u64; view.batch.num_rows()];
            for (select, bit) in [(start, session::OPENS), (end, session::CLOSES)] {
                let mut passes = selector_passes(select, view)?.unwrap_or_else(|| vec![true; keys.len()]);
                if !select.events.is_empty() {
                    let named = view.passes(&Filter::Event(select.events.clone()))?;
                    passes.iter_mut().zip(named).for_each(|(pass, named)| *pass &= named);
                }
                keys.iter_mut().zip(passes).filter(|(_, pass)| *pass).for_each(|(key, _)| *key |= bit);
            }
            Ok(keys)
        }
    }
}

/// A value as a number that tells it apart from others; 0 is not set.
pub(super) fn text_key(cell: Cell<'_>) -> u64 {
    match cell {
        Cell::Text(text) => key_of_text(text),
        other => key_of_text(&other.text()),
    }
}
