//! Events under a name of the project's own: one or several events, each with a condition, asked about as if clients sent them.
//!
//! A question that names one is rewritten before it is answered, so that kernels and the engine know nothing of them. A custom event is made of events that
//! clients send, never of other custom events; where both have a name the custom one is meant.

use crate::{
    cohort::Definition,
    filter::Filter,
    question::{AnchorAt, Kind, Question, Selector, SessionBy},
    task::Task,
};
use std::collections::BTreeMap;

/// By name.
pub type CustomEvents = BTreeMap<String, Selector>;

/// Alternatives that one custom event may have.
pub const MOST_ALTERNATIVES: usize = 25;

/// Adds events that go by several names; custom events that are made of one of them are made of all of its names. A custom event with such a name stays.
pub fn add_merged(custom: &mut CustomEvents, merged: CustomEvents) {
    if merged.is_empty() {
        return;
    }
    custom.values_mut().for_each(|made_of| in_selector(made_of, &merged, &mut 0));
    for (name, names) in merged {
        custom.entry(name).or_insert(names);
    }
}

impl Question {
    /// Puts what a custom event is made of in place of its name, wherever the question names one.
    pub fn expand_custom_events(&mut self, custom: &CustomEvents) {
        if !custom.is_empty() {
            self.expand(custom, &mut 0);
        }
    }

    /// Whether it names this custom event anywhere.
    #[must_use]
    pub fn names_custom_event(&self, name: &str) -> bool {
        let mut n_named = 0;
        self.clone().expand(&CustomEvents::from([(name.to_owned(), Selector::default())]), &mut n_named);
        n_named > 0
    }

    fn expand(&mut self, custom: &CustomEvents, n_named: &mut usize) {
        self.scope.filter.iter_mut().for_each(|filter| in_filter(filter, custom, n_named));
        self.scope.cohorts.values_mut().for_each(|definition| in_definition(definition, custom, n_named));
        if let SessionBy::Events { start, end } = &mut self.scope.session_by {
            [start, end].into_iter().for_each(|select| in_selector(select, custom, n_named));
        }
        match &mut self.kind {
            Kind::Journey(journey) => {
                journey.select.iter_mut().for_each(|filter| in_filter(filter, custom, n_named));
                if let Some((AnchorAt::Select(select), _)) = &mut journey.anchor {
                    in_selector(select, custom, n_named);
                }
                journey.goal.iter_mut().for_each(|select| in_selector(select, custom, n_named));
            }
            Kind::Cohort(cohort) => in_definition(&mut cohort.definition, custom, n_named),
            Kind::People(people) => people.of.expand(custom, n_named),
            Kind::Trend(trend) => {
                trend.series.iter_mut().filter_map(|series| series.people.as_mut()).for_each(|people| in_definition(people, custom, n_named));
                let selectors = trend.series.iter_mut().map(|series| &mut series.select).chain(trend.attribution.iter_mut().map(|one| &mut one.touch));
                selectors.for_each(|select| in_selector(select, custom, n_named));
            }
            Kind::Funnel(funnel) => {
                let others = funnel.exclude.iter_mut().map(|one| &mut one.select).chain(funnel.between.iter_mut().map(|one| &mut one.select));
                let selectors = funnel.steps.iter_mut().chain(others);
                selectors.for_each(|select| in_selector(select, custom, n_named));
            }
            Kind::Retention(retention) => [&mut retention.birth, &mut retention.comeback].into_iter().for_each(|select| in_selector(select, custom, n_named)),
            Kind::Frequency(frequency) => in_selector(&mut frequency.select, custom, n_named),
            Kind::Lifecycle(lifecycle) => in_selector(&mut lifecycle.select, custom, n_named),
            Kind::Impact(impact) => {
                [&mut impact.launch, &mut impact.metric, &mut impact.population].into_iter().for_each(|select| in_selector(select, custom, n_named));
            }
            Kind::Driver(driver) => [&mut driver.goal, &mut driver.population].into_iter().for_each(|select| in_selector(select, custom, n_named)),
            Kind::Feature(feature) => {
                feature.features.iter_mut().flatten().chain([&mut feature.population]).for_each(|select| in_selector(select, custom, n_named));
            }
            Kind::Friction(friction) => friction.goal.iter_mut().for_each(|select| in_selector(select, custom, n_named)),
            Kind::Heatmap(heatmap) => {
                in_filter(&mut heatmap.pages, custom, n_named);
                heatmap.goal.iter_mut().for_each(|select| in_selector(select, custom, n_named));
            }
            Kind::Recordings(recordings) => {
                recordings.sequence.iter_mut().for_each(|select| in_selector(select, custom, n_named));
                recordings.behind.iter_mut().for_each(|behind| behind.of.expand(custom, n_named));
            }
            Kind::Task(one) => in_task(&mut one.task, custom, n_named),
            Kind::Attempts(one) => in_task(&mut one.of.task, custom, n_named),
            Kind::Sessions(_) | Kind::Vital(_) | Kind::Error(_) | Kind::Timeline(_) => {}
        }
    }
}

impl Definition {
    /// Whether it names this custom event anywhere.
    #[must_use]
    pub fn names_custom_event(&self, name: &str) -> bool {
        let mut n_named = 0;
        in_definition(&mut self.clone(), &CustomEvents::from([(name.to_owned(), Selector::default())]), &mut n_named);
        n_named > 0
    }
}

fn in_task(task: &mut Task, custom: &CustomEvents, n_named: &mut usize) {
    task.filter.iter_mut().for_each(|filter| in_filter(filter, custom, n_named));
    task.selectors_mut().for_each(|select| in_selector(select, custom, n_named));
}

fn in_definition(definition: &mut Definition, custom: &CustomEvents, n_named: &mut usize) {
    match definition {
        Definition::All(parts) | Definition::Any(parts) => parts.iter_mut().for_each(|part| in_definition(part, custom, n_named)),
        Definition::Not(part) => in_definition(part, custom, n_named),
        Definition::Did(did) => in_selector(&mut did.select, custom, n_named),
        Definition::Sequence(sequence) => sequence.steps.iter_mut().for_each(|step| in_selector(step, custom, n_named)),
        Definition::Behind(people) => people.of.expand(custom, n_named),
        Definition::Property { .. } | Definition::Cohort { .. } | Definition::People(_) => {}
    }
}

fn in_selector(select: &mut Selector, custom: &CustomEvents, n_named: &mut usize) {
    select.filter.iter_mut().for_each(|filter| in_filter(filter, custom, n_named));
    select.alternatives.iter_mut().for_each(|one| in_selector(one, custom, n_named));
    if !select.events.iter().any(|name| custom.contains_key(name)) {
        return;
    }
    *n_named += 1;
    // It goes on being called what it was called.
    select.label.get_or_insert_with(|| select.events.join(" / "));
    let named = std::mem::take(&mut select.events);
    select.alternatives.extend(named.into_iter().map(|name| match custom.get(&name) {
        Some(made_of) => made_of.clone(),
        None => Selector { events: vec![name], ..Selector::default() },
    }));
}

fn in_filter(filter: &mut Filter, custom: &CustomEvents, n_named: &mut usize) {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter_mut().for_each(|part| in_filter(part, custom, n_named)),
        Filter::Not(part) => in_filter(part, custom, n_named),
        Filter::Did { select, .. } => in_selector(select, custom, n_named),
        Filter::Event(names) if names.iter().any(|name| custom.contains_key(name)) => {
            *n_named += 1;
            let one = |name: &String| custom.get(name).map_or_else(|| Filter::Event(vec![name.clone()]), condition_of);
            *filter = Filter::Any(names.iter().map(one).collect());
        }
        Filter::Event(_) | Filter::Property { .. } | Filter::Time { .. } | Filter::Cohort { .. } => {}
    }
}

/// A selector as a condition on one event.
fn condition_of(select: &Selector) -> Filter {
    let mut all: Vec<Filter> = select.filter.iter().cloned().collect();
    if !select.events.is_empty() {
        all.push(Filter::Event(select.events.clone()));
    }
    if !select.alternatives.is_empty() {
        all.push(Filter::Any(select.alternatives.iter().map(condition_of).collect()));
    }
    Filter::All(all)
}
