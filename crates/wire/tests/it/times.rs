//! Checks 38 and 39 as far as the door goes.

use crate::support::{NOW, codes, events, mixpanel, native, only_event};
use serde_json::{Value, json};
use sillage_wire::Protocol;

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
