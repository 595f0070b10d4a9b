//! What is exported and imported into an empty project answers every question as before.

use crate::world::{Server, fails, run, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const TIME: &str = "2026-01-05T10:00:00.500Z";

/// Everything that is easily lost on the way: types, lists, groups, order within a millisecond, who is who, what people were.
fn fill(server: &Server) {
    // Before the type of groups is known, the same property names none.
    send(server, &json!([{"event": "Early", "distinct_id": "u1", "time": "2026-01-01T00:00:00Z", "insert_id": "e1", "properties": {"company": "acme"}}]));
    send(
        server,
        &json!([
            {"group_type": "company", "group_key": "acme", "time": "2026-01-02T00:00:00Z", "set": {"size": 12}},
            {"event": "Grouped", "distinct_id": "u1", "time": TIME, "insert_id": "g1", "groups": {"company": "acme"}},
            {"event": "Grouped", "distinct_id": "u2", "time": TIME, "insert_id": "g2", "groups": {"company": ["acme", "zenith"], "team": "a"}},
            {"event": "Grouped", "distinct_id": "u2", "time": "2026-01-06T00:00:00Z", "insert_id": "g3", "properties": {"company": "zenith"}},
        ]),
    );
    let mixed =
        [json!(1), json!("1"), json!(true), json!(["a", 1, {"b": null}]), json!({"deep": {"x": [1.5]}}), json!(""), json!("[1]"), json!("é \"q\" \n 日本")];
    let typed = mixed.iter().enumerate().map(|(n, value)| {
        // Names that columns of a file have, or that other systems' columns are known by.
        let properties = json!({
            "mixed": value, "number": n, "fraction": 0.1 + n as f64, "flag": n % 2 == 0, "list": ["x", n], "seq": n, "groups": "none", "other_properties": {"n": n},
            "user": "somebody", "date": "2020-01-01", "uuid": "not an id", "session": "no session", "event": "no name",
        });
        json!({"event": "Typed", "distinct_id": format!("t{}", n % 3), "time": format!("2026-01-0{}T08:00:00Z", 1 + n), "insert_id": format!("t{n}"), "session_id": "s1", "seq": 7 + n, "properties": properties})
    });
    send(server, &typed.collect());
    // One millisecond, in the order of arrival, which is not that of their names; and one with the client's own order.
    for (n, name) in ["Zeta", "Alpha", "Mid"].iter().enumerate() {
        send(server, &json!([{"event": name, "distinct_id": "tied", "time": TIME, "insert_id": format!("z{n}")}]));
    }
    send(
        server,
        &json!([
            {"event": "Last", "distinct_id": "ordered", "time": TIME, "insert_id": "o1", "seq": 9},
            {"event": "First", "distinct_id": "ordered", "time": TIME, "insert_id": "o2", "seq": 3},
        ]),
    );
    // The device belongs to whoever came first, who is not the one with the earliest event; somebody without an account is nobody's device.
    for (user, time) in [("late", "2026-01-09T00:00:00Z"), ("early", "2026-01-03T00:00:00Z")] {
        send(server, &json!([{"event": "Signed in", "device_id": "shared", "user_id": user, "time": time, "insert_id": user}]));
    }
    send(
        server,
        &json!([
            {"event": "Looked", "device_id": "shared", "time": "2026-01-02T00:00:00Z", "insert_id": "l1"},
            {"event": "Looked", "device_id": "alone", "time": "2026-01-02T00:00:00Z", "insert_id": "l2"},
            {"event": "Looked", "device_id": "torn", "time": "2026-01-02T00:00:00Z", "insert_id": "l3"},
            {"event": "Signed in", "device_id": "torn", "user_id": "u1", "time": "2026-01-04T00:00:00Z", "insert_id": "l4"},
            {"event": "Ticked", "distinct_id": "", "time": "1969-12-31T23:59:59.999Z", "insert_id": "n1"},
            {"event": "$identify", "distinct_id": "u3", "time": TIME, "insert_id": "i1", "properties": {"$identified_id": "u3", "$anon_id": "anon-3"}},
            {"event": "Looked", "distinct_id": "anon-3", "time": "2026-01-02T00:00:00Z", "insert_id": "l5"},
        ]),
    );
    server.post("/api/projects/1/people/u1/merge", &json!({"from": "u2"}));
    server.post("/api/projects/1/people/u1/split", &json!({"identity": "$device:torn"}));
    send(
        server,
        &json!([
            {"person": "u1", "time": "2026-01-01T00:00:00Z", "set": {"plan": "free", "tags": ["a"], "count": 1}},
            {"person": "u1", "time": "2026-01-03T00:00:00Z", "append": {"tags": "b"}, "add": {"count": 2}},
            {"person": "u1", "time": "2026-01-04T00:00:00Z", "set": {"plan": "pro", "gone": 1}},
            {"person": "u1", "time": "2026-01-05T00:00:00Z", "unset": ["gone"]},
            {"person": "u1", "time": "2026-01-02T00:00:00Z", "set": {"late": true}},
            {"person": "$device:alone", "time": "2026-01-02T00:00:00Z", "set": {"big": (0..300).map(|n| format!("{n}{}", "y".repeat(2_000))).collect::<Vec<_>>()}},
            {"person": "t1", "set": {"last": 1}},
        ]),
    );
    let began = std::time::Instant::now();
    while server.get("/api/projects/1/people/t1")["properties"]["last"] != 1 {
        assert!(began.elapsed().as_secs() < 20);
    }
}

/// None of them may be refused.
fn send(server: &Server, records: &Value) {
    let receipt = server.send(records);
    assert_eq!(receipt["failed"], json!([]), "{receipt}");
}

/// What is asked of both, each answer under its name.
fn answers(server: &Server) -> Vec<(String, Value)> {
    let range = json!({"from": "2025-12-01", "to": "2026-02-01"});
    let trend = |series: Value, breakdown: Value| json!({"kind": "trend", "series": [series], "interval": "day", "range": range, "breakdown": breakdown});
    let funnel = |steps: [&str; 2], order: &str| {
        let steps = steps.map(|event| json!({"event": event}));
        json!({"kind": "funnel", "steps": steps, "order": order, "window": {"n": 1, "unit": "day"}, "range": range})
    };
    let of_event = |event: &str, measure: Value| json!({"select": {"event": event}, "measure": measure});
    let mut questions = vec![
        trend(of_event("Looked", json!("unique")), json!([])),
        trend(json!({"select": {"event": null}, "measure": "unique"}), json!([])),
        trend(json!({"select": {"event": "Grouped"}, "measure": "total"}), json!([{"property": "company"}])),
        trend(json!({"select": {"event": "Early"}, "measure": "total"}), json!([{"property": "plan", "of": "person", "at": "event"}])),
        trend(json!({"select": {"event": "Signed in"}, "measure": "total"}), json!([{"property": "plan", "of": "person", "at": "event"}])),
        trend(json!({"select": {"event": "Grouped"}, "measure": "total"}), json!([{"property": "size", "of": "group:company"}])),
        json!({"kind": "trend", "series": [of_event("Grouped", json!("unique"))], "interval": "day", "range": range, "actor": "group:company"}),
        json!({"kind": "trend", "series": [of_event("Early", json!("unique"))], "interval": "day", "range": range, "actor": "group:company"}),
    ];
    questions.extend(
        ["mixed", "number", "fraction", "flag", "list", "seq", "groups", "user", "other_properties.n"]
            .map(|name| trend(of_event("Typed", json!("total")), json!([{"property": name}]))),
    );
    questions.extend([["Zeta", "Alpha"], ["Alpha", "Zeta"], ["Alpha", "Mid"], ["First", "Last"], ["Last", "First"]].map(|steps| funnel(steps, "ordered")));
    let mut answers: Vec<(String, Value)> = questions.iter().map(|question| (question.to_string(), server.ask(question))).collect();
    for person in ["u1", "u2", "u3", "late", "early", "tied", "ordered", "t1", "anon-3", "$device:shared", "$device:torn", "$device:alone"] {
        // Of who was merged by hand, figures and ids are asked, not the timeline.
        if !["u1", "u2", "u3", "anon-3"].contains(&person) {
            let of_person = server.ask(&json!({"kind": "timeline", "person": person, "range": range}));
            let order: Vec<String> =
                of_person["events"].as_array().unwrap().iter().map(|event| format!("{} {} {}", event["event"], event["insert_id"], event["groups"])).collect();
            answers.push((format!("timeline {person}"), order.into()));
        }
        let path = format!("/api/projects/1/people/{}", person.replace('$', "%24").replace(':', "%3A"));
        let detail = server.get(&path);
        let mut ids: Vec<&str> = detail["identities"].as_array().unwrap().iter().map(|identity| identity["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        answers.push((format!("person {person}"), json!([detail["properties"], detail["first_seen"], detail["last_seen"], detail["events"], ids])));
    }
    answers
}

fn lines(server: &Server, key: &str) -> Vec<String> {
    let all = run(&["export", "--url", &server.url, "--key", key]);
    let mut lines: Vec<String> = all.lines().map(str::to_owned).collect();
    // Events come in no particular order; what stands before them has its own.
    let n_before = lines.iter().take_while(|line| !line.starts_with("{\"event\"")).count();
    lines[n_before..].sort();
    lines
}

fn key(server: &Server) -> String {
    server.post("/api/projects/1/keys", &json!({"name": "test", "scopes": ["read", "write"]}))["secret"].as_str().unwrap().to_owned()
}

fn import(server: &Server, files: &[PathBuf]) {
    for file in files {
        run(&["import", text(file), "--url", &server.url, "--key", &server.write_key, "--api-key", &key(server)]);
    }
}

fn export(server: &Server, out: &Path, more: &[&str]) -> PathBuf {
    run(&[&["export", "--url", &server.url, "--key", &key(server), "--out", text(out)], more].concat());
    out.to_owned()
}

#[test]
fn what_is_exported_answers_the_same_in_an_empty_project() {
    let home = TempDir::new().unwrap();
    let server = Server::start(&home);
    fill(&server);
    let (expected_lines, expected) = (lines(&server, &key(&server)), answers(&server));
    let is_there = |part: &str| expected_lines.iter().any(|line| line.contains(part));
    for part in ["\"identity\":\"link\"", "\"identity\":\"merge\"", "\"identity\":\"split\"", "\"append\"", "\"groups\":{\"company\":[]}"] {
        assert!(is_there(part), "{part}: {expected_lines:#?}");
    }
    let ndjson = export(&server, &home.path().join("all.ndjson.zst"), &[]);
    let people = export(&server, &home.path().join("people.ndjson"), &["--people-only"]);
    let parquet = export(&server, &home.path().join("events.parquet"), &[]);
    for files in [vec![ndjson], vec![people.clone(), parquet.clone()]] {
        let other_home = TempDir::new().unwrap();
        let other = Server::start(&other_home);
        import(&other, &files);
        let began = std::time::Instant::now();
        while other.get("/api/projects/1/people/t1")["properties"]["last"] != 1 {
            assert!(began.elapsed().as_secs() < 20, "profiles are applied");
        }
        for ((question, before), (_, after)) in expected.iter().zip(answers(&other)) {
            assert_eq!(before, &after, "{files:?}: {question}");
        }
        assert_eq!(expected_lines, lines(&other, &key(&other)), "{files:?}");
        // Once more changes nothing of events and of who is who; of people the history is told twice, and what they are stays the same.
        import(&other, &files);
        let no_changes = |lines: Vec<String>| lines.into_iter().filter(|line| !line.contains("\"person\"")).collect::<Vec<_>>();
        assert_eq!(no_changes(expected_lines.clone()), no_changes(lines(&other, &key(&other))), "{files:?} a second time");
        let latest = |lines: &[String]| {
            let sets = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()).filter(|line| !line["set"].is_null());
            sets.filter_map(|line| Some((line["person"].as_str()?.to_owned(), line["set"].clone()))).collect::<std::collections::BTreeMap<_, _>>()
        };
        let expected_people = latest(&expected_lines);
        assert!(expected_people.keys().eq(["$device:alone", "t1", "u1"]), "{:?}", expected_people.keys());
        let began = std::time::Instant::now();
        while latest(&lines(&other, &key(&other))) != expected_people {
            assert!(began.elapsed().as_secs() < 20, "people are what they were, {files:?} a second time");
        }
    }
    let refused = fails(&["import", text(&people), "--url", &server.url, "--key", &server.write_key]);
    assert!(refused.contains("needs_api_key") && refused.contains("--api-key"), "{refused}");
    let both = fails(&["export", "--url", &server.url, "--key", &key(&server), "--people-only", "--out", text(&home.path().join("people.parquet"))]);
    assert!(both.contains("--people-only --out people.ndjson"), "{both}");
}
