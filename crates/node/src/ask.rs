//! `sillage ask`: a question on files, answered as the server would. Made for scripts, which call it hundreds of times.

use crate::{
    machine::memory_of_a_question,
    table::{self, Shape, Table},
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sillage_behavior::{AskError, AskErrorCode, Cancel, Question, Settings, expression::LookupColumn};
use sillage_catalog::Clock;
use sillage_event::{Batch, Identity, LinkChange, PersonId, ProfileChange, ProfileOp, ProjectId, Properties, Subject};
use sillage_query::{Engine, History, Limits, Source};
use sillage_store::Snapshot;
use sillage_wire::{IdentityLine, ImportForm};
use std::{
    collections::HashMap,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Answers a question of the query contract on files of events and prints the API's JSON.
///
/// Examples:
///   sillage ask --events events.ndjson --question funnel.json --timezone Europe/Paris
///   sillage ask --events shop.csv.gz --question - < trend.json
///
/// Reads NDJSON in the import form, and CSV, Parquet and other NDJSON by their columns, plain or compressed.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Arguments {
    /// Files of events; `-` is standard input
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    events: Vec<PathBuf>,
    /// File with the question; `-` is standard input
    #[arg(long, value_name = "FILE")]
    question: PathBuf,
    /// IANA time zone of days, weeks and months where the question names none
    #[arg(long, default_value = "UTC", value_name = "TZ")]
    timezone: String,
    /// Threads; small files are answered fastest with one
    #[arg(long, default_value_t = 1)]
    threads: usize,
    #[command(flatten)]
    shape: Shape,
}

const PROJECT: ProjectId = ProjectId(1);

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (batch, identities) = read_events(&arguments.events, &arguments.shape)?;
    let text = read_all(&arguments.question).context("cannot read the question")?;
    let value: Value = serde_json::from_slice(&text).context("the question is not JSON")?;
    let outcome = answer(arguments, batch, &identities, &value);
    let mut out = std::io::stdout().lock();
    match outcome {
        Ok(reply) => {
            serde_json::to_writer(&mut out, &reply)?;
            writeln!(out)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            let error = json!({"error": {"code": error.code.as_str(), "message": error.message, "field": error.field}});
            writeln!(out, "{error}")?;
            Ok(ExitCode::from(2))
        }
    }
}

fn answer(arguments: &Arguments, batch: Batch, identities: &[LinkChange], value: &Value) -> Result<sillage_behavior::Reply, AskError> {
    let question = Question::from_json(value).map_err(|error| AskError::invalid(error.field, error.message))?;
    let snapshot =
        sillage_store::snapshot_after(PROJECT, identities, &batch.events).map_err(|error| AskError::new(AskErrorCode::Unavailable, error.to_string()))?;
    let source = Files::new(snapshot, &batch);
    let engine = Engine::new(Arc::new(source), Limits { memory: memory_of_a_question(), ..Limits::default() }, arguments.threads)?;
    let settings = Settings { timezone: arguments.timezone.clone(), ..Settings::default() };
    engine.answer(PROJECT, &settings, &question, Cancel::default())
}

fn read_all(path: &PathBuf) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(path).with_context(|| format!("{}", path.display()))?;
    }
    Ok(bytes)
}

/// Who is who stands before all events in a file that an export wrote, and counts first.
fn read_events(paths: &[PathBuf], shape: &Shape) -> Result<(Batch, Vec<LinkChange>)> {
    let now = Clock::system().now_ms();
    let mut batch = Batch::default();
    let mut identities = Vec::new();
    for path in paths {
        let bytes = read_all(path)?;
        let mut form = ImportForm::new(path.display().to_string(), now, sillage_wire::Limits::default());
        if !shape.names_columns() && shape.format.is_none() && table::is_import_form(&bytes) {
            read_lines(path, &bytes, None, &mut form, &mut batch, &mut identities);
            continue;
        }
        let mut table = Table::of_bytes(bytes, shape).with_context(|| format!("{}", path.display()))?;
        while let Some(portion) = table.next()? {
            let encoded = table.encoder().encode(&portion)?;
            for one in &encoded.refused {
                eprintln!("{}: record {} is left out: {}", path.display(), one.number, one.message);
            }
            read_lines(path, &encoded.json, Some(&encoded.numbers), &mut form, &mut batch, &mut identities);
        }
    }
    if batch.events.is_empty() && batch.profiles.is_empty() && !batch.refused.is_empty() {
        bail!("no record could be used");
    }
    Ok((batch, identities))
}

/// Reads lines of the import form; `numbers` says where they stand in the file, if that is not plain.
fn read_lines(path: &Path, lines: &[u8], numbers: Option<&[u64]>, form: &mut ImportForm, batch: &mut Batch, identities: &mut Vec<LinkChange>) {
    for (position, line) in lines.split(|byte| *byte == b'\n').enumerate() {
        if batch.events.is_empty()
            && let Some(identity) = identity_of(line)
        {
            match identity.change("") {
                Ok(change) => identities.push(change),
                Err((field, message)) => eprintln!("{}: a line of who is who is left out: {field}: {message}", path.display()),
            }
            continue;
        }
        if let Err(failed) = form.line(line, batch) {
            let number = numbers.and_then(|numbers| numbers.get(position).copied()).unwrap_or_else(|| u64::from(failed.index));
            eprintln!("{}: record {number} is left out: {}", path.display(), failed.message);
        }
    }
}

/// A line that says how ids came together or apart.
fn identity_of(line: &[u8]) -> Option<IdentityLine> {
    let may_be = line.windows(b"\"identity\"".len()).any(|window| window == b"\"identity\"");
    may_be.then(|| serde_json::from_slice(line).ok()).flatten()
}

/// Files as a source: one project, profiles as they stand after the last line.
struct Files {
    snapshot: Arc<Snapshot>,
    persons: HashMap<Identity, Properties>,
    groups: HashMap<(String, String), Properties>,
    changes: HashMap<Identity, Vec<ProfileChange>>,
}

impl Files {
    fn new(snapshot: Snapshot, batch: &Batch) -> Self {
        let mut persons: HashMap<Identity, Properties> = HashMap::new();
        let mut groups: HashMap<(String, String), Properties> = HashMap::new();
        let mut changes: HashMap<Identity, Vec<ProfileChange>> = HashMap::new();
        for change in &batch.profiles {
            match &change.subject {
                Subject::Person(identity) => {
                    apply(&mut persons, identity.clone(), &change.op);
                    changes.entry(identity.clone()).or_default().push(change.clone());
                }
                Subject::Group { r#type, key } => apply(&mut groups, (r#type.clone(), key.clone()), &change.op),
            }
        }
        Self { snapshot: Arc::new(snapshot), persons, groups, changes }
    }
}

fn apply<K: std::hash::Hash + Eq>(profiles: &mut HashMap<K, Properties>, key: K, op: &ProfileOp) {
    let current = profiles.remove(&key);
    if let Some(next) = op.apply(current) {
        profiles.insert(key, next);
    }
}

impl Source for Files {
    fn snapshot(&self, _: ProjectId) -> Result<Arc<Snapshot>, AskError> {
        Ok(Arc::clone(&self.snapshot))
    }

    fn profiles_version(&self) -> u64 {
        0
    }

    fn persons(&self, _: ProjectId) -> Result<Arc<HashMap<PersonId, Arc<str>>>, AskError> {
        Ok(Arc::new(self.persons.keys().map(|identity| (identity.hash(), Arc::from(identity.to_string()))).collect()))
    }

    fn person_property(&self, _: ProjectId, name: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError> {
        let of = |(identity, properties): (&Identity, &Properties)| {
            Some((identity.hash(), sillage_event::lookup(properties, name).filter(|value| !value.is_null())?.clone()))
        };
        Ok(Arc::new(self.persons.iter().filter_map(of).collect()))
    }

    fn group_property(&self, _: ProjectId, kind: &str, name: &str) -> Result<Arc<HashMap<String, Value>>, AskError> {
        let of = |((of_kind, key), properties): (&(String, String), &Properties)| {
            let value = (of_kind == kind).then(|| sillage_event::lookup(properties, name)).flatten().filter(|value| !value.is_null())?;
            Some((key.clone(), value.clone()))
        };
        Ok(Arc::new(self.groups.iter().filter_map(of).collect()))
    }

    fn person_history(&self, _: ProjectId, name: &str) -> Result<History, AskError> {
        let of = |(identity, changes): (&Identity, &Vec<ProfileChange>)| {
            let values = sillage_event::history_of(changes, name);
            (!values.is_empty()).then(|| (identity.hash(), values))
        };
        Ok(Arc::new(self.changes.iter().filter_map(of).collect()))
    }

    /// A question on files brings its tables with it.
    fn lookup(&self, _: ProjectId, _: &str, _: &str) -> Result<Option<LookupColumn>, AskError> {
        Ok(None)
    }

    fn now(&self) -> i64 {
        Clock::system().now_ms()
    }
}
