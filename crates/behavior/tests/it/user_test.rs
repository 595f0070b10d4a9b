//! User tests against naive oracles, and against the vectors that the tag is held to as well.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    survey::{Level, PageRule},
    user_test::{Outcome, Participant, TaskRun, UserTest, Visit, fold, quantile, walk},
};
use sillage_testkit::schema::Schema;
use std::collections::BTreeMap;

fn contract() -> Value {
    serde_json::from_str(include_str!("../../../../contract/user_test.schema.json")).unwrap()
}

/// The first example of the schema.
fn lamp() -> Value {
    contract()["$defs"]["UserTestDefinition"]["examples"][0].clone()
}

fn read(definition: &Value) -> UserTest {
    UserTest::from_json(definition, "").expect("the definition is one")
}

fn with(change: &Value) -> Value {
    let mut whole = lamp();
    change.as_object().unwrap().iter().for_each(|(name, value)| whole[name] = value.clone());
    whole
}

fn path_of(rules: &Value) -> Vec<PageRule> {
    read(&with(&json!({"tasks": [{"id": "t", "path": rules}]}))).tasks[0].path.clone()
}

#[test]
fn ways_are_measured_as_the_vectors_say() {
    let cases: Value = serde_json::from_str(include_str!("../../../../contract/user_test/cases.json")).unwrap();
    for case in cases["walks"].as_array().unwrap() {
        let visits: Vec<Visit> = serde_json::from_value(case["visits"].clone()).unwrap();
        let walk = walk(&path_of(&case["path"]), &visits);
        assert_eq!(json!(walk.map(|walk| walk.direct)), case["direct"], "{}", case["name"]);
        match case["lostness"].as_f64() {
            Some(lostness) => assert!((walk.unwrap().lostness - lostness).abs() < 1e-5, "{}: {walk:?}", case["name"]),
            None => assert!(walk.is_none(), "{}", case["name"]),
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let refused = |change: Value, field: &str, part: &str| {
        let error = UserTest::from_json(&with(&change), "").expect_err("it is refused");
        assert_eq!(error.field, field, "{error}");
        assert!(error.message.contains(part), "{error}");
    };
    refused(json!({"langauges": []}), "langauges", "fields are");
    refused(json!({"languages": []}), "languages", "en, fr");
    refused(json!({"url": "/shop"}), "url", "whole address");
    refused(json!({"url": "javascript:alert(1)"}), "url", "https://");
    refused(json!({"participants": 0}), "participants", "between 1 and");
    refused(json!({"screener": [{"id": "a", "choices": []}]}), "screener[0].choices", "two choices");
    refused(json!({"tasks": [{"id": "a b"}]}), "tasks[0].id", "letters, digits");
    refused(json!({"tasks": [{"id": "a"}, {"id": "a"}]}), "tasks[1].id", "twice");
    refused(json!({"tasks": [{"id": "a", "success": {"on": "moon"}}]}), "tasks[0].success.on", "page, event, click or done");
    refused(json!({"tasks": [{"id": "a", "success": {"on": "page"}}]}), "tasks[0].success.page", "/thanks");
    refused(json!({"tasks": [{"id": "a", "success": {"on": "click"}}]}), "tasks[0].success.selector", "CSS selector");
    refused(json!({"tasks": [{"id": "a", "path": [{"op": "matches", "value": "("}]}]}), "tasks[0].path[0].value", "regular expression");
    refused(json!({"tasks": [{"id": "a", "path": [{"value": "/", "not": true}]}]}), "tasks[0].path[0].not", "leave it out");
    refused(json!({"tasks": [{"id": "a", "time_limit_s": 5}]}), "tasks[0].time_limit_s", "between 10 and");
    refused(json!({"tasks": [{"id": "a", "url": "mailto:a@b.fr"}]}), "tasks[0].url", "/pricing");
    refused(json!({"end": {"title": "Thanks"}}), "end.title", "each language");
}

#[test]
fn what_stands_in_its_way_is_listed() {
    let told = |change: Value| read(&with(&change)).problems().into_iter().map(|problem| (problem.level, problem.code, problem.field)).collect::<Vec<_>>();
    assert_eq!(told(json!({})), []);
    let error = |code, field: &str| (Level::Error, code, field.to_owned());
    assert_eq!(told(json!({"url": null, "tasks": []})), [error("no_url", "url"), error("no_tasks", "tasks")]);
    let task = |change: Value| {
        let mut task = lamp()["tasks"][0].clone();
        change.as_object().unwrap().iter().for_each(|(name, value)| task[name] = value.clone());
        told(json!({"tasks": [task]}))
    };
    assert_eq!(task(json!({"title": {"en": "Find a lamp"}})), [error("text_missing", "tasks[0].title.fr")]);
    assert_eq!(task(json!({"url": "https://other.example/"})), [error("other_site", "tasks[0].url")]);
    assert_eq!(task(json!({"url": "https://EXAMPLE.com/lamps"})), []);
    let choice = |right: bool| json!({"id": right.to_string(), "text": {"en": "A", "fr": "A"}, "is_right": right});
    let check = |choices: Value| json!({"success": {"on": "done", "check": {"text": {"en": "Which?", "fr": "Lequel ?"}, "choices": choices}}});
    assert_eq!(task(check(json!([choice(true), choice(false)]))), []);
    assert_eq!(task(check(json!([choice(false), {"id": "b", "text": {"en": "B", "fr": "B"}}]))), [error("nothing_right", "tasks[0].success.check.choices")]);
    let warnings = task(json!({"success": {"on": "done"}, "path": [], "scenario": {"en": "Click Buy", "fr": "Vous voulez une lampe de bureau."}}));
    assert_eq!(warnings.iter().map(|(_, code, _)| *code).collect::<Vec<_>>(), ["short_scenario", "self_told", "no_path"]);
    let never = |id: &str| json!({"id": id, "text": {"en": "A", "fr": "A"}});
    let nobody = json!([{"id": "a", "text": {"en": "A?", "fr": "A ?"}, "choices": [never("a"), never("b")]}]);
    assert_eq!(told(json!({"screener": nobody})), [error("nobody_passes", "screener[0].choices")]);
}

#[test]
fn what_is_read_is_in_the_schema_and_what_is_refused_is_not() {
    let schema = Schema::parse(include_str!("../../../../contract/user_test.schema.json"));
    for example in contract()["$defs"]["UserTestDefinition"]["examples"].as_array().unwrap() {
        schema.check(example).unwrap_or_else(|fault| panic!("{fault:?}"));
        let test = read(example);
        let written = serde_json::to_value(&test).unwrap();
        schema.check(&written).unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!(read(&written), test, "a definition written out reads the same");
        assert!(test.problems().iter().all(|problem| problem.level == Level::Warning), "{:?}", test.problems());
    }
    for change in [
        json!({"langauges": []}),
        json!({"languages": []}),
        json!({"participants": 0}),
        json!({"tasks": [{}]}),
        json!({"tasks": [{"id": "a b"}]}),
        json!({"tasks": [{"id": "a", "success": {"on": "moon"}}]}),
        json!({"tasks": [{"id": "a", "success": {"on": "event"}}]}),
        json!({"tasks": [{"id": "a", "success": {"on": "done", "check": {"choices": []}}}]}),
        json!({"tasks": [{"id": "a", "time_limit_s": 1}]}),
        json!({"tasks": [{"id": "a", "path": [{"op": "like", "value": "/"}]}]}),
        json!({"screener": [{"id": "a"}]}),
        json!({"after": {"nps": true}}),
        json!({"end": {"link": "x"}}),
    ] {
        let definition = with(&change);
        assert!(UserTest::from_json(&definition, "").is_err() && schema.check(&definition).is_err(), "{change}");
    }
}

fn run(outcome: Outcome, direct: Option<bool>, seconds: f64) -> TaskRun {
    TaskRun { outcome: Some(outcome), direct, elapsed_ms: seconds * 1000.0, clicks: 4, misclicks: 1, ..TaskRun::default() }
}

#[test]
fn ten_participants_add_up() {
    let mut participants: Vec<Participant> = Vec::new();
    let mut add = |run: TaskRun, sus: Option<f64>| {
        let id = participants.len().to_string();
        participants.push(Participant { id, is_completed: sus.is_some(), tasks: BTreeMap::from([("lamp".to_owned(), run)]), sus, ..Participant::default() });
    };
    for (i, seconds) in [10.0, 20.0, 30.0, 40.0].into_iter().enumerate() {
        let pages = vec!["/lamps".to_owned(), "/basket".to_owned()];
        add(TaskRun { pages, lostness: Some(0.0), ease: Some(5.0 + (i % 2) as f64), ..run(Outcome::Success, Some(true), seconds) }, Some(90.0 + i as f64));
    }
    add(TaskRun { pages: vec!["/".to_owned()], ..run(Outcome::Success, Some(false), 100.0) }, Some(85.0));
    add(run(Outcome::Failed, None, 50.0), None);
    add(run(Outcome::GaveUp, None, 60.0), None);
    add(run(Outcome::TimedOut, None, 300.0), None);
    add(TaskRun::default(), None);
    participants.push(Participant { id: "x".into(), is_screened_out: true, ..Participant::default() });
    let results = fold(&read(&lamp()), &participants);
    assert_eq!((results.started, results.screened_out, results.completed), (10, 1, 5));
    let task = &results.tasks[0];
    assert_eq!((task.n, task.unfinished, task.succeeded, task.direct, task.indirect), (8, 1, 5, Some(4), Some(1)));
    assert_eq!((task.failed, task.gave_up, task.timed_out), (1, 1, 1));
    assert!((task.success_rate.unwrap().value - 0.625).abs() < 1e-9);
    let time = task.time.unwrap();
    assert_eq!((time.n, time.lower_quartile, time.median, time.upper_quartile), (5, 20_000.0, 30_000.0, 40_000.0));
    let geometric = time.geometric_mean.unwrap();
    assert!((geometric.value - (10f64 * 20.0 * 30.0 * 40.0 * 100.0).powf(0.2) * 1000.0).abs() < 1e-6 && geometric.low < geometric.value);
    assert_eq!((task.clicks, task.misclicks, task.misclick_rate), (32, 8, Some(0.25)));
    assert_eq!((task.ease.n, task.ease.measures.mean.unwrap().value), (4, 5.5));
    assert_eq!(task.paths.iter().map(|path| (path.n, path.is_direct)).collect::<Vec<_>>(), [(4, true), (1, false)]);
    // 85 and more: clearly above the average, and enough to say so.
    assert!(results.sus.n == 5 && results.benchmark.unwrap().is_above);
    let few = fold(&read(&lamp()), &participants[..4]);
    assert!(few.sus.n == 4 && few.benchmark.is_none());
    let nobody = fold(&read(&lamp()), &[]);
    assert!(nobody.completion_rate.is_none() && nobody.tasks[0].success_rate.is_none() && nobody.tasks[0].time.is_none());
}

proptest! {
    #[test]
    fn every_run_is_counted_once(outcomes in proptest::collection::vec((0..5usize, any::<bool>(), 0u32..1_000_000), 0..60)) {
        let kinds = [Outcome::Success, Outcome::Failed, Outcome::GaveUp, Outcome::TimedOut];
        let participants: Vec<Participant> = outcomes
            .iter()
            .enumerate()
            .map(|(i, (kind, direct, ms))| {
                let outcome = kinds.get(*kind).copied();
                let pages = vec![format!("/{}", ms % 20)];
                let run = TaskRun { outcome, direct: (outcome == Some(Outcome::Success)).then_some(*direct), elapsed_ms: f64::from(*ms), pages, ..TaskRun::default() };
                Participant { id: i.to_string(), tasks: BTreeMap::from([("lamp".to_owned(), run)]), ..Participant::default() }
            })
            .collect();
        let results = fold(&read(&lamp()), &participants);
        let task = &results.tasks[0];
        prop_assert_eq!(task.n + task.unfinished, outcomes.len() as u64);
        prop_assert_eq!(task.succeeded + task.failed + task.gave_up + task.timed_out, task.n);
        prop_assert_eq!(task.direct.unwrap_or(0) + task.indirect.unwrap_or(0), task.succeeded);
        prop_assert_eq!(task.paths.iter().map(|path| path.n).sum::<u64>() + task.other_paths, task.n);
        prop_assert_eq!(results.started, outcomes.len() as u64);
        if let Some(time) = task.time_of_all {
            prop_assert!(time.lower_quartile <= time.median && time.median <= time.upper_quartile);
        }
    }

    #[test]
    fn a_quantile_is_between_the_values_around_it(mut values in proptest::collection::vec(0u32..1000, 1..40), share in 0.0f64..=1.0) {
        values.sort_unstable();
        let sorted: Vec<f64> = values.iter().copied().map(f64::from).collect();
        let found = quantile(&sorted, share).unwrap();
        let below = sorted.iter().filter(|value| **value < found - 1e-9).count() as f64;
        let above = sorted.iter().filter(|value| **value > found + 1e-9).count() as f64;
        let n = sorted.len() as f64;
        prop_assert!(below <= share * (n - 1.0) + 1.0 && above <= (1.0 - share) * (n - 1.0) + 1.0);
    }

    #[test]
    fn lostness_is_within_its_bounds_and_direct_ways_are_not_lost(pages in proptest::collection::vec(0..4usize, 1..12), length in 1..5usize) {
        let path: Value = (0..length).map(|i| json!({"value": format!("/{i}")})).collect();
        let visits: Vec<Visit> = pages.iter().map(|i| Visit { page: format!("/{i}"), address: format!("https://a.example/{i}") }).collect();
        let walk = walk(&path_of(&path), &visits).unwrap();
        prop_assert!((0.0..=std::f64::consts::SQRT_2).contains(&walk.lostness));
        if walk.direct {
            prop_assert!(walk.lostness < 1e-9);
        }
    }
}
