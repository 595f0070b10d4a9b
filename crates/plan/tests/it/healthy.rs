use crate::plan;
use proptest::prelude::*;
use serde_json::json;
use sillage_plan::{Against, EventHealth, Found, FoundProperty, PlanHealth, health};
use std::collections::BTreeMap;

fn used() -> Found {
    Found { volume: Some(100), last_seen: Some(1), n_uses: 1, ..Found::default() }
}

fn codes(event: &EventHealth) -> Vec<Against> {
    event.reasons.iter().map(|reason| reason.against).collect()
}

#[track_caller]
fn of<'a>(told: &'a PlanHealth, name: &str) -> &'a EventHealth {
    told.events.iter().find(|event| event.name == name).unwrap()
}

#[test]
fn what_is_kept_well_loses_nothing() {
    let good = json!({"description": "x", "owner": "ada", "objective": "activation", "properties": {"amount": {"type": "number", "required": true}}});
    let plan = plan(
        json!({"plan": 1, "events": {"Good": good, "Blocked": {"status": "blocked"}, "Later": {"status": "planned", "description": "x", "owner": "ada", "objective": "a"}}}),
    );
    let properties =
        BTreeMap::from([("amount".to_owned(), FoundProperty { set: Some(100), types: vec!["number".to_owned()], n_uses: 1, ..FoundProperty::default() })]);
    let told = health(&plan, &BTreeMap::from([("Good".to_owned(), Found { properties, ..used() }), ("$click".to_owned(), used())]));
    assert_eq!((told.score, told.reasons.len()), (Some(100), 0));
    assert_eq!(
        told.events.iter().map(|event| (event.name.as_str(), event.score, event.stop)).collect::<Vec<_>>(),
        [("Good", 100, false), ("Later", 100, false)]
    );
}

#[test]
fn each_thing_that_is_wrong_is_told_with_its_points() {
    let plan = plan(json!({"plan": 1, "events": {
        "Bare": {"properties": {
            "a": {"type": "number"}, "b": {"type": "string", "values": ["x"]}, "c": {"required": true}, "d": {}, "e": {"type": "any"}
        }},
        "Gone": {"description": "x", "owner": "ada", "objective": "o"},
        "Never": {"description": "x", "owner": "ada", "objective": "o", "replaces": ["never"]},
        "Old": {"description": "x", "owner": "ada", "objective": "o", "status": "deprecated"},
    }}));
    let property = |set, types: &[&str], new_values| FoundProperty { set, types: types.iter().map(|one| (*one).to_owned()).collect(), new_values, n_uses: 0 };
    let properties = BTreeMap::from([
        ("a".to_owned(), property(Some(100), &["string"], 0)),
        ("b".to_owned(), property(Some(100), &["string"], 3)),
        ("c".to_owned(), property(Some(90), &["string", "number"], 0)),
        ("d".to_owned(), property(Some(1), &["string"], 0)),
        ("e".to_owned(), property(None, &["string", "number"], 0)),
    ]);
    let found = BTreeMap::from([
        ("Bare".to_owned(), Found { n_uses: 0, violations: 20, properties, ..used() }),
        ("Gone".to_owned(), Found { volume: Some(0), ..used() }),
        ("Old".to_owned(), used()),
        ("never".to_owned(), used()),
        ("Other".to_owned(), Found { n_uses: 0, ..used() }),
    ]);
    let told = health(&plan, &found);
    let bare = of(&told, "Bare");
    let mut sorted = codes(bare);
    sorted.sort();
    assert_eq!(
        sorted,
        [
            Against::Unused,
            Against::NoObjective,
            Against::NoDescription,
            Against::NoOwner,
            Against::OffPlan,
            Against::TypeDrift,
            Against::TypeDrift,
            Against::NewValues,
            Against::Missing,
            Against::MostlyEmpty
        ]
    );
    assert_eq!((bare.score, bare.stop), (0, true));
    let missing = bare.reasons.iter().find(|reason| reason.against == Against::Missing).unwrap();
    assert_eq!((missing.property.as_deref(), missing.figure, missing.points), (Some("c"), Some(0.1), 5));
    assert_eq!((codes(of(&told, "Gone")), of(&told, "Gone").score), (vec![Against::Silent], 70));
    assert_eq!(codes(of(&told, "Never")), [Against::NeverSeen, Against::Unused]);
    assert_eq!((codes(of(&told, "Old")), of(&told, "Old").stop), (vec![Against::StillSent], true));
    assert_eq!((codes(of(&told, "Other")), of(&told, "Other").planned), (vec![Against::Unplanned, Against::Unused], false));
    assert!(told.events.iter().all(|event| event.name != "never"), "an old name counts for the new one");
    assert_eq!((told.reasons[0].against, told.reasons[0].points), (Against::UnplannedEvents, 2));
    // The mean of 0, 70, 35 and 80, less 2.
    assert_eq!(told.score, Some(44));
}

#[test]
fn many_events_that_nobody_asks_about_are_too_many() {
    let events: serde_json::Map<String, serde_json::Value> = (0..20).map(|n| (format!("E{n}"), json!({"objective": "o"}))).collect();
    let plan = plan(json!({"plan": 1, "events": events}));
    let of = |n_unused: usize| (0..20).map(|n| (format!("E{n}"), Found { n_uses: usize::from(n >= n_unused), ..used() })).collect();
    assert!(health(&plan, &of(10)).reasons.is_empty());
    let told = health(&plan, &of(11));
    assert_eq!((told.reasons[0].against, told.reasons[0].figure), (Against::OverMeasured, Some(11.0)));
    assert_eq!(health(&sillage_plan::Plan::default(), &BTreeMap::new()).score, None);
}

proptest! {
    #[test]
    fn every_point_that_is_missing_is_told(volume in proptest::option::of(0_u64..50), last in proptest::option::of(0_i64..9), violations in 0_u64..99, n_uses in 0_usize..3, set in proptest::option::of(0_u64..99), new_values in 0_u64..3) {
        let plan = plan(json!({"plan": 1, "events": {"A": {"properties": {"x": {"type": "string", "required": true}}}}}));
        let properties = BTreeMap::from([("x".to_owned(), FoundProperty { set, new_values, ..FoundProperty::default() })]);
        let told = health(&plan, &BTreeMap::from([("A".to_owned(), Found { volume, last_seen: last, violations, n_uses, properties })]));
        let event = &told.events[0];
        let taken: u32 = event.reasons.iter().map(|reason| reason.points).sum();
        prop_assert_eq!(event.score, 100_u32.saturating_sub(taken));
        prop_assert!(event.reasons.iter().all(|reason| reason.figure.is_none_or(f64::is_finite)));
        prop_assert!(!event.stop || volume.is_some_and(|volume| volume > 0));
    }
}
