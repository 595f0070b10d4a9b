use super::{State, path_of};
use crate::{import::Target, table::Shape};
use std::fs;

fn state(path: Option<std::path::PathBuf>) -> State {
    State { path, done: 0, ahead: std::collections::BTreeMap::new(), saved: std::time::Instant::now(), saved_done: 0 }
}

#[test]
fn only_what_was_acknowledged_without_a_gap_is_done() {
    let mut state = state(None);
    state.acknowledged(500, 500);
    assert_eq!(state.done(), 0, "the first portion is still on its way");
    state.acknowledged(1500, 500);
    state.acknowledged(0, 500);
    assert_eq!(state.done(), 1000);
    state.acknowledged(1000, 500);
    assert_eq!(state.done(), 2000);
}

#[test]
fn what_was_saved_is_where_the_next_run_begins_and_nothing_is_left_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("below").join("state");
    let mut first = state(Some(path.clone()));
    first.acknowledged(0, 700);
    first.save();
    assert_eq!(fs::read_to_string(&path).unwrap(), "700");
    first.forget();
    assert!(!path.exists());
}

#[test]
fn the_first_portion_is_saved_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state");
    let mut first = state(Some(path.clone()));
    first.acknowledged(500, 500);
    first.save_now_and_then();
    assert!(!path.exists(), "the first portion is still on its way");
    first.acknowledged(0, 500);
    first.save_now_and_then();
    assert_eq!(fs::read_to_string(&path).unwrap(), "1000");
}

#[test]
fn another_file_project_or_flag_is_another_import() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.csv");
    fs::write(&file, "event,user,time\n").unwrap();
    let target = |key: &str| Target { url: "http://127.0.0.1:7070".to_owned(), key: key.to_owned(), api_key: None, connections: 1 };
    let plain = path_of(&file, &target("wk_1"), &Shape::default()).unwrap();
    assert_eq!(Some(&plain), path_of(&file, &target("wk_1"), &Shape::default()).as_ref());
    assert_ne!(Some(&plain), path_of(&file, &target("wk_2"), &Shape::default()).as_ref());
    assert_ne!(Some(&plain), path_of(&file, &target("wk_1"), &Shape { no_header: true, ..Shape::default() }).as_ref());
    fs::write(&file, "event,user,time\nA,u,1\n").unwrap();
    assert_ne!(Some(&plain), path_of(&file, &target("wk_1"), &Shape::default()).as_ref());
    assert_eq!(None, path_of(std::path::Path::new("-"), &target("wk_1"), &Shape::default()), "a pipe cannot be read again");
}
