//! Checks 38 and 39 as far as the door goes.

use crate::support::{NOW, codes, events, mixpanel, native, only_event, read, request};
use serde_json::{Value, json};
use sillage_wire::{Protocol, Received};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

#[test]
fn every_way_of_writing_a_time_is_read() {
    for (sent, expected) in [
        (json!(1_699_990_000), 1_699_990_000_000),
        (json!(1_699_990_000.123), 1_699_990_000_123),
        (json!(1_699_990_000_123_i64), 1_699_990_000_123),
        (json!(1_699_990_000_123_456_i64), 1_699_990_000_123),
        (json!("1699990000"), 1_699_990_000_000),
        (json!("2023-11-14T19:26:40Z"), 1_699_990_000_000),
        (json!("2023-11-14T20:26:40+01:00"), 1_699_990_000_000),
        (json!("2023-11-14T19:26:40"), 1_699_990_000_000),
        (json!("2023-11-14 19:26:40"), 1_699_990_000_000),
        (json!("2016-12-31T23:59:60Z"), 1_483_228_799_000),
        (json!("2023-11-14"), 1_699_920_000_000),
        (json!(0), 0),
        (json!(-631_152_000), -631_152_000_000),
        (json!("2003-11-14T00:00:00Z"), 1_068_768_000_000),
        (Value::Null, NOW),
    ] {
        assert_eq!(only_event(&native(json!({"event": "A", "time": sent}).to_string())).time, expected, "{sent}");
    }
}

#[test]
fn of_a_field_sent_twice_the_last_value_counts_null_too() {
    let record = r#"{"event": "A", "time": 1699970000, "time": 1699990000}"#;
    assert_eq!(only_event(&native(record)).time, 1_699_990_000_000);
    let record = r#"{"event": "A", "time": 1699990000, "time": null, "properties": {"$time": 1699980000}}"#;
    assert_eq!(only_event(&native(record)).time, 1_699_980_000_000);
}

#[test]
fn a_time_far_ahead_is_brought_back_and_kept_beside() {
    for ahead in [2 * DAY, 3650 * DAY] {
        let decoded = native(json!({"event": "A", "time": NOW + ahead}).to_string());
        let event = only_event(&decoded);
        assert_eq!((event.time, &event.properties["$time_flag"]), (NOW, &json!("future")));
        assert_eq!(sillage_event::time::from_json(&event.properties["$original_time"]), Some(NOW + ahead));
    }
    let event = native(json!({"event": "A", "time": NOW + 23 * HOUR}).to_string());
    assert_eq!((only_event(&event).time, only_event(&event).properties.len()), (NOW + 23 * HOUR, 0));
}

#[test]
fn track_takes_five_days_and_points_to_import() {
    let track = |time: i64| mixpanel(Protocol::Track, json!({"event": "A", "properties": {"token": "t", "distinct_id": "u", "time": time}}).to_string());
    assert_eq!(events(&track(NOW - 5 * DAY)).len(), 1);
    let old = track(NOW - 5 * DAY - 1);
    assert_eq!(codes(&old), [(0, "too_old")]);
    assert!(old.failed[0].message.contains("/import"));
    assert_eq!(only_event(&track(NOW + 2 * DAY)).time, NOW);
}

#[test]
fn an_import_takes_1971_until_an_hour_ahead() {
    let import = |time: Value| {
        codes(&mixpanel(Protocol::Import, json!([{"event": "A", "properties": {"distinct_id": "u", "$insert_id": "i", "time": time}}]).to_string()))
    };
    assert_eq!(import(json!(31_536_000)), []);
    assert_eq!(import(json!(31_535_999)), [(0, "time_before_1971")]);
    assert_eq!(import(json!(NOW + HOUR)), []);
    assert_eq!(import(json!(NOW + HOUR + 1)), [(0, "time_in_future")]);
    assert_eq!(import(Value::Null), [(0, "missing_time")]);
    assert_eq!(import(json!("soon")), [(0, "bad_time")]);
}

#[test]
fn a_clock_that_is_off_moves_all_events_of_the_request_alike() {
    let send = |sent_at: i64, times: &[i64]| {
        let list: Vec<Value> = times.iter().enumerate().map(|(n, time)| json!({"event": "A", "time": time, "insert_id": format!("i{n}")})).collect();
        let decoded = native(json!({"sent_at": sent_at, "events": list}).to_string());
        events(&decoded).iter().map(|event| event.time).collect::<Vec<i64>>()
    };
    let at = [-5000, -4999, -1000].map(|before| NOW - DAY + before);
    assert_eq!(send(NOW - DAY - 700, &at), [NOW - 5000, NOW - 4999, NOW - 1000]);
    let ahead = [NOW + 2 * DAY - 2000, NOW + 2 * DAY - 1000];
    assert_eq!(send(NOW + 2 * DAY - 300, &ahead), [NOW - 2000, NOW - 1000]);
    // A slow way over the network is no wrong clock.
    let late = [NOW - 240_000, NOW - 239_999];
    assert_eq!(send(NOW - 200_000, &late), late);
    // An event that waited for days on a device with a good clock keeps its time.
    assert_eq!(send(NOW - 500, &[NOW - 30 * DAY]), [NOW - 30 * DAY]);
}

#[test]
fn what_is_sent_again_without_a_time_of_its_own_is_found_again() {
    let key_at = |received_at: i64, body: &Value, sent_at: Option<i64>, name: Option<&'static str>, request_id: &str| {
        let body = json!({"sent_at": sent_at, "events": [body]}).to_string();
        let received = Received { received_at, request_id, idempotency_key: name, ..request(Protocol::NativeEvents, body.as_bytes()) };
        let decoded = read(&received).unwrap();
        let event = only_event(&decoded).clone();
        (event.insert_id, event.time)
    };
    let later = NOW + 5 * 60_000;
    // No time, but an id: the id finds it.
    let with_id = json!({"event": "A", "distinct_id": "u", "insert_id": "x"});
    assert_eq!(key_at(NOW, &with_id, None, None, "1"), ("arrival:x".to_owned(), NOW));
    assert_eq!(key_at(later, &with_id, None, None, "2").0, "arrival:x");
    // A time that is replaced, or moved for a skewed clock: the id and the time that was sent find it.
    for (body, sent_at) in [
        (json!({"event": "A", "distinct_id": "u", "insert_id": "x", "time": NOW + 30 * DAY}), None),
        (json!({"event": "A", "distinct_id": "u", "time": NOW + 30 * DAY}), None),
        (json!({"event": "A", "distinct_id": "u", "time": NOW - HOUR}), Some(NOW - HOUR)),
    ] {
        let (first, again) = (key_at(NOW, &body, sent_at, None, "1"), key_at(later, &body, sent_at, None, "2"));
        assert!(first.0 == again.0 && first.0.starts_with("arrival:") && first.1 != again.1, "{first:?} {again:?}");
    }
    let other_time = json!({"event": "A", "distinct_id": "u", "insert_id": "x", "time": NOW + 31 * DAY});
    let time = json!({"event": "A", "distinct_id": "u", "insert_id": "x", "time": NOW + 30 * DAY});
    assert_ne!(key_at(NOW, &time, None, None, "1").0, key_at(NOW, &other_time, None, None, "1").0, "another time is another event");
    // An id that is as long as it may be stays one that may come in again.
    let long = json!({"event": "A", "distinct_id": "u", "insert_id": "x".repeat(255), "time": NOW + 30 * DAY});
    let (first, again) = (key_at(NOW, &long, None, None, "1").0, key_at(later, &long, None, None, "2").0);
    assert!(first == again && first.starts_with("arrival:") && first.len() <= 255, "{first}");
    // Neither: a new event each time it comes, as the official client for Node sends them; unless the request has a name.
    let bare = json!({"event": "A", "distinct_id": "u"});
    assert_ne!(key_at(NOW, &bare, None, None, "1").0, key_at(NOW, &bare, None, None, "2").0);
    let named = |received_at, name, request_id| key_at(received_at, &bare, None, Some(name), request_id).0;
    assert_eq!(named(NOW, "batch-7", "1"), named(later, "batch-7", "2"));
    assert_ne!(named(NOW, "batch-7", "1"), named(NOW, "batch-8", "2"));
    assert!(named(NOW, "batch-7", "1").starts_with("arrival:"));
}
