use super::*;
use serde_json::json;
use sillage_behavior::{AskErrorCode, Explain};

fn question(event: &str) -> Question {
    let series = json!([{"select": {"event": event}, "measure": "total"}]);
    Question::from_json(&json!({"kind": "trend", "series": series, "range": {"from": "2025-10-01", "to": "2025-10-31"}, "interval": "day"})).unwrap()
}

fn key(event: &str, version: u64, now: i64) -> Key {
    Key::new(ProjectId(1), (version, 1), now, &Settings::default(), &question(event))
}

fn reply(answer: Value) -> Reply {
    Reply { kind: "trend", answer, explain: Explain::default(), elapsed_ms: 1.0, complete: true }
}

fn computes(remembered: &Remembered, key: &Key) -> bool {
    matches!(remembered.way(key), Way::Compute)
}

#[test]
fn an_answer_is_given_again_until_something_changes() {
    let remembered = Remembered::default();
    assert!(computes(&remembered, &key("A", 1, 0)));
    remembered.settle(&key("A", 1, 0), &Ok(reply(json!(1))));
    assert!(matches!(remembered.way(&key("A", 1, 59_999)), Way::Known(reply) if reply.answer == json!(1)));
    assert!(computes(&remembered, &key("B", 1, 0)), "another question");
    assert!(computes(&remembered, &key("A", 2, 0)), "other events");
    assert!(computes(&remembered, &key("A", 1, 60_000)), "another minute");
    let profiles = Key { versions: (1, 2), ..key("A", 1, 0) };
    assert!(computes(&remembered, &profiles), "other profiles");
    let foreign = Key { project: ProjectId(2), ..key("A", 1, 0) };
    assert!(computes(&remembered, &foreign), "another project");
    let settings = Settings { timezone: "Asia/Tokyo".to_owned(), ..Settings::default() };
    assert!(computes(&remembered, &Key::new(ProjectId(1), (1, 1), 0, &settings, &question("A"))), "another zone");
}

#[test]
fn who_asks_the_same_meanwhile_gets_the_same_answer() {
    let remembered = Remembered::default();
    let key = key("A", 1, 0);
    assert!(computes(&remembered, &key));
    let Way::Wait(mut second) = remembered.way(&key) else { panic!("computed twice") };
    let Way::Wait(third) = remembered.way(&key) else { panic!("computed twice") };
    drop(third);
    assert!(second.try_recv().unwrap().is_none());
    remembered.settle(&key, &Ok(reply(json!(7))));
    assert_eq!(second.try_recv().unwrap().unwrap().unwrap().answer, json!(7));
}

#[test]
fn an_error_is_told_to_who_waits_and_not_kept() {
    let remembered = Remembered::default();
    let key = key("A", 1, 0);
    assert!(computes(&remembered, &key));
    let Way::Wait(mut second) = remembered.way(&key) else { panic!("computed twice") };
    remembered.settle(&key, &Err(AskError::new(AskErrorCode::TimedOut, "too long")));
    assert!(second.try_recv().unwrap().unwrap().is_err());
    assert!(computes(&remembered, &key));
}

#[test]
fn memory_is_bounded_and_the_least_used_goes_first() {
    let remembered = Remembered::default();
    let large = json!("x".repeat(LARGEST_BYTES - 1000));
    let n = MOST_BYTES / LARGEST_BYTES + 3;
    for i in 0..n {
        let key = key(&format!("E{i}"), 1, 0);
        assert!(computes(&remembered, &key));
        remembered.settle(&key, &Ok(reply(large.clone())));
        // The first stays in use.
        assert!(matches!(remembered.way(&self::key("E0", 1, 0)), Way::Known(_)));
    }
    assert!(remembered.inner.lock().bytes <= MOST_BYTES);
    assert!(computes(&remembered, &key("E1", 1, 0)));
    let key = key("too large", 1, 0);
    assert!(computes(&remembered, &key));
    remembered.settle(&key, &Ok(reply(json!("x".repeat(LARGEST_BYTES)))));
    assert!(computes(&remembered, &key));
}
