//! Who an event is taken to be, and what the identity events of the Mixpanel protocols ask for.

use crate::support::{codes, events, mixpanel, native, only_event, read, refused, request};
use serde_json::{Value, json};
use sillage_event::{Identity, LinkChange};
use sillage_wire::{Decoded, Protocol, Received, mixpanel_reply};

const UUID: &str = "0f0e0d0c-0b0a-4908-8706-050403020100";

fn track(event: &str, mut properties: Value) -> Decoded {
    properties["token"] = json!("tok");
    mixpanel(Protocol::Track, json!([{"event": event, "properties": properties}]).to_string())
}

fn links(decoded: &Decoded) -> Vec<(String, String)> {
    let links = decoded.batches.iter().flat_map(|(_, batch)| &batch.links);
    links.map(|link| if let LinkChange::Merge { from, into, .. } = link { (from.to_string(), into.to_string()) } else { panic!("a split") }).collect()
}

#[test]
fn ids_that_stand_for_nobody_are_refused_everywhere() {
    let ids = [
        "00000000-0000-0000-0000-000000000000",
        "anon",
        "Anonymous",
        "nil",
        "none",
        "NULL",
        "n/a",
        "na",
        "undefined",
        "unknown",
        "<nil>",
        "0",
        "-1",
        "true",
        "false",
        "[]",
        "{}",
        "guest",
        "[object Object]",
        "$device:null",
        " ",
    ];
    for id in ids {
        for field in ["distinct_id", "$device_id", "$user_id", "$insert_id"] {
            let decoded = track("A", json!({field: id}));
            assert_eq!(codes(&decoded), [(0, "placeholder_id")], "{field} {id}");
            assert_eq!(decoded.failed[0].field.as_deref(), Some(format!("properties.{field}").as_str()));
        }
        assert_eq!(codes(&mixpanel(Protocol::Engage, json!([{"$token": "t", "$distinct_id": id, "$set": {}}]).to_string())), [(0, "placeholder_id")]);
    }
    assert_eq!(codes(&track("A", json!({"distinct_id": 0}))), [(0, "placeholder_id")]);
    assert_eq!(codes(&track("A", json!({"distinct_id": true}))), [(0, "bad_id")]);
    assert_eq!(only_event(&track("A", json!({"distinct_id": 42}))).distinct_id, "42");
    assert_eq!(codes(&track("A", json!({"distinct_id": "x".repeat(10_000)}))), [(0, "id_too_long")]);
}

#[test]
fn an_empty_distinct_id_is_nobody_and_a_missing_one_is_the_visitor() {
    let client_ip = Some("203.0.113.9".parse().unwrap());
    let identity = |event: Value, received: Received<'_>| {
        let body = event.to_string();
        only_event(&read(&Received { body: body.as_bytes(), ..received }).unwrap()).identity()
    };
    let from = Received { client_ip, user_agent: Some("A"), ..request(Protocol::NativeEvents, b"") };
    assert_eq!(identity(json!({"event": "A", "distinct_id": ""}), from), None);
    assert_eq!(identity(json!({"event": "A"}), Received { client_ip: None, ..from }), None);
    let visitor = identity(json!({"event": "A"}), from);
    let Some(Identity::Device(id)) = &visitor else { panic!("a device, not {visitor:?}") };
    assert!(id.starts_with("ip-") && id.len() == 35 && !id.contains("203"));
    assert_eq!(identity(json!({"event": "B", "distinct_id": null}), from), visitor);
    assert_ne!(identity(json!({"event": "A"}), Received { user_agent: Some("B"), ..from }), visitor);
    assert_ne!(identity(json!({"event": "A"}), Received { received_at: from.received_at + 86_400_000, ..from }), visitor);
    assert_ne!(identity(json!({"event": "A", "properties": {"token": "t"}}), Received { path_kind: Protocol::Track, ..from }), visitor);
}

#[test]
fn a_device_is_a_device_however_it_is_written() {
    let device = Some(Identity::Device("d1".to_owned()));
    for properties in [
        json!({"distinct_id": "$device:d1"}),
        json!({"distinct_id": "d1", "$device_id": "d1"}),
        json!({"$device_id": "$device:d1"}),
        json!({"$device_id": "d1", "distinct_id": ""}),
    ] {
        assert_eq!(only_event(&track("A", properties.clone())).identity(), device, "{properties}");
    }
    let linking = track("A", json!({"distinct_id": "$device:d1", "$user_id": "u1"}));
    assert_eq!(only_event(&linking).device_id.as_deref(), Some("d1"));
    let both = track("A", json!({"distinct_id": "$device:d1", "$device_id": "d1", "$user_id": "u1"}));
    assert_eq!(only_event(&both).identity(), Some(Identity::User("u1".to_owned())));
}

#[test]
fn identify_links_the_device_to_the_user() {
    // The browser client, simplified identities.
    let decoded = track("$identify", json!({"distinct_id": "u1", "$user_id": "u1", "$device_id": "d1", "$anon_distinct_id": "$device:d1"}));
    let event = only_event(&decoded);
    assert_eq!((event.device_id.as_deref(), event.user_id.as_deref(), links(&decoded).len()), (Some("d1"), Some("u1"), 0));
    // Without the fields beside: the event gains what it links.
    let decoded = track("$identify", json!({"distinct_id": "u1", "$anon_distinct_id": "$device:d1"}));
    let event = only_event(&decoded);
    assert_eq!((event.device_id.as_deref(), event.user_id.as_deref(), links(&decoded).len()), (Some("d1"), Some("u1"), 0));
    // The original merge of anonymous ids.
    let decoded = track("$identify", json!({"$identified_id": "u1", "$anon_id": UUID}));
    let event = only_event(&decoded);
    assert_eq!((event.device_id.as_deref(), event.user_id.as_deref()), (Some(UUID), Some("u1")));
    assert_eq!(links(&decoded), [(UUID.to_owned(), "u1".to_owned())]);
    // From one user to another: the client says so without meaning a merge.
    let decoded = track("$identify", json!({"distinct_id": "u2", "$user_id": "u2", "$device_id": "d1", "$anon_distinct_id": "u1"}));
    assert_eq!((only_event(&decoded).user_id.as_deref(), links(&decoded).len(), decoded.failed.len()), (Some("u2"), 0, 0));
}

/// The device and user that an event links by naming both.
fn named(decoded: &Decoded) -> (Option<&str>, Option<&str>) {
    let event = only_event(decoded);
    assert_eq!(links(decoded), []);
    (event.device_id.as_deref(), event.user_id.as_deref())
}

#[test]
fn an_alias_links_an_anonymous_id_and_never_two_users() {
    assert_eq!(links(&track("$create_alias", json!({"distinct_id": UUID, "alias": "u1"}))), [(UUID.to_owned(), "u1".to_owned())]);
    assert_eq!(links(&track("$create_alias", json!({"distinct_id": "u1", "alias": UUID}))), [(UUID.to_owned(), "u1".to_owned())]);
    assert_eq!(named(&track("$create_alias", json!({"distinct_id": "$device:d1", "alias": "u1"}))), (Some("d1"), Some("u1")));
    assert_eq!(named(&track("$create_alias", json!({"distinct_id": "d1", "$device_id": "d1", "alias": "u1"}))), (Some("d1"), Some("u1")));
    assert_eq!(named(&track("$create_alias", json!({"distinct_id": "u1", "alias": "u1"}))), (None, None));
    assert_eq!(codes(&track("$create_alias", json!({"distinct_id": "$device:d1", "$user_id": "u2", "alias": "u1"}))), [(0, "two_users")]);
    let decoded = track("$create_alias", json!({"distinct_id": "u1", "alias": "u2"}));
    assert_eq!((codes(&decoded), events(&decoded).len(), refused(&decoded).len()), (vec![(0, "two_users")], 0, 1));
    assert_eq!(codes(&track("$create_alias", json!({"distinct_id": "u1"}))), [(0, "missing_id")]);
}

#[test]
fn a_merge_of_two_users_is_kept_aside_and_answered_as_mixpanel_does() {
    let merge = |ids: Value| mixpanel(Protocol::Import, json!([{"event": "$merge", "properties": {"$distinct_ids": ids}}]).to_string());
    assert_eq!(links(&merge(json!(["u1", UUID]))), [(UUID.to_owned(), "u1".to_owned())]);
    assert_eq!(named(&merge(json!(["$device:d1", "u1"]))), (Some("d1"), Some("u1")));
    assert_eq!(codes(&merge(json!(["$device:d1", "$device:d2"]))), [(0, "two_users")]);
    assert_eq!(codes(&merge(json!(["u1", "u2"]))), [(0, "two_users")]);
    assert_eq!(codes(&merge(json!(["u1", "null"]))), [(0, "placeholder_id")]);
    assert_eq!(codes(&merge(json!(["u1"]))), [(0, "bad_merge")]);
    assert_eq!(codes(&merge(json!("u1"))), [(0, "bad_merge")]);
    let body = format!("data={}&verbose=1", json!({"event": "$merge", "properties": {"$distinct_ids": ["u1", "u2"]}}));
    let received = request(Protocol::Import, body.as_bytes());
    let reply = mixpanel_reply(&received, read(&received).as_ref());
    let said: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!((reply.status, &said["status"], said["error"].as_str().unwrap().contains("two users")), (200, &json!(1), true));
}

#[test]
fn groups_are_named_by_field_or_by_property() {
    let event = |properties: Value| events(&track("A", properties))[0].groups.clone();
    let company = |keys: &[&str]| vec![("company".to_owned(), keys.iter().map(|key| (*key).to_owned()).collect::<Vec<String>>())];
    assert_eq!(event(json!({"company": "acme"})), company(&["acme"]));
    assert_eq!(event(json!({"company": ["acme", "globex", "acme", 7, null, ""]})), company(&["acme", "globex", "7"]));
    assert_eq!(event(json!({"company": {"not": "a key"}})), []);
    assert_eq!(event(json!({"team": "red"})), []);
    let decoded = native(json!({"event": "A", "groups": {"team": "red"}, "properties": {"company": "acme"}}).to_string());
    assert_eq!(only_event(&decoded).groups, [vec![("team".to_owned(), vec!["red".to_owned()])], company(&["acme"])].concat());
    assert_eq!(only_event(&decoded).properties["company"], "acme");
    for none in [json!([]), json!(null)] {
        let decoded = native(json!({"event": "A", "groups": {"company": none}, "properties": {"company": "acme"}}).to_string());
        assert_eq!((only_event(&decoded).groups.len(), &only_event(&decoded).properties["company"]), (0, &json!("acme")), "named without a key");
    }
}
