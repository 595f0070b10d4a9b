use super::Fields;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn read(text: &str) -> Fields<'_> {
    serde_json::from_str(text).unwrap()
}

#[test]
fn of_a_name_that_occurs_twice_the_last_value_counts() {
    let mut fields = read(r#"{"event": "a", "time": 1, "event": "b", "\u0065vent": "c"}"#);
    assert_eq!(fields.get("event"), Some(&json!("c")));
    assert_eq!(fields.remove("event"), Some(json!("c")));
    assert_eq!(fields.remove("event"), None);
    assert!(!fields.has("event") && fields.has("time"));
}

#[test]
fn an_object_below_keeps_the_last_value_of_a_name() {
    let fields = read(r#"{"properties": {"b": 1, "a": {"x": [1, {"y": null}]}, "b": 2}}"#);
    assert_eq!(fields.properties().cloned().map(Value::from), Some(json!({"a": {"x": [1, {"y": null}]}, "b": 2})));
}

#[test]
fn what_is_no_object_or_out_of_range_is_an_error() {
    for text in ["[1]", "1", "\"a\"", "{\"a\": 1e999}", "{\"a\": \"\\ud83d\"}", "{\"a\" 1}", "{\"a\": 1} x"] {
        assert!(serde_json::from_str::<Fields<'_>>(text).is_err(), "{text}");
    }
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,6}", inner), 0..24).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn values_are_those_of_serde_json(members in prop::collection::vec(("properties|\\PC{0,6}", tree()), 0..24)) {
        let text = Value::Object(members.into_iter().collect()).to_string();
        let expected: Map<String, Value> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read(&text).into_map(), expected.clone());
        prop_assert_eq!(Fields::from(expected.clone()).into_owned().into_map(), expected);
    }
}
