//! Recordings: kept once, put in order, found again after any stop, gone when they are deleted.

use crate::{
    crash::Camera,
    world::{PROJECT, open, options, wait, with_faults},
};
use serde_json::{Value, json};
use sillage_event::recording::{
    Agent, Facts, Found, KeepError, Kept, Marker, PageSeen, Piece, PieceName, Profile, Recordings, STYLE_MARK, Sender, Spans, Style,
};
use sillage_store::{Faults, RecordingLevel, Store, StoreOptions};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;

const START: i64 = 1_795_312_340_000;
const MINUTE: i64 = 60_000;
const STYLE: u128 = 0xabcdef;

/// Ten seconds of a page, an event each second; the first piece begins with a snapshot.
fn piece(session: &str, document: &str, seq: u32, start: i64) -> Piece {
    let mut body = Vec::new();
    let mut line = |kind: u8, data: Value, t: i64| {
        body.extend_from_slice(format!("{{\"type\":{kind},\"data\":{data},\"timestamp\":{t}}}\n").as_bytes());
    };
    if seq == 0 {
        line(4, json!({"href": format!("https://site.example/{document}"), "width": 1000, "height": 700}), start);
        line(2, json!({"node": {"type": 0, "id": 1, "childNodes": [], "css": format!("{STYLE_MARK}{STYLE:032x}"), "of": session}}), start);
    }
    (0..10).for_each(|second| line(3, json!({"source": 2, "type": 2, "id": second, "in": format!("{session} {document} {seq}")}), start + second * 1000));
    let styles = if seq == 0 { vec![Style { hash: STYLE, json: br#""a{color:red}""#.to_vec() }] } else { Vec::new() };
    Piece {
        name: PieceName { session: session.to_owned(), document: document.to_owned(), seq },
        tab: "tab".to_owned(),
        device: Some(format!("device of {session}")),
        user: None,
        sender: Sender::Tag,
        profile: Profile { level: "strict".to_owned(), ..Profile::default() },
        agent: Agent { browser: Some("Firefox".to_owned()), ..Agent::default() },
        received_at: start + 10_000,
        sent_at: Some(start + 9_900),
        facts: Facts {
            start,
            end: start + 9_000,
            active: Spans(vec![(start, start + 9_000)]),
            pages: vec![PageSeen { t: start, page: format!("/{document}"), document: document.to_owned() }],
            clicks: 10,
            snapshots: u32::from(seq == 0),
            ..Facts::default()
        },
        markers: vec![Marker { t: start, kind: "click".to_owned(), document: document.to_owned(), more: Default::default() }],
        expanded_bytes: body.len() as u64,
        body,
        styles,
    }
}

/// A recording of so many pieces.
fn pieces(session: &str, n: u32, start: i64) -> Vec<Piece> {
    (0..n).map(|seq| piece(session, "d", seq, start + i64::from(seq) * 10_000)).collect()
}

fn keep(store: &Store, piece: &Piece) -> Result<Kept, KeepError> {
    wait(store.keep(PROJECT, piece.clone()))
}

fn keep_all(store: &Store, pieces: &[Piece]) {
    pieces.iter().for_each(|piece| assert_eq!(keep(store, piece), Ok(Kept::Stored)));
}

fn find(store: &Store, session: &str) -> Option<Found> {
    store.find(PROJECT, session).unwrap()
}

/// All events of a recording in the order of its segments.
fn events(store: &Store, session: &str) -> Vec<Value> {
    let segments = find(store, session).map_or(0, |found| found.segments.len() as u32);
    (0..segments).flat_map(|n| serde_json::from_slice::<Vec<Value>>(&store.segment(PROJECT, session, n).unwrap().unwrap()).unwrap()).collect()
}

/// What a store shows: every session with its number of events and clicks.
fn shown(store: &Store) -> BTreeMap<String, (usize, u32)> {
    let index = store.recordings(PROJECT).unwrap();
    index.rows.iter().map(|row| (row.session.to_string(), (events(store, &row.session).len(), row.clicks))).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let root = dir.join("projects/1/recordings");
    let in_folder = |name: &str| fs::read_dir(root.join(name)).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    [in_folder("packs"), in_folder("log")].concat()
}

#[test]
fn a_piece_is_kept_once_in_whatever_order_and_through_every_stop() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let all = [pieces("a", 4, START), pieces("b", 2, START + 5_000)].concat();
    for at in [3, 0, 5, 2, 4, 1] {
        assert_eq!(keep(&store, &all[at]), Ok(Kept::Stored));
        assert_eq!(keep(&store, &all[at]), Ok(Kept::Duplicate));
    }
    let expected = BTreeMap::from([("a".to_owned(), (42, 40)), ("b".to_owned(), (22, 20))]);
    assert_eq!(shown(&store), expected);
    let times: Vec<i64> = events(&store, "a").iter().map(|event| event["timestamp"].as_i64().unwrap()).collect();
    assert!(times.is_sorted());
    drop(store);
    let store = open(dir.path());
    assert_eq!(shown(&store), expected, "read back from the log");
    store.compact_recordings(PROJECT).unwrap();
    assert_eq!(shown(&store), expected, "packed");
    all.iter().for_each(|piece| assert_eq!(keep(&store, piece), Ok(Kept::Duplicate), "sent again after packing"));
    drop(store);
    let store = open(dir.path());
    assert_eq!(shown(&store), expected, "read back from the pack");
    // A piece that was parked comes late, to a recording that is packed.
    assert_eq!(keep(&store, &piece("a", "d", 4, START + 40_000)), Ok(Kept::Stored));
    let found = find(&store, "a").unwrap();
    assert_eq!((found.row.clicks, events(&store, "a").len(), found.problems.len()), (50, 52, 0));
    store.compact_recordings(PROJECT).unwrap();
    drop(store);
    let store = open(dir.path());
    assert_eq!(shown(&store)["a"], (52, 50));
    assert_eq!(files(dir.path()).iter().filter(|path| path.extension().is_some_and(|kind| kind == "log")).count(), 0, "logs go once all is packed");
}

#[test]
fn segments_begin_with_snapshots_and_the_first_is_short() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &pieces("a", 12, START));
    keep_all(&store, &[piece("a", "e", 0, START + 120_000), piece("a", "e", 1, START + 130_000)]);
    for is_packed in [false, true] {
        if is_packed {
            store.compact_recordings(PROJECT).unwrap();
        }
        let found = find(&store, "a").unwrap();
        let segments = &found.segments;
        assert!(segments[0].t1 - segments[0].t0 <= 15_000 && segments[0].has_snapshot);
        assert!(segments.iter().all(|segment| segment.t1 - segment.t0 <= 30_000));
        assert_eq!(segments.iter().filter(|segment| segment.document == "e").map(|segment| segment.has_snapshot).collect::<Vec<_>>(), [true]);
        assert_eq!(events(&store, "a").len(), 12 * 10 + 2 + 22);
        assert_eq!(found.row.pages.iter().map(|page| &**page).collect::<Vec<_>>(), ["/d", "/e"]);
        let snapshot = &events(&store, "a")[1];
        assert_eq!(snapshot["data"]["node"]["css"], "a{color:red}", "stylesheets are put back in");
    }
}

#[test]
fn a_kill_at_any_step_of_keeping() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    keep_all(&store, &pieces("a", 2, START));
    camera.during(|| keep_all(&store, &[piece("a", "d", 2, START + 20_000), piece("b", "d", 0, START)]));
    camera.check(|copy, step| {
        let clicks = shown(copy)["a"].1;
        assert!([20, 30].contains(&clicks), "killed before {step}: {clicks}");
        for piece in [piece("a", "d", 2, START + 20_000), piece("b", "d", 0, START)] {
            keep(copy, &piece).unwrap();
        }
        assert_eq!(shown(copy), BTreeMap::from([("a".to_owned(), (32, 30)), ("b".to_owned(), (12, 10))]), "sent again after a kill before {step}");
    });
}

#[test]
fn a_kill_at_any_step_of_packing_and_merging() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    for n in 0..6 {
        keep_all(&store, &pieces(&format!("s{n}"), 2, START + n * 1000));
        store.compact_recordings(PROJECT).unwrap();
    }
    keep_all(&store, &pieces("open", 2, START));
    let expected = shown(&store);
    assert_eq!(expected.len(), 7);
    // Half an hour later the open session is over, and there are packs enough to merge.
    camera.during(|| store.tidy_recordings(PROJECT, START + 60 * MINUTE).unwrap());
    assert_eq!(shown(&store), expected);
    assert!(files(dir.path()).len() <= 3, "{:?}", files(dir.path()));
    camera.check(|copy, step| {
        assert_eq!(shown(copy), expected, "killed before {step}");
        copy.tidy_recordings(PROJECT, START + 60 * MINUTE).unwrap();
        assert_eq!(shown(copy), expected, "done again after a kill before {step}");
        assert_eq!(keep(copy, &piece("s3", "d", 1, START)), Ok(Kept::Duplicate), "sent again after a kill before {step}");
    });
}

#[test]
fn a_kill_at_any_step_of_deleting() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    keep_all(&store, &[pieces("packed", 2, START), pieces("other", 2, START)].concat());
    store.compact_recordings(PROJECT).unwrap();
    keep_all(&store, &[pieces("open", 2, START), pieces("stays", 2, START)].concat());
    let gone = ["packed".to_owned(), "open".to_owned(), "never there".to_owned()];
    camera.during(|| {
        assert_eq!(store.delete(PROJECT, &gone).unwrap(), ["packed", "open"]);
        store.tidy_recordings(PROJECT, START).unwrap();
    });
    let after: Vec<String> = shown(&store).into_keys().collect();
    assert_eq!(after, ["other", "stays"]);
    assert_eq!(keep(&store, &piece("open", "d", 2, START)), Err(KeepError::Deleted), "what is deleted stays so while its page is open");
    camera.check(|copy, step| {
        let there: Vec<String> = shown(copy).into_keys().collect();
        assert!(there == after || there.len() == 4, "killed before {step}: {there:?}");
        copy.delete(PROJECT, &gone).unwrap();
        copy.tidy_recordings(PROJECT, START).unwrap();
        assert_eq!(shown(copy).into_keys().collect::<Vec<_>>(), after, "done again after a kill before {step}");
        assert_eq!((find(copy, "packed"), copy.segment(PROJECT, "open", 0).unwrap()), (None, None));
    });
}

#[test]
fn what_is_deleted_leaves_the_disk_and_its_stylesheets_with_it() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &[pieces("a", 3, START), pieces("b", 3, START)].concat());
    store.compact_recordings(PROJECT).unwrap();
    let before = store.recording_bytes(PROJECT);
    store.delete(PROJECT, &["a".to_owned()]).unwrap();
    store.tidy_recordings(PROJECT, START).unwrap();
    let on_disk = |dir: &Path| files(dir).iter().map(|path| fs::metadata(path).unwrap().len()).sum::<u64>();
    assert!(on_disk(dir.path()) < before * 4 / 5, "{} of {before} bytes are left", on_disk(dir.path()));
    assert_eq!(events(&store, "b")[1]["data"]["node"]["css"], "a{color:red}");
    store.delete(PROJECT, &["b".to_owned()]).unwrap();
    store.tidy_recordings(PROJECT, START).unwrap();
    assert!(files(dir.path()).is_empty(), "{:?}", files(dir.path()));
    // After two days nobody remembers that it was deleted.
    store.tidy_recordings(PROJECT, START * 2).unwrap();
    assert_eq!(keep(&store, &piece("a", "d", 0, START)), Ok(Kept::Stored));
}

#[test]
fn recordings_expire_after_the_days_that_the_project_keeps_them() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let day = 24 * 60 * MINUTE;
    for n in 0..40 {
        keep_all(&store, &pieces(&format!("day {n:02}"), 1, START + n * day));
    }
    store.compact_recordings(PROJECT).unwrap();
    store.tidy_recordings(PROJECT, START + 40 * day).unwrap();
    assert_eq!(store.recordings(PROJECT).unwrap().rows.len(), 30, "thirty days without being told");
    store.keep_days(PROJECT, 7).unwrap();
    drop(store);
    let store = open(dir.path());
    store.tidy_recordings(PROJECT, START + 40 * day).unwrap();
    assert_eq!(shown(&store).keys().next().unwrap(), "day 33");
    assert_eq!(files(dir.path()).len(), 8, "a pack for each day that is left, and one of stylesheets");
}

#[test]
fn many_small_recordings_are_few_files() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    for n in 0..60 {
        keep_all(&store, &pieces(&format!("s{n}"), 1, START + n * 1000));
        store.tidy_recordings(PROJECT, START + n * 1000 + 31 * MINUTE).unwrap();
    }
    assert_eq!(store.recordings(PROJECT).unwrap().rows.len(), 60);
    assert!(files(dir.path()).len() <= 10, "{} files", files(dir.path()).len());
}

#[test]
fn a_torn_end_is_cut_off_and_damage_costs_one_piece() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &pieces("a", 3, START));
    drop(store);
    let log = files(dir.path()).pop().unwrap();
    let whole = fs::read(&log).unwrap();
    for cut in [1, 7, 40, whole.len() / 4] {
        fs::write(&log, &whole[..whole.len() - cut]).unwrap();
        let store = open(dir.path());
        assert_eq!(shown(&store)["a"].1, 20, "{cut} bytes are missing at the end");
        assert_eq!(keep(&store, &piece("a", "d", 2, START + 20_000)), Ok(Kept::Stored));
        drop(store);
        files(dir.path()).into_iter().filter(|path| *path != log).for_each(|path| fs::remove_file(path).unwrap());
    }
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 0xff;
    fs::write(&log, damaged).unwrap();
    let found = find(&open(dir.path()), "a").unwrap();
    assert_eq!((found.row.clicks, found.problems[0].code.as_str()), (20, "missing_pieces"));
}

#[test]
fn a_damaged_pack_is_told_and_the_others_are_served() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &pieces("a", 3, START));
    store.compact_recordings(PROJECT).unwrap();
    keep_all(&store, &pieces("b", 3, START + 1000));
    store.compact_recordings(PROJECT).unwrap();
    drop(store);
    let mut packs = files(dir.path());
    packs.sort();
    // The first is of stylesheets or of recording a, by number; the body of a's is what rots.
    let of_a = packs
        .iter()
        .find(|path| {
            let store_bytes = fs::read(path).unwrap();
            store_bytes.len() > 400
        })
        .unwrap();
    let mut bytes = fs::read(of_a).unwrap();
    bytes[40] ^= 0xff;
    fs::write(of_a, bytes).unwrap();
    let store = open(dir.path());
    assert!(store.segment(PROJECT, "a", 0).is_err());
    assert_eq!(events(&store, "b").len(), 32);
}

#[test]
fn sessions_are_capped_in_bytes_and_time() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &[piece("long", "d", 0, START)]);
    assert_eq!(keep(&store, &piece("long", "d", 1, START + 121 * MINUTE)), Err(KeepError::SessionTooLong { cap_hours: 2 }));
    for seq in 0..2 {
        let mut large = piece("large", "d", seq, START);
        large.expanded_bytes = 10 << 20;
        assert_eq!(keep(&store, &large), Ok(Kept::Stored));
    }
    assert!(matches!(keep(&store, &piece("large", "d", 2, START)), Err(KeepError::SessionTooLarge { .. })));
    store.compact_recordings(PROJECT).unwrap();
    let codes: Vec<String> = ["long", "large"].iter().flat_map(|session| find(&store, session).unwrap().problems).map(|problem| problem.code).collect();
    assert_eq!(codes, ["cut_short", "cut_short"]);
}

#[test]
fn a_filling_disk_sheds_recordings_before_events() {
    let dir = TempDir::new().unwrap();
    let total = fs4::total_space(dir.path()).unwrap();
    let free = Arc::new(AtomicU64::new(total / 2));
    let faults = Faults::default().with_free_bytes(Arc::clone(&free));
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    keep_all(&store, &[piece("a", "d", 0, START)]);
    for (percent_free, most_gb, level) in [(15, 7, RecordingLevel::Filling), (8, 3, RecordingLevel::NoNew), (3, 1, RecordingLevel::None)] {
        free.store((total / 100 * percent_free).min(most_gb << 30), Ordering::Relaxed);
        assert_eq!(store.health().recordings, level);
        let old = keep(&store, &piece("a", "d", percent_free as u32, START + 1000 * percent_free as i64));
        let new = keep(&store, &piece(&format!("new {percent_free}"), "d", 0, START));
        assert_eq!((old.is_ok(), new.is_ok()), (level != RecordingLevel::None, level == RecordingLevel::Filling), "{percent_free} % free");
        assert!(matches!(new, Ok(_) | Err(KeepError::Unavailable { retry_after_s: 60, .. })));
        crate::world::append_events(&store, &crate::world::some_events(3, percent_free));
    }
}

#[test]
fn a_failed_write_or_sync_keeps_nothing_more_until_a_restart() {
    for point in ["recording.write", "recording.sync"] {
        let dir = TempDir::new().unwrap();
        let armed = Arc::new(AtomicUsize::new(0));
        let trigger = Arc::clone(&armed);
        let faults = Faults::new(move |name| if name == point && trigger.swap(0, Ordering::SeqCst) == 1 { Err(io::Error::other("EIO")) } else { Ok(()) });
        let store = Store::open(dir.path(), with_faults(faults)).unwrap();
        keep_all(&store, &[piece("a", "d", 0, START)]);
        armed.store(1, Ordering::SeqCst);
        assert!(matches!(keep(&store, &piece("a", "d", 1, START)), Err(KeepError::Unavailable { .. })));
        assert!(matches!(keep(&store, &piece("a", "d", 2, START)), Err(KeepError::Unavailable { .. })));
        crate::world::append_events(&store, &crate::world::some_events(3, 1));
        drop(store);
        let store = open(dir.path());
        assert!([1, 2].contains(&find(&store, "a").unwrap().recorded.documents[0].pieces[0].1.saturating_add(1)));
        assert_eq!(keep(&store, &piece("a", "d", 2, START)), Ok(Kept::Stored));
    }
}

#[test]
fn a_copy_of_the_store_has_its_recordings_and_is_verified() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &pieces("packed", 3, START));
    store.compact_recordings(PROJECT).unwrap();
    keep_all(&store, &pieces("open", 3, START));
    let copy = TempDir::new().unwrap();
    store.checkpoint(copy.path()).unwrap();
    sillage_store::verify(copy.path()).unwrap();
    assert_eq!(shown(&open(copy.path())), shown(&store));
    store.delete_project(PROJECT).unwrap();
    assert!(shown(&store).is_empty() && files(dir.path()).is_empty());
}

#[test]
fn two_projects_see_nothing_of_each_other() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    keep_all(&store, &pieces("a", 1, START));
    let other = sillage_event::ProjectId(2);
    assert_eq!((store.find(other, "a").unwrap(), store.segment(other, "a", 0).unwrap()), (None, None));
    assert!(store.delete(other, &["a".to_owned()]).unwrap().is_empty());
    assert_eq!(wait(store.keep(other, piece("a", "d", 0, START))), Ok(Kept::Stored));
    assert_eq!(shown(&store).len(), 1);
}

#[test]
fn in_the_background_what_is_over_is_packed() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), StoreOptions { background: true, ..options() }).unwrap();
    // Long over by the clock of this machine.
    keep_all(&store, &pieces("a", 2, 1_700_000_000_000));
    store.keep_days(PROJECT, 180).unwrap();
    let patience = std::time::Instant::now();
    while !files(dir.path()).iter().all(|path| path.extension().is_some_and(|kind| kind == "pack")) {
        assert!(patience.elapsed().as_secs() < 30, "{:?}", files(dir.path()));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

/// The format as it was released stays readable. `UPDATE=1` writes the fixture of this version.
#[test]
fn recordings_of_every_released_version_are_read() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recording_fixtures/1");
    let of_this_version = |dir: &Path| {
        let store = open(dir);
        keep_all(&store, &pieces("packed", 3, START));
        store.compact_recordings(PROJECT).unwrap();
        keep_all(&store, &[pieces("open", 2, START), vec![piece("packed", "d", 3, START + 30_000)]].concat());
    };
    if std::env::var("UPDATE").is_ok_and(|value| value == "1") {
        let dir = TempDir::new().unwrap();
        of_this_version(dir.path());
        let _ = fs::remove_dir_all(&fixtures);
        crate::world::copy_dir(&dir.path().join("projects/1/recordings"), &fixtures);
    }
    let dir = TempDir::new().unwrap();
    drop(open(dir.path()));
    crate::world::copy_dir(&fixtures, &dir.path().join("projects/1/recordings"));
    let store = open(dir.path());
    assert_eq!(shown(&store), BTreeMap::from([("open".to_owned(), (22, 20)), ("packed".to_owned(), (42, 40))]));
    assert_eq!(events(&store, "packed")[1]["data"]["node"]["css"], "a{color:red}");
    store.compact_recordings(PROJECT).unwrap();
    assert_eq!(shown(&store).len(), 2);
}

/// `cargo nextest run --cargo-profile release -p sillage-store --run-ignored only -E 'test(measured)' --no-capture`
#[test]
#[ignore = "a measurement"]
fn pieces_and_segments_are_measured() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let n_sessions = 400;
    let all: Vec<Piece> = (0..n_sessions).flat_map(|n| pieces(&format!("s{n}"), 10, START + n * 1000)).map(|piece| padded(piece, 20_000)).collect();
    for at_once in [1, 16, 64] {
        let dir = TempDir::new().unwrap();
        let store = open(dir.path());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
        let began = std::time::Instant::now();
        runtime.block_on(async {
            let mut tasks = Vec::new();
            for chunk in all.chunks(all.len().div_ceil(at_once)) {
                let (store, chunk) = (store.clone(), chunk.to_vec());
                tasks.push(tokio::spawn(async move {
                    for piece in chunk {
                        store.keep(PROJECT, piece).await.unwrap();
                    }
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
        });
        println!("{at_once} senders: {:.0} pieces/s of 20 KB, synced", all.len() as f64 / began.elapsed().as_secs_f64());
    }
    keep_all(&store, &all);
    let began = std::time::Instant::now();
    store.compact_recordings(PROJECT).unwrap();
    println!("packed {n_sessions} recordings of 200 KB in {} ms", began.elapsed().as_millis());
    drop(store);
    let began = std::time::Instant::now();
    let store = open(dir.path());
    println!("opened in {} ms", began.elapsed().as_millis());
    let mut times: Vec<f64> = (0..100)
        .map(|n| {
            let began = std::time::Instant::now();
            store.segment(PROJECT, &format!("s{n}"), 0).unwrap().unwrap();
            began.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("first segment, cold: median {:.2} ms, slowest {:.2} ms", times[50], times[99]);
}

/// As large as pieces of a lively page are.
fn padded(mut piece: Piece, bytes: usize) -> Piece {
    let words: String = (0..bytes / 12).map(|n| format!("node{:07x} ", n * 2_654_435_761_usize % 0xfff_ffff)).collect();
    let line = format!("{{\"type\":3,\"data\":{{\"source\":0,\"adds\":\"{words}\"}},\"timestamp\":{}}}\n", piece.facts.end);
    piece.body.extend_from_slice(line.as_bytes());
    piece
}
