use crate::support::{NOW, codes, lyon, mixpanel, profiles, read_with, request};
use serde_json::{Value, json};
use sillage_event::{Identity, ProfileChange, ProfileOp, Properties, Subject};
use sillage_wire::{Protocol, Received};

fn engage(record: Value) -> Vec<ProfileChange> {
    let mut record = record;
    record["$token"] = json!("tok");
    record["$distinct_id"] = json!("u1");
    profiles(&mixpanel(Protocol::Engage, json!([record]).to_string())).into_iter().cloned().collect()
}

/// The profile that the changes make of one.
fn applied(changes: Vec<ProfileChange>, before: Value) -> Option<Value> {
    let mut profile: Option<Properties> = serde_json::from_value(before).unwrap();
    for change in &changes {
        profile = change.op.apply(profile);
    }
    profile.map(|profile| serde_json::to_value(profile).unwrap())
}

#[test]
fn every_operation_of_engage_does_what_it_says() {
    let before = json!({"plan": "free", "n": 2, "list": ["a"]});
    for (operation, changed) in [
        (json!({"$set": {"plan": "pro"}}), json!({"plan": "pro", "n": 2, "list": ["a"]})),
        (json!({"$set_once": {"plan": "pro", "new": 1}}), json!({"plan": "free", "n": 2, "list": ["a"], "new": 1})),
        (json!({"$add": {"n": -5, "m": 1}}), json!({"plan": "free", "n": -3, "list": ["a"], "m": 1})),
        (json!({"$append": {"list": "b"}}), json!({"plan": "free", "n": 2, "list": ["a", "b"]})),
        (json!({"$union": {"list": ["a", "c"]}}), json!({"plan": "free", "n": 2, "list": ["a", "c"]})),
        (json!({"$remove": {"list": "a"}}), json!({"plan": "free", "n": 2, "list": []})),
        (json!({"$unset": ["plan", "absent"]}), json!({"n": 2, "list": ["a"]})),
        (json!({"$unset": "plan"}), json!({"n": 2, "list": ["a"]})),
    ] {
        let mut record = operation.clone();
        record["$ignore_time"] = json!(true);
        assert_eq!(applied(engage(record), before.clone()), Some(changed), "{operation}");
    }
    assert_eq!(applied(engage(json!({"$delete": "", "$ignore_alias": true})), before), None);
}

#[test]
fn a_change_tells_when_the_person_was_seen() {
    let seen = |record: Value| applied(engage(record), json!({})).unwrap()["$last_seen"].clone();
    assert_eq!(seen(json!({"$set": {"a": 1}})), "2023-11-14T22:13:20.000Z");
    assert_eq!(seen(json!({"$add": {"a": 1}, "$time": 1_699_999_000})), "2023-11-14T21:56:40.000Z");
    assert_eq!(seen(json!({"$set": {"$last_seen": "own"}})), "own");
    assert_eq!(seen(json!({"$set": {"a": 1}, "$ignore_time": true})), Value::Null);
    let changes = engage(json!({"$set": {"a": 1}, "$time": 1_699_999_000}));
    assert_eq!((changes.len(), changes[0].at, &changes[0].subject), (1, 1_699_999_000_000, &Subject::Person(Identity::User("u1".to_owned()))));
    assert_eq!(engage(json!({"$delete": ""})).iter().map(|change| &change.op).collect::<Vec<_>>(), [&ProfileOp::Delete]);
}

#[test]
fn the_place_of_a_person_comes_from_the_address_unless_told_otherwise() {
    let profile = |record: Value, query: &str| {
        let body = json!([record]).to_string();
        let received = Received { client_ip: Some("203.0.113.9".parse().unwrap()), query, ..request(Protocol::Engage, body.as_bytes()) };
        let decoded = read_with(&received, Some(&lyon())).unwrap();
        assert!(!format!("{:?}", decoded.batches).contains("203.0.113"));
        applied(profiles(&decoded).into_iter().cloned().collect(), json!({})).unwrap()
    };
    let base = json!({"$distinct_id": "u1", "$set": {"a": 1, "$ip": "203.0.113.9"}});
    let with = |field: &str, value: Value| {
        let mut record = base.clone();
        record[field] = value;
        record
    };
    let lyon = profile(base.clone(), "");
    assert_eq!((&lyon["$city"], &lyon["$region"], &lyon["$country_code"]), (&json!("Lyon"), &json!("Auvergne-Rhône-Alpes"), &json!("FR")));
    assert_eq!(lyon["$timezone"], "Europe/Paris");
    assert_eq!(profile(with("$set", json!({"$timezone": "Indian/Reunion"})), "")["$timezone"], "Indian/Reunion");
    assert_eq!(profile(base.clone(), "ip=0")["$city"], Value::Null);
    assert_eq!(profile(with("$ip", json!(0)), "")["$city"], Value::Null);
    assert_eq!(profile(with("$ip", json!("203.0.113.77")), "ip=0")["$city"], "Lyon");
    assert_eq!(profile(with("$ip", json!("198.51.100.1")), "")["$city"], Value::Null);
    let told = profile(with("$set", json!({"$city": "Nantes"})), "");
    assert_eq!((&told["$city"], &told["$country_code"]), (&json!("Nantes"), &Value::Null));
    let by_position = profile(with("$latitude", json!(48.1)), "");
    assert_eq!((&by_position["$latitude"], &by_position["$city"]), (&json!(48.1), &Value::Null));
    assert_eq!((&by_position["$timezone"], &by_position["$geo_source"]), (&Value::Null, &Value::Null));
    assert_eq!(profile(with("$set", json!({"$geo_source": "gps"})), "")["$geo_source"], "gps");
}

#[test]
fn what_is_wrong_with_an_update_is_said() {
    let engage = |record: Value| codes(&mixpanel(Protocol::Engage, json!([record]).to_string()));
    assert_eq!(engage(json!({"$distinct_id": "u1", "$set": {}})), [(0, "missing_token")]);
    assert_eq!(engage(json!({"$token": "t", "$set": {}})), [(0, "missing_id")]);
    assert_eq!(engage(json!({"$token": "t", "$distinct_id": "u1"})), [(0, "missing_operation")]);
    assert_eq!(engage(json!({"$token": "t", "$distinct_id": "u1", "$set": "x"})), [(0, "bad_operation")]);
    assert_eq!(engage(json!({"$token": "t", "$distinct_id": "u1", "$add": {"a": "x"}})), [(0, "bad_operation")]);
    assert_eq!(engage(json!({"$token": "t", "$distinct_id": "u1", "$unset": {"a": 1}})), [(0, "bad_operation")]);
    assert_eq!(engage(json!({"$token": "t", "$distinct_id": "u1", "$set": {}, "$time": "never"})), [(0, "bad_time")]);
    let groups = |record: Value| codes(&mixpanel(Protocol::Groups, json!([record]).to_string()));
    assert_eq!(groups(json!({"$token": "t", "$group_key": "company", "$group_id": 7, "$set": {}})), []);
    assert_eq!(groups(json!({"$token": "t", "$group_key": "company", "$set": {}})), [(0, "missing_id")]);
    assert_eq!(groups(json!({"$token": "t", "$group_key": "company", "$group_id": "a", "$append": {}})), [(0, "bad_operation")]);
}

#[test]
fn a_profile_change_is_dated_when_it_arrives_unless_it_says_when() {
    let decoded = mixpanel(Protocol::Groups, json!({"$token": "t", "$group_key": "company", "$group_id": "acme", "$union": {"tags": ["a"]}}).to_string());
    let change = profiles(&decoded)[0];
    assert_eq!((change.at, &change.subject), (NOW, &Subject::Group { r#type: "company".to_owned(), key: "acme".to_owned() }));
}
