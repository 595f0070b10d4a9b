//! The parser and `contract/plan.schema.json` say the same of the same documents.

use crate::example;
use serde_json::{Value, json};
use sillage_plan::{Type, from_json};
use sillage_testkit::schema::Schema;

const WRITTEN: &str = include_str!("../../../../contract/plan.schema.json");

/// The document with something else at each of its places, one at a time.
fn variations(document: &Value) -> Vec<Value> {
    let mut all = vec![document.clone()];
    match document {
        Value::Object(map) => {
            for (name, inner) in map {
                for other in variations(inner).into_iter().chain([json!(null), json!(3), json!("word"), json!([]), json!({}), json!(true)]) {
                    let mut changed = document.clone();
                    changed[name] = other;
                    all.push(changed);
                }
                let mut without = map.clone();
                without.remove(name);
                all.push(Value::Object(without));
            }
            let mut more = document.clone();
            more["surprise"] = json!(1);
            all.push(more);
        }
        Value::Array(list) => {
            for (at, inner) in list.iter().enumerate() {
                for other in variations(inner).into_iter().chain([json!(null), json!([])]) {
                    let mut changed = document.clone();
                    changed[at] = other;
                    all.push(changed);
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn what_the_parser_takes_is_in_the_schema_and_the_other_way_round() {
    let schema = Schema::parse(WRITTEN);
    let mut n_good = 0;
    let mut n_bad = 0;
    for document in variations(&example()) {
        let parsed = from_json(&document);
        let described = schema.check_as("TrackingPlan", &document);
        // Null is read as left out, which a schema does not say; lists of values and their ends are rules that `problems` looks at.
        let is_beyond = document.to_string().contains("null")
            || document.to_string().contains("\"values\":[]")
            || matches!(&parsed, Ok(plan) if sillage_plan::problems(plan).iter().any(|problem| problem.field.contains("values[")));
        match (&parsed, &described) {
            _ if is_beyond => {}
            (Ok(_), Ok(_)) => n_good += 1,
            (Err(_), Err(_)) => n_bad += 1,
            (parsed, described) => panic!("parser: {parsed:?}\nschema: {described:?}\n{document}"),
        }
    }
    assert!(n_good > 50 && n_bad > 100, "{n_good} {n_bad}");
}

#[test]
fn every_word_of_the_schema_is_one_of_the_parsers() {
    let schema: Value = serde_json::from_str(WRITTEN).unwrap();
    let words = |name: &str| schema["$defs"][name]["enum"].as_array().unwrap().clone();
    for (name, field) in [("PlanLevel", "on_violation"), ("PlanStatus", "status")] {
        for word in words(name) {
            from_json(&json!({"plan": 1, "events": {"A": {field: word}}})).unwrap();
        }
    }
    assert_eq!(words("PlanType").len(), 8);
    for word in words("PlanType") {
        let kind: Type = serde_json::from_value(word.clone()).unwrap();
        assert_eq!(word, kind.name());
    }
    for word in words("PlanConvention") {
        from_json(&json!({"plan": 1, "naming": {"events": word}})).unwrap();
    }
}
