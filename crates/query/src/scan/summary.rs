//! Page summaries of rows, as the bytes that [`SummaryPart`] reads: those of the segment where it has them, else made of the lists as they were sent.
//!
//! Every row has a cell, empty where it is no summary that was asked for. Selectors are numbers within a list that the rows of one read share.

use super::{Context, key_of_text};
use crate::memory::{Held, held};
use arrow_array::{Array, BinaryArray, Float64Array, RecordBatch, StringArray, cast::AsArray};
use sillage_event::page_summary::{SUMMARY_LISTS, SUMMARY_NUMBERS, SummarySource, SummaryWriter, read_selectors};
use sillage_store::{PropertyColumn, PropertyKind, Segment, column};
use std::{collections::HashMap, sync::Arc};

/// The selectors of one list as numbers, which the context knows the words of.
pub(crate) type Selectors = Arc<Vec<u64>>;

#[derive(Debug, Default)]
pub(crate) struct Summaries {
    cells: Vec<Cell>,
    /// As they were read; most of their rows are looked into, and nothing is copied.
    arrays: Vec<BinaryArray>,
    /// Of rows that few were chosen of, or that had to be made.
    bytes: Vec<u8>,
    lists: Vec<Selectors>,
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    start: usize,
    len: u32,
    list: u32,
    /// Which array, or [`OWN`].
    array: u32,
}

/// In `bytes`.
const OWN: u32 = u32::MAX;
/// What is kept of an array may be so many times what is looked into.
const MOST_KEPT: usize = 2;

impl Held for BinaryArray {
    fn held(&self) -> usize {
        self.get_buffer_memory_size()
    }
}

held! {
    Cell {}
    Summaries { cells, arrays, bytes, lists }
}

impl Summaries {
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.arrays.clear();
        self.bytes.clear();
        self.lists.clear();
    }

    pub(super) fn copy(&mut self, from: &Self, rows: &[u32]) {
        if from.cells.is_empty() {
            return;
        }
        let first_list = self.lists.len() as u32;
        let first_array = self.arrays.len() as u32;
        self.lists.extend(from.lists.iter().cloned());
        self.arrays.extend(from.arrays.iter().cloned());
        for row in rows {
            let cell = from.cells[*row as usize];
            if cell.array == OWN {
                self.push(&from.bytes[cell.start..cell.start + cell.len as usize], first_list + cell.list);
            } else {
                self.cells.push(Cell { list: first_list + cell.list, array: first_array + cell.array, ..cell });
            }
        }
    }

    fn push(&mut self, bytes: &[u8], list: u32) {
        self.cells.push(Cell { start: self.bytes.len(), len: bytes.len() as u32, list, array: OWN });
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes of a row and its list of selectors; no bytes of a row without.
    pub(crate) fn get(&self, row: usize) -> (&[u8], usize) {
        match self.cells.get(row) {
            Some(cell) => {
                let from = self.arrays.get(cell.array as usize).map_or(self.bytes.as_slice(), BinaryArray::value_data);
                (&from[cell.start..cell.start + cell.len as usize], cell.list as usize)
            }
            None => (&[], 0),
        }
    }

    pub(crate) fn lists(&self) -> &[Selectors] {
        &self.lists
    }

    /// Adds a cell for each chosen row of a batch; `is_wanted` is told the position of the row among the chosen ones.
    pub(super) fn add(
        &mut self,
        context: &Context<'_>,
        batch: &RecordBatch,
        selectors: Option<&Selectors>,
        chosen: impl Iterator<Item = usize>,
        is_wanted: impl Fn(usize) -> bool,
    ) {
        let list = self.lists.len() as u32;
        if let Some(cells) = batch.column_by_name(column::SUMMARY) {
            let cells: &BinaryArray = cells.as_binary();
            self.lists.push(selectors.cloned().unwrap_or_default());
            let first = self.cells.len();
            let array = self.arrays.len() as u32;
            let offsets = cells.value_offsets();
            let mut looked_into = 0;
            for (at, row) in chosen.enumerate() {
                let bytes = if is_wanted(at) && cells.is_valid(row) { split(cells.value(row)).map_or(&[] as &[u8], |(_, bytes)| bytes) } else { &[] };
                looked_into += bytes.len();
                self.cells.push(Cell { start: offsets[row + 1] as usize - bytes.len(), len: bytes.len() as u32, list, array });
            }
            if cells.value_data().len() <= looked_into * MOST_KEPT {
                self.arrays.push(cells.clone());
            } else {
                for cell in &mut self.cells[first..] {
                    let bytes = &cells.value_data()[cell.start..cell.start + cell.len as usize];
                    (cell.start, cell.array) = (self.bytes.len(), OWN);
                    self.bytes.extend_from_slice(bytes);
                }
            }
            return;
        }
        let lists: [Option<&StringArray>; 4] = SUMMARY_LISTS.map(|name| column_of(batch, name, PropertyKind::Json).map(|array| array.as_string()));
        let numbers: [Option<&Float64Array>; 8] = SUMMARY_NUMBERS.map(|name| column_of(batch, name, PropertyKind::Number).map(|array| array.as_primitive()));
        let mut writer = SummaryWriter::default();
        let mut bytes = Vec::new();
        for (at, row) in chosen.enumerate() {
            bytes.clear();
            if is_wanted(at) {
                let source = SummarySource {
                    lists: lists.map(|array| array.filter(|array| array.is_valid(row)).map(|array| array.value(row))),
                    numbers: numbers.map(|array| array.filter(|array| array.is_valid(row)).map_or(f64::NAN, |array| array.value(row))),
                };
                writer.write(&source, &mut bytes);
            }
            self.push(&bytes, list);
        }
        self.lists.push(learned(context, writer.selectors()));
    }
}

/// The columns that summaries are read from.
pub(super) fn columns(segment: &dyn Segment, into: &mut Vec<String>) {
    if segment.has_summaries() {
        into.push(column::SUMMARY.to_owned());
        return;
    }
    let lists = SUMMARY_LISTS.iter().map(|name| (*name, PropertyKind::Json));
    let numbers = SUMMARY_NUMBERS.iter().map(|name| (*name, PropertyKind::Number));
    for (name, kind) in lists.chain(numbers) {
        let property = PropertyColumn { name: name.to_owned(), kind };
        if segment.properties().contains(&property) && !into.contains(&property.column_name()) {
            into.push(property.column_name());
        }
    }
}

/// The selectors that stand in the first cell of whole buckets.
pub(super) fn selectors_of(context: &Context<'_>, batch: &RecordBatch) -> Option<Selectors> {
    let cells: &BinaryArray = batch.column_by_name(column::SUMMARY)?.as_binary();
    let first = cells.iter().flatten().next()?;
    let (selectors, _) = split(first)?;
    Some(learned(context, &read_selectors(selectors)?))
}

/// What a cell holds of selectors, and the summary itself.
fn split(cell: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = cell.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*len) as usize)
}

fn learned(context: &Context<'_>, selectors: &[String]) -> Selectors {
    let keys: Vec<u64> = selectors.iter().map(|selector| key_of_text(selector)).collect();
    let words: HashMap<u64, Arc<str>> = keys.iter().copied().zip(selectors.iter().map(|selector| Arc::from(selector.as_str()))).collect();
    context.learn_words(words);
    Arc::new(keys)
}

fn column_of<'a>(batch: &'a RecordBatch, name: &str, kind: PropertyKind) -> Option<&'a arrow_array::ArrayRef> {
    batch.column_by_name(&PropertyColumn { name: name.to_owned(), kind }.column_name())
}
