use super::{
    align::Way,
    findings::{self, Part},
    judge::{Attempt, CARDS, Card, Class, Met, Rule, best_of_people},
    walk::End,
    *,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sillage_event::PersonId;
use std::collections::HashMap;

fn attempt(person: u64, end: End, active_ms: i64) -> Attempt {
    Attempt {
        person: PersonId(person),
        start: 0,
        elapsed_ms: active_ms,
        until: active_ms,
        active_ms,
        end,
        is_unexpected: false,
        way: Way { done: 2, detours: 0, order_ok: true, lostness: None },
        steps: Box::default(),
        pages: Box::default(),
        signs: Vec::new(),
        micro: 0,
        score: 0,
        counts: Default::default(),
        errors: 0,
        session: 0,
        release: 0,
        device: 0,
        group: None,
    }
}

fn definition() -> Value {
    json!({"start": [{"page": "/new"}], "completion": [{"event": "Sent"}], "steps": [{"id": "a", "page": "/new"}, {"id": "b", "page": "/send"}]})
}

fn with(change: Value) -> Value {
    let mut definition = definition();
    definition.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    definition
}

#[test]
fn what_is_left_out_has_its_default() {
    let task = Task::from_json(&definition(), "definition").unwrap();
    assert_eq!((task.window_ms(), task.slow, task.detour_tolerance, task.page.as_str()), (None, Slow::P75 { times: 1.5 }, 1, "$page"));
    assert_eq!(task.steps.iter().map(|step| step.label.as_str()).collect::<Vec<_>>(), ["/new", "/send"]);
    assert_eq!(task.path().mandatory, 0b11);
    let named = Task::from_json(&with(json!({"window": {"n": 7, "unit": "day"}, "page_property": "group"})), "definition").unwrap();
    assert_eq!(named.window_ms(), Some(7 * 86_400_000));
    assert!(format!("{:?}", named.start).contains("\"group\""), "the page of a rule is the value of the page property");
}

#[test]
fn what_is_wrong_is_named() {
    let cases = [
        ("definition.completion", with(json!({"completion": []}))),
        ("definition.start[0].event", with(json!({"start": [{}]}))),
        ("definition.start[0].event", with(json!({"start": [{"page": "/x", "event": "A"}]}))),
        ("definition.start[0].first_time", with(json!({"start": [{"event": "A", "first_time": true}]}))),
        ("definition.steps[1].id", with(json!({"steps": [{"id": "a", "page": "/a"}, {"id": "a", "page": "/b"}]}))),
        ("definition.steps[0]", with(json!({"steps": [{"id": "a"}]}))),
        ("definition.steps[0].select", with(json!({"steps": [{"id": "a", "page": "/a", "select": {"event": "A"}}]}))),
        ("definition.window.n", with(json!({"window": {"n": 2, "unit": "session"}}))),
        ("definition.window.unit", with(json!({"window": {"n": 4, "unit": "month"}}))),
        ("definition.slow.rule", with(json!({"slow": {"rule": "target"}}))),
        ("definition.slow.percent", with(json!({"slow": {"rule": "p75", "percent": 10}}))),
        ("definition.slow.times", with(json!({"slow": {"rule": "p75", "times": 0.5}}))),
        ("definition.surveys.mood", with(json!({"surveys": {"mood": "s1"}}))),
        ("definition.fixes[0].at", with(json!({"fixes": [{"page": "/a", "state": "fixed"}]}))),
        ("definition.fixes[0].signal", with(json!({"fixes": [{"signal": "anger", "state": "to_do"}]}))),
        ("definition.fixes[0].page", with(json!({"fixes": [{"state": "to_do"}]}))),
        ("definition.colour", with(json!({"colour": "red"}))),
    ];
    for (field, definition) in cases {
        let error = Task::from_json(&definition, "definition").unwrap_err();
        assert_eq!(error.field, field, "{error}");
    }
}

#[test]
fn rules_of_slowness() {
    let slow_from = |change: Value, times: &[f64]| Task::from_json(&with(change), "").unwrap().slow_from(&mut times.to_vec());
    let times = [10.0, 20.0, 30.0, 40.0, 50.0];
    assert_eq!(slow_from(json!({}), &times), Some(60.0));
    assert_eq!(slow_from(json!({"slow": {"rule": "slowest", "percent": 50}}), &times), Some(30.0));
    assert_eq!(slow_from(json!({"slow": {"rule": "target"}, "target_seconds": 2}), &times), Some(2000.0));
    assert_eq!(slow_from(json!({}), &[]), None);
}

#[test]
fn of_each_person_the_best_attempt_counts() {
    let rule = Rule { slow_from_ms: Some(100.0), detour_tolerance: 1, n_mandatory: 2 };
    let mut attempts = vec![attempt(1, End::RanOut, 5), attempt(1, End::Completed, 500), attempt(2, End::Abandoned, 5), attempt(1, End::Completed, 50)];
    best_of_people(&mut attempts, rule);
    assert_eq!(attempts.iter().map(|one| (one.person.0, rule.class(one))).collect::<Vec<_>>(), [(1, Class::AsPlanned), (2, Class::Failed)]);
}

#[test]
fn what_gains_most_is_first_and_the_rare_is_not_compared() {
    let sign = |page: u64| Met { page, selector: 1, factor: 0, micro: 4_000_000, at_ms: 0 };
    let mut attempts = Vec::new();
    for n in 0..200 {
        let end = if n % 10 == 0 || (n < 40 && n % 2 == 0) { End::RanOut } else { End::Completed };
        let signs = match n {
            0..40 => vec![sign(7), sign(7)],
            40..45 => vec![sign(9)],
            _ => Vec::new(),
        };
        attempts.push(Attempt { signs, ..attempt(n, end, 5) });
    }
    let mut places = HashMap::new();
    attempts.iter().for_each(|attempt| findings::add_places(&mut places, attempt));
    let ranked = findings::ranked(&places, Part::of(attempts.iter(), Attempt::is_completed));
    assert_eq!((ranked[0].0.0, ranked[0].1.attempts, ranked[0].1.times), (7, 40, 80));
    let gap = ranked[0].2.unwrap();
    assert!((gap.gap - (0.9 - 0.5)).abs() < 1e-9 && (gap.lost - 16.0).abs() < 1e-9, "{gap:?}");
    assert_eq!((ranked[1].0.0, ranked[1].2), (9, None));
    assert_eq!(findings::gap(Part { count: 1, n: 29 }, Part { count: 50, n: 100 }), None);
}

proptest! {
    /// The bar adds up, and no class says other than the cards.
    #[test]
    fn classes_add_up(ends in 0u8..3, active in 0i64..200, unexpected: bool, done in 0u32..3, detours in 0u32..4, order_ok: bool, slow in prop::option::of(0.0..200.0f64)) {
        let rule = Rule { slow_from_ms: slow, detour_tolerance: 1, n_mandatory: 2 };
        let end = [End::Completed, End::Abandoned, End::RanOut][usize::from(ends)];
        let one = Attempt { is_unexpected: unexpected, way: Way { done, detours, order_ok, lostness: None }, ..attempt(1, end, active) };
        let is = |card: Card| rule.is_on(card, &one);
        let expected = if is(Card::NotFinished) { Class::Failed } else if is(Card::Slow) { Class::Slow } else if is(Card::OffPath) { Class::OffPath } else { Class::AsPlanned };
        prop_assert_eq!(rule.class(&one), expected);
        // px.md 6.2, word by word.
        let is_completed = end == End::Completed;
        let planned = is_completed && done == 2 && order_ok && detours <= 1 && !is(Card::Slow) && !unexpected;
        prop_assert_eq!(is(Card::AsPlanned), planned);
        prop_assert_eq!(is(Card::OffPath), is_completed && (unexpected || detours > 1 || !order_ok || done < 2));
        prop_assert!(CARDS.iter().all(|(_, card)| !matches!(card, Card::Promoters | Card::CsatLow | Card::Lost) || !is(*card)));
    }
}
