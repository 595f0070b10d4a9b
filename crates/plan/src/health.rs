//! How well a plan is kept: of each event what speaks against it, a score, and what need not be measured. Everything is worked out from what the caller found.
//!
//! What must stay true: every point that is missing has a reason that is told; what nobody looked up speaks against nothing.

use crate::{Plan, PlannedEvent, Property, Status, Type, is_reserved};
use std::collections::BTreeMap;

/// More events than this that nobody asks about are too many, if they are the greater part.
const MANY_EVENTS: usize = 15;
/// A property that is absent from more than this share of its events.
const MOSTLY_EMPTY: f64 = 0.95;
/// A share of violations below it is noise.
const OFF_PLAN: f64 = 0.01;

/// What was found of an event, with what counts for it under other names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Events of the last days; `None` where nobody looked.
    pub volume: Option<u64>,
    /// Milliseconds UTC; `None`: never.
    pub last_seen: Option<i64>,
    /// How often a rule was broken in these days.
    pub violations: u64,
    /// Where it is asked about.
    pub n_uses: usize,
    pub properties: BTreeMap<String, FoundProperty>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundProperty {
    /// Events of these days that carry it; `None` where nobody looked.
    pub set: Option<u64>,
    /// The types that were seen, as `string`, `number`, `boolean`, `list`.
    pub types: Vec<String>,
    /// How often a value came that is not allowed.
    pub new_values: u64,
    pub n_uses: usize,
}

/// What speaks against an event, a property or a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Against {
    NeverSeen,
    /// Seen before, and not in these days.
    Silent,
    /// Deprecated, and still sent.
    StillSent,
    Unplanned,
    Unused,
    NoObjective,
    NoDescription,
    NoOwner,
    /// Broke a rule.
    OffPlan,
    /// Came with another type, or with several.
    TypeDrift,
    /// Came with values that are not allowed.
    NewValues,
    /// Required, and absent now and then.
    Missing,
    /// Absent nearly always.
    MostlyEmpty,
    /// Of a plan: many events, and most of them asked about nowhere.
    OverMeasured,
    /// Of a plan: events arrive that it does not name.
    UnplannedEvents,
}

impl Against {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NeverSeen => "never_seen",
            Self::Silent => "silent",
            Self::StillSent => "still_sent",
            Self::Unplanned => "unplanned",
            Self::Unused => "unused",
            Self::NoObjective => "no_objective",
            Self::NoDescription => "no_description",
            Self::NoOwner => "no_owner",
            Self::OffPlan => "off_plan",
            Self::TypeDrift => "type_drift",
            Self::NewValues => "new_values",
            Self::Missing => "missing",
            Self::MostlyEmpty => "mostly_empty",
            Self::OverMeasured => "over_measured",
            Self::UnplannedEvents => "unplanned_events",
        }
    }

    /// The points that it takes, and the most that several of its kind take together.
    fn points(self) -> (u32, u32) {
        match self {
            Self::NeverSeen => (40, 40),
            Self::Silent => (30, 30),
            Self::StillSent => (20, 20),
            Self::Unplanned => (40, 40),
            Self::Unused => (25, 25),
            Self::NoObjective | Self::NoDescription => (10, 10),
            Self::NoOwner => (5, 5),
            Self::OffPlan => (15, 15),
            Self::TypeDrift => (10, 20),
            Self::NewValues | Self::Missing => (5, 15),
            Self::MostlyEmpty => (5, 10),
            Self::OverMeasured => (15, 15),
            Self::UnplannedEvents => (2, 20),
        }
    }
}

/// One thing that speaks against something.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    pub against: Against,
    /// The property that it is about.
    pub property: Option<String>,
    /// How many, or which share, where there is one.
    pub figure: Option<f64>,
    /// The points that it took.
    pub points: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EventHealth {
    pub name: String,
    pub planned: bool,
    /// 0 to 100.
    pub score: u32,
    /// What takes most first.
    pub reasons: Vec<Reason>,
    /// Whether nothing would be missed if it were no longer sent.
    pub stop: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlanHealth {
    /// 0 to 100: the mean of the planned events, less what speaks against the plan as a whole. `None` where nothing is planned.
    pub score: Option<u32>,
    pub reasons: Vec<Reason>,
    /// The planned ones and those that arrive, by name.
    pub events: Vec<EventHealth>,
}

/// The health of a plan, given what was found of its events and of others that arrive.
#[must_use]
pub fn health(plan: &Plan, found: &BTreeMap<String, Found>) -> PlanHealth {
    let nothing = Found::default();
    let mut events: Vec<EventHealth> = Vec::new();
    for (name, event) in plan.events.iter().filter(|(_, event)| event.status != Status::Blocked) {
        events.push(planned(plan, name, event, found.get(name).unwrap_or(&nothing)));
    }
    let old: Vec<&String> = plan.events.values().flat_map(|event| &event.replaces).collect();
    let others = found.iter().filter(|(name, one)| {
        !plan.events.contains_key(*name) && !old.contains(name) && !is_reserved(name) && one.volume.is_none_or(|volume| volume > 0) && one.last_seen.is_some()
    });
    for (name, one) in others {
        let mut scored = Scored::default();
        scored.add(Against::Unplanned, None, None);
        if one.n_uses == 0 {
            scored.add(Against::Unused, None, None);
        }
        events.push(scored.event(name, false, one.n_uses == 0));
    }
    events.sort_by(|a, b| a.name.cmp(&b.name));
    let mut whole = Scored::default();
    let n_unplanned = events.iter().filter(|event| !event.planned).count();
    if n_unplanned > 0 {
        let (each, most) = Against::UnplannedEvents.points();
        let points = most.min(each.saturating_mul(u32::try_from(n_unplanned).unwrap_or(u32::MAX)));
        whole.reasons.push(Reason { against: Against::UnplannedEvents, property: None, figure: Some(n_unplanned as f64), points });
    }
    let arriving: Vec<&Found> = events.iter().filter_map(|event| found.get(&event.name)).filter(|one| one.volume.is_some_and(|volume| volume > 0)).collect();
    let n_unused = arriving.iter().filter(|one| one.n_uses == 0).count();
    if arriving.len() > MANY_EVENTS && n_unused * 2 > arriving.len() {
        whole.add(Against::OverMeasured, None, Some(n_unused as f64));
    }
    let scores: Vec<u32> = events.iter().filter(|event| event.planned).map(|event| event.score).collect();
    let mean = (!scores.is_empty()).then(|| scores.iter().sum::<u32>() / u32::try_from(scores.len()).unwrap_or(1));
    let taken: u32 = whole.reasons.iter().map(|reason| reason.points).sum();
    PlanHealth { score: mean.map(|mean| mean.saturating_sub(taken)), reasons: whole.reasons, events }
}

fn planned(plan: &Plan, name: &str, event: &PlannedEvent, found: &Found) -> EventHealth {
    let mut scored = Scored::default();
    let is_expected = event.status != Status::Planned && event.status != Status::Deprecated;
    let arrives = found.volume.is_some_and(|volume| volume > 0);
    if is_expected && found.last_seen.is_none() {
        scored.add(Against::NeverSeen, None, None);
    } else if is_expected && found.volume == Some(0) {
        scored.add(Against::Silent, None, None);
    }
    if event.status == Status::Deprecated && arrives {
        scored.add(Against::StillSent, None, found.volume.map(|volume| volume as f64));
    }
    // What is not sent yet cannot be asked about.
    let is_unused = event.status != Status::Planned && found.n_uses == 0;
    if is_unused {
        scored.add(Against::Unused, None, None);
    }
    if event.objective.is_empty() {
        scored.add(Against::NoObjective, None, None);
    }
    if event.description.is_empty() {
        scored.add(Against::NoDescription, None, None);
    }
    if event.owner.is_empty() {
        scored.add(Against::NoOwner, None, None);
    }
    // What was broken may have been refused, and is then not among what is kept.
    let share = share(found.violations, found.volume.unwrap_or_default().max(found.violations));
    if share >= OFF_PLAN {
        scored.add(Against::OffPlan, None, Some(share));
    }
    for (property, rules) in plan.properties_of(event).filter(|(_, rules)| rules.status != Some(Status::Blocked)) {
        if let Some(seen) = found.properties.get(property) {
            of_property(&mut scored, property, &rules, seen, found.volume);
        }
    }
    let stop = arrives && (event.status == Status::Deprecated || (is_unused && event.objective.is_empty()));
    scored.event(name, true, stop)
}

fn of_property(scored: &mut Scored, name: &str, rules: &Property, seen: &FoundProperty, volume: Option<u64>) {
    let own = || Some(name.to_owned());
    let is_other = rules.kind.and_then(stored_as).is_some_and(|kind| seen.types.iter().any(|one| one != kind));
    if is_other || (seen.types.len() > 1 && rules.kind != Some(Type::Any)) {
        scored.add(Against::TypeDrift, own(), None);
    }
    if seen.new_values > 0 {
        scored.add(Against::NewValues, own(), Some(seen.new_values as f64));
    }
    let (Some(set), Some(volume @ 1..)) = (seen.set, volume) else { return };
    let absent = share(volume.saturating_sub(set), volume);
    if rules.required == Some(true) && absent > 0.0 {
        scored.add(Against::Missing, own(), Some(absent));
    } else if absent > MOSTLY_EMPTY {
        scored.add(Against::MostlyEmpty, own(), Some(absent));
    }
}

/// How the values of a type are found again; `None` where that tells nothing.
fn stored_as(kind: Type) -> Option<&'static str> {
    match kind {
        Type::String | Type::Time => Some("string"),
        Type::Number | Type::Integer => Some("number"),
        Type::Boolean => Some("boolean"),
        Type::List | Type::Object | Type::Any => None,
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[derive(Default)]
struct Scored {
    reasons: Vec<Reason>,
}

impl Scored {
    fn add(&mut self, against: Against, property: Option<String>, figure: Option<f64>) {
        let (each, most) = against.points();
        let taken: u32 = self.reasons.iter().filter(|reason| reason.against == against).map(|reason| reason.points).sum();
        self.reasons.push(Reason { against, property, figure, points: each.min(most.saturating_sub(taken)) });
    }

    fn event(mut self, name: &str, planned: bool, stop: bool) -> EventHealth {
        self.reasons.sort_by(|a, b| b.points.cmp(&a.points).then(a.against.cmp(&b.against)));
        let taken: u32 = self.reasons.iter().map(|reason| reason.points).sum();
        EventHealth { name: name.to_owned(), planned, score: 100_u32.saturating_sub(taken), reasons: self.reasons, stop }
    }
}
