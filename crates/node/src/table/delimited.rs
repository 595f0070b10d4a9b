//! Delimited text: commas, semicolons, tabs, bars, or columns between blanks.

use super::{
    Encoded, PORTION_BYTES, PORTION_RECORDS, RECORD_BYTES, Shape, json,
    mapping::{EventName, Kind, Mapping},
    opening::Source,
};
use anyhow::{Context, Result, bail};
use csv::ByteRecord;
use std::io::{BufRead, BufReader};
use xxhash_rust::xxh3::Xxh3;

/// Records looked at to find out what the columns hold.
const SAMPLE_RECORDS: usize = 2_000;
const BLANKS: u8 = b' ';

#[derive(Debug)]
pub(super) struct DelimitedReader {
    rows: Rows,
    number: u64,
}

/// How records are cut out of the text.
enum Rows {
    Delimited(Box<csv::Reader<Source>>),
    Blanks(Box<dyn BufRead + Send>, String),
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rows")
    }
}

impl Rows {
    fn new(reader: Source, delimiter: u8) -> Self {
        match delimiter {
            BLANKS => Self::Blanks(Box::new(BufReader::new(reader)), String::new()),
            delimiter => Self::Delimited(Box::new(
                csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).buffer_capacity(1 << 18).from_reader(reader),
            )),
        }
    }

    fn read(&mut self, record: &mut ByteRecord) -> Result<bool> {
        match self {
            Self::Delimited(reader) => Ok(reader.read_byte_record(record)?),
            Self::Blanks(reader, line) => loop {
                line.clear();
                if reader.read_line(line).context("columns between blanks have to be UTF-8")? == 0 {
                    return Ok(false);
                }
                record.clear();
                line.split_ascii_whitespace().for_each(|field| record.push_field(field.as_bytes()));
                if !record.is_empty() {
                    return Ok(true);
                }
            },
        }
    }
}

impl DelimitedReader {
    /// Reads the heading and decides what the columns are. `prefix` is the beginning of what `reader` gives.
    pub(super) fn open(reader: Source, prefix: &[u8], shape: &Shape) -> Result<(Self, Mapping)> {
        let delimiter = match &shape.delimiter {
            Some(said) => parse_delimiter(said)?,
            None => guess_delimiter(prefix),
        };
        let sample = sample_of(prefix, delimiter)?;
        let has_heading = !shape.no_header;
        let Some(first) = sample.first() else { bail!("the file is empty") };
        let n_columns = sample.get(1).unwrap_or(first).len().max(first.len());
        let columns = match (shape.columns.is_empty(), has_heading) {
            (false, _) => shape.columns.clone(),
            (true, true) => first.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect(),
            (true, false) => (1..=n_columns).map(|n| format!("column_{n}")).collect(),
        };
        let values = sample.get(usize::from(has_heading)..).unwrap_or_default();
        let mapping = Mapping::decide(columns, shape, |column| kind_of(values, column))?;
        let mut rows = Rows::new(reader, delimiter);
        if has_heading {
            rows.read(&mut ByteRecord::new())?;
        }
        Ok((Self { rows, number: 0 }, mapping))
    }

    pub(super) fn skip(&mut self, records: u64) -> Result<()> {
        let mut record = ByteRecord::new();
        while self.number < records && self.rows.read(&mut record)? {
            self.number += 1;
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Option<(u64, Vec<ByteRecord>)>> {
        let (first, mut records, mut bytes) = (self.number, Vec::new(), 0);
        let mut record = ByteRecord::new();
        while records.len() < PORTION_RECORDS && bytes < PORTION_BYTES && self.rows.read(&mut record)? {
            bytes += record.as_slice().len();
            records.push(std::mem::take(&mut record));
        }
        self.number += records.len() as u64;
        Ok((!records.is_empty()).then_some((first, records)))
    }
}

pub(super) fn encode(records: &[ByteRecord], mapping: &Mapping, first: u64, out: &mut Encoded) {
    for (record, number) in records.iter().zip(first..) {
        if record.len() != mapping.columns.len() {
            out.refuse(number, "wrong_columns", format!("the record has {} columns, the table has {}", record.len(), mapping.columns.len()));
        } else if record.as_slice().len() > RECORD_BYTES {
            out.refuse(number, "record_too_large", format!("the record is larger than {} MiB", RECORD_BYTES >> 20));
        } else if let Ok(text) = std::str::from_utf8(record.as_slice()) {
            write_record(&mut out.json, text, record, mapping, number);
            out.numbers.push(number);
        } else {
            out.refuse(number, "invalid_utf8", "the record is not UTF-8; convert the file first (iconv -t utf-8)");
        }
    }
}

fn write_record(out: &mut Vec<u8>, text: &str, record: &ByteRecord, mapping: &Mapping, number: u64) {
    let cell = |column: usize| record.range(column).map_or("", |range| text.get(range).unwrap_or_default()).trim();
    let put = |out: &mut Vec<u8>, name: &str, value: &str| {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        json::text(out, value);
    };
    out.extend_from_slice(b"{\"event\":");
    match &mapping.event {
        EventName::Always(name) => out.extend_from_slice(name),
        EventName::Column(column) => json::text(out, cell(*column)),
    }
    let mut is_somebody = false;
    for (name, column) in mapping.ids() {
        if let Some(id) = column.map(cell).filter(|id| !id.is_empty()) {
            put(out, name, id);
            is_somebody = true;
        }
    }
    if !is_somebody {
        out.extend_from_slice(b",\"distinct_id\":\"\"");
    }
    put(out, "time", cell(mapping.time));
    match mapping.insert_id.map(cell).filter(|id| !id.is_empty()) {
        Some(id) => put(out, "insert_id", id),
        None => {
            out.extend_from_slice(b",\"insert_id\":");
            json::insert_id(out, number, hash_of(record));
        }
    }
    if let Some(session) = mapping.session.map(cell).filter(|id| !id.is_empty()) {
        put(out, "session_id", session);
    }
    write_groups(out, mapping.groups.iter().map(|(kind, column)| (kind.as_str(), cell(*column))));
    out.extend_from_slice(b",\"properties\":{");
    let start = out.len();
    for property in &mapping.properties {
        let value = cell(property.column);
        if value.is_empty() {
            continue;
        }
        // The field begins with a comma, which the first one does without.
        out.extend_from_slice(if out.len() == start { &property.field[1..] } else { &property.field });
        match property.kind {
            Kind::Number if json::is_number(value) => out.extend_from_slice(value.as_bytes()),
            Kind::Flag if value.eq_ignore_ascii_case("true") => out.extend_from_slice(b"true"),
            Kind::Flag if value.eq_ignore_ascii_case("false") => out.extend_from_slice(b"false"),
            _ => json::text(out, value),
        }
    }
    out.extend_from_slice(b"}}\n");
}

/// Groups of an event; a group without a key is none.
pub(super) fn write_groups<'a>(out: &mut Vec<u8>, groups: impl Iterator<Item = (&'a str, &'a str)>) {
    let mut is_first = true;
    for (kind, key) in groups.filter(|(_, key)| !key.is_empty()) {
        out.extend_from_slice(if is_first { b",\"groups\":{" } else { b"," });
        json::text(out, kind);
        out.push(b':');
        json::text(out, key);
        is_first = false;
    }
    if !is_first {
        out.push(b'}');
    }
}

fn hash_of(record: &ByteRecord) -> u64 {
    let mut hash = Xxh3::new();
    for field in record {
        hash.update(field);
        hash.update(&[0x1f]);
    }
    hash.digest()
}

fn parse_delimiter(said: &str) -> Result<u8> {
    match (said, said.as_bytes()) {
        ("\\t" | "tab", _) => Ok(b'\t'),
        (_, [one]) if one.is_ascii() => Ok(*one),
        _ => bail!("--delimiter: give one character, or \\t"),
    }
}

/// The delimiter that cuts the first lines into the same number of columns; else blanks, if they do; else commas.
fn guess_delimiter(prefix: &[u8]) -> u8 {
    let lines: Vec<&[u8]> = prefix.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).take(6).collect();
    let whole = &lines[..lines.len().saturating_sub(usize::from(lines.len() == 6))];
    let first = whole.first().copied().unwrap_or_default();
    let count = |line: &[u8], delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    let delimiters = [b',', b'\t', b';', b'|'].into_iter().filter(|delimiter| count(first, *delimiter) > 0);
    if let Some(delimiter) =
        delimiters.max_by_key(|delimiter| (whole.iter().all(|line| count(line, *delimiter) >= count(first, *delimiter)), count(first, *delimiter)))
    {
        return delimiter;
    }
    let words = |line: &[u8]| line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    if words(first) > 1 && whole.iter().all(|line| words(line) == words(first)) { BLANKS } else { b',' }
}

/// The first records, the last one left out since it may be cut.
fn sample_of(prefix: &[u8], delimiter: u8) -> Result<Vec<ByteRecord>> {
    let is_cut = prefix.len() >= 200 << 10;
    let reader: Source = Box::new(std::io::Cursor::new(String::from_utf8_lossy(prefix).into_owned()));
    let mut rows = Rows::new(reader, delimiter);
    let mut sample = Vec::new();
    let mut record = ByteRecord::new();
    while sample.len() < SAMPLE_RECORDS && rows.read(&mut record)? {
        sample.push(record.clone());
    }
    if is_cut && sample.len() < SAMPLE_RECORDS && sample.len() > 1 {
        sample.pop();
    }
    Ok(sample)
}

/// A column is of numbers when all its cells are that are not empty.
fn kind_of(sample: &[ByteRecord], column: usize) -> Kind {
    let cells =
        || sample.iter().filter_map(|record| record.get(column)).map(|cell| std::str::from_utf8(cell).unwrap_or("?").trim()).filter(|cell| !cell.is_empty());
    if cells().next().is_none() {
        return Kind::Text;
    }
    if cells().all(json::is_number) {
        return Kind::Number;
    }
    let is_flag = |cell: &str| cell.eq_ignore_ascii_case("true") || cell.eq_ignore_ascii_case("false");
    if cells().all(is_flag) { Kind::Flag } else { Kind::Text }
}
