use super::*;
use crate::footprint::Footprint;
use serde_json::json;
use sillage_behavior::{AskErrorCode, Explain};
use sillage_store::Snapshot;

fn question(event: &str) -> Question {
    let series = json!([{"select": {"event": event}, "measure": "total"}]);
    Question::from_json(&json!({"kind": "trend", "series": series, "range": {"from": "2025-10-01", "to": "2025-10-31"}, "interval": "day"})).unwrap()
}

fn key(event: &str) -> Key {
    Key::new(ProjectId(1), &Settings::default(), &question(event))
}

fn snapshot(version: u64) -> Snapshot {
    Snapshot { project: ProjectId(1), segments: Vec::new(), links: Arc::default(), version, duplicates_dropped: 0, damaged: Vec::new() }
}

fn told(answer: Value, version: u64) -> Arc<Told> {
    told_of(answer, version, &Footprint::default())
}

fn told_of(answer: Value, version: u64, footprint: &Footprint) -> Arc<Told> {
    footprint.all_events();
    let reply = Reply { kind: "trend", answer, explain: Explain::default(), elapsed_ms: 1.0, complete: true };
    Arc::new(Told { reply, read: footprint.read(&snapshot(version), 1) })
}

fn way(remembered: &Remembered, key: &Key, version: u64) -> Way {
    remembered.way(key, &Versions { snapshot: &snapshot(version), profiles: 1, clock: 0 })
}

fn computes(remembered: &Remembered, key: &Key, version: u64) -> bool {
    matches!(way(remembered, key, version), Way::Compute)
}

#[test]
fn an_answer_is_given_again_until_something_changes() {
    let remembered = Remembered::default();
    assert!(computes(&remembered, &key("A"), 1));
    remembered.settle(&key("A"), &Ok(told(json!(1), 1)), 0);
    assert!(matches!(way(&remembered, &key("A"), 1), Way::Known(told) if told.reply.answer == json!(1)));
    assert!(computes(&remembered, &key("B"), 1), "another question");
    let foreign = Key { project: ProjectId(2), ..key("A") };
    assert!(computes(&remembered, &foreign, 1), "another project");
    let settings = Settings { timezone: "Asia/Tokyo".to_owned(), ..Settings::default() };
    assert!(computes(&remembered, &Key::new(ProjectId(1), &settings, &question("A")), 1), "another zone");
    assert!(computes(&remembered, &key("A"), 2), "other events");
    remembered.settle(&key("A"), &Ok(told(json!(2), 2)), 0);
    assert!(matches!(way(&remembered, &key("A"), 1), Way::Known(told) if told.reply.answer == json!(2)), "newer than was asked for");
}

#[test]
fn profiles_matter_to_an_answer_that_looked_at_them() {
    for looked in [false, true] {
        let footprint = Footprint::default();
        if looked {
            footprint.profiles();
        }
        let read = told_of(json!(1), 1, &footprint).read;
        assert!(read.holds(&Versions { snapshot: &snapshot(1), profiles: 1, clock: 0 }));
        assert_eq!(read.holds(&Versions { snapshot: &snapshot(1), profiles: 2, clock: 0 }), !looked);
    }
}

#[test]
fn who_is_who_what_is_damaged_and_what_was_dropped_matter_whatever_was_read() {
    let footprint = Footprint::default();
    footprint.events_before(7);
    let read = footprint.read(&snapshot(1), 1);
    let holds = |snapshot: &Snapshot| read.holds(&Versions { snapshot, profiles: 1, clock: 0 });
    assert!(holds(&snapshot(2)));
    assert!(!holds(&Snapshot { duplicates_dropped: 1, ..snapshot(2) }));
    assert!(!holds(&Snapshot { damaged: vec!["segment 1".to_owned()], ..snapshot(2) }));
}

#[test]
fn who_asks_the_same_meanwhile_gets_the_same_answer() {
    let remembered = Remembered::default();
    let key = key("A");
    assert!(computes(&remembered, &key, 1));
    let Way::Wait(mut second) = way(&remembered, &key, 1) else { panic!("computed twice") };
    let Way::Wait(third) = way(&remembered, &key, 2) else { panic!("computed twice") };
    drop(third);
    assert!(second.try_recv().unwrap().is_none());
    remembered.settle(&key, &Ok(told(json!(7), 1)), 0);
    assert_eq!(second.try_recv().unwrap().unwrap().unwrap().reply.answer, json!(7));
}

#[test]
fn an_error_is_told_to_who_waits_and_not_kept() {
    let remembered = Remembered::default();
    let key = key("A");
    assert!(computes(&remembered, &key, 1));
    let Way::Wait(mut second) = way(&remembered, &key, 1) else { panic!("computed twice") };
    remembered.settle(&key, &Err(AskError::new(AskErrorCode::TimedOut, "too long")), 0);
    assert!(second.try_recv().unwrap().unwrap().is_err());
    assert!(computes(&remembered, &key, 1));
}

#[test]
fn memory_is_bounded_and_the_least_used_goes_first() {
    let remembered = Remembered::default();
    let large = json!("x".repeat(LARGEST_BYTES - 1000));
    let n = MOST_BYTES / LARGEST_BYTES + 3;
    for i in 0..n {
        let key = key(&format!("E{i}"));
        assert!(computes(&remembered, &key, 1));
        remembered.settle(&key, &Ok(told(large.clone(), 1)), 0);
        // The first stays in use.
        assert!(matches!(way(&remembered, &self::key("E0"), 1), Way::Known(_)));
    }
    assert!(remembered.inner.lock().bytes <= MOST_BYTES);
    assert!(computes(&remembered, &key("E1"), 1));
    let key = key("too large");
    assert!(computes(&remembered, &key, 1));
    remembered.settle(&key, &Ok(told(json!("x".repeat(LARGEST_BYTES)), 1)), 0);
    assert!(computes(&remembered, &key, 1));
}

#[test]
fn an_answer_lasts_as_long_as_the_clock_says() {
    let footprint = Footprint::default();
    footprint.clock_until(90);
    footprint.clock_until(70);
    let told = told_of(json!(1), 1, &footprint);
    let holds = |clock: i64| told.read.holds(&Versions { snapshot: &snapshot(1), profiles: 1, clock });
    assert!(holds(69) && !holds(70));
    let remembered = Remembered::default();
    assert!(computes(&remembered, &key("A"), 1) && computes(&remembered, &key("B"), 1));
    remembered.settle(&key("A"), &Ok(told), 0);
    remembered.settle(&key("B"), &Ok(self::told(json!(2), 1)), 70);
    assert_eq!(remembered.inner.lock().answers.len(), 1, "what is over takes no room");
}
