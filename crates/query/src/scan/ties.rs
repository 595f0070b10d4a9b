//! Which of two events of one person and millisecond came first, where they lie in different segments.
//!
//! Inside a segment the column `tie` says it. Segments that overlap in time know nothing of each other, so there the client's sequence number is read
//! too, and rows that have one are ranked as merging the segments would rank them. Without one, their order is that of `tie`, as before.

use super::{NO_PERSON, Rows, failed};
use crate::memory::Held;
use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray};
use sillage_behavior::AskError;
use sillage_store::{Segment, column};

/// What a row without a sequence number is ranked as.
const NO_SEQUENCE: i64 = i64::MIN;

/// The client's sequence number of every row; empty where no row has one.
#[derive(Debug, Default)]
pub(crate) struct Sequence(Vec<i64>);

impl Held for Sequence {
    fn held(&self) -> usize {
        self.0.held()
    }
}

/// Times, both ends included, in which more than one segment may have events; in order, apart from each other.
pub(super) fn disputed(segments: &[&dyn Segment]) -> Vec<(i64, i64)> {
    let mut ranges: Vec<(i64, i64)> = segments.iter().filter_map(|segment| segment.time_range()).collect();
    ranges.sort_unstable();
    let mut disputed: Vec<(i64, i64)> = Vec::new();
    let mut latest = i64::MIN;
    for (from, to) in ranges {
        let both = (from, to.min(latest));
        match disputed.last_mut() {
            _ if both.1 < both.0 => {}
            Some(last) if last.1 >= both.0 => last.1 = last.1.max(both.1),
            _ => disputed.push(both),
        }
        latest = latest.max(to);
    }
    disputed
}

impl Sequence {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes in the chosen rows of a batch, all rows when none are named, behind so many others.
    pub(super) fn add(&mut self, batch: &RecordBatch, chosen: Option<&[u32]>, n_before: usize) -> Result<(), AskError> {
        let Some(sequence) = batch.column_by_name(column::SEQ).map(AsArray::as_primitive) else {
            return Err(failed("column seq was not read"));
        };
        let sequence: &Int64Array = sequence;
        if sequence.null_count() == sequence.len() && self.0.is_empty() {
            return Ok(());
        }
        self.0.resize(n_before, NO_SEQUENCE);
        let of_row = |row: usize| if sequence.is_null(row) { NO_SEQUENCE } else { sequence.value(row) };
        match chosen {
            None => self.0.extend((0..batch.num_rows()).map(of_row)),
            Some(chosen) => self.0.extend(chosen.iter().map(|row| of_row(*row as usize))),
        }
        Ok(())
    }

    pub(super) fn copy(&mut self, from: &Self, rows: &[u32], n_before: usize) {
        if !from.0.is_empty() || !self.0.is_empty() {
            self.0.resize(n_before, NO_SEQUENCE);
            self.0.extend(rows.iter().map(|row| from.0.get(*row as usize).copied().unwrap_or(NO_SEQUENCE)));
        }
    }
}

impl Rows<'_> {
    /// Ranks rows of one person and millisecond anew, where more than one segment may have some and clients number what they send.
    pub(super) fn rank_ties(&mut self, disputed: &[(i64, i64)]) {
        if self.sequence.0.is_empty() {
            return;
        }
        let is_disputed = |time: i64| {
            let next = disputed.partition_point(|(from, _)| *from <= time);
            next > 0 && time <= disputed[next - 1].1
        };
        let in_dispute = |(row, (person, time)): (usize, (&u32, &i64))| (*person != NO_PERSON && is_disputed(*time)).then_some((*person, *time, row as u32));
        let mut moments: Vec<(u32, i64, u32)> = self.person.iter().zip(&self.time).enumerate().filter_map(in_dispute).collect();
        moments.sort_unstable();
        for moment in moments.chunk_by_mut(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|moment| moment.len() > 1) {
            moment.sort_unstable_by_key(|(_, _, row)| (self.sequence.0[*row as usize], self.tie[*row as usize], *row));
            moment.iter().zip(0..).for_each(|((_, _, row), rank)| self.tie[*row as usize] = rank);
        }
    }
}

#[cfg(test)]
mod tests;
