//! A segment in memory: what the buffer freezes into, and what `sillage ask` builds from files.

use super::{NOBODY, People, PropertyColumn, Segment, bucket_of, column};
use crate::{LastOfHours, StoreError, disk::EventHours};
use arrow_array::{Array, ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, UInt32Array, cast::AsArray, types::Int32Type};
use arrow_schema::{Field, Schema};
use sillage_event::PersonId;
use std::{collections::HashMap, ops::Range, sync::Arc};

#[derive(Debug)]
pub struct MemorySegment {
    id: u64,
    bucket_bits: u32,
    links_applied: u64,
    time_range: Option<(i64, i64)>,
    event_names: Vec<Arc<str>>,
    event_counts: Vec<u64>,
    properties: Vec<PropertyColumn>,
    has_overflow: bool,
    buckets: Vec<Bucket>,
    /// All rows in segment order, bucket after bucket.
    rows: RecordBatch,
}

#[derive(Debug)]
struct Bucket {
    first_row: usize,
    n_rows: usize,
    people: Arc<People>,
    names: Arc<Vec<Arc<str>>>,
    /// Row ranges by event code, relative to the bucket.
    event_rows: Vec<Range<usize>>,
}

impl MemorySegment {
    /// Puts rows into segment order. `rows` holds the fixed columns except person and tie, and any property columns; a `tie` column, if
    /// present, says which came first among rows that time and client sequence leave equal; else the order of the rows does.
    pub fn arrange(
        id: u64,
        bucket_bits: u32,
        links_applied: u64,
        rows: &RecordBatch,
        person: &[Option<PersonId>],
        names: &HashMap<PersonId, Arc<str>>,
    ) -> Result<Self, StoreError> {
        let n = rows.num_rows();
        let time: &Int64Array = required(rows, column::TIME)?.as_primitive();
        let seq: &Int64Array = required(rows, column::SEQ)?.as_primitive();
        let event: &DictionaryArray<Int32Type> = required(rows, column::EVENT)?.as_dictionary();
        let earlier_tie: Option<&UInt32Array> = rows.column_by_name(column::TIE).map(AsArray::as_primitive);

        let (event_names, event_codes) = sorted_codes(event);
        let hash = |row: usize| person[row].map_or(u64::MAX, |id| id.0);
        let tie = rank_ties(n, &hash, time, seq, earlier_tie);

        let mut order: Vec<u32> = (0..n as u32).collect();
        let bucket_count = 1usize << bucket_bits;
        let bucket = |row: usize| person[row].map_or(bucket_count - 1, |id| bucket_of(id, bucket_bits));
        order.sort_unstable_by_key(|&row| {
            let row = row as usize;
            (bucket(row), event_codes[row], person[row].is_none(), hash(row), time.value(row), tie[row])
        });

        let mut ordinals = vec![NOBODY; n];
        let mut buckets = Vec::with_capacity(bucket_count);
        let mut at = 0;
        for b in 0..bucket_count {
            let first_row = at;
            while at < n && bucket(order[at] as usize) == b {
                at += 1;
            }
            let slice = &order[first_row..at];
            let mut hashes: Vec<PersonId> = slice.iter().filter_map(|row| person[*row as usize]).collect();
            hashes.sort_unstable();
            hashes.dedup();
            let mut event_rows = vec![0..0; event_names.len()];
            for (i, row) in slice.iter().enumerate() {
                if let Some(id) = person[*row as usize] {
                    ordinals[first_row + i] = hashes.binary_search(&id).map_or(NOBODY, |ordinal| ordinal as u32);
                }
                let range = &mut event_rows[event_codes[*row as usize] as usize];
                if range.start == range.end {
                    *range = i..i + 1;
                } else {
                    range.end = i + 1;
                }
            }
            let names = hashes.iter().map(|id| names.get(id).cloned().unwrap_or_else(|| Arc::from(""))).collect();
            buckets.push(Bucket { first_row, n_rows: slice.len(), people: Arc::new(People { hashes }), names: Arc::new(names), event_rows });
        }

        let mut event_counts = vec![0u64; event_names.len()];
        event_codes.iter().for_each(|code| event_counts[*code as usize] += 1);
        let time_range = (n > 0).then(|| {
            let values = time.values();
            (values.iter().copied().min().unwrap_or(0), values.iter().copied().max().unwrap_or(0))
        });

        let order = UInt32Array::from(order);
        let mut fields =
            vec![Field::new(column::PERSON, arrow_schema::DataType::UInt32, false), Field::new(column::TIE, arrow_schema::DataType::UInt32, false)];
        let tie: UInt32Array = order.values().iter().map(|row| tie[*row as usize]).collect();
        let mut columns: Vec<ArrayRef> = vec![Arc::new(UInt32Array::from(ordinals)), Arc::new(tie)];
        let mut properties = Vec::new();
        let mut has_overflow = false;
        for (field, array) in rows.schema().fields().iter().zip(rows.columns()) {
            if field.name() == column::TIE || field.name() == column::PERSON {
                continue;
            }
            if let Some(property) = PropertyColumn::parse(field.name()) {
                properties.push(property);
            }
            has_overflow |= field.name() == column::OVERFLOW && array.null_count() < n;
            columns.push(arrow_select::take::take(array, &order, None).map_err(StoreError::from)?);
            fields.push(Field::new(field.name(), array.data_type().clone(), true));
        }
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(StoreError::from)?;
        Ok(Self { id, bucket_bits, links_applied, time_range, event_names, event_counts, properties, has_overflow, buckets, rows })
    }

    /// All rows of a bucket with all columns, `person` and `tie` included.
    #[must_use]
    pub fn bucket_batch(&self, bucket: usize) -> RecordBatch {
        let bucket = &self.buckets[bucket];
        self.rows.slice(bucket.first_row, bucket.n_rows)
    }
}

fn required<'a>(rows: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, StoreError> {
    rows.column_by_name(name).ok_or_else(|| super::missing_column(name))
}

/// The distinct names, sorted, and each row's position among them.
fn sorted_codes(event: &DictionaryArray<Int32Type>) -> (Vec<Arc<str>>, Vec<u32>) {
    let values: &StringArray = event.values().as_string();
    let mut used = vec![false; values.len()];
    event.keys().values().iter().for_each(|key| used[*key as usize] = true);
    let mut names: Vec<&str> = (0..values.len()).filter(|i| used[*i]).map(|i| values.value(i)).collect();
    names.sort_unstable();
    names.dedup();
    let code_of_key: Vec<u32> = (0..values.len()).map(|i| names.binary_search(&values.value(i)).unwrap_or(0) as u32).collect();
    let codes = event.keys().values().iter().map(|key| code_of_key[*key as usize]).collect();
    (names.into_iter().map(Arc::from).collect(), codes)
}

/// The rank of each row among its person's rows of the same millisecond.
fn rank_ties(n: usize, hash: &dyn Fn(usize) -> u64, time: &Int64Array, seq: &Int64Array, earlier: Option<&UInt32Array>) -> Vec<u32> {
    let mut by_moment: Vec<(u64, i64, u32)> = (0..n).map(|row| (hash(row), time.value(row), row as u32)).collect();
    by_moment.sort_unstable();
    let mut tie = vec![0u32; n];
    let mut at = 0;
    while at < n {
        let (person, moment, _) = by_moment[at];
        let end = at + by_moment[at..].iter().take_while(|one| one.0 == person && one.1 == moment).count();
        if end - at > 1 {
            let rank_key = |row: u32| {
                let sequence = if seq.is_null(row as usize) { i64::MIN } else { seq.value(row as usize) };
                (sequence, earlier.map_or(0, |tie| tie.value(row as usize)), row)
            };
            by_moment[at..end].sort_unstable_by_key(|one| rank_key(one.2));
            for (rank, one) in by_moment[at..end].iter().enumerate() {
                tie[one.2 as usize] = rank as u32;
            }
        }
        at = end;
    }
    tie
}

impl Segment for MemorySegment {
    fn id(&self) -> u64 {
        self.id
    }

    fn rows(&self) -> u64 {
        self.rows.num_rows() as u64
    }

    fn time_range(&self) -> Option<(i64, i64)> {
        self.time_range
    }

    fn bucket_bits(&self) -> u32 {
        self.bucket_bits
    }

    fn links_applied(&self) -> u64 {
        self.links_applied
    }

    fn event_names(&self) -> &[Arc<str>] {
        &self.event_names
    }

    fn event_count(&self, event: usize) -> u64 {
        self.event_counts[event]
    }

    fn event_hours(&self, event: usize) -> Result<Option<Vec<(i64, u64)>>, StoreError> {
        let times: &Int64Array = required(&self.rows, column::TIME)?.as_primitive();
        let mut hours = EventHours::new(1);
        for bucket in &self.buckets {
            let rows = &bucket.event_rows[event];
            hours.add(0, &times.values()[bucket.first_row + rows.start..bucket.first_row + rows.end]);
        }
        Ok(Some(hours.of_event(0)))
    }

    fn last_of_hours(&self, bucket: usize) -> Result<Option<Arc<LastOfHours>>, StoreError> {
        let bucket = &self.buckets[bucket];
        let persons: &UInt32Array = required(&self.rows, column::PERSON)?.as_primitive();
        let times: &Int64Array = required(&self.rows, column::TIME)?.as_primitive();
        let rows = bucket.first_row..bucket.first_row + bucket.n_rows;
        Ok(Some(Arc::new(LastOfHours::of_rows(&persons.values()[rows.clone()], &times.values()[rows]))))
    }

    fn properties(&self) -> &[PropertyColumn] {
        &self.properties
    }

    fn has_overflow(&self) -> bool {
        self.has_overflow
    }

    fn has_summaries(&self) -> bool {
        false
    }

    fn people(&self, bucket: usize) -> Result<Arc<People>, StoreError> {
        Ok(Arc::clone(&self.buckets[bucket].people))
    }

    fn person_names(&self, bucket: usize) -> Result<Arc<Vec<Arc<str>>>, StoreError> {
        Ok(Arc::clone(&self.buckets[bucket].names))
    }

    fn event_rows(&self, bucket: usize, event: usize) -> Range<usize> {
        self.buckets[bucket].event_rows[event].clone()
    }

    fn bucket_rows(&self, bucket: usize) -> usize {
        self.buckets[bucket].n_rows
    }

    fn read(&self, bucket: usize, rows: &[Range<usize>], columns: &[&str]) -> Result<RecordBatch, StoreError> {
        let first = self.buckets[bucket].first_row;
        let indices: Vec<usize> =
            columns.iter().map(|name| self.rows.schema_ref().index_of(name).map_err(|_| super::missing_column(name))).collect::<Result<_, _>>()?;
        let projected = self.rows.project(&indices).map_err(StoreError::from)?;
        let slices: Vec<RecordBatch> = rows.iter().map(|range| projected.slice(first + range.start, range.len())).collect();
        match slices.as_slice() {
            [one] => Ok(one.clone()),
            many => arrow_select::concat::concat_batches(&projected.schema(), many).map_err(StoreError::from),
        }
    }
}
