//! New, returning, resurrected and dormant people by interval, with the quick ratio.
//!
//! A status compares whole intervals, so the first and the last count whole even when the range begins or ends inside them.

use crate::{
    scan::{self, Bucket, Context, Pick, Request},
    trend::intervals,
};
use serde_json::{Value, json};
use sillage_behavior::{
    AskError, Hit,
    calendar::Intervals,
    lifecycle::{STATUSES, Status, statuses},
    question::{Lifecycle, Scope},
};
use sillage_event::{HOUR_MS, PersonId};

pub(crate) fn answer(context: &Context<'_>, scope: &Scope, lifecycle: &Lifecycle) -> Result<Value, AskError> {
    let plan = Plan::new(context, lifecycle)?;
    let request = plan.request(scope);
    let count = |bucket: &mut Bucket<'_>| {
        let mut counts = vec![[0u64; 4]; plan.intervals.len()];
        let mut active = Vec::new();
        bucket.for_each_person(|_, person| plan.statuses(person.hits, &mut active, |interval, status| counts[interval][position(status)] += 1));
        Ok(counts)
    };
    let add = |mut a: Vec<[u64; 4]>, b: Vec<[u64; 4]>| {
        a.iter_mut().zip(b).for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
        a
    };
    let counts = scan::run(context, &request, count, add)?.unwrap_or_else(|| vec![[0; 4]; plan.intervals.len()]);
    let rows: Vec<Value> = plan
        .intervals
        .starts
        .iter()
        .zip(counts)
        .map(|(start, counts)| {
            let mut row = json!({"start": context.zone.format(*start)});
            for ((name, _), n) in STATUSES.iter().zip(counts) {
                row[*name] = Value::from(n);
            }
            // Growth over loss: (new + resurrected) / dormant; nothing when nobody left.
            row["quick_ratio"] = if counts[3] == 0 { Value::Null } else { Value::from((counts[0] + counts[2]) as f64 / counts[3] as f64) };
            row
        })
        .collect();
    Ok(json!({"intervals": rows}))
}

/// Who has a status in an interval.
pub(crate) fn people_at(context: &Context<'_>, scope: &Scope, lifecycle: &Lifecycle, interval: i64, status: Status) -> Result<Vec<PersonId>, AskError> {
    let plan = Plan::new(context, lifecycle)?;
    let Some(wanted) = plan.intervals.index(interval) else { return Ok(Vec::new()) };
    let request = plan.request(scope);
    let collect = |bucket: &mut Bucket<'_>| {
        let mut found = Vec::new();
        let mut active = Vec::new();
        bucket.for_each_person(|_, person| {
            plan.statuses(person.hits, &mut active, |interval, one| {
                if interval == wanted && one == status {
                    found.push(person.id);
                }
            });
        });
        Ok(found)
    };
    Ok(scan::run(context, &request, collect, |a, b| [a, b].concat())?.unwrap_or_default())
}

fn position(status: Status) -> usize {
    STATUSES.iter().position(|(_, one)| *one == status).unwrap_or(0)
}

struct Plan<'a> {
    lifecycle: &'a Lifecycle,
    intervals: Intervals,
    /// Where the interval before the first one begins.
    before: i64,
    until: i64,
}

impl<'a> Plan<'a> {
    fn new(context: &Context<'_>, lifecycle: &'a Lifecycle) -> Result<Self, AskError> {
        let intervals = intervals(context, "interval", lifecycle.interval, context.range)?;
        let before = context.zone.step(intervals.starts[0], lifecycle.interval, -1);
        let until = intervals.end;
        Ok(Self { lifecycle, intervals, before, until })
    }

    /// All of history: whether somebody is new depends on it.
    fn request<'r>(&'r self, scope: &'r Scope) -> Request<'r> {
        Request {
            picks: vec![Pick { select: &self.lifecycle.select, from: i64::MIN, to: self.until }],
            filter: scope.filter.as_ref(),
            by_person: true,
            in_order: true,
            by_hour: u64::from(self.intervals.are_whole_hours() && self.before.rem_euclid(HOUR_MS) == 0),
            ..Request::default()
        }
    }

    fn statuses(&self, hits: &[Hit], active: &mut Vec<i32>, emit: impl FnMut(usize, Status)) {
        let earlier = hits.first().is_some_and(|hit| hit.time < self.before);
        active.clear();
        for hit in hits {
            let interval = match self.intervals.index(hit.time) {
                Some(interval) => interval as i32,
                None if hit.time >= self.before && hit.time < self.intervals.starts[0] => -1,
                None => continue,
            };
            if active.last() != Some(&interval) {
                active.push(interval);
            }
        }
        statuses(active, earlier, self.intervals.len() as i32, emit);
    }
}
