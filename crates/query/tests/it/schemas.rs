//! The schema of questions in `contract/` against the parser: whatever is done to a question, the two agree on it, and neither knows a
//! field, a word or a bound that the other does not.
//!
//! That the schemas hold of what tests ask and what is replied is looked at where they ask, in `asking`.

use crate::{
    asking::disagreement,
    questions::{Asked, KINDS, shape},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use sillage_behavior::{Question, QuestionError};
use sillage_testkit::schema::{self, Used};
use std::collections::{BTreeMap, BTreeSet};

/// What the parser bounds by other fields of the question, or of the question within: the schema cannot.
const BOUND_BY_OTHERS: [&str; 9] = ["after", "before", "from", "to", "step", "series", "period", "optional", "times"];

/// The examples of the schema: questions, and parts of questions with one around them.
fn examples() -> Vec<Value> {
    let range = json!({"last": 7, "unit": "day"});
    let measured = |measure: &Value| json!({"kind": "trend", "series": [{"select": "A", "measure": measure}], "range": range});
    let mut examples = Vec::new();
    for (name, definition) in schema::questions().definitions() {
        for example in definition.get("examples").and_then(Value::as_array).into_iter().flatten() {
            examples.push(match name.as_str() {
                _ if name.ends_with("Question") => example.clone(),
                "Range" => json!({"kind": "sessions", "range": example}),
                "Selector" => json!({"kind": "lifecycle", "select": example, "range": range}),
                "Filter" => json!({"kind": "sessions", "filter": example, "range": range}),
                "Breakdown" => json!({"kind": "sessions", "breakdown": [example], "range": range}),
                "Measure" | "PropertyMeasure" => measured(example),
                "CohortDefinition" => json!({"kind": "cohort", "definition": example}),
                "PropertyFormula" => json!({"kind": "sessions", "custom_properties": {"size": example}, "range": range}),
                "Scope" => {
                    let mut question = json!({"kind": "sessions", "range": range});
                    question.as_object_mut().unwrap().extend(example.as_object().unwrap().clone());
                    question
                }
                _ => panic!("the examples of {name} stand in no question here"),
            });
        }
    }
    examples
}

/// Beside the examples, questions as they are made up for the engine.
fn corpus() -> Vec<Value> {
    let mut corpus = examples();
    for (i, kind) in KINDS.iter().enumerate() {
        for seed in 0..2 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed * 100 + i as u64);
            let (shape, zone) = shape(&mut rng, false);
            corpus.push(Asked { rng: &mut rng, shape, zone, breakdowns: true, no_past: false }.question(kind));
        }
    }
    corpus
}

fn read(question: &Value) -> Result<Question, QuestionError> {
    Question::from_json(question)
}

/// The JSON pointers of everything in a value, itself first.
fn pointers(value: &Value) -> Vec<String> {
    fn add(value: &Value, at: &str, into: &mut Vec<String>) {
        into.push(at.to_owned());
        match value {
            Value::Object(map) => map.iter().for_each(|(name, inner)| add(inner, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), into)),
            Value::Array(list) => list.iter().enumerate().for_each(|(i, inner)| add(inner, &format!("{at}/{i}"), into)),
            _ => {}
        }
    }
    let mut into = Vec::new();
    add(value, "", &mut into);
    into
}

/// The question with something else at a place.
fn with(question: &Value, pointer: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut changed = question.clone();
    change(changed.pointer_mut(pointer).unwrap());
    changed
}

/// What differs, of all the changes that a test makes, and how many these were.
#[derive(Default)]
struct Findings {
    n_tried: usize,
    wrong: BTreeSet<String>,
}

impl Findings {
    fn compare(&mut self, question: &Value) -> Result<Question, QuestionError> {
        let read = read(question);
        self.n_tried += 1;
        if let Some(difference) = disagreement(question, read.as_ref().err()) {
            self.wrong.insert(format!("{difference}\n    {question}"));
        }
        read
    }

    /// The parser says no with a bound of its own that the schema does not have.
    fn compare_bounds(&mut self, question: &Value) {
        let Err(error) = self.compare(question) else { return };
        let is_bound = ["must lie between", "takes at most", "takes 1 to"].iter().any(|words| error.message.starts_with(words));
        let name = error.field.rsplit('.').next().unwrap_or_default();
        let name = name.split('[').next().unwrap_or_default();
        if error.code == "not_allowed" && is_bound && !BOUND_BY_OTHERS.contains(&name) && schema::questions().check(question).is_ok() {
            self.wrong.insert(format!("{error}: is not in contract/question.schema.json\n    {question}"));
        }
    }

    fn report(self, least: usize) {
        let shown: Vec<&str> = self.wrong.iter().take(20).map(String::as_str).collect();
        assert!(self.wrong.is_empty(), "{} of {} differ:\n{}", self.wrong.len(), self.n_tried, shown.join("\n"));
        assert!(self.n_tried >= least, "only {} were tried", self.n_tried);
    }
}

#[test]
fn the_parser_takes_the_examples() {
    for question in corpus() {
        assert!(read(&question).is_ok(), "{}\n{question}", read(&question).unwrap_err());
        assert_eq!(schema::questions().check(&question), Ok(()), "{question}");
    }
}

#[test]
fn whatever_is_changed_in_a_question_parser_and_schema_agree() {
    let replacements = [
        json!("nonsense"),
        json!("2025-10-01"),
        json!(7),
        json!(1.5),
        json!(1e17),
        json!(true),
        json!([]),
        json!(["a"]),
        json!([1, 2]),
        json!({}),
        json!({"event": "A"}),
        json!({"property": "x", "op": "set"}),
    ];
    let mut findings = Findings::default();
    for question in corpus() {
        for pointer in pointers(&question) {
            for replacement in &replacements {
                let _ = findings.compare(&with(&question, &pointer, |place| *place = replacement.clone()));
            }
            let names: Vec<String> = question.pointer(&pointer).and_then(Value::as_object).into_iter().flat_map(|map| map.keys().cloned()).collect();
            for name in names {
                let _ = findings.compare(&with(&question, &pointer, |place| drop(place.as_object_mut().unwrap().remove(&name))));
                let _ = findings.compare(&with(&question, &pointer, |place| place[&name] = Value::Null));
            }
        }
    }
    findings.report(30_000);
}

/// What the parser says its fields are, each tried with values that fields of this name have elsewhere.
#[test]
fn fields_of_the_parser_are_those_of_the_schema() {
    let corpus = corpus();
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for question in &corpus {
        for pointer in pointers(question) {
            for (name, value) in question.pointer(&pointer).and_then(Value::as_object).into_iter().flatten() {
                let values = values.entry(name.clone()).or_default();
                if values.len() < 6 && !values.contains(value) {
                    values.push(value.clone());
                }
            }
        }
    }
    let named: BTreeSet<String> = schema::questions()
        .named()
        .iter()
        .filter_map(|place| Some(place.rsplit_once("/properties/")?.1.to_owned()).filter(|name| !name.contains('/')))
        .collect();
    let mut told = BTreeSet::new();
    let mut findings = Findings::default();
    for question in &corpus {
        for pointer in pointers(question).iter().filter(|pointer| question.pointer(pointer).is_some_and(Value::is_object)) {
            let Err(error) = findings.compare(&with(question, pointer, |place| place["colour"] = json!("red"))) else { continue };
            for name in error.message.split_once("fields are ").map(|(_, names)| names.split(", ")).into_iter().flatten() {
                told.insert(name.to_owned());
                if !named.contains(name) {
                    findings.wrong.insert(format!("{name} is named by the parser alone: {error}"));
                }
                for value in values.get(name).into_iter().flatten() {
                    let _ = findings.compare(&with(question, pointer, |place| place[name] = value.clone()));
                }
            }
        }
    }
    findings.wrong.extend(named.difference(&told).filter(|name| !values.contains_key(*name)).map(|name| format!("{name} is named by the schema alone")));
    findings.report(5_000);
}

/// Nothing is in the schema that no question has: every field, in each place where it may stand, and every word.
#[test]
fn all_fields_and_words_of_the_schema_are_taken_by_the_parser() {
    let schema = schema::questions();
    let enumerations: Vec<Vec<Value>> = enumerations();
    let mut used = Used::new();
    for question in examples() {
        schema.use_of(&question, &mut used).unwrap();
        for pointer in pointers(&question) {
            let word = question.pointer(&pointer).unwrap();
            for other in enumerations.iter().filter(|words| words.contains(word)).flatten() {
                let changed = with(&question, &pointer, |place| *place = other.clone());
                if read(&changed).is_ok() {
                    schema.use_of(&changed, &mut used).unwrap();
                }
            }
        }
    }
    // A condition repeats what stands elsewhere, and the value beside `set` is not looked at, whatever it is.
    let is_free = |place: &String| place.contains("/CellOfQuestion/") || place.ends_with("/TestOfBeingSet/properties/value");
    let unused: Vec<String> = schema.named().difference(&used).filter(|place| !is_free(place)).cloned().collect();
    assert!(unused.is_empty(), "no question that the parser takes has\n{}", unused.join("\n"));
}

fn enumerations() -> Vec<Vec<Value>> {
    let mut by_place: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for place in schema::questions().named() {
        if let Some((of, word)) = place.rsplit_once("/enum/") {
            by_place.entry(of.to_owned()).or_default().push(serde_json::from_str(word).unwrap());
        }
    }
    by_place.into_values().collect()
}

/// Words that the parser offers where one does not fit are in the schema, too.
#[test]
fn words_of_the_parser_are_in_the_schema() {
    let mut findings = Findings::default();
    for question in examples() {
        for pointer in pointers(&question).iter().filter(|pointer| question.pointer(pointer).is_some_and(Value::is_string)) {
            let Err(error) = findings.compare(&with(&question, pointer, |place| *place = json!("nonsense"))) else { continue };
            let Some((_, words)) = error.message.split_once("use ") else { continue };
            for word in words.trim_start_matches("one of ").split([',', ' ']).filter(|word| !word.is_empty()) {
                let _ = findings.compare(&with(&question, pointer, |place| *place = json!(word)));
            }
        }
    }
    findings.report(1_000);
}

#[test]
fn bounds_of_the_parser_are_those_of_the_schema() {
    let numbers: [i64; 32] = [
        -1,
        0,
        1,
        2,
        19,
        20,
        21,
        49,
        50,
        51,
        89,
        90,
        91,
        100,
        101,
        366,
        367,
        500,
        501,
        999,
        1000,
        1001,
        2000,
        2001,
        10_000,
        10_001,
        100_000,
        100_001,
        1_000_000,
        1_000_001,
        10_000_000_000,
        10_000_000_001,
    ];
    let lengths = [0, 1, 2, 5, 6, 9, 10, 11, 20, 21, 26, 27, 40, 41, 49, 50, 51, 100, 101, 200, 201, 500, 501, 502, 730, 731];
    let mut findings = Findings::default();
    for question in examples() {
        for pointer in pointers(&question) {
            match question.pointer(&pointer).unwrap() {
                Value::Number(_) => {
                    for number in numbers {
                        findings.compare_bounds(&with(&question, &pointer, |place| *place = json!(number)));
                    }
                }
                Value::Array(list) if !list.is_empty() => {
                    for length in lengths {
                        let rising = list.iter().all(Value::is_number);
                        let items: Value = (0..length).map(|i| if rising { json!(i + 1) } else { list[i % list.len()].clone() }).collect();
                        findings.compare_bounds(&with(&question, &pointer, |place| *place = items));
                    }
                }
                _ => {}
            }
        }
    }
    findings.report(5_000);
}

/// A question with a default written out is the same question.
#[test]
fn defaults_are_those_of_the_parser() {
    let schema = schema::questions();
    let mut defaults: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut written = BTreeSet::new();
    let default_of = |place: &str| {
        let property = schema.place(place)?;
        let target = property.get("$ref").and_then(Value::as_str).and_then(|reference| schema.place(&reference[1..]));
        property.get("default").or_else(|| target?.get("default")).cloned()
    };
    for place in schema.named() {
        if let (Some((_, name)), Some(default)) = (place.rsplit_once("/properties/"), default_of(&place)) {
            defaults.entry(name.to_owned()).or_default().insert(default.to_string());
            written.insert(place);
        }
    }
    let (mut wrong, mut held) = (BTreeSet::new(), Used::new());
    for question in examples() {
        for pointer in pointers(&question).iter().filter(|pointer| question.pointer(pointer).is_some_and(Value::is_object)) {
            for (name, default) in defaults.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value))) {
                let default: Value = serde_json::from_str(default).unwrap();
                let written = with(&question, pointer, |place| place[name] = default.clone());
                let (mut before, mut after) = (Used::new(), Used::new());
                if schema.use_of(&written, &mut after).is_err() {
                    continue;
                }
                let without = with(&question, pointer, |place| drop(place.as_object_mut().unwrap().remove(name)));
                let (Ok(as_read), Ok(())) = (read(&without), schema.use_of(&without, &mut before)) else { continue };
                let suffix = format!("/properties/{name}");
                let own: Vec<&String> = after.difference(&before).filter(|place| place.ends_with(&suffix)).collect();
                if own.is_empty() || own.iter().any(|place| default_of(place).as_ref() != Some(&default)) {
                    continue;
                }
                match read(&written) {
                    Ok(written) if format!("{written:?}") == format!("{as_read:?}") => held.extend(own.into_iter().cloned()),
                    Ok(_) => {
                        wrong.insert(format!("{default} is not the default of {own:?}"));
                    }
                    // It cannot stand beside something else in this question.
                    Err(error) if error.code == "not_allowed" => {}
                    Err(error) => {
                        wrong.insert(format!("{own:?}: {error}"));
                    }
                }
            }
        }
    }
    wrong.extend(written.difference(&held).map(|place| format!("no example is without {place}, so its default is not looked at")));
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The checks of `asking` can fail.
#[test]
#[should_panic(expected = "is not a field here")]
fn an_answer_with_a_field_of_its_own_is_refused() {
    let reply = json!({
        "kind": "lifecycle", "answer": {"intervals": [], "colour": "red"}, "elapsed_ms": 1.0, "complete": true,
        "explain": {"definition": "", "events_read": 0, "people": null, "duplicates_dropped": 0, "complete": true, "incomplete_from": null, "notes": [], "timezone": "UTC", "range": null}
    });
    let mut good = reply.clone();
    good["answer"].as_object_mut().unwrap().remove("colour");
    assert_eq!(schema::answers().check(&good), Ok(()));
    panic!("{:?}", schema::answers().check(&reply).unwrap_err());
}
