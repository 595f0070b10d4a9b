//! A folder written by each released version opens for ever. `UPDATE=1` writes the folder of the current version anew; released ones stay as they are.

use crate::world::*;
use sillage_event::{Batch, Identity, LinkChange, ProfileChange, ProfileOp, Refused, Subject};
use std::{fs, path::PathBuf};
use tempfile::TempDir;

const CURRENT: &str = "1";

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A bit of everything: sealed and merged segments, links, an operator's changes, refused records, and a journal that was not sealed.
fn write(dir: &std::path::Path) {
    let store = open(dir);
    for round in 0..5 {
        append_events(&store, &some_events(40, round));
        if round < 4 {
            store.flush(PROJECT).unwrap();
        }
    }
    store.compact(PROJECT).unwrap();
    let merge = LinkChange::Merge { from: Identity::User("user 1".to_owned()), into: Identity::User("user 2".to_owned()), at: 5, by: "ann".to_owned() };
    let refused = Refused {
        at: 7,
        source: "/v1/events".to_owned(),
        stage: "validate".to_owned(),
        code: "bad_time".to_owned(),
        field: Some("time".to_owned()),
        message: "not a time".to_owned(),
        index: 3,
        raw: "{}".to_owned(),
        ..Refused::default()
    };
    append(&store, Batch { links: vec![merge], refused: vec![refused], ..Batch::default() }).unwrap();
    store.flush(PROJECT).unwrap();
    let subject = Subject::Person(Identity::User("user 2".to_owned()));
    let profiles = vec![ProfileChange { subject, at: 9, op: ProfileOp::Unset(vec!["a".to_owned()]) }];
    append(&store, Batch { events: some_events(30, 9), profiles, ..Batch::default() }).unwrap();
    // Dropped, not closed: the last request is in the journal only.
}

#[test]
fn folders_of_every_version_open() {
    if std::env::var_os("UPDATE").is_some() {
        let fresh = TempDir::new().unwrap();
        write(fresh.path());
        let target = fixtures().join(CURRENT);
        fs::remove_dir_all(&target).ok();
        copy_dir(fresh.path(), &target.join("store"));
        let expected = rows(&open(fresh.path())).join("\n");
        fs::write(target.join("rows.txt"), expected).unwrap();
    }
    for version in fs::read_dir(fixtures()).unwrap() {
        let version = version.unwrap().path();
        let dir = TempDir::new().unwrap();
        copy_dir(&version.join("store"), dir.path());
        let store = open(dir.path());
        let expected = fs::read_to_string(version.join("rows.txt")).unwrap();
        assert_eq!(rows(&store).join("\n"), expected, "{}", version.display());
        assert_eq!(store.refused(PROJECT, None, 10, None, None).unwrap().len(), 1);
        assert_eq!(store.profile_feed(0, 10).len(), 1);
        assert_eq!(append_events(&store, &some_events(40, 2)).duplicates, 40);
        assert!(store.snapshot(PROJECT).unwrap().damaged.is_empty());
    }
}
