#![allow(clippy::unwrap_used, reason = "a test may stop where what it expects is not there")]

use super::{Schema, Used, answers, questions, without_nulls};
use serde_json::{Value, json};

/// A schema, what it takes, and what it does not take.
fn cases() -> Vec<(Value, Vec<Value>, Vec<Value>)> {
    let (object, text) = (json!({"type": "object"}), json!({"type": "string"}));
    vec![
        (json!({}), vec![json!(null), json!(1), json!({"a": 1})], vec![]),
        (json!({"type": "integer"}), vec![json!(1), json!(-2.0), json!(1e15)], vec![json!(1.5), json!("1"), json!(null)]),
        (json!({"type": ["number", "null"]}), vec![json!(1.5), json!(null)], vec![json!("x"), json!([]), json!(false)]),
        (json!({"const": "a"}), vec![json!("a")], vec![json!("b"), json!(null)]),
        (json!({"enum": [1, true, "a"]}), vec![json!(1), json!(1.0), json!(true), json!("a")], vec![json!("true"), json!(false), json!(2)]),
        (json!({"minimum": 1, "maximum": 3}), vec![json!(1), json!(3), json!("x")], vec![json!(0.9), json!(3.1)]),
        (json!({"exclusiveMinimum": 0}), vec![json!(0.1)], vec![json!(0), json!(-1)]),
        (json!({"minLength": 1, "pattern": "^a+$"}), vec![json!("aa"), json!(7)], vec![json!(""), json!("ab")]),
        (json!({"items": text, "minItems": 1, "maxItems": 2}), vec![json!(["a"]), json!("a")], vec![json!([]), json!(["a", "b", "c"]), json!(["a", 1])]),
        (
            json!({"prefixItems": [text, {"type": "number"}], "items": {"type": "boolean"}, "minItems": 2}),
            vec![json!(["a", 1]), json!(["a", 1, true])],
            vec![json!(["a"]), json!([1, "a"]), json!(["a", 1, 2])],
        ),
        (json!({"properties": {"a": text}}), vec![json!({}), json!({"a": "x", "b": 1}), json!(1)], vec![json!({"a": 1})]),
        (json!({"required": ["a"]}), vec![json!({"a": null}), json!(1)], vec![json!({})]),
        (json!({"dependentRequired": {"a": ["b"]}}), vec![json!({"b": 1}), json!({"a": 1, "b": 1})], vec![json!({"a": 1})]),
        (json!({"properties": {"a": {}}, "additionalProperties": false}), vec![json!({"a": 1})], vec![json!({"a": 1, "b": 1})]),
        (json!({"properties": {"a": {}}, "additionalProperties": text}), vec![json!({"a": 1, "b": "x"})], vec![json!({"b": 1})]),
        (json!({"anyOf": [text, {"required": ["a"]}]}), vec![json!("x"), json!({"a": 1}), json!(7)], vec![json!({"b": 1})]),
        (json!({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}), vec![json!({"a": 1}), json!({"b": 1})], vec![json!({"a": 1, "b": 1}), json!({})]),
        (json!({"allOf": [object, {"required": ["a"]}]}), vec![json!({"a": 1})], vec![json!({}), json!(1)]),
        (
            json!({"if": {"properties": {"k": {"const": 1}}, "required": ["k"]}, "then": {"required": ["a"]}}),
            vec![json!({"k": 1, "a": 2}), json!({"k": 2}), json!({})],
            vec![json!({"k": 1})],
        ),
        (json!({"$ref": "#/$defs/T", "$defs": {"T": text}}), vec![json!("x")], vec![json!(1)]),
        // What a reference, an alternative or a condition has looked at counts, beside what stands there itself; what failed does not.
        (
            json!({
                "$ref": "#/$defs/A", "properties": {"own": {}}, "unevaluatedProperties": false,
                "anyOf": [{"properties": {"b": {"const": 1}}, "required": ["b"]}, {"properties": {"c": {}}}],
                "allOf": [{"if": {"required": ["own"]}, "then": {"properties": {"d": {}}}}],
                "$defs": {"A": {"properties": {"a": {}}}}
            }),
            vec![json!({"a": 1, "own": 1}), json!({"b": 1}), json!({"c": 1}), json!({"own": 1, "d": 1})],
            vec![json!({"x": 1}), json!({"b": 2}), json!({"d": 1})],
        ),
        // Only of the object itself, not of those in it.
        (json!({"properties": {"in": {}}, "unevaluatedProperties": false}), vec![json!({"in": {"x": 1}})], vec![json!({"x": {"in": 1}})]),
    ]
}

#[test]
fn keywords_mean_what_the_standard_says() {
    for (mut schema, taken, refused) in cases() {
        if schema.get("$defs").is_none() {
            schema["$defs"] = json!({});
        }
        let read = Schema::parse(&schema.to_string());
        for one in taken {
            assert_eq!(read.check(&one), Ok(()), "{schema} takes {one}");
        }
        for one in refused {
            assert!(read.check(&one).is_err(), "{schema} does not take {one}");
        }
    }
}

#[test]
#[should_panic(expected = "multipleOf is not known here")]
fn a_keyword_that_would_be_passed_over_is_refused() {
    let _ = Schema::parse("{\"$defs\": {\"A\": {\"properties\": {\"a\": {\"multipleOf\": 2}}}}}");
}

#[test]
#[should_panic(expected = "leads nowhere")]
fn a_reference_leads_somewhere() {
    let _ = Schema::parse("{\"$defs\": {}, \"$ref\": \"#/$defs/Gone\"}");
}

#[test]
fn nulls_read_as_left_out_but_in_a_selector() {
    let question =
        json!({"steps": [{"event": null, "where": null}, {"any_of": ["A"], "label": null}], "interval": null, "at": {"event": null, "reached": true}});
    assert_eq!(without_nulls(&question), json!({"steps": [{"event": null}, {"any_of": ["A"]}], "at": {"reached": true}}));
}

#[test]
fn what_is_used_leaves_out_alternatives_that_failed() {
    let schema =
        Schema::parse(&json!({"$defs": {}, "anyOf": [{"properties": {"a": {}}, "required": ["b"]}, {"properties": {"a": {"enum": ["x", "y"]}}}]}).to_string());
    let mut used = Used::new();
    schema.use_of(&json!({"a": "x"}), &mut used).unwrap();
    assert_eq!(used, Used::from(["/anyOf/1/properties/a".to_owned(), "/anyOf/1/properties/a/enum/\"x\"".to_owned()]));
}

/// Every object that has fields of its own is closed, every field is described, and what is described in one place is not described in another.
#[test]
fn schemas_are_closed_and_described() {
    for schema in [questions(), answers()] {
        let mut wrong = Vec::new();
        super::walk(&schema.root, String::new(), &mut |one, path| {
            if path.is_empty() {
                return;
            }
            for (name, property) in one.get("properties").and_then(Value::as_object).into_iter().flatten() {
                let target = property.get("$ref").and_then(Value::as_str).and_then(|reference| super::lookup(&schema.root, reference));
                // A condition repeats what is described where it belongs.
                let is_condition = path.contains("/if") || path.contains("/then") || (path.contains("/anyOf/") && one.get("type").is_none());
                if !is_condition && property.get("description").is_none() && target.is_none_or(|target| target.get("description").is_none()) {
                    wrong.push(format!("{path}.{name} has no description"));
                }
            }
        });
        for (name, definition) in schema.definitions() {
            if definition.get("description").is_none() {
                wrong.push(format!("{name} has no description"));
            }
            let is_open =
                definition.get("properties").is_some() && definition.get("additionalProperties").is_none() && definition.get("unevaluatedProperties").is_none();
            let is_part = [
                "Scope",
                "Test",
                "Behind",
                "CellSegment",
                "JourneyPaths",
                "SessionFigures",
                "DriverFigures",
                "HeatmapFigures",
                "VitalValues",
                "FaultFigures",
                "TaskCard",
            ]
            .contains(&name.as_str())
                || name.starts_with("TestOf")
                || name == "TestBetween"
                || name.ends_with("Line") && definition.get("unevaluatedProperties").is_none();
            if is_open && !is_part {
                wrong.push(format!("{name} takes any field"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
