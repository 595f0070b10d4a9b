//! Files of events, whatever their form: NDJSON, delimited text, Parquet; plain, gzip or zstd. Each record becomes a line of the import form.
//!
//! A [`Table`] is read in portions, in order; an [`Encoder`] turns portions into lines and may do so on several threads. What the encoder cannot read
//! it refuses with a reason; everything else about a record is judged by the steps of `wire`, where the lines go.
//!
//! What must stay true: the same file with the same flags gives the same lines, so that what is imported twice counts once. A record without an insert
//! id gets one from its content and its number in the file: twins in a file count twice, and a file that grew at its end keeps the ids it had.

mod columns;
mod delimited;
mod json;
mod lines;
mod mapping;
mod opening;
#[cfg(test)]
mod tests;

pub(crate) use columns::EXPORT_KEY;
pub(crate) use mapping::Mapping;
pub(crate) use opening::Progress;

use anyhow::{Result, bail};
use columns::ColumnReader;
use delimited::DelimitedReader;
use lines::LineReader;
use opening::{Content, Opened};
use serde_json::Value;
use std::{io::Cursor, path::Path, sync::Arc};

/// Whether bytes are plain text with one record of the import form on each line, as far as their beginning tells.
pub(crate) fn is_import_form(bytes: &[u8]) -> bool {
    let starts_as_object = bytes.trim_ascii_start().first().is_none_or(|byte| *byte == b'{');
    starts_as_object && lines::are_import_form(bytes)
}

/// Records of one portion, at most. As many fit into one request.
pub(crate) const PORTION_RECORDS: usize = 5_000;
/// Bytes of one portion as it is read, about.
pub(crate) const PORTION_BYTES: usize = 2 << 20;
/// A longer record is refused: the server would not take it.
const RECORD_BYTES: usize = 1 << 20;

/// How a file is to be read. Everything not said is guessed from its first lines.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "How the file is read (guessed where not said)")]
pub(crate) struct Shape {
    /// The form of the file
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) format: Option<Format>,
    /// What stands between columns; ' ' means any number of blanks, '\t' a tab
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<String>,
    /// The first line is no heading
    #[arg(long)]
    pub(crate) no_header: bool,
    /// Names of the columns, in order, for a file without a heading
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub(crate) columns: Vec<String>,
    /// Column with the name of the event; or the name itself, when no column is called so
    #[arg(long, value_name = "COLUMN")]
    pub(crate) event: Option<String>,
    /// One name for all events, for files without such a column
    #[arg(long, value_name = "NAME", conflicts_with = "event")]
    pub(crate) name: Option<String>,
    /// Column that says who did it
    #[arg(long, value_name = "COLUMN")]
    pub(crate) person: Option<String>,
    /// Column with the id of a user who is signed in
    #[arg(long, value_name = "COLUMN")]
    pub(crate) user: Option<String>,
    /// Column with the id of a device; beside a user it links the two
    #[arg(long, value_name = "COLUMN")]
    pub(crate) device: Option<String>,
    /// Column with the time: ISO 8601, YYYYMMDD, or seconds, ms or µs since 1970; UTC where no zone is written
    #[arg(long, value_name = "COLUMN")]
    pub(crate) time: Option<String>,
    /// Column that tells an event from its repetition
    #[arg(long, value_name = "COLUMN")]
    pub(crate) insert_id: Option<String>,
    /// Column with the id of the session
    #[arg(long, value_name = "COLUMN")]
    pub(crate) session: Option<String>,
    /// Column with the key of a group: company=account_id; may be given several times
    #[arg(long = "group", value_name = "TYPE=COLUMN")]
    pub(crate) groups: Vec<String>,
    /// Only these columns become properties
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub(crate) only: Vec<String>,
    /// These columns do not become properties
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…", conflicts_with = "only")]
    pub(crate) drop: Vec<String>,
    /// Columns of text whose values only look like numbers
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub(crate) text: Vec<String>,
}

impl Shape {
    /// Whether a record has to be taken apart and put together by columns.
    pub(crate) fn names_columns(&self) -> bool {
        let single = [&self.event, &self.name, &self.person, &self.user, &self.device, &self.time, &self.insert_id, &self.session];
        single.iter().any(|flag| flag.is_some()) || [&self.groups, &self.only, &self.drop].iter().any(|flags| !flags.is_empty())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns between commas, semicolons, tabs, bars or blanks
    Csv,
    /// One JSON object a line
    Ndjson,
    Parquet,
}

/// A file that is being read.
#[derive(Debug)]
pub(crate) struct Table {
    reader: Reader,
    encoder: Encoder,
    pub(crate) progress: Progress,
}

#[derive(Debug)]
enum Reader {
    Lines(LineReader),
    Delimited(DelimitedReader),
    Columns(Box<ColumnReader>),
}

/// Some records, one after the other.
#[derive(Debug)]
pub(crate) struct Portion {
    /// Number of the first record in the file, from 0.
    pub(crate) first: u64,
    pub(crate) records: u64,
    content: PortionContent,
}

#[derive(Debug)]
enum PortionContent {
    Lines(lines::Lines),
    Delimited(Vec<csv::ByteRecord>),
    Columns(arrow_array::RecordBatch),
}

/// Makes lines of the import form out of portions. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Encoder {
    /// Absent: the lines are in the import form already.
    mapping: Option<Arc<Mapping>>,
}

/// A portion as lines of the import form.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    pub(crate) json: Vec<u8>,
    /// The number in the file of each line, from 0.
    pub(crate) numbers: Vec<u64>,
    pub(crate) refused: Vec<Unreadable>,
    /// Lines that say how ids came together and apart, with their numbers: they have a door of their own.
    pub(crate) identities: Vec<(u64, Value)>,
}

/// A record that could not be made into a line.
#[derive(Clone, Debug)]
pub(crate) struct Unreadable {
    pub(crate) number: u64,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Table {
    /// Opens a file, or standard input for `-`, and finds out what it is; `skip` records are passed over.
    pub(crate) fn open(path: &Path, shape: &Shape, skip: u64) -> Result<Self> {
        Self::of(opening::open(path, shape.format)?, shape, skip)
    }

    /// Reads what is in memory already.
    pub(crate) fn of_bytes(bytes: Vec<u8>, shape: &Shape) -> Result<Self> {
        Self::of(opening::of_text(Box::new(Cursor::new(bytes)), None, shape.format)?, shape, 0)
    }

    fn of(opened: Opened, shape: &Shape, skip: u64) -> Result<Self> {
        let Opened { content, format, mut progress } = opened;
        let (mut reader, mapping) = match content {
            Content::Text { reader, prefix } if format == Format::Ndjson => {
                let mapping = if shape.names_columns() || !lines::are_import_form(&prefix) { Some(lines::mapping(&prefix, shape)?) } else { None };
                (Reader::Lines(LineReader::new(reader)), mapping)
            }
            Content::Text { reader, prefix } => {
                let (reader, mapping) = DelimitedReader::open(reader, &prefix, shape)?;
                (Reader::Delimited(reader), Some(mapping))
            }
            Content::Parquet(source) => {
                let (reader, mapping) = ColumnReader::open(source, shape, skip, &mut progress)?;
                (Reader::Columns(Box::new(reader)), Some(mapping))
            }
        };
        match &mut reader {
            Reader::Lines(lines) => lines.skip(skip)?,
            Reader::Delimited(delimited) => delimited.skip(skip)?,
            Reader::Columns(_) => {}
        }
        Ok(Self { reader, encoder: Encoder { mapping: mapping.map(Arc::new) }, progress })
    }

    pub(crate) fn encoder(&self) -> Encoder {
        self.encoder.clone()
    }

    /// What becomes of each column, one sentence a line.
    pub(crate) fn describe(&self) -> Vec<String> {
        match &self.encoder.mapping {
            None => vec!["records in the import form".to_owned()],
            Some(mapping) => mapping.describe(),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Portion>> {
        let portion = match &mut self.reader {
            Reader::Lines(reader) => reader.next()?.map(|(first, lines)| Portion { first, records: lines.len(), content: PortionContent::Lines(lines) }),
            Reader::Delimited(reader) => {
                reader.next()?.map(|(first, records)| Portion { first, records: records.len() as u64, content: PortionContent::Delimited(records) })
            }
            Reader::Columns(reader) => {
                reader.next()?.map(|(first, batch)| Portion { first, records: batch.num_rows() as u64, content: PortionContent::Columns(batch) })
            }
        };
        Ok(portion)
    }
}

impl Encoder {
    /// Whether the portion begins with a record that is no event: changes of profiles and identities count in their order.
    pub(crate) fn is_ordered(&self, portion: &Portion) -> bool {
        matches!((&portion.content, &self.mapping), (PortionContent::Lines(lines), None) if !lines.begin_with_event())
    }

    pub(crate) fn encode(&self, portion: &Portion) -> Result<Encoded> {
        let mut encoded = Encoded::default();
        match (&portion.content, self.mapping.as_deref()) {
            (PortionContent::Lines(lines), None) => lines.pass(portion.first, &mut encoded),
            (PortionContent::Lines(lines), Some(mapping)) => lines.map(mapping, portion.first, &mut encoded),
            (PortionContent::Delimited(records), Some(mapping)) => delimited::encode(records, mapping, portion.first, &mut encoded),
            (PortionContent::Columns(batch), Some(mapping)) => columns::encode(batch, mapping, portion.first, &mut encoded)?,
            (PortionContent::Delimited(_) | PortionContent::Columns(_), None) => bail!("a table needs a mapping of its columns"),
        }
        Ok(encoded)
    }
}

impl Encoded {
    fn refuse(&mut self, number: u64, code: &'static str, message: impl Into<String>) {
        self.refused.push(Unreadable { number, code, message: message.into() });
    }
}
