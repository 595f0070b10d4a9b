//! What a trend asks.

use super::{Breakdown, Selector};
use crate::{attribution::Model, calendar::Unit, cohort::Definition, formula::Formula};
use sillage_event::Actor;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aggregate {
    Sum,
    Average,
    Median,
    Min,
    Max,
    Distinct,
    Percentile(f64),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    Total,
    Unique,
    /// People, each only in the segment of their first (last) event of the interval.
    UniqueOnce {
        first: bool,
    },
    Sessions,
    /// People active in the trailing days that end with the interval's last day.
    Active(u32),
    Property {
        aggregate: Aggregate,
        property: String,
    },
    /// `inner` is `None` for the number of events of the person.
    PerPerson {
        inner: Option<(Aggregate, String)>,
        outer: Outer,
    },
    /// Of each session with such an event, in the interval of the first of them.
    PerSession {
        inner: PerSession,
        outer: Outer,
    },
}

/// What becomes of a figure for each person or session.
#[derive(Clone, Debug, PartialEq)]
pub enum Outer {
    Aggregate(Aggregate),
    /// How many have how much: the edges of the bins, chosen if none are given.
    Distribution(Option<Vec<f64>>),
}

/// A figure of a session.
#[derive(Clone, Debug, PartialEq)]
pub enum PerSession {
    /// Events of the series.
    Total,
    /// Events of any name.
    Events,
    /// Seconds from its first event to its last.
    Duration,
    Property(Aggregate, String),
}

impl Measure {
    /// Whether it adds amounts up.
    #[must_use]
    pub fn is_sum(&self) -> bool {
        matches!(self, Self::Property { aggregate: Aggregate::Sum, .. })
    }
}

#[derive(Clone, Debug)]
pub struct Series {
    pub select: Selector,
    pub measure: Measure,
    pub label: Option<String>,
    /// Who is counted, if others than the question says.
    pub actor: Option<Actor>,
    /// The size of a cohort at the end of each interval, in place of events. `select` is not looked at.
    pub people: Option<Definition>,
}

#[derive(Clone, Debug)]
pub struct Trend {
    pub series: Vec<Series>,
    pub formulas: Vec<(String, Formula)>,
    pub interval: Unit,
    pub rolling: Option<usize>,
    pub cumulative: bool,
    pub compare: Option<CompareWith>,
    /// Conversions are given to the touches before them.
    pub attribution: Option<Attribution>,
}

/// Which other range stands beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareWith {
    /// So many periods of the range's own length back.
    Previous(u32),
    /// So many units back.
    Back(i64, Unit),
    /// The same length from a day on.
    From(jiff::civil::Date),
}

#[derive(Clone, Debug)]
pub struct Attribution {
    pub touch: Selector,
    pub by: Breakdown,
    pub model: Model,
    pub lookback_ms: i64,
    /// Of several conversions of a person in an interval, which counts for unique; else the last.
    pub first_conversion: bool,
}
