use super::{of_task, without_conditions, without_people};
use serde_json::json;

#[test]
fn a_question_keeps_what_names_its_lines_and_no_condition() {
    let question = json!({
        "kind": "trend", "filter": {"property": "$email", "op": "is", "value": "ada@courriel.example"}, "cohorts": {"us": {"people": ["u1"]}},
        "series": [{"select": {"event": "Order", "where": {"property": "plan", "op": "is", "value": "pro"}}, "measure": "unique"}],
        "breakdown": [{"property": "plan"}], "range": {"last": 7, "unit": "day"},
    });
    let told = json!({
        "kind": "trend", "series": [{"select": {"event": "Order"}, "measure": "unique"}], "breakdown": [{"property": "plan"}],
        "range": {"last": 7, "unit": "day"},
    });
    assert_eq!(without_conditions(question), told);
}

#[test]
fn nobody_is_named_wherever_they_stand() {
    let answer = json!({"count": 3, "list": [{"person": "u1", "events": 4}], "groups": [{"breakdown": ["pro"], "deep": [{"session": "s1", "sessions": 2}]}]});
    assert_eq!(without_people(answer), json!({"count": 3, "groups": [{"breakdown": ["pro"], "deep": [{"sessions": 2}]}]}));
}

#[test]
fn of_a_task_only_its_figures_are_told() {
    let answer = json!({
        "attempts": 9, "classes": [{"class": "slow", "count": 2}], "voices": [{"quotes": ["no"]}], "steps": [{"label": "Audience"}],
        "cards": {"as_planned": {"count": 4, "share": 0.4, "fastest": {"person": "u1"}, "watch": {"at": {}}}},
    });
    let told = json!({"attempts": 9, "classes": [{"class": "slow", "count": 2}], "cards": {"as_planned": {"count": 4, "share": 0.4}}});
    assert_eq!(of_task(&answer), told);
}
