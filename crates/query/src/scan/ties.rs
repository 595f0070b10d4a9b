//! Which of two events of one person and millisecond came first, where they lie in different segments.
//!
//! Inside a segment the column `tie` says it. Segments that overlap in time know nothing of each other, so there rows carry what ranks are made of, and
//! are ranked here exactly as merging the segments would rank them: no answer may change when they are merged.

use super::{NO_PERSON, Rows, failed};
use crate::memory::held;
use arrow_array::{Array, Int64Array, RecordBatch, cast::AsArray};
use sillage_behavior::AskError;
use sillage_store::{Segment, column};

/// Columns that are read beside `tie`.
pub(super) const COLUMNS: [&str; 2] = [column::SEQ, column::RECEIVED_AT];

/// The client's sequence number, receipt, and the segment, a row each; empty where segments do not overlap.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    /// Whose rows are being added.
    pub(super) segment: u64,
    order: Vec<(i64, i64, u64)>,
}

held! {
    Sent { order }
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

impl Sent {
    pub(super) fn clear(&mut self) {
        self.order.clear();
    }

    /// Takes in the chosen rows of a batch; all rows when none are named.
    pub(super) fn add(&mut self, batch: &RecordBatch, chosen: Option<&[u32]>) -> Result<(), AskError> {
        let [seq, received_at] = COLUMNS.map(|name| batch.column_by_name(name).map(AsArray::as_primitive));
        let (Some(seq), Some(received_at)): (Option<&Int64Array>, Option<&Int64Array>) = (seq, received_at) else {
            return Err(failed("columns of the order of events were not read"));
        };
        let segment = self.segment;
        let of_row = |row: usize| (if seq.is_null(row) { i64::MIN } else { seq.value(row) }, received_at.value(row), segment);
        match chosen {
            None => self.order.extend((0..batch.num_rows()).map(of_row)),
            Some(chosen) => self.order.extend(chosen.iter().map(|row| of_row(*row as usize))),
        }
        Ok(())
    }

    pub(super) fn copy(&mut self, from: &Self, rows: &[u32]) {
        if !from.order.is_empty() {
            self.order.extend(rows.iter().map(|row| from.order[*row as usize]));
        }
    }
}

impl Rows<'_> {
    /// Ranks rows of one person and millisecond anew, where more than one segment may have some.
    pub(super) fn rank_ties(&mut self, disputed: &[(i64, i64)]) {
        if disputed.is_empty() || self.tie.is_empty() {
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
            moment.sort_unstable_by_key(|(_, _, row)| (self.sent.order[*row as usize], self.tie[*row as usize], *row));
            moment.iter().zip(0..).for_each(|((_, _, row), rank)| self.tie[*row as usize] = rank);
        }
    }
}

#[cfg(test)]
mod tests;
