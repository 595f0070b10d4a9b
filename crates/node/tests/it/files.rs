//! Files in, answers on files, files out.

use crate::world::{Server, fails, run, sillage, text};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};
use tempfile::TempDir;

const ROWS: u64 = 12_000;

/// The same rows in every form: no insert ids, and each row is there twice, which is meant.
fn write_files(folder: &Path) -> Vec<PathBuf> {
    let row = |k: u64| {
        let k = k / 2;
        (
            ["Sent", "Opened", "Clicked"][(k % 3) as usize],
            format!("{:05}", k % 50),
            format!("2026-01-{:02} 10:{:02}:00", 1 + k % 28, k % 60),
            k % 7,
            ["free", "a \"pro\", plan"][(k % 2) as usize],
        )
    };
    let mut csv = String::from("event,user_id,timestamp,amount,plan\n");
    let mut ndjson = String::new();
    for (event, user, time, amount, plan) in (0..ROWS).map(row) {
        csv.push_str(&format!("{event},{user},{time},{amount},\"{}\"\n", plan.replace('"', "\"\"")));
        ndjson.push_str(&format!("{}\n", json!({"event": event, "user_id": user, "time": time, "properties": {"amount": amount, "plan": plan}})));
    }
    let files = ["events.csv", "events.csv.gz", "events.ndjson", "events.ndjson.zst"].map(|name| folder.join(name));
    fs::write(&files[0], &csv).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(fs::File::create(&files[1]).unwrap(), flate2::Compression::fast());
    gzip.write_all(csv.as_bytes()).unwrap();
    gzip.finish().unwrap();
    fs::write(&files[2], &ndjson).unwrap();
    fs::write(&files[3], zstd::bulk::compress(ndjson.as_bytes(), 1).unwrap()).unwrap();
    files.to_vec()
}

fn sums(server: &Server) -> (u64, Value, Value) {
    (server.count(None), server.measure(None, &json!({"sum": "amount"})), server.measure(None, &json!("unique")))
}

#[test]
fn a_file_of_any_form_counts_once_however_often_it_is_imported() {
    let home = TempDir::new().unwrap();
    let expected_sum: u64 = (0..ROWS).map(|k| (k / 2) % 7).sum();
    for file in write_files(home.path()) {
        let home = TempDir::new().unwrap();
        let server = Server::start(&home);
        for _ in 0..2 {
            run(&["import", text(&file), "--url", &server.url, "--key", &server.write_key]);
            assert_eq!(sums(&server), (ROWS, json!(expected_sum), json!(50)), "{}", file.display());
        }
        // Plain or compressed, by pipe or by name: the rows are the same.
        let mut piped = sillage();
        piped.args(["import", "-", "--url", &server.url, "--key", &server.write_key]).stdin(Stdio::from(fs::File::open(&file).unwrap()));
        assert!(piped.output().unwrap().status.success());
        assert_eq!(server.count(None), ROWS);
        let values = server.get("/api/projects/1/values?of=event&property=plan");
        assert_eq!(values["values"][0]["count"], ROWS / 2, "{values}");
    }
}

#[test]
fn an_import_that_is_done_leaves_nothing_behind() {
    let home = TempDir::new().unwrap();
    let file = write_files(home.path()).remove(0);
    let server = Server::start(&home);
    let state = home.path().join("state");
    let import = |more: &[&str]| {
        let mut command = sillage();
        command.args(["import", text(&file), "--url", &server.url, "--key", &server.write_key]).args(more).env("XDG_STATE_HOME", &state);
        let output = command.output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(import(&[]).contains("12,000 of 12,000 records kept"));
    let left = fs::read_dir(state.join("sillage")).map(|entries| entries.count()).unwrap_or(0);
    assert_eq!(left, 0);
    assert!(import(&["--from-start"]).contains("12,000 of them were there already"));
}

#[test]
fn columns_are_named_by_flags_where_they_cannot_be_guessed() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    let file = home.path().join("orders.txt");
    fs::write(&file, " 00001 20260101  1   11.75\r\n 00002 20260112  1   12.00\r\n 00002 20260112  1   12.00\r\n").unwrap();
    let import = ["import", text(&file), "--url", &server.url, "--key", &server.write_key];
    assert!(fails(&import).contains("say which with --event COLUMN"));
    let flags = ["--delimiter", " ", "--no-header", "--columns", "customer,day,items,amount", "--event", "Order", "--person", "customer", "--time", "day"];
    run(&[&import[..], &flags].concat());
    assert_eq!((server.count(Some("Order")), server.measure(None, &json!({"sum": "amount"}))), (3, json!(35.75)));
    let timeline = server.ask(&json!({"kind": "timeline", "person": "00002", "range": {"from": "2026-01-01", "to": "2026-12-31"}}));
    assert_eq!(timeline["events"][0]["time"], "2026-01-12T00:00:00.000Z");

    let flat = home.path().join("flat.ndjson");
    fs::write(&flat, "{\"action\": \"Paid\", \"account_id\": 7, \"ts\": 1767225600, \"org\": \"acme\", \"tags\": [\"a\"]}\n").unwrap();
    run(&["import", text(&flat), "--group", "company=org", "--url", &server.url, "--key", &server.write_key]);
    let event = &server.ask(&json!({"kind": "timeline", "person": "7", "range": {"from": "2026-01-01", "to": "2026-12-31"}}))["events"][0];
    assert_eq!((&event["groups"], &event["properties"]), (&json!({"company": ["acme"]}), &json!({"tags": ["a"]})), "{event}");
}

#[test]
fn what_is_refused_is_named_and_the_rest_is_kept() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    let file = home.path().join("bad.csv");
    fs::write(&file, b"event,user,time\nA,u1,2026-01-01\nB,u1\nC,u1,yesterday\nD,\xff,2026-01-01\n,u1,2026-01-01\nE,u2,2026-01-02\n").unwrap();
    let output = sillage().args(["import", text(&file), "--url", &server.url, "--key", &server.write_key]).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2));
    for part in ["2 of 6 records kept", "4 refused", "wrong_columns", "bad_time", "invalid_utf8", "(record 2)", "(record 3)", "(record 4)", "(record 5)"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(server.count(None), 2);
    let wrong_key = fails(&["import", text(&file), "--url", &server.url, "--key", "wk_wrong"]);
    assert!(wrong_key.contains("401"), "{wrong_key}");
    let nobody = fails(&["import", text(&file), "--url", "http://127.0.0.1:9", "--key", "wk_wrong"]);
    assert!(nobody.contains("does not take events"), "{nobody}");
    fs::write(&file, (0..=255_u8).cycle().take(9_000).collect::<Vec<u8>>()).unwrap();
    assert!(fails(&["import", text(&file), "--url", &server.url, "--key", &server.write_key]).contains("neither CSV, NDJSON nor Parquet"));
}

#[test]
fn a_question_on_files_answers_as_the_server_does() {
    let home = TempDir::new().unwrap();
    let files = write_files(home.path());
    let question = json!({
        "kind": "funnel", "steps": [{"event": "Sent"}, {"event": "Opened"}], "window": {"n": 2, "unit": "day"}, "ties": "later",
        "range": {"from": "2026-01-01", "to": "2026-01-31"}, "breakdown": [{"property": "plan"}],
    });
    let path = home.path().join("question.json");
    fs::write(&path, question.to_string()).unwrap();
    let server = Server::start(&home);
    run(&["import", text(&files[0]), "--url", &server.url, "--key", &server.write_key]);
    let key = server.read_key();
    let parquet = home.path().join("events.parquet");
    run(&["export", "--url", &server.url, "--key", &key, "--out", text(&parquet)]);
    let expected = server.ask(&question);
    assert!(expected["groups"].as_array().unwrap().len() > 2, "{expected}");
    for file in files.iter().chain([&parquet]) {
        let answer: Value = serde_json::from_str(&run(&["ask", "--events", text(file), "--question", text(&path)])).unwrap();
        assert_eq!(answer["answer"], expected, "{}", file.display());
    }
}

#[test]
fn what_goes_out_is_what_came_in() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    server.send(&json!([
        {"event": "A", "device_id": "d", "user_id": "u", "time": "2026-01-01T00:00:00.123Z", "insert_id": "1", "session_id": "s", "seq": 7,
            "groups": {"company": "acme"}, "properties": {"n": 1.5, "flag": true, "text": "é\"\n", "list": ["a", 1], "deep": {"x": {"y": 1}}}},
        {"event": "B", "distinct_id": "", "time": 86_400_000_000_u64, "insert_id": "2"},
        {"event": "A", "device_id": "d", "user_id": "u", "time": "2026-01-01T00:00:00.123Z", "insert_id": "1"},
        {"person": "u", "set": {"$name": "Ann"}},
    ]));
    let began = std::time::Instant::now();
    while server.get("/api/projects/1/people")["total"] != 1 {
        assert!(began.elapsed().as_secs() < 20);
    }
    let key = server.read_key();
    let file = home.path().join("out.ndjson.gz");
    run(&["export", "--url", &server.url, "--key", &key, "--out", text(&file)]);
    let other_home = TempDir::new().unwrap();
    let other = Server::start(&other_home);
    run(&["import", text(&file), "--url", &other.url, "--key", &other.write_key]);
    let all = |server: &Server, key: &str| -> BTreeSet<String> { run(&["export", "--url", &server.url, "--key", key]).lines().map(str::to_owned).collect() };
    let (first, second) = (all(&server, &key), all(&other, &other.read_key()));
    assert_eq!(first.len(), 4, "a link, a person and two events: {first:#?}");
    assert_eq!(first, second);
    assert!(first.iter().any(|line| line.contains(r#""deep":{"x":{"y":1}}"#) && line.contains(r#""seq":7"#)), "{first:#?}");
    let wrong = fails(&["export", "--url", &server.url, "--key", "sk_wrong"]);
    assert!(wrong.contains("401"), "{wrong}");
}
