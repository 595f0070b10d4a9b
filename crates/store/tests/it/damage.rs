//! Bytes that rot are noticed, the rest is served, and the answer says so.

use crate::world::*;
use sillage_store::{Snapshot, StoreError};
use std::fs;
use tempfile::TempDir;

/// A store with two sealed segments.
fn sealed(dir: &TempDir) -> (Vec<String>, Vec<String>) {
    let store = open(dir.path());
    append_events(&store, &some_events(120, 1));
    store.flush(PROJECT).unwrap();
    let first = rows(&store);
    append_events(&store, &some_events(90, 2));
    store.flush(PROJECT).unwrap();
    let both = rows(&store);
    store.close().unwrap();
    (first, both)
}

/// Reads everything, until a read fails.
fn try_rows(snapshot: &Snapshot) -> Result<u64, StoreError> {
    let mut rows = 0;
    for segment in &snapshot.segments {
        for bucket in 0..1usize << segment.bucket_bits() {
            let columns: Vec<String> = segment.properties().iter().map(|property| property.column_name()).collect();
            let mut columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            use sillage_store::column::{DEVICE_ID, DISTINCT_ID, EVENT, INSERT_ID, PERSON, RECEIVED_AT, SEQ, SESSION_ID, TIE, TIME, USER_ID};
            columns.extend([PERSON, TIME, TIE, EVENT, DISTINCT_ID, DEVICE_ID, USER_ID, INSERT_ID, SESSION_ID, RECEIVED_AT, SEQ]);
            let n_rows = segment.bucket_rows(bucket);
            rows += segment.read(bucket, std::slice::from_ref(&(0..n_rows)), &columns)?.num_rows() as u64;
            segment.people(bucket)?;
            segment.person_names(bucket)?;
            segment.last_of_hours(bucket)?;
        }
    }
    Ok(rows)
}

#[test]
fn a_flipped_bit_anywhere_in_a_segment_sets_it_aside_and_the_rest_is_served() {
    let dir = TempDir::new().unwrap();
    sealed(&dir);
    let files: Vec<_> = segment_files(dir.path()).into_iter().filter(|path| path.extension().is_some_and(|one| one == "parquet")).collect();
    assert_eq!(files.len(), 4);
    for file in &files {
        let whole = fs::read(file).unwrap();
        for at in (4..whole.len()).step_by(whole.len() / 40) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            fs::write(file, &flipped).unwrap();
            let store = open(dir.path());
            let snapshot = store.snapshot(PROJECT).unwrap();
            let seen = try_rows(&snapshot);
            let told_at_once = !snapshot.damaged.is_empty();
            assert!(told_at_once || matches!(seen, Err(StoreError::Damaged { .. })), "bit at {at} of {} is served: {seen:?}", file.display());
            let after = store.snapshot(PROJECT).unwrap();
            assert_eq!(after.damaged.len(), 1, "bit at {at} of {}", file.display());
            assert!([90, 120].contains(&try_rows(&after).unwrap()), "the other segment is served");
            assert_eq!(store.health().damaged.len(), 1);
            drop((snapshot, after, store));
        }
        fs::write(file, &whole).unwrap();
    }
    let store = open(dir.path());
    assert_eq!(rows(&store).len(), 210);
}

#[test]
fn a_segment_without_its_keys_is_readable_and_still_tells_duplicates() {
    for damage in [None, Some(vec![1, 2, 3])] {
        let dir = TempDir::new().unwrap();
        let (_, both) = sealed(&dir);
        for keys in segment_files(dir.path()).into_iter().filter(|path| path.extension().is_some_and(|one| one == "keys")) {
            match &damage {
                None => fs::remove_file(keys).unwrap(),
                Some(bytes) => fs::write(keys, bytes).unwrap(),
            }
        }
        let store = open(dir.path());
        assert_eq!(rows(&store), both);
        assert_eq!(append_events(&store, &some_events(120, 1)).duplicates, 120);
        assert_eq!(rows(&store), both);
    }
}

#[test]
fn a_missing_segment_is_told_and_stays_told() {
    let dir = TempDir::new().unwrap();
    let (first, _) = sealed(&dir);
    let last = segment_files(dir.path()).into_iter().rfind(|path| path.to_string_lossy().ends_with(".people.parquet")).unwrap();
    fs::remove_file(last).unwrap();
    let store = open(dir.path());
    let snapshot = store.snapshot(PROJECT).unwrap();
    assert_eq!(snapshot.damaged.len(), 1);
    assert_eq!(rows_of(&snapshot).len(), first.len());
    append_events(&store, &[event("late", "ann", 5)]);
    store.flush(PROJECT).unwrap();
    store.compact(PROJECT).unwrap();
    assert_eq!(store.snapshot(PROJECT).unwrap().damaged.len(), 1);
    drop((snapshot, store));
    assert_eq!(open(dir.path()).snapshot(PROJECT).unwrap().damaged.len(), 1);
}

#[test]
fn a_damaged_manifest_is_replaced_by_its_copy() {
    let dir = TempDir::new().unwrap();
    let (_, both) = sealed(&dir);
    let path = dir.path().join("projects/1/manifest.json");
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(11) {
        let mut flipped = whole.clone();
        flipped[at] ^= 2;
        fs::write(&path, &flipped).unwrap();
        assert_eq!(rows(&open(dir.path())), both, "bit at {at}");
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_eq!(rows(&open(dir.path())), both);
    fs::write(dir.path().join("projects/1/manifest.copy.json"), "rubbish").unwrap();
    assert!(sillage_store::Store::open(dir.path(), options()).is_err(), "without any manifest nothing is guessed");
    assert!(matches!(sillage_store::verify(dir.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn what_an_interrupted_write_left_is_removed_at_the_start() {
    let dir = TempDir::new().unwrap();
    let (_, both) = sealed(&dir);
    let folder = dir.path().join("projects/1/segments");
    for name in ["0000000099.parquet", "0000000099.people.parquet", "0000000099.keys", "0000000001.keys-scratch"] {
        fs::write(folder.join(name), "half").unwrap();
    }
    let store = open(dir.path());
    assert_eq!(rows(&store), both);
    assert_eq!(segment_files(dir.path()).len(), 6);
}

#[test]
fn verifying_reads_everything() {
    let dir = TempDir::new().unwrap();
    sealed(&dir);
    assert_eq!(sillage_store::verify(dir.path()).unwrap().events, 210);
    let file = segment_files(dir.path()).into_iter().find(|path| path.to_string_lossy().ends_with("people.parquet")).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert!(matches!(sillage_store::verify(dir.path()), Err(StoreError::Damaged { .. })));
}
