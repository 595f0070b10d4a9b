//! Events in, answers out, people behind them; and folders that are refused.

use crate::world::{Server, fails, free_port, run, text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn visit() -> Value {
    json!([
        {"event": "View", "device_id": "d1", "time": "2026-01-10T10:00:00Z", "insert_id": "1", "properties": {"page": "/"}},
        {"event": "Sign up", "device_id": "d1", "user_id": "u1", "time": "2026-01-10T10:01:00Z", "insert_id": "2"},
        {"event": "Buy", "user_id": "u1", "time": "2026-01-10T10:02:00Z", "insert_id": "3", "groups": {"company": "acme"}, "properties": {"amount": 12.5}},
        {"event": "View", "device_id": "d2", "time": "2026-01-11T09:00:00Z", "insert_id": "4"},
        {"person": "u1", "set": {"$name": "Ann", "country": "FR"}},
        {"group_type": "company", "group_key": "acme", "set": {"size": 40}},
        {"distinct_id": "nobody"},
    ])
}

/// Profiles reach the catalog a moment after they are acknowledged.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn events_go_in_and_answers_come_out() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    let receipt = server.send(&visit());
    assert_eq!((receipt["accepted"].as_u64(), receipt["failed"][0]["index"].as_u64()), (Some(6), Some(6)), "{receipt}");

    assert_eq!(server.count(None), 4);
    assert_eq!(server.measure(None, &json!("unique")), 2, "the device of u1 counts for u1");
    let funnel = json!({
        "kind": "funnel", "steps": [{"event": "View"}, {"event": "Sign up"}, {"event": "Buy"}], "window": {"n": 1, "unit": "day"},
        "range": {"from": "2026-01-01", "to": "2026-01-31"},
    });
    let steps: Vec<u64> = server.ask(&funnel)["groups"][0]["steps"].as_array().unwrap().iter().map(|step| step["count"].as_u64().unwrap()).collect();
    assert_eq!(steps, [2, 1, 1]);
    let behind = server.ask(&json!({"kind": "people", "of": funnel, "at": {"step": 3}}));
    assert_eq!(behind["people"][0]["id"], "u1");

    until("the profile", || server.get("/api/projects/1/people/u1")["name"] == "Ann");
    assert_eq!(server.get("/api/projects/1/people")["total"], 2, "who has no profile is listed too");
    let person = server.get("/api/projects/1/people/%24device%3Ad1");
    assert_eq!((&person["name"], &person["events"]), (&json!("Ann"), &json!(3)), "{person}");
    let by_country = json!({
        "kind": "trend", "series": [{"select": {"event": null}, "measure": "unique"}], "interval": "month",
        "range": {"from": "2026-01-01", "to": "2026-01-31"}, "breakdown": [{"property": "country", "of": "person"}],
    });
    let answer = server.ask(&by_country);
    assert!(answer["series"].as_array().unwrap().iter().any(|line| line["breakdown"] == json!(["FR"]) && line["total"] == 1), "{answer}");
    let by_size = json!({
        "kind": "trend", "series": [{"select": {"event": "Buy"}, "measure": "total"}], "interval": "month",
        "range": {"from": "2026-01-01", "to": "2026-01-31"}, "breakdown": [{"property": "size", "of": "group:company"}],
    });
    let answer = server.ask(&by_size);
    assert!(answer["series"].as_array().unwrap().iter().any(|line| line["breakdown"] == json!([40])), "{answer}");
}

#[test]
fn pickers_live_events_and_refusals_are_there() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    server.send(&visit());
    let names = server.get("/api/projects/1/names");
    assert_eq!((&names["events"][0]["name"], &names["events"][0]["count"]), (&json!("View"), &json!(2)), "{names}");
    let live = server.get("/api/projects/1/live");
    assert_eq!((&live["events"][0]["insert_id"], &live["events"][3]["person"]), (&json!("4"), &json!("u1")), "{live}");
    let refused = server.get("/api/projects/1/refused");
    assert_eq!((&refused["refused"][0]["code"], &refused["counts"][0]["count"]), (&json!("missing_event"), &json!(1)), "{refused}");
    until("the profile", || server.get("/api/projects/1/properties?of=person")["properties"].as_array().unwrap().len() == 2);
    let values = server.get("/api/projects/1/values?of=person&property=country");
    assert_eq!(values["values"], json!([{"value": "FR", "count": 1}]));

    // A value that changes is seen by the next question, though the table of values is held.
    server.send(&json!([{"person": "u1", "set": {"country": "BE"}}]));
    until("the change", || server.get("/api/projects/1/values?of=person&property=country")["values"][0]["value"] == "BE");
}

#[test]
fn operators_merge_and_split_people() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    server.send(&visit());
    let timeline = |person: &str| -> Vec<String> {
        let range = json!({"from": "2020-01-01", "to": "2040-01-01"});
        let answer = server.ask(&json!({"kind": "timeline", "person": person, "range": range}));
        answer["events"].as_array().unwrap().iter().rev().map(|event| event["insert_id"].as_str().unwrap().to_owned()).collect()
    };
    let (of_user, of_device) = (timeline("u1"), timeline("$device:d2"));
    assert!(!of_user.is_empty() && !of_device.is_empty() && of_user != of_device, "{of_user:?} {of_device:?}");
    server.post("/api/projects/1/people/u1/merge", &json!({"from": "$device:d2"}));
    assert_eq!(server.measure(None, &json!("unique")), 1);
    // Asked for under either id, the one timeline has the events of both.
    let of_both = timeline("u1");
    assert_eq!(of_both.iter().collect::<std::collections::BTreeSet<_>>(), of_user.iter().chain(&of_device).collect());
    assert_eq!(of_both, timeline("$device:d2"));
    let ids = |person: &Value| person["identities"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let person = server.get("/api/projects/1/people/u1");
    assert_eq!(ids(&person), ["u1", "$device:d1", "$device:d2"], "{person}");
    server.post("/api/projects/1/people/u1/split", &json!({"identity": "$device:d2"}));
    assert_eq!(server.measure(None, &json!("unique")), 2);
    assert_eq!((timeline("u1"), timeline("$device:d2")), (of_user, of_device));
    let alone = server.get("/api/projects/1/people/%24device%3Ad2");
    assert_eq!((ids(&alone), &alone["identities"][0]["by"]), (vec!["$device:d2".to_owned()], &Value::Null), "{alone}");
    let ledger = server.get("/api/projects/1/people/%24device%3Ad2/ledger");
    let actions: Vec<&str> = ledger["ledger"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["merge", "split"]);
}

#[test]
fn a_folder_that_cannot_be_served_is_refused_in_a_sentence() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    let listen = format!("127.0.0.1:{}", free_port());
    let serve = |data: &std::path::Path| fails(&["serve", "--data", text(data), "--listen", &listen]);
    assert!(serve(&server.data).contains("already in use"));

    let file = home.path().join("file");
    std::fs::write(&file, "no folder").unwrap();
    assert!(serve(&file).contains("not a folder"));
    assert!(serve(&file.join("below")).contains("cannot be made"));

    let newer = home.path().join("newer");
    std::fs::create_dir(&newer).unwrap();
    std::fs::write(newer.join("version"), "sillage-store 99\n").unwrap();
    assert!(serve(&newer).contains("newer version"));

    // The file systems that the kernel makes up can be written to by nobody, not even by root, as whom tests may run.
    let read_only = serve(std::path::Path::new("/proc/self/fdinfo"));
    assert!(read_only.contains("read-only") || read_only.contains("cannot be"), "{read_only}");

    let taken = format!("127.0.0.1:{}", server.url.rsplit(':').next().unwrap());
    let said = fails(&["serve", "--data", text(&home.path().join("other")), "--listen", &taken]);
    assert!(said.contains(&taken) && !home.path().join("other").exists(), "{said}");
}

#[test]
fn projects_accounts_and_keys_are_managed_beside_the_server() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    let data = text(&server.data);
    run(&["project", "create", "Shop", "--timezone", "Europe/Paris", "--data", data]);
    let list = run(&["project", "list", "--data", data]);
    assert!(list.contains("Courriel") && list.contains("Shop") && list.contains(&server.write_key), "{list}");
    run(&["project", "change", "Shop", "--keep-days", "365", "--data", data]);
    assert!(run(&["project", "list", "--data", data]).contains("365 days"));
    assert!(fails(&["project", "change", "Nothing", "--data", data]).contains("there is no project Nothing"));

    let link = run(&["user", "create", "grace@courriel.example", "--role", "viewer", "--project", "Shop", "--data", data, "--url", &server.url]);
    assert!(link.starts_with(&format!("{}/signin?token=", server.url)), "{link}");
    assert!(run(&["user", "list", "--data", data]).contains("viewer of Shop"));

    let key = run(&["key", "create", "--project", "1", "--name", "nightly", "--scopes", "read", "--data", data]);
    let reply = ureq::get(format!("{}/api/projects", server.url)).header("authorization", format!("Bearer {}", key.trim())).call();
    let body: Value = serde_json::from_str(&reply.unwrap().body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!((body["projects"].as_array().unwrap().len(), &body["projects"][0]["id"]), (1, &json!(1)), "{body}");
    assert!(run(&["key", "list", "--project", "1", "--data", data]).contains("nightly"));
}
