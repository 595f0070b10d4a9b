//! Partial answers added up while others are still made: two neighbours become one, then two of those, and so on.
//!
//! What is added to what is always the same, so that no sum depends on which thread was faster; and little waits at any time.

use crate::memory::{Held, Holding};
use parking_lot::Mutex;
use sillage_behavior::AskError;
use std::collections::HashMap;

/// From there on it is measured what a sum holds; below, it counts as what its parts hold.
const MEASURED_BYTES: usize = 8 << 20;

/// How often neighbours were added up, and the position among those of the same number.
type Place = (u32, usize);

pub(super) struct Gather<'g, P, F> {
    holding: &'g Holding<'g>,
    merge: F,
    n_levels: u32,
    /// What waits for its neighbour, with the bytes that it is counted for.
    waiting: Mutex<HashMap<Place, (P, usize)>>,
}

impl<'g, P: Held, F: Fn(P, P) -> P> Gather<'g, P, F> {
    /// Of `2^n_levels` parts.
    pub(super) fn new(holding: &'g Holding<'g>, n_levels: u32, merge: F) -> Self {
        Self { holding, merge, n_levels, waiting: Mutex::default() }
    }

    /// Takes in the part of a position, and adds up what it completes.
    pub(super) fn add(&self, position: usize, part: P) -> Result<(), AskError> {
        let mut bytes = part.held();
        self.holding.take(bytes)?;
        let (mut sum, mut at) = (part, position);
        for level in 0..self.n_levels {
            let mut waiting = self.waiting.lock();
            let Some((neighbour, its_bytes)) = waiting.remove(&(level, at ^ 1)) else {
                waiting.insert((level, at), (sum, bytes));
                return Ok(());
            };
            drop(waiting);
            sum = if at & 1 == 0 { (self.merge)(sum, neighbour) } else { (self.merge)(neighbour, sum) };
            let counted = bytes + its_bytes;
            // What both have in common is held once; and a list that grew may hold more than what is in it.
            bytes = if counted < MEASURED_BYTES { counted } else { sum.held() };
            self.holding.give_back(counted.saturating_sub(bytes));
            self.holding.take(bytes.saturating_sub(counted))?;
            at /= 2;
        }
        self.waiting.lock().insert((self.n_levels, 0), (sum, bytes));
        Ok(())
    }

    /// Everything added up, once all parts were given.
    pub(super) fn into_sum(self) -> Option<P> {
        self.waiting.into_inner().remove(&(self.n_levels, 0)).map(|(sum, _)| sum)
    }
}

#[cfg(test)]
mod tests;
