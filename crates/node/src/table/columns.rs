//! Parquet: columns are read in batches and written as lines.

use super::{
    Encoded, PORTION_RECORDS, Progress, Shape,
    delimited::write_groups,
    json,
    mapping::{EventName, Kind, Mapping},
    opening::ParquetSource,
};
use anyhow::{Context, Result};
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray, cast::AsArray, types::Int64Type};
use arrow_json::{
    EncoderOptions,
    writer::{NullableEncoder, make_encoder},
};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::reader::ChunkReader;
use sillage_event::time::to_rfc3339;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// What `sillage export` writes into the metadata of a file, so that its columns are taken for what they were.
pub(crate) const EXPORT_KEY: &str = "sillage.export";
/// Smaller numbers of milliseconds would be taken for seconds.
const LEAST_MS: i64 = 100_000_000_000;

pub(super) struct ColumnReader {
    batches: ParquetRecordBatchReader,
    number: u64,
    progress: Progress,
}

impl std::fmt::Debug for ColumnReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ColumnReader").field("number", &self.number).finish_non_exhaustive()
    }
}

impl ColumnReader {
    pub(super) fn open(source: ParquetSource, shape: &Shape, skip: u64, progress: &mut Progress) -> Result<(Self, Mapping)> {
        match source {
            ParquetSource::File(file) => Self::of(file, shape, skip, progress),
            ParquetSource::Memory(bytes) => Self::of(bytes::Bytes::from(bytes), shape, skip, progress),
        }
    }

    fn of<R: ChunkReader + 'static>(source: R, shape: &Shape, skip: u64, progress: &mut Progress) -> Result<(Self, Mapping)> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(source).context("the file is not whole, or not in Parquet's format")?;
        progress.of_records(u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0));
        let columns = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        let is_export = builder.schema().metadata().contains_key(EXPORT_KEY) && !shape.names_columns();
        let mapping = if is_export { Mapping::of_export(columns, shape)? } else { Mapping::decide(columns, shape, |_| Kind::AsStored)? };
        let batches = builder.with_batch_size(PORTION_RECORDS).with_offset(usize::try_from(skip)?).build()?;
        progress.set(skip);
        Ok((Self { batches, number: skip, progress: progress.clone() }, mapping))
    }

    pub(super) fn next(&mut self) -> Result<Option<(u64, RecordBatch)>> {
        let Some(batch) = self.batches.next().transpose().context("the file cannot be read further")? else { return Ok(None) };
        let first = self.number;
        self.number += batch.num_rows() as u64;
        self.progress.set(self.number);
        Ok(Some((first, batch)))
    }
}

/// The time of each row, ready to be written.
enum Times {
    Milliseconds(Int64Array),
    /// As it stands: text, or a number whose unit the server tells by its size.
    AsText(StringArray),
    Numbers(StringArray),
}

impl Times {
    fn of(column: &ArrayRef) -> Result<Self> {
        Ok(match column.data_type() {
            DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64 => {
                let ms = arrow_cast::cast(column, &DataType::Timestamp(TimeUnit::Millisecond, None))?;
                Self::Milliseconds(arrow_cast::cast(&ms, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            kind if kind.is_numeric() => Self::Numbers(text_of(column)?),
            _ => Self::AsText(text_of(column)?),
        })
    }

    fn write(&self, row: usize, out: &mut Vec<u8>) {
        match self {
            Self::Milliseconds(ms) if ms.is_null(row) => {}
            Self::Milliseconds(ms) if ms.value(row).abs() < LEAST_MS => {
                out.extend_from_slice(b",\"time\":");
                json::text(out, &to_rfc3339(ms.value(row)));
            }
            Self::Milliseconds(ms) => out.extend_from_slice(format!(",\"time\":{}", ms.value(row)).as_bytes()),
            Self::AsText(texts) | Self::Numbers(texts) if texts.is_null(row) => {}
            Self::AsText(texts) => {
                out.extend_from_slice(b",\"time\":");
                json::text(out, texts.value(row));
            }
            Self::Numbers(numbers) => {
                let number = numbers.value(row);
                out.extend_from_slice(b",\"time\":");
                // Eight digits are a date, which a text may be and a number may not.
                let is_date = number.len() == 8 && number.bytes().all(|byte| byte.is_ascii_digit()) && (number.starts_with("19") || number.starts_with("20"));
                if is_date || !json::is_number(number) { json::text(out, number) } else { out.extend_from_slice(number.as_bytes()) }
            }
        }
    }
}

pub(super) fn encode(batch: &RecordBatch, mapping: &Mapping, first: u64, out: &mut Encoded) -> Result<()> {
    let texts = |column: Option<usize>| column.map(|column| text_of(batch.column(column))).transpose();
    let event = match &mapping.event {
        EventName::Column(column) => Some(text_of(batch.column(*column))?),
        EventName::Always(_) => None,
    };
    let mut ids: Vec<(Vec<u8>, StringArray)> = Vec::new();
    for (name, column) in mapping.ids() {
        ids.extend(texts(column)?.map(|texts| (json::field(name), texts)));
    }
    let times = Times::of(batch.column(mapping.time))?;
    let insert_ids = texts(mapping.insert_id)?;
    let sessions = texts(mapping.session)?;
    let groups = mapping.groups.iter().map(|(kind, column)| Ok((kind.as_str(), text_of(batch.column(*column))?))).collect::<Result<Vec<_>>>()?;

    let own = match &mapping.export {
        Some(own) => Some((text_of(batch.column(own.seq))?, text_of(batch.column(own.groups))?, text_of(batch.column(own.others))?)),
        None => None,
    };

    let options = EncoderOptions::default();
    let schema = batch.schema();
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(mapping.properties.len());
    for property in &mapping.properties {
        let array = batch.column(property.column);
        arrays.push(if property.kind == Kind::Text { Arc::new(text_of(array)?) } else { Arc::clone(array) });
    }
    let mut values: Vec<(&[u8], NullableEncoder<'_>)> = Vec::with_capacity(mapping.properties.len());
    for (property, array) in mapping.properties.iter().zip(&arrays) {
        values.push((&property.field, make_encoder(&schema.fields()[property.column], array, &options).context("a column holds what JSON cannot say")?));
    }

    for (row, number) in (0..batch.num_rows()).zip(first..) {
        let line = out.json.len();
        out.json.extend_from_slice(b"{\"event\":");
        match (&mapping.event, &event) {
            (EventName::Always(name), _) => out.json.extend_from_slice(name),
            (_, Some(names)) if names.is_valid(row) => json::text(&mut out.json, names.value(row)),
            _ => out.json.extend_from_slice(b"null"),
        }
        let mut is_somebody = false;
        for (field, texts) in ids.iter().filter(|(_, texts)| texts.is_valid(row) && !texts.value(row).is_empty()) {
            out.json.extend_from_slice(field);
            json::text(&mut out.json, texts.value(row));
            is_somebody = true;
        }
        if !is_somebody {
            out.json.extend_from_slice(b",\"distinct_id\":\"\"");
        }
        times.write(row, &mut out.json);
        if let Some(session) = value_of(sessions.as_ref(), row) {
            out.json.extend_from_slice(b",\"session_id\":");
            json::text(&mut out.json, session);
        }
        write_groups(&mut out.json, groups.iter().map(|(kind, keys)| (*kind, value_of(Some(keys), row).unwrap_or_default())));
        if let Some((seqs, groups, _)) = &own {
            for (field, texts) in [(b",\"seq\":".as_slice(), seqs), (b",\"groups\":".as_slice(), groups)] {
                let Some(text) = value_of(Some(texts), row) else { continue };
                out.json.extend_from_slice(field);
                out.json.extend_from_slice(text.as_bytes());
            }
        }
        out.json.extend_from_slice(b",\"properties\":{");
        let start = out.json.len();
        for (field, encoder) in values.iter_mut().filter(|(_, encoder)| !encoder.is_null(row)) {
            out.json.extend_from_slice(if out.json.len() == start { &field[1..] } else { field });
            encoder.encode(row, &mut out.json);
        }
        // What fitted no column, and stands in for what a column says of the same name: of two values the last one counts.
        if let Some(others) =
            own.as_ref().and_then(|(_, _, others)| value_of(Some(others), row)?.strip_prefix('{')?.strip_suffix('}')).filter(|others| !others.is_empty())
        {
            if out.json.len() > start {
                out.json.push(b',');
            }
            out.json.extend_from_slice(others.as_bytes());
        }
        out.json.push(b'}');
        match value_of(insert_ids.as_ref(), row) {
            Some(id) => {
                out.json.extend_from_slice(b",\"insert_id\":");
                json::text(&mut out.json, id);
            }
            None => {
                let hash = xxh3_64(&out.json[line..]);
                out.json.extend_from_slice(b",\"insert_id\":");
                json::insert_id(&mut out.json, number, hash);
            }
        }
        out.json.extend_from_slice(b"}\n");
        out.numbers.push(number);
    }
    Ok(())
}

fn value_of(texts: Option<&StringArray>, row: usize) -> Option<&str> {
    texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row)).filter(|text| !text.is_empty())
}

fn text_of(column: &ArrayRef) -> Result<StringArray> {
    Ok(arrow_cast::cast(column, &DataType::Utf8)?.as_string::<i32>().clone())
}
