//! Rows that were gathered from many places, put into segment order.

use super::column_or_nulls;
use crate::{
    NOBODY, PropertyColumn, PropertyKind, StoreError, bucket_of, column,
    disk::{Bucket, Text},
};
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray, UInt32Array,
    builder::StringBuilder,
    cast::AsArray,
    types::{Float64Type, Int64Type},
};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow_select::interleave::interleave;
use serde_json::{Map, Value};
use sillage_event::PersonId;
use std::{collections::HashMap, ops::Range, sync::Arc};

/// Rows of one bucket of one input. Pieces come in order of arrival of their segments.
pub(super) struct Piece {
    pub(super) batch: RecordBatch,
    pub(super) person: Vec<Option<PersonId>>,
    pub(super) event: Vec<u32>,
}

pub(super) struct Gathered {
    bucket_bits: u32,
    pieces: Vec<Piece>,
    names: HashMap<PersonId, Arc<str>>,
}

/// One row: where it goes and where it is.
#[derive(Clone, Copy)]
struct Row {
    bucket: u32,
    event: u32,
    /// The largest when it belongs to nobody.
    hash: u64,
    is_nobody: bool,
    tie: u32,
    time: i64,
    piece: u32,
    row: u32,
}

impl Gathered {
    pub(super) fn new(bucket_bits: u32) -> Self {
        Self { bucket_bits, pieces: Vec::new(), names: HashMap::new() }
    }

    pub(super) fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    pub(super) fn name(&mut self, person: PersonId, name: impl FnOnce() -> Arc<str>) {
        self.names.entry(person).or_insert_with(name);
    }

    /// The buckets of the group, in order, with empty ones.
    pub(super) fn arrange(
        mut self,
        group: Range<usize>,
        schema: &SchemaRef,
        event_names: &[Arc<str>],
        folded: &[PropertyColumn],
    ) -> Result<Vec<Bucket>, StoreError> {
        if !folded.is_empty() {
            self.pieces.iter_mut().try_for_each(|piece| fold_into_overflow(&mut piece.batch, folded))?;
        }
        let mut rows = self.rows();
        self.rank_ties(&mut rows);
        rows.sort_unstable_by_key(|row| (row.bucket, row.event, row.is_nobody, row.hash, row.time, row.tie));
        let names: Arc<StringArray> = Arc::new(StringArray::from_iter_values(event_names));
        let mut buckets = Vec::with_capacity(group.len());
        let mut rest = rows.as_slice();
        for bucket in group {
            let length = rest.partition_point(|row| row.bucket as usize <= bucket);
            let (own, others) = rest.split_at(length);
            buckets.push(self.bucket(own, schema, &names)?);
            rest = others;
        }
        Ok(buckets)
    }

    fn rows(&self) -> Vec<Row> {
        let n_rows = self.pieces.iter().map(|piece| piece.person.len()).sum();
        let mut rows = Vec::with_capacity(n_rows);
        let last_bucket = (1usize << self.bucket_bits) - 1;
        for (at, piece) in self.pieces.iter().enumerate() {
            let times = piece.batch.column(1).as_primitive::<Int64Type>().values();
            for (row, person) in piece.person.iter().enumerate() {
                rows.push(Row {
                    bucket: person.map_or(last_bucket, |person| bucket_of(person, self.bucket_bits)) as u32,
                    event: piece.event[row],
                    hash: person.map_or(u64::MAX, |person| person.0),
                    is_nobody: person.is_none(),
                    tie: 0,
                    time: times[row],
                    piece: at as u32,
                    row: row as u32,
                });
            }
        }
        rows
    }

    /// Ranks rows of one person and millisecond by client sequence, then by arrival: time of receipt, segment, rank in the segment.
    fn rank_ties(&self, rows: &mut [Row]) {
        rows.sort_unstable_by_key(|row| (row.bucket, row.is_nobody, row.hash, row.time));
        let orders: Vec<TieOrder<'_>> = self.pieces.iter().map(|piece| TieOrder::new(&piece.batch)).collect();
        for moment in rows.chunk_by_mut(|a, b| (a.is_nobody, a.hash, a.time) == (b.is_nobody, b.hash, b.time)) {
            if moment.len() > 1 {
                moment.sort_by_cached_key(|row| orders[row.piece as usize].key(row.row as usize, row.piece));
                moment.iter_mut().zip(0..).for_each(|(row, rank)| row.tie = rank);
            }
        }
    }

    fn bucket(&self, rows: &[Row], schema: &SchemaRef, event_names: &Arc<StringArray>) -> Result<Bucket, StoreError> {
        let mut people: Vec<PersonId> = rows.iter().filter(|row| !row.is_nobody).map(|row| PersonId(row.hash)).collect();
        people.sort_unstable();
        people.dedup();
        let mut ordinals: Vec<u32> = Vec::with_capacity(rows.len());
        let mut events: Vec<(u32, u32, u32)> = Vec::new();
        let mut ordinal = 0;
        for (at, row) in rows.iter().enumerate() {
            let at = at as u32;
            match events.last_mut() {
                Some(range) if range.0 == row.event => range.2 = at + 1,
                _ => {
                    events.push((row.event, at, at + 1));
                    ordinal = 0;
                }
            }
            if row.is_nobody {
                ordinals.push(NOBODY);
                continue;
            }
            // People ascend within an event, so the next one is not far ahead.
            if people[ordinal].0 != row.hash {
                ordinal += people[ordinal..].partition_point(|person| person.0 < row.hash);
            }
            ordinals.push(ordinal as u32);
        }
        let places: Vec<(usize, usize)> = rows.iter().map(|row| (row.piece as usize, row.row as usize)).collect();
        let columns = schema
            .fields()
            .iter()
            .map(|field| -> Result<ArrayRef, StoreError> {
                Ok(match field.name().as_str() {
                    column::PERSON => Arc::new(UInt32Array::from_iter_values(ordinals.iter().copied())),
                    column::TIME => Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.time))),
                    column::TIE => Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.tie))),
                    column::EVENT => {
                        let keys = Int32Array::from_iter_values(rows.iter().map(|row| row.event as i32));
                        Arc::new(DictionaryArray::try_new(keys, Arc::clone(event_names) as ArrayRef)?)
                    }
                    _ => {
                        let sources: Vec<ArrayRef> = self.pieces.iter().map(|piece| column_or_nulls(&piece.batch, field)).collect();
                        let sources: Vec<&dyn Array> = sources.iter().map(AsRef::as_ref).collect();
                        if rows.is_empty() { arrow_array::new_empty_array(field.data_type()) } else { interleave(&sources, &places)? }
                    }
                })
            })
            .collect::<Result<Vec<ArrayRef>, _>>()?;
        let names = people.iter().map(|person| self.names.get(person).cloned().unwrap_or_default()).collect();
        Ok(Bucket { rows: RecordBatch::try_new(Arc::clone(schema), columns)?, people, names, events })
    }
}

/// The columns of a piece that say which of two rows of one millisecond came first.
struct TieOrder<'a> {
    seq: Option<&'a Int64Array>,
    received_at: Option<&'a Int64Array>,
    tie: Option<&'a UInt32Array>,
}

impl<'a> TieOrder<'a> {
    fn new(batch: &'a RecordBatch) -> Self {
        Self {
            seq: batch.column_by_name(column::SEQ).map(AsArray::as_primitive),
            received_at: batch.column_by_name(column::RECEIVED_AT).map(AsArray::as_primitive),
            tie: batch.column_by_name(column::TIE).map(AsArray::as_primitive),
        }
    }

    fn key(&self, row: usize, piece: u32) -> (i64, i64, u32, u32) {
        let seq = self.seq.filter(|seq| seq.is_valid(row)).map_or(i64::MIN, |seq| seq.value(row));
        (seq, self.received_at.map_or(0, |at| at.value(row)), piece, self.tie.map_or(0, |tie| tie.value(row)))
    }
}

/// Moves the values of some property columns into the JSON of the overflow column.
fn fold_into_overflow(batch: &mut RecordBatch, folded: &[PropertyColumn]) -> Result<(), StoreError> {
    let present: Vec<(&PropertyColumn, &ArrayRef)> =
        folded.iter().filter_map(|property| Some((property, batch.column_by_name(&property.column_name())?))).collect();
    if present.is_empty() {
        return Ok(());
    }
    let earlier = batch.column_by_name(column::OVERFLOW).map(|array| array.as_string::<i32>());
    let mut overflow = StringBuilder::new();
    for row in 0..batch.num_rows() {
        let mut values: Map<String, Value> = match earlier.filter(|earlier| earlier.is_valid(row)) {
            Some(earlier) => serde_json::from_str(earlier.value(row)).map_err(|error| StoreError::Invalid(error.to_string()))?,
            None => Map::new(),
        };
        for (property, array) in present.iter().filter(|(_, array)| array.is_valid(row)) {
            values.insert(property.name.clone(), value_at(property.kind, array, row)?);
        }
        overflow.append_option((!values.is_empty()).then(|| Value::Object(values).to_string()));
    }
    let overflow: ArrayRef = Arc::new(overflow.finish());
    let kept = batch.schema_ref().fields().iter().zip(batch.columns()).filter(|(field, _)| field.name() != column::OVERFLOW);
    let (mut fields, mut columns): (Vec<FieldRef>, Vec<ArrayRef>) = kept.map(|(field, array)| (Arc::clone(field), Arc::clone(array))).unzip();
    fields.push(Arc::new(Field::new(column::OVERFLOW, DataType::Utf8, true)));
    columns.push(overflow);
    *batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
    Ok(())
}

fn value_at(kind: PropertyKind, array: &ArrayRef, row: usize) -> Result<Value, StoreError> {
    Ok(match kind {
        PropertyKind::Text | PropertyKind::Group => Value::from(Text::new(array).get(row).unwrap_or_default()),
        PropertyKind::Number => Value::from(array.as_primitive::<Float64Type>().value(row)),
        PropertyKind::Flag => Value::from(array.as_boolean().value(row)),
        PropertyKind::Json => serde_json::from_str(array.as_string::<i32>().value(row)).map_err(|error| StoreError::Invalid(error.to_string()))?,
    })
}
