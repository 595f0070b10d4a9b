#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests look at the clock")]

mod bringing;
mod checking;
mod healthy;
mod reading;
mod schema;

use serde_json::{Value, json};
use sillage_plan::Plan;

/// A plan with one of everything.
fn example() -> Value {
    serde_json::from_str::<Value>(include_str!("../../../../contract/plan.schema.json")).unwrap()["$defs"]["TrackingPlan"]["examples"][0].clone()
}

#[track_caller]
fn plan(value: Value) -> Plan {
    sillage_plan::from_json(&value).unwrap()
}

fn with_event(name: &str, event: Value) -> Value {
    json!({"plan": 1, "events": {name: event}})
}
