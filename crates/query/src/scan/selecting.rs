//! Which events a selector takes.

use crate::predicate;
use sillage_behavior::{AskError, filter::Filter, question::Selector};

pub(crate) fn selects_name(select: &Selector, name: &str) -> bool {
    if !select.alternatives.is_empty() {
        return select.alternatives.iter().any(|one| selects_name(one, name));
    }
    select.events.is_empty() || select.events.iter().any(|one| one == name)
}

/// Whether a selector takes every event.
pub(crate) fn is_any(select: &Selector) -> bool {
    select.events.is_empty() && select.alternatives.is_empty() && select.filter.is_none() && !select.first_time
}

pub(super) fn selector_filters<'a>(select: &'a Selector, into: &mut Vec<&'a Filter>) {
    into.extend(select.filter.iter());
    select.alternatives.iter().for_each(|one| selector_filters(one, into));
}

/// Which rows pass beyond what the event's name says; `None` when the name says it all.
pub(super) fn selector_passes(select: &Selector, view: &predicate::Rows<'_>) -> Result<Option<Vec<bool>>, AskError> {
    let own = select.filter.as_ref().map(|filter| view.passes(filter)).transpose()?;
    if select.alternatives.is_empty() {
        return Ok(own);
    }
    let mut any = vec![false; view.batch.num_rows()];
    for one in &select.alternatives {
        let mut passes = match selector_passes(one, view)? {
            Some(passes) => passes,
            None => vec![true; any.len()],
        };
        if !one.events.is_empty() {
            let named = view.passes(&Filter::Event(one.events.clone()))?;
            passes.iter_mut().zip(named).for_each(|(pass, named)| *pass &= named);
        }
        any.iter_mut().zip(passes).for_each(|(any, pass)| *any |= pass);
    }
    if let Some(own) = own {
        any.iter_mut().zip(own).for_each(|(any, own)| *any &= own);
    }
    Ok(Some(any))
}
