//! How long it takes merely to decode what a question touches: the limit that an answer can approach. Reads
//! `{"name": {"events": ["search"] or null, "columns": ["person", "time"]}}` from standard input and prints the median milliseconds of each.
//!
//! decode STORE-FOLDER PROJECT THREADS RUNS
#![allow(clippy::expect_used, clippy::print_stdout)]

use sillage_event::ProjectId;
use sillage_store::{Segment, Store, StoreOptions};
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    io,
    ops::Range,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Instant,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(serde::Deserialize)]
struct Wanted {
    events: Option<Vec<String>>,
    columns: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, folder, project, threads, runs] = arguments.as_slice() else { return Err("decode STORE-FOLDER PROJECT THREADS RUNS".into()) };
    let (threads, runs): (usize, usize) = (threads.parse()?, runs.parse()?);
    let wanted: BTreeMap<String, Wanted> = serde_json::from_reader(io::stdin())?;
    let store = Store::open(Path::new(folder), StoreOptions { background: false, ..StoreOptions::default() })?;
    let snapshot = store.snapshot(ProjectId(project.parse()?))?;
    let mut medians = BTreeMap::new();
    for (name, wanted) in &wanted {
        let mut times = Vec::new();
        for _ in 0..runs {
            let began = Instant::now();
            decode(&snapshot.segments, wanted, threads);
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        medians.insert(name, times[times.len() / 2]);
    }
    println!("{}", serde_json::to_string(&medians)?);
    Ok(())
}

fn decode(segments: &[Arc<dyn Segment>], wanted: &Wanted, threads: usize) {
    let work: Vec<(&Arc<dyn Segment>, usize)> =
        segments.iter().flat_map(|segment| (0..1usize << segment.bucket_bits()).map(move |bucket| (segment, bucket))).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((segment, bucket)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let rows = rows_of(segment, *bucket, wanted.events.as_deref());
                    // A segment without one of the columns has nothing of it to decode.
                    let has = |column: &&str| segment.read(*bucket, &[], &[column]).is_ok();
                    let columns: Vec<&str> = wanted.columns.iter().map(String::as_str).filter(has).collect();
                    let batch = segment.read(*bucket, &rows, &columns).expect("the store is sound");
                    std::hint::black_box(batch);
                }
            });
        }
    });
}

fn rows_of(segment: &Arc<dyn Segment>, bucket: usize, events: Option<&[String]>) -> Vec<Range<usize>> {
    let Some(events) = events else { return std::iter::once(0..segment.bucket_rows(bucket)).collect() };
    let names = segment.event_names();
    let of_names = (0..names.len()).filter(|event| events.iter().any(|name| **name == *names[*event]));
    let mut rows: Vec<Range<usize>> = of_names.map(|event| segment.event_rows(bucket, event)).filter(|rows| !rows.is_empty()).collect();
    rows.sort_unstable_by_key(|rows| rows.start);
    rows
}
