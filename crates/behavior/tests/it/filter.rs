//! Conditions about times: before, after and in the last so many days, at their edges.

#![allow(clippy::unwrap_used, reason = "a test may stop where what it expects is not there")]

use serde_json::{Value, json};
use sillage_behavior::{
    Question,
    filter::{Cell, Filter, Test},
};
use sillage_event::time;

/// What a condition reads as, asked at a moment, in a zone.
fn condition(op: &str, value: &Value, zone: &str, now: &str) -> Test {
    let question = json!({
        "kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"last": 7, "unit": "day"}, "timezone": zone,
        "filter": {"property": "at", "op": op, "value": value},
    });
    match Question::from_json(&question).unwrap().asked_at(time::from_text(now).unwrap()).0.scope.filter {
        Some(Filter::Property { test, .. }) => test,
        other => panic!("{other:?}"),
    }
}

fn passing<'a>(test: &Test, values: &[&'a str]) -> Vec<&'a str> {
    values.iter().copied().filter(|value| test.matches(Some(Cell::Text(value)))).collect()
}

#[test]
fn in_the_last_days_ends_with_the_moment_of_asking() {
    let test = condition("in_last", &json!({"n": 7, "unit": "day"}), "UTC", "2025-03-10T12:00:00Z");
    let values =
        ["2025-03-03T12:00:00Z", "2025-03-03T12:00:00.001Z", "2025-03-09", "2025-03-10T12:00:00Z", "2025-03-10T12:00:00.001Z", "2025-04-01", "soon", ""];
    assert_eq!(passing(&test, &values), ["2025-03-03T12:00:00.001Z", "2025-03-09", "2025-03-10T12:00:00Z"]);
    // Seconds and milliseconds since 1970 are times too; what is none, or is not set, lies in no days.
    let at = time::from_text("2025-03-10T11:00:00Z").unwrap();
    for number in [at as f64, (at / 1000) as f64] {
        assert!(test.matches(Some(Cell::Number(number))));
    }
    assert!(!test.matches(Some(Cell::Flag(true))) && !test.matches(None));
    // Of a list one time is enough.
    assert!(test.matches(Cell::of(&json!(["2020-01-01", "2025-03-10"]))) && !test.matches(Cell::of(&json!(["2020-01-01"]))));
}

#[test]
fn a_day_of_a_condition_has_24_hours_also_where_the_clock_changes() {
    // On 26 October 2025 Paris had 25 hours: at noon, the last day began at 13:00 of the day before. On 30 March it had 23: it began at 11:00.
    for (now, outside, inside) in [
        ("2025-10-26T12:00:00+01:00", "2025-10-25T13:00:00+02:00", "2025-10-25T13:00:01+02:00"),
        ("2025-03-30T12:00:00+02:00", "2025-03-29T11:00:00+01:00", "2025-03-29T11:00:01+01:00"),
    ] {
        for zone in ["Europe/Paris", "UTC", "America/New_York"] {
            let test = condition("in_last", &json!({"n": 1, "unit": "day"}), zone, now);
            assert_eq!(passing(&test, &[outside, inside]), [inside], "{zone}");
        }
    }
}

#[test]
fn before_and_after_leave_out_the_moment_itself_and_tell_the_hour_that_comes_twice() {
    let now = "2026-01-01T00:00:00Z";
    // Half past two came twice in Paris that night.
    let values = ["2025-10-26T02:30:00+02:00", "2025-10-26T02:00:00+01:00", "2025-10-26T02:30:00+01:00"];
    for zone in ["Europe/Paris", "UTC"] {
        assert_eq!(passing(&condition("before", &json!("2025-10-26T02:00:00+01:00"), zone, now), &values), values[..1]);
        assert_eq!(passing(&condition("after", &json!("2025-10-26T02:00:00+01:00"), zone, now), &values), values[2..]);
        // What names no zone is UTC on both sides, whatever the zone of the question: a value does not change its meaning with who asks.
        let midnight = condition("before", &json!("2025-10-26"), zone, now);
        assert_eq!(
            passing(&midnight, &["2025-10-25T23:59:59.999", "2025-10-26", "2025-10-26T01:30:00+02:00"]),
            ["2025-10-25T23:59:59.999", "2025-10-26T01:30:00+02:00"]
        );
        assert!(!midnight.matches(None) && !condition("after", &json!(0), zone, now).matches(None));
    }
}

#[test]
fn the_moment_reaches_a_condition_wherever_it_stands() {
    let last = json!({"property": "at", "op": "in_last", "value": {"n": 1, "unit": "day"}});
    let selector = json!({"event": "A", "where": last});
    let trend = json!({
        "kind": "trend", "range": {"last": 7, "unit": "day"},
        "series": [{"select": selector, "measure": "total"}, {"people": {"all": [last]}, "measure": "total"}],
        "filter": {"all": [{"not": {"any": [last, {"did": selector}]}}]},
        "breakdown": [
            {"property": "at", "matching": {"op": "in_last", "value": {"n": 1, "unit": "day"}}},
            {"property": "at", "groups": [{"label": "new", "op": "in_last", "value": {"n": 1, "unit": "day"}}]},
        ],
        "cohorts": {"fresh": {"any": [last, {"did": selector}, {"sequence": [selector]}]}},
        "session_by": {"start": selector, "end": selector},
    });
    let funnel = json!({
        "kind": "funnel", "range": {"last": 7, "unit": "day"}, "steps": [selector, {"any_of": [selector, {"event": "B"}]}], "window": {"n": 1, "unit": "day"},
        "exclude": [{"select": selector}],
    });
    let journey = json!({"kind": "journey", "range": {"last": 7, "unit": "day"}, "over": "person", "anchor": {"select": selector}, "select": last, "depth": 3});
    let people = json!({"kind": "people", "of": funnel, "at": {"step": 1}});
    for question in [trend, funnel, journey, people] {
        let parsed = Question::from_json(&question).unwrap_or_else(|error| panic!("{error} in {question}"));
        let n_written = question.to_string().matches("in_last").count();
        let n_read = |question: &Question, until: &str| format!("{question:?}").matches(&format!("InLast {{ ms: 86400000, until: {until} }}")).count();
        assert_eq!((n_read(&parsed, "None"), n_read(&parsed.asked_at(5).0, "Some(5)")), (n_written, n_written), "{question}");
    }
    let Some(Filter::Property { test, .. }) = Question::from_json(&json!({"kind": "timeline", "person": "u", "filter": last})).unwrap().scope.filter else {
        panic!()
    };
    assert!(!test.matches(Some(Cell::Text("2025-10-26"))), "nothing passes before it is said when it is asked");
}
