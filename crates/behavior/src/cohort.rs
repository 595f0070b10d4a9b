//! Who belongs to a cohort: its definition, what decides about one person, and in which order cohorts that name each other are found.
//!
//! | part | holds for somebody who |
//! |---|---|
//! | `did` | did the event: the number of times (or days, or a measure of a property) compares as asked; nobody's sum is 0, nobody's average is nothing and compares with nothing |
//! | `sequence` | did the steps one after the other, all of them in `within`, from first to last in `window` at most |
//! | `property` | has a profile whose latest value passes |
//! | `cohort` | belongs to another cohort, or does not |
//! | `people` | is listed |
//! | `of`, `at` | is behind that cell of that question's answer |
//!
//! `not` is everybody who is known, by an event or a profile, and not inside. Membership is as of now: relative ranges end with the present.

use crate::{
    Hit,
    filter::{Filter, Test},
    funnel::{Finder, NOT_REACHED, Rules},
    question::{Aggregate, Breakdown, Compare, CountBy, Kind, Order, People, Question, QuestionError, RangeSpec, Selector, SessionBy, Window},
    statistics,
};
use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

/// A tree of conditions about a person.
#[derive(Clone, Debug)]
pub enum Definition {
    All(Vec<Definition>),
    Any(Vec<Definition>),
    Not(Box<Definition>),
    Did(Did),
    Sequence(Sequence),
    Property {
        property: String,
        test: Test,
    },
    Cohort {
        name: CohortName,
        inside: bool,
    },
    /// A list of ids as they were sent.
    People(Arc<[String]>),
    Behind(Box<People>),
}

/// Cohorts by the name that filters, breakdowns and other cohorts call them by.
pub type Definitions = BTreeMap<String, Definition>;

/// A cohort as a question names it, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CohortName {
    pub name: String,
    /// The field that names it, dotted.
    pub field: String,
}

#[derive(Clone, Debug)]
pub struct Did {
    pub select: Selector,
    pub measure: DidMeasure,
    pub holds: Compare,
    /// `None` is the whole history.
    pub within: Option<RangeSpec>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum DidMeasure {
    Total,
    /// Distinct days of the question's time zone.
    Days,
    Property(Aggregate, String),
}

#[derive(Clone, Debug)]
pub struct Sequence {
    pub steps: Vec<Selector>,
    /// Milliseconds from the first step to the last; `None` is any time.
    pub window_ms: Option<i64>,
    pub within: Option<RangeSpec>,
}

impl Did {
    /// Whether so many events, days or values pass. `values` are those of the measured property, of any order.
    #[must_use]
    pub fn holds_for(&self, amount: Amount<'_>) -> bool {
        let value = match (&self.measure, amount) {
            (_, Amount::Count(n)) => Some(n as f64),
            (DidMeasure::Property(aggregate, _), Amount::Numbers(numbers)) => statistics::aggregate(*aggregate, numbers),
            (_, Amount::Numbers(numbers)) => Some(numbers.len() as f64),
        };
        value.is_some_and(|value| self.holds.holds(value))
    }

    /// Whether it holds for somebody who never did it.
    #[must_use]
    pub fn holds_for_nothing(&self) -> bool {
        match self.measure {
            DidMeasure::Total | DidMeasure::Days | DidMeasure::Property(Aggregate::Distinct, _) => self.holds_for(Amount::Count(0)),
            DidMeasure::Property(..) => self.holds_for(Amount::Numbers(&mut [])),
        }
    }
}

/// What one person did of one condition.
#[derive(Debug)]
pub enum Amount<'a> {
    /// Events, distinct days or distinct values.
    Count(usize),
    Numbers(&'a mut [f64]),
}

impl Sequence {
    /// Finds out person by person; bit `i` of a hit's mask is step `i`.
    #[must_use]
    pub fn finder(&self) -> Finder {
        Finder::new(Rules {
            n_steps: self.steps.len(),
            order: Order::Ordered,
            window: Window::Milliseconds(self.window_ms.unwrap_or(i64::MAX / 4)),
            count: CountBy::Person,
            first_attempt_only: false,
            ties_later: false,
            exclusions: Vec::new(),
            optional: vec![false; self.steps.len()],
        })
    }

    /// Whether a person's hits, in order of time, hold the steps.
    pub fn holds_for(&self, finder: &mut Finder, hits: &[Hit]) -> bool {
        let mut done = false;
        finder.attempts(hits, &[], (i64::MIN, i64::MAX), &mut |steps| done |= steps.iter().all(|step| *step != NOT_REACHED));
        done
    }
}

impl Definition {
    /// Every leaf of the tree, in order.
    pub fn leaves<'a>(&'a self, into: &mut Vec<&'a Definition>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.leaves(into)),
            Self::Not(part) => part.leaves(into),
            _ => into.push(self),
        }
    }

    /// What the whole says when each leaf, by its position, says what `leaf` tells.
    pub fn holds(&self, leaf: &mut dyn FnMut(usize) -> bool) -> bool {
        self.holds_from(&mut 0, leaf)
    }

    fn holds_from(&self, next: &mut usize, leaf: &mut dyn FnMut(usize) -> bool) -> bool {
        // Every part is walked, so that leaves keep their numbers.
        match self {
            Self::All(parts) => parts.iter().fold(true, |all, part| part.holds_from(next, leaf) & all),
            Self::Any(parts) => parts.iter().fold(false, |any, part| part.holds_from(next, leaf) | any),
            Self::Not(part) => !part.holds_from(next, leaf),
            _ => {
                *next += 1;
                leaf(*next - 1)
            }
        }
    }

    /// The events that its own conditions name.
    pub fn selectors<'a>(&'a self, into: &mut Vec<&'a Selector>) {
        let mut leaves = Vec::new();
        self.leaves(&mut leaves);
        for leaf in leaves {
            match leaf {
                Self::Did(did) => into.push(&did.select),
                Self::Sequence(sequence) => into.extend(&sequence.steps),
                _ => {}
            }
        }
    }

    /// The cohorts that it names, also those inside conditions and questions.
    pub fn uses<'a>(&'a self, into: &mut Vec<&'a CohortName>) {
        let mut leaves = Vec::new();
        self.leaves(&mut leaves);
        for leaf in leaves {
            match leaf {
                Self::Cohort { name, .. } => into.push(name),
                Self::Did(did) => of_selector(&did.select, into),
                Self::Sequence(sequence) => sequence.steps.iter().for_each(|step| of_selector(step, into)),
                Self::Behind(people) => people.of.cohort_names(into),
                Self::All(_) | Self::Any(_) | Self::Not(_) | Self::Property { .. } | Self::People(_) => {}
            }
        }
    }
}

fn of_selector<'a>(select: &'a Selector, into: &mut Vec<&'a CohortName>) {
    select.filter.iter().for_each(|filter| of_filter(filter, into));
    select.alternatives.iter().for_each(|one| of_selector(one, into));
}

fn of_filter<'a>(filter: &'a Filter, into: &mut Vec<&'a CohortName>) {
    let mut leaves = Vec::new();
    filter.leaves(&mut leaves);
    for leaf in leaves {
        match leaf {
            Filter::Cohort { name, .. } => into.push(name),
            Filter::Did { select, .. } => of_selector(select, into),
            _ => {}
        }
    }
}

fn of_breakdown<'a>(parts: &'a [Breakdown], into: &mut Vec<&'a CohortName>) {
    for part in parts {
        if let Breakdown::Cohorts(names) = part {
            into.extend(names);
        }
    }
}

impl Question {
    /// The cohorts that its filters and breakdowns name.
    pub fn cohort_names<'a>(&'a self, into: &mut Vec<&'a CohortName>) {
        self.scope.filter.iter().for_each(|filter| of_filter(filter, into));
        of_breakdown(&self.scope.breakdown, into);
        if let SessionBy::Events { start, end } = &self.scope.session_by {
            [start, end].into_iter().for_each(|select| of_selector(select, into));
        }
        self.kind.selectors().into_iter().for_each(|select| of_selector(select, into));
        match &self.kind {
            Kind::Journey(journey) => journey.select.iter().for_each(|filter| of_filter(filter, into)),
            Kind::Cohort(cohort) => cohort.definition.uses(into),
            Kind::Trend(trend) => {
                trend.attribution.iter().for_each(|one| of_breakdown(std::slice::from_ref(&one.by), into));
                trend.series.iter().filter_map(|series| series.people.as_ref()).for_each(|people| people.uses(into));
            }
            Kind::Task(one) => one.task.filter.iter().for_each(|filter| of_filter(filter, into)),
            Kind::Attempts(one) => one.of.task.filter.iter().for_each(|filter| of_filter(filter, into)),
            Kind::Driver(driver) => of_breakdown(&driver.properties, into),
            Kind::Heatmap(heatmap) => of_filter(&heatmap.pages, into),
            Kind::People(people) => people.of.cohort_names(into),
            Kind::Recordings(recordings) => recordings.behind.iter().for_each(|behind| behind.of.cohort_names(into)),
            _ => {}
        }
    }

    /// The cohorts that it brings along. Those of a question about people are the inner question's.
    pub fn cohorts_mut(&mut self) -> &mut Definitions {
        match &mut self.kind {
            Kind::People(people) => &mut people.of.scope.cohorts,
            _ => &mut self.scope.cohorts,
        }
    }

    /// Names that neither the question nor a cohort that it needs defines: saved cohorts, or mistakes.
    #[must_use]
    pub fn undefined_cohorts(&self) -> Vec<String> {
        let cohorts = match &self.kind {
            Kind::People(people) => &people.of.scope.cohorts,
            _ => &self.scope.cohorts,
        };
        let mut waiting = Vec::new();
        self.cohort_names(&mut waiting);
        let mut seen: HashSet<&str> = HashSet::new();
        let mut undefined = Vec::new();
        while let Some(one) = waiting.pop() {
            if !seen.insert(&one.name) {
                continue;
            }
            match cohorts.get(&one.name) {
                Some(definition) => definition.uses(&mut waiting),
                None => undefined.push(one.name.clone()),
            }
        }
        undefined
    }
}

/// The cohorts that some names need, each after those that it is made of.
pub fn in_order<'a>(definitions: &'a Definitions, names: &[&'a CohortName]) -> Result<Vec<&'a str>, QuestionError> {
    let mut order = Vec::new();
    let mut path = Vec::new();
    for name in names {
        visit(definitions, name, &mut path, &mut order)?;
    }
    Ok(order)
}

fn visit<'a>(definitions: &'a Definitions, name: &'a CohortName, path: &mut Vec<&'a str>, order: &mut Vec<&'a str>) -> Result<(), QuestionError> {
    if order.contains(&name.name.as_str()) {
        return Ok(());
    }
    let Some((key, definition)) = definitions.get_key_value(&name.name) else {
        let message = format!("there is no cohort \"{}\": save one under this name, or define it in \"cohorts\" beside the question", name.name);
        return Err(QuestionError { code: "unknown_cohort", field: name.field.clone(), message });
    };
    if let Some(start) = path.iter().position(|one| one == key) {
        let round: Vec<&str> = path[start..].iter().copied().chain([key.as_str()]).collect();
        let message = format!("a cohort cannot be made of itself: {}", round.join(" → "));
        return Err(QuestionError { code: "cohort_cycle", field: name.field.clone(), message });
    }
    path.push(key);
    let mut uses = Vec::new();
    definition.uses(&mut uses);
    for one in uses {
        visit(definitions, one, path, order)?;
    }
    path.pop();
    order.push(key);
    Ok(())
}
