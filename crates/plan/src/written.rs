//! A plan as a text.

use crate::Plan;
use serde_json::Value;

/// As JSON, with the fields in the order of the documentation.
#[must_use]
pub fn to_json(plan: &Plan) -> String {
    // A tree of texts and finite numbers always has a form as JSON.
    serde_json::to_string_pretty(plan).map(|text| text + "\n").unwrap_or_default()
}

/// As YAML, that reads back as the same plan.
#[must_use]
pub fn to_yaml(plan: &Plan) -> String {
    serde_saphyr::to_string(plan).unwrap_or_else(|_| to_json(plan))
}

impl From<&Plan> for Value {
    fn from(plan: &Plan) -> Self {
        serde_json::to_value(plan).unwrap_or_default()
    }
}
