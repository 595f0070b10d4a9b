//! What an answer says beside its numbers.

use crate::asking::{self, LAYOUTS, ONE_SEGMENT, try_ask};
use serde_json::{Value, json};
use sillage_event::{Event, Identity, Properties};
use sillage_testkit::world::World;

const RANGE: [&str; 2] = ["2025-10-01", "2025-10-31"];

/// Ten purchases by five people; of every third the amount is a text.
fn purchases() -> World {
    let event = |i: usize| {
        let amount = if i.is_multiple_of(3) { json!("12,50") } else { json!(i) };
        Event {
            name: "Purchase".into(),
            time: 1_760_000_000_000 + i as i64 * 60_000,
            distinct_id: format!("u{}", i % 5),
            insert_id: i.to_string(),
            properties: Properties::from_iter([("amount".to_owned(), amount), ("address".to_owned(), json!({"city": "Lyon"}))]),
            ..Event::default()
        }
    };
    let mut world = World { events: (0..10).map(event).collect(), now_ms: 1_770_000_000_000, ..World::default() };
    world.persons.insert(Identity::User("u1".into()), Properties::from_iter([("plan".to_owned(), json!("pro"))]));
    world
}

fn notes(question: &Value, layout: asking::Layout) -> Vec<String> {
    let mut question = question.clone();
    question["range"] = json!({"from": RANGE[0], "to": RANGE[1]});
    try_ask(&asking::engine(&purchases(), layout), &question).unwrap().explain.notes
}

#[test]
fn names_that_nobody_ever_sent_are_said() {
    let bought = json!({"event": "Purchase"});
    let property = |name: &str, of: &str| json!({"property": name, "of": of, "op": "set"});
    let cases = [
        (json!({"kind": "trend", "series": [{"select": {"event": "Purchse"}}]}), "the event \"Purchse\" was never received"),
        (json!({"kind": "trend", "series": [{"select": bought}], "filter": {"event": ["Refund"]}}), "the event \"Refund\" was never received"),
        (
            json!({"kind": "trend", "series": [{"select": bought}], "filter": {"did": {"event": "Signup"}, "count": {"op": "gte", "value": 1}}}),
            "the event \"Signup\" was never received",
        ),
        (
            json!({"kind": "funnel", "steps": [bought, {"event": "Purchase", "where": property("colour", "event")}]}),
            "no event ever had the property \"colour\"",
        ),
        (json!({"kind": "trend", "series": [{"select": bought}], "breakdown": [{"property": "colour"}]}), "no event ever had the property \"colour\""),
        (json!({"kind": "retention", "birth": bought, "return": bought, "filter": property("plann", "person")}), "nobody has the property \"plann\""),
        (json!({"kind": "trend", "series": [{"select": bought, "measure": {"sum": "amont"}}]}), "no event ever had the property \"amont\""),
    ];
    for (question, expected) in cases {
        for layout in LAYOUTS {
            let notes = notes(&question, layout);
            assert!(notes.iter().any(|note| note == expected), "{question}: {notes:?}");
        }
    }
}

#[test]
fn names_that_somebody_sent_are_not() {
    let filter = json!({"all": [
        {"property": "amount", "op": "set"}, {"property": "address.city", "op": "set"}, {"property": "plan", "of": "person", "op": "set"},
        {"property": "distinct_id", "op": "set"}, {"property": "$event_count", "of": "session", "op": "set"},
    ]});
    let question = json!({"kind": "trend", "series": [{"select": {"event": "Purchase"}}], "filter": filter, "breakdown": [{"property": "amount"}]});
    assert_eq!(notes(&question, ONE_SEGMENT), Vec::<String>::new());
}

#[test]
fn events_with_nothing_to_measure_are_counted() {
    let series = json!([{"select": {"event": "Purchase"}, "measure": {"sum": "amount"}}]);
    let question = json!({"kind": "trend", "series": series});
    for layout in LAYOUTS {
        assert_eq!(notes(&question, layout), ["Purchase: of 10 events, 4 without a \"amount\" that can be measured"], "{layout:?}");
    }
    let french = json!({"kind": "trend", "series": series, "language": "fr", "breakdown": [{"property": "address.city"}]});
    assert_eq!(notes(&french, ONE_SEGMENT), ["Purchase : sur 10 événements, 4 sans « amount » qui se mesure"]);
}
