use serde_json::Value;

#[test]
fn the_checked_in_contract_is_that_of_the_handlers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../contract/openapi.json");
    let checked_in = std::fs::read_to_string(path).unwrap_or_default();
    let made = serde_json::to_string_pretty(&sillage_api::openapi()).unwrap() + "\n";
    assert!(checked_in == made, "contract/openapi.json differs from the handlers: run `make openapi` and commit what it writes");
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_a_tag() {
    let document = serde_json::to_value(sillage_api::openapi()).unwrap();
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{method} {path}: {name} is taken");
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["tags"][0].is_string(), "{method} {path}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn visit(value: &Value, schemas: &Value) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    let name = reference.strip_prefix("#/components/schemas/").unwrap();
                    assert!(schemas.get(name).is_some(), "{reference} leads nowhere");
                }
                map.values().for_each(|inner| visit(inner, schemas));
            }
            Value::Array(list) => list.iter().for_each(|inner| visit(inner, schemas)),
            _ => {}
        }
    }
    let document = serde_json::to_value(sillage_api::openapi()).unwrap();
    visit(&document, &document["components"]["schemas"]);
}

/// What questions and answers are is written by hand, and no handler says something else under the same name.
#[test]
fn components_of_questions_and_answers_are_those_that_are_written() {
    let document = serde_json::to_value(sillage_api::openapi()).unwrap();
    let components = document["components"]["schemas"].as_object().unwrap();
    let mut n = 0;
    for file in ["question", "answer"] {
        let path = format!("{}/../../contract/{file}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let written: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        for (name, definition) in written["$defs"].as_object().unwrap() {
            let component = serde_json::to_string(&components[name]).unwrap();
            assert_eq!(component, serde_json::to_string(definition).unwrap().replace("#/$defs/", "#/components/schemas/"), "{name}");
            n += 1;
        }
    }
    let handlers: Vec<&String> = components.keys().filter(|name| ["Project", "Report", "Cohort"].contains(&name.as_str())).collect();
    assert!(n > 200 && handlers.len() == 3, "{n} {handlers:?}");
    let body = "/paths/~1api~1projects~1{project}~1query/post/requestBody/content/application~1json/schema/$ref";
    assert_eq!(document.pointer(body).unwrap(), "#/components/schemas/Question");
}
