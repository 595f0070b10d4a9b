use crate::support::{events, native, only_event, profiles, read, refused, request, status};
use serde_json::json;
use sillage_event::{Identity, ProfileOp, Subject};
use sillage_wire::{Key, NativeReply, Protocol, Received, Token};

const GOOD: &str = r#"{"event":"Page","distinct_id":"u1","time":1699999999}"#;

#[test]
fn one_object_an_array_and_lines_are_all_read() {
    let indented = serde_json::to_string_pretty(&json!({"event": "Page", "distinct_id": "u1"})).unwrap();
    for (body, expected) in [
        (GOOD.to_owned(), 1),
        (indented, 1),
        (format!("[{GOOD}]"), 1),
        (format!("[{GOOD},{GOOD},]"), 2),
        (format!("  \r\n[ {GOOD} , {GOOD} ]\n"), 2),
        (format!("{GOOD}\n{GOOD}\r\n\n{GOOD}"), 3),
        (format!("\u{feff}{GOOD}\n\u{feff}{GOOD}"), 2),
        (format!("\u{feff}[{GOOD}]"), 1),
        ("[]".to_owned(), 0),
    ] {
        let decoded = native(&body);
        assert_eq!((events(&decoded).len(), decoded.failed.len(), status(&decoded)), (expected, 0, 200), "{body}");
    }
}

#[test]
fn an_event_of_the_import_form_keeps_every_field() {
    let decoded = native(
        json!({"event": "Buy", "distinct_id": "u1", "time": "2023-11-14T22:00:00.5+01:00", "device_id": "d1", "user_id": "u1", "insert_id": "i1",
            "session_id": "s1", "seq": 7, "groups": {"company": ["a", "b"], "team": 3}, "properties": {"amount": 2.5, "x": null, "__proto__": {"y": 1}}})
        .to_string(),
    );
    let event = only_event(&decoded);
    assert_eq!((event.name.as_str(), event.time, event.distinct_id.as_str(), event.insert_id.as_str()), ("Buy", 1_699_995_600_500, "u1", "i1"));
    assert_eq!((event.device_id.as_deref(), event.user_id.as_deref(), event.session_id.as_deref(), event.seq), (Some("d1"), Some("u1"), Some("s1"), Some(7)));
    assert_eq!(event.groups, [("company".to_owned(), vec!["a".to_owned(), "b".to_owned()]), ("team".to_owned(), vec!["3".to_owned()])]);
    assert_eq!(serde_json::to_value(&event.properties).unwrap(), json!({"amount": 2.5, "x": null, "__proto__": {"y": 1}}));
}

#[test]
fn an_export_of_mixpanel_is_read_as_it_is() {
    let decoded = native(
        json!({"event": "Buy", "properties": {"distinct_id": "$device:d1", "$device_id": "d1", "time": 1699999999, "$insert_id": "i1", "$session_id": "s1",
            "token": "tok", "amount": 1}})
        .to_string(),
    );
    let event = only_event(&decoded);
    assert_eq!((event.time, event.insert_id.as_str(), event.session_id.as_deref()), (1_699_999_999_000, "i1", Some("s1")));
    assert_eq!(event.identity(), Some(Identity::Device("d1".to_owned())));
    assert_eq!(serde_json::to_value(&event.properties).unwrap(), json!({"amount": 1}));
}

#[test]
fn person_and_group_rows_become_profile_changes() {
    let decoded = native(
        [
            json!({"person": "u1", "set": {"plan": "pro"}, "created": "2023-01-01"}),
            json!({"person": "$device:d1", "add": {"n": 1}, "unset": ["old"], "time": 1699999999}),
            json!({"group_type": "company", "group_key": "acme", "set": {"seats": 5}}),
            json!({"person": "u2", "created": 1699999999}),
        ]
        .map(|row| row.to_string())
        .join("\n"),
    );
    assert_eq!((decoded.accepted, decoded.failed.len()), (4, 0));
    let changes = profiles(&decoded);
    let ProfileOp::Set(set) = &changes[0].op else { panic!("a set") };
    assert_eq!(serde_json::to_value(set).unwrap(), json!({"plan": "pro", "$created": "2023-01-01T00:00:00.000Z"}));
    assert_eq!(changes[1].subject, Subject::Person(Identity::Device("d1".to_owned())));
    assert!(matches!((&changes[1].op, &changes[2].op), (ProfileOp::Add(_), ProfileOp::Unset(_))));
    assert_eq!(changes[3].subject, Subject::Group { r#type: "company".to_owned(), key: "acme".to_owned() });
    assert_eq!(changes.len(), 5);
}

#[test]
fn what_is_wrong_with_a_row_is_said_by_field() {
    for (row, field, code) in [
        (json!({"event": "A", "distnict_id": "u1"}), "distnict_id", "unknown_field"),
        (json!({"person": "u1", "sets": {}}), "set", "missing_operation"),
        (json!({"person": "u1", "set": {}, "foo": 1}), "foo", "unknown_field"),
        (json!({"person": "u1", "set": []}), "set", "bad_operation"),
        (json!({"person": "u1", "add": {"n": "1"}}), "add.n", "bad_operation"),
        (json!({"person": "u1", "delete": false}), "delete", "bad_operation"),
        (json!({"person": "null", "set": {}}), "person", "placeholder_id"),
        (json!({"person": "", "set": {}}), "person", "missing_id"),
        (json!({"group_type": "company", "set": {}}), "group_key", "missing_id"),
        (json!({"event": "A", "properties": 3}), "properties", "bad_properties"),
        (json!({"event": 3}), "event", "bad_event_name"),
        (json!({"event": " "}), "event", "missing_event"),
        (json!({"distinct_id": "u1"}), "event", "missing_event"),
        (json!({"event": "A", "time": "yesterday"}), "time", "bad_time"),
        (json!({"event": "A", "time": {}}), "time", "bad_time"),
        (json!({"event": "A", "distinct_id": ["u1"]}), "distinct_id", "bad_id"),
        (json!({"event": "A", "distinct_id": "x".repeat(256)}), "distinct_id", "id_too_long"),
        (json!({"event": "A", "groups": 1}), "groups", "bad_group"),
        (json!({"event": "A", "groups": {"company": {}}}), "groups.company", "bad_id"),
        (json!({"event": "A", "seq": -1}), "seq", "bad_seq"),
        (json!({"event": "x".repeat(256)}), "event", "name_too_long"),
        (json!({"event": "A", "properties": {"": 1}}), "properties.", "bad_property_name"),
        (json!({"event": "A\u{0}"}), "event", "bad_event_name"),
    ] {
        let decoded = native(row.to_string());
        let failed = &decoded.failed;
        assert_eq!((failed.len(), failed[0].field.as_deref(), failed[0].code), (1, Some(field), code), "{row}");
        let kept = refused(&decoded);
        assert_eq!((kept[0].raw.as_str(), kept[0].source.as_str(), kept[0].stage.as_str()), (row.to_string().as_str(), "/v1/events", "validate"));
        assert_eq!(status(&decoded), 400);
    }
}

#[test]
fn the_reply_names_the_refused_records() {
    let decoded = native(format!(r#"[{GOOD},{{"event":"B","insert_id":"i-1","distinct_id":"null"}}]"#));
    let reply = NativeReply::new(&decoded, 1);
    assert_eq!(reply.status(), 207);
    let body = serde_json::to_value(&reply).unwrap();
    assert_eq!(
        (&body["accepted"], &body["duplicates"], &body["failed"][0]["index"], &body["failed"][0]["insert_id"]),
        (&json!(1), &json!(1), &json!(1), &json!("i-1"))
    );
    assert_eq!((&body["failed"][0]["code"], &body["failed"][0]["field"]), (&json!("placeholder_id"), &json!("distinct_id")));
}

#[test]
fn the_key_comes_in_five_ways() {
    let plain = Received { key_header: None, ..request(Protocol::NativeEvents, GOOD.as_bytes()) };
    let envelope = format!(r#"{{"key":"wk","events":[{GOOD}]}}"#);
    for received in [
        Received { key_header: Some("wk"), ..plain },
        Received { authorization: Some("Bearer wk"), ..plain },
        Received { authorization: Some("bearer  wk"), ..plain },
        Received { authorization: Some("Basic d2s6"), ..plain },
        Received { query: "key=wk", ..plain },
        Received { body: envelope.as_bytes(), content_type: Some("text/plain"), ..plain },
    ] {
        let decoded = read(&received).unwrap();
        assert_eq!(decoded.key, Some(Key::Write("wk".to_owned())));
        assert_eq!(decoded.batches[0].0, Token::OfKey);
        assert_eq!(only_event(&decoded).name, "Page");
    }
    assert_eq!(read(&plain).unwrap_err().code(), "missing_key");
    for wrong in ["Bearer", "Basic !!", "Digest x", "Basic /w=="] {
        assert_eq!(read(&Received { authorization: Some(wrong), ..plain }).unwrap_err().status(), 401, "{wrong}");
    }
}

#[test]
fn a_request_sent_twice_counts_once_and_twins_in_it_twice() {
    let twice = || {
        let body = format!("[{GOOD},{GOOD},{GOOD}]");
        events(&native(body)).into_iter().map(|event| event.duplicate_key()).collect::<Vec<u64>>()
    };
    let first = twice();
    assert_eq!(first, twice());
    assert_eq!(first.iter().collect::<std::collections::HashSet<_>>().len(), 3);
}
