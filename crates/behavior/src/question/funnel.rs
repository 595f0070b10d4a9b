//! What a funnel asks.

use super::{Aggregate, Selector};
use crate::calendar::Unit;
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Ordered,
    Any,
    Strict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountBy {
    Person,
    Total,
    Session,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    First,
    Last,
    /// From 0.
    Step(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Milliseconds(i64),
    Sessions(u32),
}

#[derive(Clone, Debug)]
pub struct Exclusion {
    pub select: Selector,
    /// Steps from 0: the attempt ends when this comes after `after` was reached and before `before` is.
    pub after: usize,
    pub before: usize,
}

#[derive(Clone, Debug)]
pub struct TimeToConvert {
    pub from: usize,
    pub to: usize,
    pub edges: Option<Vec<f64>>,
}

#[derive(Clone, Debug)]
pub struct Funnel {
    pub steps: Vec<Selector>,
    pub order: Order,
    pub window: Window,
    pub count: CountBy,
    pub first_attempt_only: bool,
    pub hold: Vec<String>,
    pub exclude: Vec<Exclusion>,
    /// From 0.
    pub optional: Vec<usize>,
    pub attribute: Attribute,
    pub ties_later: bool,
    pub interval: Option<Unit>,
    pub time_to_convert: Option<TimeToConvert>,
    /// A property whose numbers are added up over the events that serve each step.
    pub sum: Option<String>,
    pub between: Option<Between>,
    /// The segment that others are compared with; else each is compared with the rest.
    pub control: Option<Vec<Value>>,
}

/// What happens strictly between the events of two steps, other than what serves a step.
#[derive(Clone, Debug)]
pub struct Between {
    pub select: Selector,
    /// Steps from 0.
    pub from: usize,
    pub to: usize,
    /// `None` counts events.
    pub measure: Option<(Aggregate, String)>,
    pub edges: Option<Vec<f64>>,
}
