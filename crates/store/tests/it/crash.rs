//! A kill at any step leaves the state before or after it. The folder is copied at each step, as a kill would leave it, and opened.

use crate::world::*;
use sillage_event::{Batch, Event, Identity, LinkChange};
use sillage_store::{Faults, Store, StoreError};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;

/// Copies the folder at every step of whatever is done while `is_on`.
pub(crate) struct Camera {
    pictures: TempDir,
    count: Arc<AtomicUsize>,
    names: Arc<Mutex<Vec<&'static str>>>,
    is_on: Arc<AtomicUsize>,
}

impl Camera {
    pub(crate) fn new(dir: PathBuf) -> (Self, Faults) {
        let camera = Self { pictures: TempDir::new().unwrap(), count: Arc::default(), names: Arc::default(), is_on: Arc::default() };
        let (pictures, count, names, is_on) =
            (camera.pictures.path().to_owned(), Arc::clone(&camera.count), Arc::clone(&camera.names), Arc::clone(&camera.is_on));
        let faults = Faults::new(move |name| {
            if is_on.load(Ordering::SeqCst) == 1 {
                let number = count.fetch_add(1, Ordering::SeqCst);
                copy_dir(&dir, &pictures.join(number.to_string()));
                names.lock().unwrap().push(name);
            }
            Ok(())
        });
        (camera, faults)
    }

    pub(crate) fn during(&self, work: impl FnOnce()) {
        self.is_on.store(1, Ordering::SeqCst);
        work();
        self.is_on.store(0, Ordering::SeqCst);
    }

    /// Opens each picture and gives it to `check` with the step's name.
    pub(crate) fn check(&self, check: impl Fn(&Store, &str)) {
        let count = self.count.load(Ordering::SeqCst);
        assert!(count > 3, "only {count} steps were seen");
        for number in 0..count {
            let name = self.names.lock().unwrap()[number];
            let store = open(&self.pictures.path().join(number.to_string()));
            check(&store, name);
            drop(store);
        }
    }
}

fn seeded(store: &Store) -> Vec<Event> {
    let mut all = Vec::new();
    for round in 0..5 {
        let events = some_events(80, round);
        append_events(store, &events);
        store.flush(PROJECT).unwrap();
        all.extend(events);
    }
    let tail = some_events(60, 77);
    append_events(store, &tail);
    all.extend(tail);
    all
}

#[test]
fn a_kill_at_any_step_of_sealing() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    let all = seeded(&store);
    let expected = rows(&store);
    camera.during(|| store.flush(PROJECT).unwrap());
    assert_eq!(rows(&store), expected);
    camera.check(|copy, step| {
        assert_eq!(rows(copy), expected, "killed before {step}");
        let resent = append_events(copy, &all);
        assert_eq!((resent.events, resent.duplicates as usize), (0, all.len()), "resent after a kill before {step}");
    });
}

#[test]
fn a_kill_at_any_step_of_merging() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    let all = seeded(&store);
    let expected = rows(&store);
    camera.during(|| store.compact(PROJECT).unwrap());
    assert_eq!(store.snapshot(PROJECT).unwrap().segments.len(), 2);
    camera.check(|copy, step| {
        assert_eq!(rows(copy), expected, "killed before {step}");
        assert_eq!(append_events(copy, &all).events, 0, "resent after a kill before {step}");
    });
}

#[test]
fn a_kill_at_any_step_of_expiring() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    let events: Vec<_> = (0..100).map(|day| event("view", "ann", day * 24 * 60)).collect();
    append_events(&store, &events);
    store.flush(PROJECT).unwrap();
    store.set_retention_days(PROJECT, Some(30)).unwrap();
    let before = rows(&store);
    camera.during(|| assert!(store.expire(PROJECT, events[99].time).unwrap()));
    let after = rows(&store);
    assert!(after.len() < before.len());
    camera.check(|copy, step| {
        let found = rows(copy);
        assert!(found == before || found == after, "killed before {step}: neither before nor after");
        copy.expire(PROJECT, events[99].time).unwrap();
        assert_eq!(rows(copy), after, "done again after a kill before {step}");
    });
}

#[test]
fn a_kill_at_any_step_of_a_split() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    seeded(&store);
    store.flush(PROJECT).unwrap();
    let before = rows(&store);
    let split = LinkChange::Split { id: Identity::Device("7".to_owned()), at: 1, by: "me".to_owned() };
    camera.during(|| assert_eq!(append(&store, Batch { links: vec![split.clone()], ..Batch::default() }).unwrap().events, 0));
    let after = rows(&store);
    assert_ne!(before, after);
    camera.check(|copy, step| {
        let found = rows(copy);
        assert!(found == before || found == after, "killed before {step}: neither before nor after");
        append(copy, Batch { links: vec![split.clone()], ..Batch::default() }).unwrap();
        assert_eq!(rows(copy), after, "asked again after a kill before {step}");
    });
}

#[test]
fn a_kill_at_any_step_of_appending() {
    let dir = TempDir::new().unwrap();
    let (camera, faults) = Camera::new(dir.path().to_owned());
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    let acknowledged = Mutex::new(0);
    let at_picture: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    camera.during(|| {
        for round in 0..8 {
            append_events(&store, &some_events(150, round));
            *acknowledged.lock().unwrap() += 150;
            at_picture.lock().unwrap().resize(camera.count.load(Ordering::SeqCst), (round * 150) as usize);
        }
    });
    let at_picture = at_picture.into_inner().unwrap();
    let number = AtomicUsize::new(0);
    camera.check(|copy, step| {
        let least = at_picture[number.fetch_add(1, Ordering::SeqCst)];
        let found = rows(copy).len();
        assert!(found == least || found == least + 150, "killed before {step}: {found} events, {least} were acknowledged");
    });
}

#[test]
fn a_step_that_fails_is_done_again_and_nothing_is_lost() {
    let dir = TempDir::new().unwrap();
    let fail_at = Arc::new(AtomicUsize::new(usize::MAX));
    let seen = Arc::new(AtomicUsize::new(0));
    let (fail, count) = (Arc::clone(&fail_at), Arc::clone(&seen));
    let faults = Faults::new(move |name| {
        let is_journal = name.starts_with("journal");
        if !is_journal && count.fetch_add(1, Ordering::SeqCst) == fail.load(Ordering::SeqCst) {
            return Err(io::Error::other("the disk says no"));
        }
        Ok(())
    });
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    let mut n_events = 0;
    for step in 0.. {
        append_events(&store, &some_events(30, step as u64));
        n_events += 30;
        seen.store(0, Ordering::SeqCst);
        fail_at.store(step, Ordering::SeqCst);
        let sealed = store.flush(PROJECT);
        let merged = store.compact(PROJECT);
        fail_at.store(usize::MAX, Ordering::SeqCst);
        assert_eq!(rows(&store).len(), n_events, "after a failure at step {step}");
        let never_failed = seen.load(Ordering::SeqCst) <= step;
        if never_failed {
            sealed.unwrap();
            merged.unwrap();
            break;
        }
    }
    store.flush(PROJECT).unwrap();
    let expected = rows(&store);
    drop(store);
    assert_eq!(rows(&open(dir.path())), expected);
}

#[test]
fn a_failed_write_or_sync_stops_all_writing_until_a_restart() {
    for point in ["journal.write", "journal.sync"] {
        let dir = TempDir::new().unwrap();
        let armed = Arc::new(AtomicUsize::new(0));
        let trigger = Arc::clone(&armed);
        let faults = Faults::new(move |name| if name == point && trigger.swap(0, Ordering::SeqCst) == 1 { Err(io::Error::other("EIO")) } else { Ok(()) });
        let store = Store::open(dir.path(), with_faults(faults)).unwrap();
        append_events(&store, &some_events(20, 1));
        armed.store(1, Ordering::SeqCst);
        let failed = append(&store, Batch { events: some_events(20, 2), ..Batch::default() });
        assert!(matches!(failed, Err(sillage_event::AppendError::Unavailable { .. })), "{failed:?}");
        // The disk is well again, but what is on it is not known.
        let later = append(&store, Batch { events: some_events(20, 3), ..Batch::default() });
        assert!(matches!(later, Err(sillage_event::AppendError::Unavailable { .. })));
        assert!(store.health().stopped.is_some());
        assert_eq!(rows(&store).len(), 20, "reading goes on");
        drop(store);
        let store = open(dir.path());
        assert!([20, 40].contains(&rows(&store).len()));
        assert_eq!(append_events(&store, &some_events(20, 3)).events, 20);
    }
}

#[test]
fn a_folder_in_use_of_a_newer_version_or_half_written_is_refused_in_one_sentence() {
    let dir = TempDir::new().unwrap();
    let refused = |expected: &str| match Store::open(dir.path(), options()) {
        Err(StoreError::Refused(text)) => assert!(text.contains(expected) && !text.contains('\n'), "{text}"),
        other => panic!("expected a refusal with {expected}, got {other:?}"),
    };
    let store = open(dir.path());
    append_events(&store, &some_events(20, 1));
    refused("already in use");
    store.close().unwrap();
    let version = std::fs::read(dir.path().join("version")).unwrap();
    std::fs::write(dir.path().join("version"), "sillage-store 99\n").unwrap();
    refused("newer version");
    std::fs::write(dir.path().join("version"), "").unwrap();
    refused("half-written");
    std::fs::remove_file(dir.path().join("version")).unwrap();
    refused("half-written");
    std::fs::write(dir.path().join("version"), version).unwrap();
    assert_eq!(rows(&open(dir.path())).len(), 20);
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(matches!(Store::open(&file, options()), Err(StoreError::Refused(_))));
}

#[test]
fn segments_without_a_manifest_are_refused_and_left_as_they_are() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    append_events(&store, &some_events(20, 1));
    store.close().unwrap();
    let project = std::fs::read_dir(dir.path().join("projects")).unwrap().next().unwrap().unwrap().path();
    let files = || {
        let mut names: Vec<_> = std::fs::read_dir(project.join("segments")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    assert!(!before.is_empty());
    let manifest = std::fs::read(project.join("manifest.json")).unwrap();
    for name in ["manifest.json", "manifest.copy.json"] {
        std::fs::remove_file(project.join(name)).unwrap();
    }
    match Store::open(dir.path(), options()) {
        Err(StoreError::Refused(text)) => assert!(text.contains("half-written") && text.contains("manifest.json") && !text.contains('\n'), "{text}"),
        other => panic!("expected a refusal, got {other:?}"),
    }
    assert_eq!(files(), before);
    std::fs::write(project.join("manifest.json"), manifest).unwrap();
    assert_eq!(rows(&open(dir.path())).len(), 20);
}

#[test]
fn a_panic_stops_promises_and_a_record_that_always_panics_is_kept_aside() {
    let dir = TempDir::new().unwrap();
    let is_armed = Arc::new(AtomicUsize::new(0));
    let armed = Arc::clone(&is_armed);
    let panic_at_apply = move |name: &'static str| {
        assert!(name != "project.apply" || armed.load(Ordering::SeqCst) == 0, "a mistake in this program");
        Ok(())
    };
    let store = Store::open(dir.path(), with_faults(Faults::new(panic_at_apply))).unwrap();
    append_events(&store, &some_events(30, 1));
    is_armed.store(1, Ordering::SeqCst);
    assert!(append(&store, Batch { events: some_events(30, 2), ..Batch::default() }).is_err());
    is_armed.store(0, Ordering::SeqCst);
    assert!(append(&store, Batch { events: some_events(30, 3), ..Batch::default() }).is_err(), "nothing is promised until a restart");
    assert!(store.health().stopped.is_some());
    assert_eq!(rows(&store).len(), 30, "reading goes on");
    drop(store);
    // The second record panics again whenever it is applied.
    let applied = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&applied);
    let panic_at_second = move |name: &'static str| {
        // Applications: 1, 2 (panics), then from the start without the second.
        assert!(name != "project.apply" || count.fetch_add(1, Ordering::SeqCst) != 1, "a mistake in this program");
        Ok(())
    };
    let store = Store::open(dir.path(), with_faults(Faults::new(panic_at_second))).unwrap();
    assert_eq!(store.health().recovery.records_set_aside, 1);
    assert_eq!(rows(&store).len(), 30);
    assert_eq!(append_events(&store, &some_events(30, 3)).events, 30);
    assert_eq!(std::fs::read_dir(dir.path().join("journal/damaged")).unwrap().count(), 1);
}

#[test]
fn a_panic_while_sealing_is_told_and_sealing_is_tried_again() {
    let dir = TempDir::new().unwrap();
    let is_armed = Arc::new(AtomicUsize::new(1));
    let armed = Arc::clone(&is_armed);
    let faults = Faults::new(move |name| {
        assert!(name != "segment.create" || armed.load(Ordering::SeqCst) == 0, "a mistake in this program");
        Ok(())
    });
    let store = Store::open(dir.path(), sillage_store::StoreOptions { background: true, flush_rows: 10, ..with_faults(faults) }).unwrap();
    append_events(&store, &some_events(30, 1));
    let patience = std::time::Instant::now();
    while store.health().last_error.is_none() {
        assert!(patience.elapsed().as_secs() < 20);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(append_events(&store, &some_events(30, 2)).events, 30, "taking events goes on");
    is_armed.store(0, Ordering::SeqCst);
    store.flush(PROJECT).unwrap();
    assert_eq!(rows(&store).len(), 60);
}
