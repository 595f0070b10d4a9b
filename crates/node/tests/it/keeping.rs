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

/// Asks until it is so; what is acknowledged is applied a moment later.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed().as_secs() < 20, "{what}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn a_change_that_a_profile_has_no_room_for_is_set_aside_once_and_can_be_received_again() {
    let home = TempDir::new().unwrap();
    let mut server = Server::start(&home);
    // Texts are cut at 8 KiB, so a list of forty is 320 KB and the fourth does not fit.
    let page: Vec<String> = (0..40).map(|n| format!("{n}{}", "x".repeat(8_000))).collect();
    for round in 0..5 {
        server.send(&json!([{"person": "u1", "time": "2026-01-01T00:00:00Z", "append": {"pages": page}}, {"person": "u2", "set": {"round": round}}]));
    }
    let refused = |server: &Server| server.get("/api/projects/1/refused")["refused"].as_array().unwrap().clone();
    until("two are set aside", || refused(&server).len() == 2);
    let ids = |server: &Server| refused(server).iter().map(|one| one["id"].as_u64().unwrap()).collect::<Vec<_>>();
    let before = ids(&server);
    for _ in 0..3 {
        server.kill_and_restart();
        until("the profiles are applied", || server.get("/api/projects/1/people/u2")["properties"]["round"] == 4);
        assert_eq!(ids(&server), before, "neither twice nor lost");
    }
    let one = refused(&server).remove(0);
    assert_eq!(
        (&one["stage"], &one["code"], &one["field"], &one["source"]),
        (&json!("apply"), &json!("profile_too_large"), &json!("append.pages"), &json!("/v1/events"))
    );
    assert!(one["message"].as_str().unwrap().contains("the profile of u1 would have 1"), "{}", one["message"]);
    let raw: Value = serde_json::from_str(one["raw"].as_str().unwrap()).unwrap();
    assert_eq!(raw, json!({"person": "u1", "time": "2026-01-01T00:00:00.000Z", "append": {"pages": page}}), "whole");

    let replay = |server: &Server| server.post("/api/projects/1/refused/replay", &json!({"all": true}));
    let full = replay(&server);
    assert_eq!((&full["replayed"], &full["refused_again"]), (&json!(0), &json!(2)), "{full}");
    assert!(full["results"][0]["message"].as_str().unwrap().contains("unset or shorten"), "{full}");
    assert_eq!(ids(&server), before, "they stay aside");
    server.send(&json!([{"person": "u1", "unset": ["pages"]}]));
    until("the profile is empty", || server.get("/api/projects/1/people/u1")["properties"].as_object().unwrap().is_empty());
    let mended = replay(&server);
    assert_eq!((&mended["replayed"], &mended["refused_again"]), (&json!(2), &json!(0)), "{mended}");
    until("both are applied", || server.get("/api/projects/1/people/u1")["properties"]["pages"].as_array().is_some_and(|pages| pages.len() == 2));
    assert!(refused(&server).is_empty());
    server.stop();
}
