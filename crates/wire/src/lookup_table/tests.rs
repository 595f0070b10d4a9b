use super::{table_column, table_shape};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn column(text: &str, name: &str) -> Value {
    let sorted: BTreeMap<String, Value> = table_column(text, name).unwrap().into_iter().collect();
    json!(sorted)
}

#[test]
fn columns_are_read_by_key_with_the_type_that_all_their_values_have() {
    let text = "\u{feff}id;name;price;sold;note\nP1;\"pants; long\";10;true;\nP2;shirt;2.5;false;x\n";
    let shape = table_shape(text).unwrap();
    assert_eq!((shape.columns.join(" ").as_str(), shape.rows), ("id name price sold note", 2));
    assert_eq!(column(text, "name"), json!({"P1": "pants; long", "P2": "shirt"}));
    assert_eq!(column(text, "price"), json!({"P1": 10, "P2": 2.5}));
    assert_eq!(column(text, "sold"), json!({"P1": true, "P2": false}));
    assert_eq!(column(text, "note"), json!({"P2": "x"}), "what is empty is not set");
    assert_eq!(column(text, "id"), json!({"P1": "P1", "P2": "P2"}));
    assert_eq!(table_column(text, "colour"), None);
}

#[test]
fn what_is_no_table_is_said_with_the_line() {
    for (text, said) in [
        ("", "names 0 columns"),
        ("id\nP1\n", "names 1 columns"),
        ("id,name\n", "no rows"),
        ("id,id\nP1,x\n", "a column \"id\""),
        ("id,\nP1,x\n", "a column \"\""),
        ("id,name\nP1,x\n,y\n", "line 3 has no key"),
        ("id,name\nP1,x\nP1,y\n", "line 3 has the key \"P1\""),
        ("id,name\nP1,x,z\n", "found record with 3 fields"),
    ] {
        let problem = table_shape(text).unwrap_err();
        assert!(problem.contains(said), "{text:?}: {problem}");
    }
}
