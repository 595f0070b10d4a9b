//! Records that were not accepted are kept with their reason until they are replayed.

use crate::world::*;
use sillage_event::{Batch, Refused};
use sillage_store::{Store, StoreOptions};
use tempfile::TempDir;

fn refuse(number: usize, code: &str) -> Refused {
    Refused {
        at: number as i64,
        source: "/track".to_owned(),
        stage: "validate".to_owned(),
        code: code.to_owned(),
        field: None,
        message: "mend it".to_owned(),
        index: 0,
        raw: format!("{{\"number\": {number}}}"),
        ..Refused::default()
    }
}

fn add(store: &Store, range: std::ops::Range<usize>) {
    let refused = range.map(|n| refuse(n, if n % 3 == 0 { "bad_time" } else { "missing_event" })).collect();
    append(store, Batch { refused, ..Batch::default() }).unwrap();
}

fn numbers(store: &Store, before: Option<u64>, limit: usize, code: Option<&str>) -> Vec<i64> {
    store.refused(PROJECT, before, limit, None, code).unwrap().iter().map(|one| one.record.at).collect()
}

#[test]
fn they_are_listed_newest_first_over_seals_and_restarts_and_go_when_replayed() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    add(&store, 0..5);
    store.flush(PROJECT).unwrap();
    add(&store, 5..10);
    let check = |store: &Store| {
        assert_eq!(numbers(store, None, 100, None), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(numbers(store, None, 100, Some("bad_time")), [9, 6, 3, 0]);
        assert_eq!(numbers(store, Some(7), 3, None), [5, 4, 3]);
        assert_eq!(store.refused_counts(PROJECT).iter().map(|one| (one.code.as_str(), one.count)).collect::<Vec<_>>(), [("missing_event", 6), ("bad_time", 4)]);
    };
    check(&store);
    drop(store);
    let store = open(dir.path());
    check(&store);
    let ids: Vec<u64> = store.refused(PROJECT, None, 100, None, Some("bad_time")).unwrap().iter().map(|one| one.id).collect();
    wait(store.take_refused(PROJECT, ids)).unwrap();
    let left = [8, 7, 5, 4, 2, 1];
    assert_eq!(numbers(&store, None, 100, None), left);
    drop(store);
    let store = open(dir.path());
    assert_eq!(numbers(&store, None, 100, None), left, "taken ones stay away after a stop");
    store.close().unwrap();
    let store = open(dir.path());
    assert_eq!(numbers(&store, None, 100, None), left, "and after closing");
    add(&store, 20..21);
    assert_eq!(store.refused(PROJECT, None, 1, None, None).unwrap()[0].id, 11, "ids are not given twice");
}

#[test]
fn only_the_newest_are_kept() {
    let dir = TempDir::new().unwrap();
    let options = StoreOptions { refused_kept: 8, ..options() };
    let store = Store::open(dir.path(), options.clone()).unwrap();
    for start in (0..30).step_by(5) {
        add(&store, start..start + 5);
        store.flush(PROJECT).unwrap();
    }
    let expected: Vec<i64> = (22..30).rev().collect();
    assert_eq!(numbers(&store, None, 100, None), expected);
    drop(store);
    let store = Store::open(dir.path(), options).unwrap();
    assert_eq!(numbers(&store, None, 100, None), expected);
}

#[test]
fn the_file_is_written_anew_when_most_of_it_is_gone() {
    let dir = TempDir::new().unwrap();
    let options = StoreOptions { refused_kept: 500, ..options() };
    let store = Store::open(dir.path(), options.clone()).unwrap();
    let big = |n: usize| Refused { raw: "x".repeat(2_000), ..refuse(n, "bad_time") };
    for start in (0..3_000).step_by(250) {
        append(&store, Batch { refused: (start..start + 250).map(big).collect(), ..Batch::default() }).unwrap();
        store.flush(PROJECT).unwrap();
    }
    let bytes: u64 = std::fs::read_dir(dir.path().join("projects/1"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("refused-"))
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert!(bytes < 4_000_000, "{bytes} bytes for 500 records of 2 kB");
    let expected: Vec<i64> = (2_500..3_000).rev().collect();
    assert_eq!(numbers(&store, None, 1_000, None), expected);
    drop(store);
    assert_eq!(numbers(&Store::open(dir.path(), options).unwrap(), None, 1_000, None), expected);
}

#[test]
fn a_change_that_was_acknowledged_first_is_set_aside_once_however_often_it_is_applied() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let of_journal = |number: usize, sequence: u64| Refused { journal_sequence: Some(sequence), ..refuse(number, "profile_too_large") };
    let add = |store: &Store, refused: Vec<Refused>| append(store, Batch { refused, ..Batch::default() }).unwrap();
    // Two of one record of the journal, and one of the next; then a stop before the catalog knew, so that they come again, and one more with them.
    add(&store, vec![of_journal(1, 50), of_journal(2, 50), of_journal(3, 51)]);
    let expected = [4, 3, 2, 1];
    add(&store, vec![of_journal(1, 50), of_journal(2, 50), of_journal(3, 51), of_journal(4, 52)]);
    assert_eq!(numbers(&store, None, 100, None), expected);
    drop(store);
    let store = open(dir.path());
    assert_eq!(numbers(&store, None, 100, None), expected, "read back from the journal");
    add(&store, vec![of_journal(3, 51), of_journal(4, 52)]);
    store.flush(PROJECT).unwrap();
    add(&store, vec![of_journal(4, 52)]);
    assert_eq!(numbers(&store, None, 100, None), expected);
    store.close().unwrap();
    let store = open(dir.path());
    add(&store, vec![of_journal(4, 52)]);
    assert_eq!(numbers(&store, None, 100, None), expected, "the manifest knows it");
    let id = store.refused(PROJECT, None, 1, None, None).unwrap()[0].id;
    wait(store.take_refused(PROJECT, vec![id])).unwrap();
    add(&store, vec![of_journal(4, 52), of_journal(5, 53)]);
    assert_eq!(numbers(&store, None, 100, None), [5, 3, 2, 1], "what was replayed does not come back");
}
