//! What stands before a range, so that a rolling mean begins with as many intervals as it has later.

use super::{Lines, Meaning, line::Line};
use crate::group::GroupKey;
use sillage_behavior::{formula::Formula, statistics};
use std::collections::HashMap;

/// The values of the intervals before a range, by series and segment.
#[derive(Debug, Default)]
pub(super) struct Before {
    n: usize,
    values: HashMap<(usize, GroupKey), Vec<Option<f64>>>,
    /// Of a segment that was not met then.
    empty: Vec<Vec<Option<f64>>>,
}

impl Before {
    pub(super) fn new(lines: &Lines, meanings: &[Meaning], n: usize) -> Self {
        let values = lines.iter().map(|((series, key), line)| ((*series, key.clone()), line.values(&meanings[*series], n, false).0)).collect();
        let empty = meanings.iter().map(|meaning| Line::default().values(meaning, n, false).0).collect();
        Self { n, values, empty }
    }

    pub(super) fn of_series(&self, series: usize, key: &GroupKey) -> Vec<Option<f64>> {
        match self.empty.get(series) {
            None => Vec::new(),
            Some(empty) => self.values.get(&(series, key.clone())).unwrap_or(empty).clone(),
        }
    }

    pub(super) fn of_formula(&self, formula: &Formula, key: &GroupKey) -> Vec<Option<f64>> {
        let at = |slot: usize| formula.evaluate(&|series| self.values.get(&(series, key.clone())).and_then(|values| values[slot]).unwrap_or(0.0));
        (0..self.n).map(at).collect()
    }
}

/// The mean of each value and those before it, so many together; intervals without a value are left out.
pub(super) fn rolling_mean(mut before: Vec<Option<f64>>, points: Vec<Option<f64>>, window: usize) -> Vec<Option<f64>> {
    let n_before = before.len();
    before.extend(points);
    (n_before..before.len())
        .map(|i| {
            let seen: Vec<f64> = before[(i + 1).saturating_sub(window)..=i].iter().flatten().copied().collect();
            statistics::mean(&seen)
        })
        .collect()
}
