//! What a question says of the last days is meant from the engine's own moment on, wherever it says it.

use crate::asking::{self, LAYOUTS, people, try_ask};
use serde_json::{Value, json};
use sillage_event::{Event, Identity, Properties, time};
use sillage_testkit::world::World;

/// Paris, noon of the day that had 25 hours: the last day began at 13:00 of the day before.
const NOW: &str = "2025-10-26T12:00:00+01:00";
const TIMES: [&str; 5] =
    ["2025-10-25T12:30:00+02:00", "2025-10-25T13:00:00+02:00", "2025-10-25T13:00:01+02:00", "2025-10-26T12:00:00+01:00", "2025-10-26T12:00:01+01:00"];

/// Five people, each with one event; event and person carry the same time in `at`.
fn world() -> World {
    let now_ms = time::from_text(NOW).unwrap();
    let at = |i: usize| Properties::from_iter([("at".to_owned(), json!(TIMES[i]))]);
    let event = |i: usize| Event {
        name: "A".into(),
        time: now_ms - 60_000 + i as i64,
        distinct_id: format!("u{i}"),
        insert_id: i.to_string(),
        properties: at(i),
        ..Event::default()
    };
    let persons = (0..TIMES.len()).map(|i| (Identity::User(format!("u{i}")), at(i))).collect();
    World { events: (0..TIMES.len()).map(event).collect(), persons, now_ms, ..World::default() }
}

fn trend(more: Value) -> Value {
    let mut question = json!({
        "kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "interval": "day", "range": {"last": 2, "unit": "day"}, "timezone": "Europe/Paris",
    });
    question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    question
}

#[test]
fn the_last_day_is_that_before_the_moment_of_asking() {
    let last = json!({"property": "at", "op": "in_last", "value": {"n": 1, "unit": "day"}});
    let of_person = json!({"property": "at", "of": "person", "op": "in_last", "value": {"n": 1, "unit": "day"}});
    let questions = [
        trend(json!({"filter": last})),
        trend(json!({"filter": of_person})),
        trend(json!({"series": [{"select": {"event": "A", "where": last}, "measure": "unique"}]})),
        trend(json!({"filter": {"did": {"event": "A", "where": last}}})),
        trend(json!({"filter": {"cohort": "fresh"}, "cohorts": {"fresh": last}})),
    ];
    for layout in LAYOUTS {
        let engine = asking::engine(&world(), layout);
        for question in &questions {
            let reply = try_ask(&engine, question).unwrap();
            assert_eq!(reply.answer["series"][0]["total"], 2, "{question} {layout:?}");
            let (ids, count) = people(&engine, question, &json!({"series": 0})).unwrap_or_else(|error| panic!("{error} {question}"));
            assert_eq!((ids, count), (vec!["u2".to_owned(), "u3".to_owned()], 2), "{question} {layout:?}");
        }
        let edges = |op: &str, value: &str| {
            let filter = json!({"property": "at", "op": op, "value": value});
            try_ask(&engine, &trend(json!({"filter": filter}))).unwrap().answer["series"][0]["total"].clone()
        };
        assert_eq!((edges("before", TIMES[2]), edges("after", TIMES[2])), (json!(2), json!(2)), "{layout:?}");
        assert_eq!((edges("before", "2025-10-25T11:00:00Z"), edges("after", "2025-10-25T11:00:00Z")), (json!(1), json!(3)), "{layout:?}");
    }
}

#[test]
fn a_cohort_says_it_in_words() {
    let question = json!({"kind": "cohort", "definition": {"property": "at", "op": "in_last", "value": {"n": 7, "unit": "day"}}});
    let engine = asking::engine(&world(), LAYOUTS[0]);
    let said = |language: &str| {
        let mut question = question.clone();
        question["language"] = json!(language);
        try_ask(&engine, &question).unwrap().explain.definition
    };
    assert!(said("en").contains("at no older than 7 days"), "{}", said("en"));
    assert!(said("fr").contains("at datant d’au plus 7 jours"), "{}", said("fr"));
}
