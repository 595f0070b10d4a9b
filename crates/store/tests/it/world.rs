//! Events to store and ways to look at what a store shows.

use arrow_array::{Array, RecordBatch, StringArray, UInt32Array, cast::AsArray, types::Int64Type};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sillage_event::{Append, AppendError, Appended, Batch, Event, ProjectId};
use sillage_store::{Faults, NOBODY, PropertyColumn, Segment, Snapshot, Store, StoreOptions, column};
use std::{fs, future::Future, path::Path};

pub const PROJECT: ProjectId = ProjectId(1);
const START: i64 = 1_760_000_000_000;

/// Small limits, and nothing happens by itself.
pub fn options() -> StoreOptions {
    StoreOptions { journal_file_bytes: 1 << 16, chunk_rows: 64, bucket_rows: 150, reserve_bytes: 0, background: false, ..StoreOptions::default() }
}

pub fn with_faults(faults: Faults) -> StoreOptions {
    StoreOptions { faults, ..options() }
}

pub fn open(dir: &Path) -> Store {
    Store::open(dir, options()).unwrap()
}

pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

pub fn append(store: &Store, batch: Batch) -> Result<Appended, AppendError> {
    wait(store.append(PROJECT, batch))
}

pub fn append_events(store: &Store, events: &[Event]) -> Appended {
    append(store, Batch { events: events.to_vec(), ..Batch::default() }).unwrap()
}

pub fn event(name: &str, who: &str, minute: i64) -> Event {
    Event {
        name: name.to_owned(),
        time: START + minute * 60_000,
        distinct_id: who.to_owned(),
        insert_id: format!("{name}-{who}-{minute}"),
        received_at: START + minute * 60_000 + 1_000,
        ..Event::default()
    }
}

/// All kinds of events, the same for the same seed.
pub fn some_events(count: usize, seed: u64) -> Vec<Event> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count)
        .map(|number| {
            let minute = rng.random_range(0..200_000);
            let mut one = event(["view", "buy", "leave", "search"].choose(&mut rng).unwrap(), "", minute);
            one.insert_id = format!("{seed}-{number}");
            // Some share a millisecond, so that ties are needed.
            if rng.random_bool(0.3) {
                one.time = START + rng.random_range(0..4) * 1_000;
            }
            one.seq = rng.random_bool(0.5).then(|| rng.random_range(0..5));
            match rng.random_range(0..10) {
                0 => {}
                1..=4 => one.distinct_id = format!("user {}", rng.random_range(0..40)),
                5..=7 => {
                    let device = rng.random_range(0..60);
                    one.distinct_id = format!("$device:{device}");
                    one.device_id = Some(device.to_string());
                }
                _ => {
                    let device = rng.random_range(0..60);
                    one.device_id = Some(device.to_string());
                    one.user_id = Some(format!("user {}", device / 2));
                    one.distinct_id = format!("user {}", device / 2);
                }
            }
            one.properties.insert("plan".to_owned(), json!(["free", "pro"].choose(&mut rng).unwrap()));
            if rng.random_bool(0.5) {
                one.properties.insert("amount".to_owned(), json!(rng.random_range(0..1000) as f64 / 4.0));
            }
            if rng.random_bool(0.1) {
                one.properties.insert("amount".to_owned(), json!("many"));
            }
            if rng.random_bool(0.2) {
                one.properties.insert("tags".to_owned(), json!(["a", number]));
                one.properties.insert("flag".to_owned(), json!(number % 2 == 0));
                one.groups = vec![("company".to_owned(), vec![format!("c{}", number % 5)])];
            }
            if rng.random_bool(0.3) {
                one.session_id = Some(format!("s{}", number / 10));
            }
            one
        })
        .collect()
}

/// Everything that a snapshot shows, a line an event, sorted; the person as the links resolve it. Checks what a segment promises on the way.
pub fn rows_of(snapshot: &Snapshot) -> Vec<String> {
    let mut lines: Vec<String> = snapshot.segments.iter().flat_map(|segment| lines_of(snapshot, segment.as_ref())).collect();
    lines.sort();
    lines
}

fn lines_of(snapshot: &Snapshot, segment: &dyn Segment) -> Vec<String> {
    let mut lines = Vec::new();
    let overlay: std::collections::HashMap<_, _> = snapshot.links.changed_since(segment.links_applied()).into_iter().collect();
    let mut counts = vec![0u64; segment.event_names().len()];
    let mut columns = vec![
        column::PERSON,
        column::TIME,
        column::TIE,
        column::EVENT,
        column::DISTINCT_ID,
        column::DEVICE_ID,
        column::USER_ID,
        column::INSERT_ID,
        column::SESSION_ID,
        column::RECEIVED_AT,
        column::SEQ,
    ];
    let properties: Vec<String> = segment.properties().iter().map(PropertyColumn::column_name).collect();
    columns.extend(properties.iter().map(String::as_str));
    let (first, last) = segment.time_range().unwrap();
    for bucket in 0..1usize << segment.bucket_bits() {
        let people = segment.people(bucket).unwrap();
        let names = segment.person_names(bucket).unwrap();
        assert_eq!(people.hashes.len(), names.len());
        assert!(people.hashes.is_sorted() && people.hashes.iter().all(|hash| sillage_store::bucket_of(*hash, segment.bucket_bits()) == bucket));
        let batch = segment.read(bucket, std::slice::from_ref(&(0..segment.bucket_rows(bucket))), &columns).unwrap();
        assert_eq!(batch.num_rows(), segment.bucket_rows(bucket));
        let ordinals: &UInt32Array = batch.column(0).as_primitive();
        let times = batch.column(1).as_primitive::<Int64Type>();
        let ties: &UInt32Array = batch.column(2).as_primitive();
        let mut covered = 0;
        for (event, count) in counts.iter_mut().enumerate() {
            let rows = segment.event_rows(bucket, event);
            covered += rows.len();
            *count += rows.len() as u64;
            let keys: Vec<_> = rows.clone().map(|row| (ordinals.value(row), times.value(row), ties.value(row))).collect();
            assert!(keys.is_sorted(), "rows of one event stand in order of person, time and tie");
            assert!(keys.windows(2).all(|pair| pair[0].0 == NOBODY || pair[0] != pair[1]), "ties tell rows of one moment apart");
            assert!(rows.clone().all(|row| text(&batch, 3, row) == *segment.event_names()[event]));
        }
        assert_eq!(covered, batch.num_rows());
        for row in 0..batch.num_rows() {
            assert!((first..=last).contains(&times.value(row)));
            let person = match ordinals.value(row) {
                NOBODY => "nobody".to_owned(),
                ordinal => {
                    let held = people.hashes[ordinal as usize];
                    assert_eq!(sillage_event::Identity::parse(&names[ordinal as usize]).hash(), held, "the name of a person is its own");
                    let person = overlay.get(&held).copied().unwrap_or(held);
                    assert_eq!(person, snapshot.links.resolve(held));
                    format!("{:016x}", person.0)
                }
            };
            let mut line = person;
            for at in (1..columns.len()).filter(|at| *at != 2) {
                let array = batch.column(at);
                if array.is_valid(row) {
                    let value = arrow_cast::display::array_value_to_string(array, row).unwrap();
                    line.push_str(&format!(" {}={value}", columns[at]));
                }
            }
            lines.push(line);
        }
    }
    for (event, count) in counts.iter().enumerate() {
        assert_eq!(segment.event_count(event), *count);
    }
    lines
}

fn text(batch: &RecordBatch, column: usize, row: usize) -> String {
    let array = batch.column(column).as_dictionary::<arrow_array::types::Int32Type>();
    let values: &StringArray = array.values().as_string();
    values.value(array.keys().value(row) as usize).to_owned()
}

pub fn rows(store: &Store) -> Vec<String> {
    rows_of(&store.snapshot(PROJECT).unwrap())
}

/// What a kill at this moment would leave.
pub fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_dir(&entry.path(), &target);
        } else if entry.file_name() != "lock" && entry.path().exists() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn segment_files(dir: &Path) -> Vec<std::path::PathBuf> {
    let folder = dir.join("projects/1/segments");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}
