//! Alerts: when an interval of a metric is worth telling of.
//!
//! | condition | holds for an interval that is over when |
//! |---|---|
//! | above, below | its value is beyond a bound |
//! | rises, falls | it differs from the interval before, or from the same one a week earlier, by so much |
//! | unusual | it lies outside the band that its own past makes likely ([`baseline`]) |
//!
//! What explains the move is [`explain`]'s. Not here: asking, and telling anybody.

mod baseline;
mod explain;
#[cfg(test)]
mod tests;

pub use baseline::Band;
pub use explain::{Measured, Part, Reason, Whole, explain};

use crate::{
    calendar::{Unit, Zone},
    metric::{Metric, Point, instant},
};
use baseline::Baseline;

/// What an alert watches for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watch {
    pub condition: Condition,
    /// An interval of fewer is not judged: of what a share or a mean is taken, or of what is counted.
    pub least: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    Above(f64),
    Below(f64),
    Moves {
        way: Way,
        by: f64,
        /// `by` is a share of what it is compared with.
        is_share: bool,
        against: Against,
    },
    Unusual {
        sensitivity: Sensitivity,
        /// Either way, unless said.
        way: Option<Way>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Up,
    Down,
}

/// What an interval is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The interval before.
    Before,
    /// The same hour or day a week earlier.
    LastWeek,
}

/// How far out of its band an interval must lie, in robust standard deviations. 3.5 is what Iglewicz and Hoaglin (1993) advise for outliers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    Low,
    Medium,
    High,
}

impl Sensitivity {
    fn deviations(self) -> f64 {
        match self {
            Self::Low => 5.0,
            Self::Medium => 3.5,
            Self::High => 2.5,
        }
    }
}

/// What an alert says of an interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    pub fires: bool,
    /// What it was compared with: another interval, or what was to be expected.
    pub reference: Option<f64>,
    pub band: Option<Band>,
    /// Why it was not judged.
    pub unjudged: Option<Unjudged>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// Something that is still to come can change it.
    NotOver,
    NoValue,
    /// It has fewer than the alert wants.
    TooFew,
    /// There is no past that it could be compared with.
    NoPast,
}

impl Unjudged {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotOver => "not_over",
            Self::NoValue => "no_value",
            Self::TooFew => "too_few",
            Self::NoPast => "no_past",
        }
    }
}

impl Watch {
    /// How many intervals before one it takes to judge it.
    #[must_use]
    pub fn intervals_before(&self, unit: Unit) -> usize {
        match self.condition {
            Condition::Above(_) | Condition::Below(_) => 1,
            Condition::Moves { against: Against::Before, .. } => 1,
            Condition::Moves { against: Against::LastWeek, .. } => Baseline::season(unit) + 1,
            Condition::Unusual { .. } => Baseline::past(unit),
        }
    }

    /// Whether a metric of this interval can be watched so; if not, why.
    pub fn fits(&self, unit: Unit) -> Result<(), &'static str> {
        match self.condition {
            Condition::Moves { against: Against::LastWeek, .. } if !matches!(unit, Unit::Hour | Unit::Day) => {
                Err("only hours and days have the same one a week earlier; compare with `before`")
            }
            _ => Ok(()),
        }
    }

    /// What is to be said of the points from a place on, each judged by those before it.
    #[must_use]
    pub fn judge(&self, metric: &Metric, zone: &Zone, points: &[Point], from: usize) -> Vec<Verdict> {
        let baseline = matches!(self.condition, Condition::Unusual { .. }).then(|| Baseline::new(metric, zone, points));
        (from..points.len()).map(|at| self.judge_one(metric, zone, points, at, baseline.as_ref())).collect()
    }

    fn judge_one(&self, metric: &Metric, zone: &Zone, points: &[Point], at: usize, baseline: Option<&Baseline<'_>>) -> Verdict {
        let point = &points[at];
        let band = match (self.condition, baseline) {
            (Condition::Unusual { sensitivity, .. }, Some(baseline)) => baseline.band(at, sensitivity.deviations()),
            _ => None,
        };
        let reference = match self.condition {
            Condition::Above(bound) | Condition::Below(bound) => Some(bound),
            Condition::Moves { against: Against::Before, .. } => at.checked_sub(1).and_then(|before| points[before].value),
            Condition::Moves { against: Against::LastWeek, .. } => a_week_before(zone, points, at),
            Condition::Unusual { .. } => band.map(|band| band.expected),
        };
        let unjudged = |why| Verdict { fires: false, reference, band, unjudged: Some(why) };
        if !point.is_over {
            return unjudged(Unjudged::NotOver);
        }
        let Some(value) = point.value else { return unjudged(Unjudged::NoValue) };
        let Some(compared) = reference else { return unjudged(Unjudged::NoPast) };
        let is_few = match point.n {
            Some(n) => n < self.least,
            None => metric.is_count() && value.max(if self.is_bound() { 0.0 } else { compared }) < self.least as f64,
        };
        if is_few {
            return unjudged(Unjudged::TooFew);
        }
        let fires = match self.condition {
            Condition::Above(bound) => value > bound,
            Condition::Below(bound) => value < bound,
            Condition::Moves { way, by, is_share, .. } => {
                let moved = if way == Way::Up { value - compared } else { compared - value };
                moved > 0.0 && moved >= if is_share { by * compared.abs() } else { by }
            }
            Condition::Unusual { way, .. } => {
                band.is_some_and(|band| (value > band.high && way != Some(Way::Down)) || (value < band.low && way != Some(Way::Up)))
            }
        };
        Verdict { fires, reference, band, unjudged: None }
    }

    fn is_bound(&self) -> bool {
        matches!(self.condition, Condition::Above(_) | Condition::Below(_))
    }
}

/// Clocks are changed between: seven days are counted, not hours.
fn a_week_before(zone: &Zone, points: &[Point], at: usize) -> Option<f64> {
    let wanted = zone.shift(instant(&points[at].start)?, Unit::Day, -7);
    points[..at].iter().rev().find(|point| instant(&point.start) == Some(wanted)).and_then(|point| point.value)
}
