//! A full disk is said before anything is promised, and is over as soon as there is space.

use crate::world::*;
use sillage_event::{Append, AppendError, Batch};
use sillage_store::{DiskLevel, Faults, Store, StoreOptions};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tempfile::TempDir;

#[test]
fn a_full_disk_refuses_before_any_promise_and_resumes_by_itself() {
    let dir = TempDir::new().unwrap();
    let free = Arc::new(AtomicU64::new(1 << 40));
    let faults = Faults::default().with_free_bytes(Arc::clone(&free));
    let store = Store::open(dir.path(), StoreOptions { reserve_bytes: 1 << 20, ..with_faults(faults) }).unwrap();
    append_events(&store, &some_events(50, 1));
    free.store(1 << 19, Ordering::Relaxed);
    let refused = append(&store, Batch { events: some_events(50, 2), ..Batch::default() });
    assert!(matches!(refused, Err(AppendError::Unavailable { retry_after_s: 1.., .. })), "{refused:?}");
    assert_eq!(store.health().disk, DiskLevel::Full);
    assert_eq!(rows(&store).len(), 50, "reading goes on");
    free.store(1 << 40, Ordering::Relaxed);
    assert_eq!(append_events(&store, &some_events(50, 2)).events, 50);
    drop(store);
    assert_eq!(rows(&open(dir.path())).len(), 100);
}

#[test]
fn a_disk_that_fills_in_the_middle_of_a_write_takes_the_write_back() {
    let dir = TempDir::new().unwrap();
    let is_full = Arc::new(AtomicBool::new(false));
    let full = Arc::clone(&is_full);
    let faults = Faults::new(
        move |name| {
            if name == "journal.write" && full.load(Ordering::Relaxed) { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(()) }
        },
    );
    let store = Store::open(dir.path(), with_faults(faults)).unwrap();
    append_events(&store, &some_events(50, 1));
    is_full.store(true, Ordering::Relaxed);
    let refused = append(&store, Batch { events: some_events(50, 2), ..Batch::default() });
    assert!(matches!(refused, Err(AppendError::Unavailable { .. })));
    is_full.store(false, Ordering::Relaxed);
    assert_eq!(append_events(&store, &some_events(50, 3)).events, 50);
    assert!(store.health().stopped.is_none());
    drop(store);
    let store = open(dir.path());
    assert_eq!(rows(&store).len(), 100);
    assert_eq!(store.health().recovery.torn_bytes, 0);
}

#[test]
fn a_slow_disk_makes_senders_wait_or_come_back_and_memory_stays_bounded() {
    let dir = TempDir::new().unwrap();
    let faults = Faults::new(|name| {
        if name == "journal.sync" {
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        Ok(())
    });
    let options = StoreOptions { in_flight_bytes: 60_000, in_flight_bytes_per_project: 40_000, ..with_faults(faults) };
    let store = Store::open(dir.path(), options).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let store = store.clone();
            runtime.spawn(async move { store.append(PROJECT, Batch { events: some_events(40, n), ..Batch::default() }).await })
        })
        .collect();
    let results: Vec<_> = tasks.into_iter().map(|task| runtime.block_on(task).unwrap()).collect();
    let stored = results.iter().filter(|result| result.is_ok()).count();
    let busy = results.iter().filter(|result| matches!(result, Err(AppendError::Busy { retry_after_s: 1.. }))).count();
    assert_eq!(stored + busy, 40);
    assert!(stored > 0 && busy > 0, "{stored} stored, {busy} told to come back");
    assert_eq!(rows(&store).len(), stored * 40);
    // Another project is not held up by the first one's share.
    let other = runtime.block_on(store.append(sillage_event::ProjectId(2), Batch { events: some_events(5, 1), ..Batch::default() }));
    assert!(other.is_ok());
}
