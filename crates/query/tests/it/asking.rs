//! Worlds as sources, in one segment or in many, and answers compared.

use serde_json::{Value, json};
use sillage_behavior::{AskError, Cancel, Question, QuestionError, Reply, Settings, expression::LookupColumn};
use sillage_event::{Event, PersonId, ProjectId};
use sillage_query::{Engine, History, Limits, Source};
use sillage_store::{RecordingIndex, Segment, SegmentBuilder, Snapshot, snapshot_of};
use sillage_testkit::{schema, world::World};
use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

pub(crate) const PROJECT: ProjectId = ProjectId(1);

#[derive(Debug)]
struct WorldSource {
    /// One after the other.
    snapshots: Vec<Arc<Snapshot>>,
    /// Which of them is now.
    at: Arc<AtomicUsize>,
    /// How much time passes from one to the next.
    step_ms: i64,
    world: World,
    recordings: Arc<RecordingIndex>,
}

impl Source for WorldSource {
    fn snapshot(&self, _: ProjectId) -> Result<Arc<Snapshot>, AskError> {
        Ok(Arc::clone(&self.snapshots[self.at.load(Ordering::Relaxed)]))
    }

    fn profiles_version(&self) -> u64 {
        0
    }

    fn persons(&self, _: ProjectId) -> Result<Arc<HashMap<PersonId, Arc<str>>>, AskError> {
        Ok(Arc::new(self.world.persons.keys().map(|identity| (identity.hash(), Arc::from(identity.to_string()))).collect()))
    }

    fn person_property(&self, _: ProjectId, name: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError> {
        let of = |(identity, set): (&sillage_event::Identity, &sillage_event::Properties)| Some((identity.hash(), set.get(name)?.clone()));
        Ok(Arc::new(self.world.persons.iter().filter_map(of).collect()))
    }

    fn group_property(&self, _: ProjectId, kind: &str, name: &str) -> Result<Arc<HashMap<String, Value>>, AskError> {
        let of_kind = self.world.groups.iter().filter(|((one, _), _)| one == kind);
        Ok(Arc::new(of_kind.filter_map(|((_, key), set)| Some((key.clone(), set.get(name)?.clone()))).collect()))
    }

    fn person_history(&self, _: ProjectId, name: &str) -> Result<History, AskError> {
        let of = self.world.history.iter().filter(|((_, one), _)| one == name);
        Ok(Arc::new(of.map(|((identity, _), values)| (identity.hash(), values.clone())).collect()))
    }

    fn lookup(&self, _: ProjectId, _: &str, _: &str) -> Result<Option<LookupColumn>, AskError> {
        Ok(None)
    }

    fn recordings(&self, _: ProjectId) -> Result<Arc<RecordingIndex>, AskError> {
        Ok(Arc::clone(&self.recordings))
    }

    fn now(&self) -> i64 {
        self.world.now_ms + self.at.load(Ordering::Relaxed) as i64 * self.step_ms
    }
}

/// How the same events may lie in a project.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) n_segments: usize,
    /// Fineness of segment i is the i-th of these, over again.
    pub(crate) bits: [u32; 3],
    /// How many segments were written after the links were known.
    pub(crate) n_linked: usize,
    pub(crate) threads: usize,
}

pub(crate) const ONE_SEGMENT: Layout = Layout { n_segments: 1, bits: [0, 0, 0], n_linked: 0, threads: 1 };

pub(crate) const LAYOUTS: [Layout; 5] = [
    ONE_SEGMENT,
    Layout { n_segments: 1, bits: [3, 3, 3], n_linked: 1, threads: 2 },
    Layout { n_segments: 3, bits: [2, 2, 2], n_linked: 0, threads: 1 },
    Layout { n_segments: 4, bits: [3, 0, 1], n_linked: 2, threads: 2 },
    Layout { n_segments: 7, bits: [0, 4, 2], n_linked: 4, threads: 1 },
];

/// An engine over the world's events, laid out so.
pub(crate) fn engine(world: &World, layout: Layout) -> Engine<impl Source + use<>> {
    engine_with(world, layout, RecordingIndex::default())
}

/// The same beside recordings.
pub(crate) fn engine_with(world: &World, layout: Layout, recordings: RecordingIndex) -> Engine<impl Source + use<>> {
    engine_of(world, layout, recordings, Limits::default())
}

/// The same with limits of its own.
pub(crate) fn engine_within(world: &World, layout: Layout, limits: Limits) -> Engine<impl Source + use<>> {
    engine_of(world, layout, RecordingIndex::default(), limits)
}

fn engine_of(world: &World, layout: Layout, recordings: RecordingIndex, limits: Limits) -> Engine<impl Source + use<>> {
    let recordings = Arc::new(recordings);
    let snapshot = laid_out(snapshot_of(PROJECT, &world.events).unwrap(), &world.events, layout);
    let source = WorldSource { snapshots: vec![Arc::new(snapshot)], at: Arc::default(), step_ms: 0, world: world.clone(), recordings };
    Engine::new(Arc::new(source), limits, layout.threads).unwrap()
}

/// An engine over a world that grows a segment at a time, from none on, and then only grows older; what moves it, and how far it goes.
pub(crate) fn growing(world: &World, layout: Layout, step_ms: i64) -> (Engine<impl Source + use<>>, Arc<AtomicUsize>, usize) {
    let whole = laid_out(snapshot_of(PROJECT, &world.events).unwrap(), &world.events, layout);
    let until = |n: usize| Snapshot { segments: whole.segments[..n].to_vec(), version: n as u64 + 1, ..whole.clone() };
    let mut snapshots: Vec<Arc<Snapshot>> = (0..=whole.segments.len()).map(|n| Arc::new(until(n))).collect();
    let last = snapshots.len() + 2;
    snapshots.resize(last + 1, Arc::clone(&snapshots[snapshots.len() - 1]));
    let at = Arc::new(AtomicUsize::new(0));
    let source = WorldSource { snapshots, at: Arc::clone(&at), step_ms, world: world.clone(), recordings: Arc::default() };
    (Engine::new(Arc::new(source), Limits::default(), layout.threads).unwrap(), at, last)
}

fn laid_out(mut snapshot: Snapshot, events: &[Event], layout: Layout) -> Snapshot {
    if layout.n_segments == 1 && layout.bits[0] == 0 && layout.n_linked == 0 {
        return snapshot;
    }
    let mut seen = HashSet::new();
    let once: Vec<&Event> = events.iter().filter(|event| seen.insert((&event.name, event.sent_id(), event.time, &event.insert_id))).collect();
    let length = once.len().div_ceil(layout.n_segments).max(1);
    let links = Arc::clone(&snapshot.links);
    let mut segments: Vec<Arc<dyn Segment>> = Vec::new();
    for (i, part) in once.chunks(length).enumerate() {
        let linked = i < layout.n_linked;
        let mut builder = SegmentBuilder::new();
        for event in part {
            let identity = event.identity();
            let Some(identity) = identity else {
                builder.push(event, None);
                continue;
            };
            let baked = links.baked(identity.hash());
            if linked && baked != identity.hash() {
                let name = sillage_event::Identity::parse(&links.name_above(identity.hash()).unwrap());
                builder.push(event, Some((baked, &name)));
            } else {
                builder.push(event, Some((identity.hash(), &identity)));
            }
        }
        let applied = if linked { links.len() } else { 0 };
        segments.push(Arc::new(builder.finish(i as u64 + 1, layout.bits[i % 3], applied).unwrap()));
    }
    snapshot.segments = segments;
    snapshot
}

/// Asks, and holds the question and what is replied to their schemas.
pub(crate) fn try_ask<S: Source>(engine: &Engine<S>, question: &Value) -> Result<Reply, AskError> {
    let read = Question::from_json(question);
    if let Some(disagreement) = disagreement(question, read.as_ref().err()) {
        panic!("{disagreement}\n{question}");
    }
    let question = read.map_err(|error| AskError::invalid(error.field, error.message))?;
    let reply = engine.answer(PROJECT, &Settings::default(), &question, Cancel::default())?;
    if let Err(fault) = schema::answers().check(&serde_json::to_value(&reply).unwrap()) {
        panic!("contract/answer.schema.json does not have this: {fault:?}\n{}", reply.answer);
    }
    Ok(reply)
}

/// How the schema of questions and their parser differ on a question. That its parts do not fit each other is for the parser alone to say.
pub(crate) fn disagreement(question: &Value, refused: Option<&QuestionError>) -> Option<String> {
    match (refused, schema::questions().check(&schema::without_nulls(question))) {
        (None, Err(fault)) => Some(format!("contract/question.schema.json does not have what the parser takes: {fault:?}")),
        (Some(error), Ok(())) if error.code != "not_allowed" => {
            Some(format!("contract/question.schema.json has what the parser does not take: {}: {error}", error.code))
        }
        _ => None,
    }
}

pub(crate) fn ask<S: Source>(engine: &Engine<S>, question: &Value) -> Value {
    match try_ask(engine, question) {
        Ok(reply) => reply.answer,
        Err(error) => json!({"error": error.to_string()}),
    }
}

/// The names of those behind a cell, and how many there are said to be.
pub(crate) fn people<S: Source>(engine: &Engine<S>, question: &Value, cell: &Value) -> Result<(Vec<String>, u64), AskError> {
    let answer = try_ask(engine, &json!({"kind": "people", "of": question, "at": cell, "limit": 1000}))?.answer;
    let mut ids: Vec<String> = answer["people"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    Ok((ids, answer["count"].as_u64().unwrap()))
}

/// Where an answer differs from what is expected of it. Fields that nobody expects are free; rows with a breakdown may come in any order.
pub(crate) fn differences(expected: &Value, got: &Value, path: &str, into: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(wanted), Value::Object(have)) => {
            for (name, value) in wanted {
                if name == "people_without_end" {
                    people_without_end(value, &have["people"], path, into);
                    continue;
                }
                if name == "by_name" {
                    by_name(value, &have["candidates"], path, into);
                    continue;
                }
                if name == "ids" {
                    ids(value, &have["people"], path, into);
                    continue;
                }
                if name == "series" && value.is_number() {
                    continue;
                }
                match have.get(name) {
                    Some(other) => differences(value, other, &format!("{path}.{name}"), into),
                    None => into.push(format!("{path}.{name} is missing")),
                }
            }
        }
        (Value::Array(wanted), Value::Array(have)) => {
            if wanted.len() != have.len() {
                into.push(format!("{path} has {} rows instead of {}: {got} instead of {expected}", have.len(), wanted.len()));
                return;
            }
            let (wanted, have) = (in_order(wanted), in_order(have));
            for (i, (a, b)) in wanted.iter().zip(&have).enumerate() {
                differences(a, b, &format!("{path}[{i}]"), into);
            }
        }
        _ => {
            let near = match (expected.as_f64(), got.as_f64()) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
                _ => expected == got || text(expected) == text(got),
            };
            if !near {
                into.push(format!("{path} is {got} instead of {expected}"));
            }
        }
    }
}

/// `1`, `"1"` and `1.0` are one segment, written as one of them.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Rows that carry a breakdown are told apart by it; lines of a trend also by their label, rows of a cohort by their start. Paths by their nodes.
fn in_order(rows: &[Value]) -> Vec<Value> {
    let mut rows = rows.to_vec();
    let named = |row: &Value, name: &str| {
        row.get(name)
            .map_or_else(String::new, |value| value.as_array().map_or_else(|| text(value), |list| list.iter().map(|one| format!("{} ", text(one))).collect()))
    };
    if rows.iter().all(|row| row.get("breakdown").is_some() || row.get("nodes").is_some()) {
        rows.sort_by_key(|row| (named(row, "label"), named(row, "start"), named(row, "breakdown"), named(row, "nodes"), named(row, "other")));
    }
    rows
}

/// Everybody who is listed, in whatever order.
fn ids(expected: &Value, got: &Value, path: &str, into: &mut Vec<String>) {
    let mut have: Vec<&str> = got.as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect();
    have.sort_unstable();
    if json!(have) != *expected {
        into.push(format!("{path}.people are {} instead of {expected}", json!(have)));
    }
}

/// The candidates of a driver question, whatever their order.
fn by_name(expected: &Value, got: &Value, path: &str, into: &mut Vec<String>) {
    let name_of = |row: &Value| match row["event"].as_str() {
        Some(name) => format!("{name} {}", row["times"]),
        None => format!("{}={}", row["position"], text(&row["value"])),
    };
    let found: serde_json::Map<String, Value> = got.as_array().into_iter().flatten().map(|row| (name_of(row), row.clone())).collect();
    differences(expected, &Value::Object(found), &format!("{path}.candidates"), into);
}

fn people_without_end(expected: &Value, got: &Value, path: &str, into: &mut Vec<String>) {
    let mut have: Vec<Value> = got.as_array().cloned().unwrap_or_default();
    while have.last().is_some_and(|last| *last == 0) {
        have.pop();
    }
    if Value::Array(have.clone()) != *expected {
        into.push(format!("{path}.people is {} instead of {expected}", Value::Array(have)));
    }
}
