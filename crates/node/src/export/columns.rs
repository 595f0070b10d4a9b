//! Events as Parquet: a column for each field and each property; what fits into no column stands as JSON in the last one.
//!
//! The names of the columns are those that `sillage import` recognises, and the file says in its metadata who wrote it, so that everything comes back as it
//! was: `groups` is a JSON object of types to keys; a column of a property with values of several types is text, and each value that is none stands in
//! the last column as well, with its type.

use super::Property;
use crate::table::EXPORT_KEY;
use anyhow::{Context, Result};
use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BooleanBuilder, Float64Builder, StringBuilder, TimestampMillisecondBuilder, UInt64Builder},
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use sillage_event::time;
use std::{collections::HashMap, fs::File, sync::Arc};

const ROWS_AT_ONCE: usize = 20_000;
/// Fields of an event; a property of such a name goes to the last column.
const FIELDS: [&str; 6] = ["event", "distinct_id", "insert_id", "device_id", "user_id", "session_id"];
const OTHERS: &str = "other_properties";
/// Of the columns, as the metadata says it.
const FORMAT: &str = "1";

#[derive(Deserialize)]
struct Line {
    event: String,
    distinct_id: String,
    time: String,
    insert_id: String,
    device_id: Option<String>,
    user_id: Option<String>,
    session_id: Option<String>,
    seq: Option<u64>,
    #[serde(default)]
    groups: Map<String, Value>,
    properties: Map<String, Value>,
}

pub(super) struct ColumnWriter {
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    fields: [StringBuilder; FIELDS.len()],
    times: TimestampMillisecondBuilder,
    seqs: UInt64Builder,
    groups: StringBuilder,
    /// By the name of the property.
    properties: Vec<(String, Cells)>,
    positions: HashMap<String, usize>,
    others: StringBuilder,
    rows: usize,
}

/// A column under construction. One that holds several types is text, with anything but text as JSON.
enum Cells {
    Number(Float64Builder),
    Flag(BooleanBuilder),
    Text(StringBuilder),
}

impl Cells {
    fn of(types: &[String]) -> Self {
        match types {
            [one] if one == "number" => Self::Number(Float64Builder::new()),
            [one] if one == "boolean" => Self::Flag(BooleanBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Number(_) => DataType::Float64,
            Self::Flag(_) => DataType::Boolean,
            Self::Text(_) => DataType::Utf8,
        }
    }

    /// Gives the value back when the cell does not say all of it.
    fn push(&mut self, value: Option<Value>) -> Option<Value> {
        match (self, value) {
            (Self::Number(cells), Some(Value::Number(number))) => {
                let cell = number.as_f64();
                cells.append_option(cell);
                // Beyond 2^53 a cell says only about what it is.
                let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
                let is_exact = whole.is_none_or(|whole| cell.is_some_and(|cell| cell as i128 == whole));
                return (!is_exact).then_some(Value::Number(number));
            }
            (Self::Flag(cells), Some(Value::Bool(flag))) => cells.append_value(flag),
            (Self::Text(cells), Some(Value::String(text))) => cells.append_value(text),
            (Self::Text(cells), Some(value)) if !value.is_null() => {
                cells.append_value(value.to_string());
                return Some(value);
            }
            (Self::Number(cells), rest) => {
                cells.append_null();
                return rest;
            }
            (Self::Flag(cells), rest) => {
                cells.append_null();
                return rest;
            }
            (Self::Text(cells), _) => cells.append_null(),
        }
        None
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Number(cells) => Arc::new(cells.finish()),
            Self::Flag(cells) => Arc::new(cells.finish()),
            Self::Text(cells) => Arc::new(cells.finish()),
        }
    }
}

impl ColumnWriter {
    /// The properties that the server lists get columns; later ones go to the last column.
    pub(super) fn new(file: File, listed: &[Property]) -> Result<Self> {
        let is_free = |name: &str| !FIELDS.contains(&name) && !["time", "seq", "groups", OTHERS, ""].contains(&name);
        let properties: Vec<(String, Cells)> =
            listed.iter().filter(|property| is_free(&property.name)).map(|property| (property.name.clone(), Cells::of(&property.types))).collect();
        let mut columns: Vec<Field> = FIELDS.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
        columns.push(Field::new("time", DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), false));
        columns.push(Field::new("seq", DataType::UInt64, true));
        columns.push(Field::new("groups", DataType::Utf8, true));
        columns.extend(properties.iter().map(|(name, cells)| Field::new(name, cells.data_type(), true)));
        columns.push(Field::new(OTHERS, DataType::Utf8, true));
        let schema = Arc::new(Schema::new(columns).with_metadata(HashMap::from([(EXPORT_KEY.to_owned(), FORMAT.to_owned())])));
        let settings = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?)).build();
        Ok(Self {
            writer: ArrowWriter::try_new(file, Arc::clone(&schema), Some(settings))?,
            schema,
            fields: Default::default(),
            times: TimestampMillisecondBuilder::new().with_timezone("UTC"),
            seqs: UInt64Builder::new(),
            groups: StringBuilder::new(),
            positions: properties.iter().enumerate().map(|(position, (name, _))| (name.clone(), position)).collect(),
            properties,
            others: StringBuilder::new(),
            rows: 0,
        })
    }

    pub(super) fn add(&mut self, line: &[u8]) -> Result<()> {
        let Line { event, distinct_id, time: at, insert_id, device_id, user_id, session_id, seq, groups, properties } =
            serde_json::from_slice(line).context("the export holds a line that is no event")?;
        let texts = [Some(event), Some(distinct_id), Some(insert_id), device_id, user_id, session_id];
        for (cells, text) in self.fields.iter_mut().zip(texts) {
            cells.append_option(text);
        }
        self.times.append_value(time::from_text(&at).with_context(|| format!("{at} is no time"))?);
        self.seqs.append_option(seq);
        self.groups.append_option((!groups.is_empty()).then(|| Value::Object(groups).to_string()));
        let mut others = Map::new();
        let mut values: Vec<Option<Value>> = vec![None; self.properties.len()];
        for (name, value) in properties {
            match self.positions.get(&name) {
                Some(position) => values[*position] = Some(value),
                None => drop(others.insert(name, value)),
            }
        }
        for ((name, cells), value) in self.properties.iter_mut().zip(values) {
            if let Some(rest) = cells.push(value).filter(|rest| !rest.is_null()) {
                others.insert(name.clone(), rest);
            }
        }
        self.others.append_option((!others.is_empty()).then(|| Value::Object(others).to_string()));
        self.rows += 1;
        if self.rows >= ROWS_AT_ONCE { self.write() } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> Result<File> {
        self.write()?;
        Ok(self.writer.into_inner()?)
    }

    fn write(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut columns: Vec<ArrayRef> = self.fields.iter_mut().map(|cells| Arc::new(cells.finish()) as ArrayRef).collect();
        columns.push(Arc::new(self.times.finish()));
        columns.push(Arc::new(self.seqs.finish()));
        columns.push(Arc::new(self.groups.finish()));
        columns.extend(self.properties.iter_mut().map(|(_, cells)| cells.finish()));
        columns.push(Arc::new(self.others.finish()));
        self.rows = 0;
        Ok(self.writer.write(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)?)
    }
}
