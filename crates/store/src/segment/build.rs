//! From events in order of arrival to columns, and from columns in any order to a segment.

use super::{MemorySegment, PropertyColumn, PropertyKind, column};
use crate::StoreError;
use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, StringDictionaryBuilder},
    types::Int32Type,
};
use arrow_schema::{DataType, Field, Schema};
use serde_json::{Map, Value};
use sillage_event::{Event, Identity, PersonId};
use std::{collections::HashMap, fmt, sync::Arc};

/// More properties than this in one segment go to the overflow column.
const MOST_PROPERTY_COLUMNS: usize = 500;

type TextBuilder = StringDictionaryBuilder<Int32Type>;

/// Collects events as columns. A few dozen bytes an event, whatever its properties weigh as a map.
pub struct SegmentBuilder {
    len: usize,
    approx_bytes: usize,
    time: Vec<i64>,
    received_at: Vec<i64>,
    person: Vec<Option<PersonId>>,
    names: HashMap<PersonId, Arc<str>>,
    event: TextBuilder,
    distinct_id: TextBuilder,
    device_id: TextBuilder,
    user_id: TextBuilder,
    session_id: TextBuilder,
    insert_id: StringBuilder,
    seq: Int64Builder,
    overflow: StringBuilder,
    has_overflow: bool,
    properties: Vec<(PropertyColumn, PropertyBuilder)>,
    /// Where the columns of a name are, by kind.
    columns_of: HashMap<String, [Option<u32>; PropertyKind::COUNT]>,
    /// The column that was filled last behind each one; at 0 the first of an event. Events with the same properties fill the same columns in a row,
    /// so that a look at one name finds most columns.
    next_columns: Vec<u32>,
}

impl fmt::Debug for SegmentBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentBuilder").field("len", &self.len).field("approx_bytes", &self.approx_bytes).finish_non_exhaustive()
    }
}

impl Default for SegmentBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl SegmentBuilder {
    #[must_use]
    pub fn new() -> Self {
        Self {
            len: 0,
            approx_bytes: 0,
            time: Vec::new(),
            received_at: Vec::new(),
            person: Vec::new(),
            names: HashMap::new(),
            event: TextBuilder::new(),
            distinct_id: TextBuilder::new(),
            device_id: TextBuilder::new(),
            user_id: TextBuilder::new(),
            session_id: TextBuilder::new(),
            insert_id: StringBuilder::new(),
            seq: Int64Builder::new(),
            overflow: StringBuilder::new(),
            has_overflow: false,
            properties: Vec::new(),
            columns_of: HashMap::new(),
            next_columns: vec![0],
        }
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A rough size of what is held, for deciding when to seal.
    #[must_use]
    pub fn approx_bytes(&self) -> usize {
        self.approx_bytes
    }

    /// Adds an event that counts for `person`, who is called `identity`; `None` when it names nobody.
    pub fn push(&mut self, event: &Event, person: Option<(PersonId, &Identity)>) {
        self.approx_bytes += 64 + event.insert_id.len();
        self.time.push(event.time);
        self.received_at.push(event.received_at);
        self.person.push(person.map(|(id, _)| id));
        if let Some((id, identity)) = person {
            self.names.entry(id).or_insert_with(|| identity.to_string().into());
        }
        self.event.append_value(&event.name);
        self.distinct_id.append_value(&event.distinct_id);
        self.device_id.append_option(event.device_id.as_deref());
        self.user_id.append_option(event.user_id.as_deref());
        self.session_id.append_option(event.session_id.as_deref());
        self.insert_id.append_value(&event.insert_id);
        self.seq.append_option(event.seq.map(|seq| seq as i64));
        let mut overflow = Map::new();
        let mut behind = 0;
        for (kind, keys) in &event.groups {
            match keys.as_slice() {
                [] => {}
                [key] => self.put(kind, PropertyKind::Group, &Value::String(key.clone()), &mut behind, &mut overflow),
                _ => self.put(kind, PropertyKind::Json, &Value::from(keys.clone()), &mut behind, &mut overflow),
            }
        }
        for (name, value) in &event.properties {
            let kind = match value {
                Value::Null => continue,
                Value::Bool(_) => PropertyKind::Flag,
                Value::Number(_) => PropertyKind::Number,
                Value::String(_) => PropertyKind::Text,
                Value::Array(_) | Value::Object(_) => PropertyKind::Json,
            };
            self.put(name, kind, value, &mut behind, &mut overflow);
        }
        if overflow.is_empty() {
            self.overflow.append_null();
        } else {
            self.has_overflow = true;
            let text = Value::Object(overflow).to_string();
            self.approx_bytes += text.len();
            self.overflow.append_value(text);
        }
        self.len += 1;
    }

    /// `behind` is the place in `next_columns` of the column filled before, and is moved on.
    fn put(&mut self, name: &str, kind: PropertyKind, value: &Value, behind: &mut usize, overflow: &mut Map<String, Value>) {
        let guessed = self.next_columns[*behind] as usize;
        let at = match self.properties.get(guessed) {
            Some((column, _)) if column.kind == kind && column.name == name => guessed,
            _ => {
                let Some(at) = self.column(name, kind) else {
                    overflow.insert(name.to_owned(), value.clone());
                    return;
                };
                self.next_columns[*behind] = at as u32;
                at
            }
        };
        *behind = at + 1;
        self.approx_bytes += self.properties[at].1.put(self.len, value);
    }

    /// The column of a property, made if there is none; none where there are too many.
    fn column(&mut self, name: &str, kind: PropertyKind) -> Option<usize> {
        if let Some(known) = self.columns_of.get(name).and_then(|columns| columns[kind as usize]) {
            return Some(known as usize);
        }
        let at = self.properties.len();
        if at >= MOST_PROPERTY_COLUMNS {
            return None;
        }
        self.columns_of.entry(name.to_owned()).or_default()[kind as usize] = Some(at as u32);
        self.properties.push((PropertyColumn { name: name.to_owned(), kind }, PropertyBuilder::new(kind)));
        self.next_columns.push(0);
        Some(at)
    }

    /// Freezes what was collected.
    pub fn finish(mut self, id: u64, bucket_bits: u32, links_applied: u64) -> Result<MemorySegment, StoreError> {
        let n = self.len;
        let mut fields = Vec::new();
        let mut columns: Vec<ArrayRef> = Vec::new();
        let mut add = |name: &str, array: ArrayRef| {
            fields.push(Field::new(name, array.data_type().clone(), true));
            columns.push(array);
        };
        add(column::TIME, Arc::new(arrow_array::Int64Array::from(self.time)));
        add(column::EVENT, Arc::new(self.event.finish()));
        add(column::DISTINCT_ID, Arc::new(self.distinct_id.finish()));
        add(column::DEVICE_ID, Arc::new(self.device_id.finish()));
        add(column::USER_ID, Arc::new(self.user_id.finish()));
        add(column::INSERT_ID, Arc::new(self.insert_id.finish()));
        add(column::SESSION_ID, Arc::new(self.session_id.finish()));
        add(column::RECEIVED_AT, Arc::new(arrow_array::Int64Array::from(self.received_at)));
        add(column::SEQ, Arc::new(self.seq.finish()));
        add(column::OVERFLOW, Arc::new(self.overflow.finish()));
        self.properties.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        for (property, builder) in self.properties {
            add(&property.column_name(), builder.finish(n));
        }
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(StoreError::from)?;
        MemorySegment::arrange(id, bucket_bits, links_applied, &rows, &self.person, &self.names)
    }
}

/// The Arrow type of a property column.
impl PropertyKind {
    const COUNT: usize = 5;

    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text | Self::Group => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Self::Number => DataType::Float64,
            Self::Flag => DataType::Boolean,
            Self::Json => DataType::Utf8,
        }
    }
}

/// A column that is filled with nulls up to a row only when a value comes.
enum PropertyBuilder {
    Text(TextBuilder, usize),
    Number(Float64Builder, usize),
    Flag(BooleanBuilder, usize),
    Json(StringBuilder, usize),
}

impl PropertyBuilder {
    fn new(kind: PropertyKind) -> Self {
        match kind {
            PropertyKind::Text | PropertyKind::Group => Self::Text(TextBuilder::new(), 0),
            PropertyKind::Number => Self::Number(Float64Builder::new(), 0),
            PropertyKind::Flag => Self::Flag(BooleanBuilder::new(), 0),
            PropertyKind::Json => Self::Json(StringBuilder::new(), 0),
        }
    }

    fn pad(&mut self, to: usize) {
        match self {
            Self::Text(builder, len) => {
                (*len..to).for_each(|_| builder.append_null());
                *len = to;
            }
            Self::Number(builder, len) => {
                builder.append_nulls(to - *len);
                *len = to;
            }
            Self::Flag(builder, len) => {
                builder.append_nulls(to - *len);
                *len = to;
            }
            Self::Json(builder, len) => {
                (*len..to).for_each(|_| builder.append_null());
                *len = to;
            }
        }
    }

    /// Puts a value at a row and says how many bytes it may take. A second value for the same row is dropped.
    fn put(&mut self, row: usize, value: &Value) -> usize {
        let written = match self {
            Self::Text(_, len) | Self::Number(_, len) | Self::Flag(_, len) | Self::Json(_, len) => *len,
        };
        if written > row {
            return 0;
        }
        self.pad(row);
        match self {
            Self::Text(builder, len) => {
                *len += 1;
                let text = value.as_str().unwrap_or_default();
                builder.append_value(text);
                4 + text.len() / 4
            }
            Self::Number(builder, len) => {
                *len += 1;
                builder.append_option(value.as_f64());
                8
            }
            Self::Flag(builder, len) => {
                *len += 1;
                builder.append_option(value.as_bool());
                1
            }
            Self::Json(builder, len) => {
                *len += 1;
                let text = value.to_string();
                builder.append_value(&text);
                4 + text.len()
            }
        }
    }

    fn finish(mut self, rows: usize) -> ArrayRef {
        self.pad(rows);
        match self {
            Self::Text(mut builder, _) => Arc::new(builder.finish()),
            Self::Number(mut builder, _) => Arc::new(builder.finish()),
            Self::Flag(mut builder, _) => Arc::new(builder.finish()),
            Self::Json(mut builder, _) => Arc::new(builder.finish()),
        }
    }
}
