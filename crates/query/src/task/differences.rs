//! Where a task goes worse: values of properties with which fewer attempts are completed, or more meet friction, than without.

use super::{
    Scene,
    scorecard::{difference_interval, share},
};
use crate::{hashed::ByHash, trend::number};
use rayon::prelude::*;
use serde_json::{Value, json};
use sillage_behavior::{
    driver::{Tally, association, q_values},
    task::{
        findings::{FEWEST, Part},
        judge::{Attempt, Mark},
    },
};

/// What is told apart from luck: as many in a hundred of what is told are luck, by the rule of Benjamini and Hochberg.
const LUCK: f64 = 0.05;
/// A difference that is smaller changes nothing that a team would do.
const LEAST: f64 = 0.03;

/// What may go worse, and whether an attempt has it.
type Outcome = (&'static str, fn(Mark) -> bool);

const OUTCOMES: [Outcome; 2] = [("not_completed", |mark| !mark.is_completed()), ("friction", |mark| mark.has_friction)];

/// With a value, by outcome.
type Tallies = [Tally; OUTCOMES.len()];

struct Found {
    property: usize,
    value: u64,
    outcome: usize,
    with: Part,
    without: Part,
    p_value: f64,
}

/// The worst first, by how many attempts it costs.
pub(super) fn of(scene: &Scene<'_>) -> Value {
    let mut all = Tallies::default();
    scene.marks.iter().for_each(|mark| add(&mut all, *mark));
    let by_value = |property: usize| {
        let mut by_value: ByHash<u64, Tallies> = ByHash::default();
        scene.marked().for_each(|(attempt, mark): (&Attempt, Mark)| add(by_value.entry(attempt.shown[property]).or_default(), mark));
        by_value
    };
    let mut tested: Vec<Found> = Vec::new();
    for (property, values) in (0..scene.asked.differences.len()).into_par_iter().map(by_value).collect::<Vec<_>>().into_iter().enumerate() {
        // Attempts of which nothing is known are no segment; they count among the others.
        for (value, tallies) in values.into_iter().filter(|(value, _)| *value != 0) {
            for (outcome, (tally, all)) in tallies.into_iter().zip(all).enumerate() {
                let with = Part { count: tally.reached, n: tally.did };
                let without = Part { count: all.reached - tally.reached, n: all.did - tally.did };
                if let Some(p_value) = association(tally, all, FEWEST).and_then(|found| found.p_value) {
                    tested.push(Found { property, value, outcome, with, without, p_value });
                }
            }
        }
    }
    let q_values = q_values(&tested.iter().map(|one| Some(one.p_value)).collect::<Vec<_>>());
    let mut found: Vec<(f64, Found, f64)> = Vec::new();
    for (one, q_value) in tested.into_iter().zip(q_values) {
        let difference = one.with.share().zip(one.without.share()).map(|(with, without)| with - without);
        if let Some((difference, q_value)) = difference.zip(q_value).filter(|(difference, q_value)| *difference >= LEAST && *q_value <= LUCK) {
            found.push((difference * one.with.n as f64, one, q_value));
        }
    }
    let order = |one: &Found| (one.property, scene.word_order(one.value), one.outcome);
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| order(&a.1).cmp(&order(&b.1))));
    found.truncate(scene.asked.limit);
    let write = |(more, one, q_value): (f64, Found, f64)| {
        json!({
            "property": scene.asked.differences[one.property],
            "value": scene.word(one.value),
            "outcome": OUTCOMES[one.outcome].0,
            "with": share(one.with),
            "without": share(one.without),
            "interval": difference_interval(one.with, one.without),
            "more": number(Some(more)),
            "p_value": one.p_value,
            "q_value": q_value,
        })
    };
    found.into_iter().map(write).collect()
}

fn add(tallies: &mut Tallies, mark: Mark) {
    tallies.iter_mut().zip(OUTCOMES).for_each(|(tally, (_, is))| tally.add(is(mark)));
}
