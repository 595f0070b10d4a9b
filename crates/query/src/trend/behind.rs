//! The people behind a cell of a trend.

use super::{Meaning, Plan, events_of, inner_of, intervals, line, part_of, range_of_cell, top_groups};
use crate::{
    group::GroupKey,
    scan::{self, Bucket, Context, Request},
};
use sillage_behavior::{
    AskError, Hit,
    question::{Scope, Trend},
};
use sillage_event::PersonId;

/// A cell of a trend: of a series, in an interval or the whole range, in a segment, and whose own figure lies where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) series: usize,
    pub(crate) time: Option<i64>,
    pub(crate) between: Option<(f64, f64)>,
    /// In the range that the question compares with.
    pub(crate) compared: bool,
    pub(crate) segment: Option<&'a GroupKey>,
}

pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, trend: &Trend, at: At<'_>) -> Result<Vec<PersonId>, AskError> {
    let At { time, between, segment, .. } = at;
    let whole = range_of_cell(context, trend, at.compared)?;
    // The segments are kept by what all series say together.
    let keep = if segment == Some(&GroupKey::Other) {
        let events = part_of(trend, &events_of(trend));
        top_groups(context, scope, &Plan::new(context, scope, &events, whole)?)?.map(|kept| kept.0)
    } else {
        None
    };
    let Some((range, slot)) = cell_range(context, trend, whole, time)? else { return Ok(Vec::new()) };
    // The others are of no use here, and may count somebody else.
    let trend = part_of(trend, &[at.series]);
    let mut plan = Plan::new(context, scope, &trend, range)?;
    if let Meaning::Count | Meaning::Numbers(..) | Meaning::Values(..) | Meaning::Texts(_) = plan.meanings[0] {
        plan.meanings[0] = Meaning::Unique;
    }
    let request = Request { by_person: true, ..plan.request(scope, keep) };
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        let plan = &plan;
        bucket.for_each_person(|rows, person| {
            let in_cell = |hit: &&Hit| {
                hit.mask & 1 != 0 && plan.slots(0, hit.time).is_some_and(|slots| slot.map_or(hit.time >= plan.range.0, |slot| slots.contains(&slot)))
            };
            let in_segment = |hit: &&Hit| {
                segment.is_none_or(|segment| rows.groups.members(&rows.group[hit.row as usize]).iter().any(|id| rows.groups.keys[*id as usize] == *segment))
            };
            let counts = match (&plan.meanings[0], between) {
                (Meaning::PerPerson { source, .. }, Some((low, high))) => {
                    let own: Vec<line::Inner> = person.hits.iter().filter(in_cell).filter(in_segment).map(|hit| inner_of(*source, rows, hit)).collect();
                    !own.is_empty() && line::figure(*source, &own).is_some_and(|value| low <= value && value < high)
                }
                (Meaning::Once { first: true }, _) => person.hits.iter().find(in_cell).is_some_and(|hit| in_segment(&hit)),
                (Meaning::Once { first: false }, _) => person.hits.iter().rev().find(in_cell).is_some_and(|hit| in_segment(&hit)),
                _ => person.hits.iter().filter(in_cell).any(|hit| in_segment(&hit)),
            };
            if counts {
                found.push(person.id);
            }
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

/// A range, and the one of its intervals that is looked at; all of it without one.
type CellRange = ((i64, i64), Option<usize>);

/// What a value tells of: one interval of the range; the range up to its end, when values run up; as many intervals as are averaged.
/// `None` when there is no such interval.
fn cell_range(context: &Context<'_>, trend: &Trend, whole: (i64, i64), time: Option<i64>) -> Result<Option<CellRange>, AskError> {
    let Some(time) = time else { return Ok(Some((whole, None))) };
    let intervals = intervals(context, "interval", trend.interval, whole)?;
    let Some(slot) = intervals.index(time) else { return Ok(None) };
    let end = intervals.end_of(slot).min(whole.1);
    let from = match trend.rolling.filter(|window| *window > 1) {
        None if !trend.cumulative => return Ok(Some((whole, Some(slot)))),
        Some(window) if !trend.cumulative => context.zone.step(intervals.starts[slot], trend.interval, 1 - window as i64),
        _ => whole.0,
    };
    Ok(Some(((from, end), None)))
}
