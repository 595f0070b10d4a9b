//! Everybody's rows as a list for each pick, for kernels that go from pick to pick.
//!
//! The rows of one event of one segment stand by person. Going through them person after person touches as many places of memory as there are runs for
//! each person, and waits for most of them. So some people are taken at a time: what a run holds of them is read in one go, and put by person while it
//! is still at hand.

use super::{
    stream::{Keys, Rows},
    walk::Run,
};
use sillage_event::PersonId;

/// So many people are taken at a time: what they did fits the processor's own memory.
const PEOPLE_AT_A_TIME: usize = 128;

/// Where the rows of people come from.
pub(super) enum Source<'r> {
    /// Runs that are in order of people already, and how far each was read.
    Runs(Vec<(u32, Run)>),
    /// Keys of rows by person, and where each person's begin.
    Keys { keys: &'r Keys, of_person: &'r [u64], offsets: &'r [u32] },
}

impl Source<'_> {
    pub(super) fn of_runs(runs: &[Run]) -> Self {
        Self::Runs(runs.iter().map(|run| (run.rows.start, run.clone())).collect())
    }

    /// Adds what the people at some positions did; calls must follow each other without a gap.
    fn read(&mut self, rows: &Rows<'_>, from: usize, to: usize, block: &mut Block) {
        match self {
            Self::Runs(runs) => {
                for (at, run) in runs {
                    let own = &rows.person[*at as usize..run.rows.end as usize];
                    // Those of nobody come last, as the highest number.
                    let length = own.iter().position(|person| *person as usize >= to).unwrap_or(own.len());
                    let (start, end) = (*at, *at + length as u32);
                    let read = own[..length].iter().zip(&rows.time[start as usize..end as usize]).zip(start..end);
                    if run.bits == 0 {
                        for ((person, time), row) in read {
                            block.found[rows.mask[row as usize].trailing_zeros() as usize].push((person - from as u32, *time, row));
                        }
                    } else {
                        block.found[run.bits.trailing_zeros() as usize].extend(read.map(|((person, time), row)| (person - from as u32, *time, row)));
                    }
                    *at = end;
                }
            }
            Self::Keys { keys, of_person, offsets } => {
                for position in from..to {
                    for key in &of_person[offsets[position] as usize..offsets[position + 1] as usize] {
                        let (row, time) = keys.row_and_time(*key);
                        block.found[rows.mask[row as usize].trailing_zeros() as usize].push(((position - from) as u32, time, row));
                    }
                }
            }
        }
    }
}

/// What some people did, by pick.
struct Block {
    /// Person in the block, time, row: in order of rows.
    found: Vec<Vec<(u32, i64, u32)>>,
    /// Time and row: by person, then time, then row.
    events: Vec<Vec<(i64, u32)>>,
    /// Where each person's begin.
    starts: Vec<Vec<u32>>,
    /// Of each person, while one pick is put in order: the time of the last row, and whether one came before an earlier one.
    latest: Vec<(i64, bool)>,
}

impl Block {
    fn new(n_picks: usize) -> Self {
        Self { found: vec![Vec::new(); n_picks], events: vec![Vec::new(); n_picks], starts: vec![Vec::new(); n_picks], latest: Vec::new() }
    }

    fn put_in_order(&mut self, n_people: usize) {
        for ((found, events), starts) in self.found.iter_mut().zip(&mut self.events).zip(&mut self.starts) {
            starts.clear();
            starts.resize(n_people + 2, 0);
            found.iter().for_each(|(person, ..)| starts[*person as usize + 2] += 1);
            (2..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
            events.resize(found.len(), (0, 0));
            self.latest.clear();
            self.latest.resize(n_people, (i64::MIN, false));
            for (person, time, row) in found.drain(..) {
                let slot = &mut starts[person as usize + 1];
                events[*slot as usize] = (time, row);
                *slot += 1;
                let (latest, is_mixed) = &mut self.latest[person as usize];
                *is_mixed |= time < *latest;
                *latest = time;
            }
            starts.pop();
            // Segments come in order of time, so most lists do. Rows rise already.
            for (own, _) in starts.windows(2).zip(&self.latest).filter(|(_, (_, is_mixed))| *is_mixed) {
                events[own[0] as usize..own[1] as usize].sort_unstable();
            }
        }
    }
}

/// Calls with everybody who has a row of the first pick, with their rows as a list for each pick: (time, row) in order. Each row counts for one pick.
/// Returns how many people have any row.
pub(super) fn for_each_starter<'c>(
    rows: &Rows<'c>,
    people: &[PersonId],
    n_picks: usize,
    mut source: Source<'_>,
    mut each: impl FnMut(&Rows<'c>, PersonId, &[&[(i64, u32)]]),
) -> usize {
    let mut block = Block::new(n_picks);
    let mut n_people = 0;
    for (taken, people) in people.chunks(PEOPLE_AT_A_TIME).enumerate() {
        let from = taken * PEOPLE_AT_A_TIME;
        source.read(rows, from, from + people.len(), &mut block);
        block.put_in_order(people.len());
        let mut lists: Vec<&[(i64, u32)]> = Vec::with_capacity(n_picks);
        for (at, person) in people.iter().enumerate() {
            lists.clear();
            lists.extend(block.events.iter().zip(&block.starts).map(|(events, starts)| &events[starts[at] as usize..starts[at + 1] as usize]));
            n_people += usize::from(lists.iter().any(|list| !list.is_empty()));
            if !lists[0].is_empty() {
                each(rows, *person, &lists);
            }
        }
    }
    n_people
}

#[cfg(test)]
mod tests;
