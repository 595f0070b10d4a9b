//! Goes through everything in a question that names a property or tests a value, wherever it stands.

use super::{AnchorAt, Attribution, Breakdown, ImpactMeasure, Kind, Measure, NodeName, PerSession, Question, Scope, Selector, SessionBy, TaskQuestion};
use crate::{
    cohort::{Definition, DidMeasure},
    filter::{Filter, Of, Test},
};

/// What is met on the way.
pub(crate) enum Part<'a> {
    /// A property that is named, and whose it is.
    Property(&'a Of, &'a mut String),
    Test(&'a mut Test),
    /// What a question, or one inside of it, says beside its kind.
    Scope(&'a mut Scope),
    /// A question about a task, or one inside of it.
    Task(&'a mut TaskQuestion),
}

type Each<'a> = &'a mut dyn FnMut(Part<'_>);

pub(crate) fn in_question(question: &mut Question, each: Each<'_>) {
    each(Part::Scope(&mut question.scope));
    question.scope.filter.iter_mut().for_each(|filter| in_filter(filter, each));
    question.scope.cohorts.values_mut().for_each(|definition| in_definition(definition, each));
    match &mut question.scope.session_by {
        SessionBy::Timeout => {}
        SessionBy::Property(name) => each(Part::Property(&Of::Event, name)),
        SessionBy::Events { start, end } => [start, end].into_iter().for_each(|select| in_selector(select, each)),
    }
    question.scope.breakdown.iter_mut().for_each(|part| in_breakdown(part, each));
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
                in_breakdown(by, each);
            }
        }
        Kind::Funnel(funnel) => {
            funnel.steps.iter_mut().for_each(|step| in_selector(step, each));
            funnel.exclude.iter_mut().for_each(|one| in_selector(&mut one.select, each));
            funnel.hold.iter_mut().chain(&mut funnel.sum).for_each(|name| each(Part::Property(&Of::Event, name)));
            if let Some(between) = &mut funnel.between {
                in_selector(&mut between.select, each);
                between.measure.iter_mut().for_each(|(_, name)| each(Part::Property(&Of::Event, name)));
            }
        }
        Kind::Retention(retention) => {
            [&mut retention.birth, &mut retention.comeback].into_iter().for_each(|select| in_selector(select, each));
            retention.amount.iter_mut().for_each(|(_, name)| each(Part::Property(&Of::Event, name)));
        }
        Kind::Frequency(frequency) => in_selector(&mut frequency.select, each),
        Kind::Lifecycle(lifecycle) => in_selector(&mut lifecycle.select, each),
        Kind::Journey(journey) => {
            journey.select.iter_mut().for_each(|filter| in_filter(filter, each));
            if let Some((AnchorAt::Select(select), _)) = &mut journey.anchor {
                in_selector(select, each);
            }
            match &mut journey.node {
                NodeName::Event | NodeName::Page => {}
                NodeName::Property(name) => each(Part::Property(&Of::Event, name)),
                NodeName::Properties(rules) => rules.values_mut().for_each(|(name, _)| each(Part::Property(&Of::Event, name))),
            }
            journey.goal.iter_mut().for_each(|select| in_selector(select, each));
        }
        Kind::Cohort(cohort) => in_definition(&mut cohort.definition, each),
        Kind::Impact(impact) => {
            [&mut impact.launch, &mut impact.metric, &mut impact.population].into_iter().for_each(|select| in_selector(select, each));
            if let ImpactMeasure::Sum(name) = &mut impact.measure {
                each(Part::Property(&Of::Event, name));
            }
        }
        Kind::Driver(driver) => {
            [&mut driver.goal, &mut driver.population].into_iter().for_each(|select| in_selector(select, each));
            driver.properties.iter_mut().for_each(|part| in_breakdown(part, each));
        }
        Kind::Feature(feature) => feature.features.iter_mut().flatten().chain([&mut feature.population]).for_each(|select| in_selector(select, each)),
        Kind::People(people) => in_question(&mut people.of, each),
        Kind::Friction(friction) => {
            friction.goal.iter_mut().for_each(|select| in_selector(select, each));
            each(Part::Property(&Of::Event, &mut friction.release));
        }
        Kind::Heatmap(heatmap) => {
            in_filter(&mut heatmap.pages, each);
            heatmap.goal.iter_mut().for_each(|select| in_selector(select, each));
        }
        Kind::Task(one) => in_task(one, each),
        Kind::Attempts(one) => in_task(&mut one.of, each),
        Kind::Error(error) => each(Part::Property(&Of::Event, &mut error.release)),
        Kind::Recordings(recordings) => {
            recordings.sequence.iter_mut().for_each(|step| in_selector(step, each));
            recordings.conditions.iter_mut().for_each(|one| each(Part::Test(&mut one.test)));
            recordings.behind.iter_mut().for_each(|behind| in_question(&mut behind.of, each));
        }
        Kind::Sessions(_) | Kind::Timeline(_) | Kind::Vital(_) => {}
    }
}

fn in_task(asked: &mut TaskQuestion, each: Each<'_>) {
    each(Part::Task(asked));
    each(Part::Property(&Of::Event, &mut asked.task.page));
    each(Part::Property(&Of::Event, &mut asked.release));
    asked.task.filter.iter_mut().for_each(|filter| in_filter(filter, each));
    asked.task.selectors_mut().for_each(|select| in_selector(select, each));
}

fn in_breakdown(breakdown: &mut Breakdown, each: Each<'_>) {
    if let Some((name, of)) = breakdown.property_mut() {
        each(Part::Property(of, name));
    }
    match breakdown {
        Breakdown::Property { only, .. } => only.iter_mut().for_each(|test| each(Part::Test(test))),
        Breakdown::Groups { groups, .. } => groups.iter_mut().for_each(|(_, test)| each(Part::Test(test))),
        Breakdown::Bucket { .. } | Breakdown::Quantiles { .. } | Breakdown::Cohorts(_) | Breakdown::Time(_) => {}
    }
}

fn in_measure(measure: &mut Measure, of: &Of, each: Each<'_>) {
    match measure {
        Measure::Property { property, .. } | Measure::PerPerson { inner: Some((_, property)), .. } => each(Part::Property(of, property)),
        Measure::PerSession { inner: PerSession::Property(_, property), .. } => each(Part::Property(of, property)),
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
        Filter::Property { property, of, test } => {
            each(Part::Property(of, property));
            each(Part::Test(test));
        }
        Filter::Time { test, .. } => each(Part::Test(test)),
        Filter::Did { select, .. } => in_selector(select, each),
        Filter::Event(_) | Filter::Cohort { .. } => {}
    }
}

pub(crate) fn in_definition(definition: &mut Definition, each: Each<'_>) {
    match definition {
        Definition::All(parts) | Definition::Any(parts) => parts.iter_mut().for_each(|part| in_definition(part, each)),
        Definition::Not(part) => in_definition(part, each),
        Definition::Did(did) => {
            in_selector(&mut did.select, each);
            if let DidMeasure::Property(_, name) = &mut did.measure {
                each(Part::Property(&Of::Event, name));
            }
        }
        Definition::Sequence(sequence) => sequence.steps.iter_mut().for_each(|step| in_selector(step, each)),
        Definition::Behind(people) => in_question(&mut people.of, each),
        Definition::Property { property, test } => {
            each(Part::Property(&Of::Person, property));
            each(Part::Test(test));
        }
        Definition::Cohort { .. } | Definition::People(_) => {}
    }
}
