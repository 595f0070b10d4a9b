//! Writing a segment, bucket by bucket. Nothing names it until the manifest does.

use super::{
    BucketDescription, Description, EventFigures, HOURS_KEY, PEOPLE_KEY, SEGMENT_FORMAT, SEGMENT_KEY, SegmentEntry, SegmentPaths,
    activity::{EventHours, LastOfHours},
    sheet::SheetWriter,
    summary::summary_column,
};
use crate::{
    PropertyColumn, PropertyKind, StoreError, column,
    folder::{Folder, sync_parent},
    keys::{DuplicateKey, KeysWriter},
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, DictionaryArray, RecordBatch, StringArray, UInt64Array,
    cast::AsArray,
    types::{Int32Type, Int64Type, UInt32Type},
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use parquet::{
    basic::{Compression, Encoding, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder},
    schema::types::ColumnPath,
};
use sillage_event::{PersonId, ProjectId, page_summary::PAGE_SUMMARY};
use std::sync::Arc;

/// The column of people that says when they were active.
pub(super) const ACTIVE: &str = "active";
/// A question about a rare event decodes the pages that hold it: small ones, so that it costs little more than its rows.
const PAGE_ROWS: usize = 5_000;
const DICTIONARY_PAGE_BYTES: usize = 8 << 20;

/// The rows of one bucket, in segment order, with the columns of [`SegmentWriter::schema`].
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) rows: RecordBatch,
    pub(crate) people: Vec<PersonId>,
    pub(crate) names: Vec<Arc<str>>,
    /// (event code, first row, one past the last row), by code.
    pub(crate) events: Vec<(u32, u32, u32)>,
}

pub(crate) struct SegmentWriter {
    folder: Arc<Folder>,
    paths: SegmentPaths,
    schema: SchemaRef,
    /// With the column that is made of page summaries, where there may be some: their event code.
    summaries: Option<(u32, SchemaRef)>,
    description: Description,
    rows: SheetWriter,
    people: SheetWriter,
    people_schema: SchemaRef,
    keys: KeysWriter,
    event_hours: EventHours,
}

impl SegmentWriter {
    /// The columns that a segment with these properties has.
    pub(crate) fn schema(properties: &[PropertyColumn], has_overflow: bool) -> SchemaRef {
        let text = || PropertyKind::Text.data_type();
        let mut fields = vec![
            Field::new(column::PERSON, DataType::UInt32, false),
            Field::new(column::TIME, DataType::Int64, false),
            Field::new(column::TIE, DataType::UInt32, false),
            Field::new(column::EVENT, text(), false),
            Field::new(column::DISTINCT_ID, text(), false),
            Field::new(column::DEVICE_ID, text(), true),
            Field::new(column::USER_ID, text(), true),
            Field::new(column::INSERT_ID, DataType::Utf8, false),
            Field::new(column::SESSION_ID, text(), true),
            Field::new(column::RECEIVED_AT, DataType::Int64, false),
            Field::new(column::SEQ, DataType::Int64, true),
        ];
        if has_overflow {
            fields.push(Field::new(column::OVERFLOW, DataType::Utf8, true));
        }
        fields.extend(properties.iter().map(|property| Field::new(property.column_name(), property.kind.data_type(), true)));
        Arc::new(Schema::new(fields))
    }

    pub(crate) fn create(
        folder: &Arc<Folder>,
        paths: SegmentPaths,
        (project, id): (ProjectId, u64),
        schema: SchemaRef,
        event_names: &[Arc<str>],
        bucket_bits: u32,
        links_applied: u64,
    ) -> Result<Self, StoreError> {
        folder.faults.point("segment.create").map_err(StoreError::io("make", &paths.rows))?;
        let people_schema = Arc::new(Schema::new(vec![
            Field::new("hash", DataType::UInt64, false),
            Field::new("identity", DataType::Utf8, false),
            Field::new(ACTIVE, DataType::Binary, false),
        ]));
        let summaries = event_names.iter().position(|name| **name == *PAGE_SUMMARY).map(|code| {
            let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
            fields.push(Arc::new(Field::new(column::SUMMARY, DataType::Binary, true)));
            (code as u32, Arc::new(Schema::new(fields)))
        });
        let file_schema = summaries.as_ref().map_or(&schema, |(_, with_summaries)| with_summaries);
        let rows = SheetWriter::create(&paths.rows, Arc::clone(file_schema), row_properties(file_schema))?;
        let people = SheetWriter::create(&paths.people, Arc::clone(&people_schema), people_properties())?;
        let keys = KeysWriter::new(&paths.keys);
        let description = Description {
            format: SEGMENT_FORMAT,
            project: project.0,
            id,
            bucket_bits,
            links_applied,
            has_overflow: schema.index_of(column::OVERFLOW).is_ok(),
            events: event_names.iter().map(|name| EventFigures { name: Arc::clone(name), count: 0, first_time: i64::MAX, last_time: i64::MIN }).collect(),
            ..Description::default()
        };
        let event_hours = EventHours::new(event_names.len());
        Ok(Self { folder: Arc::clone(folder), paths, schema, summaries, description, rows, people, people_schema, keys, event_hours })
    }

    /// Buckets come in order, none left out.
    pub(crate) fn write_bucket(&mut self, bucket: &Bucket) -> Result<(), StoreError> {
        debug_assert_eq!(bucket.rows.schema_ref(), &self.schema);
        let time = bucket.rows.column(1).as_primitive::<Int64Type>().values();
        for (event, start, end) in &bucket.events {
            let figures = &mut self.description.events[*event as usize];
            figures.count += u64::from(end - start);
            self.event_hours.add(*event as usize, &time[*start as usize..*end as usize]);
            for time in &time[*start as usize..*end as usize] {
                figures.first_time = figures.first_time.min(*time);
                figures.last_time = figures.last_time.max(*time);
            }
        }
        self.folder.faults.point("segment.write").map_err(StoreError::io("write", &self.paths.rows))?;
        let with_summaries = match &self.summaries {
            None => None,
            Some((code, schema)) => {
                let range = bucket.events.iter().find(|(event, ..)| event == code).map_or(0..0, |(_, start, end)| *start as usize..*end as usize);
                let summaries: ArrayRef = Arc::new(summary_column(&bucket.rows, range));
                Some(RecordBatch::try_new(Arc::clone(schema), bucket.rows.columns().iter().cloned().chain([summaries]).collect())?)
            }
        };
        let group = self.rows.write_group(with_summaries.as_ref().unwrap_or(&bucket.rows))?.map(|group| group as u32);
        let hashes: ArrayRef = Arc::new(bucket.people.iter().map(|person| person.0).collect::<UInt64Array>());
        let names: ArrayRef = Arc::new(StringArray::from_iter_values(&bucket.names));
        let person = bucket.rows.column(0).as_primitive::<UInt32Type>().values();
        let active: ArrayRef = Arc::new(BinaryArray::from_iter_values(LastOfHours::of_rows(person, time).encode(bucket.people.len())));
        let people = RecordBatch::try_new(Arc::clone(&self.people_schema), vec![hashes, names, active])?;
        let people_group = self.people.write_group(&people)?.map(|group| group as u32);
        push_keys(&bucket.rows, &mut self.keys)?;
        self.description.rows += bucket.rows.num_rows() as u64;
        self.description.buckets.push(BucketDescription {
            rows: bucket.rows.num_rows() as u32,
            people: bucket.people.len() as u32,
            group,
            people_group,
            events: bucket.events.clone(),
        });
        Ok(())
    }

    /// Makes everything durable and says what the manifest has to remember.
    pub(crate) fn finish(mut self) -> Result<SegmentEntry, StoreError> {
        self.drop_unused_events();
        let description = &mut self.description;
        let first = description.events.iter().map(|event| event.first_time).min();
        let last = description.events.iter().map(|event| event.last_time).max();
        description.time_range = first.zip(last);
        let text = serde_json::to_string(description).map_err(|error| StoreError::Invalid(error.to_string()))?;
        self.folder.faults.point("segment.finish").map_err(StoreError::io("write", &self.paths.rows))?;
        let mut about_rows = vec![(SEGMENT_KEY, text)];
        if let Some(hours) = self.event_hours.encode() {
            let hours: Vec<String> = hours.iter().map(|bytes| STANDARD_NO_PAD.encode(bytes)).collect();
            about_rows.push((HOURS_KEY, hours.join(" ")));
        }
        let rows_seal = self.rows.finish(about_rows)?;
        let people_seal = self.people.finish(vec![(PEOPLE_KEY, description.id.to_string())])?;
        self.keys.finish()?;
        self.folder.faults.point("segment.sync-folder").map_err(StoreError::io("sync", &self.paths.rows))?;
        sync_parent(&self.paths.rows).map_err(StoreError::io("sync", &self.paths.rows))?;
        let (first_time, last_time) = description.time_range.unwrap_or((0, 0));
        Ok(SegmentEntry {
            id: description.id,
            rows: description.rows,
            first_time,
            last_time,
            links_applied: description.links_applied,
            rows_seal,
            people_seal,
            damaged: None,
        })
    }

    fn drop_unused_events(&mut self) {
        let description = &mut self.description;
        let mut next = 0;
        let new_codes: Vec<u32> = description
            .events
            .iter()
            .map(|event| {
                let code = next;
                next += u32::from(event.count > 0);
                code
            })
            .collect();
        description.events.retain(|event| event.count > 0);
        for range in description.buckets.iter_mut().flat_map(|bucket| &mut bucket.events) {
            range.0 = new_codes[range.0 as usize];
        }
    }
}

/// Adds the duplicate key of each row.
pub(super) fn push_keys(rows: &RecordBatch, keys: &mut KeysWriter) -> Result<(), StoreError> {
    let column = |name: &str| rows.column_by_name(name).ok_or_else(|| StoreError::missing_column(name));
    let time = column(column::TIME)?.as_primitive::<Int64Type>();
    let insert_id = column(column::INSERT_ID)?.as_string::<i32>();
    let [event, distinct_id, device_id, user_id] = [
        Text::new(column(column::EVENT)?),
        Text::new(column(column::DISTINCT_ID)?),
        Text::new(column(column::DEVICE_ID)?),
        Text::new(column(column::USER_ID)?),
    ];
    let mut scratch = Vec::new();
    for row in 0..rows.num_rows() {
        let sent_id = match distinct_id.get(row).unwrap_or_default() {
            "" => user_id.get(row).or_else(|| device_id.get(row)).unwrap_or_default(),
            id => id,
        };
        let name = event.get(row).unwrap_or_default();
        keys.push(DuplicateKey::of_parts(name, sent_id, time.value(row), insert_id.value(row), &mut scratch))?;
    }
    Ok(())
}

/// A dictionary column read row by row.
pub(crate) struct Text<'a> {
    array: &'a DictionaryArray<Int32Type>,
    values: &'a StringArray,
}

impl<'a> Text<'a> {
    pub(crate) fn new(array: &'a ArrayRef) -> Self {
        let array = array.as_dictionary::<Int32Type>();
        Self { array, values: array.values().as_string() }
    }

    pub(crate) fn get(&self, row: usize) -> Option<&'a str> {
        self.array.is_valid(row).then(|| self.values.value(self.array.keys().value(row) as usize))
    }
}

/// Numbers that are nearly sorted are packed as differences; text, and numbers that repeat, go through a dictionary and zstd; statistics are off, since ranges are
/// known.
fn row_properties(schema: &Schema) -> WriterPropertiesBuilder {
    let mut properties = base_properties().set_compression(Compression::ZSTD(ZstdLevel::default()));
    for name in [column::PERSON, column::TIME, column::TIE, column::RECEIVED_AT, column::SEQ] {
        let path = ColumnPath::from(name);
        properties = properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path.clone(), Encoding::DELTA_BINARY_PACKED)
            .set_column_compression(path, Compression::UNCOMPRESSED);
    }
    for field in schema.fields().iter().filter(|field| matches!(field.data_type(), DataType::Utf8 | DataType::Binary)) {
        properties = properties.set_column_dictionary_enabled(ColumnPath::new(vec![field.name().clone()]), false);
    }
    properties
}

fn people_properties() -> WriterPropertiesBuilder {
    base_properties()
        .set_dictionary_enabled(false)
        .set_compression(Compression::UNCOMPRESSED)
        .set_column_compression(ColumnPath::from("identity"), Compression::ZSTD(ZstdLevel::default()))
}

fn base_properties() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_statistics_enabled(EnabledStatistics::None)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS / 5)
        .set_dictionary_page_size_limit(DICTIONARY_PAGE_BYTES)
        .set_max_row_group_row_count(None)
}
