//! Properties under a name of the project's own: a formula, asked about as if clients sent them.
//!
//! A question that names one is rewritten before it is answered. A custom property is made of properties that clients send, never of other custom ones;
//! where both have a name the custom one is meant.

use crate::{
    cohort::{Definition, DidMeasure},
    filter::{Filter, Of},
    question::{AnchorAt, Attribution, ImpactMeasure, Kind, Measure, NodeName, PerSession, Question, Selector, SessionBy},
};
use std::collections::BTreeMap;

/// Whose property it is, and its formula with the mark before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomProperty {
    pub of: Of,
    pub formula: String,
}

/// By name.
pub type CustomProperties = BTreeMap<String, CustomProperty>;

/// Calls with every property that is named, and whose it is.
type Each<'a> = &'a mut dyn FnMut(&Of, &mut String);

impl Question {
    /// Puts formulas in place of the names of custom properties.
    pub fn expand_custom_properties(&mut self, custom: &CustomProperties) {
        if !custom.is_empty() {
            in_question(self, &mut |of, name| {
                if let Some(found) = custom.get(name.as_str()).filter(|one| one.of == *plain(of)) {
                    name.clone_from(&found.formula);
                }
            });
        }
    }

    /// Whether it names this custom property anywhere.
    #[must_use]
    pub fn names_property(&self, name: &str) -> bool {
        self.property_names().iter().any(|one| one == name)
    }

    /// Every property that it names.
    #[must_use]
    pub fn property_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        in_question(&mut self.clone(), &mut |_, name| names.push(name.clone()));
        names
    }
}

impl Definition {
    #[must_use]
    pub fn property_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        in_definition(&mut self.clone(), &mut |_, name| names.push(name.clone()));
        names
    }

    /// Puts formulas in place of the names of custom properties.
    pub fn expand_custom_properties(&mut self, custom: &CustomProperties) {
        in_definition(self, &mut |of, name| {
            if let Some(found) = custom.get(name.as_str()).filter(|one| one.of == *plain(of)) {
                name.clone_from(&found.formula);
            }
        });
    }
}

/// A person's property is the same one at whatever time.
fn plain(of: &Of) -> &Of {
    if *of == Of::PersonAtEvent { &Of::Person } else { of }
}

fn in_question(question: &mut Question, each: Each<'_>) {
    question.scope.filter.iter_mut().for_each(|filter| in_filter(filter, each));
    question.scope.cohorts.values_mut().for_each(|definition| in_definition(definition, each));
    match &mut question.scope.session_by {
        SessionBy::Timeout => {}
        SessionBy::Property(name) => each(&Of::Event, name),
        SessionBy::Events { start, end } => [start, end].into_iter().for_each(|select| in_selector(select, each)),
    }
    for part in &mut question.scope.breakdown {
        if let Some((name, of)) = part.property_mut() {
            each(of, name);
        }
    }
    match &mut question.kind {
        Kind::Trend(trend) => {
            for series in &mut trend.series {
                series.people.iter_mut().for_each(|people| in_definition(people, each));
                in_selector(&mut series.select, each);
                let of = if series.people.is_some() { Of::Person } else { Of::Event };
                in_measure(&mut series.measure, &of, each);
            }
            if let Some(Attribution { touch, by, .. }) = &mut trend.attribution {
                in_selector(touch, each);
                if let Some((name, of)) = by.property_mut() {
                    each(of, name);
                }
            }
        }
        Kind::Funnel(funnel) => {
            funnel.steps.iter_mut().for_each(|step| in_selector(step, each));
            funnel.exclude.iter_mut().for_each(|one| in_selector(&mut one.select, each));
            funnel.hold.iter_mut().chain(&mut funnel.sum).for_each(|name| each(&Of::Event, name));
            if let Some(between) = &mut funnel.between {
                in_selector(&mut between.select, each);
                between.measure.iter_mut().for_each(|(_, name)| each(&Of::Event, name));
            }
        }
        Kind::Retention(retention) => {
            [&mut retention.birth, &mut retention.comeback].into_iter().for_each(|select| in_selector(select, each));
            retention.amount.iter_mut().for_each(|(_, name)| each(&Of::Event, name));
        }
        Kind::Frequency(frequency) => in_selector(&mut frequency.select, each),
        Kind::Lifecycle(lifecycle) => in_selector(&mut lifecycle.select, each),
        Kind::Journey(journey) => {
            journey.select.iter_mut().for_each(|filter| in_filter(filter, each));
            if let Some((AnchorAt::Select(select), _)) = &mut journey.anchor {
                in_selector(select, each);
            }
            if let NodeName::Properties(rules) = &mut journey.node {
                rules.values_mut().for_each(|(name, _)| each(&Of::Event, name));
            }
        }
        Kind::Cohort(cohort) => in_definition(&mut cohort.definition, each),
        Kind::Impact(impact) => {
            [&mut impact.launch, &mut impact.metric, &mut impact.population].into_iter().for_each(|select| in_selector(select, each));
            if let ImpactMeasure::Sum(name) = &mut impact.measure {
                each(&Of::Event, name);
            }
        }
        Kind::Driver(driver) => {
            [&mut driver.goal, &mut driver.population].into_iter().for_each(|select| in_selector(select, each));
            driver.properties.iter_mut().filter_map(|part| part.property_mut()).for_each(|(name, of)| each(of, name));
        }
        Kind::Feature(feature) => feature.features.iter_mut().flatten().chain([&mut feature.population]).for_each(|select| in_selector(select, each)),
        Kind::People(people) => in_question(&mut people.of, each),
        Kind::Friction(friction) => {
            friction.goal.iter_mut().for_each(|select| in_selector(select, each));
            each(&Of::Event, &mut friction.release);
        }
        Kind::Heatmap(heatmap) => {
            in_filter(&mut heatmap.pages, each);
            heatmap.goal.iter_mut().for_each(|select| in_selector(select, each));
        }
        Kind::Error(error) => each(&Of::Event, &mut error.release),
        Kind::Recordings(recordings) => {
            recordings.sequence.iter_mut().for_each(|step| in_selector(step, each));
            recordings.behind.iter_mut().for_each(|behind| in_question(&mut behind.of, each));
        }
        Kind::Sessions(_) | Kind::Timeline(_) | Kind::Vital(_) => {}
    }
}

fn in_measure(measure: &mut Measure, of: &Of, each: Each<'_>) {
    match measure {
        Measure::Property { property, .. } | Measure::PerPerson { inner: Some((_, property)), .. } => each(of, property),
        Measure::PerSession { inner: PerSession::Property(_, property), .. } => each(of, property),
        _ => {}
    }
}

fn in_selector(select: &mut Selector, each: Each<'_>) {
    select.filter.iter_mut().for_each(|filter| in_filter(filter, each));
    select.alternatives.iter_mut().for_each(|one| in_selector(one, each));
}

fn in_filter(filter: &mut Filter, each: Each<'_>) {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter_mut().for_each(|part| in_filter(part, each)),
        Filter::Not(part) => in_filter(part, each),
        Filter::Property { property, of, .. } => each(of, property),
        Filter::Did { select, .. } => in_selector(select, each),
        Filter::Event(_) | Filter::Time { .. } | Filter::Cohort { .. } => {}
    }
}

fn in_definition(definition: &mut Definition, each: Each<'_>) {
    match definition {
        Definition::All(parts) | Definition::Any(parts) => parts.iter_mut().for_each(|part| in_definition(part, each)),
        Definition::Not(part) => in_definition(part, each),
        Definition::Did(did) => {
            in_selector(&mut did.select, each);
            if let DidMeasure::Property(_, name) = &mut did.measure {
                each(&Of::Event, name);
            }
        }
        Definition::Sequence(sequence) => sequence.steps.iter_mut().for_each(|step| in_selector(step, each)),
        Definition::Behind(people) => in_question(&mut people.of, each),
        Definition::Property { property, .. } => each(&Of::Person, property),
        Definition::Cohort { .. } | Definition::People(_) => {}
    }
}
