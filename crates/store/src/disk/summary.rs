//! The bytes of page summaries, made of their lists while a bucket is written.
//!
//! The first row of a bucket's page summaries begins with the selectors that all of them share; every cell says first how many bytes of that it holds.

use crate::{PropertyColumn, PropertyKind};
use arrow_array::{Array, BinaryArray, Float64Array, RecordBatch, StringArray, builder::BinaryBuilder, cast::AsArray};
use sillage_event::page_summary::{SUMMARY_LISTS, SUMMARY_NUMBERS, SummarySource, SummaryWriter, write_selectors};
use std::ops::Range;

/// One cell a row: bytes for the rows of `range`, null elsewhere.
pub(super) fn summary_column(rows: &RecordBatch, range: Range<usize>) -> BinaryArray {
    let lists: [Option<&StringArray>; 4] = SUMMARY_LISTS.map(|name| column_of(rows, name, PropertyKind::Json).map(|array| array.as_string()));
    let numbers: [Option<&Float64Array>; 8] = SUMMARY_NUMBERS.map(|name| column_of(rows, name, PropertyKind::Number).map(|array| array.as_primitive()));
    let mut writer = SummaryWriter::default();
    let mut bytes = Vec::new();
    let mut ends = Vec::with_capacity(range.len());
    for row in range.clone() {
        let source = SummarySource {
            lists: lists.map(|array| array.filter(|array| array.is_valid(row)).map(|array| array.value(row))),
            numbers: numbers.map(|array| array.filter(|array| array.is_valid(row)).map_or(f64::NAN, |array| array.value(row))),
        };
        writer.write(&source, &mut bytes);
        ends.push(bytes.len());
    }
    let mut cells = BinaryBuilder::with_capacity(rows.num_rows(), bytes.len() + ends.len() * 4);
    (0..range.start).for_each(|_| cells.append_null());
    let selectors = write_selectors(writer.selectors());
    let mut start = 0;
    let mut cell = Vec::new();
    for (i, end) in ends.into_iter().enumerate() {
        cell.clear();
        let own_selectors: &[u8] = if i == 0 { &selectors } else { &[] };
        cell.extend_from_slice(&(own_selectors.len() as u32).to_le_bytes());
        cell.extend_from_slice(own_selectors);
        cell.extend_from_slice(&bytes[start..end]);
        cells.append_value(&cell);
        start = end;
    }
    (range.end..rows.num_rows()).for_each(|_| cells.append_null());
    cells.finish()
}

fn column_of<'a>(rows: &'a RecordBatch, name: &str, kind: PropertyKind) -> Option<&'a arrow_array::ArrayRef> {
    rows.column_by_name(&PropertyColumn { name: name.to_owned(), kind }.column_name())
}
