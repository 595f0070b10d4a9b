use super::{PEOPLE_AT_A_TIME, Source, for_each_starter};
use crate::scan::{
    NO_PERSON,
    stream::{Keys, Rows},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sillage_event::PersonId;

type Told = Vec<(PersonId, Vec<Vec<(i64, u32)>>)>;

/// However many people there are, in whichever runs their rows lie, or in none: everybody who did the first pick is told with all their rows in order.
#[test]
fn everybody_who_starts_is_told_with_all_their_rows() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    for _ in 0..200 {
        let n_people = rng.random_range(1..3 * PEOPLE_AT_A_TIME + 2);
        let n_picks = rng.random_range(1..5usize);
        let mut rows = Rows::default();
        for _ in 0..rng.random_range(0..8) {
            let start = rows.time.len();
            let mut own: Vec<(u32, i64)> =
                (0..rng.random_range(0..2 * n_people)).map(|_| (rng.random_range(0..n_people) as u32, rng.random_range(0..20))).collect();
            own.sort_unstable();
            own.extend(std::iter::repeat_n((NO_PERSON, 3), rng.random_range(0..3)));
            let bits = 1u64 << rng.random_range(0..n_picks);
            let differ = rng.random_bool(0.3);
            for (person, time) in own {
                rows.person.push(person);
                rows.time.push(time);
                rows.mask.push(if differ { 1 << rng.random_range(0..n_picks) } else { bits });
            }
            rows.runs.push(start..rows.time.len(), if differ { 0 } else { bits });
        }
        let people: Vec<PersonId> = (0..n_people).map(|id| PersonId(id as u64)).collect();
        let mut expected: Told = Vec::new();
        let mut n_there = 0;
        for (position, id) in people.iter().enumerate() {
            let mut lists = vec![Vec::new(); n_picks];
            for row in (0..rows.time.len()).filter(|row| rows.person[*row] as usize == position) {
                lists[rows.mask[row].trailing_zeros() as usize].push((rows.time[row], row as u32));
            }
            lists.iter_mut().for_each(|list| list.sort_unstable());
            n_there += usize::from(lists.iter().any(|list| !list.is_empty()));
            if !lists[0].is_empty() {
                expected.push((*id, lists));
            }
        }
        let keys = Keys::new(&rows);
        let (mut offsets, mut of_person) = (Vec::new(), Vec::new());
        keys.scatter(&rows.person, &rows.time, n_people, &mut offsets, &mut of_person);
        let in_runs = rows.runs.all().map(Source::of_runs);
        for source in in_runs.into_iter().chain([Source::Keys { keys: &keys, of_person: &of_person, offsets: &offsets }]) {
            let mut told: Told = Vec::new();
            let n = for_each_starter(&rows, &people, n_picks, source, |_, id, lists| told.push((id, lists.iter().map(|list| list.to_vec()).collect())));
            assert_eq!((n, told), (n_there, expected.clone()));
        }
    }
}
