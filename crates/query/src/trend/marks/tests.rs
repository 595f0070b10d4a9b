#![allow(clippy::unwrap_used)]

use super::Marks;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;

#[test]
fn distinct_people_by_interval_and_in_all() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for n_slots in [1, 2, 3, 5, 31, 63, 64, 65, 92, 128, 129, 300] {
        for n_people in [1usize, 7, 64, 100] {
            let (mut marks, mut others) = (Marks::new(n_people, n_slots), Marks::new(n_people, n_slots));
            let mut seen: HashSet<(u32, u32)> = HashSet::new();
            for _ in 0..200 {
                let (person, slot) = (rng.random_range(0..n_people as u32), rng.random_range(0..n_slots as u32));
                if rng.random_bool(0.5) {
                    marks.mark(person, slot)
                } else {
                    others.mark(person, slot)
                }
                seen.insert((person, slot));
            }
            marks.join(&others);
            let counts = marks.count();
            for slot in 0..n_slots as u32 {
                assert_eq!(counts[slot as usize], seen.iter().filter(|one| one.1 == slot).count() as u64, "{n_slots} slots, {n_people} people, slot {slot}");
            }
            assert_eq!(counts[n_slots], seen.iter().map(|one| one.0).collect::<HashSet<u32>>().len() as u64, "{n_slots} slots, {n_people} people");
        }
    }
}
