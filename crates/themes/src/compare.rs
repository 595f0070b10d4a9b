//! Where a theme is more or less common: between segments, and from a period to the next.
//!
//! A share in a segment is set against the share in the rest of those whose segment is known. Differences carry Newcombe's interval; they are called clear where
//! the q-value, after Benjamini and Hochberg over every difference of the report, is below 0.05. No cell shows fewer than [`FEWEST_IN_CELL`] people.

use crate::Answer;
use crate::report::Share;
use serde::Serialize;
use sillage_behavior::driver::q_values;
use sillage_behavior::statistics::{two_proportion_interval, two_proportion_p_value};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const FEWEST_IN_CELL: u64 = 5;
const CLEAR_BELOW: f64 = 0.05;

/// A way of dividing the answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Segment {
    pub name: String,
    pub values: Vec<(String, u64)>,
    /// Values with too few answers to show.
    pub n_small: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    pub name: String,
    pub n: u64,
}

/// A theme within one value of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    pub segment: String,
    pub value: String,
    pub share: Share,
    /// Against the other values.
    pub difference: Change,
}

/// A difference of shares.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    pub difference: f64,
    pub low: f64,
    pub high: f64,
    pub q_value: Option<f64>,
    pub is_clear: bool,
}

/// Those of the answers that say something, divided. Answers are named by their place.
#[derive(Debug)]
pub(crate) struct Divided {
    /// By segment, value.
    segments: BTreeMap<String, BTreeMap<String, BTreeSet<u32>>>,
    periods: BTreeMap<String, BTreeSet<u32>>,
}

/// What was found of one theme.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) cells: Vec<Cell>,
    pub(crate) periods: Vec<Share>,
    pub(crate) change: Option<Change>,
}

impl Divided {
    pub(crate) fn of(answers: &[(u32, &Answer)]) -> Self {
        let mut divided = Self { segments: BTreeMap::new(), periods: BTreeMap::new() };
        for (at, answer) in answers {
            for (name, value) in &answer.segments {
                divided.segments.entry(name.clone()).or_default().entry(value.clone()).or_default().insert(*at);
            }
            if let Some(period) = &answer.period {
                divided.periods.entry(period.clone()).or_default().insert(*at);
            }
        }
        divided
    }

    pub(crate) fn segments(&self) -> Vec<Segment> {
        let described = |(name, values): (&String, &BTreeMap<String, BTreeSet<u32>>)| {
            let (shown, small): (Vec<_>, Vec<_>) =
                values.iter().map(|(value, holders)| (value.clone(), holders.len() as u64)).partition(|(_, n)| *n >= FEWEST_IN_CELL);
            Segment { name: name.clone(), values: shown, n_small: small.len() as u64 }
        };
        self.segments.iter().map(described).collect()
    }

    pub(crate) fn periods(&self) -> Vec<Period> {
        self.periods.iter().map(|(name, holders)| Period { name: name.clone(), n: holders.len() as u64 }).collect()
    }

    /// Of each theme, given by its answers.
    pub(crate) fn compare(&self, themes: &[BTreeSet<u32>]) -> Vec<Compared> {
        let mut compared: Vec<Compared> = themes.iter().map(|theme| self.compare_one(theme)).collect();
        let p_values: Vec<Option<f64>> = compared.iter().flat_map(Compared::changes).map(|change| change.q_value).collect();
        let mut q_values = q_values(&p_values).into_iter();
        for change in compared.iter_mut().flat_map(Compared::changes_mut) {
            change.q_value = q_values.next().flatten();
            change.is_clear = change.q_value.is_some_and(|q| q < CLEAR_BELOW);
        }
        compared
    }

    fn compare_one(&self, theme: &BTreeSet<u32>) -> Compared {
        let count = |holders: &BTreeSet<u32>| (holders.intersection(theme).count() as u64, holders.len() as u64);
        let mut cells = Vec::new();
        for (segment, values) in &self.segments {
            let counts: Vec<(&String, (u64, u64))> = values.iter().map(|(value, holders)| (value, count(holders))).collect();
            let all = counts.iter().fold((0, 0), |sum, (_, (with, n))| (sum.0 + with, sum.1 + n));
            for (value, (with, n)) in counts {
                let rest = (all.0 - with, all.1 - n);
                let is_shown = n >= FEWEST_IN_CELL && rest.1 >= FEWEST_IN_CELL && (with == 0 || with >= FEWEST_IN_CELL);
                if let Some(difference) = change((with, n), rest).filter(|_| is_shown) {
                    cells.push(Cell { segment: segment.clone(), value: value.clone(), share: Share::of(with, n), difference });
                }
            }
        }
        let counts: Vec<(u64, u64)> = self.periods.values().map(count).collect();
        let last = counts.last_chunk::<2>().and_then(|[before, now]| change(*now, *before));
        Compared { cells, periods: counts.into_iter().map(|(with, n)| Share::of(with, n)).collect(), change: last }
    }
}

impl Compared {
    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.cells.iter().map(|cell| &cell.difference).chain(&self.change)
    }

    fn changes_mut(&mut self) -> impl Iterator<Item = &mut Change> {
        self.cells.iter_mut().map(|cell| &mut cell.difference).chain(&mut self.change)
    }
}

/// With its p-value, which becomes a q-value when all are known.
fn change((with, n): (u64, u64), (with_before, n_before): (u64, u64)) -> Option<Change> {
    let (low, high) = two_proportion_interval(with, n, with_before, n_before)?;
    let difference = with as f64 / n as f64 - with_before as f64 / n_before as f64;
    Some(Change { difference, low, high, q_value: two_proportion_p_value(with, n, with_before, n_before), is_clear: false })
}
