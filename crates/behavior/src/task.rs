//! Tasks: what a team wants done, the attempts at it, and how they went (px.md 6).
//!
//! | word | here |
//! |---|---|
//! | attempt | from a start to the first completion, abandonment, or the end of the window ([`walk`]) |
//! | item | what an attempt consists of: a page, seen twice in a row once, or an event that is a step |
//! | adherence | the longest sequence of mandatory steps that was done in order, of all mandatory steps ([`align`]) |
//! | detour | an item that is no step of that sequence |
//! | slow | completed, in more active time than the rule allows ([`judge`]) |
//! | outcome | what an attempt came to, as it is told to pages ([`outcome`]) |
//! | class | failed before slow before off path before as planned, the first that holds |
//!
//! What must stay true: the classes add up to all attempts; what is as planned by its own definition is exactly what no other class takes.

pub mod align;
pub mod findings;
pub mod judge;
pub mod outcome;
pub mod walk;

use crate::{
    calendar::Zone,
    filter::Filter,
    question::{Selector, Window},
    statistics::percentile,
};
use jiff::civil::Date;

/// A project has no more than so many.
pub const MOST_TASKS: usize = 50;
pub const MOST_STEPS: usize = 25;
/// An attempt ends within this, whatever the task says.
pub const MOST_WINDOW_MS: i64 = 90 * 86_400_000;
/// Views of pages, as clients name them.
pub const PAGE_EVENTS: [&str; 3] = ["$pageview", "$screen", "$mp_web_page_view"];

/// What surveys are for, by the names that definitions use.
pub const LINKS: [&str; 7] = ["ease", "effort", "exit", "off_path", "nps", "csat", "churn"];
pub const NPS: usize = 4;
pub const CSAT: usize = 5;
pub const CHURN: usize = 6;

/// A definition, checked. Reading one from JSON is in `question::parse::task`.
#[derive(Clone, Debug)]
pub struct Task {
    pub start: Selector,
    pub completion: Selector,
    pub abandon: Option<Selector>,
    pub steps: Vec<Step>,
    /// One session, or a length of time.
    pub window: Window,
    pub target_ms: Option<i64>,
    pub slow: Slow,
    pub detour_tolerance: u32,
    pub filter: Option<Filter>,
    /// The property that names pages.
    pub page: String,
    /// Ids, in the order of [`LINKS`].
    pub surveys: [Option<String>; LINKS.len()],
    pub churned: Option<Selector>,
    /// Milliseconds UTC.
    pub active_from: Option<i64>,
    pub fixes: Vec<Fix>,
}

#[derive(Clone, Debug)]
pub struct Step {
    pub id: String,
    pub label: String,
    pub select: Selector,
    pub optional: bool,
    pub repeatable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slow {
    /// Longer than so many times the third quartile.
    P75 { times: f64 },
    /// Longer than the target.
    Target,
    /// So many percent.
    Slowest { percent: f64 },
}

/// Something that was found, and how far it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fix {
    pub page: Option<String>,
    pub selector: Option<String>,
    /// A factor of friction.
    pub signal: Option<usize>,
    pub label: Option<String>,
    /// `None` while it is to be done.
    pub fixed: Option<Fixed>,
    pub release: Option<String>,
}

/// When something was fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixed {
    /// Milliseconds UTC.
    At(i64),
    /// From the beginning of a day on, in the zone of the question.
    On(Date),
}

impl Fixed {
    /// Milliseconds UTC.
    #[must_use]
    pub fn since(self, zone: &Zone) -> i64 {
        match self {
            Self::At(ms) => ms,
            Self::On(date) => zone.start_of(date),
        }
    }
}

impl Task {
    #[must_use]
    pub fn path(&self) -> align::Path {
        let bits = |is: fn(&Step) -> bool| self.steps.iter().enumerate().filter(|(_, step)| is(step)).fold(0, |bits, (i, _)| bits | 1 << i);
        align::Path { n_steps: self.steps.len(), mandatory: bits(|step| !step.optional), repeatable: bits(|step| step.repeatable) }
    }

    /// `None` is the session in which it began.
    #[must_use]
    pub fn window_ms(&self) -> Option<i64> {
        match self.window {
            Window::Milliseconds(ms) => Some(ms),
            Window::Sessions(_) => None,
        }
    }

    /// From more active time than this on a completed attempt is slow; in milliseconds, of the times of all completed ones. Changes their order.
    #[must_use]
    pub fn slow_from(&self, completed_ms: &mut [f64]) -> Option<f64> {
        match self.slow {
            Slow::P75 { times } => percentile(completed_ms, 75.0).map(|ms| ms * times),
            Slow::Target => self.target_ms.map(|ms| ms as f64),
            Slow::Slowest { percent } => percentile(completed_ms, 100.0 - percent),
        }
    }

    /// The events that it asks about.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let steps = self.steps.iter().map(|step| &step.select);
        [&self.start, &self.completion].into_iter().chain(&self.abandon).chain(steps).chain(&self.churned)
    }

    pub fn selectors_mut(&mut self) -> impl Iterator<Item = &mut Selector> {
        let steps = self.steps.iter_mut().map(|step| &mut step.select);
        [&mut self.start, &mut self.completion].into_iter().chain(&mut self.abandon).chain(steps).chain(&mut self.churned)
    }
}

/// What comes first in a list of attempts; among equals the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Latest,
    Shortest,
    Longest,
    /// Those that ended where most of them did.
    ExitPage,
    Score,
    RageClicks,
    RarePage,
    Rating,
}

pub const SORTS: [(&str, Sort); 8] = [
    ("latest", Sort::Latest),
    ("shortest", Sort::Shortest),
    ("longest", Sort::Longest),
    ("exit_page", Sort::ExitPage),
    ("score", Sort::Score),
    ("rage_clicks", Sort::RageClicks),
    ("rare_page", Sort::RarePage),
    ("rating", Sort::Rating),
];

#[cfg(test)]
mod tests;
