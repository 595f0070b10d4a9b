//! A note for everything that a question names and nobody ever sent: most often it is a slip of the pen.

use crate::{property::columns_of, scan::Context};
use sillage_behavior::{
    Question,
    expression::Expression,
    filter::{Filter, Of},
    question::{Breakdown, Kind, Measure, PerSession, Scope, Selector},
    task::PAGE_EVENTS,
};
use sillage_store::Segment;
use std::{collections::BTreeSet, sync::Arc};

/// What was named, once each.
#[derive(Default)]
struct Named<'q> {
    events: BTreeSet<&'q str>,
    properties: BTreeSet<(&'q Of, &'q str)>,
}

pub(super) fn notes(context: &Context<'_>, question: &Question) -> Vec<String> {
    let question = match &question.kind {
        Kind::People(people) => &people.of,
        _ => question,
    };
    let mut named = Named::default();
    named.scope(&question.scope);
    let mut selectors = question.kind.selectors();
    if let Kind::Cohort(cohort) = &question.kind {
        cohort.definition.selectors(&mut selectors);
    }
    selectors.into_iter().for_each(|select| named.selector(select));
    named.measures(&question.kind);
    if matches!(question.kind, Kind::Task(_) | Kind::Attempts(_)) {
        // A page may be seen by any of several events; that some clients never send is no slip of the pen.
        named.events.retain(|name| !PAGE_EVENTS.contains(name));
    }
    let french = context.french;
    let is_known = |name: &str| {
        let known = context.snapshot.segments.iter().any(|segment| segment.event_names().binary_search_by(|one| (**one).cmp(name)).is_ok());
        as_of_now(context, known)
    };
    let events = named
        .events
        .iter()
        .filter(|name| !is_known(name))
        .map(|name| if french { format!("l’événement « {name} » n’a jamais été reçu") } else { format!("the event \"{name}\" was never received") });
    let properties = named.properties.iter().filter(|(of, name)| !is_there(context, of, name)).map(|(of, name)| match (of, french) {
        (Of::Event | Of::Session, false) => format!("no event ever had the property \"{name}\""),
        (Of::Event | Of::Session, true) => format!("aucun événement n’a jamais eu la propriété « {name} »"),
        (Of::Person | Of::PersonAtEvent, false) => format!("nobody has the property \"{name}\""),
        (Of::Person | Of::PersonAtEvent, true) => format!("personne n’a la propriété « {name} »"),
        (Of::Group(kind), false) => format!("no group of type {kind} has the property \"{name}\""),
        (Of::Group(kind), true) => format!("aucun groupe de type {kind} n’a la propriété « {name} »"),
    });
    events.chain(properties).collect()
}

impl<'q> Named<'q> {
    fn scope(&mut self, scope: &'q Scope) {
        scope.filter.iter().for_each(|filter| self.filter(filter));
        self.properties.extend(scope.breakdown.iter().filter_map(Breakdown::property).map(|(name, of)| (of, name)));
    }

    fn selector(&mut self, select: &'q Selector) {
        self.events.extend(select.events.iter().map(String::as_str));
        select.filter.iter().for_each(|filter| self.filter(filter));
        select.alternatives.iter().for_each(|one| self.selector(one));
    }

    fn filter(&mut self, filter: &'q Filter) {
        let mut leaves = Vec::new();
        filter.leaves(&mut leaves);
        for leaf in leaves {
            match leaf {
                Filter::Property { property, of, .. } => {
                    self.properties.insert((of, property));
                }
                Filter::Event(names) => self.events.extend(names.iter().map(String::as_str)),
                Filter::Did { select, .. } => self.selector(select),
                _ => {}
            }
        }
    }

    fn measures(&mut self, kind: &'q Kind) {
        let names: Vec<&str> = match kind {
            Kind::Trend(trend) => trend
                .series
                .iter()
                .filter_map(|series| match &series.measure {
                    Measure::Property { property, .. }
                    | Measure::PerPerson { inner: Some((_, property)), .. }
                    | Measure::PerSession { inner: PerSession::Property(_, property), .. } => Some(property.as_str()),
                    _ => None,
                })
                .collect(),
            Kind::Funnel(funnel) => {
                let between = funnel.between.iter().filter_map(|between| between.measure.as_ref()).map(|(_, property)| property);
                funnel.hold.iter().chain(&funnel.sum).chain(between).map(String::as_str).collect()
            }
            Kind::Retention(retention) => retention.amount.iter().map(|(_, property)| property.as_str()).collect(),
            Kind::Driver(driver) => {
                driver.properties.iter().filter_map(Breakdown::property).filter(|(_, of)| **of == Of::Event).map(|(name, _)| name).collect()
            }
            _ => Vec::new(),
        };
        self.properties.extend(names.into_iter().map(|name| (&Of::Event, name)));
    }
}

fn is_there(context: &Context<'_>, of: &Of, name: &str) -> bool {
    // Of a formula it is known what it reads, not what it gives.
    if Expression::of_name(name).is_some() || !as_of_now(context, !context.snapshot.segments.is_empty()) {
        return true;
    }
    match of {
        // What cannot be read was said already, in the answer.
        Of::Person => context.person_property(name).is_ok_and(|values| !values.is_empty()),
        Of::PersonAtEvent => context.person_history(name).is_ok_and(|values| !values.is_empty()),
        Of::Group(kind) => context.group_property(kind, name).is_ok_and(|values| !values.is_empty()),
        Of::Session if name.starts_with('$') => true,
        Of::Event | Of::Session => {
            let has = |segment: &Arc<dyn Segment>| {
                let mut columns = Vec::new();
                columns_of(&**segment, name, &mut columns);
                !columns.is_empty()
            };
            as_of_now(context, context.snapshot.segments.iter().any(has))
        }
    }
}

/// That something is not there may be untrue with the next event, whenever that happened.
fn as_of_now(context: &Context<'_>, is_there: bool) -> bool {
    if !is_there {
        context.footprint.all_events();
    }
    is_there
}
