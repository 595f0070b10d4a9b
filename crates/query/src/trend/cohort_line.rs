//! The size of a cohort over time, found anew for each interval as it was at its end.

use super::{Line, intervals, range_of_cell};
use crate::{cohort::InnerContext, scan::Context};
use sillage_behavior::{
    AskError, AskErrorCode,
    calendar::Intervals,
    cohort::Definition,
    question::{Aggregate, Measure, Trend},
    statistics,
};
use sillage_event::{PersonId, as_number, as_text};
use std::collections::HashSet;

/// Points in time at which one series of a cohort may be looked at.
const MOST_COHORT_POINTS: usize = 100;

/// How many belonged to a cohort at the end of each interval, or a measure of a property of theirs. The total is as of the end of the range.
pub(super) fn cohort_line(
    context: &Context<'_>,
    trend: &Trend,
    range: (i64, i64),
    measure: &Measure,
    definition: &Definition,
    inner: InnerContext<'_, '_>,
) -> Result<Line, AskError> {
    let intervals = intervals(context, "interval", trend.interval, range)?;
    if intervals.len() > MOST_COHORT_POINTS {
        return Err(AskError {
            code: AskErrorCode::LimitExceeded,
            message: format!("a cohort over time is found anew for each interval, at most {MOST_COHORT_POINTS}: shorten the range or take a longer interval"),
            field: Some("interval".to_owned()),
        });
    }
    let values_of = match measure {
        Measure::Property { property, .. } => Some(context.person_property(property)?),
        _ => None,
    };
    let mut values = Vec::with_capacity(intervals.len() + 1);
    for i in 0..intervals.len() {
        context.check()?;
        let Some(time) = point(context, &intervals, range, i) else {
            values.push(None);
            continue;
        };
        let members = (inner.members_at)(definition, time)?;
        values.push(match (measure, &values_of) {
            (Measure::Property { aggregate: Aggregate::Distinct, .. }, Some(table)) => {
                Some(members.iter().filter_map(|id| table.get(id).and_then(as_text)).collect::<HashSet<_>>().len() as f64)
            }
            (Measure::Property { aggregate, .. }, Some(table)) => {
                let mut numbers: Vec<f64> = members.iter().filter_map(|id| table.get(id).and_then(as_number)).collect();
                statistics::aggregate(*aggregate, &mut numbers)
            }
            _ => Some(members.len() as f64),
        });
    }
    values.push(values.iter().rev().find_map(|value| *value));
    Ok(Line::given(values))
}

/// When a cohort is looked at in an interval: at its end, or now if it is still running; never before it began.
fn point(context: &Context<'_>, intervals: &Intervals, range: (i64, i64), i: usize) -> Option<i64> {
    let end = intervals.end_of(i).min(range.1);
    if !context.is_over(intervals.starts[i]) {
        return None;
    }
    if !context.is_over(end) {
        // It moves with the clock.
        context.clock_moves();
    }
    Some(end.min(context.now + 1))
}

/// The members behind a point of a cohort's line, or its end.
pub(crate) fn members_at(
    context: &Context<'_>,
    trend: &Trend,
    definition: &Definition,
    time: Option<i64>,
    compared: bool,
    inner: InnerContext<'_, '_>,
) -> Result<Vec<PersonId>, AskError> {
    let range = range_of_cell(context, trend, compared)?;
    let intervals = intervals(context, "interval", trend.interval, range)?;
    let at = match time {
        Some(time) => intervals.index(time).and_then(|i| point(context, &intervals, range, i)),
        None => (0..intervals.len()).rev().find_map(|i| point(context, &intervals, range, i)),
    };
    match at {
        Some(at) => Ok((inner.members_at)(definition, at)?.into_iter().collect()),
        None => Ok(Vec::new()),
    }
}
