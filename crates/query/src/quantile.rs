//! Edges of buckets that hold about as many events each: found by a reading of their own, before the question.

use crate::scan::{self, Bucket, Context, Pick, Request};
use sillage_behavior::{
    AskError,
    filter::Of,
    question::{Breakdown, Kind, Scope, Selector},
    statistics,
};
use sillage_event::as_number;
use std::borrow::Cow;

/// The scope with edges in place of a number of buckets.
pub(crate) fn with_edges<'s>(context: &Context<'_>, kind: &Kind, scope: &'s Scope) -> Result<Cow<'s, Scope>, AskError> {
    if !scope.breakdown.iter().any(|part| matches!(part, Breakdown::Quantiles { .. })) {
        return Ok(Cow::Borrowed(scope));
    }
    let mut scope = scope.clone();
    for i in 0..scope.breakdown.len() {
        if let Breakdown::Quantiles { property, of, n } = scope.breakdown[i].clone() {
            let numbers = numbers_of(context, kind, &scope, &property, &of, i)?;
            scope.breakdown[i] = Breakdown::Bucket { property, of, edges: edges(numbers, n) };
        }
    }
    Ok(Cow::Owned(scope))
}

/// Of events: the numbers of those that the question asks about. Of persons and groups: a number each.
fn numbers_of(context: &Context<'_>, kind: &Kind, scope: &Scope, property: &str, of: &Of, part: usize) -> Result<Vec<f64>, AskError> {
    match of {
        Of::Person => return Ok(context.person_property(property)?.values().filter_map(as_number).collect()),
        Of::Group(group) => return Ok(context.group_property(group, property)?.values().filter_map(as_number).collect()),
        Of::Event => {}
        Of::PersonAtEvent | Of::Session => {
            return Err(AskError::invalid(format!("breakdown[{part}].bucket.quantiles"), "is there for properties of events, persons and groups; give edges"));
        }
    }
    let any = Selector::default();
    let mut selects = kind.selectors();
    if selects.is_empty() {
        selects.push(&any);
    }
    let (from, to) = context.range;
    let request = Request {
        picks: selects.into_iter().map(|select| Pick { select, from, to }).collect(),
        filter: scope.filter.as_ref().filter(|filter| !scan::has_did(filter)),
        numbers: vec![property],
        ..Request::default()
    };
    let collect = |bucket: &mut Bucket<'_>| Ok(bucket.rows.numbers.first().into_iter().flatten().copied().filter(|number| !number.is_nan()).collect());
    Ok(scan::run(context, &request, collect, |a: Vec<f64>, b: Vec<f64>| [a, b].concat())?.unwrap_or_default())
}

/// Where each bucket begins, each once; the last has no end.
fn edges(mut numbers: Vec<f64>, n: usize) -> Vec<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> = (0..n).filter_map(|i| statistics::percentile(&mut numbers, 100.0 * i as f64 / n as f64)).collect();
    edges.dedup();
    match edges.as_slice() {
        [] => vec![0.0, 1.0],
        [only] => vec![*only, *only + 1.0],
        _ => edges,
    }
}
