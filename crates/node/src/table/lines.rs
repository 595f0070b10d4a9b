//! One JSON object a line: in the import form, which passes as it is but for what an import has to add, or any flat form, by columns.

use super::{
    Encoded, PORTION_BYTES, PORTION_RECORDS, RECORD_BYTES, Shape,
    delimited::write_groups,
    json,
    mapping::{EventName, Kind, Mapping},
    opening::Source,
};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};
use sillage_event::as_text;
use std::io::{BufRead, BufReader};
use xxhash_rust::xxh3::xxh3_64;

/// Lines looked at to learn the names of the columns.
const SAMPLE_LINES: usize = 200;

#[derive(Debug)]
pub(super) struct LineReader {
    reader: TextSource,
    number: u64,
}

struct TextSource(BufReader<Source>);

impl std::fmt::Debug for TextSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Source")
    }
}

/// Lines one behind the other, none of them empty.
#[derive(Debug, Default)]
pub(super) struct Lines {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Lines {
    pub(super) fn len(&self) -> u64 {
        self.ends.len() as u64
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes[start..*end].trim_ascii())
    }
}

impl LineReader {
    pub(super) fn new(reader: Source) -> Self {
        Self { reader: TextSource(BufReader::with_capacity(1 << 18, reader)), number: 0 }
    }

    pub(super) fn skip(&mut self, records: u64) -> Result<()> {
        let mut line = Vec::new();
        while self.number < records && self.read(&mut line)? {
            line.clear();
        }
        Ok(())
    }

    pub(super) fn next(&mut self) -> Result<Option<(u64, Lines)>> {
        let first = self.number;
        let mut lines = Lines::default();
        while lines.ends.len() < PORTION_RECORDS && lines.bytes.len() < PORTION_BYTES && self.read(&mut lines.bytes)? {
            lines.ends.push(lines.bytes.len());
        }
        Ok((lines.len() > 0).then_some((first, lines)))
    }

    /// Reads the next line that is not empty behind `into`. Of a line that is too long only the beginning is kept, so that memory stays bounded.
    fn read(&mut self, into: &mut Vec<u8>) -> Result<bool> {
        let start = into.len();
        loop {
            let available = self.reader.0.fill_buf().context("the file cannot be read further")?;
            if available.is_empty() {
                let has_line = !into[start..].trim_ascii().is_empty();
                self.number += u64::from(has_line);
                return Ok(has_line);
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(available.len(), |end| end + 1);
            if into.len() - start <= RECORD_BYTES {
                into.extend_from_slice(&available[..taken]);
            }
            self.reader.0.consume(taken);
            if end.is_some() {
                if !into[start..].trim_ascii().is_empty() {
                    self.number += 1;
                    return Ok(true);
                }
                into.truncate(start);
            }
        }
    }
}

/// What has to be known of a record in the import form before it passes.
#[derive(Deserialize)]
struct Probe {
    identity: Option<IgnoredAny>,
    event: Option<IgnoredAny>,
    person: Option<IgnoredAny>,
    group_type: Option<IgnoredAny>,
    group_key: Option<IgnoredAny>,
    insert_id: Option<IgnoredAny>,
    distinct_id: Option<IgnoredAny>,
    device_id: Option<IgnoredAny>,
    user_id: Option<IgnoredAny>,
    #[serde(default)]
    properties: ProbedProperties,
}

#[derive(Default, Deserialize)]
struct ProbedProperties {
    #[serde(rename = "$insert_id")]
    insert_id: Option<IgnoredAny>,
    #[serde(alias = "$distinct_id")]
    distinct_id: Option<IgnoredAny>,
    #[serde(rename = "$device_id")]
    device_id: Option<IgnoredAny>,
    #[serde(rename = "$user_id")]
    user_id: Option<IgnoredAny>,
}

impl Probe {
    fn is_event(&self) -> bool {
        self.event.is_some() || (!self.is_identity() && self.person.is_none() && self.group_type.is_none() && self.group_key.is_none())
    }

    fn is_identity(&self) -> bool {
        self.identity.is_some() && self.event.is_none() && self.person.is_none()
    }

    fn has_insert_id(&self) -> bool {
        self.insert_id.is_some() || self.properties.insert_id.is_some()
    }

    fn is_somebody(&self) -> bool {
        let own = [&self.distinct_id, &self.device_id, &self.user_id];
        let among = [&self.properties.distinct_id, &self.properties.device_id, &self.properties.user_id];
        own.into_iter().chain(among).any(Option::is_some)
    }
}

impl Lines {
    pub(super) fn begin_with_event(&self) -> bool {
        self.iter().next().and_then(|line| serde_json::from_slice::<Probe>(line).ok()).is_none_or(|probe| probe.is_event())
    }

    /// Passes records of the import form on. An event without an insert id gets one; one of nobody says so, or the server would take it for a visitor.
    pub(super) fn pass(&self, first: u64, out: &mut Encoded) {
        out.json.reserve(self.bytes.len() + self.ends.len() * 8);
        for (line, number) in self.iter().zip(first..) {
            if line.len() > RECORD_BYTES {
                out.refuse(number, "record_too_large", format!("the record is larger than {} MiB", RECORD_BYTES >> 20));
                continue;
            }
            let probe = serde_json::from_slice::<Probe>(line).ok();
            if probe.as_ref().is_some_and(Probe::is_identity)
                && let Ok(identity) = serde_json::from_slice(line)
            {
                out.identities.push((number, identity));
                continue;
            }
            out.numbers.push(number);
            let Some((probe, rest)) = probe.filter(Probe::is_event).zip(line.strip_prefix(b"{")) else {
                // A profile, or something that the server names with its reason.
                out.json.extend_from_slice(line);
                out.json.push(b'\n');
                continue;
            };
            out.json.push(b'{');
            if !probe.has_insert_id() {
                out.json.extend_from_slice(b"\"insert_id\":");
                json::insert_id(&mut out.json, number, xxh3_64(line));
                out.json.push(b',');
            }
            if !probe.is_somebody() {
                out.json.extend_from_slice(b"\"distinct_id\":\"\",");
            }
            if rest.trim_ascii_start().starts_with(b"}") {
                out.json.pop();
            }
            out.json.extend_from_slice(rest);
            out.json.push(b'\n');
        }
    }

    /// Puts records of any flat form together anew.
    pub(super) fn map(&self, mapping: &Mapping, first: u64, out: &mut Encoded) {
        for (line, number) in self.iter().zip(first..) {
            if line.len() > RECORD_BYTES {
                out.refuse(number, "record_too_large", format!("the record is larger than {} MiB", RECORD_BYTES >> 20));
                continue;
            }
            match serde_json::from_slice::<Map<String, Value>>(line) {
                Ok(record) => {
                    write_record(&mut out.json, &record, mapping, number, xxh3_64(line));
                    out.numbers.push(number);
                }
                Err(error) => out.refuse(number, "malformed_json", format!("not a JSON object: {error}")),
            }
        }
    }
}

fn write_record(out: &mut Vec<u8>, record: &Map<String, Value>, mapping: &Mapping, number: u64, hash: u64) {
    let cell = |column: usize| record.get(&mapping.columns[column]).filter(|value| !value.is_null());
    let as_is = |out: &mut Vec<u8>, value: &Value| out.extend_from_slice(value.to_string().as_bytes());
    out.extend_from_slice(b"{\"event\":");
    match &mapping.event {
        EventName::Always(name) => out.extend_from_slice(name),
        EventName::Column(column) => as_is(out, cell(*column).unwrap_or(&Value::Null)),
    }
    let mut is_somebody = false;
    let single = mapping.ids().into_iter().chain([("time", Some(mapping.time)), ("session_id", mapping.session)]);
    for (name, value) in single.filter_map(|(name, column)| Some((name, cell(column?)?))) {
        is_somebody |= name.ends_with("_id") && name != "session_id";
        out.extend_from_slice(format!(",\"{name}\":").as_bytes());
        as_is(out, value);
    }
    if !is_somebody {
        out.extend_from_slice(b",\"distinct_id\":\"\"");
    }
    out.extend_from_slice(b",\"insert_id\":");
    match mapping.insert_id.and_then(cell) {
        Some(id) => as_is(out, id),
        None => json::insert_id(out, number, hash),
    }
    let keys: Vec<(&str, String)> = mapping.groups.iter().filter_map(|(kind, column)| Some((kind.as_str(), as_text(cell(*column)?)?))).collect();
    write_groups(out, keys.iter().map(|(kind, key)| (*kind, key.as_str())));
    out.extend_from_slice(b",\"properties\":{");
    let start = out.len();
    for property in &mapping.properties {
        let Some(value) = cell(property.column) else { continue };
        out.extend_from_slice(if out.len() == start { &property.field[1..] } else { &property.field });
        match (property.kind, as_text(value)) {
            (Kind::Text, Some(text)) => json::text(out, &text),
            _ => as_is(out, value),
        }
    }
    out.extend_from_slice(b"}}\n");
}

/// Whether the lines are in the import form (or in that of Mixpanel's exports, which the same door reads).
pub(super) fn are_import_form(prefix: &[u8]) -> bool {
    let own = |record: &Map<String, Value>| {
        record.contains_key("person")
            || record.contains_key("group_type")
            || record.contains_key("identity") && record.contains_key("from")
            || record.get("properties").is_some_and(Value::is_object)
            || {
                const FIELDS: [&str; 9] = ["event", "distinct_id", "time", "device_id", "user_id", "insert_id", "session_id", "seq", "groups"];
                record.contains_key("event") && record.keys().all(|name| FIELDS.contains(&name.as_str()))
            }
    };
    let mut records = sample(prefix).peekable();
    // A file of which no line can be read is for the server to judge, line by line.
    records.peek().is_none() || records.any(|record| own(&record))
}

/// The columns are the names that occur in the first lines.
pub(super) fn mapping(prefix: &[u8], shape: &Shape) -> Result<Mapping> {
    let mut columns: Vec<String> = Vec::new();
    for record in sample(prefix) {
        columns.extend(record.keys().filter(|name| !columns.contains(name)).cloned().collect::<Vec<_>>());
    }
    if columns.is_empty() {
        bail!("no line holds a JSON object");
    }
    Mapping::decide(columns, shape, |_| Kind::AsStored)
}

fn sample(prefix: &[u8]) -> impl Iterator<Item = Map<String, Value>> {
    prefix.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).take(SAMPLE_LINES)
}
