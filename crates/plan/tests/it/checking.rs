use crate::{example, plan, with_event};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sillage_event::Properties;
use sillage_plan::{Compiled, Fate, Plan, Rule, Tally, is_reserved, masked};
use std::time::{Duration, Instant};

fn properties(value: Value) -> Properties {
    value.as_object().unwrap().clone().into()
}

/// What becomes of an event, and `rule property` of all that it breaks.
fn judged(plan: &Plan, event: &str, value: Value) -> (Fate, Vec<String>) {
    let (rules, properties) = (Compiled::new(plan).unwrap(), properties(value));
    let verdict = rules.check(event, &properties);
    let broken = verdict.violations.iter().map(|one| format!("{} {}", one.rule.name(), one.property.unwrap_or_default()).trim_end().to_owned());
    (verdict.fate, broken.collect())
}

#[track_caller]
fn check(plan: &Plan, event: &str, value: Value, fate: Fate, broken: &[&str]) {
    let (found, rules) = judged(plan, event, value);
    assert_eq!((found, rules.iter().map(String::as_str).collect::<Vec<_>>()), (fate, broken.to_vec()));
}

#[test]
fn events_are_held_against_each_rule() {
    let plan = plan(example());
    let good =
        json!({"recipients": 12, "plan": "pro", "plan_type": "free", "template": "tpl_1", "channels": ["mail", "sms"], "$browser": "x", "mp_lib": "web"});
    let but = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        changed
    };
    check(&plan, "Campaign Sent", good.clone(), Fate::Keep, &[]);
    check(&plan, "Campaign Sent", but("recipients", json!("12")), Fate::Quarantine, &["type recipients"]);
    check(&plan, "Campaign Sent", but("recipients", json!(12.5)), Fate::Quarantine, &["type recipients"]);
    check(&plan, "Campaign Sent", but("recipients", json!(12.0)), Fate::Keep, &[]);
    check(&plan, "Campaign Sent", but("recipients", json!(0)), Fate::Quarantine, &["range recipients"]);
    check(&plan, "Campaign Sent", but("recipients", json!(null)), Fate::Quarantine, &["required recipients"]);
    check(&plan, "Campaign Sent", but("plan", json!("gold")), Fate::Quarantine, &["values plan"]);
    check(&plan, "Campaign Sent", but("plan_type", json!("gold")), Fate::Quarantine, &["values plan_type"]);
    check(&plan, "Campaign Sent", but("template", json!("x_tpl_1")), Fate::Quarantine, &["pattern template"]);
    check(&plan, "Campaign Sent", but("channels", json!(["mail", "fax"])), Fate::Quarantine, &["values channels"]);
    check(&plan, "Campaign Sent", but("channels", json!("mail")), Fate::Quarantine, &["type channels"]);
    check(&plan, "Campaign Sent", but("channels", json!([])), Fate::Keep, &[]);
    check(&plan, "Campaign Sent", but("zoom", json!(1)), Fate::Keep, &["unplanned_property zoom"]);
    check(&plan, "Campaign Sent", but("Zoom Level", json!(1)), Fate::Warn, &["unplanned_property Zoom Level", "property_name Zoom Level"]);
    check(&plan, "Campaign Sent", json!({}), Fate::Quarantine, &["required plan", "required recipients"]);
    check(&plan, "campaign_sent", good.clone(), Fate::Keep, &["old_name"]);
    check(&plan, "Dashboard Viewed", json!({}), Fate::Keep, &["deprecated"]);
    check(&plan, "Audience Made", json!({"x": 1}), Fate::Keep, &["unplanned_event"]);
    check(&plan, "Audience Made", json!({"plan_type": 3}), Fate::Warn, &["unplanned_event", "type plan_type"]);
    check(&plan, "made audience", json!({}), Fate::Warn, &["unplanned_event", "event_name"]);
    check(&plan, "$identify", json!({"x": 1}), Fate::Keep, &[]);
}

#[test]
fn the_nearest_level_holds_and_the_strictest_decides() {
    let rules = json!({"type": "number"});
    let written = json!({
        "plan": 1, "on_violation": "warn", "on_unplanned_event": "reject", "on_unplanned_property": "quarantine",
        "events": {
            "A": {"properties": {"x": rules, "y": {"type": "number", "on_violation": "reject"}, "z": {"type": "number", "on_violation": "accept"}}},
            "B": {"on_violation": "quarantine", "on_unplanned_property": "accept", "properties": {"x": rules}},
        },
    });
    let plan = plan(written);
    check(&plan, "A", json!({"x": "a"}), Fate::Warn, &["type x"]);
    check(&plan, "A", json!({"x": "a", "y": "a"}), Fate::Reject, &["type x", "type y"]);
    check(&plan, "A", json!({"z": "a"}), Fate::Keep, &["type z"]);
    check(&plan, "A", json!({"w": "a"}), Fate::Quarantine, &["unplanned_property w"]);
    check(&plan, "B", json!({"x": "a", "w": 1}), Fate::Quarantine, &["unplanned_property w", "type x"]);
    check(&plan, "C", json!({}), Fate::Reject, &["unplanned_event"]);
    let (compiled, sent) = (Compiled::new(&plan).unwrap(), properties(json!({"x": "a", "y": "a"})));
    let verdict = compiled.check("A", &sent);
    assert_eq!(verdict.reason().unwrap().property, Some("y"), "the reason is the one that decided");
}

#[test]
fn what_is_blocked_is_dropped_or_taken_off() {
    let plan = plan(
        json!({"plan": 1, "events": {"A": {"status": "blocked"}, "B": {"properties": {"secret": {"status": "blocked", "required": true}, "old": {"status": "deprecated"}}}}}),
    );
    check(&plan, "A", json!({"x": 1}), Fate::Drop, &["blocked"]);
    check(&plan, "B", json!({"secret": 1, "old": 2}), Fate::Keep, &["deprecated old", "blocked secret"]);
    let (compiled, sent) = (Compiled::new(&plan).unwrap(), properties(json!({"secret": 1})));
    assert_eq!(compiled.check("B", &sent).blocked().collect::<Vec<_>>(), ["secret"]);
    check(&plan, "B", json!({}), Fate::Keep, &[]);
}

#[test]
fn types_are_told_apart() {
    let cases = [
        ("string", json!(["", "x"]), json!([1, true, [], {}])),
        ("number", json!([1, 1.5, -3]), json!(["1", true])),
        ("integer", json!([1, -3, 1e3, 9_007_199_254_740_993_i64]), json!([1.5, "1"])),
        ("boolean", json!([true]), json!(["true", 0])),
        ("time", json!(["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678+02:00"]), json!(["1767225600", "yesterday", 1_767_225_600, ""])),
        ("list", json!([[], [1]]), json!(["[]", {}])),
        ("object", json!([{}, {"a": 1}]), json!(["{}", []])),
        ("any", json!([1, "x", [], {}, false]), json!([])),
    ];
    for (kind, good, bad) in cases {
        let plan = plan(with_event("A", json!({"properties": {"x": {"type": kind}}})));
        for value in good.as_array().unwrap() {
            assert!(judged(&plan, "A", json!({"x": value})).1.is_empty(), "{kind} {value}");
        }
        for value in bad.as_array().unwrap() {
            assert_eq!(judged(&plan, "A", json!({"x": value})).1, ["type x"], "{kind} {value}");
        }
    }
}

#[test]
fn a_pattern_takes_time_that_grows_with_the_text_alone() {
    let plan = plan(with_event("A", json!({"properties": {"x": {"type": "string", "pattern": "^(a+)+$"}}})));
    let (compiled, sent) = (Compiled::new(&plan).unwrap(), properties(json!({"x": format!("{}!", "a".repeat(8_000))})));
    let began = Instant::now();
    assert_eq!(compiled.check("A", &sent).violations[0].rule, Rule::Pattern);
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[test]
fn violations_add_up_by_sdk_and_stay_bounded() {
    let plan = plan(with_event("A", json!({"properties": {"x": {"type": "number"}}})));
    let compiled = Compiled::new(&plan).unwrap();
    let mut tally = Tally::default();
    for (value, version) in [("a", "2.1"), ("ada@courriel.example", "2.1"), ("c", "2.2")] {
        let sent = properties(json!({"x": value, "mp_lib": "web", "$lib_version": version}));
        tally.add("A", &sent, &compiled.check("A", &sent));
    }
    let mut counted: Vec<(String, u64, String)> =
        tally.iter().map(|(key, one)| (format!("{} {}", key.sdk, key.sdk_version), one.count, one.sample.clone())).collect();
    counted.sort();
    assert_eq!(counted, [("web 2.1".to_owned(), 2, "…@…".to_owned()), ("web 2.2".to_owned(), 1, "c".to_owned())]);
    for i in 0..10_000 {
        let (name, sent) = (format!("hostile {i}"), Properties::new());
        tally.add(&name, &sent, &compiled.check(&name, &sent));
    }
    assert!(tally.iter().len() < 2_100, "{}", tally.iter().len());
    assert_eq!(tally.iter().map(|(_, one)| one.count).sum::<u64>(), 10_003, "none is forgotten");
}

#[test]
fn samples_are_short_and_point_to_nobody() {
    assert_eq!(masked("write to ada@courriel.example, please"), "write to …@…, please");
    assert_eq!(masked("4111-1111-1111-1111"), "####-####-####-####");
    assert_eq!(masked("+33612345678"), "+###########");
    assert_eq!(masked("12.50"), "12.50");
    assert_eq!(masked(&"x".repeat(500)).chars().count(), 80);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5i64..15).prop_map(Value::from),
        (-5.0..15.0f64).prop_map(Value::from),
        "[a-c]{0,3}".prop_map(Value::from),
        Just(json!("2026-01-02")),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| prop_oneof![prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from), Just(json!({}))])
}

fn any_rules() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec!["string", "number", "integer", "boolean", "time", "list", "object", "any"]);
    (kind, any::<bool>(), 0..10i64, prop::option::of(prop::sample::select(vec!["active", "deprecated", "blocked", "planned"]))).prop_map(
        |(kind, required, min, status)| {
            let mut rules = json!({"type": kind, "required": required});
            if matches!(kind, "number" | "integer") {
                rules["min"] = json!(min);
            }
            if kind == "string" {
                rules["pattern"] = json!("a");
            }
            status.into_iter().for_each(|status| rules["status"] = json!(status));
            rules
        },
    )
}

/// Rule by rule, without order or walks.
fn naively(rules: &Map<String, Value>, sent: &Map<String, Value>) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, rule) in rules {
        let status = rule["status"].as_str().unwrap_or("active");
        let value = sent.get(name).filter(|value| !value.is_null());
        let Some(value) = value else {
            if rule["required"] == json!(true) && status == "active" {
                broken.push(format!("required {name}"));
            }
            continue;
        };
        match status {
            "blocked" => {
                broken.push(format!("blocked {name}"));
                continue;
            }
            "deprecated" => broken.push(format!("deprecated {name}")),
            _ => {}
        }
        let is_time = value.as_str().is_some_and(|text| text == "2026-01-02");
        let is_right = match rule["type"].as_str().unwrap() {
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.as_f64().is_some_and(|number| number == number.trunc()),
            "boolean" => value.is_boolean(),
            "time" => is_time,
            "list" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        if !is_right {
            broken.push(format!("type {name}"));
        } else if rule.get("min").is_some_and(|min| value.as_f64().unwrap() < min.as_f64().unwrap()) {
            broken.push(format!("range {name}"));
        } else if rule.get("pattern").is_some() && !value.as_str().unwrap().contains('a') {
            broken.push(format!("pattern {name}"));
        }
    }
    for name in sent.keys().filter(|name| !rules.contains_key(*name) && !is_reserved(name)) {
        broken.push(format!("unplanned_property {name}"));
    }
    broken.sort();
    broken
}

proptest! {
    #[test]
    fn a_check_is_what_each_rule_says_by_itself(
        rules in prop::collection::btree_map("[a-e]|\\$x", any_rules(), 0..6),
        sent in prop::collection::btree_map("[a-g]|\\$[xy]", any_value(), 0..8),
    ) {
        let rules: Map<String, Value> = rules.into_iter().collect();
        let sent: Map<String, Value> = sent.into_iter().collect();
        let plan = plan(with_event("A", json!({"properties": rules})));
        let (_, mut broken) = judged(&plan, "A", Value::Object(sent.clone()));
        broken.sort();
        prop_assert_eq!(broken, naively(&rules, &sent));
    }

    #[test]
    fn no_text_makes_reading_panic(text in "(plan: 1\n)?[a-z{}\\[\\]:,&*!|>#'\" \n-]{0,200}") {
        if let Ok(plan) = sillage_plan::read(&text) {
            drop(Compiled::new(&plan));
        }
    }
}
