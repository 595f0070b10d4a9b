//! Who comes back. One person's births and returns become, for each birth, how often they returned in each period.
//!
//! A birth is never its own return: period 0 counts another, later event. One of the same millisecond counts as later. In a streak the birth stands for period 0.

use crate::question::{Compare, Criterion};

/// A return event: its time, its calendar unit counted like births are, and its amount.
#[derive(Clone, Copy, Debug)]
pub struct Return {
    pub time: i64,
    pub unit: i32,
    /// Position among the person's events, to tell the birth event from another one of the same millisecond.
    pub row: u32,
    pub amount: f64,
}

#[derive(Clone, Copy, Debug)]
pub struct Birth {
    pub time: i64,
    pub unit: i32,
    pub row: u32,
}

/// How periods are told.
#[derive(Clone, Debug)]
pub struct Periods {
    /// `None` for calendar units, else the length of a unit.
    pub rolling_ms: Option<i64>,
    /// First period of each column and where the last one ends: `[0, 1, 8, 38]` for brackets of 1, 7 and 30.
    pub edges: Vec<i64>,
    pub criterion: Criterion,
    pub count: Option<Compare>,
}

/// What became of one birth, column by column.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    counts: Vec<u32>,
    pub returned: Vec<bool>,
    pub amounts: Vec<f64>,
}

impl Periods {
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.edges.len() - 1
    }

    /// Which columns the person counts in, and with what amount.
    pub fn returned(&self, birth: Birth, returns: &[Return], columns: &mut Columns) {
        let n = self.n_columns();
        let Columns { counts, returned, amounts } = columns;
        counts.clear();
        counts.resize(n, 0);
        amounts.clear();
        amounts.resize(n, 0.0);
        for one in returns {
            if one.time < birth.time || one.row == birth.row {
                continue;
            }
            let period = match self.rolling_ms {
                Some(length) => (one.time - birth.time).div_euclid(length),
                None => i64::from(one.unit - birth.unit),
            };
            if period < 0 || period >= self.edges[n] {
                continue;
            }
            let column = self.edges.partition_point(|edge| *edge <= period) - 1;
            counts[column] += 1;
            amounts[column] += one.amount;
        }
        returned.clear();
        returned.extend(counts.iter().map(|n| self.count.map_or(*n > 0, |count| *n > 0 && count.holds(f64::from(*n)))));
        match self.criterion {
            Criterion::On => {}
            Criterion::OnOrAfter => {
                for k in (0..n.saturating_sub(1)).rev() {
                    if returned[k + 1] {
                        returned[k] = true;
                    }
                    amounts[k] += amounts[k + 1];
                }
            }
            Criterion::OnOrBefore => {
                for k in 1..n {
                    if returned[k - 1] {
                        returned[k] = true;
                    }
                    amounts[k] += amounts[k - 1];
                }
            }
            Criterion::Streak => {
                for k in 2..n {
                    if !returned[k - 1] {
                        returned[k] = false;
                    }
                }
            }
        }
    }
}
