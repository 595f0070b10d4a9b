#![allow(clippy::unwrap_used)]

use super::{Runs, Walker};
use crate::scan::NO_PERSON;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Whatever lies in which run, everybody's rows are told once, in order; nobody's never.
#[test]
fn everybody_is_told_all_their_rows() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for _ in 0..500 {
        let n_people = rng.random_range(1..12u32);
        let mut runs = Runs::default();
        let mut person: Vec<u32> = Vec::new();
        for run in 0..rng.random_range(0..6) {
            let start = person.len();
            let mut own: Vec<u32> = (0..rng.random_range(0..15)).map(|_| rng.random_range(0..n_people)).collect();
            own.sort_unstable();
            own.extend(std::iter::repeat_n(NO_PERSON, rng.random_range(0..3)));
            person.extend(own);
            runs.push(start..person.len(), 1 << run);
        }
        let mut walker = Walker::new(&person, runs.all().unwrap());
        for position in 0..n_people {
            let mut told: Vec<u32> = Vec::new();
            walker.take(position, |rows| told.extend(rows));
            let expected: Vec<u32> = (0..person.len()).filter(|row| person[*row] == position).map(|row| row as u32).collect();
            assert_eq!(told, expected);
        }
    }
}

#[test]
fn rows_outside_of_runs_are_not_walked() {
    let mut runs = Runs::default();
    runs.push(0..3, 1);
    assert!(runs.to_walk(3, 2).is_some());
    // A look for everybody in each of many runs would be more than what there is.
    (1..40).for_each(|at| runs.push(3 * at..3 * at + 3, 1));
    assert!(runs.to_walk(120, 1000).is_none());
    runs.break_up();
    assert!(runs.all().is_none() && runs.to_walk(120, 2).is_none());
    runs.clear();
    assert!(runs.all().is_some_and(<[_]>::is_empty));
}
