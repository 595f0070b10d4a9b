//! The first rows of everybody, from a first row of their own on: what a path of some steps is made of, without putting everything in order.

use super::{NO_PERSON, stream::Rows};
use sillage_behavior::Hit;

/// More rows for each person than this are not kept one by one.
pub(crate) const MOST_FIRST: usize = 16;

/// Each person's first rows, in order of time, tie and position.
#[derive(Debug)]
pub(crate) struct Firsts {
    keys: Keys,
    most: usize,
    /// So many for each person; unused ones are the largest.
    of_person: Vec<u64>,
    pub(crate) n_people: usize,
}

const UNUSED: u64 = u64::MAX;

impl Firsts {
    /// At most `most` rows of each person, among those that count, from the first one that starts on. `None` where rows cannot be ordered as numbers.
    pub(crate) fn new(rows: &Rows<'_>, n_people: usize, most: usize, counts: impl Fn(usize) -> bool, starts: Option<&dyn Fn(usize) -> bool>) -> Option<Self> {
        let keys = Keys::new(rows)?;
        let mut first = vec![if starts.is_some() { UNUSED } else { 0 }; n_people];
        if let Some(starts) = starts {
            for (row, person) in rows.person.iter().enumerate() {
                if *person != NO_PERSON && starts(row) && counts(row) {
                    let first = &mut first[*person as usize];
                    *first = (*first).min(keys.key(rows, row));
                }
            }
        }
        let mut of_person = vec![UNUSED; n_people * most];
        let mut is_there = vec![false; n_people];
        for (row, person) in rows.person.iter().enumerate() {
            let Some(first) = first.get(*person as usize) else { continue };
            is_there[*person as usize] = true;
            let key = keys.key(rows, row);
            let own = &mut of_person[*person as usize * most..][..most];
            if key < *first || key >= own[most - 1] || !counts(row) {
                continue;
            }
            let mut at = most - 1;
            while at > 0 && own[at - 1] > key {
                own[at] = own[at - 1];
                at -= 1;
            }
            own[at] = key;
        }
        Some(Self { keys, most, of_person, n_people: is_there.into_iter().filter(|is_there| *is_there).count() })
    }

    /// The first rows of one person.
    pub(crate) fn hits_of(&self, rows: &Rows<'_>, position: usize, hits: &mut Vec<Hit>) {
        hits.clear();
        let own = self.of_person[position * self.most..][..self.most].iter().take_while(|key| **key != UNUSED);
        hits.extend(own.map(|key| {
            let row = self.keys.row(*key);
            Hit { time: rows.time[row as usize], mask: rows.mask[row as usize], row }
        }));
    }
}

/// Time, tie and position as one number.
#[derive(Debug)]
struct Keys {
    earliest: i64,
    tie_bits: u32,
    row_bits: u32,
}

impl Keys {
    fn new(rows: &Rows<'_>) -> Option<Self> {
        let bits = |number: u64| u64::BITS - number.leading_zeros();
        let earliest = rows.time.iter().copied().min()?;
        let latest = rows.time.iter().copied().max()?;
        let tie_bits = bits(u64::from(rows.tie.iter().copied().max().unwrap_or(0)));
        let row_bits = bits(rows.len() as u64);
        // One bit less than there are, so that no key is the largest number.
        (bits(latest.wrapping_sub(earliest) as u64) + tie_bits + row_bits < u64::BITS).then_some(Self { earliest, tie_bits, row_bits })
    }

    #[inline]
    fn key(&self, rows: &Rows<'_>, row: usize) -> u64 {
        let since = rows.time[row].wrapping_sub(self.earliest) as u64;
        let tie = rows.tie.get(row).map_or(0, |tie| u64::from(*tie));
        (((since << self.tie_bits) | tie) << self.row_bits) | row as u64
    }

    fn row(&self, key: u64) -> u32 {
        (key & ((1 << self.row_bits) - 1)) as u32
    }
}

#[cfg(test)]
mod tests;
