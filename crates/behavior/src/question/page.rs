//! What the kinds that look at pages ask: friction, heatmap, vital, error.

use super::Selector;
use crate::{calendar::Unit, filter::Filter, friction::Weights, heatmap::Device};

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
