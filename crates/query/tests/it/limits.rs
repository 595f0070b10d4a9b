//! How far one question may go, and what it says when it goes further.

use crate::asking::{self, LAYOUTS, ONE_SEGMENT, PROJECT, try_ask};
use serde_json::{Value, json};
use sillage_behavior::{AskErrorCode, Cancel, Question, Settings};
use sillage_event::{Event, Properties};
use sillage_query::Limits;
use sillage_testkit::world::World;
use std::{
    thread,
    time::{Duration, Instant},
};

const N_VALUES: usize = 50_000;

/// More values of one property than one answer may have segments.
fn many_values() -> World {
    let event = |i: usize| {
        let properties = Properties::from_iter([("page".to_owned(), json!(format!("/p/{i}"))), ("kind".to_owned(), json!(i % 3))]);
        let name = if i.is_multiple_of(2) { "A" } else { "B" };
        Event {
            name: name.into(),
            time: 1_760_000_000_000 + i as i64,
            distinct_id: format!("u{}", i / 2),
            insert_id: i.to_string(),
            properties,
            ..Event::default()
        }
    };
    let mut world = World { events: (0..N_VALUES).map(event).collect(), now_ms: 1_770_000_000_000, ..World::default() };
    // One value stands out.
    for i in 0..10 {
        let mut event = event(N_VALUES + i);
        event.properties.insert("page".into(), json!("/often"));
        world.events.push(event);
    }
    world
}

fn question(kind: &str, more: Value) -> Value {
    let mut question = json!({"kind": kind, "range": {"from": "2025-10-01", "to": "2025-10-31"}, "breakdown": [{"property": "page"}]});
    match kind {
        "trend" => question["series"] = json!([{"select": {"event": null}, "measure": "unique"}]),
        "funnel" => question["steps"] = json!([{"event": null}, {"event": "B"}]),
        "retention" => {
            question["birth"] = json!({"event": null});
            question["return"] = json!({"event": null});
        }
        "frequency" => question["select"] = json!({"event": null}),
        _ => {}
    }
    question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    question
}

#[test]
fn too_many_segments_say_which_field_to_narrow() {
    let world = many_values();
    for layout in LAYOUTS {
        let engine = asking::engine(&world, layout);
        for kind in ["trend", "funnel", "retention", "frequency", "sessions", "journey"] {
            let error = try_ask(&engine, &question(kind, json!({}))).expect_err(kind);
            assert_eq!((error.code, error.field.as_deref()), (AskErrorCode::LimitExceeded, Some("breakdown")), "{kind} {layout:?}");
        }
        for kind in ["trend", "funnel", "retention"] {
            let reply = try_ask(&engine, &question(kind, json!({"top": 2}))).unwrap_or_else(|error| panic!("{kind} {layout:?}: {error}"));
            let name = match kind {
                "trend" => "series",
                "funnel" => "groups",
                _ => "cohorts",
            };
            let rows = reply.answer[name].as_array().unwrap();
            assert!(rows.iter().any(|row| row["breakdown"] == json!(["/often"])), "{kind} {layout:?}");
            assert!(rows.iter().any(|row| row["other"] == N_VALUES - 1), "{kind} {layout:?}");
        }
    }
}

#[test]
fn an_answer_has_bounds() {
    let engine = asking::engine(&many_values(), ONE_SEGMENT);
    let long = json!({"from": "1900-01-01", "to": "2025-10-31"});
    for kind in ["trend", "lifecycle"] {
        let mut one = question(kind, json!({"range": long, "interval": "hour", "select": {"event": "A"}}));
        one.as_object_mut().unwrap().remove("breakdown");
        if kind == "trend" {
            one.as_object_mut().unwrap().remove("select");
        }
        let error = try_ask(&engine, &one).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (AskErrorCode::LimitExceeded, Some("interval")), "{kind}");
    }
    let mut one = question("retention", json!({"range": long, "unit": "hour"}));
    one.as_object_mut().unwrap().remove("breakdown");
    let error = try_ask(&engine, &one).unwrap_err();
    assert_eq!((error.code, error.field.as_deref()), (AskErrorCode::LimitExceeded, Some("unit")));
    // The longest window there is does not overflow.
    let far = json!({"n": 100_000_000, "unit": "day"});
    let mut one = question("funnel", json!({"window": far}));
    one.as_object_mut().unwrap().remove("breakdown");
    assert!(try_ask(&engine, &one).is_ok());
}

#[test]
fn a_cancelled_question_stops() {
    let engine = asking::engine(&many_values(), LAYOUTS[2]);
    let cancel = Cancel::default();
    cancel.cancel();
    let question = Question::from_json(&question("trend", json!({"top": 5}))).unwrap();
    let error = engine.answer(PROJECT, &Settings::default(), &question, cancel).unwrap_err();
    assert_eq!(error.code, AskErrorCode::Cancelled);
}

/// A year by day, broken down by a property that is different for every event, twenty steps: it is not begun to be added up.
#[test]
fn a_monstrous_question_names_its_limit_and_what_to_narrow() {
    let engine = asking::engine(&many_values(), ONE_SEGMENT);
    let year = json!({"from": "2025-01-01", "to": "2025-12-31"});
    let steps: Vec<Value> = (0..20).map(|i| json!({"event": if i % 2 == 0 { "A" } else { "B" }})).collect();
    let monsters = [
        question("funnel", json!({"range": year, "interval": "day", "steps": steps})),
        question("retention", json!({"range": year, "unit": "day", "periods": 365})),
        question("frequency", json!({"range": year, "period": "day", "unit": "hour"})),
        question("trend", json!({"range": year, "interval": "hour"})),
    ];
    for monster in monsters {
        let error = try_ask(&engine, &monster).unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (AskErrorCode::LimitExceeded, Some("breakdown")), "{monster}");
        assert!(error.message.contains("more than 2") && error.message.contains("\"top\""), "{}", error.message);
    }
}

/// Many buckets, each with little: what they add up to is what counts.
const IN_BUCKETS: asking::Layout = asking::Layout { n_segments: 1, bits: [6, 6, 6], n_linked: 1, threads: 2 };

/// No bucket comes near the limit, all together pass it.
#[test]
fn the_numbers_of_an_answer_are_counted_over_all_buckets() {
    let mut world = many_values();
    world.events.truncate(15_000);
    let engine = asking::engine(&world, IN_BUCKETS);
    let year = json!({"from": "2025-01-01", "to": "2025-12-31"});
    for (kind, more) in [
        ("trend", json!({"range": year, "interval": "day"})),
        ("funnel", json!({"range": year, "interval": "day"})),
        ("retention", json!({"range": year, "unit": "week", "periods": 12})),
        ("frequency", json!({"range": year, "period": "week", "unit": "day"})),
    ] {
        let error = try_ask(&engine, &question(kind, more)).expect_err(kind);
        assert_eq!((error.code, error.field.as_deref()), (AskErrorCode::LimitExceeded, Some("breakdown")), "{kind}");
        assert!(error.message.contains("numbers"), "{kind}: {}", error.message);
    }
}

#[test]
fn a_question_that_needs_too_much_memory_says_so_and_the_next_one_is_answered() {
    let world = many_values();
    let engine = asking::engine_within(&world, IN_BUCKETS, Limits { memory: 1 << 20, ..Limits::default() });
    let plain = |kind: &str, more: Value| {
        let mut one = question(kind, more);
        one.as_object_mut().unwrap().remove("breakdown");
        one
    };
    let median = json!([{"select": {"event": null}, "measure": {"median": "kind"}}]);
    let distinct = json!([{"select": {"event": null}, "measure": {"distinct": "page"}}]);
    let greedy = [
        plain("trend", json!({"series": median})),
        plain("trend", json!({"series": distinct})),
        plain("trend", json!({"actor": "device"})),
        question("trend", json!({"top": 3, "cumulative": true})),
    ];
    for one in greedy {
        let Err(error) = try_ask(&engine, &one) else { panic!("answered: {one}") };
        assert_eq!(error.code, AskErrorCode::LimitExceeded, "{one}: {error}");
        assert!(error.message.contains("1 MiB of memory"), "{error}");
        // What it held was given back.
        try_ask(&engine, &plain("trend", json!({}))).unwrap();
    }
}

/// Nothing is made up: the engine reads, and is stopped while it does.
#[test]
fn a_question_that_takes_too_long_or_is_cancelled_half_way_stops() {
    let world = many_values();
    let slow = Question::from_json(&question("journey", json!({"top": 5}))).unwrap();
    let engine = asking::engine_within(&world, IN_BUCKETS, Limits { time: Duration::ZERO, ..Limits::default() });
    let error = engine.answer(PROJECT, &Settings::default(), &slow, Cancel::default()).unwrap_err();
    assert_eq!(error.code, AskErrorCode::TimedOut);
    assert!(error.message.contains("shorten the range"), "{error}");

    let engine = asking::engine(&world, IN_BUCKETS);
    let cancel = Cancel::default();
    let asking = {
        let cancel = cancel.clone();
        thread::spawn(move || {
            // Asked until it is stopped, since one answer may be done before anybody can cancel it.
            loop {
                if let Err(error) = engine.answer(PROJECT, &Settings::default(), &slow, cancel.clone()) {
                    return (error.code, Instant::now());
                }
            }
        })
    };
    while cancel.events_read() == 0 {
        thread::yield_now();
    }
    let cancelled = Instant::now();
    cancel.cancel();
    let (code, stopped) = asking.join().unwrap();
    assert_eq!(code, AskErrorCode::Cancelled);
    assert!(stopped.saturating_duration_since(cancelled) < Duration::from_secs(2));
}
