//! How long questions take on a store, without a server in between: for finding out where the time goes. Reads `{"name": question}` from standard
//! input and prints the median and the least milliseconds of each, how much processor time one takes, and a checksum of its answer.
//!
//! ask STORE-FOLDER PROJECT THREADS RUNS
#![allow(clippy::expect_used, clippy::print_stdout)]

use serde_json::Value;
use sillage_behavior::{AskError, AskErrorCode, Cancel, Question, Settings, expression::LookupColumn};
use sillage_event::{PersonId, ProjectId};
use sillage_query::{Engine, History, Limits, Source};
use sillage_store::{Snapshot, Store, StoreOptions};
use std::{
    collections::{BTreeMap, HashMap},
    env,
    error::Error,
    fs, io,
    path::Path,
    sync::Arc,
    time::Instant,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A store without profiles.
#[derive(Debug)]
struct Events(Store);

impl Source for Events {
    fn snapshot(&self, project: ProjectId) -> Result<Arc<Snapshot>, AskError> {
        self.0.snapshot(project).map_err(|error| AskError::new(AskErrorCode::Unavailable, error.to_string()))
    }

    fn profiles_version(&self) -> u64 {
        0
    }

    fn persons(&self, _: ProjectId) -> Result<Arc<HashMap<PersonId, Arc<str>>>, AskError> {
        Ok(Arc::default())
    }

    fn person_property(&self, _: ProjectId, _: &str) -> Result<Arc<HashMap<PersonId, Value>>, AskError> {
        Ok(Arc::default())
    }

    fn group_property(&self, _: ProjectId, _: &str, _: &str) -> Result<Arc<HashMap<String, Value>>, AskError> {
        Ok(Arc::default())
    }

    fn person_history(&self, _: ProjectId, _: &str) -> Result<History, AskError> {
        Ok(History::default())
    }

    fn lookup(&self, _: ProjectId, _: &str, _: &str) -> Result<Option<LookupColumn>, AskError> {
        Ok(None)
    }

    fn now(&self) -> i64 {
        1_800_000_000_000
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, folder, project, threads, runs] = arguments.as_slice() else { return Err("ask STORE-FOLDER PROJECT THREADS RUNS".into()) };
    let (project, threads, runs): (u32, usize, usize) = (project.parse()?, threads.parse()?, runs.parse()?);
    let questions: BTreeMap<String, Value> = serde_json::from_reader(io::stdin())?;
    let store = Store::open(Path::new(folder), StoreOptions { background: false, ..StoreOptions::default() })?;
    let engine = Engine::new(Arc::new(Events(store)), Limits::default(), threads)?;
    let settings = Settings::default();
    for (name, question) in &questions {
        let question = Question::from_json(question).map_err(|error| format!("{name}: {} {}", error.field, error.message))?;
        let ask = || engine.answer(ProjectId(project), &settings, &question, Cancel::default());
        let written = serde_json::to_string(&ask()?.answer)?;
        let before = processor_ms()?;
        let mut times = Vec::new();
        for _ in 0..runs {
            let began = Instant::now();
            std::hint::black_box(ask()?);
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        let processor = (processor_ms()? - before) / runs as f64;
        times.sort_by(f64::total_cmp);
        let (median, least) = (times[times.len() / 2], times[0]);
        println!("{name:34} {median:8.1} {least:8.1} ms, processor {processor:8.1} ms, answer {:9} bytes {:016x}", written.len(), checksum(&written));
    }
    Ok(())
}

/// Of this process, threads together.
fn processor_ms() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/schedstat")?;
    let mut sum: f64 = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let of_thread = fs::read_to_string(thread?.path().join("schedstat")).unwrap_or_else(|_| text.clone());
        sum += of_thread.split(' ').next().unwrap_or("0").parse::<f64>()? / 1e6;
    }
    Ok(sum)
}

fn checksum(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}
