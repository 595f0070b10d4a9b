//! The funnel kernel against every assignment of events to steps.

use proptest::prelude::*;
use sillage_behavior::{
    Hit,
    funnel::{Finder, NOT_REACHED, PlainFinder, Rules},
    question::{CountBy, Order, Window},
};
use sillage_testkit::oracle::funnel as naive;

const N_STEPS: usize = 3;

/// Few instants, so that many events share one; each event is of some steps and perhaps of the exclusion.
fn hits() -> impl Strategy<Value = Vec<Hit>> {
    proptest::collection::vec((0i64..8, 0u64..16), 0..8).prop_map(|mut events| {
        events.sort_unstable();
        events.into_iter().enumerate().map(|(row, (time, mask))| Hit { time, mask, row: row as u32 }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn the_times_of_steps_are_the_best_there_are(
        hits in hits(),
        order in 0..2usize,
        count in 0..2usize,
        window in 0i64..8,
        first_only: bool,
        ties_later: bool,
        excludes: bool,
        optional: bool,
        overlapping: bool,
    ) {
        let mut hits = hits;
        // Of one millisecond the kernel takes what serves first and does not try all orders; that matters only where an event serves
        // several steps, or in a strict funnel.
        if order == 1 || overlapping {
            hits.dedup_by_key(|hit| hit.time);
        } else {
            hits.iter_mut().for_each(|hit| hit.mask = [0, 1, 2, 4][hit.mask as usize % 4] | hit.mask & (1 << N_STEPS));
        }
        let exclusions = if excludes { vec![(0, 2)] } else { Vec::new() };
        let (order, naive_order) = [(Order::Ordered, naive::Order::Ordered), (Order::Strict, naive::Order::Strict)][order];
        let (count, naive_count) = [(CountBy::Person, naive::Count::Person), (CountBy::Total, naive::Count::Total)][count];
        let optional = vec![false, optional && order == Order::Ordered, false];
        let rules = Rules {
            n_steps: N_STEPS, order, window: Window::Milliseconds(window), count, first_attempt_only: first_only, ties_later,
            exclusions: exclusions.clone(), optional: optional.clone(),
        };
        let naive_rules = naive::Rules {
            n_steps: N_STEPS, order: naive_order, window_ms: Some(window), window_sessions: None, count: naive_count, first_only, ties_later, exclusions, optional,
        };
        let naive_hits: Vec<naive::Hit> = hits
            .iter()
            .map(|hit| naive::Hit { time: hit.time, steps: (0..N_STEPS).map(|step| hit.mask >> step & 1 == 1).collect(), exclusions: vec![hit.mask >> N_STEPS & 1 == 1], session: 0 })
            .collect();
        let range = (1, 6);
        let mut found: Vec<Vec<Option<i64>>> = Vec::new();
        Finder::new(rules).attempts(&hits, &[], range, &mut |steps| {
            found.push(steps.iter().map(|step| (*step != NOT_REACHED).then(|| hits[*step as usize].time)).collect());
        });
        let expected: Vec<Vec<Option<i64>>> =
            naive::attempts(&naive_hits, &naive_rules, range).into_iter().map(|steps| steps.into_iter().map(|step| step.map(|position| hits[position].time)).collect()).collect();
        prop_assert_eq!(found, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    /// What most funnels ask has a way of its own, which finds the same attempt.
    #[test]
    fn the_plain_way_finds_the_same_attempt(events in proptest::collection::vec((0i64..12, 0usize..4), 0..14), n_steps in 1usize..5, window in 0i64..10) {
        let mut hits: Vec<Hit> =
            events.iter().enumerate().map(|(row, (time, step))| Hit { time: *time, mask: 1 << (step % n_steps), row: row as u32 }).collect();
        hits.sort_unstable_by_key(|hit| (hit.time, hit.mask, hit.row));
        let rules = Rules {
            n_steps, order: Order::Ordered, window: Window::Milliseconds(window), count: CountBy::Person, first_attempt_only: false, ties_later: false,
            exclusions: Vec::new(), optional: vec![false; n_steps],
        };
        let range = (2, 9);
        let lists: Vec<Vec<(i64, u32)>> =
            (0..n_steps).map(|step| hits.iter().filter(|hit| hit.mask == 1 << step).map(|hit| (hit.time, hit.row)).collect()).collect();
        let mut plain = PlainFinder::new(&rules).unwrap();
        let lists: Vec<&[(i64, u32)]> = lists.iter().map(Vec::as_slice).collect();
        let got = plain.best(&lists, range).to_vec();
        let mut expected = Vec::new();
        Finder::new(rules).attempts(&hits, &[], range, &mut |steps| {
            expected = steps.iter().filter(|step| **step != NOT_REACHED).map(|step| &hits[*step as usize]).map(|hit| (hit.time, hit.row)).collect();
        });
        prop_assert_eq!(got, expected);
    }
}
