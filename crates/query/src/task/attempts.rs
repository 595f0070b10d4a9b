//! Attempts in order of person and start, in the parts in which they were found: there are hundreds of thousands, and putting them into one list would move all.

use rayon::prelude::*;
use sillage_behavior::task::judge::{Attempt, Rule, best_of_people};
use sillage_event::PersonId;
use std::ops::{Index, Range};

/// Each person's stand in one part.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    parts: Vec<Vec<Attempt>>,
    /// The position of the first attempt of each part, and of the end.
    starts: Vec<u32>,
}

impl Attempts {
    /// Of people who come after all others.
    pub(super) fn push(&mut self, part: Vec<Attempt>) {
        if !part.is_empty() {
            self.starts.push(self.len() as u32);
            self.parts.push(part);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.last().map_or(0, |start| *start as usize) + self.parts.last().map_or(0, Vec::len)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Attempt> + Clone {
        self.parts.iter().flatten()
    }

    pub(super) fn get(&self, at: u32) -> Option<&Attempt> {
        let part = self.starts.partition_point(|start| *start <= at).checked_sub(1)?;
        self.parts[part].get((at - self.starts[part]) as usize)
    }

    /// The parts, each with the position of its first.
    pub(super) fn par_parts(&self) -> impl IndexedParallelIterator<Item = (usize, &[Attempt])> {
        self.starts.par_iter().map(|start| *start as usize).zip(self.parts.par_iter().map(Vec::as_slice))
    }

    /// The positions of somebody's.
    pub(super) fn of(&self, person: PersonId) -> Range<u32> {
        let at = self.parts.partition_point(|part| part.last().is_some_and(|last| last.person < person));
        let Some((part, start)) = self.parts.get(at).zip(self.starts.get(at)) else { return 0..0 };
        let own = own_of(part, person);
        start + own.start as u32..start + own.end as u32
    }

    /// The last attempt of somebody that began before a time and ended no longer than so before it.
    pub(super) fn before(&self, person: PersonId, time: i64, within_ms: i64) -> Option<u32> {
        self.of(person).rev().find(|at| {
            let attempt = &self[*at];
            attempt.start <= time && attempt.end_ms() >= time - within_ms
        })
    }

    /// How many people tried, without some.
    pub(super) fn n_people(&self, is_counted: impl Fn(PersonId) -> bool) -> u64 {
        self.parts.iter().flat_map(|part| part.chunk_by(|a, b| a.person == b.person)).filter(|own| is_counted(own[0].person)).count() as u64
    }

    /// The best of each person.
    pub(super) fn best_of_people(mut self, rule: Rule) -> Self {
        let mut best = Self::default();
        for mut part in std::mem::take(&mut self.parts) {
            best_of_people(&mut part, rule);
            best.push(part);
        }
        best
    }
}

/// Letting go of so many takes as long as counting them.
impl Drop for Attempts {
    fn drop(&mut self) {
        std::mem::take(&mut self.parts).into_par_iter().for_each(drop);
    }
}

impl Index<u32> for Attempts {
    type Output = Attempt;

    fn index(&self, at: u32) -> &Attempt {
        let part = self.starts.partition_point(|start| *start <= at) - 1;
        &self.parts[part][(at - self.starts[part]) as usize]
    }
}

/// Where somebody's lie in a part.
pub(super) fn own_of(part: &[Attempt], person: PersonId) -> Range<usize> {
    let start = part.partition_point(|attempt| attempt.person < person);
    start..start + part[start..].iter().take_while(|attempt| attempt.person == person).count()
}
