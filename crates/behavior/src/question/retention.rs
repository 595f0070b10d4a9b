//! What retention asks.

use super::{Aggregate, Compare, Selector};
use crate::calendar::Unit;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstTime {
    No,
    Ever,
    InRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criterion {
    On,
    OnOrAfter,
    OnOrBefore,
    Streak,
}

#[derive(Clone, Debug)]
pub struct Retention {
    pub birth: Selector,
    pub comeback: Selector,
    pub first_time: FirstTime,
    pub unit: Unit,
    pub periods: usize,
    pub rolling: bool,
    pub criterion: Criterion,
    pub brackets: Option<Vec<usize>>,
    /// `None` counts people.
    pub amount: Option<(Aggregate, String)>,
    pub return_count: Option<Compare>,
    pub weighted_average: bool,
}
