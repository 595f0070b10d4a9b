//! A question, checked. Reading one from JSON is in `parse`; its meaning is in the kernels.

mod breakdown;
mod cell;
pub(crate) mod fields;
mod funnel;
mod journey;
mod page;
mod parse;
pub(crate) mod parts;
mod range;
mod retention;
mod selector;
mod trend;

pub use breakdown::Breakdown;
pub use cell::{
    Cell, DidOnPage, DriverCell, ErrorCell, ErrorPlace, FeatureUsers, FrictionCell, FunnelCell, HeatmapCell, HeatmapPlace, JourneyCell, Place, TaskCell,
    VitalCell,
};
pub use fields::QuestionError;
pub use funnel::{Attribute, Between, CountBy, Exclusion, Funnel, Order, TimeToConvert, Window};
pub use journey::{AnchorAt, Journey, NodeName, Occurrence, Rename};
pub use page::{Attempts, Error, Friction, FrictionWeights, Heatmap, TaskQuestion, Vital, Zone};
pub(crate) use parse::read_friction_weights;
pub use range::RangeSpec;
pub use retention::{Criterion, FirstTime, Retention};
pub use selector::{Compare, CompareOp, Selector};
pub use trend::{Aggregate, Attribution, CompareWith, Measure, Outer, PerSession, Series, Trend};

use crate::{
    calendar::Unit,
    cohort::{Definition, Definitions},
    expression::LookupColumn,
    filter::Filter,
    page_group::PageMappings,
    recording,
};
use sillage_event::{Actor, PersonId};
use std::collections::BTreeMap;

/// At most this many steps, series or selectors in one question: they share the bits of a mask.
pub const MAX_SELECTORS: usize = 50;

#[derive(Clone, Debug)]
pub struct Question {
    pub kind: Kind,
    pub scope: Scope,
}

/// What all kinds share.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    pub range: Option<RangeSpec>,
    pub timezone: Option<String>,
    pub week_start_sunday: Option<bool>,
    pub session_timeout_ms: Option<i64>,
    pub session_by: SessionBy,
    pub actor: Actor,
    /// Lookup tables that the question brings with it.
    pub lookups: Lookups,
    /// How pages are grouped.
    pub page_mappings: PageMappings,
    pub cohorts: Definitions,
    pub filter: Option<Filter>,
    pub breakdown: Vec<Breakdown>,
    pub top: Option<usize>,
    pub french: bool,
    /// An answer that was given before will not do.
    pub fresh: bool,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Trend(Trend),
    Funnel(Funnel),
    Retention(Retention),
    Frequency(Frequency),
    Lifecycle(Lifecycle),
    Journey(Journey),
    Sessions(Sessions),
    Cohort(Cohort),
    Impact(Impact),
    Driver(Driver),
    Feature(Feature),
    Friction(Friction),
    Heatmap(Heatmap),
    Vital(Vital),
    Error(Error),
    Timeline(Timeline),
    People(Box<People>),
    Recordings(Recordings),
    Task(Box<TaskQuestion>),
    Attempts(Box<Attempts>),
}

impl Kind {
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trend(_) => "trend",
            Self::Funnel(_) => "funnel",
            Self::Retention(_) => "retention",
            Self::Frequency(_) => "frequency",
            Self::Lifecycle(_) => "lifecycle",
            Self::Journey(_) => "journey",
            Self::Sessions(_) => "sessions",
            Self::Cohort(_) => "cohort",
            Self::Impact(_) => "impact",
            Self::Driver(_) => "driver",
            Self::Feature(_) => "feature",
            Self::Friction(_) => "friction",
            Self::Heatmap(_) => "heatmap",
            Self::Vital(_) => "vital",
            Self::Error(_) => "error",
            Self::Timeline(_) => "timeline",
            Self::People(_) => "people",
            Self::Recordings(_) => "recordings",
            Self::Task(_) => "task",
            Self::Attempts(_) => "attempts",
        }
    }
}

impl Question {
    /// Every question about a task in it, itself too.
    pub fn each_task(&mut self, each: &mut dyn FnMut(&mut TaskQuestion)) {
        parts::in_question(self, &mut |part| {
            if let parts::Part::Task(asked) = part {
                each(asked);
            }
        });
    }

    /// The question as it is meant at this moment: what its conditions say of the last days, they say of those before it. Beside it, whether
    /// any of them does.
    #[must_use]
    pub fn asked_at(&self, now_ms: i64) -> (Self, bool) {
        let (mut asked, mut looks_at_the_clock) = (self.clone(), false);
        parts::in_question(&mut asked, &mut |part| {
            if let parts::Part::Test(test) = part {
                looks_at_the_clock |= test.asked_at(now_ms);
            }
        });
        (asked, looks_at_the_clock)
    }
}

impl Kind {
    /// The events that it asks about.
    #[must_use]
    pub fn selectors(&self) -> Vec<&Selector> {
        match self {
            Self::Trend(trend) => trend
                .series
                .iter()
                .filter(|series| series.people.is_none())
                .map(|series| &series.select)
                .chain(trend.attribution.iter().map(|one| &one.touch))
                .collect(),
            Self::Funnel(funnel) => {
                funnel.steps.iter().chain(funnel.exclude.iter().map(|one| &one.select)).chain(funnel.between.iter().map(|one| &one.select)).collect()
            }
            Self::Retention(retention) => vec![&retention.birth, &retention.comeback],
            Self::Frequency(frequency) => vec![&frequency.select],
            Self::Lifecycle(lifecycle) => vec![&lifecycle.select],
            Self::Journey(journey) => {
                let anchor = match &journey.anchor {
                    Some((AnchorAt::Select(select), _)) => Some(select),
                    _ => None,
                };
                anchor.into_iter().chain(&journey.goal).collect()
            }
            Self::Impact(impact) => vec![&impact.launch, &impact.metric, &impact.population],
            Self::Driver(driver) => vec![&driver.goal, &driver.population],
            Self::Feature(feature) => feature.features.iter().flatten().chain([&feature.population]).collect(),
            Self::Friction(friction) => friction.goal.iter().collect(),
            Self::Heatmap(heatmap) => heatmap.goal.iter().collect(),
            Self::Recordings(recordings) => recordings.sequence.iter().collect(),
            Self::Task(one) => one.task.selectors().collect(),
            Self::Attempts(one) => one.of.task.selectors().collect(),
            Self::Sessions(_) | Self::Cohort(_) | Self::Vital(_) | Self::Error(_) | Self::Timeline(_) | Self::People(_) => Vec::new(),
        }
    }
}

/// What makes a session.
#[derive(Clone, Debug, Default)]
pub enum SessionBy {
    /// The client's own, else what follows within the timeout.
    #[default]
    Timeout,
    /// Events that carry the same value of a property; those without one belong to none.
    Property(String),
    /// From an event to the next closing one; what lies outside belongs to none.
    Events { start: Box<Selector>, end: Box<Selector> },
}

/// Tables by name: column, then key.
pub type Lookups = BTreeMap<String, BTreeMap<String, LookupColumn>>;

#[derive(Clone, Debug)]
pub struct Frequency {
    pub select: Selector,
    /// `None` is one period, the whole range.
    pub period: Option<Unit>,
    pub unit: Unit,
    pub at_least: bool,
    pub count: Option<Compare>,
    /// So many units together are one, counted from the beginning of the range.
    pub unit_count: usize,
    /// Adds how long people are away between two times.
    pub gaps: bool,
}

#[derive(Clone, Debug)]
pub struct Lifecycle {
    pub select: Selector,
    pub interval: Unit,
}

#[derive(Clone, Debug)]
pub struct Sessions {
    pub limit: usize,
}

/// The people of a cohort.
#[derive(Clone, Debug)]
pub struct Cohort {
    pub definition: Definition,
    pub limit: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImpactMeasure {
    Total,
    /// Whether somebody did it on a day.
    Unique,
    Sum(String),
}

#[derive(Clone, Debug)]
pub struct Impact {
    pub launch: Selector,
    pub metric: Selector,
    pub measure: ImpactMeasure,
    /// On either side of day zero.
    pub days: usize,
    /// Who is looked at: people with such an event, from the first of them on.
    pub population: Selector,
}

#[derive(Clone, Debug)]
pub struct Driver {
    pub goal: Selector,
    pub population: Selector,
    /// What people did counts so long after their entry; `None` is as long as the range.
    pub window_ms: Option<i64>,
    /// `None` is every event.
    pub events: Option<Vec<String>>,
    /// At least so many times, rising.
    pub times: Vec<u32>,
    pub properties: Vec<Breakdown>,
    /// With fewer people on a side a candidate is not tested.
    pub fewest: u64,
    pub limit: usize,
}

#[derive(Clone, Debug)]
pub struct Feature {
    /// `None` is the most frequent events.
    pub features: Option<Vec<Selector>>,
    pub population: Selector,
    pub unit: Unit,
    pub periods: usize,
    /// The share of people that are power users, at most.
    pub power_share: f64,
    pub fewest: u64,
}

#[derive(Clone, Debug)]
pub struct Timeline {
    /// `None` is everybody; then events are named.
    pub person: Option<String>,
    /// `None` is all of them.
    pub events: Option<Vec<String>>,
    pub limit: usize,
    /// Events before this point: time, then the tie rank.
    pub before: Option<(i64, u64)>,
}

impl Timeline {
    /// Whether events of this name are listed.
    #[must_use]
    pub fn shows(&self, name: &str) -> bool {
        self.events.as_ref().is_none_or(|events| events.iter().any(|one| one == name))
    }
}

/// The people behind one cell of an answer.
#[derive(Clone, Debug)]
pub struct People {
    pub of: Question,
    pub at: Cell,
    pub limit: usize,
    /// Those behind this one, in the order of the list: the page after.
    pub after: Option<PersonId>,
    /// Properties of persons to tell beside each.
    pub properties: Vec<String>,
}

/// Recordings of sessions: those that pass every condition, in an order.
#[derive(Clone, Debug)]
pub struct Recordings {
    /// The session did these in this order.
    pub sequence: Vec<Selector>,
    pub conditions: Vec<recording::Condition>,
    /// Only of the people behind a cell.
    pub behind: Option<Box<People>>,
    pub sort: recording::Sort,
    /// Those after this one.
    pub before: Option<recording::Cursor>,
    pub limit: usize,
    pub marks: recording::Marks,
}

impl Question {
    /// A question inside brings its cohorts along; names are one space.
    fn adopt_cohorts(&mut self) {
        if let Kind::Recordings(Recordings { behind: Some(behind), .. }) = &mut self.kind {
            for (name, definition) in std::mem::take(&mut behind.of.scope.cohorts) {
                self.scope.cohorts.entry(name).or_insert(definition);
            }
        }
    }
}
