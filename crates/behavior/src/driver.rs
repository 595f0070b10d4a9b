//! Which events and properties go with reaching a goal. An association, not a cause.
//!
//! | word | here |
//! |---|---|
//! | entry | a person's first event of the population in the range |
//! | goal | their first goal event in the range, at or after the entry |
//! | exposure | from the entry until the goal (excluded), until the window after the entry is over (its end included), or until the range ends |
//! | did | at least so many events of a name, or an event with a value, within the exposure |
//!
//! Of `people` n, did d, reached the goal g, and a both: support d / n, rate a / d, lift (a / d) / (g / n), recall a / g,
//! phi = (a·D − b·c) / sqrt(d·(n − d)·g·(n − g)) with b = d − a, c = g − a, D = n − d − c; chi-square = n·phi² with one degree of freedom (Pearson 1900).
//! q-values are p-values after Benjamini and Hochberg (1995) over everything that was tested.

use crate::{Hit, normal};

/// An expected cell smaller than this, and chi-square is not to be trusted (Cochran).
const FEWEST_EXPECTED: f64 = 5.0;

/// When what a person did counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    pub from: i64,
    /// Excluded.
    pub until: i64,
    pub reached: bool,
}

/// The exposure of a person whose hits come in order of time; `None` when they never entered. `end` is where the range ends.
#[must_use]
pub fn exposure(hits: &[Hit], entry_bit: u64, goal_bit: u64, window_ms: Option<i64>, end: i64) -> Option<Exposure> {
    let from = hits.iter().find(|hit| hit.mask & entry_bit != 0)?.time;
    let goal = hits.iter().find(|hit| hit.mask & goal_bit != 0 && hit.time >= from).map(|hit| hit.time);
    let window_end = window_ms.map_or(i64::MAX, |ms| from.saturating_add(ms).saturating_add(1));
    Some(Exposure { from, until: goal.unwrap_or(end).min(window_end).min(end), reached: goal.is_some() })
}

/// How many did something, and how many of them reached the goal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub did: u64,
    pub reached: u64,
}

impl Tally {
    pub fn add(&mut self, reached: bool) {
        self.did += 1;
        self.reached += u64::from(reached);
    }

    pub fn merge(&mut self, other: Self) {
        self.did += other.did;
        self.reached += other.reached;
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Association {
    pub support: f64,
    /// Of those who did it, how many reached the goal.
    pub rate: f64,
    /// Of those who did not.
    pub rate_of_others: Option<f64>,
    pub lift: Option<f64>,
    pub recall: Option<f64>,
    pub phi: Option<f64>,
    pub chi_square: Option<f64>,
    pub p_value: Option<f64>,
    /// Whether both groups have enough people and every cell is expected to.
    pub enough: bool,
}

/// What those who did something (`tally`) are beside everybody (`all`). With fewer than `fewest` on a side it is not tested.
#[must_use]
pub fn association(tally: Tally, all: Tally, fewest: u64) -> Option<Association> {
    if tally.did == 0 {
        return None;
    }
    let (n, d, g, a) = (all.did as f64, tally.did as f64, all.reached as f64, tally.reached as f64);
    let rate = a / d;
    let margins = d * (n - d) * g * (n - g);
    let phi = (margins > 0.0).then(|| (a * (n - d - (g - a)) - (d - a) * (g - a)) / margins.sqrt());
    let least_expected = d.min(n - d) * g.min(n - g) / n;
    let enough = tally.did >= fewest && all.did - tally.did >= fewest && least_expected >= FEWEST_EXPECTED;
    let chi_square = phi.filter(|_| enough).map(|phi| n * phi * phi);
    Some(Association {
        support: d / n,
        rate,
        rate_of_others: (n > d).then(|| (g - a) / (n - d)),
        lift: (g > 0.0).then(|| rate / (g / n)),
        recall: (g > 0.0).then(|| a / g),
        phi,
        chi_square,
        // Chi-square with one degree of freedom is the square of a normal deviate.
        p_value: chi_square.map(|square| 2.0 * normal::upper_tail(square.sqrt())),
        enough,
    })
}

/// The q-value of each p-value, by the step-up rule of Benjamini and Hochberg over those that there are.
#[must_use]
pub fn q_values(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut tested: Vec<(usize, f64)> = p_values.iter().enumerate().filter_map(|(i, p)| Some((i, (*p)?))).collect();
    tested.sort_by(|a, b| a.1.total_cmp(&b.1));
    let n = tested.len() as f64;
    let mut q_values = vec![None; p_values.len()];
    let mut least: f64 = 1.0;
    for (rank, (i, p)) in tested.into_iter().enumerate().rev() {
        least = least.min(p * n / (rank + 1) as f64);
        q_values[i] = Some(least);
    }
    q_values
}
