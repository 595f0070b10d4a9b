//! What the kinds that look at pages ask: friction, heatmap, vital, error, task, attempts.

use super::{CompareWith, Selector, TaskCell};
use crate::{
    calendar::Unit,
    filter::Filter,
    friction::Weights,
    heatmap::Device,
    task::{Sort, Task},
};
use serde_json::Value;

/// How much people struggled, where, and what came of it.
#[derive(Clone, Debug)]
pub struct Friction {
    pub interval: Unit,
    /// What sessions with and without friction are compared by.
    pub goal: Option<Selector>,
    /// `None` until the project's own are known; without those, the defaults.
    pub weights: Option<FrictionWeights>,
    /// The property that names a release.
    pub release: String,
    /// Pages, and elements, that are listed.
    pub limit: usize,
}

/// A page as it was seen and used.
#[derive(Clone, Debug)]
pub struct Heatmap {
    /// Which page views: a condition on the events of their summaries.
    pub pages: Filter,
    pub device: Option<Device>,
    pub goal: Option<Selector>,
    pub zones: Vec<Zone>,
    /// Elements that are listed.
    pub limit: usize,
}

/// How fast pages were.
#[derive(Clone, Debug)]
pub struct Vital {
    pub interval: Unit,
    /// Pages, and elements, that are listed.
    pub limit: usize,
}

/// Errors that nothing caught, and requests that failed.
#[derive(Clone, Debug)]
pub struct Error {
    pub interval: Unit,
    /// The property that names a release.
    pub release: String,
    /// Errors, and requests, that are listed.
    pub limit: usize,
}

/// The scorecard of a task.
#[derive(Clone, Debug)]
pub struct TaskQuestion {
    pub task: Task,
    /// Of each person only the best attempt counts.
    pub by_person: bool,
    pub interval: Unit,
    pub compare: Option<CompareWith>,
    /// As those of [`Friction`].
    pub weights: Option<FrictionWeights>,
    /// How many points the question of satisfaction has that its survey asks; of the linked survey, five where that is not known.
    pub csat_points: Option<u32>,
    /// The property that names a release.
    pub release: String,
    /// Pages, elements, findings and quotes that are listed; of a question for attempts, attempts.
    pub limit: usize,
}

/// Attempts behind a figure of a scorecard.
#[derive(Clone, Debug)]
pub struct Attempts {
    pub of: TaskQuestion,
    pub at: TaskCell,
    /// The values of a segment; none is the overall line.
    pub breakdown: Vec<Value>,
    pub sort: Sort,
    pub recorded: bool,
    pub skip: usize,
}

/// Elements that are looked at as one.
#[derive(Clone, Debug)]
pub struct Zone {
    pub name: String,
    /// With what is inside of them.
    pub selectors: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct FrictionWeights {
    /// Of the project's settings; `None` where the question brought them itself.
    pub version: Option<u32>,
    pub weights: Weights,
}
