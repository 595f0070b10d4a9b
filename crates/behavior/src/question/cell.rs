//! A place in an answer, whose people are asked for.

use crate::{friction::Tier, vital::Rating};
use serde_json::Value;

/// Where in an answer. Times are instants in milliseconds.
#[derive(Clone, Debug)]
pub struct Cell {
    pub breakdown: Vec<Value>,
    /// What `top` leaves over.
    pub other: bool,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub enum Place {
    /// `between`: whose figure lies there, the upper end excluded. `compared`: in the range that the question compares with.
    Trend {
        series: usize,
        time: Option<i64>,
        between: Option<(f64, f64)>,
        compared: bool,
    },
    Funnel(FunnelCell),
    /// Without a cohort all of them together; of a period those whose time for it is over, as in the average.
    Retention {
        cohort: Option<i64>,
        period: Option<usize>,
    },
    /// `gap`: who is away for so many units, in place of `n`.
    Frequency {
        n: usize,
        period: Option<i64>,
        gap: Option<usize>,
    },
    Lifecycle {
        interval: i64,
        status: crate::lifecycle::Status,
    },
    Journey(JourneyCell),
    Sessions,
    Cohort,
    Impact {
        adopters: bool,
    },
    Driver(DriverCell),
    Feature {
        position: Option<usize>,
        users: FeatureUsers,
    },
    Friction(FrictionCell),
    Heatmap(HeatmapCell),
    Vital(VitalCell),
    Error(ErrorCell),
}

/// Who reached a step, or was lost before it. With `seconds` or `between` those of an attempt whose time to convert, or whose
/// figure of what came between two steps, lies there; the upper end is excluded.
#[derive(Clone, Copy, Debug)]
pub struct FunnelCell {
    /// From 0.
    pub step: usize,
    pub interval: Option<i64>,
    pub dropped: bool,
    pub seconds: Option<(f64, f64)>,
    pub between: Option<(f64, f64)>,
}

/// A candidate, or everybody.
#[derive(Clone, Debug, Default)]
pub struct DriverCell {
    /// A name, and at least how many times.
    pub event: Option<(String, u32)>,
    /// A position among the question's properties, and a value.
    pub property: Option<(usize, Value)>,
    /// Only those who reached the goal, or did not.
    pub reached: Option<bool>,
}

/// Page views that have a vital.
#[derive(Clone, Debug)]
pub struct VitalCell {
    /// Its position in [`crate::vital::VITALS`].
    pub vital: usize,
    pub rating: Option<Rating>,
    pub interval: Option<i64>,
    pub page: Option<String>,
    pub selector: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ErrorCell {
    pub place: ErrorPlace,
    pub interval: Option<i64>,
    pub page: Option<String>,
}

#[derive(Clone, Debug)]
pub enum ErrorPlace {
    Error(String),
    Request { method: String, url: String, status: i64 },
    All { is_requests: bool },
}

/// Page views in which something was done to an element, a zone, or anything.
#[derive(Clone, Debug)]
pub struct HeatmapCell {
    pub place: HeatmapPlace,
    pub did: DidOnPage,
    /// Scrolled at least so far, in thousandths.
    pub depth: Option<u32>,
}

#[derive(Clone, Debug)]
pub enum HeatmapPlace {
    Page,
    Element(String),
    Zone(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DidOnPage {
    Viewed,
    Exposed,
    Clicked,
    Hovered,
    Rage,
    Dead,
    Converted,
}

/// Page views, or sessions, that fit everything that is said.
#[derive(Clone, Debug, Default)]
pub struct FrictionCell {
    pub interval: Option<i64>,
    pub tier: Option<Tier>,
    pub factor: Option<usize>,
    pub of_sessions: bool,
    pub page: Option<String>,
    pub selector: Option<String>,
    pub with_friction: Option<bool>,
    pub reached: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureUsers {
    All,
    Power,
    Others,
}

/// Whose paths.
#[derive(Clone, Debug)]
pub enum JourneyCell {
    /// Those that begin so; with `exit`, those that end there.
    Path { path: Vec<String>, exit: bool },
    /// Those whose session saw a node; with `exit`, ended there.
    Node { node: String, exit: bool },
    /// Those who went from a node to another and back; with `exit`, and ended there.
    Loop { node: String, through: String, exit: bool },
}
