//! What was acknowledged is there once: after a kill, in a copy, after coming back from one.

use crate::world::{Server, fails, run, text};
use serde_json::{Value, json};
use std::{fs, path::Path};
use tempfile::TempDir;

fn events(from: u64, n: u64) -> Value {
    let event = |k: u64| {
        let (user, insert_id) = (format!("u{}", k % 20), format!("k{k}"));
        json!({"event": "Counted", "user_id": user, "time": 1_760_000_000_000_u64 + k, "insert_id": insert_id, "properties": {"k": k}})
    };
    (from..from + n).map(event).collect()
}

#[test]
fn a_kill_loses_nothing_and_repeats_nothing() {
    let home = TempDir::new().unwrap();
    let mut server = Server::start(&home);
    for round in 0..3 {
        assert_eq!(server.send(&events(round * 500, 500))["accepted"], 500);
        server.send(&json!([{"person": "u1", "add": {"visits": 1}}]));
        server.kill_and_restart();
        assert_eq!(server.count(Some("Counted")), (round + 1) * 500);
    }
    // As a client does that saw no reply.
    let again = server.send(&events(1000, 500));
    assert_eq!((again["accepted"].as_u64(), again["duplicates"].as_u64()), (Some(500), Some(500)));
    assert_eq!(server.count(Some("Counted")), 1500);
    let began = std::time::Instant::now();
    while server.get("/api/projects/1/people/u1")["properties"]["visits"] != 3 {
        assert!(began.elapsed().as_secs() < 20, "profile changes are applied once each: {}", server.get("/api/projects/1/people/u1"));
    }
    server.stop();
}

#[test]
fn a_backup_of_a_running_server_comes_back_the_same() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    server.send(&events(0, 700));
    server.send(&json!([{"person": "u1", "set": {"$name": "Ann"}}]));
    let copy = home.path().join("copy");
    run(&["backup", "--data", text(&server.data), "--to", text(&copy)]);
    server.send(&events(5000, 100));
    assert!(run(&["restore", "--from", text(&copy), "--verify"]).contains("whole; 700 events"));

    let restored = home.path().join("restored");
    run(&["restore", "--from", text(&copy), "--data", text(&restored)]);
    let mut other = Server::start_on(&restored);
    other.sign_in();
    assert_eq!((server.count(None), other.count(None)), (800, 700));
    assert_eq!(other.get("/api/projects/1/people/u1")["name"], "Ann");
    other.write_key.clone_from(&server.write_key);
    other.send(&json!([{"person": "u1", "set": {"$name": "Anna"}}]));
    other.send(&events(0, 10));
    assert_eq!(other.count(None), 700, "what is in the backup still counts once");
    let began = std::time::Instant::now();
    while other.get("/api/projects/1/people/u1")["name"] != "Anna" {
        assert!(began.elapsed().as_secs() < 20, "profile changes go on after a restore");
    }
    assert!(fails(&["backup", "--data", text(&server.data), "--to", text(&copy)]).contains("not empty"));
    assert!(fails(&["restore", "--from", text(&copy), "--data", text(&restored)]).contains("not empty"));
}

#[test]
fn a_backup_is_made_without_a_server_and_a_damaged_one_refused() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    server.send(&events(0, 300));
    let data = server.data.clone();
    server.stop();
    let copy = home.path().join("copy");
    run(&["backup", "--data", text(&data), "--to", text(&copy)]);
    assert!(run(&["doctor", "--data", text(&data)]).contains("nothing is wrong"));

    let never = home.path().join("never");
    let restore = || fails(&["restore", "--from", text(&copy), "--data", text(&never)]);
    let segment = fs::read_dir(copy.join("projects/1/segments")).unwrap().next().unwrap().unwrap().path();
    let content = fs::read(&segment).unwrap();
    // The files of the folder and of its copy may be the same ones.
    let replace = |path: &Path, content: &[u8]| {
        fs::remove_file(path).unwrap();
        fs::write(path, content).unwrap();
    };
    let mut flipped = content.clone();
    flipped[content.len() / 2] ^= 1;
    for damaged in [&content[..content.len() / 2], &flipped] {
        replace(&segment, damaged);
        assert!(restore().contains("damaged"));
    }
    replace(&segment, &content);
    fs::remove_file(copy.join("backup.json")).unwrap();
    assert!(restore().contains("no whole backup"));
    assert!(!never.exists(), "nothing is written of what is refused");
}

#[test]
fn the_doctor_says_what_is_wrong() {
    let home = TempDir::new().unwrap();
    let missing = fails(&["doctor", "--data", text(&home.path().join("nowhere"))]);
    assert!(missing.contains("does not exist"), "{missing}");
    let server = Server::start(&home);
    server.send(&events(0, 300));
    assert!(run(&["doctor", "--data", text(&server.data)]).contains("it runs and answers"));
    let data = server.data.clone();
    server.stop();
    let segments = data.join("projects/1/segments");
    let segment = fs::read_dir(&segments).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|kind| kind == "parquet"));
    let segment = segment.unwrap();
    let mut content = fs::read(&segment).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(&segment, content).unwrap();
    let said = fails(&["doctor", "--data", text(&data)]);
    assert!(said.contains("WRONG stored events") && said.contains("restore a backup"), "{said}");
}
