//! The schemas that are written by hand in `contract/`, of questions, answers, surveys, user tests and tracking plans: names by which handlers say what they take and give, and
//! their place among the components of the OpenAPI document.
//!
//! Not here: reading a question (`sillage_behavior::Question`). That parser, the engine and these schemas say the same is held by tests of `query`.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

const FILES: [&str; 5] = [
    include_str!("../../../contract/question.schema.json"),
    include_str!("../../../contract/answer.schema.json"),
    include_str!("../../../contract/survey.schema.json"),
    include_str!("../../../contract/user_test.schema.json"),
    include_str!("../../../contract/plan.schema.json"),
];

/// Types that only have a name: what it stands for comes from the files.
macro_rules! named {
    ($($name:ident),*) => {
        $(
            pub(crate) struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    Schema::default().into()
                }
            }

            impl ToSchema for $name {}
        )*

        /// Names that handlers use.
        pub(crate) const NAMED: &[&str] = &[$(stringify!($name)),*];
    };
}

named!(Question, Answer, Explain, Range, Filter, Selector, CohortDefinition, FactorWeights, SurveyDefinition, TaskDefinition, TrackingPlan, UserTestDefinition);

/// The definitions of the files by name, as components refer to each other.
pub(crate) fn schemas() -> BTreeMap<String, Value> {
    let mut schemas = BTreeMap::new();
    for file in FILES {
        let Ok(Value::Object(mut file)) = serde_json::from_str(file) else { continue };
        if let Some(Value::Object(definitions)) = file.remove("$defs") {
            schemas.extend(definitions.into_iter().map(|(name, definition)| (name, as_component(definition))));
        }
    }
    schemas
}

fn as_component(schema: Value) -> Value {
    match schema {
        Value::Object(map) => map.into_iter().map(|(name, value)| (name.clone(), as_value(&name, value))).collect::<Map<_, _>>().into(),
        Value::Array(list) => list.into_iter().map(as_component).collect(),
        other => other,
    }
}

fn as_value(name: &str, value: Value) -> Value {
    match (name, value) {
        ("$ref", Value::String(reference)) => reference.replace("#/$defs/", "#/components/schemas/").into(),
        // They are questions, not schemas.
        ("examples" | "default" | "const" | "enum", value) => value,
        (_, value) => as_component(value),
    }
}
