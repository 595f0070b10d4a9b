#![allow(clippy::unwrap_used)]

use super::Firsts;
use crate::scan::{NO_PERSON, stream::Rows};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The same as putting everything in order and cutting it.
#[test]
fn the_first_rows_from_the_start_on() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for round in 0..500 {
        let n_people = rng.random_range(1..6u32);
        let n = rng.random_range(1..60);
        let mut rows = Rows::default();
        for _ in 0..n {
            rows.person.push(if rng.random_bool(0.1) { NO_PERSON } else { rng.random_range(0..n_people) });
            rows.time.push(rng.random_range(-5..12) * if round % 2 == 0 { 1 } else { 1_000_000_007 });
            rows.mask.push(rng.random_range(0..4));
            if round % 3 > 0 {
                rows.tie.push(rng.random_range(0..3));
            }
        }
        let most = rng.random_range(1..6);
        let anchored = rng.random_bool(0.6);
        let counts = |row: usize| row % 7 != 3;
        let starts = |row: usize| rows.mask[row] & 1 != 0;
        let firsts = Firsts::new(&rows, n_people as usize, most, counts, anchored.then_some(&starts as &dyn Fn(usize) -> bool)).unwrap();
        let mut hits = Vec::new();
        for person in 0..n_people {
            let mut own: Vec<usize> = (0..n).filter(|row| rows.person[*row] == person && counts(*row)).collect();
            own.sort_by_key(|row| (rows.time[*row], rows.tie.get(*row).copied(), *row));
            let from = if anchored { own.iter().position(|row| starts(*row)).unwrap_or(own.len()) } else { 0 };
            firsts.hits_of(&rows, person as usize, &mut hits);
            let got: Vec<usize> = hits.iter().map(|hit| hit.row as usize).collect();
            assert_eq!(got, own[from..].iter().take(most).copied().collect::<Vec<_>>(), "round {round}");
            assert!(hits.iter().all(|hit| hit.time == rows.time[hit.row as usize] && hit.mask == rows.mask[hit.row as usize]));
        }
        let there = (0..n_people).filter(|person| rows.person.contains(person)).count();
        assert_eq!(firsts.n_people, there);
    }
}

#[test]
fn times_too_far_apart_are_left_to_others() {
    let rows = Rows { person: vec![0, 0], time: vec![i64::MIN / 2, i64::MAX / 2], mask: vec![1, 1], ..Rows::default() };
    assert!(Firsts::new(&rows, 1, 2, |_| true, None).is_none());
}
