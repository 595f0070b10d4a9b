//! Rows put person after person by walking through them, where they lie in runs that are in order already.
//!
//! The rows of one event of one segment stand by person, then time; so do the last events of people's hours. A few such runs are walked side by
//! side, a person at a time: nothing is sorted, and nothing is copied but what the person did. Many runs, or rows of people whom a link moved
//! to another place, are scattered instead (see [`super::stream`]).

use super::NO_PERSON;
use std::ops::Range;

/// Rows by person, then time. Those of nobody come last.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) rows: Range<u32>,
    /// The mask of every row; 0 where they differ.
    pub(crate) bits: u64,
}

/// The runs that all rows lie in, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Runs {
    list: Vec<Run>,
    is_broken: bool,
}

impl Runs {
    pub(crate) fn push(&mut self, rows: Range<usize>, bits: u64) {
        if !rows.is_empty() {
            self.list.push(Run { rows: rows.start as u32..rows.end as u32, bits });
        }
    }

    /// Some rows lie in no run.
    pub(crate) fn break_up(&mut self) {
        self.is_broken = true;
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.is_broken = false;
    }

    /// The runs, if every row lies in one.
    pub(crate) fn all(&self) -> Option<&[Run]> {
        (!self.is_broken).then_some(self.list.as_slice())
    }

    /// The runs, if walking through them is less work than scattering the rows: every run costs a look for every person.
    pub(crate) fn to_walk(&self, n_rows: usize, n_people: usize) -> Option<&[Run]> {
        self.all().filter(|runs| runs.len() <= 4 || runs.len() * n_people <= 8 * n_rows)
    }
}

/// A place in every run.
#[derive(Debug)]
pub(crate) struct Walker<'r> {
    person: &'r [u32],
    cursors: Vec<Cursor>,
}

#[derive(Debug)]
struct Cursor {
    at: u32,
    end: u32,
    /// Whose row is at the place; nobody's at the end.
    next: u32,
}

impl<'r> Walker<'r> {
    pub(crate) fn new(person: &'r [u32], runs: &[Run]) -> Self {
        let cursor = |run: &Run| Cursor { at: run.rows.start, end: run.rows.end, next: person[run.rows.start as usize] };
        Self { person, cursors: runs.iter().map(cursor).collect() }
    }

    /// Walks over the rows of somebody; positions must rise from call to call. Tells each stretch, in order of rows.
    #[inline]
    pub(crate) fn take(&mut self, position: u32, mut stretch: impl FnMut(Range<u32>)) {
        for cursor in &mut self.cursors {
            if cursor.next != position {
                continue;
            }
            let start = cursor.at;
            let own = &self.person[start as usize..cursor.end as usize];
            // People have few rows each, so the end is near.
            let length = own.iter().position(|person| *person != position).unwrap_or(own.len());
            cursor.at = start + length as u32;
            cursor.next = own.get(length).copied().unwrap_or(NO_PERSON);
            stretch(start..cursor.at);
        }
    }
}

#[cfg(test)]
mod tests;
