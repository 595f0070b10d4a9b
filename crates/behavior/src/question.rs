//! A question, checked. Reading one from JSON is in `parse`; its meaning is in the kernels.

mod fields;
mod parse;
pub(crate) mod parts;

pub use fields::QuestionError;
pub(crate) use parse::read_friction_weights;

use crate::{
    attribution::Model,
    calendar::Unit,
    cohort::{CohortName, Definition, Definitions},
    expression::LookupColumn,
    filter::{Filter, Of, Test, TimePart},
    formula::Formula,
    friction::{Tier, Weights},
    heatmap::Device,
    recording,
    vital::Rating,
};
use serde_json::Value;
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
        }
    }
}

impl Question {
    /// The question as it is meant at this moment: what its conditions say of the last days, they say of those before it.
    #[must_use]
    pub fn asked_at(&self, now_ms: i64) -> Self {
        let mut asked = self.clone();
        parts::in_question(&mut asked, &mut |part| {
            if let parts::Part::Test(test) = part {
                test.asked_at(now_ms);
            }
        });
        asked
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
            Self::Journey(journey) => match &journey.anchor {
                Some((AnchorAt::Select(select), _)) => vec![select],
                _ => Vec::new(),
            },
            Self::Impact(impact) => vec![&impact.launch, &impact.metric, &impact.population],
            Self::Driver(driver) => vec![&driver.goal, &driver.population],
            Self::Feature(feature) => feature.features.iter().flatten().chain([&feature.population]).collect(),
            Self::Friction(friction) => friction.goal.iter().collect(),
            Self::Heatmap(heatmap) => heatmap.goal.iter().collect(),
            Self::Recordings(recordings) => recordings.sequence.iter().collect(),
            Self::Sessions(_) | Self::Cohort(_) | Self::Vital(_) | Self::Error(_) | Self::Timeline(_) | Self::People(_) => Vec::new(),
        }
    }
}

/// A range as asked, before a time zone and a clock make it instants.
#[derive(Clone, Debug, PartialEq)]
pub enum RangeSpec {
    /// Both days included.
    Days { from: jiff::civil::Date, to: jiff::civil::Date },
    /// Milliseconds, `to` excluded.
    Instants { from: i64, to: i64 },
    /// The current unit included; with `ago`, ending so many units earlier.
    Last { n: i64, unit: Unit, ago: i64 },
    /// From a day to the end of today.
    Since { from: jiff::civil::Date },
    /// From the start of the current unit to the end of today.
    ToDate { unit: Unit },
}

impl RangeSpec {
    /// Where a range without an end ends.
    const NEVER: jiff::civil::Date = jiff::civil::date(9000, 1, 1);

    /// From a day on.
    #[must_use]
    pub fn since(from: jiff::civil::Date) -> Self {
        Self::Days { from, to: Self::NEVER }
    }

    /// The day from which on it goes, if it has no end.
    #[must_use]
    pub fn open_from(&self) -> Option<jiff::civil::Date> {
        match self {
            Self::Days { from, to } if *to == Self::NEVER => Some(*from),
            _ => None,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// Empty means any event.
    pub events: Vec<String>,
    /// Alternatives, each with its own condition; empty when `events` and `filter` say it all.
    pub alternatives: Vec<Selector>,
    pub filter: Option<Filter>,
    pub first_time: bool,
    pub label: Option<String>,
}

impl Selector {
    /// The events that it names, those of its alternatives too.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let own = self.events.iter().map(String::as_str);
        own.chain(self.alternatives.iter().flat_map(Self::names)).collect()
    }

    /// Whether its conditions look at properties of sessions.
    #[must_use]
    pub fn reads_sessions(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::reads_sessions) || self.alternatives.iter().any(Self::reads_sessions)
    }

    #[must_use]
    pub fn label(&self) -> String {
        if let Some(label) = &self.label {
            return label.clone();
        }
        if !self.alternatives.is_empty() {
            return self.alternatives.iter().map(Selector::label).collect::<Vec<_>>().join(" / ");
        }
        if self.events.is_empty() { "*".to_owned() } else { self.events.join(" / ") }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CompareOp {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compare {
    pub op: CompareOp,
    pub value: f64,
}

impl Compare {
    #[must_use]
    pub fn holds(&self, count: f64) -> bool {
        match self.op {
            CompareOp::Eq => count == self.value,
            CompareOp::Ne => count != self.value,
            CompareOp::Gt => count > self.value,
            CompareOp::Gte => count >= self.value,
            CompareOp::Lt => count < self.value,
            CompareOp::Lte => count <= self.value,
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
pub enum Breakdown {
    Property {
        property: String,
        of: Of,
        trim_url: bool,
        /// Of a list, only the elements that pass.
        only: Option<Test>,
    },
    Cohorts(Vec<CohortName>),
    Bucket {
        property: String,
        of: Of,
        edges: Vec<f64>,
    },
    /// So many buckets with about as many events each; the engine finds their edges.
    Quantiles {
        property: String,
        of: Of,
        n: usize,
    },
    /// The first group whose test a value passes.
    Groups {
        property: String,
        of: Of,
        groups: Vec<(String, Test)>,
    },
    Time(TimePart),
}

impl Breakdown {
    /// The property that it reads, if it reads one.
    #[must_use]
    pub fn property(&self) -> Option<(&str, &Of)> {
        match self {
            Self::Property { property, of, .. }
            | Self::Bucket { property, of, .. }
            | Self::Quantiles { property, of, .. }
            | Self::Groups { property, of, .. } => Some((property, of)),
            Self::Cohorts(_) | Self::Time(_) => None,
        }
    }

    pub(crate) fn property_mut(&mut self) -> Option<(&mut String, &Of)> {
        match self {
            Self::Property { property, of, .. }
            | Self::Bucket { property, of, .. }
            | Self::Quantiles { property, of, .. }
            | Self::Groups { property, of, .. } => Some((property, of)),
            Self::Cohorts(_) | Self::Time(_) => None,
        }
    }
}

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
pub enum NodeName {
    Event,
    /// The page of a view: `$current_url` without query.
    Page,
    /// Event name to the property that names its node.
    Properties(BTreeMap<String, (String, bool)>),
}

#[derive(Clone, Debug)]
pub enum Rename {
    Glob { pattern: regex::Regex, to: String },
    Regex { pattern: regex::Regex, to: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    First,
    Last,
    Each,
    Entry,
    Exit,
}

#[derive(Clone, Debug)]
pub enum AnchorAt {
    Select(Selector),
    Node(String),
}

#[derive(Clone, Debug)]
pub struct Journey {
    pub over_person: bool,
    pub node: NodeName,
    pub select: Option<Filter>,
    pub anchor: Option<(AnchorAt, Occurrence)>,
    pub until: Option<String>,
    pub reverse: bool,
    pub depth: usize,
    pub top: usize,
    pub collapse_repeats: bool,
    pub hide: Vec<String>,
    pub rename: Vec<Rename>,
    pub window: Option<Window>,
}

impl Journey {
    /// Events by their names, nothing hidden or renamed.
    #[must_use]
    pub fn of_events() -> Self {
        Self {
            over_person: false,
            node: NodeName::Event,
            select: None,
            anchor: None,
            until: None,
            reverse: false,
            depth: 1,
            top: 1,
            collapse_repeats: false,
            hide: Vec::new(),
            rename: Vec::new(),
            window: None,
        }
    }
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

#[derive(Clone, Debug)]
pub struct Timeline {
    pub person: String,
    pub limit: usize,
    /// Events before this point: time, then the tie rank.
    pub before: Option<(i64, u64)>,
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
    Journey {
        path: Vec<String>,
        exit: bool,
    },
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
